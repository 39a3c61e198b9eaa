"""Where an interchange begins, and which separators it really has: UNA, UNB, and their traps.

Rules
    UNA is believed when the next tag is UNB (or UNH) followed by the element separator that it
    announces, and when the segment after UNB ends as announced. Else the separators are those
    that make UNB parse, and it is said that they differ.
    Without UNA the defaults of the syntax identifier hold, checked in the same way.
    Repetition is real under UNOx version 4 only: PADIS announces `*` and writes it in free text.
What does not belong
    What UNB says beside its syntax identifier and version (edifact_envelope).
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from adapters.wire.edifact_charset import syntaxes
from adapters.wire.edifact_syntax import DIRT, UNUSED, Separators

_SIGN = rb"[!-/:-@\[-`{-~\x1c-\x1f]"
"""What may be a separator: punctuation of ASCII, and its four information separators."""
_CANDIDATE = re.compile(rb"U[\r\n\x01-\x03\x0c]*N[\r\n\x01-\x03\x0c]*[ABH]")
_UNB = re.compile(
    rb"UNB[ \t]*(%b)([A-Z]{3}[A-Z0-9])(?![A-Za-z0-9])(%b?)([0-9]?)" % (_SIGN, _SIGN), re.DOTALL
)
_UNH = re.compile(rb"UNH[ \t]*(%b)" % _SIGN)
_ALONE = re.compile(
    rb"UNH[ \t]*(%b)(?:(?!\1)[!-~]){1,35}\1[A-Z][A-Z0-9]{5}(?!\1)(%b)" % (_SIGN, _SIGN)
)
_GLIMPSE = re.compile(
    rb"UNA.{4,48}?UN[BH]|UNB[ \t]*%b[A-Z]{3}[A-Z0-9]|UNH[ \t]*%b" % (_SIGN, _SIGN), re.DOTALL
)
_NEXT = re.compile(rb"(?:UNH|UNG|UNZ)[ \t]*(%b)" % _SIGN)
_BROKEN_LINE = re.compile(rb"[A-Za-z0-9][ \t]*\r?(\n|\r)\s*UN[HGZ]%b" % _SIGN)
_B = ord("B")
_WINDOW, _UNA_ROOM, _GLIMPSE_BYTES = 4096, 48, 96
_TRIED_MAX = 10_000
"""So many places that only look like a beginning are tried before the bytes are given up."""
_IS_SIGN = re.compile(_SIGN)
WRONG, UNLIKE = "edifact.una-wrong", "edifact.una-unlike"


@dataclass(frozen=True, slots=True)
class Header:
    """Where an interchange begins: `start` is its first byte, `at` that of UNB or UNH.

    `body` is the byte after UNA, from which on segments may stand. `fault` is the code of what is
    wrong with UNA ("" nothing), `announced` what it announces.
    """

    start: int
    body: int
    at: int
    tag: str
    separators: Separators
    fault: str = ""
    announced: str = ""


def find_header(data: bytes, low: int, high: int) -> Header | None:
    """The first place from `low` on where an interchange begins, or a message without one."""
    for found in islice(_CANDIDATE.finditer(data, low, high), _TRIED_MAX):
        header = header_at(data, found.start(), high)
        if header:
            return header
    return None


def header_at(data: bytes, at: int, high: int) -> Header | None:
    """The interchange that begins here; None where the letters only happen to stand."""
    if not _GLIMPSE.match(data[at : at + _GLIMPSE_BYTES].translate(None, DIRT)):
        return None
    window = data[at : min(at + _WINDOW, high)]
    clean = window.translate(None, DIRT)
    if clean.startswith(b"UNA"):
        return _announced(at, window, clean)
    found = _UNB.match(clean)
    if found:
        separators, usual = _from_unb(found, clean, window, None)
        fault = "" if usual else UNLIKE
        if not separators.are_possible():
            return None
        return Header(at, at, at, "UNB", separators, fault)
    found = _ALONE.match(clean)
    if found and not (at and data[at - 1 : at].isalnum()):
        separators = replace(_from_unh(found[1], clean), component=found[2].decode())
        return Header(at, at, at, "UNH", separators) if separators.are_possible() else None
    return None


def defaults(syntax: str, version: str) -> Separators:
    """The separators that hold without UNA."""
    known = syntaxes()["separators"]
    versions = known.get(syntax, known[""])
    signs = versions["4"] if version >= "4" and "4" in versions else versions["1"]
    return Separators(*signs)


def _announced(at: int, window: bytes, clean: bytes) -> Header | None:
    after = re.search(rb"UN[BH]", clean[3 : 3 + _UNA_ROOM])
    if not after:
        return None
    begin = 3 + after.start()
    found = _UNB.match(clean, begin) or _UNH.match(clean, begin)
    if not found:
        return None
    tag, at_tag = clean[begin : begin + 3].decode(), at + _dirty(window, begin)
    six = _six(window, clean)
    # ISO 8859-1 reads any byte, and what is not ASCII is no separator.
    said = Separators(*six.decode("latin-1")) if len(six) == 6 else None
    possible = said is not None and said.are_possible()
    if said and possible and found[1] == said.element.encode():
        kept = _meant(said, found, tag)
        if _ends_as(kept.terminator, clean, begin, window):
            body = at + _dirty(window, 9) if tag == "UNH" else at_tag
            return Header(at, body, at_tag, tag, kept, announced=six.decode())
    hint = clean[3:begin].decode("latin-1")
    if tag == "UNB":
        separators, _usual = _from_unb(found, clean[begin:], window, hint)
    else:
        separators = replace(_from_unh(found[1], clean), release=_release(hint))
    if not separators.are_possible():
        return None
    fault = UNLIKE if possible and clean[9:begin].strip() == b"" and begin >= 9 else WRONG
    return Header(at, at_tag, at_tag, tag, separators, fault, hint.strip())


def _six(window: bytes, clean: bytes) -> bytes:
    """The six characters after UNA; a line break is one only where a terminator belongs."""
    six = window[window.find(b"A") + 1 :][:6]
    return six if len(six) == 6 and not set(six[:5]) & set(DIRT) else clean[3:9]


def _dirty(window: bytes, at: int) -> int:
    """Where the byte with this number among the clean ones stands."""
    seen = -1
    for place, one in enumerate(window):
        seen += one not in DIRT
        if seen == at:
            return place
    return len(window)


def _meant(said: Separators, found: re.Match[bytes], tag: str) -> Separators:
    """The announced separators, with repetition only where it is one."""
    real = tag == "UNB" and found[2].startswith(b"UNO") and found[4] >= b"4"
    return said if real else replace(said, repetition=UNUSED)


def _ends_as(terminator: str, clean: bytes, begin: int, window: bytes) -> bool:
    """Whether UNA, and the segment after it, end with this terminator."""
    element = clean[begin + 3 : begin + 4]
    if terminator.encode() in DIRT:
        return _terminator(clean[begin:], element, window) != Separators().terminator
    if not clean[:begin].rstrip(b" \t").endswith(terminator.encode()) or begin < 9:
        return False
    seen = _terminator(clean[begin:], element, window) if clean[begin + 2] == _B else None
    return seen is None or seen == terminator


def _terminator(clean: bytes, element: bytes, window: bytes) -> str | None:
    """What stands before the first segment after UNB; None where nothing can be said."""
    for found in _NEXT.finditer(clean, 3):
        if found[1] != element:
            continue
        before = clean[: found.start()].rstrip(b" \t")[-1:]
        if before != element and _IS_SIGN.match(before):
            return before.decode()
        line = _BROKEN_LINE.search(window)
        return line[1].decode() if line else None
    return None


def _from_unb(
    found: re.Match[bytes], clean: bytes, window: bytes, announced: str | None
) -> tuple[Separators, bool]:
    """The separators that make UNB parse, and whether they are the defaults."""
    syntax, version = found[2].decode(), found[4].decode() or "1"
    usual = defaults(syntax, version)
    element = found[1].decode()
    component = usual.component
    seen = _terminator(clean, found[1], window)
    after = found[3][:1]
    if after and after != found[1] and after.decode() != seen:
        component = after.decode()
    made = replace(
        usual,
        element=element,
        component=component if component != seen else usual.component,
        terminator=seen or usual.terminator,
    )
    if announced is not None:
        made = replace(made, release=_release(announced), repetition=UNUSED)
    taken = {made.element, made.component, made.terminator}
    if made.repetition in taken:
        made = replace(made, repetition=UNUSED)
    if made.release in taken:
        made = replace(made, release=UNUSED)
    return made, made == usual


def _from_unh(element: bytes, clean: bytes) -> Separators:
    """The usual separators around this one: a message without its interchange."""
    usual = defaults("", "1")
    sign = element.decode()
    if sign == usual.element:
        ends = '"' if b"'" not in clean and b'"' in clean else usual.terminator
        return replace(usual, terminator=ends)
    return replace(usual, element=sign)


def _release(announced: str) -> str:
    """The release character among what UNA holds: `?` unless only a back-slash is there."""
    return "\\" if "\\" in announced and "?" not in announced else "?"
