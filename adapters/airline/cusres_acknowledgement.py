"""CUSRES that a carrier sends: BGM 312, by which it confirms a decision that changed later (132).

Behaviour
    RFF+TN repeats the number of the decision (`own_reference`): a note about that reply, which
    closes it. A decision is in force whether it is confirmed or not; what else the acknowledgement
    repeats is not looked at.
    One that names no decision sent from here is accepted with a warning, and changes nothing.
    Any other CUSRES is refused: authorities send those, and agencies answer at another door.
    Replies are those of passenger lists (`cusres`).
Knowingly not done
    Nothing but BGM and RFF+TN is read.
Versions
    D.05B   read; a release is not asked for
"""

from collections.abc import Iterator

from adapters.airline.cusres import artifacts_of
from adapters.airline.drafting import KIND, PACKAGE
from adapters.airline.own_reference import reply_named
from adapters.interchange import EDIFACT
from adapters.wire.edifact import MessageIn, looks_like, read, value
from broker.adapter import (
    REPLY,
    Artifact,
    Draft,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Reference,
    Syntax,
)
from broker.model.problem import Place, Problem

_ACKNOWLEDGES = "312"


class CusresAcknowledgements:
    """The adapter of this format; it holds nothing."""

    family = "airline"
    format = "CUSRES acknowledgements"
    content_types: tuple[str, ...] = ("application/edifact", "text/plain")
    syntax: Syntax = EDIFACT
    message_types: tuple[str, ...] = ("CUSRES",)

    def recognises(self, payload: bytes) -> Recognition | None:
        """EDIFACT with a CUSRES near its beginning."""
        sight = looks_like(payload)
        return Recognition(self.format, 80) if sight and "CUSRES" in sight.types else None

    def read_message(
        self,
        message: MessageIn,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Message:
        """An acknowledgement as a note about the reply that it names."""
        return _confirmed(message)

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where the number of the decision stood."""
        reading = read(payload)
        if 1 <= message <= len(reading.envelope.spans):
            found = reading.message(message)
            at, _ = _transaction(found) if found.type in self.message_types else (0, "")
            if at:
                yield "Declaration.FunctionalReferenceID", found.place(at, 1, 2)

    def render(
        self,
        out: Outgoing,  # noqa: ARG002 (the contract's)
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """Nothing: no recipient is sent acknowledgements."""
        return ()

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """A CUSRES that says what was wrong with it."""
        return artifacts_of(out, original, profile)


def _confirmed(message: MessageIn) -> Message:
    at, kind = _first(message, "BGM")
    if kind != _ACKNOWLEDGES:
        problem = _not_from_carrier(message, at, kind)
        return Message(message.number, message.reference, "rejected", (problem,), iter(()))
    at, number = _transaction(message)
    reply = reply_named(number)
    if reply is None:
        problem = _of_nothing(message, at, number)
        return Message(message.number, message.reference, "accepted", (problem,), iter(()))
    place = message.place(at, 1, 2)
    body = {"TypeCode": kind, "FunctionalReferenceID": number}
    draft = Draft(KIND, "note", (Reference(REPLY, reply, place),), body, PACKAGE)
    return Message(message.number, message.reference, "accepted", (), iter((draft,)))


def _first(message: MessageIn, tag: str) -> tuple[int, str]:
    """Where the first such segment stands, and its first value; (0, "") where there is none."""
    for at, segment in enumerate(message.segments, 1):
        if segment[0][0] == tag:
            return at, value(segment, 1).strip()
    return 0, ""


def _transaction(message: MessageIn) -> tuple[int, str]:
    """RFF+TN, before any person."""
    for at, segment in _header(message):
        if segment[0][0] == "RFF" and value(segment, 1) == "TN":
            return at, value(segment, 1, 2).strip()
    return 0, ""


def _header(message: MessageIn) -> Iterator[tuple[int, list[list[str]]]]:
    for at, segment in enumerate(message.segments, 1):
        if segment[0][0] == "ERP":
            return
        yield at, segment


def _of_nothing(message: MessageIn, at: int, number: str) -> Problem:
    return Problem(
        code="cusres.acknowledgement",
        text="the acknowledgement (BGM 312) names no decision that was sent from here: it changes "
        "nothing",
        severity="warning",
        message=message.number,
        where=message.place(at or 1, *((1, 2) if at else ())),
        path="Declaration.FunctionalReferenceID",
        found=number[:35] or None,
        expected="RFF+TN with the number of the CUSRES 132 that is confirmed",
        hint="repeat RFF+TN of the CUSRES 132 as it was sent",
    )


def _not_from_carrier(message: MessageIn, at: int, kind: str) -> Problem:
    return Problem(
        code="cusres.not-from-carrier",
        text="a CUSRES of this type is an authority's answer, not a message of a carrier",
        message=message.number,
        where=message.place(*((at, 1, 1) if at else (1, 2, 1))),
        path="Declaration.TypeCode",
        found=kind[:35] or None,
        expected="PAXLST, or CUSRES with BGM 312",
        hint="send lists as PAXLST; authorities answer at the door for responses",
    )
