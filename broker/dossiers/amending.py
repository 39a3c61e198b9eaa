"""An amendment applied to the version it was asked for: what is pointed at changes, nothing else.

Rules
    Every path is resolved against the version, and against the sparse body of the request, before
    anything changes. A missing number is 1, and a class that occurs once ignores its number. An
    element with a SequenceNumeric is found by that number, any other by its ordinal.
    A leaf in the version and in the request is changed; in the request alone it is added, and the
    classes on the way with it; in the version alone it is removed; in neither it is refused. A
    class likewise: what is in both is replaced, and the leaves that go are among the deltas.
    A class without a value is not there: in a sparse body an empty one keeps the ordinals of its
    siblings. A number alone is no value, and an element that removals leave without one is gone.
    Both halves of an amount or a measure change together.
    Nothing is renumbered: what has no number is added next to the last, or refused.
    What a message says of itself, and the leaves that identify the document, cannot be amended;
    reasons that point at an amendment are no elements of the body, and not counted as such.
What does not belong
    Who may ask for it and when; what the profile demands of the result (`ChecksBodies`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, NamedTuple

from broker.dossiers.amendment_words import Block, difference_more, difference_not_named
from broker.dossiers.differing import Delta as Delta  # noqa: PLC0414  (of what is amended)
from broker.dossiers.differing import differences as differences  # noqa: PLC0414
from broker.dossiers.differing import differences_at
from broker.model.dossier import Change
from broker.model.leaf import Canonical
from broker.model.lists import NUMBER
from broker.model.numbering import number_of
from broker.model.packages import PACKAGES, Field, Node, fields_of, index
from broker.model.paths import element_key, pattern_of
from broker.model.pointers import from_tree
from broker.model.problem import Problem, rejects
from broker.model.targets import ONCE, Way, target_of

Tree = dict[str, Any]

IDENTIFYING = frozenset({"FunctionCode", "FunctionalReferenceID", "ID", "TypeCode"})
"""Leaves of a body by which the document is known: those of a request are the request's own."""

DIFFERENCES_MAX = 100
"""Differences that no block names and that are listed; the others are counted."""

DIGITS_MAX = 18
"""Digits of a number by which an element can be named."""


class Amended(NamedTuple):
    """The version after an amendment, leaf by leaf what has changed, and what is wrong with it.

    With an error among the problems the tree is the version as it was, and there are no deltas.
    """

    tree: Tree
    deltas: tuple[Delta, ...]
    problems: tuple[Problem, ...]


def amend(
    base: Mapping[str, Any],
    body: Mapping[str, Any],
    changes: Sequence[Change],
    package: str,
    fixed: Collection[str] = (),
) -> Amended:
    """The version `base` with what `changes` (all of them amend) name in the body of a request.

    `fixed`: patterns that may not change, with all below them. An element that is added to a
    list, or taken off it, as a whole changes none of them.
    """
    request = _Request(base, _elements_of(body, package), package, frozenset(fixed))
    for ordinal, change in enumerate(changes, 1):
        request.take(change, ordinal)
    request.refuse_skipped_numbers()
    problems = (*request.problems, *request.differences_not_named())
    if rejects(problems):
        return Amended(dict(base), (), problems)
    tree = request.edited()
    deltas = differences(base, tree)
    return Amended(tree if deltas else dict(base), deltas, problems)


@dataclass(slots=True)
class _Edit:
    """What happens to one element, or to elements below it, by name and number.

    refused: it is pointed at, and nothing happens to it.
    """

    does: Literal["", "put", "remove", "refused"] = ""
    below: dict[str, dict[int, "_Edit"]] = field(default_factory=dict)


_UNTOUCHED = _Edit()


