"""The same bytes back: what was read, written again from its segments, to the last byte.

Segments do not hold everything that stood in a file: line breaks, blanks before tags, release
characters that nothing needed. Reading only leaves bytes out, it never changes one; so what the
segments do not hold is a list of insertions into what they would be written as. `trace_of` finds
it, `dump` puts it back.

Knowingly not done
    ISO 2022 (UNOX): an escape sequence that is written twice is written once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.wire.edifact import MessageIn, Reading
from adapters.wire.edifact_syntax import Separators
from adapters.wire.edifact_write import escaped


@dataclass(frozen=True, slots=True)
class Trace:
    """What segments do not hold: (where, in the bytes written from them; which bytes).

    `codec` turns text into the bytes; `whole`, if set, are all bytes of a message whose text does
    not lead back to them.
    """

    insertions: tuple[tuple[int, bytes], ...]
    codec: str
    whole: bytes | None = None


def trace_of(message: MessageIn) -> Trace:
    """What the message's bytes hold beside its segments."""
    raw = message.source.data[message.start : message.end]
    plain = _plain(message, message.codec)
    insertions: list[tuple[int, bytes]] = []
    at = 0
    for place, one in enumerate(plain):
        begin = at
        at = raw.find(one, begin)
        if at < 0:
            return Trace((), message.codec, raw)
        if at > begin:
            insertions.append((place, raw[begin:at]))
        at += 1
    if at < len(raw):
        insertions.append((len(plain), raw[at:]))
    return Trace(tuple(insertions), message.codec)


def dump(message: MessageIn, trace: Trace) -> bytes:
    """The message's bytes, from its segments and their trace."""
    if trace.whole is not None:
        return trace.whole
    plain = _plain(message, trace.codec)
    parts: list[bytes] = []
    at = 0
    for place, inserted in trace.insertions:
        parts += (plain[at:place], inserted)
        at = place
    parts.append(plain[at:])
    return b"".join(parts)


def dump_all(reading: Reading) -> bytes:
    """The submission's bytes: messages from their segments, the envelope as it stood."""
    parts: list[bytes] = []
    at, data = 0, reading.source.data
    for message in reading.messages:
        parts += (data[at : message.start], dump(message, trace_of(message)))
        at = message.end
    parts.append(data[at:])
    return reading.source.restored(b"".join(parts))


def _plain(message: MessageIn, codec: str) -> bytes:
    by = message.interchange.separators
    text = "".join(_segment_texts(message, by))
    return text.encode(codec)


def _segment_texts(message: MessageIn, by: Separators) -> Iterable[str]:
    for ordinal, segment in enumerate(message.segments, 1):
        elements = (
            by.repetition.join(_element(one, by) for one in message.repetitions(ordinal, place))
            if (ordinal, place) in message.repeats
            else _element(components, by)
            for place, components in enumerate(segment)
        )
        yield by.element.join(elements) + by.terminator


def _element(components: list[str], by: Separators) -> str:
    return by.component.join(escaped(one, by) for one in components)
