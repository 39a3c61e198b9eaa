"""Answers that come too late for some elements, and answers that are valid until a time."""

import orjson
import pytest

from broker.core.late import end_of
from broker.core.step import step
from tests.sample_events import (
    CUSTOMS,
    PLANTS,
    event,
    opened,
    put,
    remembered,
    rules,
    said,
)

FLOWERS, BOOKS, MEAT, BULBS = "06031100", "49019900", "02013000", "06011010"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
CONTAINER = "GoodsShipment.Consignment.TransportEquipment[1]"
RELEASED = {"StatusCode": "released"}


def played(dossier, *happened):
    """The effects of the last event, each worked on what the one before it left."""
    for one in happened:
        effects = step(dossier, one, rules())
        dossier = remembered(effects)
    return effects


def notices(effects, kind):
    """Whom a notice of this kind goes to, and what it holds."""
    return [(row.recipient, orjson.loads(row.payload))
            for row in effects.queue if row.type == kind]  # fmt: skip


LATE = (
    # codes first and then, subject of the late answer, changed, gone
    ([FLOWERS, BULBS], [FLOWERS, BULBS, BOOKS], "", [], []),
    ([FLOWERS, BULBS], [FLOWERS, FLOWERS], "", [2], []),
    ([FLOWERS, BULBS], [FLOWERS, FLOWERS], ITEM.format(1), [], []),
    ([FLOWERS, BULBS], [FLOWERS, FLOWERS], ITEM.format(2), [2], []),
    ([FLOWERS, BULBS], [BOOKS, BULBS], "", [], [1]),
    ([FLOWERS, BULBS], [BULBS, FLOWERS], "", [1, 2], []),
    ([FLOWERS, BULBS], [FLOWERS], "", [], [2]),
)


@pytest.mark.parametrize(("first", "then", "subject", "changed", "gone"), LATE)
def test_an_agency_hears_exactly_what_its_late_answer_does_not_settle(
    first, then, subject, changed, gone
):
    """Elements that changed since, elements that are gone, and which delivery shows them now."""
    dossier = opened(*first)
    old = dossier.shown[PLANTS].delivery
    answer = {**RELEASED, "Subject": subject} if subject else RELEASED
    effects = played(dossier, put(2, *then), said(3, "plant-health", old, [answer]))
    found = notices(effects, "answer.superseded")
    if not changed and not gone:
        assert found == []
        return
    ((whom, notice),) = found
    assert whom == "plant-health"
    assert notice["changed"] == [ITEM.format(number) for number in changed]
    assert notice["gone"] == [ITEM.format(number) for number in gone]
    now = effects.dossier.shown[PLANTS].delivery
    assert (notice["delivery"], notice["now"]) == (old, now)


def test_an_agency_that_is_not_entitled_any_more_hears_nothing_new():
    """What was changed is none of its affair."""
    dossier = opened(FLOWERS)
    old = dossier.shown[PLANTS].delivery
    effects = played(dossier, put(2, BOOKS), said(3, "plant-health", old, [RELEASED]))
    assert notices(effects, "answer.superseded") == []


def test_a_notice_that_decides_nothing_is_never_too_late():
    """Only answers with a status settle anything."""
    dossier = opened(FLOWERS)
    old = dossier.shown[PLANTS].delivery
    effects = played(dossier, put(2, BULBS), said(3, "plant-health", old, [{"NativeText": "hm"}]))
    assert notices(effects, "answer.superseded") == []


UNTIL = {**RELEASED, "ValidUntilDateTime": "2026-11-24"}


def test_a_favourable_answer_ends_at_its_time():
    """It is a due time; then what it settled is open, which is reported, and asked for again."""
    dossier = opened(BOOKS)
    effects = played(dossier, said(2, "customs", "", [UNTIL]))
    assert effects.dossier.overall == "released"
    (due,) = effects.due
    assert (due.name, due.at) == ("until/e_2/0", "2026-11-25T00:00:00.000Z")
    ended = played(remembered(effects), event("elapsed", 3, name=due.name, received_at=due.at))
    assert ended.dossier.overall == "waiting"
    ((whom, notice),) = notices(ended, "answer.expired")
    assert (whom, notice["gone"]) == ("customs", [])
    assert notice["changed"] == [CONTAINER, ITEM.format(1)]
    (ask,) = ended.asks
    assert (ask.target, ask.state, ask.asked_at) == (CUSTOMS, "open", due.at)
    assert "deadline//customs/customs-control/1" in {one.name for one in ended.due}
    again = played(remembered(ended), event("elapsed", 4, name=due.name, received_at=due.at))
    assert again.outcome == "repeated"


def test_an_answer_that_was_replaced_does_not_end_once_more():
    """The newer answer has no end, so nothing happens at the older one's."""
    dossier = opened(BOOKS)
    first = played(dossier, said(2, "customs", "", [UNTIL]))
    name = first.due[0].name
    effects = played(remembered(first), said(3, "customs", "", [RELEASED]),
                     event("elapsed", 4, name=name))  # fmt: skip
    assert (effects.outcome, effects.dossier.overall) == ("repeated", "released")


ENDED = (
    ("2026-11-21", "waiting"),
    ("2026-11-22", "released"),
    ("2026-11-22T09:29:59Z", "waiting"),
    ("2026-11-22T10:30:00+02:00", "waiting"),
)


@pytest.mark.parametrize(("until", "overall"), ENDED)
def test_an_answer_whose_time_is_past_settles_nothing(until, overall):
    """A day is valid to its end."""
    one = {**RELEASED, "ValidUntilDateTime": until}
    assert played(opened(BOOKS), said(2, "customs", "", [one])).dossier.overall == overall


def test_an_adverse_answer_has_no_end():
    """Only a word of its agency lifts it."""
    held = {"StatusCode": "held", "ValidUntilDateTime": "2026-11-24"}
    effects = played(opened(BOOKS), said(2, "customs", "", [held]))
    assert effects.due == ()


ENDS = (
    ("2026-11-22", "2026-11-23T00:00:00.000Z"),
    ("2026-12-31", "2027-01-01T00:00:00.000Z"),
    ("2026-02", "2026-03-01T00:00:00.000Z"),
    ("2026-12", "2027-01-01T00:00:00.000Z"),
    ("2026", "2027-01-01T00:00:00.000Z"),
    ("2026-11-22T10:00", "2026-11-22T10:00:00.000Z"),
    ("2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00.000Z"),
    ("2026-11-22T10:00:00-05", "2026-11-22T15:00:00.000Z"),
    ("2026-11-22T10:00:00.25Z", "2026-11-22T10:00:00.250Z"),
    ("2026-11-22T10", "2026-11-22T10:00:00.000Z"),
    ("2026-02-30", None),
    ("2026-11-22T25:00", None),
    ("soon", None),
)


@pytest.mark.parametrize(("moment", "at"), ENDS)
def test_a_moment_ends_at_the_end_of_what_it_names(moment, at):
    """A day, a month or a year at its end, a time as it is; without a zone UTC."""
    assert end_of(moment) == at