class _Request:
    """One amendment: the version, the elements of the request, and what the blocks point at."""

    def __init__(
        self, base: Mapping[str, Any], body: Tree, package: str, fixed: frozenset[str]
    ) -> None:
        self._base, self._body, self._package, self._fixed = base, body, package, fixed
        self._model = PACKAGES[package]
        self._edit = _Edit()
        self._blocks: dict[Way, Block] = {}
        self._numbers: dict[int, dict[int, int]] = {}
        self.problems: list[Problem] = []

    def take(self, change: Change, ordinal: int) -> None:
        """Resolve one block; what is wrong with it is noted."""
        assert change.does == "amend", change.does
        target = target_of(change.path, self._package)
        if target is None:
            self.problems.append(Block(change, ordinal, self._package).path_unknown())
            return
        way = target.way
        block = Block(change, ordinal, self._package, target.path)
        if way in self._blocks:
            self.problems.append(block.element_repeated(self._blocks[way].number))
            return
        self._blocks[way] = block
        before, after = self._value(self._base, way), self._value(self._body, way)
        edit = self._edit
        for name, number in way:
            edit = edit.below.setdefault(name, {}).setdefault(number, _Edit())
        edit.does = "refused"
        if self._is_fixed(target.node, before, after):
            self.problems.append(block.fixed())
        elif before is None and after is None:
            self.problems.append(block.element_absent())
        else:
            edit.does = "remove" if after is None else "put"

    def refuse_skipped_numbers(self) -> None:
        """Note what would be added at another ordinal than the one that is pointed at."""
        added: dict[Way, dict[int, Block]] = {}
        for way, block in self._blocks.items():
            for place, number in self._appended(way):
                added.setdefault(place, {}).setdefault(number, block)
        for place, blocks in added.items():
            *above, (name, _) = place
            at: Any = self._value(self._base, tuple(above)) if above else self._base
            count = len((at or {}).get(name) or ())
            for due, number in enumerate(sorted(blocks), count + 1):
                if number != due:
                    self.problems.append(blocks[number].number_skipped(name, number, count, due))
                    break

    def differences_not_named(self) -> Iterator[Problem]:
        """What the request says otherwise than the version although no block points at it."""
        found = self._not_named(self._base, self._body, self._model, self._edit, "")
        for path, value in islice(found, DIFFERENCES_MAX):
            yield difference_not_named(path, value, self._package)
        if more := sum(1 for _ in found):
            yield difference_more(more)

    def edited(self) -> Tree:
        """The version with all that the blocks point at as the request has it."""
        return self._edited(self._base, self._body, self._model, self._edit)

    def _is_fixed(self, node: Node, before: Any, after: Any) -> bool:
        steps = node.pattern.split(".")
        ways = [".".join(steps[:depth]) for depth in range(1, len(steps) + 1)]
        if steps[0] in IDENTIFYING or not self._fixed.isdisjoint(ways):
            return True
        if any(index(self._package)[way].element.of_message for way in ways):
            return True
        if node.field.repeats and (before is None or after is None):
            return False
        inside = {path[len(node.pattern) + 1 :] for path in self._fixed
                  if path.startswith(f"{node.pattern}.")}  # fmt: skip
        return bool(inside) and any(
            f"{pattern_of(delta.path)}.".startswith(f"{path}.")
            for delta in differences(before or {}, after or {})
            for path in inside
        )

    def _places(self, elements: Sequence[Any]) -> dict[int, int]:
        """Where the element of each number stands; without a number its ordinal is its number."""
        known = self._numbers.get(id(elements))
        if known is None:
            keys = [element_key(element, at) for at, element in enumerate(elements, 1)]
            by_ordinal = {at + 1: at for at, key in enumerate(keys) if key[0] == "#"}
            by_number = {
                int(key): at
                for at, key in reversed([*enumerate(keys)])
                if key.isdecimal() and len(key) <= DIGITS_MAX
            }
            known = self._numbers[id(elements)] = {**by_ordinal, **by_number}
        return known

    def _value(self, tree: Mapping[str, Any], way: Way) -> Any:
        """What is there; None for what says nothing."""
        value: Any = tree
        for name, number in way:
            value = value.get(name)
            if number != ONCE and value is not None:
                at = self._places(value).get(number)
                value = None if at is None else value[at]
            if value is None:
                return None
        return value if _says(value) else None

    def _appended(self, way: Way) -> Iterator[tuple[Way, int]]:
        """The elements without a number on this way that the request has and the version lacks."""
        before: Any = self._base
        after: Any = self._body
        for depth, (name, number) in enumerate(way):
            had, has = (before or {}).get(name), after.get(name)
            if has is None:
                return
            if number != ONCE:
                there = self._places(has).get(number)
                at = self._places(had or ()).get(number)
                if there is None:
                    return
                if at is None and element_key(has[there], there + 1).startswith("#"):
                    yield (*way[:depth], (name, ONCE)), number
                had, has = had[at] if had and at is not None else None, has[there]
            before, after = had, has

    def _edited(
        self, before: Mapping[str, Any], after: Mapping[str, Any], model: type[Canonical],
        edit: _Edit,
    ) -> Tree:  # fmt: skip
        """The class with the edits below it; what is new stands in the order of the schema."""
        tree, fields = dict(before), fields_of(model)
        for name, edits in edit.below.items():
            had, has = before.get(name), after.get(name)
            if ONCE in edits:
                value = self._made(had, has, fields[name], edits[ONCE])
            else:
                value = self._listed(had or (), has or (), fields[name], edits)
            if value:
                tree[name] = value
            else:
                tree.pop(name, None)
        return tree if tree.keys() <= before.keys() else _in_order(tree, model)

    def _made(self, had: Any, has: Any, here: Field, edit: _Edit) -> Any:
        """What a leaf or a class becomes; None: it goes."""
        if edit.does == "put":
            return has
        if edit.does == "remove":
            return None
        assert here.model is not None, "only classes have something below"
        made = self._edited(had or {}, has or {}, here.model, edit)
        return made if _says(made) else None

    def _listed(
        self, had: Sequence[Tree], has: Sequence[Tree], here: Field, edits: Mapping[int, _Edit]
    ) -> list[Tree]:
        """What a list becomes: places are those of the version, so removals come last."""
        elements: list[Tree | None] = list(had)
        added: list[Tree] = []
        for number in sorted(edits):
            at, there = self._places(had).get(number), self._places(has).get(number)
            source = {} if there is None else has[there]
            element = had[at] if at is not None else {}
            if NUMBER not in element and NUMBER in source:
                element = {NUMBER: source[NUMBER], **element}
            made = self._made(element, source, here, edits[number])
            if made is not None and NUMBER in element and NUMBER not in made:
                assert here.model is not None, "a class has a model"
                made = _in_order({NUMBER: element[NUMBER], **made}, here.model)
            if at is not None:
                elements[at] = made
            elif made is not None:
                added.append(made)
        left = [element for element in elements if element is not None]
        for element in added:
            left.insert(_place_among(left, element), element)
        return left

    def _not_named(
        self, before: Mapping[str, Any], after: Mapping[str, Any], model: type[Canonical],
        edit: _Edit, above: str,
    ) -> Iterator[tuple[str, str | None]]:  # fmt: skip
        """Paths that no block names and where the request has something else; with its value."""
        for name, has in after.items():
            here, had, edits = fields_of(model)[name], before.get(name), edit.below.get(name, {})
            path = f"{above}.{name}" if above else name
            if here.kind == "class" and here.repeats:
                numbers = {at: number for number, at in self._places(has).items()}
                for at, element in enumerate(has):
                    number = numbers.get(at, ONCE)
                    place = self._places(had or ()).get(number)
                    other = had[place] if had and place is not None else None
                    below = f"{path}[{element_key(element, at + 1)}]"
                    yield from self._beside(other, element, here, edits.get(number), below)
            elif here.kind == "class":
                yield from self._beside(had, has, here, edits.get(ONCE), path)
            elif ONCE not in edits:
                for delta in differences_at(had, has, path):
                    if delta.after is not None:
                        yield delta.path, delta.after

    def _beside(
        self, had: Tree | None, has: Tree, here: Field, edit: _Edit | None, path: str
    ) -> Iterator[tuple[str, str | None]]:
        """The same of one class; a class that the version lacks is named once."""
        if (edit is not None and edit.does) or has == had or not _says(has):
            return
        if had is None and edit is None:
            yield path, None
            return
        assert here.model is not None, "a class has a model"
        inside = {name: value for name, value in has.items() if name != NUMBER}
        yield from self._not_named(had or {}, inside, here.model, edit or _UNTOUCHED, path)


