"""Writing what steps decided about dossiers: one statement a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from broker.model.dossier import Answer, Ask, Document, Dossier, Shown, Target
from broker.model.extent import extent_json
from broker.model.records import sealed
from broker.state.dialect import insert_or, others, upsert
from broker.state.tables import ANSWERS, ASKS, DECISIONS, DOCUMENTS, DOSSIERS, OUTCOMES, SHOWN


def put_heads(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """Write the heads, new or changed."""
    if dossiers:
        connection.execute(upsert(connection, DOSSIERS, *others(DOSSIERS)),
                           [_head_row(one) for one in dossiers])  # fmt: skip


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
    if asks:
        connection.execute(upsert(connection, ASKS, "state", "due_at", "asked_at"),
                           [_ask_row(dossier, ask) for dossier, ask in asks])  # fmt: skip


def put_answers(connection: Connection, answers: Sequence[tuple[str, Answer]]) -> None:
    """Write answers, new or in a new state, each with its dossier's id."""
    if answers:
        connection.execute(upsert(connection, ANSWERS, "state", "changed_at", "keys"),
                           [_answer_row(*one) for one in answers])  # fmt: skip


def put_shown(connection: Connection, rows: Sequence[tuple[str, Target, Shown]]) -> None:
    """Write what targets were shown last, each with its dossier's id."""
    if rows:
        connection.execute(upsert(connection, SHOWN, *others(SHOWN)),
                           [_shown_row(*row) for row in rows])  # fmt: skip


_HEAD = tuple(column.name for column in DOSSIERS.c if column.name not in {"numbers", "facts"})


def _head_row(dossier: Dossier) -> dict[str, Any]:
    facts = orjson.dumps(dict(dossier.facts)).decode()
    head = {name: getattr(dossier, name) for name in _HEAD}
    return head | {"numbers": _numbers(dossier), "facts": facts}


def _document_row(dossier: str, one: Document) -> dict[str, Any]:
    return {
        "dossier": dossier, "part": one.part, "version": one.version, "id": one.id,
        "package": one.package, "digest": one.digest, "order_no": one.order,
        "submission": one.submission, "message": one.message, "event": one.event,
        "sender": one.sender, "party": one.party, "profile": one.profile,
        "received_at": one.received_at, "state": one.state, "payload": one.payload,
        "named": orjson.dumps(dict(one.named)).decode(), "extent": _extent(one),
        "by": one.by,
    }  # fmt: skip


def _extent(one: Document) -> str | None:
    return orjson.dumps(extent_json(one.extent)).decode() if one.extent is not None else None


def _numbers(dossier: Dossier) -> str:
    """The numbers of all parts, as the head keeps them."""
    content = {
        part: {
            "marks": dict(one.marks),
            "older": {str(version): dict(lists) for version, lists in one.older.items()},
        }
        for part, one in dossier.parts.items()
    }
    return orjson.dumps(content).decode()


def _shown_row(dossier: str, target: Target, shown: Shown) -> dict[str, Any]:
    row = {"dossier": dossier, **target._asdict(), **shown._asdict()}
    given, delivery = row.pop("answered")
    return row | {"answered_given": given, "answered_delivery": delivery}


def _ask_row(dossier: str, ask: Ask) -> dict[str, Any]:
    return {
        "dossier": dossier, **ask.target._asdict(), "version": ask.version,
        "due_at": ask.due_at, "silence": ask.silence, "state": ask.state,
        "delivery": ask.delivery, "asked_at": ask.asked_at, "showing": ask.showing,
        "within_s": ask.within_s, "counted_from": ask.counted_from,
    }  # fmt: skip


def _answer_row(dossier: str, one: Answer) -> dict[str, Any]:
    return {
        "dossier": dossier, "event": one.event, "ordinal": one.ordinal, "part": one.part,
        "recipient": one.recipient, "purpose": one.purpose, "version": one.version,
        "subject": one.subject, "check": one.check, "status": one.status,
        "order_no": one.order, "content": sealed(orjson.dumps(one.content)), "at": one.at,
        "showing": one.showing, "changed_at": one.changed_at, "silent": int(one.silent),
        "state": one.state, "keys": orjson.dumps(one.keys).decode(),
    }  # fmt: skip
