"""Decisions that are sent without being asked for: confirmed, or reported to the agency."""

import orjson

from broker.adapter import REPLY
from broker.core.confirmed import moment_of
from broker.model.dossier import Dossier
from broker.state import due
from broker.state.database import MemoryDatabase
from broker.state.due import Due
from tests.broker_in_process import story
from tests.core.test_requests import POLICE, about, by_number, chunk, person
from tests.sample_events import DOSSIER, after, event, remembered

LATER = "2026-11-22T10:00:00.000Z"


def decided():
    """A list was answered: the carrier is told by an unsolicited reply."""
    asked = remembered(after(Dossier(DOSSIER, "flight"), chunk(1, "T1", person("A1"))))
    return after(asked, by_number(3, "T1", about("ABO", "A1", "refused")))


def expected(effects):
    """The moments at which replies must have been confirmed."""
    return [one for one in effects.due if one.name.startswith("acknowledge/")]


def test_an_unsolicited_reply_must_be_confirmed_within_the_time_of_its_profile():
    """Half an hour by the profile of the list; the reply to a list itself needs none."""
    effects = decided()
    (reply,) = [row for row in effects.queue if row.what == "reply"]
    (moment,) = expected(effects)
    assert moment.name.startswith(moment_of(reply.id))
    assert moment.at == LATER
    assert expected(after(Dossier(DOSSIER, "flight"), chunk(1, "T1", person("A1")))) == []


def elapsed(name):
    """A moment has come."""
    return event("elapsed", 9, kind="flight", name=name, received_at=LATER)


def test_the_agency_is_notified_when_nothing_was_confirmed():
    """The notice names the reply, since when, and part and purpose; nothing else changes."""
    before = decided()
    (moment,), (reply,) = expected(before), [r for r in before.queue if r.what == "reply"]
    effects = after(remembered(before), elapsed(moment.name))
    (row,) = effects.queue
    assert (row.recipient, row.what, row.type) == (POLICE, "notice", "answer.unacknowledged")
    assert orjson.loads(row.payload) == {
        "dossier": DOSSIER, "part": "passengers", "purpose": "border-control",
        "delivery": reply.id, "since": before.event.received_at,
        "version": 0, "changed": [], "gone": [], "now": "",
    }  # fmt: skip
    assert effects.dossier.overall == before.dossier.overall


def test_a_confirmation_drops_the_moment_and_is_not_replied_to():
    """The note that names the reply ends what was expected; sent again, it changes nothing."""
    before = decided()
    (reply,) = [row for row in before.queue if row.what == "reply"]
    note = event("note", 4, kind="flight", references=[(REPLY, reply.id)])
    effects = after(remembered(before), note)
    assert (effects.outcome, effects.queue) == ("applied", ())
    assert effects.drops == (moment_of(reply.id),)
    again = after(remembered(effects), note)
    assert (again.outcome, again.drops) == ("repeated", ())


def test_an_agency_that_is_not_entitled_any_more_is_not_notified():
    """The list was taken back meanwhile."""
    before = decided()
    (moment,) = expected(before)
    gone = event("withdraw", 5, kind="flight", sender="paperkite-airlines", party="paperkite")
    effects = after(remembered(before), gone, elapsed(moment.name))
    assert (effects.outcome, effects.queue) == ("repeated", ())


@story
async def test_moments_are_dropped_by_how_they_begin():
    """Those of one reply of one dossier; all others stay."""
    database = MemoryDatabase()
    names = ["acknowledge/d_1/a", "acknowledge/d_1/b", "acknowledge/d_11/a", "until/d_1/1"]

    def work(connection):
        due.put(connection, [Due(dossier, name, LATER, "flight")
                             for dossier in ("o_1", "o_2") for name in names])  # fmt: skip
        due.drop_begun(connection, "o_1", moment_of("d_1"))
        return [(one.dossier, one.name) for one in due.upto(connection, LATER, 99)]

    left = await database.write(work)
    assert sorted(left) == sorted(
        [("o_1", name) for name in names[2:]] + [("o_2", name) for name in names]
    )
