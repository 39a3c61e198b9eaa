"""The types of deliveries: made from the packages and kinds that are installed, with what each is.

A new package or kind adds its types here by being there; README.md and the OpenAPI document take
them from here.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, get_args

from broker.core.late import EXPIRED, SUPERSEDED
from broker.core.requested import TYPES
from broker.core.told import NOTED
from broker.model.dossier import RequestState
from broker.model.json_schemas import data_of
from broker.model.packages import PACKAGES
from broker.model.subjects import NOT_DOCUMENTS, subject_of
from broker.state.queue import ENDING, QUESTION_OVERDUE, UNACKNOWLEDGED
from broker.translation.pending import STATUS as WAITING

REPLY: Final = "Reply"
"""Stands for the data of a reply: it is in the syntax of what it answers."""


class DeliveryType(NamedTuple):
    """Types that are one thing: `data` names the schema of what they hold, `text` says what it is.

    The text speaks to who is given it.
    """

    names: tuple[str, ...]
    data: str
    text: str


_RESULTS = {
    "new": "a document you are entitled to, for the first time or again",
    "changed": "another version of it",
}
_ENDED = {
    ".withdrawn": (
        "what you were given is no longer your concern; where you objected to something, you are "
        "asked what becomes of that"
    ),
    ENDING: "what you were given has been ended by an authority: nothing is asked any more",
}
_ASKED = {
    "amend": (
        "what a declarant wants to change, leaf by leaf: path, before and after; `decides`: you "
        "must answer it with granted or refused"
    ),
    "withdraw": "the same for a cancellation",
    "present": "the same for goods that are presented",
    "release": "the same for a release that is asked for",
}
_ANSWERS = {
    SUPERSEDED: (
        "your answer came too late for these elements: they have changed or are gone; `now` is the "
        "delivery that shows what is there now"
    ),
    QUESTION_OVERDUE: (
        "the time has passed that you gave for what you wanted: `question` is its number"
    ),
    EXPIRED: "your answer was valid until now; what it settled is open again",
    UNACKNOWLEDGED: (
        "the sender has not confirmed in time that your answer reached them; `delivery` is the "
        "reply"
    ),
}
BOARD_CHANGED: Final = "board.changed"
_DECIDED = (
    "what was decided, as far as you may see it; to a declarant the reply to one message, in their "
    "own format, or a later change of it"
)
_MESSAGES = {
    "rejected": "a message of yours was not understood, or breaks a demand",
    "declined": "a message of yours was understood, and cannot be applied",
    NOTED: (
        "a message of yours is taken; this is odd about it: pieces that did not come, numbers that "
        "differ"
    ),
    WAITING: (
        "a message of yours is not passed on yet: which reference is not known, until when it "
        "waits, what to do"
    ),
}


def delivery_types(kinds: Iterable[str]) -> tuple[DeliveryType, ...]:
    """Every type of delivery of dossiers of these kinds."""
    kinds = tuple(sorted(kinds))
    return (*_documents(), *_notices(kinds), *_requests(kinds), *_answers(), *_replies())


def _documents() -> tuple[DeliveryType, ...]:
    return tuple(
        DeliveryType((f"{package}.{result}",), data_of(subject_of("document", package)), text)
        for package in PACKAGES
        if package not in NOT_DOCUMENTS
        for result, text in _RESULTS.items()
    )


def _notices(kinds: tuple[str, ...]) -> tuple[DeliveryType, ...]:
    data = data_of(subject_of("notice", kinds[0] if kinds else ""))
    return tuple(
        DeliveryType(tuple(f"{kind}{ending}" for kind in kinds), data, text)
        for ending, text in _ENDED.items()
    )


def _requests(kinds: tuple[str, ...]) -> tuple[DeliveryType, ...]:
    asked = tuple(
        DeliveryType(
            tuple(f"{kind}.{TYPES[does]}" for kind in kinds), data_of(subject_of("request")), text
        )
        for does, text in _ASKED.items()
    )
    states = [state.replace("_", "-") for state in get_args(RequestState)]
    ended = DeliveryType(
        tuple(f"{kind}.request-{state}" for kind in kinds for state in states if state != "open"),
        data_of(subject_of("notice")),
        "how a request that you were sent has ended",
    )
    replied = DeliveryType(
        tuple(f"request.{state}" for state in states),
        REPLY,
        "to a declarant: what became of what they asked for",
    )
    return (*asked, ended, replied)


def _answers() -> tuple[DeliveryType, ...]:
    return tuple(
        DeliveryType((name,), data_of(subject_of("notice", name)), text)
        for name, text in _ANSWERS.items()
    )


def _replies() -> tuple[DeliveryType, ...]:
    decided = (
        DeliveryType((BOARD_CHANGED,), data, _DECIDED)
        for data in (data_of(subject_of("board")), REPLY)
    )
    messages = (
        DeliveryType((f"message.{status}",), REPLY, text) for status, text in _MESSAGES.items()
    )
    return (*decided, *messages)


def rows(kinds: Iterable[str]) -> list[str]:
    """The table of README.md: a row for all types that are the same thing."""
    by_text: dict[str, dict[str, None]] = {}
    for one in delivery_types(kinds):
        by_text.setdefault(one.text, {}).update(dict.fromkeys(one.names))
    cells = [(", ".join(f"`{name}`" for name in names), text) for text, names in by_text.items()]
    return ["| type | what it is |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in cells)]
