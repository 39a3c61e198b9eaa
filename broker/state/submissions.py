"""Submissions and their originals: written once, at intake."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from broker.state import dialect
from broker.state.tables import MESSAGES, ORIGINALS, SUBMISSIONS

ZLIB_LEVEL = 1
"""30 kB of XML become 6.6 kB in 0.15 ms; higher levels cost more than they save."""


COUNTED_AT_ONCE = 20_000
"""Numbers of acceptance in one question for what is not finished."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier submission with the same idempotency key or bytes was."""

    id: str
    sha256: str
    received_at: str
    same_bytes_as: str | None


def compress(payload: bytes) -> bytes:
    """The original as it is stored."""
    return zlib.compress(payload, ZLIB_LEVEL)


def by_idempotency(
    connection: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """Earlier submissions by (sender, idempotency key)."""
    if not keys:
        return {}
    rows = connection.execute(
        select(
            SUBMISSIONS.c.sender, SUBMISSIONS.c.idempotency_key,
            SUBMISSIONS.c.id, SUBMISSIONS.c.sha256, SUBMISSIONS.c.received_at,
            SUBMISSIONS.c.same_bytes_as,
        ).where(
            SUBMISSIONS.c.sender.in_({sender for sender, _ in keys}),
            SUBMISSIONS.c.idempotency_key.in_([key for _, key in keys]),
        )
    )  # fmt: skip
    return {(row[0], row[1]): Known(row[2], row[3], row[4], row[5]) for row in rows}


def by_bytes(
    connection: Connection, digests: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The newest earlier submission by (party, sha256)."""
    # Ids begin with the time: the highest is the newest.
    rows = connection.execute(
        select(SUBMISSIONS.c.party, SUBMISSIONS.c.sha256, func.max(SUBMISSIONS.c.id))
        .where(
            SUBMISSIONS.c.party.in_({party for party, _ in digests}),
            SUBMISSIONS.c.sha256.in_([sha256 for _, sha256 in digests]),
        )
        .group_by(SUBMISSIONS.c.party, SUBMISSIONS.c.sha256)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def forget_idempotency(connection: Connection, before: str) -> None:
    """Idempotency keys older than this moment may be used again."""
    connection.execute(
        SUBMISSIONS.update()
        .where(SUBMISSIONS.c.idempotency_key.is_not(None), SUBMISSIONS.c.received_at < before)
        .values(idempotency_key=None)
    )


def numbers(connection: Connection, count: int) -> list[int]:
    """The next numbers of acceptance, ascending."""
    return dialect.numbers(connection, SUBMISSIONS.c.number, count)


def number_from(connection: Connection, lowest: int) -> int:
    """A number of acceptance, at least this one; later ones are higher."""
    (drawn,) = numbers(connection, 1)
    return drawn if drawn >= lowest else numbers(connection, lowest - drawn)[-1]


def known(connection: Connection, wanted: Iterable[str]) -> set[str]:
    """Which of these submissions there are."""
    query = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.id.in_(list(wanted)))
    return set(connection.execute(query).scalars())


def put(
    connection: Connection, rows: Sequence[Mapping[str, Any]], originals: Sequence[bytes]
) -> None:
    """Write submissions (each row with its number) and their compressed originals."""
    connection.execute(insert(SUBMISSIONS), rows)
    connection.execute(
        insert(ORIGINALS),
        [
            {"submission": row["number"], "payload": original}
            for row, original in zip(rows, originals, strict=True)
        ],
    )


def one(connection: Connection, submission: str) -> dict[str, Any] | None:
    """A submission by its id."""
    query = select(SUBMISSIONS).where(SUBMISSIONS.c.id == submission)
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def several(connection: Connection, submissions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Submissions by their ids."""
    query = select(SUBMISSIONS).where(SUBMISSIONS.c.id.in_(list(submissions)))
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}


def originals(connection: Connection, submissions: Iterable[str]) -> dict[str, bytes]:
    """The bytes as received, by submission id."""
    rows = connection.execute(
        select(SUBMISSIONS.c.id, ORIGINALS.c.payload)
        .join(ORIGINALS, ORIGINALS.c.submission == SUBMISSIONS.c.number)
        .where(SUBMISSIONS.c.id.in_(list(submissions)))
    )
    return {submission: zlib.decompress(payload) for submission, payload in rows}


def sizes(connection: Connection, submissions: Iterable[str]) -> dict[str, int]:
    """How many bytes the originals have, by submission id."""
    query = select(SUBMISSIONS.c.id, SUBMISSIONS.c.bytes)
    rows = connection.execute(query.where(SUBMISSIONS.c.id.in_(list(submissions))))
    return {row.id: row.bytes for row in rows}


def put_messages(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the verdicts of messages."""
    if rows:
        connection.execute(insert(MESSAGES), rows)


def end(connection: Connection, submission: str) -> None:
    """Nothing more is translated of it: its envelope is its last message."""
    connection.execute(
        update(MESSAGES)
        .where(MESSAGES.c.submission == submission, MESSAGES.c.message == 0)
        .values(last=1)
    )


def judged(connection: Connection, wanted: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Which of these (submission, message) have a verdict already."""
    rows = connection.execute(
        select(MESSAGES.c.submission, MESSAGES.c.message).where(
            MESSAGES.c.submission.in_({submission for submission, _ in wanted}),
            MESSAGES.c.message.in_({message for _, message in wanted}),
        )
    )
    return {(submission, message) for submission, message in rows} & set(wanted)


def messages(
    connection: Connection, submission: str, after: int = -1, limit: int | None = None
) -> list[dict[str, Any]]:
    """The messages of a submission with their verdicts, in order, from the one behind `after`."""
    query = select(MESSAGES).where(MESSAGES.c.submission == submission, MESSAGES.c.message > after)
    rows = connection.execute(query.order_by(MESSAGES.c.message).limit(limit))
    return [dict(row) for row in rows.mappings()]


class Asked(NamedTuple):
    """What a reply to a message needs of it: its format, what was wrong, what its adapter kept."""

    problems: list[dict[str, Any]]
    kept: bytes | None = None
    format: str = ""
    profile: str = ""


def asked(
    connection: Connection, wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Asked]:
    """These messages as replies to them need them; no other is read."""
    return {
        (row.submission, row.message): Asked(
            orjson.loads(row.problems),
            None if row.asked is None else zlib.decompress(row.asked),
            row.format,
            row.profile,
        )
        for whose in _together(wanted)
        for row in connection.execute(select(MESSAGES).where(whose))
    }


def _together(wanted: Collection[tuple[str, int]]) -> Iterator[ColumnElement[bool]]:
    """Those of one submission, or those with one number, whichever makes fewer questions."""
    of_submission: dict[str, list[int]] = {}
    with_number: dict[int, list[str]] = {}
    for submission, message in sorted(wanted):
        of_submission.setdefault(submission, []).append(message)
        with_number.setdefault(message, []).append(submission)
    if len(of_submission) <= len(with_number):
        for submission, messages in of_submission.items():
            yield (MESSAGES.c.submission == submission) & MESSAGES.c.message.in_(messages)
    else:
        for message, submissions in with_number.items():
            yield (MESSAGES.c.message == message) & MESSAGES.c.submission.in_(submissions)


def finished(connection: Connection, wanted: Collection[str]) -> set[str]:
    """Which of these submissions are translated whole."""
    query = select(MESSAGES.c.submission).where(
        MESSAGES.c.submission.in_(list(wanted)), MESSAGES.c["last"] == 1
    )
    return set(connection.execute(query).scalars())


def unfinished(connection: Connection, below: int | None) -> tuple[list[tuple[str, str, int]], int]:
    """Sender, id and bytes of those that are not translated whole, among COUNTED_AT_ONCE numbers.

    Those below the number `below`; None: the newest. Besides, below which to go on; 0: no others.
    """
    if below is None:
        newest = select(func.coalesce(func.max(SUBMISSIONS.c.number), 0))
        below = connection.execute(newest).scalar_one() + 1
    low = max(0, below - COUNTED_AT_ONCE)
    whole = select(MESSAGES.c.submission).where(
        MESSAGES.c.submission == SUBMISSIONS.c.id, MESSAGES.c["last"] == 1
    )
    rows = connection.execute(
        select(SUBMISSIONS.c.sender, SUBMISSIONS.c.id, SUBMISSIONS.c.bytes).where(
            SUBMISSIONS.c.number >= low, SUBMISSIONS.c.number < below, ~whole.exists()
        )
    )
    return [(sender, submission, size) for sender, submission, size in rows], low


class Tally(NamedTuple):
    """How many messages have a verdict, how many were rejected, and whether it was the last."""

    messages: int
    rejected: int
    whole: bool


def tally(connection: Connection, submission: str) -> Tally:
    """How far a submission is translated."""
    refused = func.sum(case((MESSAGES.c.verdict == "rejected", 1), else_=0))
    row = connection.execute(
        select(func.count(), refused, func.max(MESSAGES.c["last"])).where(
            MESSAGES.c.submission == submission
        )
    ).one()
    return Tally(row[0], row[1] or 0, bool(row[2]))
