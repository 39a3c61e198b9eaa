"""The published files: what is decided on each, where each problem is, and that nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.airline.kinds import family
from adapters.wire.edifact import read
from broker.formats import choose
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from tests.read_by import read_by

HERE = Path(__file__).parent
VERDICTS: dict[str, Any] = yaml.safe_load((HERE / "verdicts.yaml").read_text("utf-8"))
FOLDERS = ("paxlst", "cusres-iapi")
PAIRS = ("A", "B", "C")


def _shown(payload, problem) -> list[str]:
    where = problem.where
    text = payload[where.byte : where.byte + 14].decode("latin-1")
    shown = text.replace("\r", "").replace("\n", "")
    return [problem.code, problem.severity, where.segment or "-", where.element or "-", shown]


def _message(payload, message) -> dict[str, Any]:
    drafts = list(message.events)
    said: dict[str, Any] = {
        "verdict": message.verdict,
        "does": [f"{draft.does} {draft.part}".strip() for draft in drafts],
    }
    for draft in drafts[:1]:
        means = draft.body.get("BorderTransportMeans", {})
        for reference in draft.references:
            assert reference.scheme in {"FLIGHT", "TN"}
            if reference.scheme == "FLIGHT":
                said["flight"] = reference.value
        said["persons"] = [len(means.get("Passenger", ())), len(means.get("Crew", ()))]
        for piece in draft.body.get("ListPart", ()):
            said["piece"] = list(piece.values())
        if draft.unmapped:
            said["unmapped"] = len(draft.unmapped)
    if message.problems:
        said["problems"] = [_shown(payload, problem) for problem in message.problems]
    return said


@pytest.mark.parametrize("name", VERDICTS)
def test_every_published_file_has_its_reviewed_verdict(name, corpus, guide):
    """Verdicts, drafts, flights, pieces, problem codes and places are those of the table."""
    payload = (corpus / "airline" / name).read_bytes()
    lists = tuple(one for one in family().adapters if one.family == "airline")
    choice = choose(lists, payload)
    assert choice is not None
    translation = read_by(choice[0], payload, guide)
    decided: dict[str, Any] = {}
    if translation.problems:
        decided["envelope"] = [_shown(payload, problem) for problem in translation.problems]
    decided["messages"] = [_message(payload, message) for message in translation.messages]
    said = VERDICTS[name]
    for one in said["messages"]:
        one["problems"] = [[str(cell) for cell in row] for row in one.get("problems", [])]
        if not one["problems"]:
            del one["problems"]
    assert decided == said


def test_the_table_names_every_published_file(corpus):
    """No list and no answer of the two folders is left without a verdict."""
    files = {
        f"{folder}/{file.name}"
        for folder in FOLDERS
        for file in (corpus / "airline" / folder).iterdir()
        if file.suffix in {".edi", ".txt"}
    }
    assert files == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_bodies_validate_and_every_value_has_a_place(name, corpus, guide):
    """Each body is a persons report, and each of its values is found again in the file."""
    payload = (corpus / "airline" / name).read_bytes()
    adapter = family().adapters[0]
    for message in read_by(adapter, payload, guide).messages:
        placed = dict(adapter.places(payload, message.number, guide))
        for draft in message.events:
            PACKAGES[draft.package].model_validate(draft.body)
            said = {key: value for key, value in draft.body.items() if key != "ListPart"}
            for path, value in leaves(said):
                place = placed[path]
                assert place.segment, path
                if place.element and not path.endswith(("DateTime", ".unit")):
                    at = payload[place.byte : place.byte + 90].replace(b"\r\n", b"")
                    shown = value.split(" ")[0].encode()
                    assert at.strip().startswith((shown, b"+", b"*")) or shown in at, path


@pytest.mark.parametrize("name", VERDICTS)
def test_nothing_that_is_said_is_lost(name, corpus, guide):
    """Every value of a person's or leg's segment is in the body, kept aside, or names a list."""
    payload = (corpus / "airline" / name).read_bytes()
    adapter = family().adapters[0]
    translated = list(read_by(adapter, payload, guide).messages)
    for message, raw in zip(translated, read(payload).messages, strict=True):
        held = [
            said
            for draft in message.events
            for said in [
                *(value for _path, value in leaves(draft.body)),
                *(one.value for one in draft.unmapped),
            ]
        ]
        if not held:
            continue
        together = " ".join(held)
        for segment in raw.segments:
            if segment[0][0] in {"UNH", "UNT"}:
                continue
            for components in segment[1:]:
                for value in components:
                    assert value.strip() in together or _is_a_sign(segment, value), segment


def _is_a_sign(segment, value) -> bool:
    """Qualifiers, lists, formats, and days and times that the body says in ISO 8601."""
    tag = segment[0][0]
    lists = {"110", "111", "ZZZ", "109", "201", "1812019", "NULL"}
    return value == segment[1][0] or value in lists or tag in {"DTM", "CNT"}


@pytest.mark.parametrize("name", PAIRS)
def test_a_telegram_gives_what_its_published_cleaning_gives(name, corpus, guide):
    """A list in a wrapped Type-B telegram and the same list cleaned by others give one draft."""
    adapter, folder = family().adapters[0], corpus / "airline" / "paxlst"
    drafts = []
    for file in (f"typeb_{name}.txt", f"typeb_{name}.expected.edi"):
        (message,) = read_by(adapter, (folder / file).read_bytes(), guide).messages
        (draft,) = message.events
        drafts.append((draft.does, draft.part, draft.references, draft.body, draft.unmapped))
    assert drafts[0] == drafts[1]


def test_one_leg_with_four_airports_is_two_legs_with_two(corpus, guide):
    """A flight written as one TDT with four LOC, or as two with two each, has one itinerary."""
    adapter, folder = family().adapters[0], corpus / "airline" / "paxlst"
    calls = []
    for file in ("gtas_one_tdt_four_loc.edi", "gtas_two_tdt_loc92.edi"):
        (message,) = read_by(adapter, (folder / file).read_bytes(), guide).messages
        (draft,) = message.events
        calls.append(draft.body["BorderTransportMeans"]["Itinerary"])
    assert calls[0] == calls[1]
    assert [call["ID"] for call in calls[0]] == ["JFK", "ANC", "ANC", "ICN"]


def test_the_pieces_of_one_list_name_one_flight_and_number_themselves(corpus, guide):
    """Three parts, and two first parts of an interactive list, each join the flight they are of."""
    adapter, folder = family().adapters[0], corpus / "airline"
    found = {}
    for name in (
        "paxlst/astra_d02b_split_part1_of_3.edi", "paxlst/astra_d02b_split_part2_of_3.edi",
        "paxlst/astra_d02b_split_part3_of_3.edi",
        "cusres-iapi/cn_case14_1_paxlst_from_carrier.edi",
        "cusres-iapi/cn_case14_2_paxlst_from_carrier.edi",
    ):  # fmt: skip
        (message,) = read_by(adapter, (folder / name).read_bytes(), guide).messages
        (draft,) = message.events
        assert draft.does == "merge"
        (piece,) = draft.body["ListPart"]
        flight = found.setdefault(draft.references[0].value, [])
        flight.append((piece["ReferenceID"], piece["SequenceNumeric"]))
    assert found == {
        "OK0688/2007-10-08/PRG": [("OK688/071008/1310", number) for number in "123"],
        "CA0339/2025-01-15/ICN": [("ASTRA00001", "1"), ("ASTRA00002", "1")],
    }
