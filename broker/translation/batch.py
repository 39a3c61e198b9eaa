"""The records of one batch, their originals, and the jobs that are begun for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from broker.formats import Usable
from broker.model.records import Entry, Headers, submission_id
from broker.translation.step import EVENT_BYTES_MAX
from broker.translation.turns import FAIR, Begun, Fairness, Job, Round


class Executor(Protocol):
    """Where costly submissions are translated."""

    def takes(self, payload: bytes) -> bool:
        """Whether this is one for it."""

    def has_room(self, payload: bytes) -> bool:
        """Whether it may begin one more before it is waited for."""

    def begin(self, headers: Headers, payload: bytes, usable: Usable, skip: int) -> Job:
        """Begin after the first `skip` messages."""


@dataclass(frozen=True, slots=True)
class Means:
    """Where and in which turns submissions are translated; without an executor, all of it here."""

    executor: Executor | None = None
    fairness: Fairness = FAIR
    event_bytes_max: int = EVENT_BYTES_MAX


@dataclass(slots=True)
class Batch:
    """Records in their order, the originals that they refer to, and the jobs that are begun.

    `begun`: how many of the records have been begun, or are not for an executor. `later`: from
    which position on the originals are too many for one batch. `suspended`: submissions whose
    originals are not here, since their jobs go on. `stale`: repetitions, by position; they are that
    for the whole batch, whatever it finishes. `idle`: nothing has been done yet.
    """

    entries: Sequence[Entry]
    originals: Mapping[str, bytes]
    unfinished: Round = field(default_factory=Round)
    later: int | None = None
    suspended: frozenset[str] = frozenset()
    stale: frozenset[int] = frozenset()
    jobs: dict[int, Begun] = field(default_factory=dict)
    begun: int = 0
    idle: bool = True

    def holds(self, entry: Entry) -> bool:
        """Whether the bytes are known."""
        return bool(entry.value) or submission_id(entry.headers) in self.originals

    def payload(self, entry: Entry) -> bytes:
        """What the sender sent."""
        return entry.value or self.originals[submission_id(entry.headers)]

    def is_later(self, entry: Entry) -> bool:
        """Whether it belongs to the next batch."""
        return self.later is not None and entry.position >= self.later
