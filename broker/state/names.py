"""What an id or a reference names: the dossiers and submissions it leads to.

Ids say by their first letter what they are; anything else is a reference, with its scheme
(`LRN=QZ-1`) or without. For operators: it looks through tables that have no index for this.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from broker.model.broker_names import read_name
from broker.state.tables import (
    ALIASES,
    DOCUMENTS,
    DOSSIERS,
    MESSAGES,
    OUTCOMES,
    PARKED,
    QUEUE,
    SUBMISSIONS,
    UNRESOLVED,
)

FOUND_MAX = 50


class Named(NamedTuple):
    """What a name is of, and where it leads."""

    what: str
    dossiers: tuple[str, ...] = ()
    submissions: tuple[str, ...] = ()


def named(connection: Connection, name: str) -> Named | None:
    """What the name names; None: nothing here."""
    if not name.strip("= "):
        return None
    seek = _BY_PREFIX.get(name[:2])
    found = seek(connection, name) if seek else None
    return found or _reference(connection, name)


def dossiers_of(connection: Connection, submissions: Iterable[str]) -> list[str]:
    """The dossiers these submissions are about."""
    rows = connection.execute(
        select(OUTCOMES.c.dossier)
        .distinct()
        .where(OUTCOMES.c.submission.in_(list(submissions)), OUTCOMES.c.dossier != "")
        .limit(FOUND_MAX)
    )
    return sorted(dossier for (dossier,) in rows)


def submissions_of(connection: Connection, dossiers: Iterable[str]) -> list[str]:
    """The submissions that said anything about these dossiers, in order of acceptance."""
    wanted = select(OUTCOMES.c.submission).where(OUTCOMES.c.dossier.in_(list(dossiers)))
    rows = connection.execute(
        select(SUBMISSIONS.c.id)
        .where(SUBMISSIONS.c.id.in_(wanted))
        .order_by(SUBMISSIONS.c.number)
        .limit(FOUND_MAX)
    )
    return [submission for (submission,) in rows]


def _submission(connection: Connection, name: str) -> Named | None:
    query = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.id == name)
    return Named("submission", (), (name,)) if _one(connection, query) else None


def _event(connection: Connection, name: str) -> Named | None:
    query = select(OUTCOMES.c.dossier, OUTCOMES.c.submission).where(OUTCOMES.c.event == name)
    row = _one(connection, query)
    if row is not None:
        return Named("event", _some(row["dossier"]), _some(row["submission"]))
    row = _one(connection, select(UNRESOLVED.c.headers).where(UNRESOLVED.c.event == name))
    if row is None:
        return None
    return Named("event", (), _some(orjson.loads(row["headers"]).get("swb_submission", "")))


def _dossier(connection: Connection, name: str) -> Named | None:
    query = select(DOSSIERS.c.id).where(DOSSIERS.c.id == name)
    return Named("dossier", (name,)) if _one(connection, query) else None


def _document(connection: Connection, name: str) -> Named | None:
    row = _one(connection, select(DOCUMENTS.c.dossier).where(DOCUMENTS.c.id == name))
    return Named("document", (row["dossier"],)) if row else None


def _delivery(connection: Connection, name: str) -> Named | None:
    row = _one(connection, select(QUEUE.c.dossier, QUEUE.c.context).where(QUEUE.c.id == name))
    if row is None:
        return None
    about = orjson.loads(row["context"]).get("reply_to", "")
    return Named("delivery", _some(row["dossier"]), _some(about))


def _parked(connection: Connection, name: str) -> Named | None:
    row = _one(connection, select(PARKED.c.dossier, PARKED.c.headers).where(PARKED.c.id == name))
    if row is None:
        return None
    headers = orjson.loads(row["headers"])
    submission = headers.get("swb_submission") or headers.get("ce_id", "")
    return Named("parked", _some(row["dossier"]), _some(submission))


def _reference(connection: Connection, name: str) -> Named | None:
    """Dossiers by their aliases; and submissions whose messages never became one's."""
    scheme, separator, value = name.partition("=")
    if not separator:
        scheme, value = "", name
    aliases = select(ALIASES.c.dossier).distinct()
    aliases = aliases.where(ALIASES.c.value.in_({value, read_name(value)}))
    if scheme:
        aliases = aliases.where(ALIASES.c.scheme == scheme)
    dossiers = [dossier for (dossier,) in connection.execute(aliases.limit(FOUND_MAX))]
    messages = select(MESSAGES.c.submission).distinct().where(MESSAGES.c.reference == value)
    submissions = [one for (one,) in connection.execute(messages.limit(FOUND_MAX))]
    waiting = select(UNRESOLVED.c.headers).where(UNRESOLVED.c.refs.contains(f'"{value}"'))
    for (headers,) in connection.execute(waiting.limit(FOUND_MAX)):
        submissions.append(orjson.loads(headers).get("swb_submission", ""))
    if not dossiers and not submissions:
        return None
    return Named("reference", tuple(dossiers), tuple(dict.fromkeys(filter(None, submissions))))


def _one(connection: Connection, query: Any) -> dict[str, Any] | None:
    row = connection.execute(query.limit(1)).mappings().first()
    return dict(row) if row else None


def _some(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


_BY_PREFIX = {
    "s_": _submission,
    "e_": _event,
    "o_": _dossier,
    "v_": _document,
    "d_": _delivery,
    "p_": _parked,
}
