"""Accepting submissions: many at once, on the log that a process runs with."""

import asyncio
import contextlib
from collections import Counter
from functools import partial

import pytest

from broker.access import Principal
from broker.clock import SystemClock
from broker.errors import BusyFault, LogFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.intake.accept import GROUP_MAX, OWED_AT_ONCE, Acceptance, Arrival
from broker.state import outbox, submissions
from broker.state.database import MemoryDatabase
from broker.state.tables import DOCUMENTS, MESSAGES, OUTCOMES, QUEUE, SUBMISSIONS
from tests.broker_in_process import OTHER, SENDER, XML, declaration, in_process, story
from tests.limits import HANG_S, tries

COPIES = 100
PATH = "/v1/submissions"
BYTES = declaration("QZ-1", "06031100", "02013000")


async def at_once(broker, requests):
    """All of these (bytes, key of the sender, headers) at the same time."""
    return await asyncio.gather(
        *(
            broker.call("POST", PATH, key, content=content, headers={**XML, **headers})
            for content, key, headers in requests
        )
    )


@pytest.fixture(params=["memory", "embedded"])
def directory(request, tmp_path):
    """Where the embedded log lives; None: in memory."""
    return tmp_path if request.param == "embedded" else None


@story
async def test_a_hundred_copies_with_one_key_are_one_submission(directory):
    """One is accepted, ninety-nine are given its receipt; one record, one verdict, one dossier."""
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, {"Idempotency-Key": "k-1"})] * COPIES)
        assert Counter(one.status_code for one in told) == {202: 1, 200: COPIES - 1}
        assert len({one.text for one in told}) == 1
        await broker.settle()
        for table in (SUBMISSIONS, MESSAGES, DOCUMENTS, OUTCOMES):
            assert len(await broker.rows(table)) == 1
        assert await broker.plumbing.log.ends("submissions.customs") == [(0, 1)]


@story
async def test_a_hundred_copies_without_a_key_are_one_version(tmp_path):
    """A hundred receipts, a hundred outcomes: one applied, the others repeated; one delivery."""
    async with in_process(directory=tmp_path) as broker:
        told = await at_once(broker, [(BYTES, SENDER, {})] * COPIES)
        assert {one.status_code for one in told} == {202}
        receipts = [one.json() for one in told]
        assert len({one["submission"] for one in receipts}) == COPIES
        assert [one["same_bytes_as"] for one in receipts].count(None) == 1
        await broker.settle()
        outcomes = Counter(row["outcome"] for row in await broker.rows(OUTCOMES))
        assert outcomes == {"applied": 1, "repeated": COPIES - 1}
        assert len(await broker.rows(DOCUMENTS)) == 1
        for name in ("customs", "plant-health", "animal-health"):
            given = [one for one in await broker.feed(name) if one["type"].startswith("goods")]
            assert len(given) == 1
        replies = [row for row in await broker.rows(QUEUE) if row["what"] == "reply"]
        assert len(replies) == COPIES


@story
async def test_one_key_with_two_contents_is_a_conflict_for_one_of_them(directory):
    """Whichever is first is accepted; every copy of the other one is refused."""
    other = declaration("QZ-2")
    key = {"Idempotency-Key": "k-1"}
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, key), (other, SENDER, key)] * 10)
        codes = Counter(one.status_code for one in told)
        assert codes == {202: 1, 200: 9, 409: 10}
        assert len(await broker.rows(SUBMISSIONS)) == 1


@story
async def test_two_senders_may_use_the_same_key(directory):
    """A key is its sender's own."""
    key = {"Idempotency-Key": "k-1"}
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, key), (BYTES, OTHER, key)])
        assert [one.status_code for one in told] == [202, 202]
        assert len(await broker.rows(SUBMISSIONS)) == 2


@story
async def test_the_order_of_acceptance_is_a_number_without_gaps(directory):
    """Numbers count from one, one for each that was accepted; duplicates take none."""
    async with in_process(directory=directory) as broker:
        requests = [(declaration(f"QZ-{n}"), SENDER, {"Idempotency-Key": f"k-{n % 20}"})
                    for n in range(20)]  # fmt: skip
        told = await at_once(broker, requests + requests)
        assert Counter(one.status_code for one in told) == {202: 20, 200: 20}
        rows = sorted(await broker.rows(SUBMISSIONS), key=lambda row: row["number"])
        assert [row["number"] for row in rows] == list(range(1, 21))
        accepted = {one.json()["submission"] for one in told if one.status_code == 202}
        assert {row["id"] for row in rows} == accepted


