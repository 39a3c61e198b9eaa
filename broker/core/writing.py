"""The effects of events as rows: one statement a table, inside the hop's transaction."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from broker.core.effects import Effects
from broker.dossiers.declines import decline_problem
from broker.model.dossier import Shown, Target
from broker.model.problem import as_json
from broker.replies import payloads
from broker.replies.refusals import declined_row
from broker.state import aliases, dossier_writes, due, questions, queue, requests

CHANGING = frozenset({"applied", "requested", "repeated", "late"})
"""Outcomes that may change the head: a reply to a message counts the board's version."""


def write_effects(
    connection: Connection, group: Sequence[Effects], configuration: str = ""
) -> None:
    """The rows of several events, one statement a table; replies name the configuration."""
    if not group:
        return
    newest = {
        effects.dossier.id: effects.dossier
        for effects in group
        if effects.outcome in CHANGING and effects.dossier.state != "new"
    }
    dossier_writes.put_heads(connection, list(newest.values()))
    documents = [(one.dossier.id, document) for one in group for document in one.documents]
    dossier_writes.put_documents(connection, documents)
    requests.put(connection, [(one.dossier.id, each) for one in group for each in one.requests])
    questions.put(connection, [(one.dossier.id, each) for one in group for each in one.questions])
    dossier_writes.put_outcomes(connection, [_outcome_row(effects) for effects in group])
    dossier_writes.put_decisions(connection, [row for one in group for row in one.decisions])
    dossier_writes.put_shown(connection, _newest_shown(group))
    asks = [(one.dossier.id, ask) for one in group for ask in one.asks]
    dossier_writes.put_asks(connection, asks)
    answers = [(one.dossier.id, answer) for one in group for answer in one.answers]
    dossier_writes.put_answers(connection, answers)
    queue.put(connection, [row for one in group for row in one.queue], configuration)
    due.put(connection, [moment for one in group for moment in one.due])
    due.count_anew(connection, [one for effects in group for one in effects.counted])
    for effects in group:
        for beginning in effects.drops:
            due.drop_begun(connection, effects.dossier.id, beginning)
    for effects in group:
        for gone in effects.withdrawals:
            dossier, at = effects.dossier.id, effects.event.received_at
            known = queue.cancel(connection, dossier, gone.target, gone.version, at)
            if known:
                payload = payloads.withdrawal(dossier, gone.target, known, gone.expects)
                queue.put(connection, [gone.notice._replace(payload=payload)])
    _bind(connection, group, configuration)


def _newest_shown(group: Sequence[Effects]) -> list[tuple[str, Target, Shown]]:
    """What each target was shown last, by the events of a group."""
    newest = {
        (one.dossier.id, target): one.dossier.shown[target] for one in group for target in one.shown
    }
    return [(dossier, target, shown) for (dossier, target), shown in newest.items()]


def _bind(connection: Connection, group: Sequence[Effects], configuration: str) -> None:
    """Bind the references that answers brought; one that means another dossier stays there."""
    wanted = [alias for effects in group for alias in effects.aliases]
    if not wanted:
        return
    aliases.bind(connection, wanted)
    meanings = aliases.meanings(connection, [alias.key for alias in wanted])
    for effects in group:
        if any(meanings[alias.key].alias.dossier != alias.dossier for alias in effects.aliases):
            row = declined_row(effects.event, (decline_problem("reference.ambiguous"),))
            queue.put(connection, [row], configuration)


def _outcome_row(effects: Effects) -> dict[str, Any]:
    event = effects.event
    return {
        "dossier": event.dossier,
        "event": event.id,
        "does": event.does,
        "outcome": effects.outcome,
        "submission": event.submission,
        "message": event.message,
        "problems": orjson.dumps([as_json(one) for one in effects.problems]).decode(),
        "at": event.received_at,
    }
