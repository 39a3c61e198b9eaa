"""What waited for a reference: on its way when it means something, declined when time is up."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from broker.dossiers.declines import decline_problem
from broker.model.dossier import Event
from broker.model.events import event_of, record_of
from broker.model.problem import as_json
from broker.model.records import Record
from broker.replies.refusals import declined_row
from broker.state import dossier_writes, queue, unresolved
from broker.translation.resolve import Kinds, find_behind, meanings_for


class Released(NamedTuple):
    """Records for the log, and how many events were declined."""

    records: list[Record]
    declined: int


class Judged(NamedTuple):
    """A waiting event that waits no longer: `found` has its dossier, or its time is up."""

    number: int
    event: Event
    found: Event | None


def releasable(connection: Connection, now: str, kinds: Kinds, limit: int) -> list[Event]:
    """What a release would put on its way now, oldest first; it changes nothing."""
    pages = _judged(connection, now, kinds, limit, None)
    return [one.found for page in pages for one in page if one.found is not None]


def release(
    connection: Connection,
    now: str,
    kinds: Kinds,
    limit: int,
    appended: Collection[str] | None = None,
) -> Released:
    """One pass over all, oldest first, `limit` at a time.

    `appended`: only these events may go, they stand on the log already; None: any may, its record
    goes with this transaction.
    """
    records: list[Record] = []
    declined = 0
    for page in _judged(connection, now, kinds, limit, appended):
        for one in page:
            if one.found is not None:
                records.append(record_of(one.found))
            else:
                decline(connection, one.event, "reference.unknown")
                declined += 1
        unresolved.take(connection, [one.number for one in page])
    return Released(records, declined)


def _judged(
    connection: Connection, now: str, kinds: Kinds, limit: int, may_go: Collection[str] | None
) -> Iterator[list[Judged]]:
    """An event never overtakes another that waits for its reference (`find_behind`)."""
    held: set[tuple[str, str, str]] = set()
    after = 0
    while waiting := unresolved.all_waiting(connection, limit, after):
        after = waiting[-1][0]
        events = [(number, event_of(one.headers, one.value), one.until) for number, one in waiting]
        meanings = meanings_for(connection, [event for _, event, _ in events], kinds)
        page: list[Judged] = []
        for number, event, until in events:
            found = find_behind(connection, event, kinds, meanings, held)
            if found is None and until <= now:
                page.append(Judged(number, event, None))
            elif found is None or (may_go is not None and event.id not in may_go):
                held.update((event.party, *reference) for reference in event.references)
            else:
                page.append(Judged(number, event, found))
        yield page


def decline(connection: Connection, event: Event, code: str) -> None:
    """It has found no dossier and waits no longer: the outcome, and the reply."""
    problem = decline_problem(code, event)
    queue.put(connection, [declined_row(event, (problem,))])
    row = {
        "dossier": "", "event": event.id, "does": event.does, "outcome": "declined",
        "submission": event.submission, "message": event.message,
        "problems": orjson.dumps([as_json(problem)]).decode(), "at": event.received_at,
    }  # fmt: skip
    dossier_writes.put_outcomes(connection, [row])
