"""What the sender of a workbook is told: his own workbook marked, and the same as a JSON list.

    problems   a comment at each faulty cell, red for errors, yellow for warnings; a row each
    answers    a comment at the cell of the person or value it is about, else a row only
    status     the first line of the result sheet

Only what the view let through arrives here; nothing is added but the words of the status.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.wire.xlsx import CONTENT_TYPE
from adapters.wire.xlsx_marks import Mark, Result, marked
from broker.adapter import Artifact, Original, Outgoing, Path, Tree
from broker.model.problem import Place, Problem, as_json, rejects

_TITLE = "Result of the Single Window"
_HEADINGS = ("What", "Where", "Said", "Found", "Expected", "What to do")
_WORDS = {
    "rejected": "Rejected: nothing was passed on. Correct the marked cells and send this again.",
    "declined": "Declined: the workbook could not be joined to a visit. See below.",
    "noted": "Accepted, with remarks. What is marked in red was left out.",
    "acknowledged": "Received by all agencies that see it.",
    "not_required": "Accepted. No agency has to answer.",
    "waiting": "Accepted. Agencies have still to answer.",
    "inspection": "An agency will inspect.",
    "information_wanted": "An agency wants to know more.",
    "conditional": "Cleared with conditions.",
    "released": "Cleared.",
    "refused": "Refused by an agency.",
    "held": "Held by an agency.",
    "do_not_load": "Refused by an agency: do not load.",
    "withdrawn": "Withdrawn.",
}


def reply(out: Outgoing, original: Original, places: Mapping[Path, Place]) -> tuple[Artifact, ...]:
    """The marked workbook and the JSON list; `places` say where each value of the sender stood."""
    answers = [(answer, _place(answer.get("Subject"), places)) for answer in out.answers]
    marks = [
        *(_problem_mark(problem) for problem in out.problems if problem.where.cell),
        *(_answer_mark(answer, place) for answer, place in answers if place.cell),
    ]
    rows = [
        *(_problem_row(problem) for problem in out.problems),
        *(_answer_row(answer, place) for answer, place in answers),
    ]
    references = tuple(f"{one.scheme}: {one.value}" for one in out.references)
    status = _WORDS.get(out.status, out.status)
    result = Result(_TITLE, (status, *references), _HEADINGS, tuple(rows))
    content = marked(original.payload, marks, result)
    return (
        Artifact(content, CONTENT_TYPE, "result.xlsx"),
        Artifact(_listed(out, answers), "application/json", "result.json"),
    )


def in_words(problem: Problem) -> str:
    """The problem in a few lines, for a comment at its cell."""
    lines = [problem.text]
    if problem.expected:
        lines.append(f"Expected: {problem.expected}")
    if problem.hint:
        lines.append(f"What to do: {problem.hint}")
    return "\n".join(lines)


def _problem_mark(problem: Problem) -> Mark:
    where = problem.where
    warning = not rejects((problem,))
    return Mark(where.sheet or "", where.cell or "", in_words(problem), warning)


def _problem_row(problem: Problem) -> tuple[str, ...]:
    return (
        problem.severity,
        _shown(problem.where),
        problem.text,
        problem.found or "",
        problem.expected or "",
        problem.hint or "",
    )


def _answer_mark(answer: Tree, place: Place) -> Mark:
    words = "\n".join(filter(None, (*_who(answer), *_said(answer))))
    return Mark(place.sheet or "", place.cell or "", words, warning=True)


def _answer_row(answer: Tree, place: Place) -> tuple[str, ...]:
    return (
        answer.get("StatusCode") or "answer",
        _shown(place) or answer.get("Subject") or "",
        "; ".join(filter(None, (*_who(answer), *_said(answer)))),
        "",
        "; ".join(filter(None, (one.get("Text") for one in answer.get("WantedDocument", ())))),
        "; ".join(filter(None, (one.get("Text") for one in answer.get("Condition", ())))),
    )


def _who(answer: Tree) -> Iterator[str | None]:
    return (answer.get(name) for name in ("AgencyID", "PurposeCode", "CheckCode", "StatusCode"))


def _said(answer: Tree) -> Iterator[str | None]:
    yield answer.get("NativeText")
    for reason in answer.get("Reason", ()):
        yield reason.get("Text")


def _place(subject: str | None, places: Mapping[Path, Place]) -> Place:
    """The cell of an answer's subject: of the value, or of the first one of the element."""
    if not subject:
        return Place()
    if subject in places:
        return places[subject]
    below = f"{subject}."
    return next((place for path, place in places.items() if path.startswith(below)), Place())


def _shown(place: Place) -> str:
    return " ".join(filter(None, (place.sheet, place.cell)))


def _listed(out: Outgoing, answers: list[tuple[Tree, Place]]) -> bytes:
    shown: dict[str, Any] = {
        "id": out.stamp.id,
        "issued_at": out.stamp.issued_at,
        "status": out.status,
        "references": [[one.scheme, one.value] for one in out.references],
        "answers": [
            {**answer, **({"sheet": place.sheet, "cell": place.cell} if place.cell else {})}
            for answer, place in answers
        ],
        "problems": [_flat(problem) for problem in out.problems],
    }
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2)


def _flat(problem: Problem) -> dict[str, Any]:
    """A problem with sheet and cell at hand."""
    shown = as_json(problem)
    where = shown.pop("where")
    return {**{name: where[name] for name in ("sheet", "cell") if name in where}, **shown}
