"""Separators of an interchange, and text cut at them: ISO 9735 service characters.

Rules
    A separator is live when an even number of release characters stands before it; a release
    character makes the next character literal, whatever it is.
    Transport dirt (CR, LF, SOH, STX, ETX, FF) is no content anywhere; blanks before a tag neither.
    What is asked of every message is done by `str.split`; whatever is rare costs only the
    segments that hold it. Time is linear in the bytes, always.
What does not belong
    Which separators an interchange has (edifact_header), and what segments mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Segment = list[list[str]]
"""`segment[0][0]` is the tag, `segment[n]` the components of element n."""

Repeats = dict[tuple[int, int], list[list[str]]]
"""(segment from 1, element from 1): all its repetitions; the segment holds the first."""

DIRT = b"\r\n\x01\x02\x03\x0c"
"""Dropped wherever it stands: the published cleaning rule for Type-B telegrams."""
BLANKS = b" \t"
UNUSED = " "


@dataclass(frozen=True, slots=True)
class Separators:
    """The six service characters; a blank release or repetition character is not used."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    repetition: str = UNUSED
    terminator: str = "'"

    def are_possible(self) -> bool:
        """Five different ASCII characters that no value begins with: no letter, digit, blank.

        The decimal mark may be any ASCII character.
        """
        needed = self.component + self.element + self.terminator
        used = needed + self.release.strip(UNUSED) + self.repetition.strip(UNUSED)
        return (
            (used + self.decimal).isascii()
            and len(set(used)) == len(used)
            and not any(one.isalnum() or one in " \t\0" for one in used)
        )


@dataclass(frozen=True, slots=True)
class Signs:
    """The separators as bytes, with what is compiled from them."""

    separators: Separators
    terminator: int
    release: int
    dirt: bytes
    skipped: frozenset[int]
    mark: re.Pattern[bytes]


@lru_cache(maxsize=256)
def signs_of(separators: Separators) -> Signs:
    """Compiled once for each set of separators; a separator is never dirt."""
    used = {separators.component, separators.element, separators.release, separators.terminator}
    dirt = bytes(one for one in DIRT if chr(one) not in used)
    blanks = bytes(one for one in BLANKS if chr(one) not in used)
    after = re.escape((separators.element + separators.terminator).encode())
    between = b"[" + re.escape(dirt) + b"]*" if dirt else b""
    mark = b"U%bN%b(?:([AB])|([EGHTZ])[%b]*[%b])" % (
        between, between, re.escape(blanks + dirt), after,
    )  # fmt: skip
    return Signs(
        separators=separators,
        terminator=ord(separators.terminator),
        release=-1 if separators.release == UNUSED else ord(separators.release),
        dirt=dirt,
        skipped=frozenset(dirt + blanks),
        mark=re.compile(mark),
    )


def is_released(data: bytes, at: int, low: int, signs: Signs) -> bool:
    """Whether an odd number of release characters stands before; dirt between does not count."""
    if signs.release < 0:
        return False
    odd, at = False, at - 1
    while at >= low:
        if data[at] == signs.release:
            odd = not odd
        elif data[at] not in signs.dirt:
            break
        at -= 1
    return odd


def terminators(data: bytes, low: int, high: int, signs: Signs) -> Iterator[int]:
    """Where live terminators stand in these bytes."""
    sign = bytes((signs.terminator,))
    at = data.find(sign, low, high)
    while at >= 0:
        if not is_released(data, at, low, signs):
            yield at
        at = data.find(sign, at + 1, high)


