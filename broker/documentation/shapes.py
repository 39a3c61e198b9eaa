"""What the doors answer to senders and agencies, as shapes of plain trees.

The rooms that answer make these trees; the shapes describe them for the documentation, and a test
holds every answer to its shape. An absent member is `NotRequired`, one that may be null says so.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from broker.model.dossier import Outcome, RequestState, Result

Stamp = Annotated[str, Field(description="ISO 8601, UTC")]
Reference = Annotated[list[str], Field(min_length=2, max_length=2, description="scheme and value")]
Held = Annotated[
    list[str],
    Field(min_length=4, max_length=4, description="recipient, purpose, delivery, decision"),
]


class ReachedLimit(TypedDict):
    """Of 413 and 429: which limit it is, and, of 429, when to come back."""

    name: str
    value: Annotated[int, Field(ge=1)]
    set_by: Annotated[str, Field(description="the setting, or the field of your file")]
    retry_after_s: NotRequired[
        Annotated[int, Field(ge=1, description="seconds, as in Retry-After")]
    ]


class ProblemDetails(TypedDict):
    """Why a request was refused: RFC 9457, with a stable code that ARCHITECTURE.md lists."""

    type: Annotated[str, Field(description="urn:single-window-broker: and the code")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="what is wrong, and what to do")]
    code: str
    limit: NotRequired[ReachedLimit]
    shared: NotRequired[
        Annotated[int, Field(description="the highest number that both lines can share")]
    ]


class Receipt(TypedDict):
    """The bytes are durable; what becomes of them is at `status_url`."""

    submission: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    received_at: Stamp
    status_url: str
    same_bytes_as: Annotated[
        str | None, Field(description="an earlier submission of the party with the same bytes")
    ]


class Place(TypedDict):
    """A place in the sender's own file: what its syntax knows. Lines count from 1, bytes from 0."""

    message: NotRequired[int]
    xpath: NotRequired[str]
    line: NotRequired[int]
    column: NotRequired[int]
    json_pointer: NotRequired[str]
    segment: NotRequired[str]
    element: NotRequired[str]
    byte: NotRequired[int]
    sheet: NotRequired[str]
    cell: NotRequired[str]


class Problem(TypedDict):
    """One thing that is wrong with a message: where, what was found and expected, what to do."""

    code: str
    severity: Literal["error", "warning"]
    text: str
    where: Place
    part: NotRequired[str]
    path: NotRequired[Annotated[str, Field(description="canonical path")]]
    pointer: NotRequired[Annotated[str, Field(description="WCO pointer")]]
    found: NotRequired[str]
    expected: NotRequired[str]
    hint: NotRequired[str]
    native: NotRequired[Annotated[str, Field(description="the code of the sender's own standard")]]


class EventOutcome(TypedDict):
    """What became of one event of a message."""

    does: str
    outcome: Outcome
    problems: list[Problem]


class WaitsFor(TypedDict):
    """References of which none is known yet, and until when they are waited for."""

    references: list[Reference]
    until: Stamp


class DocumentVersion(TypedDict):
    """A version of a part of the dossier."""

    id: str
    part: str
    version: int
    package: str
    submission: str
    party: str
    state: Literal["live", "superseded", "late", "withdrawn"]


class RecipientDecision(TypedDict):
    """Who is to receive what, by which rows and laws, and how far the delivery got."""

    recipient: str
    purpose: str
    part: str
    version: int
    result: Result
    rule: list[str]
    because: list[str]
    legal_basis: list[str]
    elements: Annotated[list[str] | Literal["whole"], Field(description="canonical paths")]
    withheld: NotRequired[Annotated[list[str], Field(description="for operators")]]
    delivery: str
    state: str


class BoardAsk(TypedDict):
    """What an agency is asked or has answered; of parts of others the status alone."""

    recipient: str
    part: str
    status: str
    purpose: NotRequired[str]
    version: NotRequired[int]
    due_at: NotRequired[str]
    state: NotRequired[str]


class BoardStatus(TypedDict):
    """The asks in force and the overall status; empty where nothing of it is one's own."""

    version: NotRequired[int]
    overall: NotRequired[str]
    asks: NotRequired[list[BoardAsk]]


class ReplyStatus(TypedDict):
    """A reply to a message of the dossier."""

    delivery: str
    type: str
    version: int
    state: str
    party: str


class ReferenceStatus(TypedDict):
    """A reference of the dossier; `scope` is the party whose name it is, "" for all."""

    scheme: str
    value: str
    scope: str


class JoinedPart(TypedDict):
    """A part of another party, as the owner of the dossier sees it."""

    part: str
    name: Annotated[str, Field(description="the sender's public name")]


class RequestStatus(TypedDict):
    """What a declarant asked of an authority, and what became of it."""

    number: int
    does: str
    part: str
    version: int
    party: str
    submission: str
    message: int
    reference: str
    state: RequestState
    code: str
    received_at: Stamp
    expires_at: str
    decided_at: str
    holders: list[Held]


class MessageStatus(TypedDict):
    """One message: its verdict, its events, and its dossier as far as you may see it."""

    number: int
    reference: str
    verdict: Literal["accepted", "rejected"]
    format: Annotated[str, Field(description="what it was read by, and is answered in")]
    profile: str
    problems: list[Problem]
    outcomes: list[EventOutcome]
    unresolved: int
    waits_for: list[WaitsFor]
    dossier: NotRequired[str]
    documents: NotRequired[list[DocumentVersion]]
    recipients: NotRequired[list[RecipientDecision]]
    board: NotRequired[BoardStatus]
    replies: NotRequired[list[ReplyStatus]]
    references: NotRequired[list[ReferenceStatus]]
    requests: NotRequired[list[RequestStatus]]
    joined: NotRequired[list[JoinedPart]]


class Continues(TypedDict):
    """Where a submission goes on that is translated in turns."""

    after: Annotated[int, Field(description="the last message that is translated")]
    state: Annotated[
        Literal["continued", "behind", "parked"],
        Field(
            description="continued: its next turn comes; behind: an earlier submission of yours is "
            "translated first; parked: an operator looks at it"
        ),
    ]


class SubmissionStatus(TypedDict):
    """What became of a submission, message by message."""

    submission: str
    received_at: Stamp
    sha256: str
    format: str
    profile: str
    state: Literal["received", "translating", "translated"]
    continues: Continues | None
    messages_total: int
    messages_rejected: int
    messages: list[MessageStatus]
    next: Annotated[int | None, Field(description="`after` of the next page; null: no more")]
    overall: str


class Refusal(TypedDict):
    """A rejected message or a declined event; in its sender's syntax wherever that is known."""

    status: str
    problems: list[Problem]
    references: list[Reference]


class Alive(TypedDict):
    """The process answers."""

    status: Literal["alive"]


class Readiness(TypedDict):
    """What the process lacks to do its work, by name, each in a sentence."""

    status: Literal["ready", "not ready"]
    missing: dict[str, str]


SHAPES = (ProblemDetails, Receipt, SubmissionStatus, Refusal, Alive, Readiness)
"""Those that an answer is; the others are inside of them."""
