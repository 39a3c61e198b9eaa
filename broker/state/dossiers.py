"""Dossiers: loading what a step needs to know, and writing what it decided.

The live version of a part is its highest version that was applied; late ones are kept beside. One
that takes the part back is no live version, and ends those before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, case, func, insert, select

from broker.model.dossier import Answer, Ask, Delivered, Document, Dossier, Sent, Target
from broker.model.events import body_of
from broker.model.records import opened, sealed
from broker.state.dialect import insert_or
from broker.state.tables import ANSWERS, ASKS, DECISIONS, DOCUMENTS, DOSSIERS, OUTCOMES, QUEUE

STANDING = ("open", "closed")
"""States of a dossier whose documents still stand."""


def load(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[str, Dossier]:
    """The dossiers of these (dossier, event), each knowing which of the events it has seen."""
    pairs = list(wanted)
    ids = list({dossier for dossier, _ in pairs})
    query = select(DOSSIERS).where(DOSSIERS.c.id.in_(ids))
    heads = list(connection.execute(query).mappings())
    if not heads:
        return {}
    known = [head["id"] for head in heads]
    seen = _seen(connection, pairs)
    live, versions = _documents(connection, known)
    sent, asks = _sent(connection, known), _asks(connection, known)
    answers, delivered = _answers(connection, known), _delivered(connection, known)
    return {
        head["id"]: Dossier(
            **head,
            live=live.get(head["id"], {}) if head["state"] in STANDING else {},
            versions=versions.get(head["id"], {}),
            sent=sent.get(head["id"], {}),
            asks=asks.get(head["id"], {}),
            answers=tuple(answers.get(head["id"], ())),
            delivered=delivered.get(head["id"], {}),
            outcomes=frozenset(seen.get(head["id"], ())),
        )
        for head in heads
    }


def one(connection: Connection, dossier: str) -> Dossier | None:
    """A dossier as it stands."""
    return load(connection, [(dossier, "")]).get(dossier)


def history(connection: Connection, dossier: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that was decided about a dossier, oldest first; bodies are left out."""
    documents = [column for column in DOCUMENTS.c if column.name != "payload"]
    queries = {
        "documents": select(*documents)
        .where(DOCUMENTS.c.dossier == dossier)
        .order_by(DOCUMENTS.c.version),
        "outcomes": select(OUTCOMES).where(OUTCOMES.c.dossier == dossier).order_by(OUTCOMES.c.at),
        "decisions": select(DECISIONS)
        .where(DECISIONS.c.dossier == dossier)
        .order_by(DECISIONS.c.number),
        "asks": select(ASKS).where(ASKS.c.dossier == dossier).order_by(ASKS.c.asked_at),
        "answers": select(ANSWERS)
        .where(ANSWERS.c.dossier == dossier)
        .order_by(ANSWERS.c.order_no, ANSWERS.c.ordinal),
    }
    return {
        name: [dict(row) for row in connection.execute(query).mappings()]
        for name, query in queries.items()
    }


def outcomes_of_submission(connection: Connection, submission: str) -> list[dict[str, Any]]:
    """What became of a submission's events."""
    query = select(OUTCOMES).where(OUTCOMES.c.submission == submission).order_by(OUTCOMES.c.message)
    return [dict(row) for row in connection.execute(query).mappings()]


def payload_of(connection: Connection, dossier: str, part: str, version: int) -> bytes | None:
    """The stored payload of one version of one part."""
    found: bytes | None = connection.execute(
        select(DOCUMENTS.c.payload).where(
            DOCUMENTS.c.dossier == dossier,
            DOCUMENTS.c.part == part,
            DOCUMENTS.c.version == version,
        )
    ).scalar_one_or_none()
    return found


def body(connection: Connection, dossier: str, part: str, version: int) -> dict[str, Any]:
    """The body of one version of one part; {} if there is none."""
    payload = payload_of(connection, dossier, part, version)
    return body_of(payload) if payload else {}


