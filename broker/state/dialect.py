"""What the two databases write differently: insert on conflict, numbers drawn beforehand."""

from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql
from sqlalchemy.dialects.sqlite import insert as sqlite

_INSERTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _INSERTS[connection.dialect.name](table)


def numbers(connection: Connection, column: Column[int], count: int) -> list[int]:
    """The next numbers of a serial column, ascending; drawn, they belong to this transaction.

    SQLite has one writer, so the highest tells; PostgreSQL's sequence also orders what commits
    one after the other.
    """
    if connection.dialect.name == "sqlite":
        highest = connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()
        return list(range(highest + 1, highest + count + 1))
    drawn = connection.execute(
        text("SELECT nextval(pg_get_serial_sequence(:name, :column)) FROM generate_series(1, :n)"),
        {"name": column.table.name, "column": column.name, "n": count},
    )
    return sorted(drawn.scalars())
