"""What waits for a person, and what that person decides: resume it, or discard it.

Rules
    A decision is one transaction with its `actions` row: who, what, why.
    core         an event (`resume`, `discard`) on the dossier's partition: whatever changes a
                 dossier is an event; the record stays parked until the core has worked it
    translation  resume: the record is appended again; discard: its sender gets a rejection
    delivery     resume: the row waits to be rendered again; discard: it is cancelled
What does not belong
    What an event does to a dossier (`broker.core`); who may ask (`broker.operators_http`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection

from broker.dossiers.declines import decline_problem
from broker.errors import ConflictFault, NotFoundFault
from broker.model import events
from broker.model.dossier import Event
from broker.model.events import record_of
from broker.model.problem import as_json
from broker.model.records import RESUMED, Record, digest, submission_id
from broker.replies.refusals import Refused, refusal_row
from broker.state import actions, continuations, parked, queue, submissions
from broker.state.database import Database

Decision = Literal["resume", "discard"]
LISTED_MAX = 500
OWNER = ("operators", 0)
_SETTLED = {"resume": "resumed", "discard": "discarded"}


class Decided(NamedTuple):
    """Who decided what about which parked thing, when, and why."""

    parked: str
    decision: Decision
    who: str
    why: str
    at: str
    configuration: str = ""
    """The digest of the one that it was decided under."""


def listed(connection: Connection, state: str | None) -> list[dict[str, Any]]:
    """Everything parked, newest first; `state` None: also what was settled."""
    rows = [dict(row) for row in parked.listed(connection, state, LISTED_MAX)]
    if state in {None, "parked"}:
        rows += [_delivery(row) for row in queue.parked_rows(connection, None, LISTED_MAX)]
    return sorted(rows, key=lambda row: str(row["at"]), reverse=True)


def one(connection: Connection, name: str) -> dict[str, Any]:
    """One parked thing with its headers and what was done about it. NotFoundFault."""
    found = parked.one(connection, name)
    if found is None:
        rows = queue.parked_rows(connection, name, 1)
        found = _delivery(rows[0]) if rows else None
    if found is None:
        raise NotFoundFault(f"nothing is parked under {name[:60]!r}; see 'swb parked list'")
    return {**found, "actions": actions.about(connection, name)}


def decide(connection: Connection, database: Database, decided: Decided) -> str:
    """Carry out the decision; what becomes of the parked thing. NotFoundFault, ConflictFault."""
    found = one(connection, decided.parked)
    if found["state"] != "parked":
        raise ConflictFault(f"{decided.parked} is {found['state']} already")
    station = found["station"]
    if station == "core" and actions.after(
        connection, decided.parked, str(found["at"]), *(f"parked.{one}" for one in _SETTLED)
    ):
        raise ConflictFault(f"a decision about {decided.parked} is on its way; look again")
    actions.put(connection, decided.at, decided.who, f"parked.{decided.decision}",
                target=decided.parked, why=decided.why)  # fmt: skip
    if station == "delivery":
        return _delivery_decided(connection, decided)
    record = parked.record_of(connection, decided.parked)
    assert record is not None, "a parked record without its bytes"
    if station == "core":
        database.outbox(connection, OWNER, [_event_record(record, decided)])
        return "on its way"
    return _translation_decided(connection, database, record, decided)


def _delivery(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the queue in the form of a parked record."""
    return {
        "id": row["id"], "station": "delivery", "dossier": row["dossier"],
        "recipient": row["recipient"], "purpose": row["purpose"], "what": row["what"],
        "reason": "the delivery could not be rendered", "state": "parked",
        "at": row["created_at"],
    }  # fmt: skip


def _delivery_decided(connection: Connection, decided: Decided) -> str:
    resumed = decided.decision == "resume"
    state, at = ("waiting", None) if resumed else ("cancelled", decided.at)
    queue.settle_parked(connection, decided.parked, state, at)
    return state


def _translation_decided(
    connection: Connection, database: Database, record: Record, decided: Decided
) -> str:
    if decided.decision == "resume":
        headers = {**record.headers, RESUMED: "yes"}
        database.outbox(connection, OWNER, [replace(record, headers=headers)])
    else:
        _reject(connection, record.headers, decided.configuration)
    state = _SETTLED[decided.decision]
    parked.settle(connection, decided.parked, state)
    return state


def _reject(connection: Connection, headers: Mapping[str, str], configuration: str) -> None:
    """The verdict on what is left of the submission, and the reply to its sender."""
    submission = submission_id(headers)
    problems = (decline_problem("event.discarded"),)
    if submissions.judged(connection, [(submission, 0)]):
        submissions.end(connection, submission)
    else:
        row = {
            "submission": submission, "message": 0, "reference": "", "verdict": "rejected",
            "problems": orjson.dumps([as_json(problem) for problem in problems]), "last": 1,
            "configuration": configuration,
            "format": headers.get("swb_format", ""), "profile": headers.get("swb_profile", ""),
        }  # fmt: skip
        submissions.put_messages(connection, [row])
    continuations.finish(connection, submission)
    told = Refused(submission, 0, headers["swb_sender"], headers["swb_party"],
                   headers["ce_time"], headers.get("traceparent", ""))  # fmt: skip
    queue.put(connection, [refusal_row(told, "rejected", problems, ())], configuration)


def _event_record(record: Record, decided: Decided) -> Record:
    """The decision as an event of the dossier; its id is the hash of what was decided, and when."""
    kind = record.headers["ce_type"].rpartition(".")[0]
    body = {"headers": dict(record.headers), "payload": record.value.hex()}
    event = Event(
        id="e_" + digest(decided.parked, decided.decision, decided.at),
        kind=kind,
        does=decided.decision,
        dossier=record.key,
        received_at=decided.at,
        body=body,
        payload=events.payload(orjson.dumps(body), (), []),
        name=decided.parked,
    )
    return record_of(event)
