"""What waited for a reference: on its way when it means something, declined when time is up."""

from collections.abc import Iterator
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from broker.dossiers.declines import decline_problem
from broker.model.dossier import Event
from broker.model.events import event_of, headers_of, record_of
from broker.model.problem import as_json
from broker.model.records import Record
from broker.replies.refusals import declined_row
from broker.state import dossier_writes, members, queue, unresolved
from broker.translation.resolve import Kinds, find_behind, known_for, members_by, with_names


class Judged(NamedTuple):
    """A waiting event that waits no longer: `found` has its dossier, or its time is up."""

    number: int
    event: Event
    found: Event | None


def release(
    connection: Connection, now: str, kinds: Kinds, limit: int, configuration: str = ""
) -> int:
    """One pass over all, oldest first, `limit` at a time; how many events were declined.

    What has found its dossier is released (`compose_released`), what waited too long is declined,
    in a reply that names the configuration's digest.
    """
    declined = 0
    for page in _judge(connection, now, kinds, limit):
        for one in page:
            if one.found is not None:
                unresolved.release(connection, one.number, headers_of(one.found))
        members.add(connection, members_by([one.found for one in page if one.found is not None]))
        late = {one.number: one.event for one in page if one.found is None}
        for number in sorted(unresolved.take_waiting(connection, list(late))):
            decline(connection, late[number], "reference.unknown", configuration)
            declined += 1
    return declined


def compose_released(connection: Connection) -> dict[int, Record]:
    """What is released and not taken, oldest first: each record with its number."""
    rows = unresolved.read_released(connection)
    return {number: record_of(event_of(headers, value)) for number, headers, value in rows}


def _judge(connection: Connection, now: str, kinds: Kinds, limit: int) -> Iterator[list[Judged]]:
    """An event never overtakes another that waits for its reference (`find_behind`)."""
    held: set[tuple[str, str, str]] = set()
    after = 0
    while waiting := unresolved.all_waiting(connection, limit, after):
        after = waiting[-1][0]
        events = [
            (number, with_names(event_of(one.headers, one.value), kinds), one.until)
            for number, one in waiting
        ]
        known = known_for(connection, [event for _, event, _ in events], kinds)
        page: list[Judged] = []
        for number, event, until in events:
            found = find_behind(connection, event, kinds, known, held)
            if found is None and until > now:
                held.update((event.party, *reference) for reference in event.references)
            else:
                page.append(Judged(number, event, found))
        yield page


def decline(connection: Connection, event: Event, code: str, configuration: str = "") -> None:
    """It has found no dossier and waits no longer: the outcome, and the reply."""
    problem = decline_problem(code, event)
    queue.put(connection, [declined_row(event, (problem,))], configuration)
    row = {
        "dossier": "", "event": event.id, "does": event.does, "outcome": "declined",
        "submission": event.submission, "message": event.message,
        "problems": orjson.dumps([as_json(problem)]).decode(), "at": event.received_at,
    }  # fmt: skip
    dossier_writes.put_outcomes(connection, [row])
