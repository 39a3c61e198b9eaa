"""What one walk over a list found, as values."""

from dataclasses import dataclass, field
from typing import NamedTuple

from broker.adapter import Tree

LEFT_OVER_MAX = 20_000
Trace = dict[tuple[int, str], tuple[int, int, int]]
"""(id of a class in the tree, name of its leaf, "" the class): segment, element, component."""


class Oddity(NamedTuple):
    """Something that is not as it should be; `person` is an index among the persons, or -1.

    `segment` 0: where the value of the path stands. `said`: what its words leave open (`words`).
    """

    code: str
    segment: int
    element: int
    component: int
    path: str
    found: str
    person: int = -1
    said: tuple[str, ...] = ()


class LeftOver(NamedTuple):
    """A value without a place in the model."""

    segment: int
    element: int
    component: int
    path: str
    value: str


class Person(NamedTuple):
    """A person of the list: his class, his part of the tree, the segment that begins him."""

    name: str
    tree: Tree
    segment: int

    @property
    def path(self) -> str:
        """His canonical path below the body."""
        return f"BorderTransportMeans.{self.name}[{self.tree['SequenceNumeric']}]"


@dataclass(slots=True)
class Listed:
    """A message as it was understood.

    `means` is the leg that crosses the border, `legs` are all of them (TDT), `calls` the airports,
    `leg_of` the leg that each call stands below (-1: none).
    """

    trace: Trace | None = None
    tree: Tree = field(default_factory=dict)
    means: Tree = field(default_factory=dict)
    means_segment: int = 1
    persons: list[Person] = field(default_factory=list)
    calls: list[Tree] = field(default_factory=list)
    leg_of: list[int] = field(default_factory=list)
    legs: list[Tree] = field(default_factory=list)
    leg_segments: list[int] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    left_over: list[LeftOver] = field(default_factory=list)

    def path(self, group: str) -> str:
        """The canonical path of what a segment of this group is about: the last one begun."""
        match group:
            case "person" | "passenger" | "crew":
                return self.persons[-1].path
            case "document":
                person = self.persons[-1]
                number = len(person.tree.get("AdditionalDocument", ()))
                return f"{person.path}.AdditionalDocument{f'[#{number}]' if number else ''}"
            case "submitter":
                return "Submitter"
            case "call":
                number = len(self.calls)
                return f"BorderTransportMeans.Itinerary{f'[{number}]' if number else ''}"
            case "leg" | "total":
                return "BorderTransportMeans"
        return ""

    def keep(self, segment: int, element: int, component: int, path: str, value: str) -> None:
        """A value that has no place; after LEFT_OVER_MAX of them no more are kept."""
        if len(self.left_over) < LEFT_OVER_MAX:
            self.left_over.append(LeftOver(segment, element, component, path, value))

    def note(self, owner: Tree, name: str, segment: int, element: int = 0, part: int = 0) -> None:
        """Where a value stands, if that is asked for."""
        if self.trace is not None:
            self.trace[id(owner), name] = (segment, element, part)

    def note_again(self, owner: Tree, other: Tree, name: str) -> None:
        """The same value in another class."""
        if self.trace is not None and (id(owner), name) in self.trace:
            self.trace[id(other), name] = self.trace[id(owner), name]
