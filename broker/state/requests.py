"""Requests: what declarants ask of authorities, open and ended."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from broker.model.dossier import Holder, Request
from broker.model.events import event_of, headers_of
from broker.state.dialect import upsert
from broker.state.tables import REQUESTS

_SHOWN = ("number", "does", "part", "version", "party", "submission", "message", "reference",
          "state", "code", "received_at", "expires_at", "decided_at")  # fmt: skip


def put(connection: Connection, requests: Sequence[tuple[str, Request]]) -> None:
    """Write requests, new or in a new state, each with its dossier's id."""
    if requests:
        connection.execute(
            upsert(connection, REQUESTS, "holders", "state", "code", "decided_at"),
            [_row(dossier, request) for dossier, request in requests],
        )


def open_requests(connection: Connection, ids: Iterable[str]) -> dict[str, dict[int, Request]]:
    """The open requests of these dossiers, by dossier and number."""
    wanted, found = list(ids), dict[str, dict[int, Request]]()
    if not wanted:
        return found
    query = select(REQUESTS).where(REQUESTS.c.dossier.in_(wanted), REQUESTS.c.state == "open")
    for row in connection.execute(query.order_by(REQUESTS.c.number)):
        found.setdefault(row.dossier, {})[row.number] = Request(
            row.number,
            event_of(orjson.loads(row.headers), row.value),
            row.version,
            row.table_in_force,
            tuple(Holder(*holder) for holder in orjson.loads(row.holders)),
            row.expires_at,
            row.state,
            row.code,
            row.decided_at,
        )
    return found


def of_dossier(connection: Connection, dossier: str) -> list[dict[str, Any]]:
    """Every request of a dossier, without what it holds; `holders` as lists."""
    columns = [REQUESTS.c[name] for name in (*_SHOWN, "holders")]
    query = select(*columns).where(REQUESTS.c.dossier == dossier).order_by(REQUESTS.c.number)
    return [
        {str(name): row[name] for name in row} | {"holders": orjson.loads(row["holders"])}
        for row in connection.execute(query).mappings()
    ]


def _row(dossier: str, request: Request) -> dict[str, Any]:
    event = request.event
    holders = orjson.dumps([list(holder) for holder in request.holders]).decode()
    return {
        "dossier": dossier, "number": request.number, "does": request.does, "part": event.part,
        "version": request.version, "party": event.party, "submission": event.submission,
        "message": event.message, "event": event.id, "reference": request.reference,
        "headers": orjson.dumps(headers_of(event)).decode(), "value": event.payload,
        "holders": holders, "state": request.state,
        "code": request.code, "table_in_force": request.table,
        "received_at": event.received_at, "expires_at": request.expires_at,
        "decided_at": request.decided_at,
    }  # fmt: skip
