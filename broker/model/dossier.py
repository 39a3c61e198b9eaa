"""A dossier as the core holds it while it works: heads and live rows, not its whole history.

All values are frozen: a step makes a new dossier, and one that raises leaves the old untouched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from broker.model.extent import Extent
from broker.model.numbering import Named

Outcome = Literal["applied", "requested", "repeated", "late", "declined"]
Result = Literal["new", "changed", "unchanged", "withdrawn"]

BOARD = "board"
"""The part name under which boards are decided and sent; no document has it."""


class Change(NamedTuple):
    """One change to the live version of a part.

    Of a list, whose elements are identified by match keys, and whose pattern is `path`. put: the
    element, in place of the one it matches, else beside the others. remove: the one it matches
    goes. absent: the one it matches is not on board. keep: it is on board, and all that no `keep`
    of the same path matches are not.

    amend: what is at `path`, a canonical path with the keys of its elements, becomes what the
    event's body has there; `element` is empty. `place`: where the block that asks for it stands in
    the sender's file, as a problem shows places, and its number among them as `block`.
    """

    does: Literal["put", "remove", "keep", "absent", "amend"]
    path: str
    element: dict[str, Any]
    place: Mapping[str, Any] = {}


class Target(NamedTuple):
    """Whom a decision is about: results are per (part, recipient, purpose)."""

    part: str
    recipient: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one part.

    `payload` is the event's, as stored (`broker.model.events` opens it); `order` is the sender's
    revision or the number of acceptance. `named`: the elements that its message named, by the
    message's numbers and the dossier's. `extent`: how much of its message's list was taken. `by`:
    the authority that made this version of its own accord; it stays its declarant's all the same.
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
    named: Named = field(default_factory=dict)
    extent: Extent | None = None
    by: str = ""


class Shown(NamedTuple):
    """What a target was shown last.

    `version`, `digest` and `delivery` are those of the last delivery; `showing` numbers what was
    shown to this target. `described` is the version that `vector` (packed) describes, under the
    configuration of this digest. `answered`: how far the subscription was given, and which
    delivery was meant, when this agency answered last.
    """

    version: int
    digest: str
    delivery: str
    result: Result
    showing: int = 0
    described: int = 0
    configuration: str = ""
    vector: bytes = b""
    answered: tuple[int, str] = (0, "")


class Ask(NamedTuple):
    """An agency is expected to answer about a version.

    `due_at` is "" while silence is not counted yet: it is from when the recipient acknowledges
    the delivery (`counted_from` arrival: not before the goods have arrived).
    """

    target: Target
    version: int
    due_at: str
    silence: str
    state: str
    delivery: str
    asked_at: str
    showing: int = 0
    within_s: int = 0
    counted_from: str = "acknowledgement"

    @property
    def counts(self) -> bool:
        """Whether the board looks at this ask."""
        return self.state in {"open", "overdue"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agency answered about a subject under a purpose and a check.

    `status` None is a notice: it decides nothing. `order` is by arrival of submissions, `ordinal`
    by messages and answers in one of them. `showing` is that of the
    delivery it is bound to; `changed_at`: the first showing at which what it is about was another
    or was gone (0: it is unchanged). `keys`: digests of the strong keys of the element it is
    about. `silent`: nothing was answered in time. `state`: counts; obeyed (what was refused was
    taken off by name); ended (valid until a time that has passed: what it settled is open, whatever
    was answered before it); over (replaced or lifted: never loaded again).
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
    showing: int = 0
    changed_at: int = 0
    silent: bool = False
    state: Literal["counts", "obeyed", "ended", "over"] = "counts"
    keys: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """Under which part and purpose which agency answered."""
        return Target(self.part, self.recipient, self.purpose)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A numbered row of the queue that an answer may be about.

    `content`: what it held (`body`, `elements`), loaded for those alone that may be meant.
    `numbers`: by which numbers of its own it may be named, as it shows them (a request's number,
    and that with its revision). `named`: the elements that its message named, loaded for those
    alone that are named so; None: not loaded.
    """

    id: str
    target: Target
    version: int
    showing: int
    seq: int
    content: Mapping[str, Any] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    named: frozenset[str] | None = None


def without_payload(documents: Mapping[str, Document]) -> dict[str, Document]:
    """The same versions by part, without what they hold."""
    return {part: replace(document, payload=b"") for part, document in documents.items()}


