"""UN/EDIFACT as the broker sees it: an interchange holds messages of any types, of any families.

Rules
    Each message is read by the format that its sender may use for its type, with that format's
    profile, and answered in that format. A message of a type that they may not use is refused by
    name at its UNH, in the format that recognises the file best; its neighbours go on.
    What is tolerated in envelopes, counts and characters is a matter of the sender's profile of
    the syntax (`severities`), not of any format's.
    Numbers of messages run over the whole submission, in the order of the bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from adapters.wire.edifact import MessageIn, Reading, looks_like, not_understood, read
from adapters.wire.edifact_excerpt import Excerpts
from broker.adapter import Message, Profile, Sight, Translation, Use
from broker.model.problem import Place

_NAMES_MAX = 8


@runtime_checkable
class ReadsMessages(Protocol):
    """A format whose messages stand in interchanges."""

    message_types: tuple[str, ...]

    def read_message(self, message: MessageIn, profile: Profile) -> Message:
        """Verdict, problems and drafts of one message."""


class Edifact:
    """The syntax; it holds nothing."""

    name = "UN/EDIFACT"
    judges = "edifact."

    def describe(self, payload: bytes) -> Sight | None:
        """The types and releases of the messages near its beginning."""
        sight = looks_like(payload)
        if sight is None:
            return None
        listed = ", ".join(sight.messages[:_NAMES_MAX])
        words = f"a UN/EDIFACT interchange with {listed}" if listed else "UN/EDIFACT"
        return Sight(words, Place(segment="UNB" if sight.enveloped else "UNH"))

    def translate(self, payload: bytes, uses: Sequence[Use], profile: Profile) -> Translation:
        """One message for each UNH, read when it is asked for."""
        reading = read(payload, profile.settings.get("severities", {}))
        first = uses[0]
        return Translation(
            reading.problems,
            _messages(reading, uses),
            first.adapter.format,
            first.profile.name,
        )


EDIFACT = Edifact()


def _messages(reading: Reading, uses: Sequence[Use]) -> Iterator[Message]:
    by_type: dict[str, Use] = {}
    for use in uses:
        assert isinstance(use.adapter, ReadsMessages), f"{use.adapter.format} reads no messages"
        for name in use.adapter.message_types:
            by_type.setdefault(name, use)
    excerpts = Excerpts(reading)
    for message in reading.messages:
        found = by_type.get(message.type)
        made = _read(message, found) if found else _refused(message, by_type)
        answers = found or uses[0]
        yield replace(
            made,
            asked=excerpts.of(message.number),
            format=answers.adapter.format,
            profile=answers.profile.name,
        )


def _read(message: MessageIn, use: Use) -> Message:
    assert isinstance(use.adapter, ReadsMessages)
    return use.adapter.read_message(message, use.profile)


def _refused(message: MessageIn, by_type: dict[str, Use]) -> Message:
    problem = not_understood(message, by_type)
    return Message(message.number, message.reference, "rejected", (problem,), iter(()))
