"""Composed lists: the same for the same seed, valid, of one flight, and flawed when asked."""

import pytest

from adapters.airline.kinds import SAMPLES
from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import DEFECTS, compose_flawed, compose_tree
from adapters.wire.edifact import read
from broker.model.persons import PersonsReport
from tests.read_by import read_by


@pytest.mark.parametrize("items", [1, 2, 10, 400])
@pytest.mark.parametrize("name", SAMPLES)
def test_composed_messages_are_valid_and_accepted(name, items, guide):
    """Counts and references are right, there is no problem, and the body is valid."""
    payload = SAMPLES[name](items=items, number=items, seed=5)
    reading = read(payload)
    assert reading.problems == ()
    assert [one.problems for one in reading.messages if one.problems] == []
    for found in read_by(Paxlst(), payload, guide).messages:
        assert (found.verdict, found.problems) == ("accepted", ())
        for draft in found.events:
            PersonsReport.model_validate(draft.body)
            assert draft.unmapped == ()


@pytest.mark.parametrize("items", [1, 7, 60])
def test_a_list_reads_as_the_tree_it_was_written_from(items, guide):
    """Writing and reading by the same table lose nothing."""
    payload = SAMPLES["passengers"](items=items, number=2, seed=9)
    (found,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = found.events
    assert draft.does == "put"
    assert draft.body == compose_tree(items=items, number=2, seed=9)


def test_messages_of_one_number_and_seed_are_about_one_flight(guide):
    """List, pieces, crew and close name the same flight, another number another one."""
    flights = {
        draft.references[0].value
        for compose in SAMPLES.values()
        for found in read_by(Paxlst(), compose(items=5, number=3, seed=4), guide).messages
        for draft in found.events
    }
    assert len(flights) == 1
    payload = SAMPLES["passengers"](items=5, number=4, seed=4)
    (other,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = other.events
    assert draft.references[0].value not in flights


def test_pieces_hold_every_passenger_once(guide):
    """Three pieces together are the list."""
    payload = SAMPLES["pieces"](items=8, number=1, seed=1)
    references = [
        one["CarrierReferenceID"]
        for found in read_by(Paxlst(), payload, guide).messages
        for draft in found.events
        for one in draft.body["BorderTransportMeans"]["Passenger"]
    ]
    assert references == [f"SAMPLE{number:05d}" for number in range(1, 9)]


def test_the_same_seed_and_number_give_the_same_bytes():
    """Nothing is drawn: the bytes are the same today and tomorrow."""
    for compose in SAMPLES.values():
        first = compose(items=3, number=7, seed=11)
        assert first == compose(items=3, number=7, seed=11)
        assert first != compose(items=3, number=8, seed=11)
        assert first != compose(items=3, number=7, seed=12)


@pytest.mark.parametrize("seed", [0, -3, 2**63, 10**40])
def test_any_number_and_seed_compose(seed, guide):
    """Large and negative ones too."""
    payload = SAMPLES["passengers"](items=1, number=seed, seed=seed)
    (found,) = read_by(Paxlst(), payload, guide).messages
    assert found.verdict == "accepted"


def test_every_defect_is_the_one_that_is_named(guide):
    """A flawed list has the problem that its words name, and no other but whom it leaves out."""
    seen = set()
    for number in range(60):
        payload, words = compose_flawed(items=4, number=number, seed=2)
        (found,) = read_by(Paxlst(), payload, guide).messages
        code = words.rpartition("(")[2].rstrip(")")
        told = {problem.code for problem in found.problems}
        assert told - {"list.incomplete"} == {code}
        seen.add(words)
    assert seen == {words for _spoil, words in DEFECTS}
