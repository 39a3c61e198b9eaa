"""Problem: something wrong with what was sent. A frozen value; collected, never thrown.

A problem says where in the sender's own coordinates, on which canonical path, what was found,
what was expected and what to do. `found` is a value of the sender: it is shown to that sender
and to operators, never logged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the sender's own file; only what its syntax knows is filled.

    `line` and `column` count from 1, `byte` from 0. An absent value is placed at its nearest
    parent.
    """

    xpath: str | None = None
    line: int | None = None
    column: int | None = None
    json_pointer: str | None = None
    segment: str | None = None
    element: str | None = None
    byte: int | None = None
    sheet: str | None = None
    cell: str | None = None


NOWHERE = Place()
_PLACE = tuple(field.name for field in fields(Place))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one message (`message` None: with the envelope).

    `native`: the code that the sender's own standard has for it, where a profile states one.
    """

    code: str
    text: str
    severity: Severity = "error"
    message: int | None = None
    part: str = ""
    where: Place = NOWHERE
    path: str | None = None
    pointer: str | None = None
    found: str | None = None
    found_class: str = "public"
    expected: str | None = None
    hint: str | None = None
    native: str = ""


def place_json(place: Place) -> dict[str, Any]:
    """The coordinates that are known."""
    return {name: value for name in _PLACE if (value := getattr(place, name)) is not None}


def as_json(problem: Problem) -> dict[str, Any]:
    """The problem as it is shown and stored: absent parts are left out."""
    where: dict[str, Any] = {"message": problem.message} if problem.message is not None else {}
    where |= place_json(problem.where)
    shown: dict[str, Any] = {
        "code": problem.code,
        "severity": problem.severity,
        "text": problem.text,
        "where": where,
    }
    for name in ("part", "path", "pointer", "found", "expected", "hint", "native"):
        value = getattr(problem, name)
        if value:
            shown[name] = value
    return shown


def from_json(shown: dict[str, Any]) -> Problem:
    """The problem that `as_json` showed."""
    where = dict(shown.get("where", {}))
    message = where.pop("message", None)
    rest = {key: value for key, value in shown.items() if key != "where"}
    return Problem(message=message, where=Place(**where), **rest)


def errors_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in their order, but all errors before all warnings."""
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


def rejects(problems: "tuple[Problem, ...] | list[Problem]") -> bool:
    """Whether any of the problems is an error: warnings do not reject."""
    return any(problem.severity == "error" for problem in problems)
