"""Silence that counts from an arrival: from the one that was reported, in either order."""

from dataclasses import replace

import pytest

from broker.core.step import step
from broker.dossiers.board import silence_name
from broker.dossiers.reported import arrived_at
from broker.model.dossier import Dossier
from tests.broker_in_process import body, items_of
from tests.core.test_reported import declared, report
from tests.sample_events import DOSSIER, PLANTS, event, remembered, rules

BOOKS = "49019900"
HOURS_48 = 172_800
MRN = [("MRN", "26QZ1")]
ARRIVAL, ENDS = "2026-11-23T08:00:00.000Z", "2026-11-25T08:00:00.000Z"
REPORT = {"ArrivalDateTime": "2026-11-23T08:00:00Z"}
AFTER = "2026-11-23T09:00:00.000Z"


def waiting():
    """A declaration in wood; silence of plant health releases it 48 hours after the arrival."""
    tree = body("QZ-1", BOOKS)
    items_of(tree)[0]["Packaging"][0]["TypeCode"] = "8A"
    effects = step(Dossier(DOSSIER, "declaration"), event("put", 1, body=tree), rules())
    dossier = remembered(effects)
    ask = dossier.asks[PLANTS]._replace(counted_from="arrival", within_s=HOURS_48)
    assert ask.silence == "release"
    return replace(dossier, asks={**dossier.asks, PLANTS: ask})


def elapsed(dossier, at, number=50):
    """The silence of plant health has lasted its time since the acknowledgement."""
    name = silence_name(dossier.asks[PLANTS])
    return step(dossier, event("elapsed", number, name=name, received_at=at), rules())


def released(effects):
    """Whether something was released by silence."""
    return [one.status for one in effects.answers if one.silent] == ["released"]


REPORTS = (
    report(2, REPORT, received_at=AFTER, references=MRN),
    declared(2, "arrival", received_at=ARRIVAL),
)


@pytest.mark.parametrize("reports", REPORTS, ids=["authority", "declarant"])
def test_an_arrival_before_the_silence_counts_when_its_moment_comes(reports):
    """The later of the two: acknowledgement and arrival."""
    effects = step(waiting(), reports, rules())
    dossier = remembered(effects)
    assert arrived_at(dossier, "") == ARRIVAL
    early = elapsed(dossier, "2026-11-24T10:00:00.000Z")
    assert not released(early)
    assert [one.at for one in early.due] == [ENDS]
    assert released(elapsed(dossier, ENDS))


@pytest.mark.parametrize("reports", REPORTS, ids=["authority", "declarant"])
def test_an_arrival_after_the_ask_sets_its_moment_anew(reports):
    """The moment that is set already is moved to the one that counts from the arrival."""
    dossier = waiting()
    first = elapsed(dossier, "2026-11-23T07:00:00.000Z")
    assert not released(first)
    effects = step(remembered(first), reports, rules())
    (moved,) = effects.counted
    assert (moved.moment.name, moved.moment.at) == (silence_name(dossier.asks[PLANTS]), ENDS)
    assert moved.within_s == HOURS_48
    assert released(elapsed(remembered(effects), ENDS, 51))


def test_another_arrival_moves_it_again_and_the_same_does_not():
    """What is reported once more is no news; a correction is."""
    dossier = remembered(step(waiting(), REPORTS[0], rules()))
    again = step(dossier, report(3, REPORT, received_at=AFTER, references=MRN), rules())
    assert again.counted == ()
    moment = {"ArrivalDateTime": "2026-11-22T10:00:00Z"}
    other = step(dossier, report(3, moment, received_at=AFTER, references=MRN), rules())
    assert [one.moment.at for one in other.counted] == ["2026-11-24T10:00:00.000Z"]


def test_a_presentation_or_a_departure_counts_no_silence():
    """Only an arrival does."""
    for what in ("presentation", "departure"):
        assert step(waiting(), declared(2, what), rules()).counted == ()


def test_silence_without_any_arrival_releases_nothing():
    """Its moment is set again, so that a later report finds it."""
    effects = elapsed(waiting(), "2026-12-24T10:00:00.000Z")
    assert not released(effects)
    assert [one.at for one in effects.due] == ["2026-12-26T10:00:00.000Z"]
