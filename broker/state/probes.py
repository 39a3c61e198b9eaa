"""A row that readiness writes: a transaction without one commits on a full disk too."""

from sqlalchemy import Connection

from broker.state.dialect import upsert
from broker.state.tables import PROBES


def put(connection: Connection, at: str, room: int) -> None:
    """Write the moment of the newest probe in place of the one before; it takes this many bytes.

    A row that is as large as the one before may find room where nothing else does.
    """
    row = {"name": "readiness", "at": at, "room": bytes(room)}
    connection.execute(upsert(connection, PROBES, "at", "room"), row)
