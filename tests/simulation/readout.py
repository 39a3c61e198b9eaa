"""The final read-out: what stands in the tables and on the log when everybody has finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from broker.model.dossier import is_request
from broker.model.events import body_of
from broker.state import tables
from tests.families import token_of

Rows = list[dict[str, Any]]
Ends = Mapping[tuple[str, int], int]
"""The next position to come of each (topic, partition)."""

_SHOWN = (
    "submissions", "messages", "outcomes", "documents", "dossiers", "decisions", "queue",
    "subscriptions", "unresolved", "parked", "followers", "asks", "answers", "due", "outbox",
    "positions", "requests", "aliases",
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
    heavy = {"payload", "content"} if table is tables.ALIASES else {"payload", "value", "content"}
    columns = [column for column in table.c if column.name not in heavy]
    query = select(*columns).order_by(*table.primary_key.columns)
    found = [dict(row) for row in connection.execute(query).mappings()]
    if table.name in {"asks", "answers", "decisions"}:  # a request has promises of its own
        found = [row for row in found if not is_request(row["part"])]
    if table is tables.DOCUMENTS:
        _with_persons(connection, found)
    for row in found:
        if "headers" in row:
            row["headers"] = orjson.loads(row["headers"])
    return found


def _with_persons(connection: Connection, found: Rows) -> None:
    """What the persons of each list are known by, in the order of the list."""
    query = select(tables.DOCUMENTS.c.id, tables.DOCUMENTS.c.payload)
    bodies = {one.id: body_of(one.payload) for one in connection.execute(query)}
    for row in found:
        means = bodies[row["id"]].get("BorderTransportMeans", {})
        persons = [*means.get("Passenger", ()), *means.get("Crew", ())]
        row["persons"] = tuple(token_of(one) for one in persons)
