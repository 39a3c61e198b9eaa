"""What is wrong with an amendment, in words: each problem at the block that asks for the change.

In the broker's own form, and in an agency's correction in JSON, a block is a change of a list.
"""

from collections.abc import Mapping
from typing import Any

from broker.model.dossier import Change
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.pointers import text, to_pointer
from broker.model.problem import Place, Problem

FOUND_MAX = 256
"""Characters of a value of the request that are shown."""


class Block:
    """One block of an amendment: its number, its place, and the element it points at."""

    def __init__(self, change: Change, ordinal: int, package: str, path: str = "") -> None:
        place: Mapping[str, Any] = change.place
        self.number = int(place.get("block", ordinal))
        self._one = "change" if place.get("json_pointer") is not None else "block"
        self._path = path or change.path
        self._where = Place(**{name: place[name] for name in place if name != "block"})
        own = to_pointer(f"Amendment[#{self.number}]", package=package)
        self._pointer = None if own is None else text(own)
        target = to_pointer(path, package=package) if path else None
        called = ".".join(pattern_of(self._path).split(".")[-2:])
        self._called = called if target is None else f"{called} ({text(target)})"

    def path_unknown(self) -> Problem:
        """The path names nothing of the model, or the whole."""
        return self._problem(
            "amendment.path-unknown",
            f"{self._one} {self.number} points at {self._path!r}, which is no element",
            "the path of an element" if self._one == "change" else "a pointer at an element",
            f"correct where the {self._one} points",
        )

    def element_absent(self) -> Problem:
        """There is nothing to change, to add or to remove."""
        return self._problem(
            "amendment.element-absent",
            f"{self._one} {self.number} points at {self._called}, which is neither in the version "
            "that is amended nor in the request",
            "an element of that version to change or remove, or an element of the request to add",
            "correct where it points, or write the element into the request",
        )

    def element_repeated(self, first: int) -> Problem:
        """An earlier block points at the same element."""
        return self._problem(
            "amendment.element-repeated",
            f"{self._one} {self.number} points at {self._called}, as {self._one} {first} does",
            f"one {self._one} for each element",
            f"leave out one of the two {self._one}s",
        )

    def fixed(self) -> Problem:
        """The element, or something in it, may not change."""
        return self._problem(
            "amendment.fixed",
            f"{self._one} {self.number} changes {self._called}, which may not change",
            f"a {self._one} of an element that may change",
            f"leave the {self._one} out; for another value, withdraw the document and lodge a new "
            "one",
        )

    def number_skipped(self, name: str, number: int, count: int, due: int) -> Problem:
        """The element would be added at another ordinal than the one that was pointed at."""
        return self._problem(
            "amendment.number-skipped",
            f"{self._one} {self.number} adds number {number} of {name} ({self._called}), but the "
            f"version that is amended has {count}",
            f"number {due}",
            "number what is added from the last that is there, and point at each of them",
        )

    def _problem(self, code: str, words: str, expected: str, hint: str) -> Problem:
        return Problem(
            code=code,
            text=words,
            where=self._where,
            path=self._path,
            pointer=self._pointer,
            expected=expected,
            hint=hint,
        )


def difference_not_named(path: str, value: str | None, package: str) -> Problem:
    """The request has another value, or a class (None) that the version lacks, without a block."""
    pointer = to_pointer(path, package=package)
    called = ".".join(pattern_of(path).split(".")[-2:])
    words = "is not in" if value is None else "is not as it is in"
    return Problem(
        code="amendment.difference-not-named",
        text=f"{called} of the request {words} the version that is amended, and no block points "
        "at it: it is not taken over",
        severity="warning",
        path=path,
        pointer=None if pointer is None else text(pointer),
        found=None if value is None else value[:FOUND_MAX],
        found_class=data_class(package, pattern_of(path)),
        expected="a block that points at it, or the value of the version that is amended",
        hint="send another amendment with a block for it, if it is to change",
    )


def difference_more(count: int) -> Problem:
    """More such differences than are listed."""
    return Problem(
        code="amendment.difference-not-named",
        text=f"{count} more values of the request are not as they are in the version that is "
        "amended, and no block points at them: they are not taken over",
        severity="warning",
        expected="blocks that point at what is to change",
        hint="leave out of the request what is not to change",
    )
