"""Persons taken off a list: what that means to the answers about them."""

import orjson
import pytest

from broker.core.removed import strong_keys
from broker.core.step import step
from broker.model.dossier import Change, Dossier, Target
from broker.model.extent import Extent
from broker.model.lists import numbered_lists
from tests.sample_events import DOSSIER, event, remembered, rules, said

LIST = "BorderTransportMeans.Passenger"
POLICE = Target("passengers", "border-police", "border-control")


def person(number, abo, name, document, **more):
    """A passenger with a carrier's reference and a passport."""
    return {"SequenceNumeric": str(number), "CarrierReferenceID": abo, "FamilyName": name,
            "GivenName": "JO", "BirthDateTime": "1990-01-01",
            "AdditionalDocument": [{"ID": document, "TypeCode": "P", "IssueCountryCode": "NLD"}],
            **more}  # fmt: skip


ROE, DOE = person(1, "A1", "ROE", "X1"), person(2, "A2", "DOE", "X2")


def listed(number, *persons, does="put", **more):
    """A message about the passengers of a flight."""
    body = {"BorderTransportMeans": {"JourneyID": "XA0070", "Passenger": list(persons)}}
    return event(does, number, kind="flight", part="passengers", package="persons-report",
                 sender="paperkite-airlines", party="paperkite", profile="paxlst-guide",
                 body=body, **more)  # fmt: skip


def flight(*happened):
    """Effects of the last of these, after two passengers of whom the second is refused."""
    told = [{"StatusCode": "released", "Subject": f"{LIST}[1]"},
            {"StatusCode": "refused", "Subject": f"{LIST}[2]"}]  # fmt: skip
    dossier = Dossier(DOSSIER, "flight")
    for one in (listed(1, ROE, DOE), said(2, "border-police", "", told, kind="flight"), *happened):
        effects = step(dossier, one, rules())
        dossier = remembered(effects)
    return effects


def patch(number, does, *persons):
    """Changes to the list."""
    changes = tuple(Change(does, LIST, one) for one in persons)
    return listed(number, *persons, does="patch", changes=changes)


CUT = Extent(declared=2, taken=1, left_out=(f"{LIST}[2]",), cut=True)
SAME_PASSPORT = person(1, "A9", "DOE", "X2")
SAME_NAME = person(1, "A9", "DOE", "X9")
GONE = (
    # what happens to the refused passenger, overall status
    ([patch(3, "remove", DOE)], "released"),
    ([patch(3, "absent", DOE)], "released"),
    ([patch(3, "keep", ROE)], "refused"),
    ([listed(3, ROE)], "refused"),
    ([listed(3, ROE, extent=CUT)], "refused"),
    ([listed(3, ROE, {**DOE, "FamilyName": "DOES"})], "refused"),
    ([listed(3, DOE, ROE)], "refused"),
    ([event("withdraw", 3, kind="flight", part="passengers", party="paperkite")], "refused"),
    ([event("withdraw", 3, kind="flight", party="paperkite")], "refused"),
    ([patch(3, "remove", DOE), listed(4, DOE, does="merge")], "refused"),
    ([patch(3, "remove", DOE), listed(4, SAME_PASSPORT, does="merge")], "refused"),
    ([patch(3, "remove", DOE), listed(4, SAME_NAME, does="merge")], "waiting"),
    ([patch(3, "absent", DOE), listed(4, DOE, does="merge")], "refused"),
)


@pytest.mark.parametrize(("happened", "overall"), GONE)
def test_only_who_is_named_as_removed_takes_an_objection_along(happened, overall):
    """It returns with them under any strong key; whatever else happens lifts nothing."""
    assert flight(*happened).dossier.overall == overall


@pytest.mark.parametrize("gone", [patch(3, "remove", DOE), listed(3, ROE)])
def test_the_agency_hears_by_name_who_is_gone(gone):
    """Whom it objected to, as its view passed them, with what it answered."""
    (row,) = [one for one in flight(gone).queue if one.what == "document"]
    assert orjson.loads(row.payload)["removed"] == [
        {"path": f"{LIST}[2]", "answered": "refused", "name": "DOE JO"}
    ]


def test_who_is_gone_without_an_objection_is_not_named():
    """The list says it by itself."""
    (row,) = [one for one in flight(patch(3, "remove", ROE)).queue if one.what == "document"]
    assert "removed" not in orjson.loads(row.payload)


def test_a_favourable_answer_does_not_return():
    """Who was taken off and comes back is new, with a number never used before."""
    effects = flight(patch(3, "remove", ROE, DOE), listed(4, ROE, does="merge"))
    assert effects.dossier.overall == "waiting"
    persons = orjson.loads(effects.queue[0].payload)["body"]["BorderTransportMeans"]["Passenger"]
    assert [one["SequenceNumeric"] for one in persons] == ["3"]


def test_strong_keys_are_the_references_and_documents_of_a_person():
    """Digests, so that nothing of the person is kept; a name is no strong key."""
    (passengers,) = [one for one in numbered_lists("persons-report") if one.path == LIST]
    keys = strong_keys(DOE, passengers)
    assert len(keys) == 3
    assert all(len(one) == 32 for one in keys)
    assert not set(keys) & set(strong_keys(SAME_NAME, passengers))
    assert len(set(keys) & set(strong_keys(SAME_PASSPORT, passengers))) == 2
    assert strong_keys({"FamilyName": "DOE"}, passengers) == ()
