"""Moments at which something must happen to a dossier."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, delete, select, update

from broker.clock import parse_stamp, stamp
from broker.state.dialect import insert_or
from broker.state.tables import DUE, QUEUE


class Due(NamedTuple):
    """A named moment of a dossier; the pair (dossier, name) is unique."""

    dossier: str
    name: str
    at: str
    kind: str


class Counted(NamedTuple):
    """The silence of a moment counts from another arrival now: it ends at `moment.at` by that.

    It ends `within_s` seconds after the acknowledgement if that is later.
    """

    moment: Due
    within_s: int


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


def count_anew(connection: Connection, silences: Sequence[Counted]) -> None:
    """Move these moments, where they are set: before an acknowledgement nothing is counted."""
    for moment, within_s in silences:
        acknowledged_at = _acknowledged_at(connection, moment)
        if acknowledged_at:
            ends = stamp(parse_stamp(acknowledged_at) + timedelta(seconds=within_s))
            mine = (DUE.c.dossier == moment.dossier, DUE.c.name == moment.name)
            moved = update(DUE).where(*mine).values(at=max(ends, moment.at))
            connection.execute(moved)


def _acknowledged_at(connection: Connection, moment: Due) -> str:
    """When the newest delivery whose silence this is was acknowledged; "": it was not."""
    rows = connection.execute(
        select(QUEUE.c.silence, QUEUE.c.state, QUEUE.c.settled_at)
        .where(QUEUE.c.dossier == moment.dossier, QUEUE.c.silence.is_not(None))
        .order_by(QUEUE.c.number.desc())
    )
    for silence, state, settled_at in rows:
        if orjson.loads(silence)["name"] == moment.name:
            return settled_at if state == "acknowledged" else ""
    return ""


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
