"""WCO pointers: the way to an element in class identifiers, from a canonical path and back.

    GoodsShipment.GovernmentAgencyGoodsItem[2].Commodity.Description    a path
    42A/67A[1]/68A[2]/23A/137                                           its pointer

Rules
    A number is the SequenceNumeric of an element where its class has one as match key, else its
    ordinal (`[#n]` in a path). A number on a class that occurs once says nothing and is dropped; a
    number that is missing on a repeated class leaves its step of the path without brackets: no
    particular element.
    A pointer starts at the declaration (42A) or at the response (07B) and may end at a class.
    What has no identifier (a leaf the standard gives none) is pointed at by its class.
    Where one identifier fits several fields, the first in the order of the schema that leads to
    the end of the pointer is taken.
    What cannot be resolved gives None, never an exception: pointers are other people's words.
What does not belong
    Looking into a message: a pointer may name an element that is not there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from broker.model.leaf import Canonical
from broker.model.packages import PACKAGES, Field, fields_of, index
from broker.model.paths import canonical_number, pattern_of

_SECTION = re.compile(r"([0-9]{2}[A-Z])(?:\[([0-9]{1,9})\])?")
_TAG = re.compile(r"[0-9A-Z]{1,4}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_NAMED = re.compile(r"([A-Za-z0-9_]+)(?:\[(#?)([^\]]*)\])?")
_DECLARATION, _RESPONSE = "42A", "07B"


@dataclass(frozen=True, slots=True)
class Step:
    """A class identifier, the number of the element, and on the last step a tag."""

    section: str
    number: int | None = None
    tag: str | None = None


Pointer = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one community writes pointers; see `pointers.json`."""

    numbered: frozenset[str]
    read_as: Mapping[tuple[str, ...], tuple[str, ...]]


@cache
def dialects() -> Mapping[str, Dialect]:
    """Read the dialects of `pointers.json`, by name."""
    rows = json.loads(files("broker.model").joinpath("pointers.json").read_text("utf-8"))
    return {
        name: Dialect(
            frozenset(row["numbered"]),
            {tuple(k.split("/")): tuple(v.split("/")) for k, v in row["read_as"].items()},
        )
        for name, row in rows.items()
        if isinstance(row, dict)
    }


def to_pointer(
    path: str, dialect: str = "wco", package: str = "goods-declaration"
) -> Pointer | None:
    """Point at a canonical path; "" is the whole. None: no such path, or no class identifier.

    Raises KeyError for an unknown package or dialect.
    """
    numbered, model = dialects()[dialect].numbered, PACKAGES[package]
    if model.WCO is None or (path and pattern_of(path) not in index(package)):
        return None
    steps = [Step(model.WCO)]
    for name, number in _named(path):
        field = fields_of(model)[name]
        if field.kind != "class" or field.model is None:
            # The halves of a pair share its identifier.
            return (*steps[:-1], replace(steps[-1], tag=field.element.wco))
        model = field.model
        if model.WCO is None:
            return None
        once = 1 if model.WCO in numbered else None
        steps.append(Step(model.WCO, number if field.repeats else once))
    return tuple(steps)


def to_path(
    pointer: Pointer | None, dialect: str = "wco", package: str = "goods-declaration"
) -> str | None:
    """Name the canonical path a pointer means in a package; None: it cannot be resolved.

    A pointer at the declaration inside a response is understood by both packages: below the
    response in "answer", from the declaration on in "goods-declaration".
    Raises KeyError for an unknown package or dialect.
    """
    model, way = PACKAGES[package], dialects()[dialect]
    if not pointer or any(step.tag for step in pointer[:-1]):
        return None
    steps = _rooted(pointer, model.WCO)
    return None if steps is None else _resolve(model, _corrected(steps, way), pointer[-1].tag)


def nearest_path(
    pointer: Pointer | None, dialect: str = "wco", package: str = "goods-declaration"
) -> str | None:
    """Name the path of the longest beginning of a pointer that can be resolved; None: of none.

    What follows it (an unknown tag, a class that the standard has elsewhere) is not in the path.
    Raises KeyError for an unknown package or dialect.
    """
    steps = pointer or ()
    while steps:
        path = to_path(steps, dialect, package)
        if path is not None:
            return path
        last, above = steps[-1], steps[:-1]
        steps = (*above, replace(last, tag=None)) if last.tag else above
    return None


def text(pointer: Pointer) -> str:
    """Write a pointer: `42A/67A[1]/68A[2]/23A/137`."""
    shown = [s.section if s.number is None else f"{s.section}[{s.number}]" for s in pointer]
    tag = pointer[-1].tag if pointer else None
    return "/".join([*shown, tag] if tag else shown)


