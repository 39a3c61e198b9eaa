"""Which worker translates which submission when, and what becomes of one that is too costly.

Rules
    A worker makes one turn at a time. Turns go round: of the jobs that are waited for, the one
    whose sender was served longest ago is next.
    A job stays with its worker, where its generator is suspended. If the worker ends, its other
    jobs begin anew elsewhere, after the messages that have arrived; the job whose turn it was is
    worked alone in a fresh one.
    A message that reaches a limit twice ends its submission: it is rejected as too costly. A worker
    that ends otherwise for ENDS_MAX times under one submission has its record parked.
    Chunks are taken in the order of the records: the pool makes only what is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from broker.formats import Usable
from broker.hop import StepFault
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Headers
from broker.threads import ZIP
from broker.translation.step import EVENT_BYTES_MAX, Translated, submission_of, too_costly
from broker.workers.frames import Begin, Chunk, Frame, begin_frame, chunk_of, remember

ATTEMPTS_MAX = 2
ENDS_MAX = 3
OPEN_MAX = 96
OPEN_BYTES_MAX = 8_000_000
AGAIN_S = 1.0
"""How soon a worker that could not be started is tried again."""

End = Literal["cpu", "memory", "ended"]

log = logger("workers")


class WorkerEnded(Exception):
    """The worker is gone: it reached a limit, or ended by itself."""

    def __init__(self, end: End) -> None:
        super().__init__(end)
        self.end: End = end


class Link(Protocol):
    """One worker, wherever it is."""

    async def call(self, command: Frame) -> Frame:
        """What the worker answers to `begin` and `go_on`. WorkerEnded: it is gone."""

    def drop(self, command: Frame) -> None:
        """Send a `drop`, which has no answer."""

    def is_swollen(self) -> bool:
        """Whether it keeps more memory than an idle worker should."""

    async def close(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Below `bytes_min` a submission costs less here than on its way to a worker.

    `cpu_s`, `rss_bytes_max`: in words, for the sender of what reaches them.
    """

    bytes_min: int = 4_096
    cpu_s: float = 5.0
    rss_bytes_max: int = 400_000_000

    def text(self, end: End) -> str:
        """What a submission took that reached this limit."""
        if end == "cpu":
            return f"took more than {self.cpu_s:g} seconds of processor time"
        return f"took more than {self.rss_bytes_max // 1_000_000:,} MB of memory"


class Job:
    """One submission in translation. The hop takes what has arrived, and waits for more."""

    def __init__(self, begin: Begin, pool: "Workers") -> None:
        self.begin = begin
        self.submission = submission_of(begin.headers, begin.payload)
        self.reached = begin.skip
        self.wanted = True
        self.suspended = False
        self.cpu_s = 0.0
        self.lane: _Lane | None = None
        self.attempts = 0
        self.ends = 0
        self._pool = pool
        self._made: list[Translated] = []
        self._fault: StepFault | None = None
        self._done = self._dropped = False
        self._arrived = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether no worker has anything to do for it."""
        return self._done or self._dropped

    def take(self) -> Sequence[Translated]:
        """What has arrived; nothing: wait for `arrive`. StepFault: the step broke."""
        if self._made:
            made, self._made = self._made, []
            return made
        if self._fault is not None:
            raise self._fault
        if not self._done and not self.wanted:
            self._arrived.clear()
            self.wanted = True
            self._pool.look()
        return ()

    async def arrive(self) -> None:
        """Return when there is something to take."""
        await self._arrived.wait()

    def suspend(self, *, suspended: bool) -> None:
        """Whether it waits for its next turn, and takes no room from others."""
        self.suspended = suspended

    def drop(self) -> None:
        """Nobody waits for it any more."""
        self._dropped = True
        self._pool.close(self)

    def deliver(self, chunk: Chunk) -> None:
        """What its worker made."""
        self._made += chunk.messages
        self.cpu_s += chunk.cpu_s
        self.reached = max(self.reached, chunk.reached)  # a fresh worker skips from the first on
        self._fault = StepFault(chunk.fault) if chunk.fault else None
        self._settle(done=chunk.done, wanted=not chunk.messages and not chunk.done)

    def refuse(self, limit: str) -> None:
        """It is too costly: the verdict about what is left of it."""
        number = self.reached + 1 if self.reached else 0
        self._made.append(too_costly(self.submission, number, limit))
        self._settle(done=True)

    def fail(self, reason: str) -> None:
        """It breaks its worker: the record is parked."""
        self._fault = StepFault(reason, counts=False)
        self._settle(done=True)

    def _settle(self, *, done: bool, wanted: bool = False) -> None:
        self._done, self.wanted = done, wanted
        if not wanted:
            self._arrived.set()
        if done:
            self._pool.close(self)


@dataclass(eq=False)
class _Lane:
    """One worker's place: it outlives the worker. `alone`: the only job it may serve now."""

    link: Link | None = None
    usable: dict[str, bool] = field(default_factory=dict)
    alone: Job | None = None


