"""Whose turn it is, and what becomes of a submission whose worker ends: with scripted workers."""

import asyncio
from collections import Counter

import pytest

from broker.adapter import Profile
from broker.hop import StepFault
from broker.workers.frames import Frame
from broker.workers.jobs import Jobs
from broker.workers.pool import ENDS_MAX, OPEN_MAX, Limits, WorkerEnded, Workers
from tests.broker_in_process import story
from tests.simulation.workers import through_bytes
from tests.workers.samples import adapters, headers_for, samples

ITEMS = samples()["postal items"]
USABLE = {"postal item JSON 1": Profile("", "postal", "postal item JSON 1")}


class Scripted:
    """A worker that ends as its script says, by submission; what it is told is on the record."""

    def __init__(self, bench):
        self.bench = bench
        ticks = iter(range(1_000_000))
        self.jobs = Jobs(adapters(), lambda: float(next(ticks)))  # a message a turn
        self.of = {}
        self.gone = False

    async def call(self, command):
        """A turn, or the end that the script says."""
        await asyncio.sleep(0)
        number = command.envelope["job"]
        name = command.envelope.get("headers", {}).get("ce_id") or self.of[number]
        self.of[number] = name
        self.bench.turns.append((self.bench.workers.index(self), name))
        if self.bench.ends.get(name):
            self.gone = True
            raise WorkerEnded(self.bench.ends[name].pop(0))
        assert not self.gone
        return through_bytes(self.jobs.answer(through_bytes(command)))

    def drop(self, command):
        """A job is let go of."""
        assert not self.gone
        self.bench.dropped += 1
        self.jobs.answer(command)

    def is_swollen(self):
        """As the test says."""
        return self.bench.swollen

    async def close(self):
        """The end."""
        self.gone = True


class Bench:
    """A pool over scripted workers."""

    def __init__(self, count=1, ends=None, *, swollen=False):
        self.ends = ends or {}
        self.swollen = swollen
        self.turns, self.workers, self.dropped = [], [], 0
        self.pool = Workers(self.start, count, Limits(bytes_min=100))

    async def start(self):
        """A fresh worker."""
        self.workers.append(Scripted(self))
        return self.workers[-1]

    def begin(self, number, sender="lantern", skip=0):
        """A submission of twelve items."""
        headers = headers_for(ITEMS, number, swb_sender=sender)
        return self.pool.begin(headers, ITEMS, USABLE, skip)


async def all_of(job):
    """Every message of a job, as a hop takes them."""
    made = []
    while not made or not made[-1].last:
        taken = job.take()
        if not taken:
            await job.arrive()
        made += taken
    job.drop()
    return made


async def while_served(bench, *jobs):
    """What all of these come to, taken side by side."""
    serving = asyncio.create_task(bench.pool.run())
    try:
        return await asyncio.gather(*map(all_of, jobs), return_exceptions=True)
    finally:
        for _ in range(5):
            await asyncio.sleep(0)
        serving.cancel()
        await asyncio.wait([serving])


NUMBERS = list(range(1, 13))


@story
async def test_every_message_arrives_once_and_in_order():
    """Two submissions side by side on one worker, a turn each."""
    bench = Bench()
    first, second = await while_served(bench, bench.begin(1), bench.begin(2))
    assert [one.number for one in first] == [one.number for one in second] == NUMBERS
    assert bench.dropped == 2
    assert len(bench.workers) == 1


@story
async def test_turns_go_round_by_sender():
    """Eight submissions of one sender leave another every second turn."""
    bench = Bench()
    many = [bench.begin(number, "pebble") for number in range(1, 9)]
    await while_served(bench, *many, bench.begin(9, "lantern"))
    names = [name for _, name in bench.turns]
    last = len(names) - names[::-1].index("s_9")
    assert last <= 2 * len(NUMBERS) + 2
    assert Counter(names[:last])["s_9"] == len(NUMBERS)


