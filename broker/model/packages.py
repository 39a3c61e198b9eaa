"""Packages: every body type by its name, and a compact index of what each one holds.

The index is built once per package from the models and knows every pattern path (no brackets):
its class or kind of leaf, what the standard says of it, and which classes on the way repeat.
Rules, views, profiles and pointers are checked against it, so that none of them has to look into
the models. What does not belong: values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any, Literal, get_args, get_origin

from broker.model.answer import AnswerReport
from broker.model.board import BoardReport, RequestReport
from broker.model.conveyance import ConveyanceReport
from broker.model.declaration import GoodsDeclaration
from broker.model.leaf import (
    Amount,
    Canonical,
    DataClass,
    Element,
    Measure,
    Moment,
    Numeric,
    element_of,
)
from broker.model.persons import PersonsReport
from broker.model.postal import PostalItem

Kind = Literal["class", "text", "number", "moment", "amount", "measure"]

PACKAGES: Mapping[str, type[Canonical]] = MappingProxyType(
    {
        "goods-declaration": GoodsDeclaration,
        "postal-item": PostalItem,
        "conveyance-report": ConveyanceReport,
        "persons-report": PersonsReport,
        "answer": AnswerReport,
        "board": BoardReport,
        "request": RequestReport,
    }
)
"""Body type of each package. A body is the content of its class: paths start below it."""

_PAIRS: Mapping[type, tuple[Kind, tuple[tuple[str, Kind], ...]]] = {
    Amount: ("amount", (("value", "number"), ("currency", "text"))),
    Measure: ("measure", (("value", "number"), ("unit", "text"))),
}
_STRICTNESS: tuple[DataClass, ...] = ("public", "commercial", "personal", "sensitive")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class: `model` is the class below it, None at a leaf."""

    name: str
    element: Element
    kind: Kind
    repeats: bool
    model: type[Canonical] | None


@dataclass(frozen=True, slots=True)
class Node:
    """One pattern of a package.

    `repeated` holds the patterns of all classes that repeat on the way, itself included: a path
    names one instance when it has a bracket at each of them. The `value`, `currency` and `unit` of
    a pair are nodes of their own with the pair's element.
    """

    pattern: str
    field: Field
    kind: Kind
    repeated: tuple[str, ...]

    @property
    def element(self) -> Element:
        """What the standard says of it."""
        return self.field.element

    @property
    def is_leaf(self) -> bool:
        """Whether a value stands here; pairs have theirs one step below."""
        return self.kind in {"text", "number", "moment"}


@cache
def fields_of(model: type[Canonical]) -> Mapping[str, Field]:
    """Name the fields of a class, in the order of the schema."""
    found: dict[str, Field] = {}
    for name, info in model.model_fields.items():
        kind, repeats, below = _shape(info.annotation)
        found[name] = Field(name, element_of(info) or Element(None), kind, repeats, below)
    return MappingProxyType(found)


@cache
def index(package: str) -> Mapping[str, Node]:
    """Map every pattern of a package to its node, parents before children.

    Raises KeyError for a name that is not in PACKAGES.
    """
    return MappingProxyType({node.pattern: node for node in _walk(PACKAGES[package], "", ())})


@cache
def leaf_patterns(package: str) -> tuple[str, ...]:
    """List the patterns at which a value can stand, in the order of the schema."""
    return tuple(node.pattern for node in index(package).values() if node.is_leaf)


def data_class(package: str, pattern: str) -> DataClass:
    """Classify a pattern: a class is as strict as the strictest leaf below it.

    What the package does not know is unmapped, and so sensitive.
    """
    return _data_classes(package).get(pattern, "sensitive")


@cache
def _data_classes(package: str) -> Mapping[str, DataClass]:
    strictest: dict[str, DataClass] = {}
    for node in index(package).values():
        if node.kind != "class":
            steps = node.pattern.split(".")
            for depth in range(1, len(steps) + 1):
                at = ".".join(steps[:depth])
                known = strictest.get(at, "public")
                strictest[at] = max(known, node.element.data, key=_STRICTNESS.index)
    return MappingProxyType(strictest)


def _walk(model: type[Canonical], prefix: str, repeated: tuple[str, ...]) -> Iterator[Node]:
    for name, field in fields_of(model).items():
        pattern = prefix + name
        way = (*repeated, pattern) if field.repeats else repeated
        yield Node(pattern, field, field.kind, way)
        if field.kind == "class" and field.model is not None:
            yield from _walk(field.model, pattern + ".", way)
        elif field.model is not None:
            for part, kind in _PAIRS[field.model][1]:
                yield Node(f"{pattern}.{part}", field, kind, way)


def _shape(annotation: Any) -> tuple[Kind, bool, type[Canonical] | None]:
    if annotation == Numeric:
        return "number", False, None
    if annotation == Moment:
        return "moment", False, None
    repeats = get_origin(annotation) is tuple
    inner = next(item for item in get_args(annotation) if item is not NoneType)
    if inner in _PAIRS:
        return _PAIRS[inner][0], repeats, inner
    if isinstance(inner, type) and issubclass(inner, Canonical):
        return "class", repeats, inner
    return "text", repeats, None
