"""Answers under the agencies' own numbers, inside translation's transaction (`model.reuse`).

a new number            goes on
again, same content     goes on, and names the event that used the number first
again, other content    is declined: `answer.id-reused`
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from broker.model.dossier import Event
from broker.model.reuse import content_digest, own_number
from broker.state import answer_ids
from broker.state.answer_ids import Used

REUSED = "answer.id-reused"


def check_numbers(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """The events, those with a problem that use a number again for something else."""
    used = {event.id: found for event in events if (found := _used(event)) is not None}
    answer_ids.put(connection, used.values())
    first = answer_ids.known(connection, [(one.recipient, one.id) for one in used.values()])
    return [
        _checked(event, used[event.id], first) if event.id in used else event for event in events
    ]


def _used(event: Event) -> Used | None:
    number = own_number(event.body) if event.recipient and event.does == "answer" else ""
    if not number:
        return None
    return Used(event.recipient, number, content_digest(event.body, event.references), event.id)


def _checked(event: Event, used: Used, first: dict[answer_ids.Key, Used]) -> Event:
    known = first[used.recipient, used.id]
    if known.event == event.id:
        return event
    if known.digest != used.digest:
        return replace(event, problem=REUSED)
    return replace(event, name=known.event)
