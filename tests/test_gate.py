"""The limits of a name: what counts, what makes room, and how long it takes."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from broker.access import Principal
from broker.errors import BusyFault
from broker.gate import LOOK_AGAIN_S, Allowance, Gate
from broker.state import parked, submissions
from broker.state.database import MemoryDatabase
from tests.broker_in_process import story

MANY = Allowance(1000, 10**9, 1000, 10**9, 10**7)
HOLDER = Principal("a", "sender", "p", ("customs",))


class Ticking:
    """Seconds that a test moves."""

    seconds = 1000.0

    def __call__(self):
        """What the clock says."""
        return self.seconds


class Desk:
    """A gate over a database in memory, with a clock that a test moves."""

    def __init__(self, **limits):
        self.clock = Ticking()
        self.database = MemoryDatabase()
        self.reads = 0
        plumbing = type("Plumbing", (), {
            "database": self, "clock": type("Clock", (), {"ticks": self.clock})
        })  # fmt: skip
        self.gate = Gate(plumbing, replace(MANY, **limits))
        self.number = 0

    async def read(self, work):
        """The database's, counted."""
        self.reads += 1
        return await self.database.read(work)

    async def lodge(self, size=1):
        """Lodge so many bytes; the submission's id."""
        async with self.gate.passage(HOLDER) as passage:
            await passage.take(size, declared=True)
            self.number += 1
            name = f"s_{self.number}"
            await self.database.write(
                lambda one: submissions.put(one, [row(name, self.number, size)], [b""])
            )
            passage.end(name)
        return name

    async def finish(self, *names, last=1):
        """Translation has committed a verdict of these."""
        rows = [
            {"submission": name, "message": 1, "reference": "", "verdict": "accepted",
             "problems": b"[]", "last": last}
            for name in names
        ]  # fmt: skip
        await self.database.write(lambda one: submissions.put_messages(one, rows))


def row(name, number, size):
    """A submission as intake writes it."""
    return {
        "number": number, "id": name, "sender": "a", "party": "p", "family": "customs",
        "format": "", "profile": "", "sha256": name, "bytes": size, "content_type": "",
        "idempotency_key": None, "reference": None, "delivery": None, "received_at": "",
        "same_bytes_as": None,
    }  # fmt: skip


async def refused(coroutine):
    """The seconds of a refusal."""
    with pytest.raises(BusyFault) as caught:
        await coroutine
    return caught.value.retry_after_s


@story
async def test_a_submission_is_in_flight_until_its_last_message():
    """A verdict of an earlier one makes no room."""
    desk = Desk(submissions_in_flight=1)
    name = await desk.lodge()
    await desk.finish(name, last=0)
    await refused(desk.lodge())
    desk.clock.seconds += LOOK_AGAIN_S
    await desk.database.write(
        lambda one: one.exec_driver_sql("UPDATE messages SET last = 1").rowcount
    )
    await desk.lodge()


@pytest.mark.parametrize(("state", "is_open"), [("parked", True), ("resumed", False)])
@story
async def test_what_waits_for_a_person_is_not_in_flight(state, is_open):
    """A parked submission costs nothing; one that was resumed does, as after a restart."""
    desk = Desk(submissions_in_flight=1)
    name = await desk.lodge()
    entry = type("Entry", (), {"headers": {"ce_id": name}, "key": "a", "value": b"",
                               "topic": "t", "partition": 0, "position": 0})  # fmt: skip
    held = await desk.database.write(
        lambda one: parked.park(one, "translation", entry, 0, reason="r", at="")
    )
    if state != "parked":
        await desk.database.write(lambda one: parked.settle(one, held, state))
    for gate in (desk.gate, Gate(desk.gate._plumbing, desk.gate._allowance)):
        await gate.recount()
        desk.gate = gate
        if is_open:
            async with gate.passage(HOLDER):
                pass
        else:
            await refused(desk.lodge())


