"""Messages that must wait for a reference: their sender is notified at once.

Rules
    The reply says for what the message waits, until when, and what to do. It is one reply for each
    message, however many events of it wait.
    A later put of the same party about the same thing replaces the one that waits: only the newest
    would be in force in any case. The one that is replaced is declined; one that is released
    already goes on, and the later one behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from broker.dossiers.declines import decline_problem
from broker.model.dossier import Event
from broker.model.events import event_of
from broker.model.problem import Place, Problem, as_json
from broker.replies.refusals import Refused, declined_row, refusal_row
from broker.state import dossier_writes, queue, unresolved
from broker.state.queue import Row
from broker.state.unresolved import Waiting

STATUS = "waiting_reference"
Problems = Mapping[tuple[str, int], tuple[Problem, ...]]
"""What is wrong with each message (submission, message) besides."""


def put_waiting(
    connection: Connection,
    waiting: Sequence[Waiting],
    problems: Problems,
    configuration: str = "",
) -> None:
    """Keep the events that wait, notify their senders, and let go of what they replace."""
    if not waiting:
        return
    known = dict(unresolved.like(connection, waiting))
    overtaken = [one for one in waiting if _is_overtaken(one, known.values())]
    waiting = [one for one in waiting if one not in overtaken]
    orders = {unresolved.thing(one): _order(one) for one in waiting}
    older = {
        number: one
        for number, one in known.items()
        if _order(one) <= orders.get(unresolved.thing(one), -1)
    }
    for number in sorted(unresolved.take_waiting(connection, list(older))):
        _replace(connection, older[number], configuration)
    for one in overtaken:
        _replace(connection, one, configuration)
    unresolved.put(connection, waiting)
    rows: dict[tuple[str, int], Row] = {}
    for one in waiting:
        event = event_of(one.headers, one.value)
        found = problems.get((event.submission, event.message), ())
        rows.setdefault((event.submission, event.message), _row(event, one.until, found))
    queue.put(connection, list(rows.values()), configuration)


def _row(event: Event, until: str, problems: tuple[Problem, ...]) -> Row:
    whom = Refused(event.submission, event.message, event.sender, event.party,
                   event.received_at, event.trace)  # fmt: skip
    return refusal_row(whom, STATUS, (*problems, _waits(event, until)), event.references)


def _waits(event: Event, until: str) -> Problem:
    names = " or ".join(f"{scheme} {value}" for scheme, value in event.references)
    place = next((place for _, place in event.places.items() if place), {})
    return Problem(
        code="reference.waiting",
        text=f"not passed on yet: {names or 'the reference'} is not known",
        severity="warning",
        message=event.message or None,
        part=event.part,
        where=Place(**place),
        found=names or None,
        expected=f"the message that it refers to, until {until}",
        hint="lodge what it refers to, or send this message again with a reference that is known; "
        "it goes on by itself as soon as the reference is known, and is declined after that time",
    )


def _order(one: Waiting) -> int:
    return int(one.headers["swb_order"])


def _is_overtaken(one: Waiting, known: Iterable[Waiting]) -> bool:
    """Whether a later put about the same thing, of a submission that overtook this one, waits."""
    thing = unresolved.thing(one)
    return any(unresolved.thing(each) == thing and _order(each) > _order(one) for each in known)


def _replace(connection: Connection, one: Waiting, configuration: str) -> None:
    """A later message about the same thing has come: this one is declined."""
    event = event_of(one.headers, one.value)
    problem = decline_problem("event.replaced", event)
    queue.put(connection, [declined_row(event, (problem,))], configuration)
    row: dict[str, Any] = {
        "dossier": "", "event": event.id, "does": event.does, "outcome": "declined",
        "submission": event.submission, "message": event.message,
        "problems": orjson.dumps([as_json(problem)]).decode(), "at": event.received_at,
    }  # fmt: skip
    dossier_writes.put_outcomes(connection, [row])
