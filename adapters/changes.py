"""A list of changes to a document in JSON, and the sparse document that holds their values.

    "changes": [{"path": "GoodsShipment.GovernmentAgencyGoodsItem[3].Commodity.Description",
                 "value": "other words"},
                {"path": "InvoiceAmount", "value": {"value": "12.50", "currency": "EUR"}},
                {"path": "GoodsShipment.Consignee", "value": null}]

Rules
    A path is canonical and of the package of the document; the number of an element is its
    SequenceNumeric (as the dossier has it), of a class that has none its ordinal ([#2]). A value is
    a text at a leaf, of an amount or a measure an object (a measure may have a `unit`); null
    removes what is there, a class too. Each element is changed once; its number is not changed.
    The sparse document holds each value at its path. Empty elements before one keep its ordinal.
    All that is wrong is noted, each with its JSON pointer.
What does not belong
    Who may change what, and what comes of it: that depends on the version that is changed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from adapters.demands import near
from adapters.wire.json import child
from adapters.wire.numbers import trimmed
from broker.adapter import Path, Tree
from broker.model.dossier import Change
from broker.model.leaf import DECIMAL, MOMENT
from broker.model.lists import NUMBER, PRESENCE
from broker.model.packages import Field, index
from broker.model.paths import pattern_of
from broker.model.targets import ONCE, Target, Way, is_numbered, target_of

CHANGES_MAX = 500
ORDINAL_MAX = 999
NUMBER_MAX = 999_999_999
EXAMPLES: Mapping[str, Path] = {
    "goods-declaration": "GoodsShipment.GovernmentAgencyGoodsItem[3].Commodity.Description",
    "postal-item": "GoodsShipment.Consignment.ConsignmentItem[1].Commodity.Description",
    "conveyance-report": "BorderTransportMeans.BerthName",
    "persons-report": "BorderTransportMeans.Crew[2].FamilyName",
}
"""The packages of documents that can be changed, each with a path of it."""

_MEMBERS = ("path", "value")
_LENGTH = 512
_OWN = frozenset({NUMBER, PRESENCE})
"""Leaves of an element that the number and the presence of it stand in: the broker's own."""
_SHOWN = 40
"""Letters of a wrong value that are shown."""
_decimal, _moment = re.compile(DECIMAL).fullmatch, re.compile(MOMENT).fullmatch


class Wrong(NamedTuple):
    """What is wrong with a change, and where; `what` ends the code of the problem.

    `path`: the element of the document that the value was meant for, as far as it is known.
    """

    what: str
    text: str
    pointer: str
    expected: str
    hint: str
    path: Path = ""
    found: str | None = None


class ChangeList(NamedTuple):
    """What was read: the changes, their values, where each stands, and what is wrong."""

    changes: tuple[Change, ...]
    tree: Tree
    places: tuple[tuple[Path, str], ...]
    wrong: tuple[Wrong, ...]


def read_changes(value: Any, package: str) -> ChangeList:
    """The changes that the member `changes` lists, of a document of this package."""
    if not isinstance(value, list) or not value:
        what = "value-missing" if value == [] else "value-malformed"
        text = "there are no changes" if value == [] else "not an array"
        wrong = Wrong(what, text, "/changes", "an array of changes, each with path and value",
                      "give at least one change")  # fmt: skip
        return ChangeList((), {}, (), (wrong,))
    reading = _Reading(package)
    if len(value) > CHANGES_MAX:
        reading.note("value-malformed", f"{len(value)} changes are too many",
                     f"/changes/{CHANGES_MAX}", f"at most {CHANGES_MAX} changes",
                     "lodge the whole document instead")  # fmt: skip
    for number, one in enumerate(value[:CHANGES_MAX], 1):
        reading.take(one, f"/changes/{number - 1}", number)
    return ChangeList(
        tuple(reading.changes), reading.tree, tuple(reading.places), tuple(reading.wrong)
    )


