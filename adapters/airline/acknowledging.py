"""CUSRES that a carrier sends: BGM 312, by which it confirms a decision that changed later (132).

Rules
    An acknowledgement is accepted and changes nothing: a decision holds without it.
    Any other CUSRES is refused: authorities send those, and agencies answer at another door.
"""

from adapters.wire.edifact import MessageIn, value
from broker.adapter import Message
from broker.model.problem import Problem

_ACKNOWLEDGES = "312"


def acknowledged(message: MessageIn) -> Message:
    """What becomes of a CUSRES that a carrier sends."""
    number = next((at for at, one in enumerate(message.segments, 1) if one[0][0] == "BGM"), 1)
    kind = value(message.segments[number - 1], 1) if number > 1 else ""
    if kind == _ACKNOWLEDGES:
        problem = Problem(
            code="cusres.acknowledgement",
            text="an acknowledgement (BGM 312) is accepted and changes nothing",
            severity="warning",
            message=message.number,
            where=message.place(number, 1, 1),
            path="Declaration.TypeCode",
            found=kind,
            expected="nothing: a decision holds whether it is acknowledged or not",
            hint="no answer follows",
        )
        return Message(message.number, message.reference, "accepted", (problem,), iter(()))
    problem = Problem(
        code="cusres.not-from-carrier",
        text="a CUSRES of this type is an authority's answer, no message of a carrier",
        message=message.number,
        where=message.place(number, *((1, 1) if number > 1 else (2, 1))),
        path="Declaration.TypeCode",
        found=kind or None,
        expected="PAXLST, or CUSRES with BGM 312",
        hint="send lists as PAXLST; authorities answer at the door for responses",
    )
    return Message(message.number, message.reference, "rejected", (problem,), iter(()))