def _elements_of(body: Mapping[str, Any], package: str) -> Tree:
    """The elements of a request: without what the message says of itself, and without reasons."""
    fields = fields_of(PACKAGES[package])
    own = {
        here.model.WCO for here in fields.values() if here.element.of_message and here.model
    } - {None}  # fmt: skip
    tree: Tree = {}
    for name, value in body.items():
        if name in IDENTIFYING or fields[name].element.of_message:
            continue
        if isinstance(value, list) and own:
            reasons = [
                any(step.section in own for step in from_tree(element.get("Pointer") or ()) or ())
                for element in value
            ]
            left = [element for element, is_reason in zip(value, reasons, strict=True)
                    if not is_reason]  # fmt: skip
            if left:
                tree[name] = left
        else:
            tree[name] = value
    return tree


def _says(value: Any) -> bool:
    """Whether there is a value in it; the number of an element alone is none."""
    if isinstance(value, dict):
        return any(_says(below) for name, below in value.items() if name != NUMBER)
    if isinstance(value, list | tuple):
        return any(_says(element) for element in value)
    return value is not None


def _in_order(tree: Mapping[str, Any], model: type[Canonical]) -> Tree:
    """The same class in the order of the schema."""
    return {name: tree[name] for name in fields_of(model) if name in tree}


def _place_among(elements: Sequence[Tree], added: Tree) -> int:
    """Where an element is put: before the first with a higher number, else at the end."""
    if NUMBER in added:
        for at, element in enumerate(elements):
            if number_of(element) > number_of(added):
                return at
    return len(elements)
