"""Canonical events as they stand on `events.<kind>`: to a record and back.

Headers hold ids, codes and times: all that a hop decides on. The payload holds what the message
said: `{"body": ..., "references": [[scheme, value, place]], "unmapped": [[place, path, value]],
"changes": [[does, path, element, place]], "extent": {...}, "form": {...}}`; what is empty is left
out, and so is an empty place. A reference without a value says where its sender could have written
it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from broker.model.dossier import Change, Event
from broker.model.extent import Extent, extent_json, extent_of
from broker.model.records import Entry, Headers, Record, opened, sealed

_PREFIX = "swb_"
_TEXT = ("part", "package", "submission", "sender", "party", "recipient", "profile", "digest",
         "problem", "name")  # fmt: skip
_NUMBERS = ("order", "message")


Places = Mapping[tuple[str, str], Mapping[str, Any]]


def payload(
    body: bytes,
    references: Sequence[tuple[str, str]],
    unmapped: Sequence[Sequence[Any]] = (),
    changes: Sequence[Change] = (),
    *,
    places: Places | None = None,
    extent: Extent | None = None,
) -> bytes:
    """A stored payload around a body that is JSON already."""
    where = places or {}
    said = dict.fromkeys((*references, *where))
    content: dict[str, Any] = {
        "body": orjson.Fragment(body),
        "references": [[*one, where[one]] if where.get(one) else one for one in said],
    }
    if unmapped:
        content["unmapped"] = unmapped
    if changes:
        content["changes"] = [_listed(change) for change in changes]
    if extent is not None:
        content["extent"] = extent_json(extent)
    return sealed(orjson.dumps(content))


def _listed(change: Change) -> list[Any]:
    """A change as JSON, which has no named tuples."""
    return list(change) if change.place else list(change[:3])


def with_body(stored: bytes, body: bytes) -> bytes:
    """A stored payload with another body; what else it holds stays."""
    content = orjson.loads(opened(stored))
    return sealed(orjson.dumps({**content, "body": orjson.Fragment(body)}))


def with_form(stored: bytes, form: Mapping[str, Any]) -> bytes:
    """A stored payload with what the form of a request states besides; without any, the same."""
    if not form:
        return stored
    return sealed(orjson.dumps({**orjson.loads(opened(stored)), "form": form}))


def body_of(stored: bytes) -> dict[str, Any]:
    """The body of a stored payload as a plain tree."""
    body: dict[str, Any] = orjson.loads(opened(stored))["body"]
    return body


def topic_of(kind: str) -> str:
    """Where events of this kind stand."""
    return f"events.{kind}"


def headers_of(event: Event) -> dict[str, str]:
    """The event's headers; empty ones are left out."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": "/translation",
        "ce_type": f"{event.kind}.{event.does}",
        "ce_subject": event.dossier,
        "ce_time": event.received_at,
        "traceparent": event.trace,
    }
    headers |= {_PREFIX + name: getattr(event, name) for name in _TEXT}
    headers |= {_PREFIX + name: str(getattr(event, name)) for name in _NUMBERS}
    if event.given is not None:
        headers["swb_given"] = str(event.given)
    if not event.replies:
        headers["swb_replies"] = "later"
    if event.overtaken:
        headers["swb_overtaken"] = "possibly"
    return {name: value for name, value in headers.items() if value}


def record_of(event: Event) -> Record:
    """The event as a record of its kind's topic, keyed by its dossier."""
    return Record(topic_of(event.kind), event.dossier, headers_of(event), event.payload)


def event_of(headers: Headers, stored: bytes) -> Event:
    """The event that a record holds."""
    content = orjson.loads(opened(stored))
    return Event(
        references=tuple((one[0], one[1]) for one in content["references"] if one[1]),
        places={(one[0], one[1]): one[2] for one in content["references"] if one[2:]},
        changes=tuple(Change(*one) for one in content.get("changes", ())),
        body=content["body"],
        payload=stored,
        extent=extent_of(content.get("extent")),
        form=content.get("form", {}),
        **_of_headers(headers),
    )


def unread_event(
    headers: Headers, stored: bytes, references: tuple[tuple[str, str], ...], places: Places
) -> Event:
    """The event that a record holds, without reading its payload.

    For who passes it on: body, changes and extent are in the payload only.
    """
    return Event(
        references=references, places=places, body={}, payload=stored, **_of_headers(headers)
    )


def _of_headers(headers: Headers) -> dict[str, Any]:
    kind, _, does = headers["ce_type"].rpartition(".")
    known: dict[str, Any] = {name: headers.get(_PREFIX + name, "") for name in _TEXT}
    known |= {name: int(headers.get(_PREFIX + name, "0")) for name in _NUMBERS}
    return known | {
        "id": headers["ce_id"],
        "kind": kind,
        "does": does,
        "dossier": headers.get("ce_subject", ""),
        "received_at": headers["ce_time"],
        "trace": headers.get("traceparent", ""),
        "given": int(headers["swb_given"]) if "swb_given" in headers else None,
        "replies": "swb_replies" not in headers,
        "overtaken": "swb_overtaken" in headers,
    }


def read_event(entry: Entry | Record) -> Event:
    """The event of an entry of the log."""
    return event_of(entry.headers, entry.value)