class Workers:
    """A few workers and all jobs of a process."""

    def __init__(
        self,
        start: Callable[[], Awaitable[Link]],
        count: int,
        limits: Limits,
        *,
        event_bytes_max: int = EVENT_BYTES_MAX,
    ) -> None:
        self.limits = limits
        self._start = start
        self._event_bytes_max = event_bytes_max
        self._jobs: dict[int, Job] = {}
        self._number = 0
        self._served: dict[str, int] = {}
        self._turns = 0
        self._lanes = [_Lane() for _ in range(count)]
        self._wake = asyncio.Event()

    def takes(self, payload: bytes) -> bool:
        """Whether a worker translates this; what a zip holds is not bounded by its own size."""
        return len(payload) >= self.limits.bytes_min or payload.startswith(ZIP)

    def has_room(self, payload: bytes) -> bool:
        """Whether one more submission may be begun before it is waited for."""
        sizes = [len(job.begin.payload) for job in self._jobs.values() if not job.suspended]
        return len(sizes) < OPEN_MAX and sum(sizes) + len(payload) <= OPEN_BYTES_MAX

    def begin(self, headers: Headers, payload: bytes, usable: Usable, skip: int) -> Job:
        """A new job, after its first `skip` messages."""
        self._number += 1
        begin = Begin(self._number, headers, payload, usable, skip, self._event_bytes_max)
        job = self._jobs[begin.job] = Job(begin, self)
        self.look()
        return job

    def look(self) -> None:
        """Something may be to be done."""
        self._wake.set()

    def close(self, job: Job) -> None:
        """No more of this job is wanted here."""
        if job.lane is None:
            self._jobs.pop(job.begin.job, None)
        self.look()

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(self._serve(lane))
        finally:
            for lane in self._lanes:
                if lane.link is not None:
                    await lane.link.close()

    async def _serve(self, lane: _Lane) -> None:
        while True:
            if lane.link is None:
                await self._start_link(lane)
            job = self._next(lane)
            if job is None:
                self._wake.clear()
                await self._wake.wait()
            elif job.over:
                await self._let_go(lane, job)
            else:
                await self._turn(lane, job)

    async def _start_link(self, lane: _Lane) -> None:
        try:
            lane.link = await self._start()
        except (OSError, WorkerEnded) as error:
            log.warning("worker.not-started", reason=type(error).__name__)
            await asyncio.sleep(AGAIN_S)

    def _next(self, lane: _Lane) -> Job | None:
        """What this worker does next: first what it need not keep, then turns, by sender."""
        free = [job for job in self._jobs.values() if job.lane in {None, lane}]
        if over := next((job for job in free if job.over), None):
            return over
        if lane.alone is not None:
            free = [lane.alone]
        wanted = [job for job in free if job.wanted and not self._is_alone_elsewhere(job, lane)]
        return min(wanted, key=self._turn_of, default=None)

    def _is_alone_elsewhere(self, job: Job, lane: _Lane) -> bool:
        return any(other.alone is job for other in self._lanes if other is not lane)

    def _turn_of(self, job: Job) -> tuple[int, int]:
        return self._served.get(job.submission.sender, 0), job.begin.job

    async def _let_go(self, lane: _Lane, job: Job) -> None:
        """Forget a job that is over, here and in its worker; replace a worker that has swollen."""
        self._jobs.pop(job.begin.job, None)
        link, job.lane = lane.link, None
        if link is None:
            return
        link.drop(Frame({"do": "drop", "job": job.begin.job}))
        if link.is_swollen() and all(one.lane is not lane for one in self._jobs.values()):
            METRICS.workers_ended.labels("replaced").inc()
            await self._end(lane)

    async def _turn(self, lane: _Lane, job: Job) -> None:
        """One turn of a job on its worker."""
        assert lane.link is not None
        self._turns += 1
        self._served[job.submission.sender] = self._turns
        command = Frame({"do": "go_on", "job": job.begin.job})
        if job.lane is None:
            job.lane = lane
            command = self._begun(lane, job)
        job.wanted = False
        try:
            chunk = chunk_of(await lane.link.call(command), job.submission)
        except WorkerEnded as gone:
            await self._lose(lane, gone.end)
            self._judge(lane, job, gone.end)
        except (ValueError, KeyError, TypeError, IndexError):  # it does not keep to the frames
            await self._lose(lane, "ended")
            self._judge(lane, job, "ended")
        else:
            if lane.alone is job:
                lane.alone = None  # others, which it may wait for, get their turns
            if chunk.messages:
                job.attempts = job.ends = 0
            job.deliver(chunk)

    def _begun(self, lane: _Lane, job: Job) -> Frame:
        begin = job.begin
        begin = Begin(begin.job, begin.headers, begin.payload, begin.usable, job.reached,
                      begin.event_bytes_max)  # fmt: skip
        known = begin.usable_key in lane.usable
        if not known:
            remember(lane.usable, begin.usable_key, True)
        return begin_frame(begin, with_usable=not known)

    async def _lose(self, lane: _Lane, end: End) -> None:
        """The worker is gone: what it had begun begins anew, elsewhere too."""
        METRICS.workers_ended.labels(end).inc()
        log.warning("worker.ended", reason=end)
        await self._end(lane)

    async def _end(self, lane: _Lane) -> None:
        link, lane.link = lane.link, None
        lane.usable.clear()
        for job in self._jobs.values():
            if job.lane is lane:
                job.lane = None
        self.look()
        if link is not None:
            await link.close()

    def _judge(self, lane: _Lane, job: Job, end: End) -> None:
        """What becomes of the job under which a worker has ended."""
        lane.alone = None
        if job.over:
            self._jobs.pop(job.begin.job, None)
            return
        if end == "ended":
            job.ends += 1
        else:
            job.attempts += 1
        if job.attempts >= ATTEMPTS_MAX and end != "ended":
            log.warning("submission.too-costly", submission=job.submission.id, reason=end)
            job.refuse(self.limits.text(end))
        elif job.ends >= ENDS_MAX:
            job.fail(f"the worker ended {job.ends} times while reading this")
        else:
            lane.alone, job.wanted = job, True
            self.look()
