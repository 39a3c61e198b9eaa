"""What the two databases write differently: insert on conflict, numbers drawn beforehand."""

from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql
from sqlalchemy.dialects.sqlite import insert as sqlite

_INSERTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert that has `on_conflict_do_nothing`."""
    return _INSERTS[connection.dialect.name](table)


def upsert(connection: Connection, table: Table, *changed: str) -> Any:
    """An insert that replaces the columns `changed` of the row with the same primary key."""
    return _upsert(connection.dialect.name, table, changed)


@cache  # batches are small on a road at rest, and the statement is the same every time
def _upsert(dialect: str, table: Table, changed: tuple[str, ...]) -> Any:
    statement = _INSERTS[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: statement.excluded[name] for name in changed},
    )


def others(table: Table) -> tuple[str, ...]:
    """The columns that are not of the primary key."""
    return tuple(column.name for column in table.c if not column.primary_key)


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
