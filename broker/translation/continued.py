"""Turns in the database: what is unfinished, the originals of a batch, and what a commit leaves."""

from collections.abc import Sequence

from sqlalchemy import Connection

from broker.hop import Piece
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Entry, Headers, Record, submission_id
from broker.state import continuations, submissions
from broker.state.continuations import Continuation, State
from broker.translation.step import Translated
from broker.translation.turns import (
    Left,
    Round,
    Unfinished,
    after_message,
    continuation,
    is_continued,
)

ORIGINALS_BYTES_MAX = 16_000_000
"""Of the originals of one batch; a larger one is a batch of its own."""

log = logger("translation")


def load_round(connection: Connection, entries: Sequence[Entry]) -> Round:
    """What is unfinished of the senders of these records."""
    senders = {entry.headers["swb_sender"] for entry in entries}
    known = continuations.of_senders(connection, entries[0].topic, senders)
    return Round(Unfinished(*row[:4], blocks=row[4] != "parked") for row in known)


def load_originals(
    connection: Connection, wanted: Sequence[Entry]
) -> tuple[dict[str, bytes], int | None]:
    """Originals of these records, and the position from which on they are too many."""
    if not wanted:
        return {}, None
    names = [submission_id(entry.headers) for entry in wanted]
    sizes, held = submissions.sizes(connection, names), 0
    for at, name in enumerate(names):
        held += sizes.get(name, 0)
        if at and held > ORIGINALS_BYTES_MAX:
            return submissions.originals(connection, names[:at]), wanted[at].position
    return submissions.originals(connection, names), None


def is_stale(headers: Headers, unfinished: Round) -> bool:
    """Whether a record is a repetition: its submission goes on by another record, or is over."""
    after = unfinished.after(submission_id(headers))
    return after != after_message(headers) if is_continued(headers) else after is not None


def write_turns(connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
    """Where submissions are left, parked and finished; the records that continue them.

    In the order of the pieces: what a piece releases may be behind since the piece before it.
    """
    records: list[Record] = []
    for piece in pieces:
        entry, value = piece.entry, piece.value
        if piece.fault:
            records += _park(connection, entry)
        elif isinstance(value, Translated):
            if value.last and is_continued(entry.headers):
                records += _finish(connection, entry)
        elif value.why != "stale":
            records += _leave(connection, entry, value)
    return records


def _finish(connection: Connection, entry: Entry) -> list[Record]:
    continuations.finish(connection, submission_id(entry.headers))
    return continuations.release(connection, entry.topic, entry.headers["swb_sender"])


def _leave(connection: Connection, entry: Entry, left: Left) -> list[Record]:
    """The submission goes on after a message: at once, or when it is released."""
    submission, headers = submission_id(entry.headers), entry.headers
    record = continuation(entry, left.after, left.kind)
    METRICS.turns.labels(headers["swb_family"], left.why).inc()
    if left.why == "lag":
        return [record]
    if continuations.is_past(connection, submission, left.after):
        return []  # the record came again on the log, and its submission is further on
    sender, number = headers["swb_sender"], int(headers["swb_number"])
    # What it is behind may have been a repetition that left nothing: then nothing releases it.
    behind = left.why == "behind" and continuations.is_behind(
        connection, entry.topic, sender, number
    )
    state: State = "behind" if behind else "continued"
    row = Continuation(submission, number, sender, entry.topic, left.after, state, record)
    continuations.put(connection, row)
    if not behind:
        return [record]
    log.info("submission.behind", id=submission, sender=sender)
    return []


def _park(connection: Connection, entry: Entry) -> list[Record]:
    """A record is parked: nothing stays behind its submission any more."""
    if not is_continued(entry.headers):
        return []
    continuations.park(connection, submission_id(entry.headers))
    return continuations.release(connection, entry.topic, entry.headers["swb_sender"])
