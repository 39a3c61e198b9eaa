"""What an envelope says: interchange (UNB), group (UNG), and where messages stand in it.

Rules
    Values are kept as they are said; the whole segment is kept beside them.
    Elements are those of ISO 9735 versions 1 to 4, which agree in their order.
What does not belong
    How they are found (edifact_survey).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.wire.edifact_charset import codec_of
from adapters.wire.edifact_syntax import Segment, Separators

_WIDE = ("utf-16-be", "iso2022_jp_2")
"""Read as UTF-8, which the bytes were turned into."""


@dataclass(frozen=True, slots=True)
class Interchange:
    """What UNB says, as it says it; `segment` is all of it.

    `prepared` is date and time joined (`210713:0631`), `codec` what texts are read with.
    `enveloped` is false for messages that stand without UNB.
    """

    number: int = 1
    syntax: str = "UNOA"
    version: str = "4"
    sender: str = ""
    sender_qualifier: str = ""
    recipient: str = ""
    recipient_qualifier: str = ""
    prepared: str = ""
    reference: str = ""
    application: str = ""
    acknowledgement: str = ""
    test: str = ""
    separators: Separators = field(default_factory=Separators)
    codec: str | None = "ascii"
    segment: Segment = field(default_factory=list)
    enveloped: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """What UNG says; in syntax version 4 its type may be all of it."""

    type: str = ""
    sender: str = ""
    recipient: str = ""
    prepared: str = ""
    reference: str = ""
    sender_qualifier: str = ""
    recipient_qualifier: str = ""
    agency: str = ""
    version: str = ""
    release: str = ""
    segment: Segment = field(default_factory=list)


class Span(NamedTuple):
    """The bytes of one message, UNH to the end of UNT (`closed`) or of what is there."""

    start: int
    end: int
    closed: bool
    interchange: int
    group: int


@dataclass(slots=True)
class Envelope:
    """What the first pass found: all of the structure, none of the contents."""

    interchanges: list[Interchange] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    aside: list[tuple[int, int]] = field(default_factory=list)


def value(segment: Segment, element: int, component: int = 1) -> str:
    """One component, counted from 1; empty where it is absent. Element 0 is the tag."""
    if element < len(segment) and component <= len(segment[element]):
        return segment[element][component - 1]
    return ""


def count_of(text: str) -> int | None:
    """A control count: digits only, leading zeros allowed."""
    return int(text) if len(text) <= 10 and text.isascii() and text.isdigit() else None


def interchange_of(segment: Segment, number: int, separators: Separators) -> Interchange:
    """What a UNB says."""
    syntax = value(segment, 1)
    return Interchange(
        number=number,
        syntax=syntax,
        version=value(segment, 1, 2),
        sender=value(segment, 2),
        sender_qualifier=value(segment, 2, 2),
        recipient=value(segment, 3),
        recipient_qualifier=value(segment, 3, 2),
        prepared=f"{value(segment, 4)}:{value(segment, 4, 2)}".rstrip(":"),
        reference=value(segment, 5),
        application=value(segment, 7),
        acknowledgement=value(segment, 9),
        test=value(segment, 11),
        separators=separators,
        codec="utf-8" if codec_of(syntax) in _WIDE else codec_of(syntax),
        segment=segment,
    )


def group_of(segment: Segment) -> Group:
    """What a UNG says."""
    return Group(
        type=value(segment, 1),
        sender=value(segment, 2),
        recipient=value(segment, 3),
        prepared=f"{value(segment, 4)}:{value(segment, 4, 2)}".rstrip(":"),
        reference=value(segment, 5),
        sender_qualifier=value(segment, 2, 2),
        recipient_qualifier=value(segment, 3, 2),
        agency=value(segment, 6),
        version=value(segment, 7),
        release=value(segment, 7, 2),
        segment=segment,
    )
