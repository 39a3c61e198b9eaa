"""The feed: numbers without gaps, cursors that acknowledge, several readers of one."""

import asyncio

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.clock import SystemClock
from broker.delivery.feed import Feed, parse_cursor
from broker.errors import LineFault, RequestFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.model.line import ORIGIN, chained
from broker.state import lines, queue
from broker.state.database import MemoryDatabase
from broker.state.queue import Row
from broker.state.tables import SUBSCRIPTIONS
from tests.broker_in_process import story
from tests.limits import HANG_S

NAME, AT = "plant-health", "2026-11-22T09:30:00.000Z"


def cursor(number, deliveries=None):
    """The cursor of a number, where these deliveries were numbered one after the other."""
    chain = ORIGIN
    for at, delivery in enumerate(deliveries or range(1, number + 1), 1):
        if at <= number:
            chain = chained(chain, at, f"d_{delivery}")
    return f"c{number}-{chain}"


class Desk:
    """A subscription to which deliveries are added, already numbered."""

    def __init__(self, bytes_max=10_000, topics=()):
        self.plumbing = Plumbing(MemoryLog(), MemoryDatabase(), SystemClock())
        self.feed = Feed(self.plumbing, bytes_max=bytes_max, topics=topics)
        self.count = 0

    async def add(self, number=1, name=NAME, size=10):
        """Queue and number so many deliveries of this size."""

        def work(connection):
            for _ in range(number):
                self.count += 1
                queue.put(connection, [Row(f"d_{self.count}", name, "o_1", "", 1, name, "control",
                                           "document", "t", b"", "{}", AT)])  # fmt: skip
            rows = queue.oldest_waiting(connection, number)
            content = orjson.dumps({"text": "x" * size})
            queue.number_rows(connection, name, [(row["number"], content) for row in rows])

        await self.plumbing.database.write(work)
        self.plumbing.numbered.ring()

    async def read(self, cursor=None, *, name=NAME, limit=100, wait_s=0.0):
        """The numbers of a page, and its cursor."""
        page = await self.feed.read(name, cursor, limit=limit, wait_s=wait_s)
        return [orjson.loads(one)["swbseq"] for one in page.events], page.cursor

    async def numbers(self, name=NAME):
        """What is known of the subscription."""
        return await self.plumbing.database.read(
            lambda connection: queue.subscription(connection, name)
        )


@story
async def test_numbers_count_from_one_without_gaps():
    """Each subscription has its own."""
    desk = Desk()
    await desk.add(3)
    await desk.add(2, "wildlife")
    await desk.add(2)
    assert await desk.read() == ([1, 2, 3, 4, 5], cursor(5, [1, 2, 3, 6, 7]))
    assert await desk.read(name="wildlife") == ([1, 2], cursor(2, [4, 5]))


@story
async def test_the_next_cursor_acknowledges_what_came_before():
    """Without a cursor reading begins at the oldest that nobody has acknowledged."""
    desk = Desk()
    await desk.add(4)
    assert await desk.read(limit=2) == ([1, 2], cursor(2))
    assert await desk.read(limit=2) == ([1, 2], cursor(2))
    assert (await desk.numbers())["acknowledged"] == 0
    assert await desk.read(cursor(2), limit=2) == ([3, 4], cursor(4))
    assert (await desk.numbers())["acknowledged"] == 2
    assert await desk.read() == ([3, 4], cursor(4))
    assert await desk.read(cursor(4)) == ([], cursor(4))
    assert await desk.read() == ([], cursor(4))


@story
async def test_an_older_cursor_gives_the_same_again_and_takes_nothing_back():
    """What was acknowledged stays so, and is given again byte for byte to who asks."""
    desk = Desk()
    await desk.add(3)
    first = await desk.feed.read(NAME, None, limit=3, wait_s=0)
    await desk.read(cursor(3))
    again = await desk.feed.read(NAME, "c0", limit=3, wait_s=0)
    assert again.events == first.events
    assert (await desk.numbers())["acknowledged"] == 3


@pytest.mark.parametrize("plain", ["c1", "c2", "c3", "c999999999999999999999"])
@story
async def test_a_cursor_without_a_chain_proves_nothing(plain):
    """It may be of another line: it acknowledges nothing, and is told what to use."""
    desk = Desk()
    await desk.add(5)
    await desk.read(limit=2)
    with pytest.raises(RequestFault, match="does not say to which line"):
        await desk.read(plain)
    assert (await desk.numbers())["acknowledged"] == 0


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (cursor(2, [1, 9]), 1),
        (cursor(7), 5),
        ("c999999999999999999999-0123456789abcdef", 5),
        (f"c1-{ORIGIN}", 0),
        ("c0-0123456789abcdef", 0),
    ],
)
@story
async def test_a_cursor_of_another_line_acknowledges_nothing(other, shared):
    """Its reader is told up to where both lines can be the same."""
    desk = Desk()
    await desk.add(5)
    await desk.read(limit=2)
    with pytest.raises(LineFault, match=rf"up to {shared} and no more") as told:
        await desk.read(other)
    assert told.value.shared == shared
    assert await desk.numbers() == {"next_seq": 6, "given": 2, "acknowledged": 0}


@story
async def test_a_proof_counts_where_the_database_has_forgotten_what_it_gave():
    """Numbered before the copy and given after it: the chain says that its reader has it."""
    desk = Desk()
    await desk.add(5)
    await desk.read(limit=2)
    assert await desk.read(cursor(4)) == ([5], cursor(5))
    assert await desk.numbers() == {"next_seq": 6, "given": 5, "acknowledged": 4}
    assert await desk.read(cursor(5)) == ([], cursor(5))


