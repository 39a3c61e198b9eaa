"""Moments at which something must happen to a dossier."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from broker.state.dialect import insert_or
from broker.state.tables import DUE


class Due(NamedTuple):
    """A named moment of a dossier; the pair (dossier, name) is unique."""

    dossier: str
    name: str
    at: str
    kind: str


def put(connection: Connection, moments: Sequence[Due]) -> None:
    """Add moments; one that is there already keeps its time."""
    if moments:
        connection.execute(
            insert_or(connection, DUE).on_conflict_do_nothing(),
            [moment._asdict() for moment in moments],
        )


def upto(connection: Connection, now: str, limit: int) -> list[Due]:
    """Moments that have come, the earliest first."""
    query = select(DUE.c.dossier, DUE.c.name, DUE.c.at, DUE.c.kind)
    rows = connection.execute(query.where(DUE.c.at <= now).order_by(DUE.c.at).limit(limit))
    return [Due(*row) for row in rows]


def drop_begun(connection: Connection, dossier: str, beginning: str) -> None:
    """The moments of a dossier whose names begin so, with a slash at the end, do not matter."""
    assert beginning.endswith("/"), beginning
    connection.execute(
        delete(DUE).where(
            DUE.c.dossier == dossier,
            DUE.c.name >= beginning,
            DUE.c.name < f"{beginning[:-1]}0",  # the character after the slash
        )
    )


def drop(connection: Connection, moments: Sequence[Due]) -> None:
    """These have been dealt with."""
    for moment in moments:
        connection.execute(
            delete(DUE).where(DUE.c.dossier == moment.dossier, DUE.c.name == moment.name)
        )
