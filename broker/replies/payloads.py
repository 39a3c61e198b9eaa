"""The data of each delivery, before its channel gives it a form.

Rules
    A payload holds what the view passed, why its recipient may see it, and ids; nothing else of
    the dossier. A withdrawal holds only ids the recipient already knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from broker.model.dossier import Ask, Document, Question, Request, Target
from broker.model.extent import Extent
from broker.model.problem import Problem, as_json


class Entitlement(NamedTuple):
    """Why somebody is told, as the rows say it; `elements` None: the whole document."""

    purpose: str
    rules: Sequence[str]
    because: Sequence[str]
    legal_basis: Sequence[str]
    checks: Sequence[str]
    codes: Sequence[str]
    elements: Sequence[Mapping[str, Any]] | None
    ask: Ask | None


class Since(NamedTuple):
    """What became of what the recipient was sent before.

    `version` is that one's. `removed`: elements that are gone and had an adverse answer of this
    recipient, each as its view passed it.
    """

    version: int | None = None
    removed: Sequence[Mapping[str, Any]] = ()


def document(
    dossier: str, one: Document, told: Entitlement, body: Mapping[str, Any], since: Since
) -> bytes:
    """A document's view for one recipient, with how much of the declarant's list it holds.

    `by`: of a version that an authority made of its own accord, which one it was.
    """
    shown: dict[str, Any] = {
        "dossier": dossier,
        "document": one.id,
        "package": one.package,
        "part": one.part,
        "version": one.version,
        "previous_version": since.version,
        "purpose": told.purpose,
        "rules": list(told.rules),
        "because": list(told.because),
        "legal_basis": list(told.legal_basis),
        "checks": list(told.checks),
        "codes": list(told.codes),
        "elements": "whole" if told.elements is None else list(told.elements),
        "expects": "nothing" if told.ask is None else expected(told.ask),
        "body": body,
    }
    if one.by:
        shown["by"] = one.by
    if one.extent is not None:
        shown["list"] = _list(one.extent)
    if since.removed:
        shown["removed"] = list(since.removed)
    return orjson.dumps(shown)


def expected(ask: Ask) -> dict[str, Any]:
    """Until when an answer is expected. Silence counts from an acknowledgement: no time yet."""
    if ask.silence != "release":
        return {"answer_by": ask.due_at, "silence": ask.silence}
    return {
        "answer_by": ask.due_at,
        "silence": ask.silence,
        "within_s": ask.within_s,
        "from": ask.counted_from,
    }


def _list(extent: Extent) -> dict[str, Any]:
    """What was declared, taken, left out and not confirmed."""
    return {
        "declared": extent.declared,
        "taken": extent.taken,
        "left_out": len(extent.left_out),
        "not_confirmed": list(extent.not_confirmed),
    }


def withdrawal(
    dossier: str, target: Target, delivery: str, expects: Mapping[str, Any] | None = None
) -> bytes:
    """A notice that what was sent is no longer this recipient's concern: ids it already knows.

    `expects`: it objected to something, and is asked what becomes of that.
    """
    shown = {
        "dossier": dossier,
        "withdrawn": True,
        "part": target.part,
        "purpose": target.purpose,
        "delivery": delivery,
    }
    if expects is not None:
        shown["expects"] = expects
    return orjson.dumps(shown)


class Asked(NamedTuple):
    """What a request asks for, as its recipient may see it.

    `changes`: (part, path, before, after) of each leaf that would change; before or after is None
    where it is added or removed. `reasons`: why the declarant asks. `decides`: whether this
    recipient must grant it.
    """

    changes: Sequence[tuple[str, str, str | None, str | None]]
    reasons: Sequence[Mapping[str, Any]]
    decides: bool


def request(dossier: str, one: Request, told: Entitlement, asked: Asked) -> bytes:
    """A request for one recipient: what would change, why, and until when it is decided.

    `question`: the number of the question that it responds to.
    """
    shown: dict[str, Any] = {
        "dossier": dossier,
        "request": one.number,
        "type": one.does,
        "part": one.event.part,
        "version": one.version,
        "purpose": told.purpose,
        "rules": list(told.rules),
        "because": list(told.because),
        "legal_basis": list(told.legal_basis),
        "decides": asked.decides,
        "expects": "nothing" if told.ask is None else expected(told.ask),
        "expires_at": one.expires_at,
        "changes": [
            {"part": part, "path": path, "before": before, "after": after}
            for part, path, before, after in asked.changes
        ],
        "reasons": list(asked.reasons),
    }
    if question := one.event.stated.get("QuestionID"):
        shown["question"] = int(question)
    return orjson.dumps(shown)


class Unsettled(NamedTuple):
    """What an answer does not settle, or settles no longer.

    `changed`: elements that are other than they were on the delivery that was answered ("": the
    whole, of a document that shows no elements); `gone`: those that are no longer there. `now`:
    the delivery that shows what is there now.
    """

    answered: str
    changed: Sequence[str]
    gone: Sequence[str]
    now: str


def unsettled(dossier: str, target: Target, version: int, what: Unsettled) -> bytes:
    """A notice to the agency whose answer came too late for some elements, or has expired."""
    shown = {
        "dossier": dossier,
        "part": target.part,
        "purpose": target.purpose,
        "version": version,
        "delivery": what.answered,
        "changed": list(what.changed),
        "gone": list(what.gone),
        "now": what.now,
    }
    return orjson.dumps(shown)


def unacknowledged(dossier: str, target: Target, reply: str, since: str) -> bytes:
    """A notice to the agency whose answer changed something: the sender has not confirmed that.

    `delivery` is the reply by which the sender was told, `since` when.
    """
    shown = {
        "dossier": dossier,
        "part": target.part,
        "purpose": target.purpose,
        "version": 0,
        "delivery": reply,
        "changed": [],
        "gone": [],
        "now": "",
        "since": since,
    }
    return orjson.dumps(shown)


def overdue(dossier: str, question: Question, version: int, now: str) -> bytes:
    """A notice to the agency that wants something: the time that it gave has passed.

    `now` is the delivery that shows what is there now.
    """
    shown = {
        "dossier": dossier,
        "part": question.part,
        "purpose": question.purpose,
        "version": version,
        "delivery": now,
        "changed": [],
        "gone": [],
        "now": now,
        "question": question.number,
    }
    return orjson.dumps(shown)


def board(
    status: str, version: int, tree: Mapping[str, Any], problems: Sequence[Problem] = ()
) -> bytes:
    """The board as a view passes it: the overall status and the cut tree.

    `problems`: in the reply to a message, what is odd about it.
    """
    shown: dict[str, Any] = {"status": status, "version": version, "board": tree}
    if problems:
        shown["problems"] = [as_json(problem) for problem in problems]
    return orjson.dumps(shown)


def refusal(status: str, problems: Sequence[Problem], references: Sequence[Any]) -> bytes:
    """A rejected message or a declined event, for the one who sent it."""
    return orjson.dumps(
        {
            "status": status,
            "problems": [as_json(problem) for problem in problems],
            "references": list(references),
        }
    )
