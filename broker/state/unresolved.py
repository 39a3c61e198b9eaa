"""Events that wait for a reference to mean something.

One whose reference means something is released first: its row names its dossier, and its record
goes to the log. Only then is the row taken. What is released may be on the log already, so it is
neither replaced nor declined any more, and goes to the dossier that was found for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, select, update

from broker.state.dialect import insert_or
from broker.state.tables import UNRESOLVED


class Waiting(NamedTuple):
    """An event without a dossier: who sent it, what it refers to, and its record's parts."""

    event: str
    kind: str
    sender: str
    party: str
    references: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    value: bytes
    until: str


def put(connection: Connection, waiting: Sequence[Waiting]) -> None:
    """Add at the end; an event that waits already stays where it is."""
    if not waiting:
        return
    connection.execute(
        insert_or(connection, UNRESOLVED).on_conflict_do_nothing(index_elements=["event"]),
        [
            {
                "event": one.event,
                "kind": one.kind,
                "sender": one.sender,
                "party": one.party,
                "refs": orjson.dumps(one.references).decode(),
                "headers": orjson.dumps(one.headers).decode(),
                "value": one.value,
                "until": one.until,
            }
            for one in waiting
        ],
    )


def like(connection: Connection, waiting: Sequence[Waiting]) -> list[tuple[int, Waiting]]:
    """The puts that wait about the same things as these."""
    puts = {thing(one) for one in waiting if _is_put(one)}
    if not puts:
        return []
    new = {one.event for one in waiting}
    query = select(UNRESOLVED).where(UNRESOLVED.c.party.in_({one.party for one in waiting}))
    query = query.where(UNRESOLVED.c.released == 0)
    rows = connection.execute(query.order_by(UNRESOLVED.c.number))
    found = [(row.number, _waiting(row)) for row in rows if row.event not in new]
    return [(number, one) for number, one in found if _is_put(one) and thing(one) in puts]


def _is_put(one: Waiting) -> bool:
    return one.headers.get("ce_type", "").endswith(".put")


def thing(one: Waiting) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    """What it is about: of two puts about the same only the newer is ever in force."""
    return one.party, one.kind, one.headers.get("swb_part", ""), one.references


def all_waiting(connection: Connection, limit: int, after: int = 0) -> list[tuple[int, Waiting]]:
    """What waits after this number and is not released, oldest first, each with its number."""
    query = select(UNRESOLVED).where(UNRESOLVED.c.number > after, UNRESOLVED.c.released == 0)
    query = query.order_by(UNRESOLVED.c.number).limit(limit)
    return [(row.number, _waiting(row)) for row in connection.execute(query)]


def held(connection: Connection, parties: Sequence[str]) -> set[tuple[str, str, str]]:
    """The (party, scheme, value) that something of these parties waits for."""
    rows = connection.execute(
        select(UNRESOLVED.c.party, UNRESOLVED.c.refs).where(UNRESOLVED.c.party.in_(parties))
    )
    return {(party, scheme, value) for party, refs in rows for scheme, value in orjson.loads(refs)}


def count(connection: Connection) -> int:
    """How many wait."""
    return connection.execute(select(func.count()).select_from(UNRESOLVED)).scalar_one()


def take_waiting(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of these that were not released; they wait no longer."""
    if not numbers:
        return set()
    # The condition decides between two processes: the row is locked, and judged again.
    query = delete(UNRESOLVED).where(UNRESOLVED.c.number.in_(numbers), UNRESOLVED.c.released == 0)
    return set(connection.execute(query.returning(UNRESOLVED.c.number)).scalars())


def release(connection: Connection, number: int, headers: Mapping[str, str]) -> None:
    """The record of this event, with its dossier, is on its way; nothing if it waits no longer."""
    query = update(UNRESOLVED).where(UNRESOLVED.c.number == number, UNRESOLVED.c.released == 0)
    connection.execute(query.values(released=1, headers=orjson.dumps(headers).decode()))


def read_released(connection: Connection) -> list[tuple[int, dict[str, str], bytes]]:
    """What is on its way, oldest first: number, headers and value of each record."""
    columns = (UNRESOLVED.c.number, UNRESOLVED.c.headers, UNRESOLVED.c.value)
    query = select(*columns).where(UNRESOLVED.c.released == 1).order_by(UNRESOLVED.c.number)
    return [(row.number, orjson.loads(row.headers), row.value) for row in connection.execute(query)]


def drop_released(connection: Connection, numbers: Sequence[int]) -> None:
    """These are on the log."""
    if numbers:
        connection.execute(delete(UNRESOLVED).where(UNRESOLVED.c.number.in_(numbers)))


def _waiting(row: Any) -> Waiting:
    return Waiting(
        row.event,
        row.kind,
        row.sender,
        row.party,
        tuple((scheme, value) for scheme, value in orjson.loads(row.refs)),
        orjson.loads(row.headers),
        row.value,
        row.until,
    )


def of_submission(connection: Connection, submission: str) -> dict[int, list[dict[str, Any]]]:
    """The events of each message of a submission that wait: for which references, until when."""
    found: dict[int, list[dict[str, Any]]] = {}
    # The submission is a header of the event's record; waiting events are few.
    columns = (UNRESOLVED.c.headers, UNRESOLVED.c.refs, UNRESOLVED.c.until)
    query = select(*columns).where(UNRESOLVED.c.headers.contains(submission))
    for headers, refs, until in connection.execute(query.order_by(UNRESOLVED.c.number)):
        said = orjson.loads(headers)
        if said.get("swb_submission") == submission:
            waits = {"references": orjson.loads(refs), "until": until}
            found.setdefault(int(said.get("swb_message", "0")), []).append(waits)
    return found
