"""One message out of an interchange, by itself: what a reply to it has to read.

Behaviour
    A line of JSON (the service segments around the message), a line with its number and whether it
    ends with UNT, then its bytes. It is read as the message was in its place, but for places,
    which are counted from its beginning. Values of the envelope are kept up to SIGN_MAX
    characters: no standard has longer ones, and each message of an interchange keeps them.
"""

from dataclasses import fields, replace
from typing import Any

import orjson

from adapters.wire.edifact import Reading
from adapters.wire.edifact_charset import Source
from adapters.wire.edifact_envelope import Group, Interchange, Span
from adapters.wire.edifact_message import MessageIn
from adapters.wire.edifact_reading import read_message
from adapters.wire.edifact_syntax import Separators
from adapters.wire.edifact_told import LIMITS

SIGN_MAX = 70
"""Twice what ISO 9735 allows for a name of a sender."""


class Excerpts:
    """The messages of one submission; the envelope of several is written once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._around: tuple[int, int] | None = None
        self._head = b""

    def of(self, number: int) -> bytes | None:
        """The message with this number; None where the submission holds no other."""
        envelope, source = self._reading.envelope, self._reading.source
        if len(envelope.spans) == 1:
            return None
        span = envelope.spans[number - 1]
        if self._around != (span.interchange, span.group):
            self._around = (span.interchange, span.group)
            group = envelope.groups[span.group] if span.group >= 0 else None
            head = {
                "interchange": _kept(envelope.interchanges[span.interchange]),
                "group": _kept(group) if group else None,
                "wide": bool(source.codec),
            }
            self._head = orjson.dumps(head)
        return b"%b\n%d %d\n%b" % (
            self._head, number, span.closed, source.data[span.start : span.end]
        )  # fmt: skip


def message_in(content: bytes) -> MessageIn:
    """The message of an excerpt; what is wrong with it was found when it was read."""
    around, own, data = content.split(b"\n", 2)
    head, (number, closed) = orjson.loads(around), map(int, own.split())
    said = head["interchange"]
    interchange = Interchange(**{**said, "separators": Separators(**said["separators"])})
    read_with = replace(interchange, codec="utf-8") if head["wide"] else interchange
    message = read_message(
        Source(data, data),
        Span(0, len(data), bool(closed), 0, -1),
        (read_with, Group(**head["group"]) if head["group"] else None),
        number=number,
        severities={},
        limits=LIMITS,
    )
    message.interchange = interchange
    return message


def _kept(said: Interchange | Group) -> dict[str, Any]:
    """All but the segment itself; texts are cut."""
    values = {one.name: getattr(said, one.name) for one in fields(said) if one.name != "segment"}
    return {
        name: value[:SIGN_MAX] if isinstance(value, str) else value
        for name, value in values.items()
    }
