"""Submissions that are translated in part: each with the record that continues it.

continued  its record is on the log, or in the outbox
behind     it goes on when those before it of the same sender are finished
parked     its record waits for a person; nothing stays behind it
"""

from collections.abc import Collection
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, select, update

from broker.model.records import Record
from broker.state.dialect import upsert
from broker.state.tables import CONTINUATIONS, MESSAGES, SUBMISSIONS

RELEASED_MAX = 64
"""How many go on at once; each that finishes lets others go on."""


State = Literal["continued", "behind", "parked"]


class Continuation(NamedTuple):
    """A row."""

    submission: str
    number: int
    sender: str
    topic: str
    message: int
    state: State
    record: Record


def put(connection: Connection, one: Continuation) -> None:
    """It is left here, whatever was known of it."""
    row = {**one._asdict(), "headers": orjson.dumps(dict(one.record.headers)).decode()}
    del row["record"]
    connection.execute(upsert(connection, CONTINUATIONS, "message", "state", "headers"), [row])


def of_senders(
    connection: Connection, topic: str, senders: Collection[str]
) -> list[tuple[str, str, int, int, str]]:
    """What is unfinished of these senders: submission, sender, number, message, state."""
    names = ("submission", "sender", "number", "message", "state")
    query = select(*(CONTINUATIONS.c[name] for name in names)).where(
        CONTINUATIONS.c.topic == topic, CONTINUATIONS.c.sender.in_(senders)
    )
    return [tuple(row) for row in connection.execute(query)]


def in_flight(connection: Connection) -> list[tuple[str, str, int]]:
    """Sender, id and bytes of those that are translated in part."""
    query = select(SUBMISSIONS.c.sender, SUBMISSIONS.c.id, SUBMISSIONS.c.bytes).join(
        CONTINUATIONS, CONTINUATIONS.c.submission == SUBMISSIONS.c.id
    )
    return [(sender, submission, size) for sender, submission, size in connection.execute(query)]


def of_submission(connection: Connection, submission: str) -> dict[str, Any] | None:
    """How far a submission is that is translated in part."""
    query = select(CONTINUATIONS).where(CONTINUATIONS.c.submission == submission)
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def is_behind(connection: Connection, topic: str, sender: str, number: int) -> bool:
    """Whether a submission of this sender that was accepted before this number goes on."""
    query = select(CONTINUATIONS.c.submission).where(
        CONTINUATIONS.c.topic == topic, CONTINUATIONS.c.sender == sender,
        CONTINUATIONS.c.number < number, CONTINUATIONS.c.state != "parked",
    )  # fmt: skip
    return connection.execute(query.limit(1)).first() is not None


def is_past(connection: Connection, submission: str, message: int) -> bool:
    """Whether a later message of this submission has its verdict."""
    query = select(func.max(MESSAGES.c.message)).where(MESSAGES.c.submission == submission)
    newest = connection.execute(query).scalar_one()
    return newest is not None and newest > message


def finish(connection: Connection, submission: str) -> None:
    """It has no more messages."""
    connection.execute(delete(CONTINUATIONS).where(CONTINUATIONS.c.submission == submission))


def park(connection: Connection, submission: str) -> None:
    """Its record waits for a person."""
    connection.execute(
        update(CONTINUATIONS).where(CONTINUATIONS.c.submission == submission).values(state="parked")
    )


def release(connection: Connection, topic: str, sender: str) -> list[Record]:
    """The records of those that were behind what is finished now, oldest first; they go on."""
    of_sender = (CONTINUATIONS.c.topic == topic, CONTINUATIONS.c.sender == sender)
    oldest = connection.execute(
        select(func.min(CONTINUATIONS.c.number)).where(
            *of_sender, CONTINUATIONS.c.state == "continued"
        )
    ).scalar_one()
    query = select(CONTINUATIONS).where(*of_sender, CONTINUATIONS.c.state == "behind")
    if oldest is not None:
        query = query.where(CONTINUATIONS.c.number < oldest)
    rows = connection.execute(query.order_by(CONTINUATIONS.c.number).limit(RELEASED_MAX)).all()
    if rows:
        connection.execute(
            update(CONTINUATIONS)
            .where(CONTINUATIONS.c.submission.in_([row.submission for row in rows]))
            .values(state="continued")
        )
    return [Record(row.topic, row.sender, orjson.loads(row.headers), b"") for row in rows]
