"""Workers of a simulated process: the frames and the jobs of the real ones, and deaths by seed."""

import asyncio
import itertools
import random
from collections.abc import Mapping

from broker.adapter import Adapter
from broker.workers.frames import HEAD, Frame, decode, encode
from broker.workers.jobs import Jobs
from broker.workers.pool import Limits, WorkerEnded, Workers

IN_A_ROW_MAX = 2
"""A record is parked after three: what ends more often is broken, and no fault of the machine."""


def simulated(adapters: Mapping[str, Adapter], chance: random.Random, death: float) -> Workers:
    """Two workers that die at any command with this probability, and are slow at any."""
    deaths: dict[int, int] = {}

    async def start() -> "SimulatedWorker":
        return SimulatedWorker(adapters, chance, death, deaths)

    return Workers(start, 2, Limits(bytes_min=chance.choice((0, 700, 10**9))))


class SimulatedWorker:
    """A worker without a process: what it is told and what it answers goes through bytes."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        chance: random.Random,
        death: float,
        deaths: dict[int, int],
    ) -> None:
        # Processor time passes by seed: turns end after any message.
        ticks = itertools.count()
        self._jobs = Jobs(adapters, lambda: next(ticks) * chance.choice((0.0, 0.001, 1.0)))
        self._chance, self._death, self._deaths = chance, death, deaths
        self._gone = False

    async def call(self, command: Frame) -> Frame:
        """The answer, sooner or later; or its end, before or after the work is done."""
        await asyncio.sleep(self._chance.choice((0.0, 0.0, 0.01, 3.0)))
        number = command.envelope["job"]
        dies = self._chance.random() < self._death
        if self._gone or (dies and self._deaths.get(number, 0) < IN_A_ROW_MAX):
            self._gone = True
            self._deaths[number] = self._deaths.get(number, 0) + 1
            raise WorkerEnded("ended")
        answer = self._jobs.answer(through_bytes(command))
        assert answer is not None, "only `drop` has no answer"
        if answer.envelope["messages"]:
            self._deaths[number] = 0
        return through_bytes(answer)

    def drop(self, command: Frame) -> None:
        """A job is let go of, if the worker still lives."""
        if not self._gone:
            assert self._jobs.answer(through_bytes(command)) is None

    def is_swollen(self) -> bool:
        """Now and then."""
        return self._chance.random() < self._death

    async def close(self) -> None:
        """It is gone."""
        self._gone = True


def through_bytes(frame: Frame) -> Frame:
    """The frame as it arrives."""
    head, envelope, *blobs = encode(frame)
    assert HEAD.unpack(head) == (len(envelope), sum(map(len, blobs)))
    return decode(envelope, b"".join(blobs))
