"""A due time of a dossier has come."""

from dataclasses import replace

import pytest

from broker.core.step import step
from broker.dossiers.board import deadline_name, silence_name
from broker.model.dossier import Dossier
from tests.broker_in_process import body, items_of
from tests.sample_events import (
    CUSTOMS,
    DOSSIER,
    PLANTS,
    event,
    opened,
    put,
    remembered,
    rules,
    said,
)

FLOWERS, BOOKS = "06031100", "49019900"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[1]"


def packed():
    """A declaration in wood, which plant health may release by silence."""
    tree = body("QZ-1", BOOKS)
    items_of(tree)[0]["Packaging"][0]["TypeCode"] = "8A"
    return remembered(step(Dossier(DOSSIER, "declaration"), event("put", 1, body=tree), rules()))


def elapsed(dossier, name, at, number=50):
    """The effects of a moment that has come."""
    return step(dossier, event("elapsed", number, name=name, received_at=at), rules())


WORDS = (
    # what plant health has answered, whether its deadline matters
    ([], True),
    ([{"StatusCode": "acknowledged"}], True),
    ([{"NativeText": "seen"}], True),
    ([{"StatusCode": "held"}], True),
    ([{"StatusCode": "released"}], False),
    ([{"StatusCode": "conditional"}], False),
)


@pytest.mark.parametrize(("words", "matters"), WORDS)
def test_a_deadline_matters_until_all_is_settled(words, matters):
    """An ask that is not settled is overdue, and stays open to an answer."""
    dossier = opened(FLOWERS)
    if words:
        dossier = remembered(step(dossier, said(2, "plant-health", "", words), rules()))
    ask = dossier.asks[PLANTS]
    effects = elapsed(dossier, deadline_name(ask), ask.due_at)
    assert [one.state for one in effects.asks] == (["overdue"] if matters else [])
    assert effects.outcome == ("applied" if matters else "repeated")
    word = {"StatusCode": "released", "NativeText": "after all"}
    late = step(remembered(effects), said(3, "plant-health", "", [word]), rules())
    assert late.dossier.overall == "waiting"  # for customs alone


@pytest.mark.parametrize("name", ["deadline//customs/customs-control/9", "deadline//x/y/1", "odd"])
def test_a_moment_that_means_nothing_changes_nothing(name):
    """Of another showing, another agency, or unknown."""
    effects = elapsed(opened(BOOKS), name, "2027-01-01T00:00:00.000Z")
    assert (effects.outcome, effects.asks, effects.queue) == ("repeated", (), ())


def test_the_deadline_of_a_superseded_ask_changes_nothing():
    """A newer ask has its own."""
    dossier = opened(FLOWERS)
    old = dossier.asks[PLANTS]
    dossier = remembered(step(dossier, put(2, FLOWERS, FLOWERS), rules()))
    assert elapsed(dossier, deadline_name(old), old.due_at).outcome == "repeated"


def test_the_deadline_of_an_ask_that_was_asked_again_moves_on():
    """The moment that was set first comes too early: the next one is at the new time."""
    dossier = opened(BOOKS)
    ask = dossier.asks[CUSTOMS]._replace(due_at="2026-12-01T00:00:00.000Z")
    dossier = replace(dossier, asks={**dossier.asks, CUSTOMS: ask})
    early = elapsed(dossier, deadline_name(ask), "2026-11-23T09:30:00.000Z")
    assert early.asks == ()
    assert [(one.name, one.at) for one in early.due] == [(deadline_name(ask), ask.due_at)]
    late = elapsed(dossier, deadline_name(ask), ask.due_at)
    assert [one.state for one in late.asks] == ["overdue"]


SILENCES = (
    # what plant health has answered before, status of the whole after its silence
    ([], "released"),
    ([{"StatusCode": "acknowledged"}], "released"),
    ([{"StatusCode": "held"}], "held"),
    ([{"StatusCode": "held", "Subject": ITEM}], "held"),
    ([{"StatusCode": "conditional"}], "conditional"),
    ([{"StatusCode": "released"}], "released"),
)


@pytest.mark.parametrize(("words", "overall"), SILENCES)
def test_silence_releases_what_is_open_and_lifts_nothing(words, overall):
    """Customs has released: the rest is plant health's, which did not answer in time."""
    dossier = packed()
    happened = [said(2, "customs", "", [{"StatusCode": "released"}])]
    happened += [said(3, "plant-health", "", words)] if words else []
    for one in happened:
        dossier = remembered(step(dossier, one, rules()))
    effects = elapsed(dossier, silence_name(dossier.asks[PLANTS]), "2026-11-26T00:00:00.000Z")
    assert effects.dossier.overall == overall


def test_silence_is_about_the_delivery_that_was_acknowledged():
    """A newer version with another content is not released by the silence on the older one."""
    dossier = packed()
    old = dossier.asks[PLANTS]
    tree = body("QZ-1", BOOKS)
    items_of(tree)[0]["Packaging"][0] |= {"TypeCode": "8A", "MarksNumbersID": "OTHER"}
    dossier = remembered(step(dossier, event("put", 2, body=tree), rules()))
    assert dossier.asks[PLANTS].showing > old.showing
    assert elapsed(dossier, silence_name(old), "2026-11-26T00:00:00.000Z").outcome == "repeated"


def test_an_agency_may_object_after_its_silence():
    """Silence is the weakest word."""
    dossier = packed()
    effects = elapsed(dossier, silence_name(dossier.asks[PLANTS]), "2026-11-26T00:00:00.000Z")
    (silent,) = effects.answers
    assert (silent.silent, silent.status, silent.showing) == (True, "released", 1)
    held = step(
        remembered(effects), said(60, "plant-health", "", [{"StatusCode": "held"}]), rules()
    )
    assert held.dossier.overall == "held"