@story
async def test_what_comes_together_shares_a_commit(tmp_path):
    """A hundred receipts cost a few commits, not a hundred."""
    async with in_process(directory=tmp_path) as broker:
        before = broker.plumbing.log.commits
        requests = [(declaration(f"QZ-{n}"), SENDER, {}) for n in range(COPIES)]
        told = await at_once(broker, requests)
        assert {one.status_code for one in told} == {202}
        assert broker.plumbing.log.commits - before < COPIES / 2


@story
async def test_the_last_version_of_many_sent_at_once_is_the_last_accepted(tmp_path):
    """Twenty different contents under one LRN: the live one is the one accepted last."""
    async with in_process(directory=tmp_path) as broker:
        codes = [f"8471{n:04d}" for n in range(20)]
        told = await at_once(broker, [(declaration("QZ-1", code), SENDER, {}) for code in codes])
        await broker.settle()
        documents = sorted(await broker.rows(DOCUMENTS), key=lambda row: row["version"])
        assert [row["version"] for row in documents] == list(range(1, 21))
        accepted = sorted(await broker.rows(SUBMISSIONS), key=lambda row: row["number"])
        assert [row["submission"] for row in documents] == [row["id"] for row in accepted]
        assert {one.status_code for one in told} == {202}
        assert len({row["id"] for row in await broker.rows(QUEUE)}) == 2 * len(codes) + 1


class Door:
    """An intake of its own over a state and a log that it shares, with appends that can be held."""

    def __init__(self, database, log, *, owed_max=1000):
        self.log = log
        self.goes = asyncio.Event()
        self.goes.set()
        self.refuses = False
        self.holds = asyncio.Event()
        self.acceptance = Acceptance(
            Plumbing(self, database, SystemClock()), inline_bytes_max=4096, owed_max=owed_max
        )

    async def append(self, records):
        """The log's, when it may."""
        self.holds.set()
        await self.goes.wait()
        if self.refuses:
            raise LogFault("down")
        await self.log.append(records)

    async def lodge(self, sender, content, key=None):
        """The id of what was lodged."""
        principal = Principal(sender, "sender", sender, ("customs",))
        arrival = Arrival(
            principal, content, "customs", "f", "p", "application/xml", idempotency_key=key
        )
        return (await self.acceptance.accept(arrival)).submission


@contextlib.asynccontextmanager
async def doors(count=2, **more):
    """So many intakes at work over one database and one log; and the database and the log."""
    database, log = MemoryDatabase(), MemoryLog(partitions=1)
    made = [Door(database, log, **more) for _ in range(count)]
    running = [asyncio.ensure_future(one.acceptance.run()) for one in made]
    try:
        yield made, database, log
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def ids(log):
    """What stands on the log, repeated or not."""
    found = await log.read("submissions.customs", 0, 0, bytes_max=1 << 30, wait_s=0)
    return [entry.headers["ce_id"] for entry in found]


async def emptied(database):
    """Wait until nothing is owed to the log."""
    for _ in tries("nothing is owed to the log"):
        if not await database.read(outbox.length):
            return
        await asyncio.sleep(0.01)


class Slow:
    """A database whose groups of arrivals are written when a test says so."""

    def __init__(self, database):
        self.database = database
        self.one_commit = database.one_commit
        self.outbox, self.read = database.outbox, database.read
        self.begun = []

    async def write(self, work):
        """Once it may; what was appended to the log is forgotten at once."""
        if isinstance(work, partial):
            return await self.database.write(work)
        goes = asyncio.Event()
        self.begun.append(goes)
        await goes.wait()
        return await self.database.write(work)


@contextlib.asynccontextmanager
async def slow_door():
    """An intake whose transactions a test ends, with its database and its log."""
    slow, log = Slow(MemoryDatabase()), MemoryLog(partitions=1)
    door = Door(slow, log)
    running = asyncio.ensure_future(door.acceptance.run())
    try:
        yield door, slow
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def turned(times=20):
    """Let everything that can go on do so."""
    for _ in range(times):
        await asyncio.sleep(0)


async def number_of(slow, submission):
    """Which one it was in the order of acceptance."""
    return (await slow.read(lambda one: submissions.one(one, submission)))["number"]


@story
async def test_one_post_does_not_wait_behind_thousands_of_another_sender():
    """It is in the first group that begins after it came; each sender's order is kept."""
    async with slow_door() as (door, slow):
        many = [asyncio.ensure_future(door.lodge(OTHER, b"%d" % n)) for n in range(5000)]
        await turned()
        single = asyncio.ensure_future(door.lodge(SENDER, b"one"))
        await turned()
        assert len(slow.begun) == 2  # a group of the many, and then one of the single sender
        while not all(one.done() for one in many):
            for goes in slow.begun:
                goes.set()
            await turned()
        assert await number_of(slow, await single) <= 2 * GROUP_MAX
        numbers = [await number_of(slow, one.result()) for one in many[:600]]
        assert numbers == sorted(numbers)


