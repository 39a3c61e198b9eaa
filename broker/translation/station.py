"""Translation as the hop sees it: load originals, translate, resolve and write.

A message's events reach `events.<kind>`, keyed by their dossier; its rejection reaches its
sender's queue; what finds no dossier waits in `unresolved`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection

from broker.adapter import Adapter, Profile
from broker.errors import ConfigFault
from broker.hop import Pending, Piece, StepFault
from broker.metrics import METRICS
from broker.model.events import event_of, record_of
from broker.model.owned import Owners
from broker.model.problem import as_json, rejects
from broker.model.records import Entry, Headers, Record
from broker.replies.refusals import Refused, noted_row, refusal_row
from broker.state import queue, submissions
from broker.state.positions import Position
from broker.state.queue import Row
from broker.translation.again import UNKNOWN, take_again
from broker.translation.in_force import in_force
from broker.translation.numbered import check_numbers
from broker.translation.pending import put_waiting
from broker.translation.release import decline
from broker.translation.resolve import NO_OWNERS, Kinds, resolve
from broker.translation.step import EVENT_BYTES_MAX, Translated, submission_of, translated

ProfileOf = Callable[[str, str, str], Profile]
"""The profile of this name, for this format, as in force at this stamp."""


class Job(Protocol):
    """A submission that is translated elsewhere."""

    def take(self) -> Sequence[Translated]:
        """What has arrived; nothing: wait for `arrive`. StepFault: the step broke."""

    async def arrive(self) -> None:
        """Return when there is something to take."""

    def drop(self) -> None:
        """Nobody waits for it any more."""


class Executor(Protocol):
    """Where costly submissions are translated."""

    def takes(self, payload: bytes) -> bool:
        """Whether this is one for it."""

    def has_room(self, payload: bytes) -> bool:
        """Whether it may begin one more before it is waited for."""

    def begin(self, headers: Headers, payload: bytes, profile: Profile, skip: int) -> Job:
        """Begin after the first `skip` messages."""


@dataclass(slots=True)
class Batch:
    """Records in their order, the originals that they refer to, and the jobs that are begun.

    `begun`: how many of the records have been begun, or are not for an executor.
    """

    entries: Sequence[Entry]
    originals: Mapping[str, bytes]
    jobs: dict[int, Job] = field(default_factory=dict)
    begun: int = 0

    def holds(self, entry: Entry) -> bool:
        """Whether the bytes are known."""
        return bool(entry.value) or entry.headers["ce_id"] in self.originals

    def payload(self, entry: Entry) -> bytes:
        """What the sender sent."""
        return entry.value or self.originals[entry.headers["ce_id"]]


class TranslationStation:
    """Submissions of one family become verdicts and events."""

    name = "translation"

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        profile_of: ProfileOf,
        kinds: Kinds,
        event_bytes_max: int = EVENT_BYTES_MAX,
        executor: Executor | None = None,
        *,
        owners: Owners = NO_OWNERS,
    ) -> None:
        self._owners = owners
        self._event_bytes_max = event_bytes_max
        self._adapters = adapters
        self._profile_of = profile_of
        self._kinds = kinds
        self._executor = executor

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Batch:
        """The originals that their records only refer to."""
        wanted = [entry.headers["ce_id"] for entry in entries if not entry.value]
        return Batch(entries, submissions.originals(connection, wanted) if wanted else {})

    def work(self, entry: Entry, loaded: Batch, skip: int) -> Iterator[Piece | Pending]:
        """One piece a message; what is costly is translated elsewhere, and waited for here.

        StepFault: the record's submission is unknown, and with it the bytes.
        """
        if not loaded.holds(entry):
            raise StepFault(UNKNOWN, counts=False)
        self._begin_ahead(entry, loaded, skip)
        job = loaded.jobs.get(entry.position)
        if job is None:
            yield from (_piece(entry, one) for one in self._translated(entry, loaded, skip))
            return
        last = False
        while not last:
            made = job.take()
            if not made:
                yield job
            for one in made:
                last = one.last
                yield _piece(entry, one)
        loaded.jobs.pop(entry.position).drop()

    def _translated(self, entry: Entry, loaded: Batch, skip: int) -> Iterator[Translated]:
        submission = submission_of(entry.headers, loaded.payload(entry))
        adapter = self._adapters.get(submission.format)
        profile = self._profile_of(submission.profile, submission.format, submission.received_at)
        return translated(submission, adapter, profile, skip, self._event_bytes_max)

    def _begin_ahead(self, now: Entry, loaded: Batch, skip: int) -> None:
        """Begin this record, and those after it that there is room for."""
        executor = self._executor
        while executor is not None and loaded.begun < len(loaded.entries):
            entry = loaded.entries[loaded.begun]
            if not loaded.holds(entry):
                loaded.begun += 1
                continue
            payload = loaded.payload(entry)
            if executor.takes(payload):
                if entry is not now and not executor.has_room(payload):
                    return
                try:
                    profile = self._profile_in(entry.headers)
                except ConfigFault:
                    if entry is now:
                        loaded.begun += 1
                        raise
                    return  # it is the fault of that record, and is raised when its turn comes
                before = skip if entry is now else 0
                job = executor.begin(entry.headers, payload, profile, before)
                loaded.jobs[entry.position] = job
            loaded.begun += 1

    def _profile_in(self, headers: Headers) -> Profile:
        return self._profile_of(
            headers.get("swb_profile", ""), headers.get("swb_format", ""), headers["ce_time"]
        )

    def end(self, loaded: Batch) -> None:
        """Nobody waits for what is still being translated."""
        for job in loaded.jobs.values():
            job.drop()
        loaded.jobs.clear()

    def park(self, entry: Entry, loaded: Batch) -> None:
        """Followers pass: submissions do not depend on each other here."""

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """Verdicts, resolved events, those that wait, and replies to rejections.

        A message that has its verdict came again on the log: everything about it is done. A
        submission that the database does not know is taken again from its record.
        """
        take_again(connection, [piece.entry for piece in pieces])
        made = {(one.submission.id, one.number): one for one in _values(pieces)}
        judged = submissions.judged(connection, made.keys())
        done = [one for key, one in made.items() if key not in judged]
        done = _with_in_force(connection, done, self._kinds)
        submissions.put_messages(connection, [_message_row(one) for one in done])
        events = check_numbers(connection, [event for one in done for event in one.events])
        resolved = resolve(connection, events, self._kinds, self._owners)
        wrong = [one for one in resolved.waiting if "swb_problem" in one.headers]
        for waiting in wrong:
            event = event_of(waiting.headers, waiting.value)
            decline(connection, event, event.problem)
        put_waiting(
            connection,
            [one for one in resolved.waiting if one not in wrong],
            {(one.submission.id, one.number): one.problems for one in done},
        )
        queue.put(connection, [_reply(one) for one in done if _is_replied_here(one)])
        for one in done:
            _count(one)
        return [record_of(event) for event in resolved.events]


def _with_in_force(
    connection: Connection, done: list[Translated], kinds: Kinds
) -> list[Translated]:
    """What is rejected, with the version that remains in force."""
    rejected = [one for one in done if one.verdict == "rejected" and one.references]
    if not rejected:
        return done
    found = in_force(connection, rejected, kinds)
    return [
        replace(one, problems=(*one.problems, found[key]))
        if (key := (one.submission.id, one.number)) in found
        else one
        for one in done
    ]


def _is_replied_here(one: Translated) -> bool:
    """Rejections, and messages that make no event: the core replies to all others."""
    return one.verdict == "rejected" or (not one.events and rejects(one.problems))


def _piece(entry: Entry, one: Translated) -> Piece:
    end = Position(entry.position + 1) if one.last else Position(entry.position, one.number)
    return Piece(entry, end, one, one.size)


def _values(pieces: Sequence[Piece]) -> Iterator[Translated]:
    return (piece.value for piece in pieces)


def _message_row(one: Translated) -> dict[str, Any]:
    return {
        "submission": one.submission.id,
        "message": one.number,
        "reference": one.reference,
        "verdict": one.verdict,
        "problems": orjson.dumps([as_json(problem) for problem in one.problems]),
        "last": int(one.last),
        "asked": None if one.asked is None else submissions.compress(one.asked),
    }


def _reply(one: Translated) -> Row:
    """A sender is always told of its own rejection, and of what was left out."""
    submission = one.submission
    told = Refused(submission.id, one.number, submission.sender, submission.party,
                   submission.profile, submission.received_at, submission.trace)  # fmt: skip
    if one.verdict == "rejected":
        return refusal_row(told, "rejected", one.problems, one.references)
    return noted_row(told, one.problems, one.references)


def _count(one: Translated) -> None:
    if one.verdict == "accepted" and rejects(one.problems):
        METRICS.notes.labels(one.events[0].kind if one.events else "").inc()
    METRICS.messages.labels(one.submission.format, one.verdict).inc()
    METRICS.unmapped.labels(one.submission.format).inc(one.unmapped)
    for problem in one.problems:
        METRICS.problems.labels(problem.code).inc()