def starts_of(data: bytes, low: int, high: int, signs: Signs) -> list[int]:
    """Where each segment of these bytes begins; what is empty or blank is no segment."""
    starts: list[int] = []
    at = low
    raw = data[low:high]
    if signs.release < 0 or signs.release not in raw:
        blanks = bytes(signs.skipped)
        for part in raw.split(bytes((signs.terminator,))):
            if part:
                begin = (
                    at
                    if part[0] not in signs.skipped
                    else at + len(part) - len(part.lstrip(blanks))
                )
                if begin < at + len(part):
                    starts.append(begin)
            at += len(part) + 1
        return starts
    for end in (*terminators(data, low, high, signs), high):
        if at < end:
            starts.append(at)
        at = skip_blanks(data, end + 1, high, signs)
    return starts


def skip_blanks(data: bytes, at: int, high: int, signs: Signs) -> int:
    """The first place that is neither blank nor dirt."""
    while at < high and data[at] in signs.skipped:
        at += 1
    return at


def begins_segment(data: bytes, at: int, low: int, signs: Signs) -> bool:
    """Whether only blanks and dirt stand between this place and a live terminator, or `low`."""
    at -= 1
    while at >= low and data[at] in signs.skipped:
        at -= 1
    return at < low or (data[at] == signs.terminator and not is_released(data, at, low, signs))


def pieces_of(text: str, by: Separators) -> list[str]:
    """Clean text cut at live terminators: segments as text, without blanks before their tags.

    Nothing stands after the last terminator of a whole text; what does is the last piece.
    """
    pieces = split(text, by.terminator, by.release)
    if by.terminator + " " in text or ("\t" in text and by.terminator + "\t" in text):
        pieces = [piece.lstrip(" \t") for piece in pieces]
    if not pieces[-1]:
        del pieces[-1]
    return pieces


def segments_of(pieces: list[str], by: Separators, *, released: bool) -> list[Segment]:
    """Each piece cut into elements and components; repetition is not looked at.

    This is where the time goes: what holds no component separator is not searched for it twice.
    """
    element, component, release = by.element, by.component, by.release
    if not released:
        return [
            [one.split(component) for one in piece.split(element)]
            if component in piece
            else [[one] for one in piece.split(element)]
            for piece in pieces
        ]
    return [
        _released(piece, by)
        if release in piece
        else [one.split(component) for one in piece.split(element)]
        for piece in pieces
    ]


def repeats_of(pieces: list[str], segments: list[Segment], by: Separators) -> Repeats:
    """Every repeated element; in its segment the first repetition is left."""
    found: Repeats = {}
    for number, piece in enumerate(pieces, 1):
        if by.repetition not in piece:
            continue
        for place, element in enumerate(split(piece, by.element, by.release)):
            several = split(element, by.repetition, by.release) if place else []
            if len(several) > 1:
                values = [_components(one, by) for one in several]
                found[number, place] = values
                segments[number - 1][place] = values[0]
    return found


def split(text: str, sign: str, release: str) -> list[str]:
    """Cut at each live `sign`; release characters stay."""
    parts = text.split(sign)
    if release == UNUSED or release not in text or release + sign not in text:
        return parts
    return _rejoined(parts, sign, release)


def _rejoined(parts: list[str], sign: str, release: str) -> list[str]:
    """Parts that end in an odd number of release characters go on in the next one."""
    whole: list[str] = []
    pending: list[str] = []
    for part in parts:
        if part.endswith(release) and (len(part) - len(part.rstrip(release))) % 2:
            pending.append(part)
        elif pending:
            whole.append(sign.join((*pending, part)))
            pending.clear()
        else:
            whole.append(part)
    if pending:
        whole.append(sign.join(pending))
    return whole


def _released(piece: str, by: Separators) -> Segment:
    return [_components(element, by) for element in split(piece, by.element, by.release)]


def _components(element: str, by: Separators) -> list[str]:
    if by.release not in element or by.release == UNUSED:
        return element.split(by.component)
    parts = split(element, by.component, by.release)
    return [_literal(part, by.release) if by.release in part else part for part in parts]


def _literal(text: str, release: str) -> str:
    """Each released character as itself; a dangling release character says nothing."""
    return release.join(part.replace(release, "") for part in text.split(release * 2))
