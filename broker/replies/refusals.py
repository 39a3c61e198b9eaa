"""The queue's row for a rejected message, a declined event, or one with something to note.

Whoever sent it always hears of it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from broker.model.dossier import Event
from broker.model.problem import Problem
from broker.model.records import digest
from broker.replies import payloads
from broker.state.queue import Row


class Refused(NamedTuple):
    """Whom a refusal is for, and what it answers."""

    submission: str
    message: int
    sender: str
    party: str
    received_at: str
    trace: str
    event: str = ""


def declined_row(event: Event, problems: Sequence[Problem]) -> Row:
    """The reply to an event that was declined."""
    told = Refused(event.submission, event.message, event.sender, event.party,
                   event.received_at, event.trace, event.id)  # fmt: skip
    return refusal_row(told, "declined", problems, event.references)


def noted_row(
    told: Refused, problems: Sequence[Problem], references: Sequence[tuple[str, str]]
) -> Row:
    """The message stands; these things about it are told to its sender."""
    return refusal_row(told, "noted", problems, references)


def refusal_row(
    told: Refused,
    status: str,
    problems: Sequence[Problem],
    references: Sequence[tuple[str, str]],
) -> Row:
    """A reply with this status (rejected, declined, noted), in its sender's syntax later."""
    context = {
        "trace": told.trace, "reply_to": told.submission, "message": told.message,
        "status": status, "party": told.party,
    }  # fmt: skip
    return Row(
        id="d_" + digest(told.submission, told.message, told.event, told.sender, status),
        subscription=told.sender,
        dossier="",
        part="",
        version=0,
        recipient=told.sender,
        purpose="reply",
        what="reply",
        type=f"message.{status}",
        payload=payloads.refusal(status, problems, references),
        context=orjson.dumps(context).decode(),
        created_at=told.received_at,
    )
