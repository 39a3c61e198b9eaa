"""The limits at the doors: what is refused, when it may come again, and what counts."""

import asyncio
import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from broker.access import OwnLimits, Principal
from broker.errors import BusyFault
from broker.gate import LOOK_AGAIN_S, Allowance, Gate
from broker.metrics import METRICS
from broker.state import parked, submissions
from broker.state.database import MemoryDatabase
from broker.state.tables import SUBMISSIONS
from tests.broker_in_process import (
    OPERATOR,
    OTHER,
    SENDER,
    XML,
    configuration,
    declaration,
    in_process,
    story,
)

PATH = "/v1/submissions"
BYTES = declaration("QZ-1")
SIZE = len(BYTES)
MANY = Allowance(1000, 10**9, 1000, 10**9, 10**7)
HOLDER = Principal("a", "sender", "p", ("customs",))


class Ticking:
    """Seconds that a test moves."""

    seconds = 1000.0

    def __call__(self):
        """What the clock says."""
        return self.seconds


@contextlib.asynccontextmanager
async def limited(name=SENDER, directory=None, settings=None, **limits):
    """A broker whose clock stands still, with these limits in the file of this name."""
    config = configuration()
    own = replace(config.principals[name], limits=OwnLimits(**limits))
    config = replace(config, principals={**config.principals, name: own})
    async with in_process(config, directory, **(settings or {})) as broker:
        broker.clock.ticks = Ticking()
        yield broker


async def lodged(broker, key=SENDER, content=BYTES, **headers):
    """What the door says to a submission."""
    return await broker.call("POST", PATH, key, content=content, headers={**XML, **headers})


