"""The whole road of anything: from bytes to agencies and back, for operators.

Rules
    Any id or reference leads to its dossiers and submissions, and from there to everything that
    was decided. Who receives, and why, is what was stored; who does not, and which condition
    failed on which value, is computed again under the configuration that was stored with the
    decisions. Bodies are shown only when they are asked for.
What does not belong
    Who may ask (`broker.operators_http`).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from broker.dossiers.reported import reports_of
from broker.errors import NotFoundFault
from broker.ledger.status import board, continued, document_states, recipients
from broker.model.dossier import BOARD, Dossier
from broker.model.events import body_of
from broker.model.records import opened
from broker.routing.decision import Document
from broker.routing.explain import Explained, explain, lines
from broker.routing.match import Book, compile_book
from broker.routing.rules import RulesFile
from broker.state import (
    aliases,
    configurations,
    dossiers,
    names,
    parked,
    queue,
    requests,
    submissions,
    unresolved,
)

DOSSIERS_MAX = 20
MESSAGES_MAX = 100


class Asked(NamedTuple):
    """What is asked for; `running` is the digest of the configuration in force now."""

    name: str
    bodies: bool
    running: str


def trace(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Everything this id or reference leads to. NotFoundFault: it names nothing here."""
    found = names.named(connection, asked.name)
    if found is None:
        raise NotFoundFault(
            f"{asked.name[:60]!r} names no submission, event, dossier, document, delivery, parked "
            "record or reference; a reference may be given as SCHEME=VALUE"
        )
    every = sorted({*found.dossiers, *names.dossiers_of(connection, found.submissions)})
    shown = every[:DOSSIERS_MAX]
    wanted = [*names.submissions_of(connection, shown), *found.submissions]
    return {
        "asked": asked.name,
        "found": found.what,
        "submissions": [
            _submission(connection, one, whole=one in found.submissions)
            for one in dict.fromkeys(wanted)
        ],
        "dossiers": [_dossier(connection, one, asked) for one in shown],
        "left_out": len(every) - len(shown),
    }


def _submission(connection: Connection, name: str, *, whole: bool) -> dict[str, Any]:
    row = submissions.one(connection, name)
    if row is None:
        return {"submission": name, "messages": [], "replies": []}
    outcomes = dossiers.outcomes_of_submission(connection, name)
    waiting = unresolved.of_submission(connection, name)
    concerned = {one["message"] for one in outcomes}
    verdicts = [
        one
        for one in submissions.messages(connection, name)
        if whole or one["message"] in concerned
    ]
    kept = ("sender", "party", "family", "format", "profile", "content_type", "bytes", "sha256",
            "received_at", "same_bytes_as", "reference", "delivery")  # fmt: skip
    return {
        "submission": name,
        **{key: row[key] for key in kept},
        "continues": continued(connection, name),
        "messages": [
            _message(one, outcomes, waiting.get(one["message"], []))
            for one in verdicts[:MESSAGES_MAX]
        ],
        "left_out": max(0, len(verdicts) - MESSAGES_MAX),
        "replies": [_sent(one) for one in queue.replies_to(connection, name, row["sender"])],
        "parked": parked.of_submission(connection, name),
    }


def _message(
    verdict: Mapping[str, Any], outcomes: list[dict[str, Any]], waiting: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "number": verdict["message"],
        "reference": verdict["reference"],
        "verdict": verdict["verdict"],
        "format": verdict["format"],
        "profile": verdict["profile"],
        "configuration": verdict["configuration"],
        "problems": orjson.loads(verdict["problems"]),
        "events": [_outcome(one) for one in outcomes if one["message"] == verdict["message"]],
        "unresolved": len(waiting),
        "waits_for": waiting,
    }


