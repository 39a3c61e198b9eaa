"""What is odd about the members of one line, noted on the way down.

What does not belong: the walk itself (`member_reading`), and problems (`members`).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from adapters.demands import Trail
from adapters.postal.listing import Piece, piece_of
from adapters.wire.json import child

UNMAPPED_MAX = 20_000
EMPTY = "element.empty"


class Note(NamedTuple):
    """What is odd about one member: where it is, and in words; no code: it is only kept."""

    code: str
    text: str
    trail: Trail
    name: str
    pointer: str
    value: Any
    more: Mapping[str, str]


class Notes:
    """All that is odd about one line.

    `beyond`: what was too much to be noted, counted by code and content piece. `empty`: pointers
    of members without a value. `misspelt`: names as they were written, by pointer of the object
    and the name that was meant. `surplus`: content pieces beyond those that are taken.
    `unknown`: how many members are not known.
    """

    __slots__ = ("beyond", "empty", "misspelt", "noted", "surplus", "unknown")

    def __init__(self) -> None:
        self.noted: list[Note] = []
        self.beyond: Counter[tuple[str, Piece]] = Counter()
        self.empty: set[str] = set()
        self.misspelt: dict[tuple[str, str], str] = {}
        self.surplus: list[Any] = []
        self.unknown = 0

    def add(self, note: Note) -> None:
        """Notes one more."""
        if note.code == EMPTY:
            self.empty.add(note.pointer)
        if len(self.noted) < UNMAPPED_MAX:
            self.noted.append(note)
        else:
            self.beyond[note.code, piece_of(note.trail)] += 1


class JsonObject:
    """One JSON object on the way down: its trail and its pointer."""

    __slots__ = ("notes", "pointer", "trail")

    def __init__(self, notes: Notes, trail: Trail = (), pointer: str = "") -> None:
        self.notes = notes
        self.trail = trail
        self.pointer = pointer

    def below(self, name: str, index: int | None = None) -> "JsonObject":
        """An object inside of it."""
        pointer = f"{self.pointer}/{name}" if index is None else f"{self.pointer}/{name}/{index}"
        return JsonObject(self.notes, (*self.trail, (name, index or 0)), pointer)

    def note(self, code: str, text: str, name: str, value: Any, **more: str) -> None:
        """A problem of one member, or of the object itself (name ""); its value is kept."""
        at = more.pop("at", name)
        pointer = child(self.pointer, at) if at else self.pointer
        self.notes.add(Note(code, text, self.trail, name, pointer, value, more))

    def keep(self, name: str, value: str) -> None:
        """A value that is in the tree otherwise than it was written."""
        self.note("", "", name, value)

    def empty(self, name: str, what: str) -> None:
        """A member that is there without a value."""
        self.note(EMPTY, f"{name} is empty", name, "", expected=what,
                  hint="give the value, or leave the member out")  # fmt: skip