@pytest.mark.parametrize(
    ("finished", "within_s", "asked", "wait_s"),
    [(0, 10, 1, 5), (10, 10, 1, 1), (2, 20, 5, 50), (1, 50, 9, 60), (9, 3, 10, 4)],
)
@story
async def test_how_long_translation_takes_is_told_from_what_it_has_finished(
    finished, within_s, asked, wait_s
):
    """So many bytes of a hundred were finished in so many seconds, and so many are asked for."""
    desk = Desk(bytes_in_flight=100)
    names = [await desk.lodge() for _ in range(100)]
    await desk.finish(*names[:finished])
    desk.clock.seconds += within_s
    asked += finished
    assert await refused(desk.lodge(asked)) == wait_s


@story
async def test_the_database_is_asked_only_when_a_limit_would_refuse_and_not_each_time():
    """Below the limit never; above it once for a while, however often somebody tries."""
    desk = Desk(submissions_in_flight=3)
    for _ in range(3):
        await desk.lodge()
    assert desk.reads == 0
    for _ in range(10):
        await refused(desk.lodge())
    looked = desk.reads
    assert looked == 2
    desk.clock.seconds += LOOK_AGAIN_S
    await asyncio.gather(*(refused(desk.lodge()) for _ in range(10)))
    assert desk.reads == 2 * looked


@story
async def test_few_ids_of_what_is_finished_are_kept(monkeypatch):
    """Far below every limit too: some questions for many submissions, and the counts are right."""
    monkeypatch.setattr("broker.gate.KNOWN_MAX", 10)
    desk = Desk()
    desk.gate._account("a").known_max = 10
    open_ones = [await desk.lodge() for _ in range(30)]
    for _ in range(300):
        await desk.finish(await desk.lodge())
        desk.clock.seconds += 1
    account = desk.gate._account("a")
    assert {*open_ones} <= {*account.unfinished}
    assert account.count == account.held <= 2 * len(open_ones)
    assert desk.reads <= 2 * (2 + 300 // len(open_ones))


@story
async def test_what_was_refused_is_told_the_log_once_a_minute():
    """Of each name and limit, so that who knocks all day fills no disk."""
    desk = Desk(requests_per_minute=1)
    with capture_logs() as logs:
        for _ in range(130):
            with contextlib.suppress(BusyFault):
                desk.gate.admit(HOLDER)
            desk.clock.seconds += 1
    assert [(one["event"], one["sender"], one["limit"]) for one in logs] == [
        ("request.limited", "a", "requests_per_minute")
    ] * 3


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("lodge"), st.integers(1, 10)),
        st.tuples(st.just("finish"), st.integers(0, 9)),
        st.tuples(st.just("pass"), st.floats(0, 70)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
def test_no_limit_is_ever_passed_and_whatever_is_refused_comes_in_later(steps):
    """Lodging, finishing, waiting and restarting in any order: the counts are those of the truth.

    Refused is only what would pass a limit, and after its seconds a window lets it in.
    """

    async def run():
        desk = Desk(bytes_per_minute=20, submissions_in_flight=4, bytes_in_flight=25)
        flying, taken = {}, []
        for what, how in steps:
            if what == "lodge":
                used = sum(size for at, size in taken if at >= desk.clock.seconds - 62)
                full = len(flying) == 4 or sum(flying.values()) + how > 25
                try:
                    flying[await desk.lodge(how)] = how
                    assert not full
                    taken.append((desk.clock.seconds, how))
                except BusyFault as fault:
                    assert full or used + how > 20
                    if fault.limit["name"] == "bytes_per_minute":
                        desk.clock.seconds += fault.retry_after_s
                        flying[await desk.lodge(how)] = how
                        taken.append((desk.clock.seconds, how))
            elif what == "finish" and len(flying) > how:
                name = list(flying)[how]
                del flying[name]
                await desk.finish(name)
                desk.clock.seconds += 2 * LOOK_AGAIN_S  # it is not asked for again at once
            elif what == "pass":
                desk.clock.seconds += LOOK_AGAIN_S + how
            elif what == "restart":  # the windows of the last minute are forgotten with a process
                desk.gate = Gate(desk.gate._plumbing, desk.gate._allowance)
                await desk.gate.recount()
                taken.clear()
            for begin, _ in taken:
                assert sum(size for at, size in taken if begin <= at <= begin + 60) <= 20

    asyncio.run(run())
