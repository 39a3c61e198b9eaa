"""Turns: how much of a submission is translated before others of its partition get theirs.

Rules
    A turn is at most so many messages, bytes of events and seconds of a worker's processor. Then,
    in the commit that moves the position past the record, a continuation is appended behind what
    waits in the same partition: "this submission goes on after message n". So every partition is
    served in rounds, whatever one sender lodges.
    While a submission is unfinished, later puts of its sender may overtake it: among puts the
    order of acceptance decides. All else of its sender (changes, withdrawals, closings, answers)
    stays behind it and goes on when it is finished: a change that overtook its put would be lost.
    What comes after a turn may have been overtaken, and its events say so: the core does not apply
    a change to what a later message of its sender has put (`broker.dossiers.lateness`).
    Only the continuation that the database expects is worked; any other is a repetition.
"""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from broker.model.records import CONTINUED, Entry, Headers, Record, digest, submission_id
from broker.translation.step import Translated

OVERTAKES = frozenset({"put"})
"""What a message may do that overtakes an unfinished submission of its sender."""
SUSPENDED_MAX = 96
SUSPENDED_BYTES_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How much of a submission is one turn; a message that is begun is finished."""

    messages: int = 500
    size: int = 1_000_000
    cpu_s: float = 0.25


@dataclass(slots=True)
class Turn:
    """What one turn has made until now."""

    limits: TurnLimits
    messages: int = 0
    size: int = 0

    def add(self, one: Translated) -> None:
        """One more message."""
        self.messages += 1
        self.size += one.size

    def is_over(self, cpu_s: float) -> bool:
        """Whether others get their turn; `cpu_s`: what this one took elsewhere."""
        limits = self.limits
        return self.messages >= limits.messages or self.size >= limits.size or cpu_s >= limits.cpu_s


@dataclass(frozen=True, slots=True)
class Left:
    """A record is left, and its submission goes on after this message.

    turn    others get theirs: it is continued
    behind  an earlier submission of its sender is unfinished: it is continued after that
    lag     the core has enough to do: the same continuation is appended again
    stale   nothing is left to do: the record is a repetition

    `kind`: of the events that the turn made last.
    """

    why: Literal["turn", "behind", "lag", "stale"]
    after: int = 0
    kind: str = ""


class Backlog(Protocol):
    """How far the core is behind."""

    def behind(self, kind: str) -> int:
        """How many records of this kind it has before it."""

    async def arrive(self) -> None:
        """Return when they have been counted again."""


@dataclass(frozen=True, slots=True)
class Fairness:
    """How long a turn is, and how far behind the core may be when another one begins."""

    turn: TurnLimits = TurnLimits()
    backlog: Backlog | None = None
    lag_records_max: int = 5_000

    def lags(self, headers: Headers) -> bool:
        """Whether the core has enough to do of what a submission that goes on leads to."""
        kind = headers.get("swb_kind")
        if self.backlog is None or not kind:
            return False
        return self.backlog.behind(kind) > self.lag_records_max


FAIR = Fairness()


class Job(Protocol):
    """A submission that is translated elsewhere."""

    cpu_s: float
    """What it has taken of a processor until now."""

    def take(self) -> Iterable[Translated]:
        """What has arrived; nothing: wait for `arrive`. StepFault: the step broke."""

    async def arrive(self) -> None:
        """Return when there is something to take."""

    def suspend(self, *, suspended: bool) -> None:
        """Whether it waits for its next turn, and takes no room from others."""

    def drop(self) -> None:
        """Its messages are not wanted any more."""


class JobHere:
    """A submission that is translated in this process, message by message as they are taken."""

    cpu_s = 0.0
    """Not counted: what it takes is seen in the messages."""

    def __init__(self, messages: Generator[Translated, None, None]) -> None:
        self._messages = messages

    def take(self) -> Iterable[Translated]:
        """The next message."""
        return [next(self._messages)]

    async def arrive(self) -> None:
        """Return at once: what is taken is made then."""

    def suspend(self, *, suspended: bool) -> None:
        """Stay as it is between its turns."""

    def drop(self) -> None:
        """Let go of what it has read."""
        self._messages.close()


@dataclass(slots=True)
class Begun:
    """A job, and what has arrived of it and is not taken yet. `size`: bytes of its original."""

    job: Job
    size: int
    made: deque[Translated] = field(default_factory=deque)


class Suspended:
    """Jobs between two turns, so that what has been read is not read again.

    Without its job a submission begins anew and skips what it has: so a few may be let go of.
    """

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, tuple[int, Begun]] = OrderedDict()

    def holds(self, submission: str, after: int) -> bool:
        """Whether there is a job that goes on after this message."""
        found = self._jobs.get(submission)
        return found is not None and found[0] == after

    def put(self, submission: str, after: int, begun: Begun) -> None:
        """Keep it until its next turn; the oldest are dropped when there are too many."""
        self.drop(submission)
        begun.job.suspend(suspended=True)
        self._jobs[submission] = (after, begun)
        while len(self._jobs) > 1 and self._is_full():
            _, (_, oldest) = self._jobs.popitem(last=False)
            oldest.job.drop()

    def take(self, submission: str, after: int) -> Begun | None:
        """The job that goes on after this message; one that is elsewhere is dropped."""
        if not self.holds(submission, after):
            self.drop(submission)
            return None
        _, begun = self._jobs.pop(submission)
        begun.job.suspend(suspended=False)
        return begun

    def drop(self, submission: str) -> None:
        """Its job is not wanted any more."""
        if found := self._jobs.pop(submission, None):
            found[1].job.drop()

    def _is_full(self) -> bool:
        held = sum(begun.size for _, begun in self._jobs.values())
        return len(self._jobs) > SUSPENDED_MAX or held > SUSPENDED_BYTES_MAX


class Unfinished(NamedTuple):
    """A submission that goes on after `message`; `number` is that of its acceptance.

    `blocks`: later ones of its sender stay behind it, unless it waits for a person.
    """

    submission: str
    sender: str
    number: int
    message: int
    blocks: bool = True


class Round:
    """The unfinished submissions of a batch's senders: as loaded, then as the batch leaves them."""

    def __init__(self, known: Iterable[Unfinished] = ()) -> None:
        self._after: dict[str, Unfinished] = {}
        self._by_sender: dict[str, dict[str, int]] = defaultdict(dict)
        for one in known:
            self.leave(one)

    def after(self, submission: str) -> int | None:
        """After which message it goes on; None: it is finished, or was never left."""
        found = self._after.get(submission)
        return found.message if found else None

    def is_behind(self, sender: str, number: int) -> bool:
        """Whether an earlier submission of this sender is unfinished."""
        numbers = self._by_sender.get(sender, {}).values()
        return min(numbers, default=number) < number

    def leave(self, one: Unfinished) -> None:
        """It goes on later."""
        self.finish(one.submission)
        self._after[one.submission] = one
        if one.blocks:
            self._by_sender[one.sender][one.submission] = one.number

    def finish(self, submission: str) -> None:
        """It has no more messages."""
        if one := self._after.pop(submission, None):
            self._by_sender[one.sender].pop(submission, None)

    def park(self, submission: str) -> None:
        """It waits for a person: nothing stays behind it."""
        if one := self._after.get(submission):
            self.leave(one._replace(blocks=False))


def is_continued(headers: Headers) -> bool:
    """Whether a record continues a submission."""
    return headers.get("ce_type") == CONTINUED


def after_message(headers: Headers) -> int:
    """After which message a record goes on; 0: it begins."""
    return int(headers.get("swb_after", "0"))


def continuation(entry: Entry, after: int, kind: str) -> Record:
    """The record by which a submission goes on; its id is the hash of both."""
    submission = submission_id(entry.headers)
    headers = {
        **entry.headers,
        "ce_id": "c_" + digest(submission, after),
        "ce_type": CONTINUED,
        "swb_submission": submission,
        "swb_after": str(after),
        "swb_kind": kind,
    }
    known = {name: value for name, value in headers.items() if value}
    return Record(entry.topic, entry.key, known, b"")


def waits_its_turn(one: Translated) -> bool:
    """Whether a message must not overtake what its sender lodged before."""
    return any(event.does not in OVERTAKES for event in one.events)
