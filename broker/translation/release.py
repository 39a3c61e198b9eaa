"""What waited for a reference: on its way when it means something, declined when time is up."""

from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from broker.dossiers.fold import decline_problem
from broker.model.dossier import Event
from broker.model.events import event_of, record_of
from broker.model.problem import as_json
from broker.model.records import Record
from broker.replies.refusals import declined_row
from broker.state import dossiers, queue, unresolved
from broker.translation.resolve import Kinds, find, meanings_for


class Released(NamedTuple):
    """Records for the log, and how many events were declined."""

    records: list[Record]
    declined: int


def release(connection: Connection, now: str, kinds: Kinds, limit: int) -> Released:
    """One pass over all, oldest first, `limit` at a time.

    An event never overtakes another that waits for its reference.
    """
    records: list[Record] = []
    held: set[tuple[str, ...]] = set()
    declined = after = 0
    while waiting := unresolved.all_waiting(connection, limit, after):
        after = waiting[-1][0]
        events = [(number, event_of(one.headers, one.value), one.until) for number, one in waiting]
        meanings = meanings_for(connection, [event for _, event, _ in events], kinds)
        gone: list[int] = []
        for number, event, until in events:
            mine = {(event.party, *reference) for reference in event.references}
            found = None if mine & held else find(connection, event, kinds, meanings)
            if found is not None:
                records.append(record_of(found))
            elif until <= now:
                _decline(connection, event)
                declined += 1
            else:
                held |= mine
                continue
            gone.append(number)
        unresolved.take(connection, gone)
    return Released(records, declined)


def _decline(connection: Connection, event: Event) -> None:
    """Its time is up: the outcome, and the reply."""
    problem = decline_problem("reference.unknown")
    queue.put(connection, [declined_row(event, (problem,))])
    row = {
        "dossier": "", "event": event.id, "does": event.does, "outcome": "declined",
        "submission": event.submission, "message": event.message,
        "problems": orjson.dumps([as_json(problem)]).decode(), "at": event.received_at,
    }  # fmt: skip
    dossiers.put_outcomes(connection, [row])