def overdue(connection: Connection) -> list[tuple[str, int]]:
    """How many answers each recipient owes beyond their deadline."""
    rows = connection.execute(
        select(ASKS.c.recipient, func.count())
        .where(ASKS.c.state == "overdue")
        .group_by(ASKS.c.recipient)
    )
    return [(recipient, count) for recipient, count in rows]


# -- writing ----------------------------------------------------------------------------------


def put_heads(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """Write the heads, new or changed."""
    if not dossiers:
        return
    names = [column.name for column in DOSSIERS.c]
    statement = insert_or(connection, DOSSIERS)
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={name: statement.excluded[name] for name in names if name != "id"},
    )
    connection.execute(
        statement, [{name: getattr(dossier, name) for name in names} for dossier in dossiers]
    )


def put_documents(connection: Connection, documents: Sequence[tuple[str, Document]]) -> None:
    """Write new versions, each with its dossier's id."""
    if documents:
        connection.execute(
            insert(DOCUMENTS), [_document_row(dossier, one) for dossier, one in documents]
        )


def put_outcomes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write outcomes; one that is there already stays."""
    if rows:
        connection.execute(insert_or(connection, OUTCOMES).on_conflict_do_nothing(), rows)


def put_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write results of decisions."""
    if rows:
        connection.execute(insert(DECISIONS), rows)


def put_asks(connection: Connection, asks: Sequence[tuple[str, Ask]]) -> None:
    """Write asks, new or in a new state, each with its dossier's id."""
    if not asks:
        return
    statement = insert_or(connection, ASKS)
    statement = statement.on_conflict_do_update(
        index_elements=["dossier", "part", "recipient", "purpose", "version"],
        set_={"state": statement.excluded.state},
    )
    connection.execute(statement, [_ask_row(dossier, ask) for dossier, ask in asks])


def put_answers(connection: Connection, answers: Sequence[tuple[str, Answer]]) -> None:
    """Write answers, each with its dossier's id."""
    if answers:
        connection.execute(
            insert_or(connection, ANSWERS).on_conflict_do_nothing(),
            [_answer_row(dossier, answer) for dossier, answer in answers],
        )


def _document_row(dossier: str, one: Document) -> dict[str, Any]:
    return {
        "dossier": dossier, "part": one.part, "version": one.version, "id": one.id,
        "package": one.package, "digest": one.digest, "order_no": one.order,
        "submission": one.submission, "message": one.message, "event": one.event,
        "sender": one.sender, "party": one.party, "profile": one.profile,
        "received_at": one.received_at, "state": one.state, "payload": one.payload,
    }  # fmt: skip


def _ask_row(dossier: str, ask: Ask) -> dict[str, Any]:
    return {
        "dossier": dossier, **ask.target._asdict(), "version": ask.version,
        "elements": orjson.dumps(ask.elements).decode(), "due_at": ask.due_at,
        "silence": ask.silence, "state": ask.state, "delivery": ask.delivery,
        "asked_at": ask.asked_at,
    }  # fmt: skip


def _answer_row(dossier: str, one: Answer) -> dict[str, Any]:
    return {
        "dossier": dossier, "event": one.event, "ordinal": one.ordinal, "part": one.part,
        "recipient": one.recipient, "purpose": one.purpose, "version": one.version,
        "subject": one.subject, "check": one.check, "status": one.status,
        "order_no": one.order, "content": sealed(orjson.dumps(one.content)), "at": one.at,
    }  # fmt: skip


# -- loading ----------------------------------------------------------------------------------


