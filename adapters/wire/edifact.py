"""EDIFACT (ISO 9735, syntax versions 1 to 4): bytes to messages of segments, and back.

    reading = read(payload, severities)
    reading.problems                    # of the envelope, UNE and UNZ counts among them
    for message in reading.messages:    # one at a time; may be asked for again
        message.type, message.reference, message.problems
        for number, segment in enumerate(message.segments, 1):
            value(segment, 3)           # element 3, component 1; "" where absent
            message.place(number, 3)    # where it stood in the sender's file

Rules
    Syntax only: envelope, separators, character sets, counts, references. No message's meaning.
    Whatever can be read is read: a broken message never takes its neighbours along.
    The first pass looks at service segments only; messages are read one by one, so that memory
    does not grow with their number. Places are computed when a problem needs one.
    Any bytes give messages and problems, in time and memory bounded by the bytes and the limits.
Knowingly not done
    Security segments (USH to UST), packages (UNO, UNP) and interactive batches (UIB to UIZ) of
    syntax 4 are not understood: the former stand as segments, the latter are text aside.
    Objects nested in messages (anonymous segment groups) are not looked at.
Versions
    1, 2, 3, 4   read and written
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapters.wire.edifact_charset import Source, source_of
from adapters.wire.edifact_envelope import Envelope, Group, Interchange, value
from adapters.wire.edifact_message import MessageIn
from adapters.wire.edifact_reading import read_message
from adapters.wire.edifact_survey import Survey
from adapters.wire.edifact_syntax import DIRT, Repeats, Segment, Separators
from adapters.wire.edifact_told import LIMITS, Findings, Limits, in_order, shown
from broker.model.problem import Problem, Severity

__all__ = [
    "LIMITS",
    "Group",
    "Interchange",
    "Limits",
    "MessageIn",
    "Reading",
    "Repeats",
    "Segment",
    "Separators",
    "Sight",
    "in_order",
    "looks_like",
    "not_understood",
    "read",
    "value",
]

_PREFIX = 64 * 1024
_BEGINS = re.compile(rb"(UNB)[ \t]*[^A-Za-z0-9\s][A-Z]{3}[A-Z0-9]|(UNH)[ \t]*[^A-Za-z0-9\s]")
_TYPE = re.compile(
    rb"UNH[ \t]*([^A-Za-z0-9\s])(?:(?!\1)[!-~]){0,35}\1([A-Z][A-Z0-9]{5})"
    rb"(?:([^A-Za-z0-9\s])([A-Z0-9]{1,3})(?:\3([A-Z0-9]{1,3}))?)?"
)


@dataclass(slots=True)
class Reading:
    """A submission after the first pass. `problems` are those of the envelope, all of them.

    `aside` are the ranges of `source.data` that belong to no interchange.
    """

    problems: tuple[Problem, ...]
    envelope: Envelope
    source: Source
    severities: Mapping[str, Severity]
    limits: Limits = LIMITS

    @property
    def interchanges(self) -> tuple[Interchange, ...]:
        """All interchanges of the submission, in order."""
        return tuple(self.envelope.interchanges)

    @property
    def aside(self) -> tuple[tuple[int, int], ...]:
        """Where text stands outside of interchanges."""
        return tuple(self.envelope.aside)

    @property
    def messages(self) -> Iterator[MessageIn]:
        """Each message, from the first, read when it is asked for; each call begins anew."""
        seen: set[str] = set()
        last = -1
        for number in range(1, len(self.envelope.spans) + 1):
            message = self.message(number)
            interchange = self.envelope.spans[number - 1].interchange
            if interchange != last:
                seen, last = set(), interchange
            if message.reference in seen:
                repeated = _repeated(message, self.severities)
                message.problems = in_order((*message.problems, repeated))
            seen.add(message.reference)
            yield message

    def message(self, number: int) -> MessageIn:
        """The message with this number, from 1, without its neighbours."""
        envelope = self.envelope
        span = envelope.spans[number - 1]
        group = envelope.groups[span.group] if span.group >= 0 else None
        around = (envelope.interchanges[span.interchange], group)
        return read_message(
            self.source,
            span,
            around,
            number=number,
            severities=self.severities,
            limits=self.limits,
        )


def read(
    payload: bytes, severities: Mapping[str, Severity] | None = None, limits: Limits = LIMITS
) -> Reading:
    """What is in these bytes. `severities` (code: warning or error) come from the profile."""
    said = severities or {}
    findings = Findings(said)
    if len(payload) > limits.payload_bytes:
        findings.tell(
            "edifact.too-large",
            f"the submission has {len(payload)} bytes",
            expected=f"at most {limits.payload_bytes} bytes",
            hint="split the submission",
        )
        return Reading(findings.all(), Envelope(), Source(b"", b""), said, limits)
    source = source_of(payload)
    envelope = Survey(source, findings, limits).run()
    return Reading(findings.all(), envelope, source, said, limits)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a glance shows: types of messages, alone and with their release (CUSREP D.05B)."""

    types: tuple[str, ...]
    messages: tuple[str, ...]
    enveloped: bool


def looks_like(payload: bytes) -> Sight | None:
    """Whether this seems to be EDIFACT; looks at a bounded prefix, also behind a telegram's head.

    Cheap, and sure of nothing: `types` may be empty.
    """
    prefix = payload[:_PREFIX]
    if b"U" not in prefix or not any(sign in prefix for sign in (b"N", b"\0")):
        return None
    clean = prefix.translate(None, DIRT + b"\0")
    begin = _BEGINS.search(clean)
    if not begin:
        return None
    found = list(_TYPE.finditer(clean, begin.start()))
    if not begin[1] and not found:
        return None
    types = dict.fromkeys(one[2].decode() for one in found)
    messages = dict.fromkeys(
        b" ".join((one[2], b".".join(part for part in one.group(4, 5) if part))).decode().strip()
        for one in found
    )
    return Sight(tuple(types), tuple(messages), begin[1] is not None)


def not_understood(message: MessageIn, understood: Iterable[str]) -> Problem:
    """The problem of a message of a type that an adapter does not read, at its UNH."""
    known = ", ".join(understood)
    return Problem(
        code="edifact.message-unknown",
        text=f"message type {shown(message.type)} is not understood here",
        message=message.number,
        where=message.place(1, 2, 1),
        found=message.type[:64] or None,
        expected=known,
        hint="send messages of the types expected, or ask for this one to be added",
    )


def _repeated(message: MessageIn, severities: Mapping[str, Severity]) -> Problem:
    findings = Findings(severities, message.number)
    findings.tell(
        "edifact.reference-repeated",
        f"the reference {shown(message.reference)} stands in an earlier message too",
        lambda: message.place(1, 1),
        found=message.reference,
        expected="a reference of its own for each message of an interchange",
        hint="number the messages",
    )
    (problem,) = findings.all()
    return problem
