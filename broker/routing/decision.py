"""What routing takes and gives: a document in, a decision out. Values without behaviour.

A decision is stored and can be shown: it names rules, elements and reasons, and holds no value
of the document.
"""

from datetime import timedelta
from typing import Any, Literal, NamedTuple

from broker.adapter import Tree
from broker.routing.elements import Matched
from broker.routing.rules import AnswersOn


class Document(NamedTuple):
    """One version of one part, as routing sees it.

    `body` is a plain tree, `overall` the dossier's overall status, `on` the day of `received_at`
    as ISO date (UTC). `request`: what is asked about it (amend, withdraw, present, release); "" for
    the document itself.
    """

    kind: str
    package: str
    body: Tree
    on: str
    part: str = ""
    overall: str = ""
    request: str = ""


class Expected(NamedTuple):
    """The strictest answer that the uniting rows expect."""

    within: timedelta
    silence: Literal["escalate", "release"]
    counted_from: Literal["acknowledgement", "arrival"] = "acknowledgement"


class Result(NamedTuple):
    """What one recipient is entitled to for one purpose; `matched` None: the whole document."""

    part: str
    recipient: str
    purpose: str
    rules: tuple[str, ...]
    view: str
    matched: Matched | None
    expects: Expected | None
    checks: tuple[str, ...]
    codes: tuple[str, ...]
    because: tuple[str, ...]
    legal_basis: tuple[str, ...]
    answers: AnswersOn = "element"


class Decision(NamedTuple):
    """All rows' results for one document, by recipient and purpose; `book`: digest of the rows."""

    kind: str
    package: str
    part: str
    on: str
    overall: str
    book: str
    results: tuple[Result, ...]


def as_json(decision: Decision) -> dict[str, Any]:
    """The decision as it is stored and shown; holds keys of elements, no values."""
    return {
        "kind": decision.kind,
        "package": decision.package,
        "part": decision.part,
        "on": decision.on,
        "overall": decision.overall,
        "book": decision.book,
        "results": [_result_json(result) for result in decision.results],
    }


def _result_json(result: Result) -> dict[str, Any]:
    return {
        "part": result.part,
        "recipient": result.recipient,
        "purpose": result.purpose,
        "rules": list(result.rules),
        "view": result.view,
        "matched": _matched_json(result.matched),
        "expects": "nothing" if result.expects is None else _expected_json(result.expects),
        "checks": list(result.checks),
        "codes": list(result.codes),
        "because": list(result.because),
        "legal_basis": list(result.legal_basis),
        "answers": result.answers,
    }


def _matched_json(matched: Matched | None) -> dict[str, Any] | None:
    if matched is None:
        return None
    elements = [
        {
            "indices": list(element.indices),
            "keys": list(element.keys),
            "rules": list(element.rules),
            "checks": list(element.checks),
            "codes": list(element.codes),
        }
        for element in matched.elements
    ]
    return {"each": matched.each, "elements": elements}


def _expected_json(answer: Expected) -> dict[str, Any]:
    within_s = int(answer.within.total_seconds())
    return {
        "answer": {
            "within_s": within_s,
            "silence": answer.silence,
            "from": answer.counted_from,
        }
    }
