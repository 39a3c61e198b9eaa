"""One event folded into one dossier: its outcome, and the dossier's next state.

Outcomes
    applied   it changed the dossier
    repeated  the live version already says this, or this event was seen before
    late      older than the live version: kept, shown, not applied
    declined  it cannot be applied; the problem says why, and its sender is told
Parts
    A part belongs to the party that lodged it first. A put replaces it, a merge adds to it, a
    patch changes elements of it, a withdrawal takes it back: all of them are its next version.
    A closed dossier takes what completes or corrects it, and no put.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from broker.dossiers.merging import Tree, changed, merged
from broker.model.dossier import Document, Dossier, Event, Outcome
from broker.model.events import body_of, with_body
from broker.model.problem import Place, Problem
from broker.model.records import digest


@dataclass(frozen=True, slots=True)
class Folded:
    """What came of an event: the dossier after it, and the document it made (if any)."""

    dossier: Dossier
    outcome: Outcome
    document: Document | None = None
    problems: tuple[Problem, ...] = ()


def fold(dossier: Dossier, event: Event) -> Folded:
    """Apply one event; answers and elapsed times are the board's."""
    if event.id in dossier.outcomes:
        return Folded(dossier, "repeated")
    if event.problem:
        return _declined(dossier, event, event.problem)
    return _FOLDS[event.does](dossier, event)


def _put(dossier: Dossier, event: Event) -> Folded:
    """The next version of a part, unless it is repeated, late, or not this party's."""
    if dossier.state in {"withdrawn", "closed"}:
        return _declined(dossier, event, "reference.reused")
    live = dossier.live.get(event.part)
    if live is not None:
        if live.party != event.party:
            return _declined(dossier, event, "event.not-the-owner")
        if live.digest == event.digest or body_of(live.payload) == event.body:
            return Folded(dossier, "repeated")
        if event.order < live.order:
            late = _document(dossier, event, "late")
            return Folded(replace(dossier, versions=_versions(dossier, late)), "late", late)
    return _applied(dossier, event, _document(dossier, event, "live"))


def _merge(dossier: Dossier, event: Event) -> Folded:
    """A piece of a list: in whatever order the pieces come, nobody waits for the others."""
    live = dossier.live.get(event.part)
    if live is None:
        if dossier.state == "withdrawn":
            return _declined(dossier, event, "reference.reused")
        return _applied(dossier, event, _document(dossier, event, "live"))
    if live.party != event.party:
        return _declined(dossier, event, "event.not-the-owner")
    return _rewritten(dossier, event, merged(body_of(live.payload), event.body, event.package))


def _patch(dossier: Dossier, event: Event) -> Folded:
    """Changes to elements of the live version; those that match nothing are told."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return _declined(dossier, event, "reference.unknown")
    if not event.changes:
        return _declined(dossier, event, "event.patch-not-taken")
    tree, missed = changed(body_of(live.payload), event.changes, live.package)
    if len(missed) == len(event.changes):
        return _declined(dossier, event, "event.nothing-matched")
    folded = _rewritten(dossier, event, tree | _said(event))
    problems = tuple(_unmatched(event, one.element) for one in missed)
    return replace(folded, problems=problems)


def _close(dossier: Dossier, event: Event) -> Folded:
    """Nothing more is expected; what was lodged stands. The part says so in its next version."""
    if all(one.party != event.party for one in dossier.live.values()):
        return _declined(dossier, event, "reference.unknown")
    if dossier.state == "closed":
        return Folded(dossier, "repeated")
    live = dossier.live.get(event.part)
    folded = Folded(dossier, "applied")
    if live is not None and live.party == event.party:
        folded = _rewritten(dossier, event, body_of(live.payload) | _said(event))
    ended = replace(folded.dossier, state="closed", closed_at=event.received_at)
    return Folded(ended, "applied", folded.document)


def _said(event: Event) -> Tree:
    """What the message says of itself: its function and reference; the list stays what it is."""
    said = {name: value for name, value in event.body.items() if isinstance(value, str)}
    said.pop("TypeCode", None)
    return said


def _rewritten(dossier: Dossier, event: Event, tree: Tree) -> Folded:
    """The next version of a part with this body, unless nothing has changed."""
    live = dossier.live[event.part]
    if tree == body_of(live.payload):
        return Folded(dossier, "repeated")
    body = orjson.dumps(tree)
    document = replace(
        _document(dossier, event, "live"),
        package=live.package,
        payload=with_body(event.payload, body),
        digest=hashlib.sha256(body).hexdigest(),
        order=max(live.order, event.order),
    )
    return _applied(dossier, event, document)


def _applied(dossier: Dossier, event: Event, document: Document) -> Folded:
    """The dossier with this live version."""
    live = {**dossier.live, event.part: document}
    opened = _opened(event) if dossier.state == "new" else {}
    after = replace(dossier, live=live, versions=_versions(dossier, document), **opened)
    return Folded(after, "applied", document)


def _versions(dossier: Dossier, document: Document) -> dict[str, int]:
    """The highest number of each part that was given a version, late ones too."""
    return {**dossier.versions, document.part: document.version}


def _opened(event: Event) -> dict[str, Any]:
    """What the event that opens a dossier says of it."""
    return {
        "state": "open",
        "party": event.party,
        "sender": event.sender,
        "opened_at": event.received_at,
    }


def _document(dossier: Dossier, event: Event, state: str) -> Document:
    version = dossier.versions.get(event.part, 0) + 1
    return Document(
        part=event.part,
        version=version,
        id="v_" + digest(dossier.id, event.part, version),
        package=event.package,
        digest=event.digest,
        order=event.order,
        submission=event.submission,
        message=event.message,
        event=event.id,
        sender=event.sender,
        party=event.party,
        profile=event.profile,
        received_at=event.received_at,
        payload=event.payload,
        state=state,
    )


def _withdraw(dossier: Dossier, event: Event) -> Folded:
    """The whole dossier, or one part of it, is taken back by the party that lodged it."""
    if event.part:
        return _part_withdrawn(dossier, event)
    if dossier.party != event.party or dossier.state == "new":
        return _declined(dossier, event, "reference.unknown")
    if dossier.state == "withdrawn":
        return _declined(dossier, event, "event.already-withdrawn")
    gone = replace(dossier, state="withdrawn", closed_at=event.received_at, live={})
    return Folded(gone, "applied")


def _part_withdrawn(dossier: Dossier, event: Event) -> Folded:
    """The part is gone in its next version; the other parts and the dossier stay."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return _declined(dossier, event, "reference.unknown")
    document = replace(_document(dossier, event, "withdrawn"), package=live.package)
    rest = {part: one for part, one in dossier.live.items() if part != event.part}
    after = replace(dossier, live=rest, versions=_versions(dossier, document))
    return Folded(after, "applied", document)


