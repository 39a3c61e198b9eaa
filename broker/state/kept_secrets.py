"""Secrets of the database itself: drawn when it is made (by a migration), the same ever after.

They are in every copy of it, so that a restored database gives the same names.
"""

from sqlalchemy import Connection, select

from broker.state.dialect import insert_or
from broker.state.tables import SECRETS

NAMES = "names"
"""What the broker's own names of dossiers are derived from."""


def put(connection: Connection, name: str, value: str) -> None:
    """Keep a secret; one that is there stays as it is."""
    row = {"name": name, "value": value}
    connection.execute(insert_or(connection, SECRETS).on_conflict_do_nothing(), [row])


def get(connection: Connection, name: str) -> str:
    """The secret of this name; every database has it."""
    query = select(SECRETS.c.value).where(SECRETS.c.name == name)
    return str(connection.execute(query).scalar_one())
