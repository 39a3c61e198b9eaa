"""Problem: something wrong with what was sent. A frozen value; collected, never thrown.

A problem says where in the sender's own coordinates, on which canonical path, what was found,
what was expected and what to do. Each of these is bounded: a longer text is cut, and says how long
it was. `found` is a value of the sender: it is shown to that sender
and to operators, never logged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

Severity = Literal["error", "warning"]

PLACE_MAX, VALUE_MAX, WORDS_MAX, LISTING_MAX = 1_000, 512, 2_000, 100_000
"""Characters of a coordinate, of a value of the sender, of a sentence about it, and of one that
names every element that is left out: their number has no limit but the format's."""


def cut(text: str, most: int = VALUE_MAX) -> str:
    """At most so many characters: of a longer text its beginning, and how long it is."""
    if len(text) <= most:
        return text
    length = f"... ({len(text):,} characters)"
    return f"{text[: max(most - len(length), 0)]}{length}"


def cut_all(value: object, names: tuple[str, ...], most: int) -> None:
    """Cuts texts of a frozen value that is being made, where they are longer than this."""
    for name in names:
        text = getattr(value, name)
        if text is not None and len(text) > most:
            object.__setattr__(value, name, cut(text, most))


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

    def __post_init__(self) -> None:
        """A coordinate of the sender's own names is shown up to PLACE_MAX characters."""
        cut_all(self, ("xpath", "json_pointer", "segment", "element", "sheet", "cell"), PLACE_MAX)


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

    def __post_init__(self) -> None:
        """Whatever is made a problem, no part of it is without a bound."""
        cut_all(self, ("text", "found"), LISTING_MAX)
        cut_all(self, ("path", "pointer", "part"), PLACE_MAX)
        cut_all(self, ("expected", "hint", "native"), WORDS_MAX)


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
