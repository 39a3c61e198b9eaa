"""One message of an interchange: its segments, and where in the sender's file they stand.

Rules
    Where a value stood is computed when somebody asks, from the bytes; nothing is kept for it.
What does not belong
    What a message means; what is wrong with it (edifact_reading).
"""

from dataclasses import dataclass, field

from adapters.wire.edifact_charset import Source
from adapters.wire.edifact_envelope import Group, Interchange, count_of, value
from adapters.wire.edifact_syntax import (
    Repeats,
    Segment,
    signs_of,
    skip_blanks,
    starts_of,
)
from broker.model.problem import Place, Problem


@dataclass(slots=True)
class MessageIn:
    """A message as it was read; `number` counts from 1 over the whole submission.

    `segments` go from UNH to UNT; ordinals count from 1 (UNH). Where an element is repeated the
    segment holds its first repetition, `repeats` all of them.
    `access_reference` is 0068, `sequence` 0070, `flag` 0073.
    `cut`: the last segment has no end, and what else it held is not known.
    `blank`: how many empty segments were passed over. `unread`: the segments that could not be
    read, where the profile does not tolerate that, whether their problem is listed or not.
    `hidden_errors`: the codes of errors beyond those that `problems` list.
    """

    number: int
    interchange: Interchange
    group: Group | None
    segments: list[Segment]
    repeats: Repeats
    problems: tuple[Problem, ...]
    codec: str
    source: Source = field(repr=False)
    start: int = 0
    end: int = 0
    cut: bool = False
    blank: int = 0
    unread: list[int] = field(default_factory=list)
    hidden_errors: frozenset[str] = frozenset()
    _starts: list[int] | None = field(default=None, repr=False)

    @property
    def reference(self) -> str:
        """0062 of UNH."""
        return value(self.segments[0], 1)

    @property
    def type(self) -> str:
        """0065 of UNH: PAXLST."""
        return value(self.segments[0], 2)

    @property
    def version(self) -> str:
        """0052 of UNH: D."""
        return value(self.segments[0], 2, 2)

    @property
    def release(self) -> str:
        """0054 of UNH: 05B."""
        return value(self.segments[0], 2, 3)

    @property
    def agency(self) -> str:
        """0051 of UNH: UN."""
        return value(self.segments[0], 2, 4)

    @property
    def association(self) -> str:
        """0057 of UNH: IATA."""
        return value(self.segments[0], 2, 5)

    @property
    def access_reference(self) -> str:
        """0068 of UNH: what the parts of one list have in common."""
        return value(self.segments[0], 3)

    @property
    def sequence(self) -> str:
        """0070 of UNH: the number of this part."""
        return value(self.segments[0], 4)

    @property
    def flag(self) -> str:
        """0073 of UNH: C for the first part, F for the last."""
        return value(self.segments[0], 4, 2)

    @property
    def lacks_segments(self) -> bool:
        """Whether UNT counts more segments than there are, or is missing itself."""
        stated = count_of(value(self.segments[-1], 1)) or 0
        return not self.ended or stated > len(self.segments) + self.blank

    @property
    def ended(self) -> bool:
        """Whether its last segment is UNT: without it the message was cut on the way."""
        return self.segments[-1][0][0] == "UNT"

    def repetitions(self, segment: int, element: int) -> list[list[str]]:
        """All repetitions of an element, each with its components; one where it is not repeated."""
        found = self.repeats.get((segment, element))
        if found:
            return found
        said = self.segments[segment - 1]
        return [said[element]] if element < len(said) else []

    def place(self, segment: int, element: int = 0, component: int = 0) -> Place:
        """Where a segment (from 1) stood, or an element of it, or a component; 0: the whole.

        The byte of what is absent is that of its nearest parent.
        """
        segment = max(1, min(segment, len(self.segments)))
        tag = self.segments[segment - 1][0][0]
        at = min(self._spot(segment, element, component), max(self.start, self.end - 1))
        named = f"{element}.{component}" if component else str(element)
        return Place(
            segment=f"{tag} {segment}",
            element=named if element else None,
            byte=self.source.place(at),
        )

    def starts(self) -> list[int]:
        """Where each segment begins in the source's data."""
        if self._starts is None:
            signs = signs_of(self.interchange.separators)
            self._starts = starts_of(self.source.data, self.start, self.end, signs)
        return self._starts

    def ordinal_at(self, at: int) -> int:
        """The segment that a byte of the source's data belongs to."""
        starts = self.starts()
        return max(1, sum(start <= at for start in starts))

    def _spot(self, segment: int, element: int, component: int) -> int:
        starts = self.starts()
        at = nearest = starts[min(segment, len(starts)) - 1] if starts else self.start
        data, signs = self.source.data, signs_of(self.interchange.separators)
        by = signs.separators
        sign_element, sign_component = ord(by.element), ord(by.component)
        place = (0, 1)
        while at < self.end and place < (element, component or 1):
            one = data[at]
            if one == signs.terminator:
                break
            at += 1
            if one == signs.release:
                at = skip_blanks(data, at, self.end, signs) + 1
            elif one == sign_element:
                place = (place[0] + 1, 1)
            elif one == sign_component:
                place = (place[0], place[1] + 1)
            if place[0] == element and one in {sign_element, sign_component}:
                nearest = at if place in {(element, 1), (element, component)} else nearest
        return nearest
