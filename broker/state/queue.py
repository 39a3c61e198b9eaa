"""The queue: what is on its way to each subscription, and the subscriptions' numbers.

A row waits until it is numbered; `seq` is gap-free per subscription. Numbering and rendering are
kept together, so that what was given once is given again byte for byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, func, select, update

from broker.clock import parse_stamp, stamp
from broker.model.line import Cursor, chained
from broker.model.records import digest
from broker.state import due
from broker.state.dialect import insert_or
from broker.state.tables import DOSSIERS, QUEUE, SUBSCRIPTIONS
from broker.state.waiting import NAMES, oldest_of

ANSWERABLE = ("document", "notice")
"""What an agency may answer: what it was shown, and that something is gone or has changed."""
UNACKNOWLEDGED = "answer.unacknowledged"
"""Type of a notice that asks nothing: a sender has not confirmed that it knows of an answer."""
QUESTION_OVERDUE = "answer.question-overdue"
"""Type of a notice that the time of a question has passed."""
ENDING = ".ended"
"""How the type of a notice ends that says that a dossier has ended: it asks for nothing."""


class Row(NamedTuple):
    """A delivery as the core and translation queue it; `context` is JSON for rendering.

    `showing` numbers what is shown to a target; `silence` is JSON: the moment from which nothing
    answered means released, counted from the acknowledgement.
    """

    id: str
    subscription: str
    dossier: str
    part: str
    version: int
    recipient: str
    purpose: str
    what: str
    type: str
    payload: bytes
    context: str
    created_at: str
    showing: int = 0
    silence: str | None = None


class Given(NamedTuple):
    """A numbered row as a reader gets it; its chain proves its line."""

    seq: int
    chain: str
    rendered: bytes


def put(connection: Connection, rows: Sequence[Row], configuration: str = "") -> None:
    """Queue deliveries; one whose id is there already is the same delivery.

    `configuration`: the digest of the one that they are written under. Replies name it in their
    context; for what agencies are given it is in the row of the decision.
    """
    if rows and configuration:
        rows = [_under(row, configuration) if row.what == "reply" else row for row in rows]
    if rows:
        connection.execute(
            insert_or(connection, QUEUE).on_conflict_do_nothing(index_elements=["id"]),
            [{**row._asdict(), **_own(row.context), "state": "waiting"} for row in rows],
        )


def waiting_names(connection: Connection) -> list[str]:
    """The subscriptions that have a row without a number, in the order of their names."""
    return list(connection.execute(NAMES).scalars())


def _under(row: Row, configuration: str) -> Row:
    context = {**orjson.loads(row.context), "configuration": configuration}
    return row._replace(context=orjson.dumps(context).decode())


def _own(context: str) -> dict[str, str | None]:
    """Digests of the numbers by which an answer may name a delivery: its own, with its revision."""
    numbers = orjson.loads(context).get("numbers", ())
    number, revision = (*(digest(one) for one in numbers), None, None)[:2]
    return {"own_number": number, "own_revision": revision}


def oldest_waiting(
    connection: Connection, limit: int, subscriptions: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """The oldest rows without a number of each subscription, in the order they were queued.

    `limit` in all, of each the same share, and at least one. None: of every subscription that
    waits.
    """
    names = waiting_names(connection) if subscriptions is None else subscriptions
    if not names:
        return []
    shared = {"share": max(1, limit // len(names))}
    found = connection.execute(oldest_of(names), shared)
    numbers = [int(number) for some in found.scalars() if some for number in some.split(",")]
    rows = connection.execute(
        select(QUEUE).where(QUEUE.c.number.in_(numbers)).order_by(QUEUE.c.number)
    )
    return [dict(row) for row in rows.mappings()]


Rendered = Sequence[tuple[int, bytes | None]]
"""Rows by queue number, each with its bytes; None: park it unnumbered."""


def number_rows(connection: Connection, subscription: str, rendered: Rendered) -> int:
    """Number rows of one subscription; how many."""
    return number_all(connection, {subscription: rendered})


def number_all(connection: Connection, ready: Mapping[str, Rendered]) -> int:
    """Number rows of subscriptions, each in its order; how many.

    The subscriptions' rows are the lock, held for this only and taken in one order. A row that was
    cancelled meanwhile is passed over.
    """
    newest = _locked(connection, sorted(ready))
    still = _waiting(connection, [number for rows in ready.values() for number, _ in rows])
    numbered: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for name, rows in ready.items():
        seq, chain = newest[name]
        for row, content in rows:
            if content is not None and row in still:
                seq, chain = seq + 1, chained(chain, seq + 1, still[row])
                numbered.append({"row": row, "at": seq, "content": content, "link": chain})
        moved.append({"name_of": name, "next": seq + 1, "newest": chain})
    parked = [row for rows in ready.values() for row, content in rows if content is None]
    if numbered:
        connection.execute(
            update(QUEUE)
            .where(QUEUE.c.number == bindparam("row"))
            .values(
                state="numbered",
                seq=bindparam("at"),
                rendered=bindparam("content"),
                chain=bindparam("link"),
            ),
            numbered,
        )
    if parked := [row for row in parked if row in still]:
        connection.execute(update(QUEUE).where(QUEUE.c.number.in_(parked)).values(state="parked"))
    connection.execute(
        update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.name == bindparam("name_of"))
        .values(next_seq=bindparam("next"), chain=bindparam("newest")),
        moved,
    )
    return len(numbered)


def _locked(connection: Connection, names: Sequence[str]) -> dict[str, Cursor]:
    """The newest number of each subscription, locked until the commit; new ones have none."""
    connection.execute(
        insert_or(connection, SUBSCRIPTIONS).on_conflict_do_nothing(),
        [{"name": name, "next_seq": 1, "given": 0, "acknowledged": 0} for name in names],
    )
    query = (
        select(SUBSCRIPTIONS.c.name, SUBSCRIPTIONS.c.next_seq, SUBSCRIPTIONS.c.chain)
        .where(SUBSCRIPTIONS.c.name.in_(names))
        .order_by(SUBSCRIPTIONS.c.name)
        .with_for_update()
    )
    return {row.name: Cursor(row.next_seq - 1, row.chain) for row in connection.execute(query)}


def _waiting(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The ids of those that still wait, locked: a row that is being cancelled is not numbered."""
    query = (
        select(QUEUE.c.number, QUEUE.c.id)
        .where(QUEUE.c.number.in_(numbers), QUEUE.c.state == "waiting")
        .order_by(QUEUE.c.number)
        .with_for_update()
    )
    return {row.number: row.id for row in connection.execute(query)}


