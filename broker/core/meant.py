"""What the answers of a batch may be about, loaded into their dossiers.

What may be meant is decided by `binding`; here it is looked up, before the answers are worked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection

from broker.core.binding import candidates, names_by_reference, numbers_in
from broker.dossiers.naming import names_in
from broker.model.dossier import Dossier, Event
from broker.model.events import event_of, read_event
from broker.model.records import Entry, Record
from broker.state import dossiers, queue
from broker.state.delivered import Sought, delivered


def load_deliveries(
    connection: Connection, loaded: dict[str, Dossier], records: Sequence[Entry | Record]
) -> None:
    """What answers may be about, put into their dossiers; nothing of dossiers without answers."""
    answers: dict[str, list[Event]] = {}
    for record in records:
        event = _answer_in(record)
        if event is not None and event.dossier in loaded:
            answers.setdefault(event.dossier, []).append(event)
    if not answers:
        return
    sought = {name: _sought(events) for name, events in answers.items()}
    found = delivered(connection, sought, _named(loaded, answers))
    meant = {
        name: candidates(found.get(name, {}), loaded[name].shown, events)
        for name, events in answers.items()
    }
    contents = _contents(connection, {one for ids in meant.values() for one in ids})
    numbered = [
        (name, one.target.part, one.version)
        for name, events in answers.items()
        for one in found.get(name, {}).values()
        if one.id in meant[name] and any(one.numbers & numbers_in(event) for event in events)
    ]
    named = dossiers.named(connection, numbered)
    for name in answers:
        known = dict(found.get(name, {}))
        for key in meant[name]:
            one = known[key]
            runs = named.get((name, one.target.part, one.version))
            elements = None if runs is None else frozenset(names_in(runs))
            known[key] = replace(one, content=contents[key], named=elements)
        loaded[name] = replace(loaded[name], delivered=known)


def _sought(events: Sequence[Event]) -> list[Sought]:
    """What the answers about a dossier look for: each may be the last one for those behind it."""
    found, given = [], dict[str, list[int]]()
    for event in events:
        before = given.setdefault(event.recipient, [])
        found.append(
            Sought(
                recipient=event.recipient,
                given=event.given,
                numbers=tuple(sorted(numbers_in(event))),
                after=tuple(dict.fromkeys(before)),
                named=bool(event.body.get("DeliveryID")),
                every=names_by_reference(event),
            )
        )
        if event.given is not None:
            before.append(event.given)
    return found


def _named(loaded: Mapping[str, Dossier], answers: Mapping[str, Sequence[Event]]) -> set[str]:
    """Deliveries known by their ids: those that answers name, and those of the last answers."""
    found = {event.body.get("DeliveryID") for events in answers.values() for event in events}
    for name, events in answers.items():
        recipients = {event.recipient for event in events}
        found |= {
            shown.answered[1]
            for target, shown in loaded[name].shown.items()
            if target.recipient in recipients
        }
    return {one for one in found if isinstance(one, str) and one}


def _contents(connection: Connection, deliveries: set[str]) -> dict[str, dict[str, Any]]:
    """What these deliveries show. A notice that names the delivery to look at shows that one."""
    found = {
        key: orjson.loads(payload)
        for key, payload in queue.payloads_of(connection, deliveries).items()
    }
    wanted = {content["now"] for content in found.values() if content.get("now")}
    shown = {
        key: orjson.loads(payload) for key, payload in queue.payloads_of(connection, wanted).items()
    }
    return {key: shown.get(content.get("now"), content) for key, content in found.items()}


def _answer_in(record: Entry | Record) -> Event | None:
    """The answer that a record is, or that it resumes."""
    kind = record.headers["ce_type"]
    if kind.endswith(".answer"):
        return read_event(record)
    if kind.endswith(".resume"):
        body = read_event(record).body
        if body["headers"]["ce_type"].endswith(".answer"):
            return event_of(body["headers"], bytes.fromhex(body["payload"]))
    return None