@story
async def test_what_was_given_before_there_were_chains_is_taken_without_one():
    """Up to the highest number that had been given then, and no further."""
    desk = Desk()
    await desk.add(5)

    def long_ago(connection):
        connection.execute(SUBSCRIPTIONS.update().values(given=3, unproved=3))

    await desk.plumbing.database.write(long_ago)
    assert await desk.read("c3", limit=1) == ([4], cursor(4))
    assert (await desk.numbers())["acknowledged"] == 3
    with pytest.raises(RequestFault, match="does not say to which line"):
        await desk.read("c4")
    assert await desk.read(cursor(4)) == ([5], cursor(5))


@pytest.mark.parametrize(
    "text",
    [
        "", "c", "7", "c-1", "c1.0", "C1", "c 1", "c\u0661", "cc1", "c1-", "c1-12", "c-",
        f"c1-{ORIGIN}0", f"c1-{ORIGIN[:-1]}A", f"c1-{ORIGIN}-", f"-{ORIGIN}",
    ],
)  # fmt: skip
def test_a_cursor_of_another_form_is_refused(text):
    """Only what a page gave, or what an event says of itself, is a cursor."""
    with pytest.raises(RequestFault, match="has not the form"):
        parse_cursor(text)


@story
async def test_a_page_has_at_most_so_many_bytes_beyond_its_first():
    """A delivery larger than the limit is given alone, never not at all."""
    desk = Desk(bytes_max=1000)
    await desk.add(1, size=5000)
    await desk.add(3, size=400)
    assert await desk.read() == ([1], cursor(1))
    assert await desk.read(cursor(1)) == ([2, 3], cursor(3))
    assert await desk.read(cursor(3)) == ([4], cursor(4))


@story
async def test_a_waiting_reader_is_woken_by_what_comes(monkeypatch):
    """It gets the delivery before its time is over; without one, nothing at its end."""
    monkeypatch.setattr("broker.delivery.feed.LOOK_AGAIN_S", HANG_S)  # the bell alone wakes it
    desk = Desk()
    waiting = asyncio.ensure_future(desk.read(wait_s=HANG_S))
    await asyncio.sleep(0.05)
    await desk.add(1, "wildlife")
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await desk.add(1)
    async with asyncio.timeout(HANG_S / 2):
        assert await waiting == ([1], cursor(1, [2]))
    after = cursor(1, [2])
    assert await desk.read(after, wait_s=0.05) == ([], after)


@story
async def test_nobody_sees_another_subscription():
    """A name that was given nothing reads nothing, whatever its cursor."""
    desk = Desk()
    await desk.add(3)
    assert await desk.read(name="wildlife") == ([], f"c0-{ORIGIN}")
    with pytest.raises(LineFault):
        await desk.read(cursor(1), name="wildlife")


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 3)),
        st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["none", "last", "old"])),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(MOVES)
def test_whoever_gets_a_number_has_all_before_it_or_they_are_acknowledged(moves):
    """Three readers share a subscription, each with its own cursors; none can miss one."""
    asyncio.run(_share(moves))


async def _share(moves):
    desk = Desk()
    had = {reader: set() for reader in range(3)}
    cursors = {reader: [] for reader in range(3)}
    for move in moves:
        if move[0] == "add":
            await desk.add(move[1])
            continue
        reader, limit, how = move
        mine = cursors[reader]
        begin = None if how == "none" or not mine else mine[-1 if how == "last" else 0]
        numbers, after = await desk.read(begin, limit=limit)
        mine.append(after)
        acknowledged = (await desk.numbers())["acknowledged"]
        had[reader] |= set(numbers)
        assert numbers == sorted(set(numbers))
        for number in numbers:
            before = set(range(1, number))
            assert before <= had[reader] | set(range(1, acknowledged + 1))
    everything = set.union(*had.values())
    assert everything == set(range(1, (await desk.numbers())["given"] + 1))


@story
async def test_readers_at_the_same_time_miss_nothing():
    """Four readers poll and acknowledge while deliveries come: each number reaches one of them."""
    desk = Desk()
    had = [[] for _ in range(4)]

    async def reader(mine):
        after = None
        while (await desk.numbers())["acknowledged"] < 60:
            numbers, after = await desk.read(after, limit=7, wait_s=0.05)
            known = (await desk.numbers())["acknowledged"]
            for number in numbers:
                assert set(range(known + 1, number)) <= {*mine, *numbers}
            mine += numbers

    async def writer():
        for _ in range(30):
            await desk.add(2)
            await asyncio.sleep(0)

    async with asyncio.timeout(HANG_S):
        await asyncio.gather(writer(), *(reader(mine) for mine in had))
    assert set().union(*had) == set(range(1, 61))


@story
async def test_a_feed_acknowledges_nothing_of_a_topic():
    """What its recipient reads beside its topic stays owed to the topic."""
    desk = Desk(topics={NAME})
    await desk.add(3)
    page = await desk.feed.read(NAME, None, limit=2, wait_s=0)
    page = await desk.feed.read(NAME, page.cursor, limit=2, wait_s=0)
    assert page.cursor == cursor(3)
    _, owed = await desk.plumbing.database.read(lambda c: lines.owed(c, NAME, 10))
    assert [one.seq for one in owed] == [1, 2, 3]
