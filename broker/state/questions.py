"""Questions: what authorities want to know or to see, open and closed."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from broker.model.dossier import Question
from broker.model.records import opened, sealed
from broker.state.dialect import upsert
from broker.state.tables import QUESTIONS


def put(connection: Connection, questions: Sequence[tuple[str, Question]]) -> None:
    """Write questions, new or in a new state, each with its dossier's id."""
    if questions:
        connection.execute(
            upsert(connection, QUESTIONS, "state", "closed_at"),
            [_row(dossier, question) for dossier, question in questions],
        )


def open_questions(connection: Connection, ids: Iterable[str]) -> dict[str, dict[int, Question]]:
    """The questions of these dossiers that are not closed, by dossier and number."""
    wanted, found = list(ids), dict[str, dict[int, Question]]()
    if not wanted:
        return found
    query = select(QUESTIONS).where(
        QUESTIONS.c.dossier.in_(wanted), QUESTIONS.c.state.in_(("open", "overdue"))
    )
    for row in connection.execute(query.order_by(QUESTIONS.c.number)):
        found.setdefault(row.dossier, {})[row.number] = Question(
            row.number, row.part, row.recipient, row.purpose, row.subject,
            orjson.loads(opened(row.content)), row.due_at, row.event, row.asked_at, row.state,
            row.closed_at,
        )  # fmt: skip
    return found


def _row(dossier: str, one: Question) -> dict[str, Any]:
    return {
        "dossier": dossier, "number": one.number, "part": one.part, "recipient": one.recipient,
        "purpose": one.purpose, "subject": one.subject,
        "content": sealed(orjson.dumps(dict(one.content))), "due_at": one.due_at,
        "event": one.event, "asked_at": one.asked_at, "state": one.state,
        "closed_at": one.closed_at,
    }  # fmt: skip
