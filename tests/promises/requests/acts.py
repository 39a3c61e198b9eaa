"""What declarants and agencies do, and what must come of it: values.

Nothing here knows the broker's.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.promises.requests.settings import Seat


class Wish(NamedTuple):
    """What a declarant sends. `named`: what an amendment points at; `content`: all it says."""

    does: str
    part: str
    party: str
    reference: str = ""
    content: tuple[tuple[str, str], ...] = ()
    named: tuple[str, ...] = ()


class Said(NamedTuple):
    """What an agency answers: to which delivery, under which code of its own, and about what.

    `about`: subject ("" the whole) and status ("" none).
    """

    delivery: str
    code: str
    about: tuple[tuple[str, str], ...]


@dataclass
class Asked:
    """A request. `shown`: what each that it is sent to must be shown of it."""

    number: int
    wish: Wish
    submission: str
    deciding: dict[Seat, str]
    shown: dict[Seat, set]
    deliveries: dict[Seat, str] = field(default_factory=dict)

    @property
    def deciders(self) -> set[str]:
        """The recipients that must grant it."""
        return {recipient for recipient, _ in self.deciding}

    @property
    def type(self) -> str:
        """What it asks for, as the broker's own format says it."""
        return {"put": "amend", "patch": "amend"}.get(self.wish.does, self.wish.does)


class Ended(NamedTuple):
    """How a request ended; `by`: the agency whose decision ended it."""

    asked: Asked
    state: str
    by: str = ""


@dataclass
class Expected:
    """What must come of an event; `outcome` "": any; `code`: of its first problem, "": any.

    `cancelled`: (part, seat) that is told so, `over`: that is told of an ending. `remark`: the code
    of what the declarant of a part is told of a correction, and the part; `by`: whose it is.
    """

    outcome: str = ""
    code: str = ""
    began: Asked | None = None
    ended: list[Ended] = field(default_factory=list)
    noted: list[Asked] = field(default_factory=list)
    again: Asked | None = None
    cancelled: set[tuple[str, Seat]] = field(default_factory=set)
    over: set[tuple[str, Seat]] = field(default_factory=set)
    remark: tuple[str, str] = ("", "")
    by: str = ""