def _seen(connection: Connection, pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    rows = connection.execute(
        select(OUTCOMES.c.dossier, OUTCOMES.c.event).where(
            OUTCOMES.c.dossier.in_({dossier for dossier, _ in pairs}),
            OUTCOMES.c.event.in_([event for _, event in pairs]),
        )
    )
    found: dict[str, list[str]] = {}
    for dossier, event in rows:
        found.setdefault(dossier, []).append(event)
    return found


def _documents(
    connection: Connection, ids: list[str]
) -> tuple[dict[str, dict[str, Document]], dict[str, dict[str, int]]]:
    applied = func.max(case((DOCUMENTS.c.state != "late", DOCUMENTS.c.version)))
    heads = connection.execute(
        select(DOCUMENTS.c.dossier, DOCUMENTS.c.part, func.max(DOCUMENTS.c.version), applied)
        .where(DOCUMENTS.c.dossier.in_(ids))
        .group_by(DOCUMENTS.c.dossier, DOCUMENTS.c.part)
    )
    versions: dict[str, dict[str, int]] = {}
    wanted = set()
    for dossier, part, highest, newest in heads:
        versions.setdefault(dossier, {})[part] = highest
        wanted.add((dossier, part, newest))
    live: dict[str, dict[str, Document]] = {}
    rows = connection.execute(
        select(DOCUMENTS).where(
            DOCUMENTS.c.dossier.in_({dossier for dossier, _, _ in wanted}),
            DOCUMENTS.c.part.in_({part for _, part, _ in wanted}),
            DOCUMENTS.c.version.in_({version for _, _, version in wanted}),
        )
    )
    for row in rows:
        gone = row.state == "withdrawn"
        if gone or (row.dossier, row.part, row.version) not in wanted:
            continue
        live.setdefault(row.dossier, {})[row.part] = Document(
            row.part, row.version, row.id, row.package, row.digest, row.order_no,
            row.submission, row.message, row.event, row.sender, row.party, row.profile,
            row.received_at, row.payload, row.state,
        )  # fmt: skip
    return live, versions


def _sent(connection: Connection, ids: list[str]) -> dict[str, dict[Target, Sent]]:
    found: dict[str, dict[Target, Sent]] = {}
    rows = connection.execute(
        select(DECISIONS).where(DECISIONS.c.dossier.in_(ids)).order_by(DECISIONS.c.number)
    )
    for row in rows:
        target = Target(row.part, row.recipient, row.purpose)
        before = found.setdefault(row.dossier, {}).get(target)
        # The version that was sent: an unchanged or withdrawn row is of a later document.
        again = before is not None and row.delivery == before.delivery
        found[row.dossier][target] = Sent(
            before.version if before and again else row.version,
            row.digest, tuple(orjson.loads(row.elements)), row.delivery, row.result,
        )  # fmt: skip
    return found


def _asks(connection: Connection, ids: list[str]) -> dict[str, dict[Target, Ask]]:
    found: dict[str, dict[Target, Ask]] = {}
    rows = connection.execute(select(ASKS).where(ASKS.c.dossier.in_(ids)).order_by(ASKS.c.version))
    for row in rows:
        target = Target(row.part, row.recipient, row.purpose)
        found.setdefault(row.dossier, {})[target] = Ask(
            target, row.version, tuple(orjson.loads(row.elements)), row.due_at, row.silence,
            row.state, row.delivery, row.asked_at,
        )  # fmt: skip
    return found


def _answers(connection: Connection, ids: list[str]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    rows = connection.execute(
        select(ANSWERS)
        .where(ANSWERS.c.dossier.in_(ids))
        .order_by(ANSWERS.c.order_no, ANSWERS.c.ordinal)
    )
    for row in rows:
        content = orjson.loads(opened(row.content))
        answer = Answer(
            row.part, row.recipient, row.purpose, row.version, row.subject, row.check, row.status,
            row.order_no, row.event, row.ordinal, content, row.at,
        )  # fmt: skip
        found.setdefault(row.dossier, []).append(answer)
    return found


def _delivered(connection: Connection, ids: list[str]) -> dict[str, dict[str, Delivered]]:
    found: dict[str, dict[str, Delivered]] = {}
    rows = connection.execute(
        select(
            QUEUE.c.dossier, QUEUE.c.id, QUEUE.c.part, QUEUE.c.recipient, QUEUE.c.purpose,
            QUEUE.c.version, QUEUE.c.what, QUEUE.c.state,
        ).where(QUEUE.c.dossier.in_(ids), QUEUE.c.what == "document")
    )  # fmt: skip
    for row in rows:
        target = Target(row.part, row.recipient, row.purpose)
        found.setdefault(row.dossier, {})[row.id] = Delivered(
            row.id, target, row.version, row.what, row.state
        )
    return found
