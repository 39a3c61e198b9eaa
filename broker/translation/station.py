"""Translation as the hop sees it: load originals, translate, resolve and write.

A message's events reach `events.<kind>`, keyed by their dossier; its rejection reaches its
sender's queue; what finds no dossier waits in `unresolved`. A submission is translated in turns.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from broker.adapter import Adapter, Profile
from broker.errors import ConfigFault
from broker.formats import Usable, adapter_of, uses_of
from broker.hop import NextBatch, Pending, Piece, StepFault
from broker.metrics import METRICS
from broker.model.events import event_of, record_of
from broker.model.owned import Owners
from broker.model.problem import as_json, rejects
from broker.model.records import RESUMED, Entry, Headers, Record, submission_id
from broker.replies.refusals import Refused, noted_row, refusal_row
from broker.state import queue, submissions
from broker.state.positions import Position
from broker.state.queue import Row
from broker.translation.again import UNKNOWN, take_again
from broker.translation.batch import Batch, Means
from broker.translation.continued import (
    is_stale,
    load_originals,
    load_round,
    write_turns,
)
from broker.translation.in_force import in_force
from broker.translation.numbered import check_numbers
from broker.translation.pending import put_waiting
from broker.translation.release import decline
from broker.translation.resolve import NO_OWNERS, Kinds, resolve
from broker.translation.step import (
    Translated,
    submission_of,
    translated,
)
from broker.translation.turns import (
    Begun,
    JobHere,
    Left,
    Suspended,
    Turn,
    Unfinished,
    after_message,
    is_continued,
    waits_its_turn,
)

HERE = Means()

ProfileOf = Callable[[str, str, str], Profile]
"""The profile of this name, for this format, as in force at this stamp."""
UsableBy = Callable[[str, str], Usable]
"""What this sender or recipient may use, as in force at this stamp."""


class Basis(NamedTuple):
    """What messages are judged under.

    `usable_by`: which formats a sender may use, with which profiles. `owners`: whose the codes in
    public names are. `digest`: of the configuration; verdicts and replies name it.
    """

    usable_by: UsableBy
    owners: Owners = NO_OWNERS
    digest: str = ""


class TranslationStation:
    """Submissions of one family become verdicts and events."""

    name = "translation"

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        profile_of: ProfileOf,
        kinds: Kinds,
        basis: Basis,
        means: Means = HERE,
    ) -> None:
        self._usable_by, self._owners, self._digest = basis
        self._event_bytes_max = means.event_bytes_max
        self._adapters = adapters
        self._profile_of = profile_of
        self._kinds = kinds
        self._executor = means.executor
        self._fairness = means.fairness
        self._suspended = Suspended()

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Batch:
        """What is unfinished of these senders, and the originals that records only refer to.

        Of originals no more than a batch may hold: the records after that are the next batch's.
        """
        unfinished = load_round(connection, entries)
        stale = frozenset(one.position for one in entries if is_stale(one.headers, unfinished))
        absent = [one for one in entries if not one.value and one.position not in stale]
        going_on = frozenset(
            submission_id(entry.headers) for entry in absent
            if self._suspended.holds(submission_id(entry.headers), after_message(entry.headers))
        )  # fmt: skip
        wanted = [entry for entry in absent if submission_id(entry.headers) not in going_on]
        originals, later = load_originals(connection, wanted)
        return Batch(entries, originals, unfinished, later, going_on, stale)

    def work(self, entry: Entry, loaded: Batch, skip: int) -> Iterator[Piece | Pending]:
        """One piece a message, and one more where the record is left before its end.

        What is costly is translated elsewhere, and waited for here. StepFault: the record's
        submission is unknown, and with it the bytes. ConfigFault: so is its format, or its
        profile. NextBatch: its bytes are not loaded.
        """
        if loaded.is_later(entry):
            raise NextBatch
        if entry.position in loaded.stale or is_stale(entry.headers, loaded.unfinished):
            if begun := loaded.jobs.pop(entry.position, None):
                begun.job.drop()
            yield _left(entry, Left("stale"))
            return
        if is_continued(entry.headers) and self._fairness.lags(entry.headers):
            yield from self._put_off(entry, loaded)
            return
        loaded.idle = False
        adapter_of(self._adapters, entry.headers.get("swb_format", ""))
        skip = max(skip, after_message(entry.headers))
        self._begin_ahead(entry, loaded, skip)
        if not (loaded.holds(entry) or entry.position in loaded.jobs):
            if submission_id(entry.headers) in loaded.suspended:
                raise NextBatch  # its job was dropped meanwhile
            raise StepFault(UNKNOWN, counts=False)
        yield from self._turn(entry, loaded, skip)

    def _put_off(self, entry: Entry, loaded: Batch) -> Iterator[Piece | Pending]:
        """The core has enough to do: the same once more, and not faster than it is counted."""
        after, kind = after_message(entry.headers), entry.headers["swb_kind"]
        if begun := loaded.jobs.pop(entry.position, None):
            self._suspended.put(submission_id(entry.headers), after, begun)
        if loaded.idle and entry is loaded.entries[-1] and self._fairness.backlog:
            yield self._fairness.backlog
        yield _left(entry, Left("lag", after, kind))

    def _turn(self, entry: Entry, loaded: Batch, skip: int) -> Iterator[Piece | Pending]:
        """The messages of one turn."""
        submission, sender = submission_id(entry.headers), entry.headers["swb_sender"]
        number = int(entry.headers["swb_number"])
        begun, turn = loaded.jobs.get(entry.position), Turn(self._fairness.turn)
        before_s = begun.job.cpu_s if begun else 0.0
        for one in self._messages(entry, loaded, skip):
            if not isinstance(one, Translated):
                yield one
                continue
            if waits_its_turn(one) and loaded.unfinished.is_behind(sender, number):
                loaded.unfinished.leave(Unfinished(submission, sender, number, one.number - 1))
                self._drop(loaded, entry)
                yield _left(entry, Left("behind", one.number - 1))
                return
            turn.add(one)
            yield _piece(entry, one)
            if not one.last and turn.is_over(begun.job.cpu_s - before_s if begun else 0.0):
                loaded.unfinished.leave(Unfinished(submission, sender, number, one.number))
                if begun := loaded.jobs.pop(entry.position, None):
                    self._suspended.put(submission, one.number, begun)
                kind = one.events[-1].kind if one.events else entry.headers.get("swb_kind", "")
                yield _left(entry, Left("turn", one.number, kind))
                return
        loaded.unfinished.finish(submission)
        self._drop(loaded, entry)

    def _messages(self, entry: Entry, loaded: Batch, skip: int) -> Iterator[Translated | Pending]:
        """The messages of a record, as they are made here or arrive from elsewhere."""
        begun = loaded.jobs.get(entry.position)
        if begun is None:
            yield from self._translated(entry, loaded, skip)
            return
        last = False
        while not last:
            begun.made.extend(begun.job.take())
            if not begun.made:
                yield begun.job
            while begun.made:
                one = begun.made.popleft()
                last = one.last
                yield one

    def _translated(
        self, entry: Entry, loaded: Batch, skip: int
    ) -> Generator[Translated, None, None]:
        submission = submission_of(entry.headers, loaded.payload(entry))
        uses = uses_of(self._adapters, self._usable(entry.headers))
        return translated(submission, uses, skip, self._event_bytes_max)

    def _begin_ahead(self, now: Entry, loaded: Batch, skip: int) -> None:
        """Begin this record, and those after it that there is room for."""
        executor = self._executor
        if executor is None:
            self._begin_here(now, loaded, skip)
        while executor is not None and loaded.begun < len(loaded.entries):
            entry = loaded.entries[loaded.begun]
            if loaded.is_later(entry):
                return
            before = skip if entry is now else after_message(entry.headers)
            if is_continued(entry.headers) and (
                begun := self._suspended.take(submission_id(entry.headers), before)
            ):
                loaded.jobs[entry.position] = begun
            elif loaded.holds(entry):
                payload = loaded.payload(entry)
                if executor.takes(payload):
                    if entry is not now and not executor.has_room(payload):
                        return
                    try:
                        usable = self._usable(entry.headers)
                    except ConfigFault:
                        if entry is now:
                            loaded.begun += 1
                            raise
                        return  # it is the fault of that record, raised when its turn comes
                    job = executor.begin(entry.headers, payload, usable, before)
                    loaded.jobs[entry.position] = Begun(job, len(payload))
            loaded.begun += 1

    def _begin_here(self, entry: Entry, loaded: Batch, skip: int) -> None:
        """Begin or go on in this process: what was read in a turn is not read again in the next."""
        begun = self._suspended.take(submission_id(entry.headers), skip)
        if begun is None and loaded.holds(entry):
            job = JobHere(self._translated(entry, loaded, skip))
            begun = Begun(job, len(loaded.payload(entry)))
        if begun is not None:
            loaded.jobs[entry.position] = begun

    def _usable(self, headers: Headers) -> Usable:
        """What the sender may use now; the format that was recognised has the profile of then.

        ConfigFault: a name that the record holds is not known any more.
        """
        form, received_at = headers.get("swb_format", ""), headers["ce_time"]
        profile = self._profile_of(headers.get("swb_profile", ""), form, received_at)
        usable = self._usable_by(headers["swb_sender"], received_at)
        return {**usable, form: profile} if form in usable else usable

    def _drop(self, loaded: Batch, entry: Entry) -> None:
        """Nothing more is made of this record."""
        if begun := loaded.jobs.pop(entry.position, None):
            begun.job.drop()
        self._suspended.drop(submission_id(entry.headers))

    def end(self, loaded: Batch) -> None:
        """What is still being translated is not waited for."""
        for begun in loaded.jobs.values():
            begun.job.drop()
        loaded.jobs.clear()

    def park(self, entry: Entry, loaded: Batch) -> None:
        """Followers pass: submissions do not depend on each other here."""
        loaded.unfinished.park(submission_id(entry.headers))
        self._drop(loaded, entry)

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """Verdicts, resolved events, those that wait, and replies to rejections.

        A message that has its verdict came again on the log: everything about it is done. A
        submission that the database does not know is taken again from its record.
        """
        verdicts = [piece for piece in pieces if isinstance(piece.value, Translated)]
        entries = [piece.entry for piece in verdicts if not is_continued(piece.entry.headers)]
        take_again(connection, entries)
        made = {(one.submission.id, one.number): one for one in map(_marked, verdicts)}
        judged = submissions.judged(connection, made.keys()) if made else set()
        done = [one for key, one in made.items() if key not in judged]
        done = _with_in_force(connection, done, self._kinds)
        submissions.put_messages(connection, [_message_row(one, self._digest) for one in done])
        events = check_numbers(connection, [event for one in done for event in one.events])
        resolved = resolve(connection, events, self._kinds, self._owners)
        wrong = [one for one in resolved.waiting if "swb_problem" in one.headers]
        for waiting in wrong:
            event = event_of(waiting.headers, waiting.value)
            decline(connection, event, event.problem, self._digest)
        put_waiting(
            connection,
            [one for one in resolved.waiting if one not in wrong],
            {(one.submission.id, one.number): one.problems for one in done},
            self._digest,
        )
        replies = [_reply(one) for one in done if _is_replied_here(one)]
        queue.put(connection, replies, self._digest)
        for one in done:
            _count(one)
        return [
            *(record_of(event) for event in resolved.events),
            *write_turns(connection, pieces),
        ]


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
    """Rejections, and messages with problems that make no event: the core replies to all others.

    What is only odd about an envelope is in the status.
    """
    silent = not one.events and (rejects(one.problems) or (one.number and one.problems))
    return one.verdict == "rejected" or bool(silent)


def _piece(entry: Entry, one: Translated) -> Piece:
    end = Position(entry.position + 1) if one.last else Position(entry.position, one.number)
    return Piece(entry, end, one, one.size)


def _left(entry: Entry, left: Left) -> Piece:
    return Piece(entry, Position(entry.position + 1), left)


def _marked(piece: Piece) -> Translated:
    """The message; what comes after a turn, or was parked, may have been overtaken."""
    one: Translated = piece.value
    headers = piece.entry.headers
    if not (is_continued(headers) or RESUMED in headers) or not waits_its_turn(one):
        return one
    return replace(one, events=tuple(replace(event, overtaken=True) for event in one.events))


def _message_row(one: Translated, configuration: str) -> dict[str, Any]:
    return {
        "submission": one.submission.id,
        "message": one.number,
        "reference": one.reference,
        "verdict": one.verdict,
        "problems": orjson.dumps([as_json(problem) for problem in one.problems]),
        "last": int(one.last),
        "configuration": configuration,
        "asked": None if one.asked is None else submissions.compress(one.asked),
        "format": one.format,
        "profile": one.profile,
    }


def _reply(one: Translated) -> Row:
    """A sender is always told of its own rejection, and of what was left out."""
    submission = one.submission
    told = Refused(submission.id, one.number, submission.sender, submission.party,
                   submission.received_at, submission.trace)  # fmt: skip
    if one.verdict == "rejected":
        return refusal_row(told, "rejected", one.problems, one.references)
    return noted_row(told, one.problems, one.references)


def _count(one: Translated) -> None:
    if one.verdict == "accepted" and rejects(one.problems):
        METRICS.notes.labels(one.events[0].kind if one.events else "").inc()
    METRICS.messages.labels(one.format, one.verdict).inc()
    METRICS.unmapped.labels(one.format).inc(one.unmapped)
    for problem in one.problems:
        METRICS.problems.labels(problem.code).inc()
