"""One reader for answers in JSON: takes members out of objects, and notes what is wrong with each.

A `Reader` is made for one message. It gathers problems, each with its JSON pointer, and the places
of the values that went into the body; it does not stop at the first problem.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from adapters.demands import near
from adapters.wire.json import child
from adapters.wire.numbers import trimmed
from broker.adapter import Path
from broker.model.leaf import MOMENT
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, cut

_MOMENT = re.compile(MOMENT).fullmatch
PROBLEMS_MAX = 100
NUMBER_MAX = 99_999
_WHOLE = re.compile(r"0{0,30}([1-9][0-9]{0,4})(?:\.0{0,30})?").fullmatch
SUM = r"[0-9]{1,13}(\.[0-9]{1,3})?"
_SUM = re.compile(SUM).fullmatch
CURRENCY = r"[A-Z]{3}"
_CURRENCY = re.compile(CURRENCY).fullmatch
QUANTITY = r"[0-9]{1,16}(\.[0-9]{1,6})?"
_QUANTITY = re.compile(QUANTITY).fullmatch
Half = Callable[[Any, str, Path], str | None]
_KEY = re.compile(r"\[0*([0-9]+)(?:\.0*)?\]")


def canonical_path(path: Path) -> Path:
    """The path with the numbers of its elements in their canonical spelling: [001] is [1]."""
    return _KEY.sub(r"[\1]", path)


def _written(value: Any) -> str:
    """A number as it is written, in JSON or as text; "" for anything else."""
    numeric = isinstance(value, int | float | str) and not isinstance(value, bool)
    return trimmed(str(value)) if numeric else ""


class Reader:
    """What one message holds, its problems, and where each value is."""

    def __init__(self) -> None:
        self.places: list[tuple[Path, Place]] = []
        self._problems: list[Problem] = []
        self._counted = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems that are listed, and how many more there are."""
        if not self._counted:
            return tuple(self._problems)
        more = Problem(
            code="problems.more",
            text=f"{self._counted} more problems are not listed",
            message=1,
            where=Place(json_pointer=""),
            hint="correct those that are listed, and send the answer again",
        )
        return (*self._problems, more)

    def note(self, code: str, text: str, pointer: str, **more: str | None) -> None:
        """Notes a problem at a JSON pointer; beyond PROBLEMS_MAX they are counted."""
        if len(self._problems) == PROBLEMS_MAX:
            self._counted += 1
            return
        problem = Problem(code=code, text=text, message=1, where=Place(json_pointer=pointer))
        self._problems.append(replace(problem, **more))  # type: ignore[arg-type]

    def put(self, path: Path, value: str, pointer: str) -> str:
        """Notes where a value of the body is."""
        self.places.append((path, Place(json_pointer=pointer)))
        return value

    def members(self, value: Any, pointer: str, known: tuple[str, ...]) -> dict[str, Any]:
        """The members of an object that are known and not null; others are problems."""
        if not isinstance(value, dict):
            self.note("value.malformed", "not an object", pointer, expected="an object")
            return {}
        for name in value:
            if name not in known:
                meant = near(name, known) if len(self._problems) < PROBLEMS_MAX else None
                instead = (
                    f"did you mean {meant!r}?" if meant else "use one of these, or leave it out"
                )
                self.note(
                    "element.unknown",
                    f"member {name!r} is not known",
                    child(pointer, name),
                    found=cut(name),
                    expected=f"one of {', '.join(known)}",
                    hint=instead,
                )
        return {name: value[name] for name in known if value.get(name) is not None}

    def listed(self, value: Any, pointer: str) -> Iterator[tuple[int, str, Any]]:
        """The elements of an array with their numbers from 1 and their pointers."""
        if not isinstance(value, list):
            self.note("value.malformed", "not an array", pointer, expected="an array")
            return
        for index, one in enumerate(value):
            yield index + 1, f"{pointer}/{index}", one

    def text(self, value: Any, pointer: str, path: Path, length: int) -> str | None:
        """A string with at least one visible and at most `length` characters, put at `path`.

        White space around an identifier or a code is no part of it.
        """
        if isinstance(value, str) and path.endswith(("ID", "Code")):
            value = trimmed(value)
        if not isinstance(value, str) or not trimmed(value):
            self.note("value.malformed", "not a text", pointer, path=path, expected="a text")
        elif len(value) > length:
            self.note(
                "value.too-long",
                f"{len(value)} characters",
                pointer,
                path=path,
                found=cut(value),
                found_class=data_class("answer", pattern_of(path)),
                expected=f"at most {length}",
            )
        else:
            return self.put(path, value, pointer)
        return None

    def moment(self, value: Any, pointer: str, path: Path) -> str | None:
        """A moment in ISO 8601, put at `path`."""
        if isinstance(value, str) and value and _MOMENT(value):
            return self.put(path, value, pointer)
        expected = "ISO 8601, such as 2026-11-24T12:00:00Z"
        self._malformed(f"{value!r:.40} is not a moment", pointer, path, expected)
        return None

    def number(self, value: Any, pointer: str, path: Path) -> str | None:
        """A whole number from 1 in its canonical spelling: 1, "01" and 1.0 are one number."""
        found = _WHOLE(_written(value))
        if found is not None:
            return found[1]
        expected = f"a whole number from 1 to {NUMBER_MAX}"
        self._malformed(f"{value!r:.40} is not an item number", pointer, path, expected)
        return None

    def measure(self, value: Any, pointer: str, path: Path) -> dict[str, dict[str, str]]:
        """A quantity above zero and its unit under the last name of `path`; {} if one is wrong."""
        hint = "give value and unit, or leave quantity out for all of it"
        return self._pair(value, pointer, path, {"value": self._quantity, "unit": self._unit}, hint)

    def amount(self, value: Any, pointer: str, path: Path) -> dict[str, dict[str, str]]:
        """A sum of money and its currency under the last name of `path`; {} if one is wrong."""
        read = {"value": self._sum, "currency": self._currency}
        return self._pair(value, pointer, path, read, "give value and currency")

    def _pair(
        self, value: Any, pointer: str, path: Path, read: Mapping[str, Half], hint: str
    ) -> dict[str, dict[str, str]]:
        """Two halves that only mean something together."""
        members = self.members(value, pointer, tuple(read))
        found = {
            member: read[member](members[member], child(pointer, member), f"{path}.{member}") or ""
            for member in members
        }
        for member in read:
            if member not in members and isinstance(value, dict):
                self.missing(member, pointer, f"{path}.{member}", hint)
        return {path.rpartition(".")[2]: found} if len([*filter(None, found.values())]) == 2 else {}

    def _quantity(self, value: Any, pointer: str, path: Path) -> str | None:
        written = _written(value)
        if _QUANTITY(written) and written.strip("0."):
            return self.put(path, written, pointer)
        expected = "a number above zero, such as 400 or 400.5"
        self._malformed(f"{value!r:.40} is not a quantity", pointer, path, expected)
        return None

    def _unit(self, value: Any, pointer: str, path: Path) -> str | None:
        return self.text(value, pointer, path, 3)

    def _sum(self, value: Any, pointer: str, path: Path) -> str | None:
        written = _written(value)
        if _SUM(written):
            return self.put(path, written, pointer)
        expected = "digits, and a point before at most three decimals, such as 60.00"
        self._malformed(f"{value!r:.40} is not a sum of money", pointer, path, expected)
        return None

    def _currency(self, value: Any, pointer: str, path: Path) -> str | None:
        if isinstance(value, str) and _CURRENCY(trimmed(value)):
            return self.put(path, trimmed(value), pointer)
        expected = "three capital letters (ISO 4217), such as EUR"
        self._malformed(f"{value!r:.40} is not a currency", pointer, path, expected)
        return None

    def choice(self, value: Any, pointer: str, path: Path, known: tuple[str, ...]) -> str | None:
        """One word of a closed list, put at `path`."""
        if isinstance(value, str) and (word := trimmed(value)) in known:
            return self.put(path, word, pointer)
        self.note(
            "answer.status-unknown",
            f"status {value!r:.40} is not known",
            pointer,
            path=path,
            found=value[:35] if isinstance(value, str) else None,
            expected=f"one of {', '.join(known)}",
        )
        return None

    def _malformed(self, text: str, pointer: str, path: Path, expected: str) -> None:
        self.note("value.malformed", text, pointer, path=path, expected=expected)

    def missing(self, name: str, pointer: str, path: Path, hint: str) -> None:
        """A member that must be there."""
        self.note(
            "value.missing",
            f"{name} is missing",
            pointer,
            path=path,
            expected="a value",
            hint=hint,
        )
