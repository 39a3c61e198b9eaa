"""Bytes of one message to its segments, with everything that is wrong with them as syntax.

Rules
    Bytes are cleaned, read with the character set, and cut, in this order.
    What UNT says is compared with what is there.
    A last segment without its end is told once, as cut, whatever else may be wrong with it.
    What is rare is looked at only when a cheap look at the whole message says that it is there.
What does not belong
    What is said about a file as a whole (edifact_survey).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from adapters.wire.edifact_charset import Source, first_wide, read_text, set_named
from adapters.wire.edifact_envelope import Group, Interchange, Span, count_of, value
from adapters.wire.edifact_message import MessageIn
from adapters.wire.edifact_syntax import (
    UNUSED,
    Separators,
    pieces_of,
    repeats_of,
    segments_of,
    signs_of,
    split,
    terminators,
)
from adapters.wire.edifact_told import Findings, Limits, shown
from broker.model.problem import Place, Severity

_TAG = re.compile(r"[A-Z][A-Z0-9]{2}")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UTF_8 = "utf-8"
_TRANSPORT = re.compile(rb"[\x01-\x03\x0c]")


def read_message(
    source: Source,
    span: Span,
    around: tuple[Interchange, Group | None],
    *,
    number: int,
    severities: Mapping[str, Severity],
    limits: Limits,
) -> MessageIn:
    """The message in these bytes; a broken one has problems and whatever could be read."""
    interchange, group = around
    signs = signs_of(interchange.separators)
    by = signs.separators
    findings = Findings(severities, number)
    end = span.end
    raw = source.data[span.start : end]
    excess = _excess(raw, by, limits)
    if excess:
        end = next(terminators(source.data, span.start, end, signs), end)
        raw = raw[: min(end - span.start, limits.segment_characters)]
    declared = _UTF_8 if source.codec else interchange.codec
    clean = raw.translate(None, signs.dirt)
    text, codec = read_text(clean, declared)
    pieces = pieces_of(text, by)
    blank = pieces.count("")
    if blank:
        pieces = [piece for piece in pieces if piece]
    segments = segments_of(pieces, by, released=by.release in text and by.release != UNUSED)
    message = MessageIn(
        number, interchange, group, segments or [[["UNH"]]], {}, (), codec,
        source, span.start, span.end, blank=blank,
    )  # fmt: skip
    message.cut = not (span.closed or excess) and len(segments) > 1 and _is_cut(text, by)
    if by.repetition != UNUSED and by.repetition in text:
        message.repeats.update(repeats_of(pieces, segments, by))
    if excess:
        _tell_excess(message, findings, excess)
    else:
        _tell_syntax(message, findings, pieces, limits)
        _tell_trailer(message, findings, closed=span.closed)
    _tell_bytes(message, findings, raw, text, len(raw) - len(clean))
    message.problems = findings.all()
    message.hidden_errors = frozenset(findings.hidden_errors)
    return message


def _is_cut(text: str, by: Separators) -> bool:
    """Whether something stands behind the last terminator."""
    return bool(split(text, by.terminator, by.release)[-1].strip(" \t"))


def _excess(raw: bytes, by: Separators, limits: Limits) -> str:
    if len(raw) > limits.message_bytes:
        return f"{limits.message_bytes} bytes"
    signs = by.component + by.element + by.terminator + by.repetition.strip(UNUSED)
    pieces = sum(raw.count(one.encode()) for one in signs)
    return f"{limits.pieces} separators" if pieces > limits.pieces else ""


def _tell_excess(message: MessageIn, findings: Findings, most: str) -> None:
    findings.tell(
        "edifact.message-too-large",
        f"the message is larger than {most}",
        lambda: message.place(1),
        expected=f"at most {most}",
        hint="split the list into several messages",
    )
    del message.segments[1:]


def _tell_syntax(message: MessageIn, findings: Findings, pieces: list[str], limits: Limits) -> None:
    """Segments that are too long or have no tag, and a message that stands alone."""
    if not message.interchange.enveloped:
        findings.tell(
            "edifact.unb-missing",
            "the message stands in no interchange: there is no UNB",
            lambda: message.place(1),
            expected="UNB before the first UNH, UNZ after the last UNT",
            hint="send the whole interchange",
        )
    segments = message.segments[:-1] if message.cut else message.segments
    if max(map(len, pieces), default=0) > limits.pieces_of_segment:
        _tell_long(message, findings, pieces, limits)
    odd = {tag for tag in {segment[0][0] for segment in segments} if not _TAG.fullmatch(tag)}
    if not odd:
        return
    for number, segment in enumerate(segments, 1):
        tag = segment[0][0]
        if tag not in odd:
            continue
        if _TAG.fullmatch(tag.strip()):
            segment[0][0] = tag.strip()
            continue
        _leave_unread(message, findings, number, "edifact.segment-unreadable")
        findings.tell(
            "edifact.segment-unreadable",
            f"segment {number} begins with {shown(tag[:8])}, which is no tag",
            _placed(message, number),
            expected="a tag of three capital letters or digits",
            hint="release separators in texts, and leave out what is no segment",
        )


def _leave_unread(message: MessageIn, findings: Findings, number: int, code: str) -> None:
    """What cannot be read costs what it belongs to, unless the profile tolerates it."""
    if findings.severity_of(code) == "error":
        message.unread.append(number)


def _tell_long(message: MessageIn, findings: Findings, pieces: list[str], limits: Limits) -> None:
    most, longest = limits.pieces_of_segment, limits.segment_characters
    for number, (piece, segment) in enumerate(zip(pieces, message.segments, strict=True), 1):
        if len(piece) <= most:
            continue
        if len(piece) > longest or max(len(segment), *map(len, segment)) > most:
            _leave_unread(message, findings, number, "edifact.segment-too-long")
            findings.tell(
                "edifact.segment-too-long",
                f"segment {number} has {len(piece)} characters",
                _placed(message, number),
                expected=f"at most {longest} characters and {most} elements or components",
                hint="see whether a terminator is missing",
            )
            del segment[1:]
            del segment[0][1:]


def _tell_trailer(message: MessageIn, findings: Findings, *, closed: bool) -> None:
    segments = message.segments
    last = len(segments)
    if not closed:
        cut = f", and its last segment, {shown(segments[-1][0][0][:3])}, has no end"
        findings.tell(
            "edifact.truncated",
            f"the message has no UNT{cut if message.cut else ''}",
            lambda: message.place(last),
            expected="UNT with the number of segments and the reference of UNH",
            hint="see whether something was lost on the way",
        )
        return
    said, reference = value(segments[-1], 1), value(segments[-1], 2)
    if count_of(said) != last:
        findings.tell(
            "edifact.count-wrong",
            f"UNT says {shown(said)} segments, there are {last}",
            lambda: message.place(last, 1),
            found=said,
            expected=str(last),
            hint="count from UNH to UNT, both included, or see whether a segment was lost",
        )
    if reference != message.reference:
        findings.tell(
            "edifact.reference-differs",
            f"UNT says {shown(reference)}, UNH says {shown(message.reference)}",
            lambda: message.place(last, 2),
            found=reference,
            expected=message.reference,
            hint="repeat the reference of UNH",
        )


def _tell_bytes(
    message: MessageIn, findings: Findings, raw: bytes, text: str, dropped: int
) -> None:
    """Characters that the set does not have, control characters, broken lines, lost releases."""
    by = message.interchange.separators
    declared = _UTF_8 if message.source.codec else message.interchange.codec
    if message.cut:
        whole = raw.rstrip(b"\r\n")
        raw, dropped = whole, dropped - (len(raw) - len(whole))
    if not raw.isascii() and message.codec != declared:
        at = first_wide(message.source.data, message.start, message.end)
        expected = set_named(message.interchange.syntax)
        findings.tell(
            "edifact.characters-wrong",
            f"there are characters that {expected} does not have",
            lambda: message.place(message.ordinal_at(at)),
            expected=expected,
            hint=f"they were read as {message.codec.upper()}; declare it, or send others",
        )
    if not text.isprintable():
        _tell_controls(message, findings, text)
    lines = raw.count(b"\n") + raw.count(b"\r")
    if lines:
        _tell_lines(message, findings, raw)
    if dropped > lines:
        found = _TRANSPORT.search(raw)
        if found:
            _tell_dirt(message, findings, found.start(), "signs of its transport stand in it")
    if by.release != UNUSED and text.endswith(by.release) and not message.cut:
        _tell_dangling(message, findings, text)


def _tell_controls(message: MessageIn, findings: Findings, text: str) -> None:
    by = message.interchange.separators
    used = {by.component, by.element, by.release, by.repetition, by.terminator}
    odd = [one for one in _CONTROLS.findall(text) if one not in used]
    if odd:
        at = message.source.data.find(odd[0].encode(message.codec), message.start, message.end)
        number = message.ordinal_at(at) if at >= 0 else 1
        findings.tell(
            "edifact.characters-wrong",
            f"there are control characters in it, the first is U+{ord(odd[0]):04X}",
            _placed(message, number),
            found=f"U+{ord(odd[0]):04X}",
            expected="printable characters",
            hint="correct the program that writes the file",
        )


def _tell_lines(message: MessageIn, findings: Findings, raw: bytes) -> None:
    """Line breaks inside of segments: a telegram's hard wrap, or a release character's end."""
    by = message.interchange.separators
    ends = by.terminator.encode()
    usual = raw.count(ends + b"\n") + raw.count(ends + b"\r\n")
    if by.terminator in "\r\n" or raw.count(b"\n") == usual > 0:
        return
    found = _wrapped(ends).search(raw)
    if found:
        _tell_dirt(message, findings, found.start(), "lines break inside of segments")
    if by.release != UNUSED:
        lost = _released_line(by).search(raw)
        if lost:
            number = message.ordinal_at(message.start + lost.start())
            findings.tell(
                "edifact.release-dangling",
                f"a line ends with the release character {shown(by.release)}",
                _placed(message, number),
                expected="a character after it",
                hint=f"write {shown(by.release * 2)} for the character itself",
            )


def _tell_dirt(message: MessageIn, findings: Findings, at: int, text: str) -> None:
    findings.tell(
        "edifact.dirt",
        text,
        _placed(message, message.ordinal_at(message.start + at)),
        expected="segments, and line breaks after terminators only",
        hint="what carries a telegram was taken out",
    )


@lru_cache(maxsize=64)
def _wrapped(terminator: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"[^\s%b][ \t]*\r?[\n\r]" % re.escape(terminator))


@lru_cache(maxsize=64)
def _released_line(by: Separators) -> re.Pattern[bytes]:
    """A live release character before a line break that no separator follows."""
    signs = by.component + by.element + by.terminator + by.release + by.repetition.strip(UNUSED)
    release, others = re.escape(by.release.encode()), re.escape(signs.encode())
    return re.compile(rb"(?<!%b)(?:%b%b)*%b[\r\n]+[^\r\n%b]" % (*[release] * 4, others))


def _tell_dangling(message: MessageIn, findings: Findings, text: str) -> None:
    release = message.interchange.separators.release
    if (len(text) - len(text.rstrip(release))) % 2:
        findings.tell(
            "edifact.release-dangling",
            f"the message ends with the release character {shown(release)}",
            lambda: message.place(len(message.segments)),
            expected="a character after it",
            hint=f"write {shown(release * 2)} for the character itself",
        )


def _placed(message: MessageIn, number: int) -> Callable[[], Place]:
    return lambda: message.place(number)
