"""One item in JSON: its members are the canonical body; what is odd about them, and where."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from adapters.demands import Trail
from adapters.postal.item import Spot, path_of
from adapters.postal.lines import Line, Number, plain
from adapters.postal.listing import NAME, Listing, piece_of
from adapters.postal.member_reading import LIST_MAX, read_members
from adapters.postal.notes import EMPTY, JsonObject, Note, Notes
from adapters.postal.tables import PACKAGE
from adapters.wire.json import child
from adapters.wire.numbers import trimmed
from broker.adapter import Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.postal import PostalItem
from broker.model.problem import Place, Problem, cut

_SHOWN = 256


class Members:
    """What one line gave: its tree, what is odd about it, and what has no place."""

    __slots__ = ("_notes", "_written", "line", "tree")

    def __init__(self, line: Line, written: Mapping[Any, Any]) -> None:
        self.line = line
        self.tree: Tree = {}
        self._written = written
        self._notes = Notes()
        read_members(written, PostalItem, self.tree, JsonObject(self._notes))

    def report(self, listing: Listing) -> None:
        """Lists what is wrong with the members."""
        for note in self._notes.noted:
            if note.code:
                listing.find(note.code, partial(self._problem, note), piece_of(note.trail))
        for (code, piece), times in self._notes.beyond.items():
            listing.count(code, times, piece)
        numbers = enumerate(self._notes.surplus, LIST_MAX + 1)
        way = "GoodsShipment.Consignment.ConsignmentItem"
        listing.surplus = tuple(f"{way}[{_key(one, number)}]" for number, one in numbers)

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        """Values that are not in the tree, or are otherwise than they were written."""
        return tuple(self._kept(note) for note in self._notes.noted if note.code != EMPTY)

    def place(self, pointer: str) -> Place:
        """A JSON pointer, and the line if the file has many."""
        return Place(line=self.line.line, json_pointer=pointer)

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value is: the members are the body, so the way is the pointer."""
        pointer, at = self._way(trail)
        return self.place(f"{pointer}/{name}" if name and name in at else pointer)

    def spot(self, trail: Trail, name: str) -> Spot:
        """The same; of an absent value, what is there under a similar name, or is empty."""
        pointer, at = self._way(trail)
        below = child(pointer, name) if name else pointer
        if name not in at and below in self._notes.empty:
            return Spot(self.place(below), name, empty=True)
        instead = "" if name in at else self._notes.misspelt.get((pointer, name), "")
        if instead:
            return Spot(self.place(child(pointer, instead)), instead=instead)
        return Spot(self.locate(trail, name))

    def rank(self, place: Place) -> tuple[int, ...]:
        """Its order in the file: on each level, the number of the member on the way."""
        at: Any = self._written
        ranks: list[int] = []
        for step in (place.json_pointer or "").split("/")[1:]:
            if isinstance(at, list) and step.isdecimal() and int(step) < len(at):
                ranks.append(int(step))
                at = at[int(step)]
                continue
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(at, dict) or name not in at:
                break
            ranks.append(list(at).index(name))
            at = at[name]
        return tuple(ranks)

    def _way(self, trail: Trail) -> tuple[str, Tree]:
        """The pointer of a class of the tree, and the class."""
        pointer, at = "", self.tree
        for step, index in trail:
            below = at.get(step)
            many = isinstance(below, list)
            pointer += f"/{step}/{index}" if many else f"/{step}"
            at = (below[index] if many else below) or {}  # type: ignore[index]
        return pointer, at

    def _kept(self, note: Note) -> Unmapped:
        way = f"{NAME}.{path_of(self.tree, note.trail, cut(note.name, _SHOWN))}"
        return Unmapped(self.place(note.pointer), way, _as_written(note.value))

    def _problem(self, note: Note) -> Problem:
        path = path_of(self.tree, note.trail, cut(note.name, _SHOWN))
        return Problem(
            code=note.code,
            text=note.text,
            message=self.line.number,
            where=self.place(note.pointer),
            path=f"{NAME}.{path}",
            found=None if note.code == EMPTY else cut(_as_written(note.value), _SHOWN) or None,
            found_class=data_class(PACKAGE, pattern_of(path)),
            expected=note.more.get("expected"),
            hint=note.more.get("hint"),
        )


def _as_written(value: Any) -> str:
    return value if isinstance(value, str) else plain(value)


def _key(piece: Any, number: int) -> str:
    """What names a content piece that is beyond those that are read."""
    own = piece.get("SequenceNumeric") if isinstance(piece, dict) else None
    text = own.text if isinstance(own, Number) else own
    return trimmed(text)[:_SHOWN] if isinstance(text, str) and trimmed(text) else f"#{number}"