async def in_chunks(content, size=1000):
    """A body without a length."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def refusal(told, name, value, set_by):
    """The answer is 429 for this limit; after how many seconds to come back."""
    assert told.status_code == 429, told.text
    shown = told.json()
    assert (shown["status"], shown["code"]) == (429, "sender.limited")
    wait_s = int(told.headers["retry-after"])
    assert wait_s >= 1
    assert shown["limit"] == {
        "name": name, "value": value, "set_by": set_by, "retry_after_s": wait_s
    }  # fmt: skip
    for said in (name, str(value), set_by, f"come back in {wait_s} seconds"):
        assert said in shown["detail"]
    return wait_s


def own(name):
    """Where the limits of these tests are set."""
    return f"limits.{name} in the file of {SENDER!r}"


@story
async def test_requests_beyond_the_limit_are_told_when_to_come_back():
    """429 with limit, value, field and seconds; then open again; others are not concerned."""
    async with limited(requests_per_minute=2) as broker:
        clock = broker.clock.ticks
        limit = METRICS.limited.labels(SENDER, "requests_per_minute")
        before = limit._value.get()
        for _ in range(2):
            assert (await lodged(broker)).status_code == 202
            clock.seconds += 10
        wait_s = refusal(await lodged(broker), "requests_per_minute", 2, own("requests_per_minute"))
        assert wait_s == 41
        assert limit._value.get() == before + 1
        assert (await lodged(broker, OTHER)).status_code == 202
        clock.seconds += wait_s
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("POST", PATH, SENDER),
        ("POST", "/v1/responses", "customs"),
        ("GET", "/v1/feed", "customs"),
        ("GET", f"{PATH}/s_1", SENDER),
        ("GET", f"{PATH}/s_1/raw", SENDER),
        ("GET", "/v1/keys", OPERATOR),
        ("GET", "/v1/parked", OPERATOR),
        ("GET", "/v1/trace/o_1", OPERATOR),
    ],
)
@story
async def test_every_door_with_a_key_counts_a_request_once(method, path, key):
    """Whatever it answers; of the setting, where a file says nothing."""
    async with limited(settings={"requests_per_minute_max": 3}) as broker:
        told = [await broker.call(method, path, key) for _ in range(4)]
        assert 429 not in {one.status_code for one in told[:3]}
        refusal(told[3], "requests_per_minute", 3, "requests_per_minute_max in broker.yaml")
        assert (await broker.call("GET", "/livez")).status_code == 200


@story
async def test_a_wrong_key_is_no_request_of_anyone():
    """Who is not known is told so, however often, and uses up nothing of another."""
    async with limited(requests_per_minute=1) as broker:
        for _ in range(3):
            assert (await broker.call("GET", "/v1/feed", "nobody")).status_code == 401
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 200


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"requests_per_minute": 1}, "requests_per_minute"),
        ({"bytes_per_minute": SIZE + 10}, "bytes_per_minute"),
        ({"submissions_in_flight": 1}, "submissions_in_flight"),
        ({"bytes_in_flight": SIZE + 10}, "bytes_in_flight"),
    ],
)
@story
async def test_a_declared_body_is_not_read_when_a_limit_is_reached(limits, name):
    """The announced length counts before the first byte."""
    read = []

    async def body():
        read.append(1)
        yield BYTES

    async with limited(**limits) as broker:
        assert (await lodged(broker)).status_code == 202
        told = await lodged(broker, content=body(), **{"Content-Length": str(SIZE)})
        refusal(told, name, limits[name], own(name))
        assert read == []
        assert len(await broker.rows(SUBMISSIONS)) == 1


@story
async def test_bytes_are_counted_with_and_without_a_length():
    """The same bytes in chunks use up as much; after Retry-After the largest body is taken."""
    async with limited(bytes_per_minute=2 * SIZE) as broker:
        clock = broker.clock.ticks
        for content in (BYTES, in_chunks(BYTES)):
            assert (await lodged(broker, content=content)).status_code == 202
        name = "bytes_per_minute"
        for content in (BYTES, in_chunks(BYTES)):
            wait_s = refusal(await lodged(broker, content=content), name, 2 * SIZE, own(name))
            assert wait_s == 61
        clock.seconds += wait_s
        assert (await lodged(broker, content=in_chunks(BYTES + b" " * SIZE))).status_code == 202


@story
async def test_a_body_without_a_length_is_refused_while_it_is_read():
    """As soon as it is more than may be taken; what was read of it has been taken."""
    async with limited(bytes_per_minute=2 * SIZE) as broker:
        assert (await lodged(broker, content=BYTES + b" " * (SIZE - 1500))).status_code == 202
        read = []

        async def body():
            async for chunk in in_chunks(BYTES):
                read.append(len(chunk))
                yield chunk

        told = await lodged(broker, content=body())
        assert refusal(told, "bytes_per_minute", 2 * SIZE, own("bytes_per_minute")) == 61
        assert sum(read) == 2000 < SIZE


@pytest.mark.parametrize("name", ["bytes_per_minute", "bytes_in_flight"])
@story
async def test_a_body_that_a_limit_could_never_take_is_too_large(name):
    """413 that names the limit, and no Retry-After: it would never come in."""
    async with limited(**{name: SIZE - 1}) as broker:
        for content in (BYTES, in_chunks(BYTES)):
            told = await lodged(broker, content=content)
            assert (told.status_code, told.json()["code"]) == (413, "request.too-large")
            assert told.json()["limit"] == {"name": name, "value": SIZE - 1, "set_by": own(name)}
            assert name in told.json()["detail"]
            assert "retry-after" not in told.headers


@pytest.mark.parametrize(
    ("name", "value"), [("submissions_in_flight", 2), ("bytes_in_flight", 2 * SIZE)]
)
@story
async def test_what_is_translated_makes_room(name, value):
    """Two may be in flight; when translation has committed their last messages, two others may."""
    async with limited(**{name: value}) as broker:
        for _ in range(2):
            for _ in range(2):
                assert (await lodged(broker)).status_code == 202
            assert refusal(await lodged(broker), name, value, own(name))
            broker.clock.ticks.seconds += LOOK_AGAIN_S
            await broker.settle()


@story
async def test_only_what_was_accepted_is_in_flight():
    """Not the same key again, not what was refused, and not what was never read."""
    async with limited(submissions_in_flight=2, bytes_in_flight=2 * SIZE) as broker:
        key = {"Idempotency-Key": "k-1"}
        assert (await lodged(broker, **key)).status_code == 202
        other = BYTES[:-1] + b" "
        for status, content, headers in (
            (200, BYTES, key),
            (409, other, key),
            (400, b"", {}),
            (415, b"x", {"Content-Type": "a/b"}),
            (400, BYTES, {"Swb-Reference": "broken"}),
        ):
            assert (await lodged(broker, content=content, **headers)).status_code == status
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429


@story
async def test_after_a_restart_what_is_in_flight_still_counts(tmp_path, monkeypatch):
    """It is counted from the database, whoever accepted it, until it is translated."""
    monkeypatch.setattr(submissions, "COUNTED_AT_ONCE", 2)
    async with limited(directory=tmp_path) as broker:
        await broker.lodge(BYTES)
        for _ in range(4):
            await lodged(broker)
            await lodged(broker, OTHER)
    async with limited(directory=tmp_path, submissions_in_flight=5) as broker:
        broker.clock._numbers = itertools.count(1000)
        await broker.stations.gate.run()
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429
        assert (await lodged(broker, OTHER)).status_code == 202
        broker.clock.ticks.seconds += LOOK_AGAIN_S
        await broker.settle()
        assert (await lodged(broker)).status_code == 202


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
            elif what == "pass":
                desk.clock.seconds += LOOK_AGAIN_S + how
            elif what == "restart":  # the windows of the last minute are forgotten with a process
                desk.gate = Gate(desk.gate._plumbing, desk.gate._allowance)
                await desk.gate.recount()
                taken.clear()
            for begin, _ in taken:
                assert sum(size for at, size in taken if begin <= at <= begin + 60) <= 20

    asyncio.run(run())
