"""The table of PAXLST: every row leads to a field of the model, and every field has a row."""

import csv
from importlib.resources import files

import pytest

from adapters.airline.table import PERSON_CLASSES, paxlst
from adapters.wire.edifact_formats import directory
from broker.model.packages import index

ROWS = list(
    csv.DictReader(
        line
        for line in files("adapters.airline")
        .joinpath("segments", "paxlst.csv")
        .read_text("utf-8")
        .splitlines()
        if not line.startswith("#")
    )
)
ABOVE = {
    "message": [""],
    "submitter": ["Submitter."],
    "leg": ["BorderTransportMeans."],
    "call": ["BorderTransportMeans.Itinerary."],
    "total": ["BorderTransportMeans."],
    "person": [f"BorderTransportMeans.{name}." for name in PERSON_CLASSES],
    "passenger": ["BorderTransportMeans.Passenger."],
    "crew": ["BorderTransportMeans.Crew."],
    "document": [f"BorderTransportMeans.{name}.AdditionalDocument." for name in PERSON_CLASSES],
}
NOT_SAID = {
    "Name", "IdentificationTypeCode", "Crew.PresenceCode", "Passenger.PresenceCode",
}  # fmt: skip
"""Of a ship: an aircraft has its registration in ID. Who is present, the broker says."""


def patterns() -> set[str]:
    """Every pattern of the persons report that a row of the table fills."""
    found = set()
    for row in ROWS:
        if row["how"] == "list":
            continue
        name = row["canonical"]
        if row["how"] == "open":
            name = name.rpartition(".")[2]
        found |= {above + name for above in ABOVE[row["group"]]}
    return found


def test_every_row_leads_to_a_field_of_the_model():
    """No value of a list can stand where the persons report has nothing."""
    known = index("persons-report")
    assert {name for name in patterns() if name not in known} == set()


def test_every_field_of_persons_and_airports_has_a_row():
    """What the model holds of passengers, crew, documents and airports can be said."""
    said = patterns()
    for pattern, node in index("persons-report").items():
        if node.kind == "class" or pattern.endswith((".value", ".unit")):
            continue
        below = pattern.removeprefix("BorderTransportMeans.")
        numbers = pattern.endswith("SequenceNumeric") or pattern.startswith("ListPart")
        other = below in NOT_SAID or below == "Itinerary.JourneyID" or "Address.TypeCode" in below
        carrier = below.startswith("Carrier.")
        if not (numbers or other or carrier):
            assert pattern in said, pattern


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['segment']}{row['qualifier']}")
def test_every_row_says_its_format_and_data_element(row):
    """Formats are those of UN/EDIFACT, elements have four digits."""
    assert row["format"].startswith(("an..", "n.."))
    assert row["edifact"].isdigit()
    assert len(row["edifact"]) == 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['segment']}{row['qualifier']}")
def test_no_row_is_narrower_than_the_directories(row):
    """What some release of UN/EDIFACT allows is never told as too long."""
    known = directory("passenger").formats[row["edifact"]]
    assert int(row["format"].partition("..")[2]) >= known.most


def test_most_segments_of_a_person_are_plain():
    """The fast walk knows them: the speed of a list rests on these rows."""
    plains = paxlst().with_document["Passenger"]
    assert {"ATT2", "DTM329", "LOC178", "NAT2", "RFFABO", "GEI4", "DTM36", "LOC91"} <= set(plains)
    assert ("FamilyName", "GivenName", "MiddleName") in paxlst().person
    assert ("ID",) in paxlst().document