def from_text(written: str) -> Pointer | None:
    """Read what `text` wrote; None: not a pointer."""
    steps: list[Step] = []
    for piece in written.strip().split("/"):
        section = _SECTION.fullmatch(piece)
        if steps and steps[-1].tag:
            return None
        if section:
            number = section.group(2)
            steps.append(Step(section.group(1), int(number) if number else None))
        elif steps and _TAG.fullmatch(piece):
            steps[-1] = replace(steps[-1], tag=piece)
        else:
            return None
    return tuple(steps)


def from_tree(pointers: Iterable[Mapping[str, Any]]) -> Pointer | None:
    """Read the Pointer elements (97A) of an error, a status or an amendment; None: malformed.

    A last element that holds a tag alone belongs to the step before it. A number that is none is
    not taken for a missing one: it would point at another element.
    """
    steps: list[Step] = []
    for element in pointers:
        section = str(element.get("DocumentSectionCode") or "").strip()
        tag = str(element.get("TagID") or "").strip() or None
        number = canonical_number(str(element.get("SequenceNumeric") or "").strip())
        if number and not _NUMBER.fullmatch(number):
            return None
        if section:
            steps.append(Step(section, int(number) if number else None, tag))
        elif tag and steps and steps[-1].tag is None:
            steps[-1] = replace(steps[-1], tag=tag)
        else:
            return None
    return tuple(steps) or None


def as_written(pointers: Iterable[Mapping[str, Any]]) -> str:
    """Write Pointer elements (97A) as `text` does, whatever they hold; "" if they hold nothing."""
    pieces = []
    for element in pointers:
        number = element.get("SequenceNumeric")
        section = str(element.get("DocumentSectionCode") or "")
        pieces += [f"{section}[{number}]" if number else section, str(element.get("TagID") or "")]
    return "/".join(filter(None, pieces))


def to_tree(pointer: Pointer) -> list[dict[str, str]]:
    """Write a pointer as Pointer elements (97A), one for each step."""
    written: list[dict[str, str]] = []
    for step in pointer:
        element = {"SequenceNumeric": str(step.number)} if step.number is not None else {}
        element["DocumentSectionCode"] = step.section
        if step.tag:
            element["TagID"] = step.tag
        written.append(element)
    return written


def package_of(pointer: Pointer) -> str:
    """Say which package a pointer speaks about: what starts at the response is the answer's own."""
    own = pointer[0].section == _RESPONSE and [s.section for s in pointer[1:2]] != [_DECLARATION]
    return "answer" if own else "goods-declaration"


def _named(path: str) -> Iterable[tuple[str, int | None]]:
    for match in _NAMED.finditer(path):
        number = match.group(3) or ""
        yield match.group(1), int(number) if _NUMBER.fullmatch(number) else None


def _corrected(pointer: Pointer, dialect: Dialect) -> Pointer:
    # A dialect's own place for a class is exchanged for the schema's; numbers stay with classes.
    sections = tuple(step.section for step in pointer)
    for wrong, right in dialect.read_as.items():
        if sections[: len(wrong)] == wrong:
            numbers = {step.section: step.number for step in pointer[: len(wrong)]}
            moved = tuple(Step(section, numbers.get(section)) for section in right)
            return moved + pointer[len(wrong) :]
    return pointer


def _rooted(pointer: Pointer, root: str | None) -> Pointer | None:
    """Cut the step that names the body itself; what stays starts below the body."""
    first = pointer[0].section
    if first == root:
        return pointer[1:]
    if root == _RESPONSE and first == _DECLARATION:
        return pointer
    if root == _DECLARATION and [s.section for s in pointer[:2]] == [_RESPONSE, _DECLARATION]:
        return pointer[2:]
    return None


def _resolve(model: type[Canonical], steps: Pointer, tag: str | None) -> str | None:
    if not steps:
        return "" if tag is None else _attribute(model, tag)
    step, rest = steps[0], steps[1:]
    for field in fields_of(model).values():
        if field.model is None or step.section != _section(field):
            continue
        below = _resolve(field.model, rest, tag)
        if below is not None:
            here = field.name + _bracket(field, step.number)
            return f"{here}.{below}" if below else here
    return None


def _section(field: Field) -> str | None:
    return field.model.WCO if field.kind == "class" and field.model else None


def _attribute(model: type[Canonical], tag: str) -> str | None:
    return next((f.name for f in fields_of(model).values() if f.element.wco == tag), None)


def _bracket(field: Field, number: int | None) -> str:
    if not field.repeats or number is None:
        return ""
    return f"[{number}]" if field.element.keys else f"[#{number}]"
