"""When an agency is asked, until when, and what becomes of its answers when the data change."""

import orjson
import pytest

from broker.core.asking import is_opened, moved_answers, silence_of
from broker.core.step import step
from broker.model.vector import EMPTY, Mark, Vector
from tests.sample_events import CUSTOMS, PLANTS, answer, ask, opened, put, remembered, rules, said

FLOWERS, BOOKS, MEAT = "06031100", "49019900", "02013000"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
DAY_LATER = "2026-11-23T09:30:00.000Z"
HELD, RELEASED = {"StatusCode": "held"}, {"StatusCode": "released"}


def vector(*since, rest=1):
    """Items that are as they were shown since these showings; 0: it is gone."""
    marks = {ITEM.format(at): Mark(b"%08d" % at, one) for at, one in enumerate(since, 1) if one}
    return Vector(Mark(b"restrest", rest), marks)


OPENED = (
    (vector(1, 1), False),
    (vector(1, 3), True),
    (vector(3, 3), True),
    (vector(1, 0), False),
    (vector(1, rest=3), False),
    (vector(rest=3), True),
    (vector(rest=1), False),
    (EMPTY, False),
)


@pytest.mark.parametrize(("what", "opened_now"), OPENED)
def test_a_showing_opens_what_is_new_or_changed(what, opened_now):
    """Where there are elements, what is outside them is in the basis of each."""
    assert is_opened(what, 3) is opened_now


MOVED = (
    # status, subject, what is shown now, whether it has moved at showing 3
    ("held", ITEM.format(2), vector(1, 1), False),
    ("held", ITEM.format(2), vector(1, 3), True),
    ("held", ITEM.format(2), vector(1, 0), True),
    ("held", ITEM.format(1), vector(1, 0), False),
    ("held", ITEM.format(2) + ".Commodity", vector(1, 3), True),
    ("held", "", vector(1, 1), False),
    ("held", "", vector(1, 3), True),
    ("held", "", vector(1, 0), True),
    ("held", "GoodsShipment.Importer", vector(1, 3), False),
    ("held", "GoodsShipment.Importer", vector(1, 1, rest=3), True),
    ("released", ITEM.format(2), vector(1, 3), False),
    ("acknowledged", ITEM.format(2), vector(1, 3), False),
    (None, ITEM.format(2), vector(1, 3), False),
)


@pytest.mark.parametrize(("status", "subject", "now", "moved"), MOVED)
def test_an_adverse_answer_about_what_changed_or_went_counts_against_the_whole(
    status, subject, now, moved
):
    """From the first showing that shows another thing, or none."""
    one = answer(PLANTS, status, subject)
    found = moved_answers([one], now, vector(1, 1), 3)
    assert [each.changed_at for each in found] == ([3] if moved else [])


def test_an_answer_moves_once():
    """It keeps the showing at which it moved first."""
    one = answer(PLANTS, "held", ITEM.format(2), changed_at=2)
    assert moved_answers([one], vector(1, 3), vector(1, 2), 3) == []


def played(dossier, *happened):
    """The effects of the last event, each worked on what the one before it left."""
    for one in happened:
        effects = step(dossier, one, rules())
        dossier = remembered(effects)
    return effects


def asks_of(effects, target):
    """The asks of a target that an event made or changed: showing, state, until when."""
    return [(one.showing, one.state, one.due_at) for one in effects.asks if one.target == target]


LATER = {"received_at": "2026-11-22T15:00:00.000Z"}
EVENING = "2026-11-23T15:00:00.000Z"
RESTARTS = (
    # what happens before version 2, its codes, asks of plant health
    ([], [FLOWERS, BOOKS, MEAT], []),
    ([], [FLOWERS, FLOWERS], [(1, "superseded", DAY_LATER), (2, "open", DAY_LATER)]),
    ([RELEASED], [FLOWERS, FLOWERS], [(1, "superseded", DAY_LATER), (2, "open", EVENING)]),
    ([RELEASED], [FLOWERS, MEAT], []),
    ([{"StatusCode": "acknowledged"}], [FLOWERS, FLOWERS],
     [(1, "superseded", DAY_LATER), (2, "open", DAY_LATER)]),
    ([HELD], [FLOWERS, FLOWERS], [(1, "superseded", DAY_LATER), (2, "open", DAY_LATER)]),
)  # fmt: skip


@pytest.mark.parametrize(("answers", "codes", "asks"), RESTARTS)
def test_a_new_version_restarts_an_ask_only_if_it_opens_something(answers, codes, asks):
    """What was waiting already keeps its time: the period counts from the oldest unanswered."""
    before = [said(2, "plant-health", "", answers)] if answers else []
    effects = played(opened(FLOWERS, BOOKS), *before, put(3, *codes, **LATER))
    assert asks_of(effects, PLANTS) == asks


def test_a_late_objection_to_what_changed_is_asked_about_anew():
    """All was released: the ask counts again, from now."""
    dossier = opened(FLOWERS)
    old = dossier.shown[PLANTS].delivery
    dossier = remembered(played(opened(FLOWERS), put(2, "06031200")))
    new = dossier.shown[PLANTS].delivery
    late = said(4, "plant-health", old, [HELD], **LATER)
    effects = played(dossier, said(3, "plant-health", new, [RELEASED]), late)
    assert effects.dossier.overall == "held"
    assert asks_of(effects, PLANTS) == [(2, "open", EVENING)]
    assert [one.at for one in effects.due] == [EVENING]


def test_silence_is_counted_only_where_it_releases():
    """The queue keeps what an acknowledgement needs: the moment's name and how long."""
    assert silence_of(None, "declaration") is None
    assert silence_of(ask(CUSTOMS), "declaration") is None
    text = silence_of(ask(CUSTOMS, silence="release", within_s=60, showing=3), "declaration")
    assert text is not None
    assert orjson.loads(text) == {
        "name": "silence//customs/customs-control/3", "within_s": 60, "kind": "declaration"
    }  # fmt: skip