class PartNumbers(NamedTuple):
    """The numbers of a part: the highest ever given by list, and who named what last.

    `older`: by version, the elements (by list, numbers as runs of [first, how many]) that its
    message was the last to name; all others were named by the live version's.
    """

    marks: Mapping[str, int] = {}
    older: Mapping[int, Mapping[str, tuple[tuple[int, int], ...]]] = {}


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known about one declaration, as far as the next step needs it.

    `messages`: versions that are not live, but whose messages were the last to name some element.
    `gone`: the last version of each part that was taken back, for what is answered about it still.
    `answers`: those that count, are obeyed or have ended. `requests`: those that are open, by
    number; `numbered`: the highest number that was given to one, or to a question. `questions`:
    those that are not closed, by number. `facts`: by part, the native codes of agencies that decide
    about it, what was reported of it (`broker.dossiers.reported`), what an authority has granted or
    corrected in vain.
    """

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
    parts: Mapping[str, PartNumbers] = field(default_factory=dict)
    messages: Mapping[tuple[str, int], Document] = field(default_factory=dict)
    gone: Mapping[str, Document] = field(default_factory=dict)
    shown: Mapping[Target, Shown] = field(default_factory=dict)
    asks: Mapping[Target, Ask] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    outcomes: frozenset[str] = frozenset()
    requests: Mapping[int, "Request"] = field(default_factory=dict)
    numbered: int = 0
    questions: Mapping[int, "Question"] = field(default_factory=dict)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A canonical event as it stands on `events.<kind>`, read back.

    `order` is the sender's revision, or the number of acceptance. `recipient` is the agency that
    sent it (answers), else ""; `given`: up to which number its subscription had been given then
    (None: not recorded). `name`: the moment that has come; of an answer under a number that was
    used before, the event that used it first. `places` says where in its bytes the sender wrote a
    reference, by (scheme, value), as a problem shows places. `extent`: how much of its list the
    message holds. `replies`: False where a later event of the same message is replied to. `form`:
    what the broker's own form of a request states, where the body is what is to change (of the
    package `request`, whose body states it itself otherwise). `overtaken`: later messages of its
    sender may have been applied before it.
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
    given: int | None = None
    extent: Extent | None = None
    replies: bool = True
    overtaken: bool = False
    form: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stated(self) -> Mapping[str, Any]:
        """What the message states of itself: its form, else its body."""
        return self.form or self.body


@dataclass(frozen=True, slots=True)
class Question:
    """What an authority wants to know or to see, about a subject of a part.

    `number` is the broker's, in its dossier. `content`: what is wanted, as the board shows it
    (TypeCode documents or information, WantedDocument). `due_at` "": no time was given.
    `event` is the answer that opened it.
    """

    number: int
    part: str
    recipient: str
    purpose: str
    subject: str
    content: Mapping[str, Any]
    due_at: str
    event: str
    asked_at: str
    state: Literal["open", "overdue", "closed"] = "open"
    closed_at: str = ""

    @property
    def target(self) -> Target:
        """Under which part and purpose which agency asks."""
        return Target(self.part, self.recipient, self.purpose)


RequestState = Literal["open", "granted", "refused", "overtaken", "taken_back"]

REQUEST = "request/"
"""How the part names of requests begin: what is asked, answered and delivered about one."""


class Holder(NamedTuple):
    """A recipient of a request, under its purpose.

    `decision`: granted, refused, "" while it is to decide; informed: it is not asked.
    """

    recipient: str
    purpose: str
    delivery: str
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a declarant asks of an authority, which changes nothing before it is granted.

    `number` is the broker's, in its dossier. `event` holds all that is asked, and by whom.
    `version`: that of the part it was made on. `table` names the table that was in force at
    receipt. `holders`: those that it was sent to. `code`: of a refusal, the table's.
    """

    number: int
    event: Event
    version: int
    table: str
    holders: tuple[Holder, ...]
    expires_at: str
    state: RequestState = "open"
    code: str = ""
    decided_at: str = ""

    @property
    def part(self) -> str:
        """The part name under which it is asked about and answered."""
        return f"{REQUEST}{self.number}"

    @property
    def does(self) -> str:
        """What is asked for: amend, withdraw, present or release."""
        return REQUESTED.get(self.event.does, self.event.does)

    @property
    def deciding(self) -> tuple[Holder, ...]:
        """Those that must all grant it."""
        return tuple(one for one in self.holders if one.decision != "informed")

    @property
    def reference(self) -> str:
        """The sender's own number of the request."""
        return str(self.event.stated.get("FunctionalReferenceID", ""))


REQUESTED = {"put": "amend", "merge": "amend", "patch": "amend"}
"""What an event asks for, where that has another name than what it does."""


def is_request(part: str) -> bool:
    """Whether this is the part name of a request."""
    return part.startswith(REQUEST)