def subscription(connection: Connection, name: str) -> dict[str, int]:
    """The numbers of a subscription: next_seq, given, acknowledged."""
    query = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return {"next_seq": 1, "given": 0, "acknowledged": 0}
    return {key: row[key] for key in ("next_seq", "given", "acknowledged")}


def read(connection: Connection, name: str, after: int, limit: int) -> list[Given]:
    """Numbered rows after this number, in order."""
    rows = connection.execute(
        select(QUEUE.c.seq, QUEUE.c.chain, QUEUE.c.rendered)
        .where(QUEUE.c.subscription == name, QUEUE.c.seq > after)
        .order_by(QUEUE.c.seq)
        .limit(limit)
    )
    return [Given(*row) for row in rows]


def sent(connection: Connection, name: str, upto: int, at: str) -> None:
    """A channel that pushes has brought everything up to here."""
    give(connection, name, upto)
    acknowledge(connection, name, upto, at)


def signs(connection: Connection) -> tuple[bool, int]:
    """Whether anything waits for its number, and how many numbers were ever given."""
    waits = select(QUEUE.c.number).where(QUEUE.c.state == "waiting").limit(1)
    numbers = select(func.coalesce(func.sum(SUBSCRIPTIONS.c.next_seq), 0))
    return (
        connection.execute(waits).scalar() is not None,
        int(connection.execute(numbers).scalar_one()),
    )


def given_to(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """How far each of these subscriptions has been given; 0 where nothing has been."""
    wanted = set(names)
    if not wanted:
        return {}
    query = select(SUBSCRIPTIONS.c.name, SUBSCRIPTIONS.c.given)
    rows = connection.execute(query.where(SUBSCRIPTIONS.c.name.in_(wanted)))
    return {**dict.fromkeys(wanted, 0), **{row.name: row.given for row in rows}}


def give(connection: Connection, name: str, upto: int) -> None:
    """Numbers up to here have been given to a reader."""
    connection.execute(
        update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.name == name, SUBSCRIPTIONS.c.given < upto)
        .values(given=upto)
    )


def acknowledge(connection: Connection, name: str, upto: int, at: str) -> int:
    """A reader has said that it has everything up to here; how many rows that settles."""
    before = subscription(connection, name)["acknowledged"]
    done = connection.execute(
        update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.name == name, SUBSCRIPTIONS.c.acknowledged < upto)
        .values(acknowledged=upto)
    )
    if not done.rowcount:
        return 0
    _count_silence(connection, name, (before, upto), at)
    settled = connection.execute(
        update(QUEUE)
        .where(QUEUE.c.subscription == name, QUEUE.c.seq > before, QUEUE.c.seq <= upto)
        .values(state="acknowledged", settled_at=at)
    )
    return settled.rowcount


def _count_silence(connection: Connection, name: str, between: tuple[int, int], at: str) -> None:
    """What is acknowledged now, and is released by silence, is due so long from now."""
    after, upto = between
    rows = connection.execute(
        select(QUEUE.c.dossier, QUEUE.c.silence).where(
            QUEUE.c.subscription == name,
            QUEUE.c.seq > after,
            QUEUE.c.seq <= upto,
            QUEUE.c.silence.is_not(None),
        )
    )
    moments = []
    for dossier, text in rows:
        silence = orjson.loads(text)
        ends = stamp(parse_stamp(at) + timedelta(seconds=silence["within_s"]))
        moments.append(due.Due(dossier, silence["name"], ends, silence["kind"]))
    due.put(connection, moments)


