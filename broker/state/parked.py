"""Records that wait for a person, and the events that wait behind them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from broker.model.records import Entry, Record, digest, submission_id
from broker.state.tables import FOLLOWERS, PARKED


def park(
    connection: Connection, station: str, entry: Entry, message: int, *, reason: str, at: str
) -> str:
    """Keep a record that cannot be processed; returns its id (the same for the same record).

    A `resume` or `discard` that fails leaves the record it is about parked, with the new reason.
    """
    if entry.headers.get("ce_type", "").endswith((".resume", ".discard")):
        again = entry.headers.get("swb_name", "")
        connection.execute(update(PARKED).where(PARKED.c.id == again).values(reason=reason, at=at))
        return again
    parked = "p_" + digest(station, entry.topic, entry.partition, entry.position, message)
    connection.execute(delete(PARKED).where(PARKED.c.id == parked))
    connection.execute(
        insert(PARKED).values(
            id=parked,
            station=station,
            topic=entry.topic,
            partition=entry.partition,
            position=entry.position,
            message=message,
            dossier=entry.headers.get("ce_subject", ""),
            key=entry.key,
            headers=orjson.dumps(dict(entry.headers)).decode(),
            value=entry.value,
            reason=reason,
            state="parked",
            at=at,
        )
    )
    return parked


def parked_dossiers(connection: Connection, dossiers: Iterable[str]) -> dict[str, str]:
    """The id of the parked record of each of these dossiers that has one."""
    rows = connection.execute(
        select(PARKED.c.dossier, PARKED.c.id).where(
            PARKED.c.state == "parked",
            PARKED.c.station == "core",
            PARKED.c.dossier.in_(list(dossiers)),
        )
    )
    return {dossier: parked for dossier, parked in rows}  # noqa: C416  rows are no pairs


def submissions_parked(connection: Connection) -> set[str]:
    """The submissions whose record was parked by translation, and not resumed."""
    query = select(PARKED.c.headers).where(
        PARKED.c.station == "translation", PARKED.c.state == "parked"
    )
    found = (orjson.loads(headers) for headers in connection.execute(query).scalars())
    return {submission_id(headers) for headers in found}


def record_of(connection: Connection, parked: str) -> Record | None:
    """The parked record as it stood on the log."""
    row = connection.execute(select(PARKED).where(PARKED.c.id == parked)).one_or_none()
    if row is None:
        return None
    return Record(row.topic, row.key, orjson.loads(row.headers), row.value)


def settle(connection: Connection, parked: str, state: str) -> bool:
    """Mark a parked record resumed or discarded; False: it was not parked."""
    done = connection.execute(
        update(PARKED).where(PARKED.c.id == parked, PARKED.c.state == "parked").values(state=state)
    )
    return done.rowcount == 1


def listed(connection: Connection, state: str | None, limit: int) -> list[dict[str, object]]:
    """Parked records, newest first, without headers and values."""
    columns = [column for column in PARKED.c if column.name not in {"headers", "value"}]
    query = select(*columns).order_by(PARKED.c.at.desc()).limit(limit)
    if state:
        query = query.where(PARKED.c.state == state)
    return [_plain(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, parked: str) -> dict[str, object] | None:
    """A parked record with its headers, without its value."""
    query = select(PARKED).where(PARKED.c.id == parked)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    shown = _plain(row)
    shown["headers"] = orjson.loads(row["headers"])
    shown["bytes"] = len(shown.pop("value"))
    return shown


def of_dossier(connection: Connection, dossier: str) -> list[dict[str, object]]:
    """What was parked of a dossier, oldest first, in short."""
    return _short(connection, PARKED.c.dossier == dossier)


def of_submission(connection: Connection, submission: str) -> list[dict[str, object]]:
    """What translation parked of a submission, in short."""
    begins = PARKED.c.headers.contains(f'"ce_id":"{submission}"')
    goes_on = PARKED.c.headers.contains(f'"swb_submission":"{submission}"')
    return _short(connection, (PARKED.c.station == "translation") & (begins | goes_on))


def _short(connection: Connection, where: ColumnElement[bool]) -> list[dict[str, object]]:
    names = ("id", "station", "reason", "state", "at")
    query = select(*(PARKED.c[name] for name in names)).where(where).order_by(PARKED.c.at)
    return [_plain(row) for row in connection.execute(query).mappings()]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row with names that JSON takes: SQLAlchemy's are of a class of its own."""
    return {str(name): value for name, value in row.items()}


def follow(connection: Connection, records: Sequence[Record]) -> None:
    """Keep events behind a parked record of their dossier, in order."""
    if records:
        connection.execute(
            insert(FOLLOWERS),
            [
                {
                    "dossier": record.key,
                    "topic": record.topic,
                    "headers": orjson.dumps(dict(record.headers)).decode(),
                    "value": record.value,
                }
                for record in records
            ],
        )


def followers(connection: Connection, dossiers: Iterable[str]) -> dict[str, list[Record]]:
    """What waits behind each parked dossier, oldest first."""
    found: dict[str, list[Record]] = {}
    rows = connection.execute(
        select(FOLLOWERS)
        .where(FOLLOWERS.c.dossier.in_(list(dossiers)))
        .order_by(FOLLOWERS.c.number)
    )
    for row in rows:
        record = Record(row.topic, row.dossier, orjson.loads(row.headers), row.value)
        found.setdefault(row.dossier, []).append(record)
    return found


def unfollow(connection: Connection, record: Record) -> None:
    """This event waits no longer; on the log, and so here, it may have stood twice."""
    headers = orjson.dumps(dict(record.headers)).decode()
    connection.execute(
        delete(FOLLOWERS).where(FOLLOWERS.c.dossier == record.key, FOLLOWERS.c.headers == headers)
    )
