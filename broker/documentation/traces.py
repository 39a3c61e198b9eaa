"""What the doors answer to operators: traces, what is parked, keys. See `shapes`."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from broker.documentation.shapes import (
    BoardStatus,
    Continues,
    Problem,
    RecipientDecision,
    Reference,
    RequestStatus,
    Stamp,
    WaitsFor,
)
from broker.model.dossier import Outcome, Result

ParkedState = Literal["parked", "resumed", "discarded"]
Tree = dict[str, Any]


class TracedEvent(TypedDict):
    """One event, and what it did to its dossier."""

    event: str
    does: str
    outcome: Outcome
    dossier: str
    at: Stamp
    problems: list[Problem]


class TracedMessage(TypedDict):
    """One message of a submission."""

    number: int
    reference: str
    verdict: Literal["accepted", "rejected"]
    format: Annotated[str, Field(description="what it was read by, and is answered in")]
    profile: str
    configuration: Annotated[str, Field(description="digest of the one it was given under")]
    problems: list[Problem]
    events: list[TracedEvent]
    unresolved: int
    waits_for: list[WaitsFor]


class TracedDelivery(TypedDict):
    """A row of the queue: what was sent to whom, and how far it got."""

    delivery: str
    what: Literal["document", "notice", "board", "reply", "request"]
    type: str
    recipient: str
    purpose: str
    part: str
    version: int
    state: str
    seq: int | None
    created_at: Stamp
    settled_at: str | None
    status: NotRequired[str]
    configuration: NotRequired[
        Annotated[str, Field(description="of a reply: digest of the one it was written under")]
    ]
    content: NotRequired[Annotated[Tree, Field(description="with `bodies`")]]


class ParkedShort(TypedDict):
    """Something parked, in short."""

    id: str
    station: str
    reason: str
    state: ParkedState
    at: Stamp


class TracedSubmission(TypedDict):
    """A submission: whose, in which format, and its messages."""

    submission: str
    messages: list[TracedMessage]
    replies: list[TracedDelivery]
    sender: NotRequired[str]
    party: NotRequired[str]
    family: NotRequired[str]
    format: NotRequired[str]
    profile: NotRequired[str]
    content_type: NotRequired[str]
    bytes: NotRequired[int]
    sha256: NotRequired[str]
    received_at: NotRequired[Stamp]
    same_bytes_as: NotRequired[str | None]
    reference: NotRequired[str | None]
    delivery: NotRequired[str | None]
    continues: NotRequired[Continues | None]
    left_out: NotRequired[Annotated[int, Field(description="messages that are not shown")]]
    parked: NotRequired[list[ParkedShort]]


class TracedDocument(TypedDict):
    """A version of a part."""

    id: str
    part: str
    version: int
    package: str
    state: str
    submission: str
    message: int
    event: str
    received_at: Stamp
    body: NotRequired[Annotated[Tree, Field(description="with `bodies`")]]


class RowNotMatched(TypedDict):
    """A row that gave no recipient a right to a part, and which of its conditions failed."""

    part: str
    version: int
    rule: str
    file: str
    recipient: str
    purpose: str
    verdict: str
    reasons: list[str]
    configuration: str


class TracedDecision(TypedDict):
    """Who was decided to receive what, by which rows of which configuration."""

    part: str
    version: int
    recipient: str
    purpose: str
    result: Result
    view: str
    delivery: str
    configuration: str
    at: Stamp
    rule: list[str]


class TracedAsk(TypedDict):
    """What an agency was asked, and until when."""

    part: str
    recipient: str
    purpose: str
    version: int
    due_at: str
    silence: str
    state: str
    delivery: str
    asked_at: str


class TracedAnswer(TypedDict):
    """What an agency answered."""

    recipient: str
    purpose: str
    part: str
    version: int
    subject: str
    check: str
    status: str | None
    event: str
    at: Stamp
    content: NotRequired[Annotated[Tree, Field(description="with `bodies`")]]


class TracedReport(TypedDict):
    """What was reported of a part: presented, arrived or departed."""

    name: Literal["presented", "arrived", "departed"]
    part: str
    at: Annotated[str, Field(description="when; empty: not known")]
    by: Annotated[str, Field(description="the authority that reported it; empty: its declarant")]


class TracedDossier(TypedDict):
    """A dossier: its versions, who is told what and why, who is not, and what was answered."""

    dossier: str
    state: str
    parked: list[ParkedShort]
    kind: NotRequired[str]
    party: NotRequired[str]
    opened_at: NotRequired[str]
    closed_at: NotRequired[str | None]
    overall: NotRequired[str]
    references: NotRequired[list[Reference]]
    documents: NotRequired[list[TracedDocument]]
    recipients: NotRequired[list[RecipientDecision]]
    not_matched: NotRequired[list[RowNotMatched]]
    decisions: NotRequired[list[TracedDecision]]
    asks: NotRequired[list[TracedAsk]]
    answers: NotRequired[list[TracedAnswer]]
    requests: NotRequired[list[RequestStatus]]
    reported: NotRequired[list[TracedReport]]
    board: NotRequired[BoardStatus]
    deliveries: NotRequired[list[TracedDelivery]]


class Trace(TypedDict):
    """The whole road of an id or a reference."""

    asked: str
    found: Annotated[str, Field(description="what the name is of")]
    submissions: list[TracedSubmission]
    dossiers: list[TracedDossier]
    left_out: Annotated[int, Field(description="dossiers that are not shown")]


class ParkedRecord(TypedDict):
    """Something that waits for a person, or did; a delivery has no place on a topic."""

    id: str
    station: str
    dossier: str
    reason: str
    state: ParkedState
    at: Stamp
    topic: NotRequired[str]
    partition: NotRequired[int]
    position: NotRequired[int]
    message: NotRequired[int]
    key: NotRequired[str]
    recipient: NotRequired[str]
    purpose: NotRequired[str]
    what: NotRequired[str]


class Action(TypedDict):
    """What a person did, and why."""

    at: Stamp
    who: str
    what: str
    why: str


class ParkedWhole(TypedDict):
    """One parked thing with its headers and what was done about it; never its bytes."""

    id: str
    station: str
    dossier: str
    reason: str
    state: ParkedState
    at: Stamp
    topic: NotRequired[str]
    partition: NotRequired[int]
    position: NotRequired[int]
    message: NotRequired[int]
    key: NotRequired[str]
    recipient: NotRequired[str]
    purpose: NotRequired[str]
    what: NotRequired[str]
    actions: list[Action]
    headers: NotRequired[dict[str, str]]
    bytes: NotRequired[int]


class ParkedList(TypedDict):
    """What waits for a person, newest first."""

    parked: list[ParkedRecord]


class ParkedDecision(TypedDict):
    """What was decided, and what has become of the parked thing."""

    parked: str
    decision: Literal["resume", "discard"]
    state: str


class IssuedKey(TypedDict):
    """A key, shown this once."""

    name: str
    key: str
    issued_at: Stamp


class KeyRow(TypedDict):
    """A key that was issued, by the beginning of its digest."""

    name: str
    sha256: str
    issued_at: Stamp
    revoked_at: str | None


class KeyList(TypedDict):
    """Every key that was issued, oldest first."""

    keys: list[KeyRow]


class RevokedKeys(TypedDict):
    """How many keys of a name were revoked."""

    name: str
    revoked: int


class KeyForm(TypedDict):
    """Whose key is issued: a sender, a recipient or an operator of the configuration."""

    name: Annotated[str, Field(min_length=1, max_length=500)]


class ReasonForm(TypedDict):
    """Why it is done; it is kept."""

    why: Annotated[str, Field(min_length=1, max_length=500)]


SHAPES = (
    Trace, ParkedList, ParkedWhole, ParkedDecision, IssuedKey, KeyList, RevokedKeys, KeyForm,
    ReasonForm,
)  # fmt: skip
"""Those that an answer or a body is; the others are inside of them."""
