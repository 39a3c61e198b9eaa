"""Due times that have come, as events on their dossiers' partitions."""

from sqlalchemy import Connection

from broker.model import events
from broker.model.dossier import Event
from broker.model.events import record_of
from broker.model.records import Record, digest
from broker.state import due
from broker.state.due import Due


def elapsed(connection: Connection, now: str, limit: int) -> list[Record]:
    """An `elapsed` event for each moment that has come; the moments are dropped."""
    moments = due.upto(connection, now, limit)
    due.drop(connection, moments)
    return [record_of(_event(moment)) for moment in moments]


def _event(moment: Due) -> Event:
    """Its id is the hash of (dossier, name, at): however often it is made, it is one event."""
    return Event(
        id="e_" + digest(moment.dossier, moment.name, moment.at),
        kind=moment.kind,
        does="elapsed",
        dossier=moment.dossier,
        received_at=moment.at,
        body={},
        payload=events.payload(b"{}", (), []),
        name=moment.name,
    )
