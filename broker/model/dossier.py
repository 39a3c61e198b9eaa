"""A dossier as the core holds it while it works: heads and live rows, not its whole history.

All values are frozen: a step makes a new dossier, and one that raises leaves the old untouched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Outcome = Literal["applied", "repeated", "late", "declined"]
Result = Literal["new", "changed", "unchanged", "withdrawn"]

BOARD = "board"
"""The part name under which boards are decided and sent; no document has it."""

DECIDED = ("open", "overdue")
"""States of an ask that still counts on the board besides `released`."""


class Change(NamedTuple):
    """One change to a list of the live version of a part; elements are told apart by match keys.

    put: the element, in place of the one it matches, else beside the others. remove: the one it
    matches goes. keep: all go but those that some `keep` of the same path matches.
    """

    does: Literal["put", "remove", "keep"]
    path: str
    element: dict[str, Any]


class Target(NamedTuple):
    """Whom a decision is about: results are per (part, recipient, purpose)."""

    part: str
    recipient: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one part.

    `payload` is the event's, as stored (`broker.model.events` opens it); `order` is the sender's
    revision or the number of acceptance.
    """

    part: str
    version: int
    id: str
    package: str
    digest: str
    order: int
    submission: str
    message: int
    event: str
    sender: str
    party: str
    profile: str
    received_at: str
    payload: bytes
    state: str = "live"


class Sent(NamedTuple):
    """What a target was last told: the version, the digest of its cut, the elements."""

    version: int
    digest: str
    elements: tuple[str, ...]
    delivery: str
    result: Result


class Ask(NamedTuple):
    """An agency is expected to answer about a version; `elements` () is the whole."""

    target: Target
    version: int
    elements: tuple[str, ...]
    due_at: str
    silence: str
    state: str
    delivery: str
    asked_at: str

    @property
    def counts(self) -> bool:
        """Whether the board looks at this ask."""
        return self.state in {"open", "overdue", "released"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agency said about a subject under a purpose and a check.

    `status` None is a notice: it decides nothing. `order` is by arrival.
    """

    part: str
    recipient: str
    purpose: str
    version: int
    subject: str
    check: str
    status: str | None
    order: int
    event: str
    ordinal: int
    content: Mapping[str, Any]
    at: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A row of the queue that the core must know of: who was given what."""

    id: str
    target: Target
    version: int
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known about one declaration, as far as the next step needs it."""

    id: str
    kind: str
    state: str = "new"
    party: str = ""
    sender: str = ""
    opened_at: str = ""
    closed_at: str | None = None
    board_version: int = 0
    overall: str = "not_required"
    live: Mapping[str, Document] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[Target, Sent] = field(default_factory=dict)
    asks: Mapping[Target, Ask] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    outcomes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A canonical event as it stands on `events.<kind>`, read back.

    `order` is the sender's revision, or the number of acceptance. `recipient` is the agency that
    sent it (answers), else "". `places` says where in its bytes the sender wrote a reference, by
    (scheme, value), as a problem shows places.
    """

    id: str
    kind: str
    does: str
    dossier: str
    part: str = ""
    package: str = ""
    order: int = 0
    submission: str = ""
    message: int = 0
    sender: str = ""
    party: str = ""
    recipient: str = ""
    profile: str = ""
    received_at: str
    references: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any]
    payload: bytes
    digest: str = ""
    trace: str = ""
    problem: str = ""
    name: str = ""
    changes: tuple[Change, ...] = ()
    places: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
