"""The reply to the sender of a workbook: their own workbook with marks, and the same as JSON.

    headline   the state in one sentence, true in every round: what was taken, what was left out
    problems   a comment at each cell, red for errors, yellow for warnings; a row each
    left out   each person who was left out: a mark in their row, and a row of the result
    answers    a comment at the cell of its person or value, coloured by its gravity; a row each
    questions  a row each, with the number that a response names and the time; then reports

Rules
    Errors come first, then who was left out, then warnings, then answers, the gravest first.
    Persons have the numbers, rows and names of the workbook that is replied to.
What does not belong
    What the view lets through, and the sentences (`reply_words`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapters.maritime.reply_words import (
    GRAVITIES,
    changed_words,
    count_of_left_out,
    headline,
    of_answer,
    of_reason,
    status_of_answer,
    what_to_do,
)
from adapters.maritime.telling import Element
from adapters.stated import document, question, reported
from adapters.wire.xlsx import CONTENT_TYPE, position
from adapters.wire.xlsx_marks import Gravity, Mark, Result, marked
from broker.adapter import Artifact, Extent, Outgoing, Path, Tree
from broker.model.problem import Place, Problem, as_json

_TITLE = "Result of the Single Window"
_HEADINGS = ("Kind", "Where", "Message", "Found", "Expected", "What to do")
_LEFT_OUT = "This person was left out and was not passed on."
_REFUSED = "This person has an error, for which the whole list was refused."
_LEFT_OUT_TO_DO = "correct the errors of this row and send the whole list again"


@dataclass(frozen=True, slots=True)
class _Placed:
    """An answer, the cell of its subject, and the element of the list that it is about.

    `reasons`: the cells of the values that the agency objects to, each with its reason.
    """

    answer: Tree
    place: Place
    element: Element | None
    gravity: Gravity
    reasons: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reply:
    """All that a reply shows, in its order."""

    errors: list[Problem]
    left_out: list[tuple[Path, Element | None]]
    warnings: list[Problem]
    answers: list[_Placed]
    questions: list[_Placed] = field(default_factory=list)
    reports: list[Tree] = field(default_factory=list)
    people: Mapping[Path, Element] = field(default_factory=dict)
    why_left_out: str = _LEFT_OUT


def reply(
    out: Outgoing,
    payload: bytes,
    places: Mapping[Path, Place],
    people: Mapping[Path, Element] | None = None,
) -> tuple[Artifact, ...]:
    """The marked workbook and the JSON list.

    `places`: where each value of the sender stood; `people`: the elements of their list by path.
    """
    shown = _arranged(out, places, people or {})
    lines = [headline(out), *changed_words(out)]
    lines += [f"{one.scheme}: {one.value}" for one in out.references]
    result = Result(_TITLE, tuple(lines), _HEADINGS, tuple(_rows(shown)))
    content = marked(payload, list(_marks(shown)), result)
    return (
        Artifact(content, CONTENT_TYPE, "result.xlsx"),
        Artifact(_as_json(out, shown), "application/json", "result.json"),
    )


def _arranged(
    out: Outgoing, places: Mapping[Path, Place], people: Mapping[Path, Element]
) -> _Reply:
    answers = [_placed(answer, places, people) for answer in out.answers]
    order = list(GRAVITIES)
    left_out = out.extent.left_out if out.extent else ()
    return _Reply(
        errors=[one for one in out.problems if one.severity == "error"],
        left_out=[(path, people.get(path)) for path in left_out],
        warnings=[one for one in out.problems if one.severity != "error"],
        answers=sorted(answers, key=lambda one: order.index(one.gravity)),
        questions=[_placed(one, places, people) for one in out.tree.get("Question", ())],
        reports=list(out.tree.get("Reported", ())),
        people=people,
        why_left_out=_REFUSED if out.status == "rejected" else _LEFT_OUT,
    )


def _placed(answer: Tree, places: Mapping[Path, Place], people: Mapping[Path, Element]) -> _Placed:
    subject = str(answer.get("Subject") or "")
    element = next((people[path] for path in _above(subject) if path in people), None)
    place = _place(subject, places)
    if place == Place() and element:
        place = element.place
    reasons = tuple(_reasons(answer, places))
    return _Placed(answer, place, element, status_of_answer(answer)[0], reasons)


def _reasons(answer: Tree, places: Mapping[Path, Place]) -> Iterator[tuple[Place, str]]:
    for reason in answer.get("Reason", ()):
        place = _place(str(reason.get("Path") or ""), places)
        if place.cell:
            yield place, of_reason(answer, reason)


def _above(path: Path) -> Iterator[Path]:
    """The path and those of the classes above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def _place(subject: Path, places: Mapping[Path, Place]) -> Place:
    """The cell of an answer's subject: of the value, or of the first one of the element."""
    if not subject:
        return Place()
    if subject in places:
        return places[subject]
    below = f"{subject}."
    return next((place for path, place in places.items() if path.startswith(below)), Place())


