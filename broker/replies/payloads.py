"""The data of each delivery, before its channel gives it a form.

Rules
    A payload holds what the view passed, why its recipient may see it, and ids; nothing else of
    the dossier. A withdrawal holds only ids the recipient already knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from broker.model.dossier import Document, Target
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
    answer_by: str | None
    silence: str | None


def document(
    dossier: str, one: Document, told: Entitlement, body: Mapping[str, Any], previous: int | None
) -> bytes:
    """A document's view for one recipient; `previous` is the version it was sent before."""
    shown: dict[str, Any] = {
        "dossier": dossier,
        "document": one.id,
        "package": one.package,
        "part": one.part,
        "version": one.version,
        "previous_version": previous,
        "purpose": told.purpose,
        "rules": list(told.rules),
        "because": list(told.because),
        "legal_basis": list(told.legal_basis),
        "checks": list(told.checks),
        "codes": list(told.codes),
        "elements": "whole" if told.elements is None else list(told.elements),
        "expects": {"answer_by": told.answer_by, "silence": told.silence}
        if told.answer_by
        else "nothing",
        "body": body,
    }
    return orjson.dumps(shown)


def withdrawal(dossier: str, target: Target, delivery: str) -> bytes:
    """A notice that what was sent is no longer this recipient's concern: ids it already knows."""
    shown = {
        "dossier": dossier,
        "withdrawn": True,
        "part": target.part,
        "purpose": target.purpose,
        "delivery": delivery,
    }
    return orjson.dumps(shown)


def board(status: str, version: int, tree: Mapping[str, Any]) -> bytes:
    """The board for somebody who is told of it: the overall status and the cut tree."""
    return orjson.dumps({"status": status, "version": version, "board": tree})


def refusal(status: str, problems: Sequence[Problem], references: Sequence[Any]) -> bytes:
    """A rejected message or a declined event, for the one who sent it."""
    return orjson.dumps(
        {
            "status": status,
            "problems": [as_json(problem) for problem in problems],
            "references": list(references),
        }
    )
