"""Records that a committed transaction owes to the log, until they stand there."""

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from broker.model.records import Record
from broker.state.tables import OUTBOX

Owner = tuple[str, int]
"""The station (with its topic) and the partition whose hop wrote the rows."""


def put(connection: Connection, owner: Owner, records: Sequence[Record]) -> list[int]:
    """Keep records, in this order; their numbers."""
    if not records:
        return []
    made = connection.execute(
        insert(OUTBOX).returning(OUTBOX.c.number, sort_by_parameter_order=True),
        [
            {
                "station": owner[0],
                "partition": owner[1],
                "topic": record.topic,
                "key": record.key,
                "headers": orjson.dumps(dict(record.headers)).decode(),
                "value": record.value,
                "at": record.headers.get("ce_time", ""),
            }
            for record in records
        ],
    )
    return list(made.scalars())


def pending(
    connection: Connection,
    owner: Owner,
    limit: int | None = None,
    keys: Collection[str] | None = None,
) -> list[tuple[int, Record]]:
    """What an owner still owes, oldest first, each with its number; at most `limit`, of `keys`."""
    query = (
        select(OUTBOX.c.number, OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.headers, OUTBOX.c.value)
        .where(OUTBOX.c.station == owner[0], OUTBOX.c.partition == owner[1])
        .order_by(OUTBOX.c.number)
        .limit(limit)
    )
    if keys is not None:
        query = query.where(OUTBOX.c.key.in_(keys))
    rows = connection.execute(query)
    return [
        (number, Record(topic, key, orjson.loads(headers), value))
        for number, topic, key, headers, value in rows
    ]


def owners(connection: Connection) -> list[Owner]:
    """Everyone who owes something."""
    rows = connection.execute(select(OUTBOX.c.station, OUTBOX.c.partition).distinct())
    return [(station, partition) for station, partition in rows]


def length(connection: Connection) -> int:
    """How many records are owed in all."""
    return connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()


def forget_these(connection: Connection, numbers: Sequence[int]) -> None:
    """Exactly these stand on the log: for owners whose numbers several processes draw at once."""
    if numbers:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.number.in_(numbers)))


def forget(connection: Connection, owner: Owner, upto: int) -> None:
    """The records up to this number stand on the log."""
    if upto:
        connection.execute(
            delete(OUTBOX).where(
                OUTBOX.c.station == owner[0],
                OUTBOX.c.partition == owner[1],
                OUTBOX.c.number <= upto,
            )
        )
