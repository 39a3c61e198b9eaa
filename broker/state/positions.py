"""How far each station got in each partition; the compare-and-set is the fence.

A position is the next record and, within it, how many messages are done (a large record commits
several times). It holds the number of the configuration that it was last moved under: one with a
lower number never moves it again, so nothing is judged under one configuration and then under an
older one. `starts` counts takings-over whose process ended before they got through a batch.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal, select, update

from broker.errors import MovedFault
from broker.state import configurations
from broker.state.dialect import insert_or
from broker.state.tables import POSITIONS


class Reader(NamedTuple):
    """Whose position: a station reading a partition of a topic."""

    station: str
    topic: str
    partition: int


class Position(NamedTuple):
    """The next record to work, and how many of its messages are done."""

    next: int
    message: int = 0


def take(connection: Connection, reader: Reader) -> Position:
    """Where the reader stands; a new reader stands at the beginning."""
    connection.execute(
        insert_or(connection, POSITIONS)
        .values(**reader._asdict(), next=0, message=0, starts=0)
        .on_conflict_do_nothing()
    )
    row = connection.execute(
        select(POSITIONS.c.next, POSITIONS.c.message).where(*_is(reader))
    ).one()
    return Position(row.next, row.message)


def started(connection: Connection, reader: Reader, *, number: int = 0) -> int:
    """One more start without a committed batch; how many that makes.

    SupersededFault: a configuration newer than this number is in force.
    """
    configurations.must_be_newest(connection, number)
    connection.execute(update(POSITIONS).where(*_is(reader)).values(starts=POSITIONS.c.starts + 1))
    starts: int = connection.execute(select(POSITIONS.c.starts).where(*_is(reader))).scalar_one()
    return starts


def released(connection: Connection, reader: Reader, begin: Position) -> None:
    """One start from here less: its share was given away before the batch, its process lives."""
    connection.execute(
        update(POSITIONS)
        .where(
            *_is(reader), POSITIONS.c.next == begin.next, POSITIONS.c.message == begin.message,
            POSITIONS.c.starts > 0,
        )
        .values(starts=POSITIONS.c.starts - 1)
    )  # fmt: skip


def move(
    connection: Connection, reader: Reader, begin: Position, end: Position, *, number: int = 0
) -> None:
    """Compare-and-set, under the configuration with this number; else nothing may be written.

    SupersededFault: a newer one is in force, or has moved it. MovedFault: another owner moved it.
    """
    in_force = func.coalesce(configurations.held_number(), 0)
    done = connection.execute(
        update(POSITIONS)
        .where(
            *_is(reader), POSITIONS.c.next == begin.next, POSITIONS.c.message == begin.message,
            POSITIONS.c.configuration <= number, in_force <= literal(number),
        )
        .values(next=end.next, message=end.message, starts=0, configuration=number)
    )  # fmt: skip
    if done.rowcount != 1:
        moved_under(connection, reader, number)
        raise MovedFault(f"{reader.station} {reader.topic}-{reader.partition} is not at {begin}")


def moved_under(connection: Connection, reader: Reader, number: int) -> None:
    """SupersededFault: a configuration newer than this number is in force, or has moved it."""
    configurations.must_be_newest(connection, number)
    query = select(POSITIONS.c.configuration).where(*_is(reader))
    newest = connection.execute(query).scalar_one_or_none() or 0
    if newest > number:
        raise configurations.superseded(number, newest)


def everywhere(connection: Connection) -> list[tuple[Reader, Position]]:
    """Every reader with its position, for lag and readiness."""
    rows = connection.execute(select(POSITIONS).order_by(POSITIONS.c.station, POSITIONS.c.topic))
    return [
        (Reader(row.station, row.topic, row.partition), Position(row.next, row.message))
        for row in rows
    ]


def misplaced(reader: Reader, position: Position, ends: tuple[int, int]) -> str:
    """What is wrong with a position where the log holds this, and the command; "": nothing."""
    start, end = ends
    place = f"position {position.next} of {reader.station} in {reader.topic}-{reader.partition}"
    command = f"swb positions move {reader.station} {reader.topic} {reader.partition} --to {start}"
    if position.next < start:
        return (
            f"{place} is behind the log, which begins at {start}: {start - position.next} records "
            f"went before they were read; '{command} --why ...' goes on without them"
        )
    if position.next > end:
        return (
            f"{place} is beyond the log, which ends at {end}: records that were confirmed are "
            f"gone, or this is another cluster; '{command} --why ...' works what the log holds, "
            "and nothing twice"
        )
    return ""


def _is(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    return (
        POSITIONS.c.station == reader.station,
        POSITIONS.c.topic == reader.topic,
        POSITIONS.c.partition == reader.partition,
    )
