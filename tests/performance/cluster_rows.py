"""What a finished run has written: rows by what they came from, and records, for the floor.

    recorded = await record(plumbing, topics)
    recorded.events[submission], recorded.worked[event], recorded.rendered[delivery]

The floor writes the same rows again and appends the same records; it never makes them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from broker.hop import Plumbing
from broker.model.events import body_of
from broker.model.records import Entry, Record
from broker.state.tables import (
    ALIASES,
    ASKS,
    DECISIONS,
    DOCUMENTS,
    DOSSIERS,
    DUE,
    MESSAGES,
    OUTBOX,
    OUTCOMES,
    QUEUE,
    SUBMISSIONS,
)

Rows = list[dict[str, Any]]
OF_A_DOSSIER = (DOSSIERS, DOCUMENTS, OUTCOMES, DECISIONS, ASKS, DUE)
SERIAL = {"number"}
LATER = {"seq", "rendered", "settled_at"}


@dataclass(slots=True)
class Made:
    """What translation made of one submission."""

    messages: Rows
    aliases: Rows
    record: Record
    package: str
    body: dict[str, Any]


@dataclass(slots=True)
class Recorded:
    """One run; declarations of different references: one event a submission, one a dossier.

    `submissions` are rows and records as accepted, by the SHA-256 of the bytes.
    """

    submissions: dict[str, tuple[dict[str, Any], Record]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    worked: dict[str, list[tuple[str, Rows]]] = field(default_factory=dict)
    rendered: dict[str, bytes] = field(default_factory=dict)


async def accepted(plumbing: Plumbing) -> dict[str, tuple[dict[str, Any], Record]]:
    """What lodging left behind: rows, and the records that wait in the outbox."""

    def work(connection: Connection) -> dict[str, tuple[dict[str, Any], Record]]:
        records = {}
        for row in connection.execute(select(OUTBOX)):
            headers = orjson.loads(row.headers)
            records[headers["ce_id"]] = Record(row.topic, row.key, headers, row.value)
        rows = _rows(connection, SUBMISSIONS, ())
        return {row["sha256"]: (row, records[row["id"]]) for row in rows}

    return await plumbing.database.read(work)


async def record(plumbing: Plumbing, topics: Sequence[str]) -> Recorded:
    """Everything that stands in the tables and on the topics of events."""
    entries = [entry for topic in topics for entry in await read_all(plumbing, topic)]
    return await plumbing.database.read(lambda connection: _recorded(connection, entries))


def _recorded(connection: Connection, entries: Sequence[Entry]) -> Recorded:
    found = Recorded()
    tables = {table.name: _by(_rows(connection, table, SERIAL), _key(table))
              for table in (*OF_A_DOSSIER, MESSAGES, ALIASES)}  # fmt: skip
    queue = _by(_rows(connection, QUEUE, SERIAL | LATER), "dossier")
    for entry in entries:
        submission, dossier = entry.headers["swb_submission"], entry.key
        found.made[submission] = Made(
            tables[MESSAGES.name][submission],
            tables[ALIASES.name][dossier],
            Record(entry.topic, entry.key, entry.headers, entry.value),
            entry.headers["swb_package"],
            body_of(entry.value),
        )
        rows = [(table.name, tables[table.name].get(dossier, [])) for table in OF_A_DOSSIER]
        waiting = [{**row, "state": "waiting"} for row in queue.get(dossier, [])]
        found.worked[entry.headers["ce_id"]] = [*rows, (QUEUE.name, waiting)]
    query = select(QUEUE.c.id, QUEUE.c.rendered)
    found.rendered = {delivery: content for delivery, content in connection.execute(query)}  # noqa: C416
    return found


async def read_all(plumbing: Plumbing, topic: str) -> list[Entry]:
    """Every entry of a topic, partition by partition."""
    found: list[Entry] = []
    for partition, (start, end) in enumerate(await plumbing.log.ends(topic)):
        position = start
        while position < end:
            page = await plumbing.log.read(topic, partition, position, bytes_max=1 << 20, wait_s=5)
            found += page
            position += len(page)
    return found


def _key(table: Table) -> str:
    if table is DOSSIERS:
        return "id"
    return "submission" if table is MESSAGES else "dossier"


def _rows(connection: Connection, table: Table, without: Collection[str]) -> Rows:
    columns = [column for column in table.c if column.name not in without]
    return [
        {str(name): value for name, value in row.items()}
        for row in connection.execute(select(*columns)).mappings()
    ]


def _by(rows: Rows, name: str) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found