@story
async def test_a_sender_is_in_one_of_the_transactions_that_run_at_the_same_time():
    """So the second use of a key finds the first, though both came while others were written."""
    async with slow_door() as (door, slow):
        first = asyncio.ensure_future(door.lodge(SENDER, b"1", "k-1"))
        await turned()
        again = asyncio.ensure_future(door.lodge(SENDER, b"1", "k-1"))
        other = asyncio.ensure_future(door.lodge(OTHER, b"1", "k-1"))
        await turned()
        assert len(slow.begun) == 2
        slow.begun[1].set()
        await other
        await turned()
        assert len(slow.begun) == 2
        slow.begun[0].set()
        await first
        await turned()
        slow.begun[2].set()
        assert await again == await first != await other


@story
async def test_a_group_holds_so_many_bytes_and_no_more(monkeypatch):
    """What does not fit goes with the next transaction."""
    monkeypatch.setattr("broker.intake.accept.GROUP_BYTES_MAX", 40)
    async with slow_door() as (door, slow):
        lodged = [asyncio.ensure_future(door.lodge(f"sender-{n}", b" " * 20)) for n in range(3)]
        await turned()
        assert len(slow.begun) == 2
        slow.begun[0].set()
        await asyncio.gather(*lodged[:2])
        assert not lodged[2].done()
        slow.begun[1].set()
        await lodged[2]


@story
async def test_what_one_sender_lodged_at_two_doors_stands_in_its_order():
    """Another process's row goes along, even while that process is still appending it."""
    async with doors() as ((slow, quick), database, log):
        slow.goes.clear()
        first = await slow.lodge(SENDER, b"1")
        await slow.holds.wait()
        second = await quick.lodge(SENDER, b"2")
        await emptied(database)
        assert await ids(log) == [first, second]
        slow.goes.set()
        third = await slow.lodge(SENDER, b"3")
        await emptied(database)
        found = await ids(log)
        assert list(dict.fromkeys(found)) == [first, second, third]
        assert found.count(third) == 1


@story
async def test_a_door_leaves_to_another_what_others_lodged_there():
    """Rows of senders that lodged nothing here are not this process's to append."""
    async with doors() as ((slow, quick), database, log):
        slow.goes.clear()
        await slow.lodge(OTHER, b"1")
        await slow.holds.wait()
        mine = await quick.lodge(SENDER, b"2")
        for _ in tries("one record is owed to the log"):
            if await database.read(outbox.length) <= 1:
                break
            await asyncio.sleep(0.01)
        assert await ids(log) == [mine]


@story
async def test_while_the_log_refuses_receipts_go_on_until_the_outbox_is_full(monkeypatch):
    """Then it is a 503; when the log is back all is appended, in order, and doors open again."""
    monkeypatch.setattr("broker.intake.accept.OWED_AGAIN_S", 0.02)
    count = OWED_AT_ONCE + 20
    async with doors(1, owed_max=count) as ((door,), database, log):
        door.refuses = True
        given = await asyncio.gather(*(door.lodge(SENDER, b"%d" % n) for n in range(count)))
        with contextlib.suppress(BusyFault):
            for _ in tries("the outbox is full"):
                given.append(await door.lodge(SENDER, b"more"))
                await asyncio.sleep(0.02)
        with pytest.raises(BusyFault):
            await door.lodge(SENDER, b"more")
        assert await database.read(outbox.length) == len(given)
        door.refuses = False
        await emptied(database)
        assert await ids(log) == given
        async with asyncio.timeout(HANG_S):
            given.append(await door.lodge(SENDER, b"again"))
        await emptied(database)
        assert await ids(log) == given


@story
async def test_what_arrived_as_the_broker_ends_is_refused_and_nothing_of_it_is_written():
    """Nobody is left waiting for a receipt that no one will write: try again, elsewhere."""
    database = MemoryDatabase()
    intake = Door(database, MemoryLog(partitions=1))
    running = asyncio.create_task(intake.acceptance.run())
    await intake.lodge("lantern-forwarding", b"in time")
    running.cancel()
    with pytest.raises(BusyFault, match="is stopping"):
        await intake.lodge("lantern-forwarding", b"late")
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert len(await database.read(lambda one: one.execute(SUBMISSIONS.select()).all())) == 1
