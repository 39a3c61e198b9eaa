"""Segments to EDIFACT bytes: separators escaped, counts and references made right.

Rules
    Excess empty elements and components at the end of a segment are not written.
    UNA is written when the separators are not those that hold without it.
    UNH gets a reference when it has none; UNT, UNE and UNZ are made here.
    What the character set cannot hold is spelled otherwise (edifact_charset: `writable`); each
    such value is named in `spelled`, so that nobody loses a letter without hearing of it.
    One segment follows the other without line breaks.
What does not belong
    What a message must hold. The same bytes back from what was read (edifact_exact).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from adapters.wire.edifact_charset import codec_of, writable
from adapters.wire.edifact_envelope import Group, Interchange, value
from adapters.wire.edifact_header import defaults
from adapters.wire.edifact_syntax import UNUSED, Repeats, Segment, Separators


@dataclass(frozen=True, slots=True)
class MessageOut:
    """UNH and what follows, without UNT; `repeats` as in a message that was read."""

    segments: Sequence[Segment]
    repeats: Repeats | None = None


@dataclass(frozen=True, slots=True)
class Spelled:
    """A value that could not be written as it was; `message` 0 is the envelope, UNB its first."""

    message: int
    segment: int
    element: int
    component: int
    said: str
    written: str


def write(
    header: Interchange,
    messages: Iterable[MessageOut],
    group: Group | None = None,
    spelled: list[Spelled] | None = None,
) -> bytes:
    """One interchange; what had to be spelled otherwise is added to `spelled`.

    Syntax, version, separators and addresses are those of `header`, with a group around all
    messages where one is given.
    """
    by = header.separators
    number = 0
    body: list[str] = []
    for number, message in enumerate(messages, 1):
        body += _message(message, number, header, spelled)
    envelope = [_unb(header), *([_ung(group)] if group else [])]
    written = [_una(header)]
    for ordinal, segment in enumerate(envelope, 1):
        held = [
            _held(components, header, (0, ordinal, place), spelled)
            for place, components in enumerate(segment)
        ]
        written.append(_segment_text(held, by))
    written += body
    if group:
        reference = writable(group.reference, header.syntax)
        written.append(_segment_text([["UNE"], [str(number)], [reference]], by))
    control, reference = "1" if group else str(number), writable(header.reference, header.syntax)
    written.append(_segment_text([["UNZ"], [control], [reference]], by))
    return "".join(written).encode(codec_of(header.syntax) or "ascii")


def size_of(segments: Iterable[Segment], header: Interchange) -> int:
    """The bytes that these segments take in a message of this interchange."""
    texts = [
        _segment_text([_held(one, header, (0, 0, 0), None) for one in segment], header.separators)
        for segment in segments
    ]
    return len("".join(texts).encode(codec_of(header.syntax) or "ascii"))


def _message(
    message: MessageOut, number: int, header: Interchange, spelled: list[Spelled] | None
) -> list[str]:
    by, repeats = header.separators, message.repeats or {}
    segments = [one for one in message.segments if one[0][0] != "UNT"]
    reference = writable(value(segments[0], 1), header.syntax) or str(number)
    written: list[str] = []
    for ordinal, segment in enumerate(segments, 1):
        elements: list[str] = []
        for place, components in enumerate(segment):
            several = repeats.get((ordinal, place)) if by.repetition != UNUSED else None
            values = [
                _held(one, header, (number, ordinal, place), spelled)
                for one in several or [components]
            ]
            if (ordinal, place) == (1, 1):
                values = [[reference]]
            elements.append(by.repetition.join(_element_text(one, by) for one in values))
        if ordinal == 1 and len(segment) == 1:
            elements.append(_element_text([reference], by))
        written.append(_joined(elements, by))
    written.append(_segment_text([["UNT"], [str(len(segments) + 1)], [reference]], by))
    return written


def _held(
    components: list[str],
    header: Interchange,
    place: tuple[int, int, int],
    spelled: list[Spelled] | None,
) -> list[str]:
    """The components as the character set can hold them."""
    if header.syntax != "UNOA" and all(map(str.isascii, components)):
        return components
    held = [writable(one, header.syntax) for one in components]
    if spelled is not None and held != components:
        spelled += [
            Spelled(*place, component, said, written)
            for component, (said, written) in enumerate(zip(components, held, strict=True), 1)
            if said != written
        ]
    return held


def _segment_text(segment: Segment, by: Separators) -> str:
    return _joined([_element_text(one, by) for one in segment], by)


def _joined(elements: list[str], by: Separators) -> str:
    last = len(elements)
    while last > 1 and not elements[last - 1]:
        last -= 1
    return by.element.join(elements[:last]) + by.terminator


def _element_text(components: list[str], by: Separators) -> str:
    last = len(components)
    while last > 1 and not components[last - 1]:
        last -= 1
    return by.component.join([escaped(one, by) for one in components[:last]])


def escaped(text: str, by: Separators) -> str:
    """The text with a release character before each separator in it.

    Where there is no release character a separator becomes a blank.
    """
    signs = (by.component, by.element, by.repetition, by.terminator)
    if by.release == UNUSED:
        for sign in signs:
            text = text.replace(sign, " ")
        return text
    if by.release in text:
        text = text.replace(by.release, by.release * 2)
    for sign in signs:
        if sign != UNUSED and sign in text:
            text = text.replace(sign, by.release + sign)
    return text


def _una(header: Interchange) -> str:
    by = header.separators
    usual = defaults(header.syntax, header.version)
    if replace(by, decimal=usual.decimal) == usual:
        return ""
    return f"UNA{by.component}{by.element}{by.decimal}{by.release}{by.repetition}{by.terminator}"


def _unb(header: Interchange) -> Segment:
    date, _colon, time = header.prepared.partition(":")
    return [
        ["UNB"],
        [header.syntax, header.version],
        [header.sender, header.sender_qualifier],
        [header.recipient, header.recipient_qualifier],
        [date, time],
        [header.reference],
        [""],
        [header.application],
        [""],
        [header.acknowledgement],
        [""],
        [header.test],
    ]


def _ung(group: Group) -> Segment:
    date, _colon, time = group.prepared.partition(":")
    return [
        ["UNG"],
        [group.type],
        [group.sender, group.sender_qualifier],
        [group.recipient, group.recipient_qualifier],
        [date, time],
        [group.reference],
        [group.agency],
        [group.version, group.release],
    ]