class _Reading:
    """One list of changes while it is read."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.changes: list[Change] = []
        self.tree: Tree = {}
        self.places: list[tuple[Path, str]] = []
        self.wrong: list[Wrong] = []
        self._changed: dict[Way, int] = {}

    def take(self, one: Any, pointer: str, number: int) -> None:
        """One change, its value put into the document."""
        if not self._has_members(one, pointer):
            return
        target = self._target(one["path"], child(pointer, "path"))
        if target is None:
            return
        if first := self._changed.get(target.way):
            self.note("value-malformed", f"change {first} is about this element too",
                       child(pointer, "path"), "one change for each element",
                       "leave one of the two out", path=target.path)  # fmt: skip
            return
        self._changed[target.way] = number
        if one["value"] is not None:
            leaf = self._leaf(one["value"], child(pointer, "value"), target)
            if leaf is None:
                return
            _put(self.tree, target.way, leaf, self.package)
        self.changes.append(
            Change("amend", target.path, {}, {"json_pointer": pointer, "block": number})
        )

    def note(
        self, what: str, text: str, pointer: str, expected: str, hint: str, **more: str
    ) -> None:
        """Something that is wrong."""
        self.wrong.append(Wrong(what, text, pointer, expected, hint, **more))

    def _has_members(self, one: Any, pointer: str) -> bool:
        """Whether it has both members; others are noted."""
        hint = "name the element, and give its new value, or null to remove what is there"
        if not isinstance(one, dict):
            self.note("value-malformed", "not an object", pointer, "an object", hint)
            return False
        for name in one:
            if name not in _MEMBERS:
                self.note("field-unknown", f"a change has no member {name[:35]!r}",
                           child(pointer, name), "path and value", "leave it out",
                           found=name[:35])  # fmt: skip
        absent = [name for name in _MEMBERS if name not in one]
        for name in absent:
            self.note("value-missing", f"{name} is missing", pointer, "path and value", hint)
        return not absent

    def _target(self, path: Any, pointer: str) -> Target | None:
        """The element that the path names; None: it names none that can be changed."""
        expected = f"a canonical path of a {self.package}, such as {EXAMPLES[self.package]}"
        hint = "compare it with the paths of the document, as 'swb trace --bodies' shows it"
        if not isinstance(path, str) or len(path) > _LENGTH:
            self.note("value-malformed", "not a path", pointer, expected, hint)
            return None
        target = target_of(path, self.package)
        if target is None or target.node.pattern != pattern_of(path):
            self.note("value-malformed", *_no_element(path, pointer, self.package, expected, hint),
                       found=path)  # fmt: skip
            return None
        if target.way[-1][0] in _OWN or not _are_numbers(target.way, self.package):
            text, hint = "this number names no element", "number elements from 1"
            if target.way[-1][0] in _OWN:
                text = f"{target.way[-1][0]} of an element is not changed"
                hint = "leave it out; remove the element, and add another"
            self.note("value-malformed", text, pointer, expected, hint,
                       path=target.path, found=path)  # fmt: skip
            return None
        return target

    def _leaf(self, value: Any, pointer: str, target: Target) -> Any:
        """The new value; None: it is none, which is noted."""
        node, path = target.node, target.path
        if node.kind in {"amount", "measure"}:
            return self._pair(value, pointer, path, node.kind)
        if node.kind == "class" or node.field.repeats:
            self.note("value-malformed", "not a leaf", pointer, "null, or the path of a leaf",
                       "a class is removed as a whole, and added by its leaves",
                       path=path)  # fmt: skip
            return None
        return self._text(value, pointer, path, node.kind)

    def _pair(self, value: Any, pointer: str, path: Path, kind: str) -> Tree | None:
        """An amount with its currency; a measure with its unit, if it has one."""
        unit = "unit" if kind == "measure" else "currency"
        expected = f'an object such as {{"value": "12.50", "{unit}": "..."}}'
        if not isinstance(value, dict) or not {*value} <= {"value", unit}:
            self.note("value-malformed", f"not {kind} and {unit}", pointer, expected,
                       f"give value and {unit}, and nothing else", path=path)  # fmt: skip
            return None
        if "value" not in value or (kind == "amount" and unit not in value):
            absent = unit if "value" in value else "value"
            self.note("value-missing", f"{absent} is missing", pointer, expected,
                       f"give value and {unit}", path=path)  # fmt: skip
            return None
        kinds = {"value": "number", unit: "text"}
        found = {
            half: self._text(one, child(pointer, half), f"{path}.{half}", kinds[half])
            for half, one in value.items()
        }
        return found if None not in found.values() else None

    def _text(self, value: Any, pointer: str, path: Path, kind: str) -> str | None:
        """A leaf in the spelling of its kind."""
        if isinstance(value, str) and path.endswith(("ID", "Code")):
            value = trimmed(value)
        fits, expected = _KINDS.get(kind, _TEXT)
        if isinstance(value, str) and trimmed(value) and len(value) <= _LENGTH and fits(value):
            self.places.append((path, pointer))
            return value
        shown = value[:_SHOWN] if isinstance(value, str) else None
        if isinstance(value, str) and len(value) > _LENGTH:
            self.note("value-too-long", f"{len(value)} characters", pointer,
                       f"at most {_LENGTH}", "shorten it", path=path)  # fmt: skip
        else:
            self.note("value-malformed", f"not {expected}", pointer, expected,
                       "correct the value; null removes what is there",
                       path=path, **({"found": shown} if shown else {}))  # fmt: skip
        return None


Fits = Callable[[str], Any]
_TEXT: tuple[Fits, str] = (bool, "a text")
_KINDS: Mapping[str, tuple[Fits, str]] = {
    "number": (_decimal, 'a number as a text, such as "12.50"'),
    "moment": (_moment, "a moment in ISO 8601, such as 2026-11-24T12:00:00Z"),
}


def _no_element(
    path: str, pointer: str, package: str, expected: str, hint: str
) -> tuple[str, str, str, str]:
    """Text, pointer, expected and hint for a path that names no element of the package."""
    if target_of(path, package) is not None:
        return ("this is half of a value", pointer, path.rpartition(".")[0],
                "change both halves at once: the value is an object")  # fmt: skip
    others = [one for one in EXAMPLES if one != package and target_of(path, one)]
    if others:
        instead = f"it is one of a {' and of a '.join(others)}: name the part that it is in"
        return f"a {package} has no {path!r}", pointer, expected, instead
    above, nodes = "", index(package)
    for step in pattern_of(path).split("."):
        here = f"{above}.{step}" if above else step
        if here not in nodes:
            meant = near(step, _below(above, package))
            below = f" below {above}" if above else ""
            instead = f"did you mean {meant!r}?" if meant else hint
            return (f"a {package} has no element {step!r}{below}", pointer, expected, instead)
        above = here
    return f"{path!r} names no element", pointer, expected, hint


def _below(above: str, package: str) -> tuple[str, ...]:
    """The names of the elements of a class; of the body itself for ""."""
    depth = above.count(".") + 1 if above else 0
    return tuple(
        pattern.rpartition(".")[2]
        for pattern in index(package)
        if pattern.count(".") == depth and (not above or pattern.startswith(f"{above}."))
    )


def _are_numbers(way: Way, package: str) -> bool:
    """Whether each element on the way has a number that an element can have."""
    return all(
        number == ONCE or 1 <= number <= (NUMBER_MAX if is_numbered(here) else ORDINAL_MAX)
        for (_, number), here in zip(way, _fields(way, package), strict=True)
    )


def _fields(way: Way, package: str) -> list[Field]:
    names = [name for name, _ in way]
    return [index(package)[".".join(names[:depth])].field for depth in range(1, len(names) + 1)]


def _put(tree: Tree, way: Way, leaf: Any, package: str) -> None:
    """Put a leaf into the document, with the classes on its way."""
    for (name, number), here in zip(way[:-1], _fields(way, package), strict=False):
        if number == ONCE:
            tree = tree.setdefault(name, {})
            continue
        elements: list[Tree] = tree.setdefault(name, [])
        tree = _element(elements, number, numbered=is_numbered(here))
    tree[way[-1][0]] = leaf


def _element(elements: list[Tree], number: int, *, numbered: bool) -> Tree:
    """The element of this number or ordinal, made if it is not there."""
    if not numbered:
        elements.extend({} for _ in range(number - len(elements)))
        return elements[number - 1]
    for one in elements:
        if one[NUMBER] == str(number):
            return one
    elements.append({NUMBER: str(number)})
    return elements[-1]