@pytest.mark.parametrize("end", ["cpu", "memory"])
@story
async def test_a_message_that_reaches_a_limit_twice_ends_its_submission(end):
    """What arrived before is as it was; the rest is rejected with the limit, and what to do."""
    bench = Bench(ends={"s_1": [end, end]})
    other = bench.begin(2)
    refused, served = await while_served(bench, bench.begin(1, skip=3), other)
    assert [one.number for one in served] == NUMBERS
    (verdict,) = refused
    assert (verdict.number, verdict.verdict, verdict.last) == (4, "rejected", True)
    (problem,) = verdict.problems
    assert problem.code == "submission.too-costly"
    assert ("5 seconds of processor time" in problem.text) is (end == "cpu")
    assert ("400 MB of memory" in problem.text) is (end == "memory")
    assert "split the file" in problem.hint


@story
async def test_a_message_that_reaches_a_limit_once_is_read_again():
    """The second attempt is made in a fresh worker, by itself: others may have filled the first."""
    bench = Bench(ends={"s_1": ["memory"]})
    first, second = await while_served(bench, bench.begin(1), bench.begin(2))
    assert [one.number for one in first] == [one.number for one in second] == NUMBERS
    ended = next(at for at, (worker, _) in enumerate(bench.turns) if worker == 1)
    assert bench.turns[ended] == (1, "s_1")


@story
async def test_a_worker_that_ends_otherwise_is_replaced_and_its_record_parked_the_third_time():
    """Up to then the record is worked again; the fault does not count against the station."""
    bench = Bench(ends={"s_1": ["ended"] * ENDS_MAX, "s_2": ["ended"] * (ENDS_MAX - 1)})
    broken, worked, other = await while_served(
        bench, bench.begin(1), bench.begin(2), bench.begin(3)
    )
    assert isinstance(broken, StepFault)
    assert not broken.counts
    assert [one.number for one in worked] == [one.number for one in other] == NUMBERS


@story
async def test_what_was_begun_on_a_worker_that_is_gone_begins_after_what_arrived():
    """Another's end repeats nothing and loses nothing."""
    bench = Bench(ends={"s_2": ["cpu"]})
    serving = asyncio.create_task(bench.pool.run())
    job = bench.begin(1)
    taken = []
    while len(taken) < 5:
        taken += job.take()
        await asyncio.sleep(0)
    await all_of(bench.begin(2, "pebble"))
    rest = await all_of(job)
    assert [one.number for one in (*taken, *rest)] == NUMBERS
    serving.cancel()


@story
async def test_nothing_is_made_that_is_not_waited_for():
    """After its first turn a submission rests until what it made is taken."""
    bench = Bench()
    serving = asyncio.create_task(bench.pool.run())
    job = bench.begin(1)
    await job.arrive()
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(bench.turns) == 1
    assert len(job.take()) == 1
    job.drop()
    serving.cancel()


@story
async def test_what_is_given_up_while_it_is_made_is_forgotten():
    """Its worker serves the next one; what it made meanwhile goes nowhere."""
    bench = Bench()
    job = bench.begin(1)
    job.drop()
    later = bench.begin(2)
    (made,) = await while_served(bench, later)
    assert [one.number for one in made] == NUMBERS
    assert {name for _, name in bench.turns} == {"s_2"}


@story
async def test_a_swollen_worker_is_replaced_when_it_has_nothing_begun():
    """The next submission gets a fresh one."""
    bench = Bench(swollen=True)
    await while_served(bench, bench.begin(1))
    assert len(bench.workers) == 2


@story
async def test_a_worker_that_does_not_keep_to_the_frames_is_ended():
    """An answer without its parts counts as an end; the submission is worked elsewhere."""
    bench = Bench()
    sound = Scripted.call
    wrong = [Frame({"job": 1}), Frame({"messages": 3})]

    async def call(self, command):
        answer = await sound(self, command)
        return wrong.pop() if wrong else answer

    try:
        Scripted.call = call
        (made,) = await while_served(bench, bench.begin(1))
    finally:
        Scripted.call = sound
    assert [one.number for one in made] == NUMBERS
    assert len(bench.workers) == 3


def test_what_goes_to_a_worker_is_what_may_be_costly():
    """From a size on; a zip always, for its own size bounds nothing; and only so many at once."""
    pool = Bench().pool
    assert not pool.takes(b"x" * 99)
    assert pool.takes(b"x" * 100)
    assert pool.takes(b"PK\x03\x04")
    assert pool.has_room(b"x")
    assert not pool.has_room(b"x" * 8_000_001)
    for number in range(OPEN_MAX):
        pool.begin(headers_for(b"x", number), b"x", USABLE, 0)
    assert not pool.has_room(b"x")