def _outcome(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("event", "does", "outcome", "dossier", "at")
    return {**{key: row[key] for key in kept}, "problems": orjson.loads(row["problems"])}


def _dossier(connection: Connection, name: str, asked: Asked) -> dict[str, Any]:
    dossier = dossiers.one(connection, name)
    waiting = parked.of_dossier(connection, name)
    if dossier is None:
        return {"dossier": name, "state": "new", "parked": waiting}
    history = dossiers.history(connection, name)
    return {
        "dossier": name,
        **{key: getattr(dossier, key) for key in ("kind", "state", "party", "opened_at",
                                                  "closed_at", "overall")},
        "references": [
            [scheme, value]
            for scheme, value, _ in aliases.of_dossiers(connection, [name]).get(name, [])
        ],
        "documents": [
            {**_document(connection, row, asked), "state": state}
            for row, state in zip(
                history["documents"], document_states(history["documents"], dossier), strict=True
            )
        ],
        "recipients": recipients(connection, dossier),
        "not_matched": _not_matched(connection, dossier, history["decisions"], asked.running),
        "decisions": [_decision(row) for row in history["decisions"]],
        "asks": [_ask(row) for row in history["asks"]],
        "answers": [_answer(row, asked) for row in history["answers"]],
        "requests": requests.of_dossier(connection, name),
        "reported": [report._asdict() for report in reports_of(dossier)],
        "board": board(dossier),
        "deliveries": [
            _delivery(connection, row, asked) for row in queue.of_dossier(connection, name)
        ],
        "parked": waiting,
    }  # fmt: skip


def _document(connection: Connection, row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    kept = ("id", "part", "version", "package", "state", "submission", "message", "event",
            "received_at")  # fmt: skip
    shown = {key: row[key] for key in kept}
    if asked.bodies:
        payload = dossiers.payload_of(connection, row["dossier"], row["part"], row["version"])
        shown["body"] = body_of(payload) if payload else {}
    return shown


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("part", "version", "recipient", "purpose", "result", "view", "delivery",
            "configuration", "at")  # fmt: skip
    return {**{key: row[key] for key in kept}, "rule": orjson.loads(row["rules"])}


def _ask(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("part", "recipient", "purpose", "version", "due_at", "silence", "state", "delivery",
            "asked_at")  # fmt: skip
    return {key: row[key] for key in kept}


def _answer(row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    kept = ("recipient", "purpose", "part", "version", "subject", "check", "status", "event", "at")
    shown = {key: row[key] for key in kept}
    if asked.bodies:
        shown["content"] = orjson.loads(opened(row["content"]))
    return shown


def _delivery(connection: Connection, row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    shown = _sent(row)
    if asked.bodies and (content := queue.content_of(connection, row["id"])):
        shown["content"] = orjson.loads(content)
    return shown


def _sent(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("what", "type", "recipient", "purpose", "part", "version", "state", "seq",
            "created_at", "settled_at")  # fmt: skip
    context = orjson.loads(row["context"])
    said = {key: context[key] for key in ("status", "configuration") if context.get(key)}
    return {"delivery": row["id"], **{key: row[key] for key in kept}, **said}


# -- who is not entitled, and why ---------------------------------------------------------------


def _not_matched(
    connection: Connection, dossier: Dossier, decisions: list[dict[str, Any]], running: str
) -> list[dict[str, Any]]:
    """Rows that did not match the newest version of each part, each with what failed."""
    found: list[dict[str, Any]] = []
    for part, version in dossier.versions.items():
        digest = _decided_under(decisions, part) or running
        content = configurations.content_of(connection, digest)
        live = dossier.live.get(part)
        if content is None or live is None:
            continue
        document = Document(
            kind=dossier.kind,
            package=live.package,
            body=body_of(live.payload),
            on=live.received_at[:10],
            part=part,
            overall=dossier.overall,
        )
        rows = explain(book_of(digest, content), document)
        found += [
            {"part": part, "version": version, **_failed(row), "configuration": digest}
            for row in rows
            if row.verdict != "matched"
        ]
    return found


def _decided_under(decisions: list[dict[str, Any]], part: str) -> str:
    """The configuration of the newest decision about a part."""
    mine = [row["configuration"] for row in decisions if row["part"] == part and part != BOARD]
    return str(mine[-1]) if mine else ""


@lru_cache(maxsize=8)
def book_of(digest: str, content: bytes) -> Book:
    """The rows of a stored configuration, made ready."""
    del digest
    routes: dict[str, Any] = orjson.loads(content)["routes"]
    files = {name: RulesFile.model_validate(raw) for name, raw in routes.items() if "rules" in raw}
    return compile_book(files)


def _failed(row: Explained) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "file": row.file,
        "recipient": row.recipient,
        "purpose": row.purpose,
        "verdict": row.verdict,
        "reasons": [line.strip() for line in lines((row,))][1:],
    }
