"""The first pass over a submission: interchanges, groups, where messages begin and end.

Rules
    Service segments are found by their tags after live terminators; what is between them is not
    looked at. A missing UNT, UNE or UNZ is told, and what comes next is read all the same.
    Counts and references of UNE and UNZ are compared with what is there. A count that is higher
    than the messages that were read is an error of its own: messages were lost on the way.
    Text around interchanges is put aside and told.
What does not belong
    What stands inside a message (edifact_message).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.wire.edifact_charset import Source, read_text
from adapters.wire.edifact_envelope import (
    Envelope,
    Interchange,
    Span,
    count_of,
    group_of,
    interchange_of,
    value,
)
from adapters.wire.edifact_header import WRONG, Header, find_header, header_at
from adapters.wire.edifact_syntax import (
    BLANKS,
    DIRT,
    Segment,
    Signs,
    begins_segment,
    pieces_of,
    segments_of,
    signs_of,
    skip_blanks,
    terminators,
)
from adapters.wire.edifact_told import Findings, Limits, shown
from broker.model.problem import Place

_SEGMENT_SHOWN_MAX = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIRST_TAG = re.compile(rb"\s*([A-Z][A-Z0-9]{2})(?![A-Za-z0-9])")
_EXPECTED = "UNB, then messages from UNH to UNT, then UNZ"


@dataclass(slots=True)
class _Open:
    """Where the first pass stands inside one interchange."""

    at: int
    interchange: int
    messages: int = 0
    groups: int = 0
    group: int = -1
    in_group: int = 0
    message: int = -1


class Survey:
    """Walks over the service segments of a submission, once."""

    def __init__(self, source: Source, findings: Findings, limits: Limits) -> None:
        self._source = source
        self._data = source.data
        self._high = len(source.data)
        self._findings = findings
        self._limits = limits
        self.found = Envelope()
        self._begun: Place | None = None
        self._outside = ""

    def run(self) -> Envelope:
        """All interchanges, one after the other."""
        at = len(_BYTE_ORDER_MARK) if self._data.startswith(_BYTE_ORDER_MARK) else 0
        while at < self._high:
            header = find_header(self._data, at, self._high)
            self._put_aside(at, header.start if header else self._high)
            begun = len(self.found.interchanges)
            if header is None or self._full(begun, self._limits.interchanges, "interchanges"):
                break
            at = self._interchange(header)
        if not self.found.interchanges:
            self._tell_no_interchange()
        elif not self.found.spans and self._begun:
            self._tell_no_message(self._begun)
        return self.found

    def _tell_no_interchange(self) -> None:
        """Neither UNB nor UNH: what the bytes begin with is named, if it is a tag."""
        tag = _FIRST_TAG.match(self._data)
        begins = f"the file begins with {shown(tag[1].decode())}: " if tag else ""
        self._findings.tell(
            "edifact.no-interchange",
            f"{begins}there is no UNB and no UNH in it",
            Place(byte=0),
            expected=_EXPECTED,
            hint="send the interchange as EDIFACT, without compression or encryption",
        )

    def _tell_no_message(self, begun: Place) -> None:
        """An interchange, or several, and no UNH in any of them."""
        inside = f"the first segment after UNB is {shown(self._outside)}" if self._outside else (
            "nothing is between UNB and UNZ"
        )  # fmt: skip
        self._findings.tell(
            "edifact.no-message",
            f"the interchange holds no message: there is no UNH, {inside}",
            begun,
            expected=_EXPECTED,
            hint="put the message between UNH and UNT, and send the interchange again",
        )

    def _full(self, begun: int, most: int, what: str) -> bool:
        """Whether one more is not taken; told when it is so."""
        if begun < most:
            return False
        self._findings.tell(
            "edifact.too-many-messages",
            f"there are more than {most} {what} in it",
            expected=f"at most {most} {what}",
            hint="split the submission",
        )
        return True

    def _put_aside(self, low: int, high: int) -> None:
        kept = self._data[low:high].strip(BLANKS + DIRT)
        if not kept:
            return
        self.found.aside.append((low, high))
        at = low + self._data[low:high].find(kept[:1])
        self._findings.tell(
            "edifact.dirt",
            f"{len(kept)} bytes stand outside of any interchange",
            lambda: Place(byte=self._source.place(at)),
            expected="nothing before UNA or UNB and after UNZ",
            hint="telegram headers and mail footers are not read",
        )

    def _interchange(self, header: Header) -> int:
        """Reads one interchange; where the next one is looked for."""
        signs = signs_of(header.separators)
        self._tell_una(header)
        now = self._begin(header, signs)
        if now is None:
            return self._high
        for tag, at in self._marks(now.at, signs):
            if tag in "AB":
                another = header_at(self._data, at, self._high)
                if another is None or another.tag != "UNB":
                    continue
                self._end_message(now, at)
                self._unclosed(now, at)
                return at
            begun = max(len(self.found.spans) + (now.message >= 0), len(self.found.groups))
            if tag in "HG" and self._full(begun, self._limits.messages, "messages"):
                self._end_message(now, at)
                return self._high
            self._between(now, at, signs)
            end = next(terminators(self._data, at, self._high, signs), None)
            stop = self._high if end is None else end + 1
            if tag == "H":
                self._end_message(now, at)
                now.message = at
            elif tag == "T":
                self._unt(now, at, stop)
            elif tag == "Z":
                self._unz(now, at, stop, signs)
                return stop
            else:
                self._group(now, tag, at, stop, signs)
            now.at = stop
        self._end_message(now, self._high)
        self._between(now, self._high, signs)
        self._unclosed(now, self._high)
        return self._high

    def _marks(self, low: int, signs: Signs) -> Iterator[tuple[str, int]]:
        for found in signs.mark.finditer(self._data, low, self._high):
            at = found.start()
            if begins_segment(self._data, at, low, signs):
                yield (found[1] or found[2]).decode(), at

    def _begin(self, header: Header, signs: Signs) -> _Open | None:
        number = len(self.found.interchanges) + 1
        if header.tag == "UNH":
            implied = Interchange(
                number=number, syntax="", version="", separators=header.separators,
                codec=None, enveloped=False,
            )  # fmt: skip
            self.found.interchanges.append(implied)
            return _Open(header.body, number - 1)
        end = next(terminators(self._data, header.at, self._high, signs), None)
        stop = self._high if end is None else end + 1
        segment = self._segment(header.at, stop, signs)
        made = interchange_of(segment, number, header.separators)
        self.found.interchanges.append(made)
        if made.codec is None:
            self._findings.tell(
                "edifact.charset-unknown",
                f"the syntax identifier is {shown(made.syntax)}",
                self._place("UNB", header.at, "1.1"),
                found=made.syntax,
                expected="UNOA to UNOY, IATA, IATB",
                hint="the text is read as ASCII, UTF-8 or ISO 8859-1",
            )
        if (made.syntax == "UNOY") != self._source.codec.startswith("utf-16"):
            self._findings.tell(
                "edifact.characters-wrong",
                f"the syntax identifier is {shown(made.syntax)}, the bytes are otherwise",
                self._place("UNB", header.at, "1.1"),
                found=made.syntax,
                expected="UNOY where a character has two bytes, and only there",
                hint="declare the character set that is sent",
            )
        if end is None:
            self._truncated("UNB", header.at)
            return None
        self._begun = self._begun or self._place("UNB", header.at)
        return _Open(stop, number - 1)

    def _segment(self, low: int, high: int, signs: Signs) -> Segment:
        clean = self._data[low:high].translate(None, signs.dirt)[:_SEGMENT_SHOWN_MAX]
        text, _codec = read_text(clean, None)
        by = signs.separators
        pieces = pieces_of(text, by)[:1]
        segments = segments_of(pieces, by, released=by.release in text)
        for segment in segments:
            segment[0][0] = segment[0][0].strip()
        return segments[0] if segments else [[""]]

    def _place(self, tag: str, at: int, element: str | None = None) -> Place:
        return Place(segment=tag, element=element, byte=self._source.place(at))

    def _between(self, now: _Open, at: int, signs: Signs) -> None:
        """Tells segments that stand outside of any message."""
        if now.message >= 0:
            return
        begin = skip_blanks(self._data, now.at, at, signs)
        if begin < at:
            tag = re.match(rb"\w{0,3}", self._data[begin : begin + 3])
            self._misplaced(tag[0].decode("latin-1") if tag else "", begin)

    def _misplaced(self, tag: str, at: int) -> None:
        self._outside = self._outside or tag
        self._findings.tell(
            "edifact.segment-misplaced",
            f"segment {shown(tag)} stands outside of any message",
            lambda: self._place(tag, at),
            expected="messages from UNH to UNT, in order",
            hint="what stands there is not read",
        )

    def _end_message(self, now: _Open, at: int) -> None:
        """A message that has no UNT ends where something else begins."""
        if now.message >= 0:
            self._keep(now, at, closed=False)

    def _keep(self, now: _Open, end: int, *, closed: bool) -> None:
        self.found.spans.append(Span(now.message, end, closed, now.interchange, now.group))
        now.message, now.at = -1, end
        now.messages += 1
        now.in_group += 1

    def _unt(self, now: _Open, at: int, stop: int) -> None:
        if now.message < 0:
            self._misplaced("UNT", at)
        else:
            self._keep(now, stop, closed=True)

    def _group(self, now: _Open, tag: str, at: int, stop: int, signs: Signs) -> None:
        """UNG or UNE."""
        self._end_message(now, at)
        if not self.found.interchanges[now.interchange].enveloped:
            return
        segment = self._segment(at, stop, signs)
        if tag == "G":
            if now.group >= 0:
                self._absent("UNE", at)
            self.found.groups.append(group_of(segment))
            now.group, now.in_group = len(self.found.groups) - 1, 0
            now.groups += 1
        elif now.group < 0:
            self._misplaced("UNE", at)
        else:
            self._count(segment, (now.in_group, now.in_group), "messages in the group", at)
            self._reference(segment, "UNG", self.found.groups[now.group].reference, at)
            now.group = -1

    def _unz(self, now: _Open, at: int, stop: int, signs: Signs) -> None:
        self._end_message(now, at)
        interchange = self.found.interchanges[now.interchange]
        if not interchange.enveloped:
            return
        if now.group >= 0:
            self._absent("UNE", at)
        segment = self._segment(at, stop, signs)
        number = now.groups or now.messages
        what = "groups" if now.groups else "messages"
        self._count(segment, (number, now.messages), f"{what} in the interchange", at)
        self._reference(segment, "UNB", interchange.reference, at)
        if stop == self._high and self._data[stop - 1] != signs.terminator:
            self._findings.tell(
                "edifact.terminator-missing",
                f"UNZ does not end with {shown(signs.separators.terminator)}",
                self._place("UNZ", at),
                hint="end each segment with the terminator, the last one too",
            )

    def _count(self, segment: Segment, counted: tuple[int, int], what: str, at: int) -> None:
        """Compares a count with what is there: groups or messages, and messages in any case."""
        said, tag = value(segment, 1), value(segment, 0)
        stated, (number, messages) = count_of(said), counted
        if stated is not None and stated > number and stated != messages:
            self._findings.tell(
                "edifact.messages-lost",
                f"{tag} states {stated}, the number of {what} is {number}: some were lost",
                self._place(tag, at, "1"),
                found=said,
                expected=str(number),
                hint="send those that are missing again; what was read goes on",
            )
        elif stated != number:
            self._findings.tell(
                "edifact.count-wrong",
                f"{tag} says {shown(said)}, the number of {what} is {number}",
                self._place(tag, at, "1"),
                found=said,
                expected=str(number),
                hint="count again, or see whether something was lost on the way",
            )

    def _reference(self, segment: Segment, opener: str, reference: str, at: int) -> None:
        said, tag = value(segment, 2), value(segment, 0)
        if said != reference:
            self._findings.tell(
                "edifact.reference-differs",
                f"{tag} says {shown(said)}, {opener} says {shown(reference)}",
                self._place(tag, at, "2"),
                found=said,
                expected=reference,
                hint=f"repeat the reference of {opener}",
            )

    def _absent(self, tag: str, at: int) -> None:
        self._findings.tell(
            "edifact.truncated",
            f"{tag} is missing",
            Place(byte=self._source.place(at)),
            expected=tag,
            hint="see whether something was lost on the way",
        )

    def _unclosed(self, now: _Open, at: int) -> None:
        if self.found.interchanges[now.interchange].enveloped:
            if now.group >= 0:
                self._absent("UNE", at)
            self._absent("UNZ", at)

    def _truncated(self, tag: str, at: int) -> None:
        self._findings.tell(
            "edifact.truncated",
            f"{tag} does not end",
            self._place(tag, at),
            hint="see whether something was lost on the way",
        )

    def _tell_una(self, header: Header) -> None:
        if not header.fault:
            return
        by = header.separators
        used = f"{by.component}{by.element}{by.decimal}{by.release}{by.repetition}{by.terminator}"
        if not header.announced:
            text = f"without UNA, the separators in use are {shown(used)}"
        elif header.fault == WRONG:
            text = f"UNA announces {shown(header.announced)}, which are no six separators"
        else:
            text = f"UNA announces {shown(header.announced)}, but {header.tag} uses others"
        self._findings.tell(
            header.fault,
            text,
            self._place("UNA", header.start),
            found=header.announced,
            expected=used,
            hint=f"UNA holds six characters, those in use; it was read with {shown(used)}",
        )