def cancel(
    connection: Connection, dossier: str, target: tuple[str, str, str], below: int, at: str
) -> str:
    """Cancel a target's rows below this version that have no number.

    The newest delivery that was numbered, so that its recipient knows of it; "" if there is none,
    or if its recipient has been told already that it is withdrawn.
    """
    part, recipient, purpose = target
    whose = (
        QUEUE.c.dossier == dossier,
        QUEUE.c.part == part,
        QUEUE.c.recipient == recipient,
        QUEUE.c.purpose == purpose,
    )
    mine = (*whose, QUEUE.c.version < below, QUEUE.c.what.in_(("document", "request")))
    connection.execute(
        update(QUEUE)
        .where(*mine, QUEUE.c.state == "waiting")
        .values(state="cancelled", settled_at=at)
    )
    numbered = select(QUEUE.c.id, QUEUE.c.number).where(*mine, QUEUE.c.seq.is_not(None))
    known = connection.execute(numbered.order_by(QUEUE.c.number.desc()).limit(1)).one_or_none()
    told = select(func.max(QUEUE.c.number)).where(
        *whose, QUEUE.c.what == "notice", QUEUE.c.type.not_like("answer.%")
    )
    if known is None or known.number < (connection.execute(told).scalar() or 0):
        return ""
    return str(known.id)


def delivery_of(connection: Connection, delivery: str, recipient: str) -> dict[str, Any] | None:
    """The dossier and kind of a document that was given to this recipient, by its delivery."""
    query = (
        select(QUEUE.c.dossier, DOSSIERS.c.kind)
        .join(DOSSIERS, DOSSIERS.c.id == QUEUE.c.dossier)
        .where(
            QUEUE.c.id == delivery,
            QUEUE.c.recipient == recipient,
            QUEUE.c.what.in_((*ANSWERABLE, "request")),
            QUEUE.c.state.in_(("numbered", "acknowledged")),
        )
    )
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def dossier_of_reply(connection: Connection, delivery: str, sender: str) -> str:
    """The dossier of a reply that was given to this sender; "" if there is no such reply."""
    query = select(QUEUE.c.dossier).where(
        QUEUE.c.id == delivery, QUEUE.c.recipient == sender, QUEUE.c.what == "reply"
    )
    return connection.execute(query).scalar_one_or_none() or ""


def payloads_of(connection: Connection, deliveries: Iterable[str]) -> dict[str, bytes]:
    """What these deliveries hold."""
    query = select(QUEUE.c.id, QUEUE.c.payload).where(QUEUE.c.id.in_(list(deliveries)))
    return {row.id: row.payload for row in connection.execute(query)}


def of_dossier(connection: Connection, dossier: str) -> list[dict[str, Any]]:
    """Every delivery of a dossier, oldest first, without the bytes."""
    columns = [column for column in QUEUE.c if column.name not in {"payload", "rendered"}]
    query = select(*columns).where(QUEUE.c.dossier == dossier).order_by(QUEUE.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def depths(connection: Connection) -> list[tuple[str, int, str]]:
    """For each recipient: how many rows wait or are unacknowledged, and since when."""
    rows = connection.execute(
        select(QUEUE.c.recipient, func.count(), func.min(QUEUE.c.created_at))
        .where(QUEUE.c.state.in_(("waiting", "numbered")))
        .group_by(QUEUE.c.recipient)
    )
    return [(recipient, number, since) for recipient, number, since in rows]


def parked_rows(connection: Connection, delivery: str | None, limit: int) -> list[dict[str, Any]]:
    """Rows that could not be rendered, newest first, or the one with this id; no bytes."""
    names = ("id", "dossier", "recipient", "purpose", "what", "type", "context", "created_at")
    query = select(*(QUEUE.c[name] for name in names)).where(QUEUE.c.state == "parked")
    if delivery is not None:
        query = query.where(QUEUE.c.id == delivery)
    rows = connection.execute(query.order_by(QUEUE.c.number.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def settle_parked(connection: Connection, delivery: str, state: str, at: str | None) -> bool:
    """A parked row waits again, or is cancelled; False: it was not parked."""
    done = connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id == delivery, QUEUE.c.state == "parked")
        .values(state=state, settled_at=at)
    )
    return done.rowcount == 1


def replies_to(connection: Connection, submission: str, sender: str) -> list[dict[str, Any]]:
    """Refusals of a submission that are of no dossier, without the bytes."""
    columns = [column for column in QUEUE.c if column.name not in {"payload", "rendered"}]
    query = select(*columns).where(
        QUEUE.c.dossier == "", QUEUE.c.recipient == sender, QUEUE.c.context.contains(submission)
    )
    return [dict(row) for row in connection.execute(query.order_by(QUEUE.c.number)).mappings()]


def content_of(connection: Connection, delivery: str) -> bytes | None:
    """What a numbered row was rendered to."""
    query = select(QUEUE.c.rendered).where(QUEUE.c.id == delivery)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found