def _marks(shown: _Reply) -> Iterator[Mark]:
    """Every person who was left out has a red cell in their row, beyond what is listed too."""
    red_rows = set()
    for problem in (*shown.errors, *shown.warnings):
        where = problem.where
        if where.cell:
            yield Mark(where.sheet or "", where.cell, in_words(problem), problem.severity)
        if where.cell and problem.severity == "error":
            red_rows.add((where.sheet, position(where.cell)[0] + 1))
    for _path, element in shown.left_out:
        if element and (element.place.sheet, element.row) not in red_rows:
            yield Mark(element.place.sheet or "", element.place.cell or "", shown.why_left_out)
    for one in shown.answers:
        if one.place.cell:
            text = "\n".join(of_answer(one.answer))
            yield Mark(one.place.sheet or "", one.place.cell, text, one.gravity)
        for place, text in one.reasons:
            yield Mark(place.sheet or "", place.cell or "", text, one.gravity)


def in_words(problem: Problem) -> str:
    """The problem in a few lines, for a comment at its cell."""
    lines = [f"{problem.severity.capitalize()}: {problem.text}"]
    if problem.expected:
        lines.append(f"Expected: {problem.expected}")
    if problem.hint:
        lines.append(f"What to do: {problem.hint}")
    return "\n".join(lines)


def _rows(shown: _Reply) -> Iterator[tuple[str, ...]]:
    yield from map(_problem_row, shown.errors)
    for path, element in shown.left_out:
        where = _where(element) if element else path
        yield ("left out", where, shown.why_left_out, "", "", _LEFT_OUT_TO_DO)
    yield from map(_problem_row, shown.warnings)
    for one in shown.answers:
        wanted = "; ".join(text for text in map(document, one.answer.get("WantedDocument", ())))
        where = _where(one.element) if one.element else _cell(one.place)
        words = "; ".join(of_answer(one.answer))
        todo = what_to_do(one.answer)
        yield (
            status_of_answer(one.answer)[1],
            where or str(one.answer.get("Subject") or ""),
            words,
            "",
            wanted,
            todo,
        )
    for one in shown.questions:
        yield _question_row(one)
    for fact in shown.reports:
        yield ("report", "", reported(fact), "", "", "")


def _question_row(one: _Placed) -> tuple[str, ...]:
    """What an authority wants, with the number that a response names."""
    where = _where(one.element) if one.element else _cell(one.place)
    wanted = "; ".join(text for text in map(document, one.answer.get("WantedDocument", ())))
    todo = f'name ["QUESTION", "{one.answer.get("SequenceNumeric")}"] in a request in JSON'
    about = where or str(one.answer.get("Subject") or "")
    return ("question", about, question(one.answer), "", wanted, todo)


def _problem_row(problem: Problem) -> tuple[str, ...]:
    return (
        problem.severity,
        _cell(problem.where),
        problem.text,
        problem.found or "",
        problem.expected or "",
        problem.hint or "",
    )


def _cell(place: Place) -> str:
    return " ".join(filter(None, (place.sheet, place.cell)))


def _where(element: Element) -> str:
    """The element as its sender finds it: sheet, row, number and name."""
    name = f": {element.name}" if element.name else ""
    return f"{element.place.sheet} row {element.row}, {element.what} {element.number}{name}"


def _as_json(out: Outgoing, shown: _Reply) -> bytes:
    listed: dict[str, Any] = {
        "id": out.stamp.id,
        "issued_at": out.stamp.issued_at,
        "status": out.status,
        "headline": headline(out),
        **({"previous": out.changes} if out.changes else {}),
        "references": [[one.scheme, one.value] for one in out.references],
        **({"extent": _extent(out.extent, shown)} if out.extent else {}),
        "answers": [_flat_answer(one) for one in shown.answers],
        **(
            {"questions": [_flat_answer(one) for one in shown.questions]} if shown.questions else {}
        ),
        **({"reported": shown.reports} if shown.reports else {}),
        "problems": [_flat(one, shown) for one in (*shown.errors, *shown.warnings)],
    }
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2)


def _extent(extent: Extent, shown: _Reply) -> dict[str, Any]:
    return {
        "declared": extent.declared,
        "taken": extent.taken,
        "not_taken": count_of_left_out(extent),
        "left_out": [{"path": path, **_known(element)} for path, element in shown.left_out],
        "cut": extent.cut,
        "not_confirmed": len(extent.not_confirmed),
    }


def _known(element: Element | None) -> dict[str, Any]:
    if element is None:
        return {}
    place = {"sheet": element.place.sheet, "row": element.row, "cell": element.place.cell}
    return {"number": element.number, "name": element.name, **place}


def _flat_answer(one: _Placed) -> dict[str, Any]:
    place = {"sheet": one.place.sheet, "cell": one.place.cell} if one.place.cell else {}
    number = {"number": one.element.number, "row": one.element.row} if one.element else {}
    return {**one.answer, "gravity": one.gravity, **number, **place}


def _flat(problem: Problem, shown: _Reply) -> dict[str, Any]:
    """A problem with sheet, cell and the number of its person at hand."""
    tree = as_json(problem)
    where = tree.pop("where")
    paths = _above((problem.path or "").partition(".")[2])
    element = next((shown.people[path] for path in paths if path in shown.people), None)
    number = {"number": element.number, "row": element.row} if element else {}
    return {**{name: where[name] for name in ("sheet", "cell") if name in where}, **number, **tree}
