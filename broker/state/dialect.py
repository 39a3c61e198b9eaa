"""The one thing the two databases write differently in SQLAlchemy: insert on conflict."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql
from sqlalchemy.dialects.sqlite import insert as sqlite

_INSERTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _INSERTS[connection.dialect.name](table)