def _note(dossier: Dossier, event: Event) -> Folded:
    """A remark (goods presented ...): kept in the history, changes no version."""
    if dossier.state != "open":
        return _declined(dossier, event, "event.already-withdrawn")
    return Folded(dossier, "applied")


_FOLDS: Mapping[str, Callable[[Dossier, Event], Folded]] = {
    "put": _put,
    "merge": _merge,
    "patch": _patch,
    "close": _close,
    "withdraw": _withdraw,
    "note": _note,
}

DECLINES = {
    "event.nothing-matched": (
        "nothing that is listed stands in what was lodged before",
        "name each element as it was lodged: by its reference, its document, or name and birth",
    ),
    "event.patch-not-taken": (
        "amendments by change list are not taken",
        "lodge the corrected declaration again as an original under the same LRN",
    ),
    "event.not-the-owner": (
        "this part belongs to another party",
        "only the party that lodged it may replace it",
    ),
    "event.already-withdrawn": (
        "it has been withdrawn",
        "lodge it anew under a new reference",
    ),
    "reference.reused": (
        "the reference belongs to something that was withdrawn or closed",
        "use a new reference",
    ),
    "reference.unknown": (
        "the reference means nothing that you have lodged, or may join",
        "check the reference, or lodge first what it refers to",
    ),
    "reference.missing": (
        "nothing in the message says what it is about",
        "give it its reference: LRN, item and posting date, flight and date, or visit id",
    ),
    "reference.ambiguous": (
        "the references belong to different dossiers",
        "send one message for each",
    ),
    "answer.nothing-delivered": (
        "nothing was delivered to you that this could answer",
        "answer with the delivery's id",
    ),
    "answer.subject-unknown": (
        "the answer is about an element that was not delivered to you",
        "name an element of the delivery, or answer about the whole",
    ),
    "event.discarded": (
        "an operator discarded the message after it could not be processed",
        "ask the operator named in the documentation",
    ),
}
"""Why an event is declined: what is wrong, and what to do."""


def decline_problem(code: str, event: Event | None = None) -> Problem:
    """The problem with this code, in words; at the event's reference, if its place is known."""
    text, hint = DECLINES[code]
    if event is None or not code.startswith("reference."):
        return Problem(code=code, text=text, hint=hint)
    (reference, place), *_ = [*event.places.items(), ((), {})]
    return Problem(
        code=code,
        text=text,
        hint=hint,
        message=event.message or None,
        part=event.part,
        where=Place(**place),
        found=reference[1] if reference else None,
    )


def _declined(dossier: Dossier, event: Event, code: str) -> Folded:
    return Folded(dossier, "declined", problems=(decline_problem(code, event),))


def _unmatched(event: Event, element: Tree) -> Problem:
    """An element of a change list that stands in no list: told without the values of others."""
    number = element.get("SequenceNumeric", "")
    return Problem(
        code="event.element-unknown",
        text=f"element {number} of the message stands in no list that was lodged before",
        severity="warning",
        message=event.message or None,
        part=event.part,
        hint="name it as it was lodged: by its reference, its document, or name and birth",
    )
