"""The final read-out: what stands in the tables and on the log when everybody has finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from broker.state import tables

Rows = list[dict[str, Any]]
Ends = Mapping[tuple[str, int], int]
"""The next position to come of each (topic, partition)."""

_SHOWN = (
    "submissions", "messages", "outcomes", "documents", "dossiers", "decisions", "queue",
    "subscriptions", "unresolved", "parked", "followers", "asks", "answers", "due", "outbox",
    "positions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readout:
    """Rows by table, the log's ends, and the moment of reading."""

    rows: Mapping[str, Rows]
    ends: Ends
    at: str

    def of(self, table: str) -> Rows:
        """The rows of one table, oldest first where it has numbers."""
        return self.rows[table]


def read_out(connection: Connection, ends: Ends, at: str) -> Readout:
    """Everything the checker looks at; payloads stay out, rendered bytes stay in."""
    return Readout({name: _rows(connection, getattr(tables, name.upper())) for name in _SHOWN},
                   ends, at)  # fmt: skip


def _rows(connection: Connection, table: Table) -> Rows:
    columns = [column for column in table.c if column.name not in {"payload", "value", "content"}]
    query = select(*columns).order_by(*table.primary_key.columns)
    found = [dict(row) for row in connection.execute(query).mappings()]
    for row in found:
        if "headers" in row:
            row["headers"] = orjson.loads(row["headers"])
    return found
