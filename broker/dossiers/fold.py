"""One event folded into one dossier: its outcome, and the dossier's next state.

Outcomes
    applied   it changed the dossier
    repeated  the live version already says this, or this event was seen before
    late      older than the live version: kept, shown, not applied
    declined  it cannot be applied; the problem says why, and its sender is told
Parts
    A part belongs to the party that lodged it first. A put replaces it, a merge adds to it, a
    patch changes elements of it, a withdrawal takes it back: all of them are its next version.
    What was taken back is opened again by what its party lodges anew.
What does not belong
    Whether an event may be applied now (`permission`): it has been asked before.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.dossiers.amended_lists import name_amended
from broker.dossiers.amending import amend
from broker.dossiers.declines import late_problem
from broker.dossiers.folded import (
    UNCORRECTED,
    Folded,
    declined,
    document_of,
    versions_with,
    without_fact,
)
from broker.dossiers.lateness import find_newer, is_newer
from broker.dossiers.merging import NOT_CONFIRMED, Tree, changed, merged, put_over
from broker.dossiers.naming import older_after
from broker.dossiers.reported import Report, with_report
from broker.dossiers.withdrawing import withdraw, withdraw_parts
from broker.model.dossier import Document, Dossier, Event, PartNumbers
from broker.model.events import body_of, with_body
from broker.model.extent import Extent
from broker.model.lists import PRESENCE, elements_at, numbered_lists
from broker.model.numbering import Numbers, number_of
from broker.model.problem import Problem, rejects


def fold(
    dossier: Dossier, event: Event, *, own_only: bool = False, fixed: Collection[str] = ()
) -> Folded:
    """Apply one event; answers and elapsed times are the board's.

    `own_only`: of a dossier of this kind each party takes back its own parts and no others.
    `fixed`: patterns that no amendment may change.
    """
    if event.id in dossier.outcomes:
        return Folded(dossier, "repeated")
    if event.problem:
        return declined(dossier, event, event.problem)
    if newer := find_newer(dossier, event):
        return Folded(dossier, "late", problems=(late_problem(event, newer.version),))
    if event.does == "withdraw" and not event.part and "" not in dossier.live:
        return withdraw_parts(dossier, event, own_only=own_only)
    if event.does == "patch":
        return _patch(dossier, event, fixed)
    return _FOLDS[event.does](dossier, event)


def _put(dossier: Dossier, event: Event) -> Folded:
    """The next version of a part, unless it is repeated, late, or not this party's."""
    if _is_of_another(dossier, event):
        return declined(dossier, event, "reference.reused")
    live = dossier.live.get(event.part)
    if live is not None:
        if live.party != event.party:
            return declined(dossier, event, "event.not-the-owner")
        if event.order < live.order and live.digest != event.digest:
            late = document_of(dossier, event, "late")
            after = replace(dossier, versions=versions_with(dossier, late))
            return Folded(after, "late", late, (late_problem(event, live.version),))
    before = body_of(live.payload) if live is not None else {}
    numbers = _numbers(dossier, event.part)
    cut = event.extent is not None and event.extent.cut
    tree = put_over(before, event.body, event.package, numbers, cut=cut)
    if live is not None and tree == before:
        return _repeated(dossier, event, numbers, tree)
    known = without_fact(dossier, event.part, UNCORRECTED)
    return _made(known, event, tree, numbers, event.package)


def _is_of_another(dossier: Dossier, event: Event) -> bool:
    """Whether the part was taken back by another party, or its dossier is over without it."""
    gone = dossier.gone.get(event.part)
    if gone is not None:
        return gone.party != event.party
    return dossier.state in {"withdrawn", "ended"}


def _merge(dossier: Dossier, event: Event) -> Folded:
    """A piece of a list: in whatever order the pieces come, none waits for the others."""
    live = dossier.live.get(event.part)
    if live is None:
        if _is_of_another(dossier, event):
            return declined(dossier, event, "reference.reused")
        numbers = _numbers(dossier, event.part)
        tree = merged({}, event.body, event.package, numbers)
        return _made(dossier, event, tree, numbers, event.package)
    if live.party != event.party:
        return declined(dossier, event, "event.not-the-owner")
    numbers = _numbers(dossier, event.part)
    tree = merged(body_of(live.payload), event.body, event.package, numbers)
    return _rewritten(dossier, event, tree, numbers)


def _patch(dossier: Dossier, event: Event, fixed: Collection[str]) -> Folded:
    """Changes by path to a document, or to the elements of a list."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return declined(dossier, event, "reference.unknown")
    if all(change.does == "amend" for change in event.changes):
        if not event.changes and numbered_lists(live.package):
            return declined(dossier, event, "event.patch-not-taken")
        return _amended(dossier, event, live, fixed)
    return _changed(dossier, event, live)


def _amended(dossier: Dossier, event: Event, live: Document, fixed: Collection[str]) -> Folded:
    """The live version with what the amendment names, and nothing else.

    What was left out of the list that it amends is still left out.
    """
    amended = amend(body_of(live.payload), event.body, event.changes, live.package, fixed)
    problems = tuple(
        replace(problem, message=event.message or None, part=event.part)
        for problem in amended.problems
    )
    if rejects(problems):
        return Folded(dossier, "declined", problems=problems)
    numbers = _numbers(dossier, event.part)
    before = body_of(live.payload)
    if used := name_amended(before, amended.tree, event.changes, live.package, numbers):
        problem = replace(used, message=event.message or None, part=event.part)
        return Folded(dossier, "declined", problems=(*problems, problem))
    if not amended.deltas:
        return Folded(
            dossier, "repeated", problems=problems, named=numbers.named, extent=live.extent
        )
    profile = event.profile or live.profile  # a request may be in a form without a profile
    lodged = replace(event, profile=profile, extent=live.extent)
    folded = _made(dossier, lodged, amended.tree, numbers, live.package)
    return replace(folded, problems=problems)


def _changed(dossier: Dossier, event: Event, live: Document) -> Folded:
    """Changes to elements of the live version; those that match nothing are reported."""
    numbers = _numbers(dossier, event.part)
    cut = event.extent is not None and event.extent.cut
    tree, missed = changed(body_of(live.payload), event.changes, live.package, numbers, cut=cut)
    closing = any(change.does == "keep" for change in event.changes)
    if len(missed) == len(event.changes) and not closing:
        return declined(dossier, event, "event.nothing-matched")
    folded = _rewritten(dossier, event, tree | _of_message(event), numbers)
    problems = tuple(_unmatched(event, one.element) for one in missed)
    return replace(folded, problems=problems)


def _close(dossier: Dossier, event: Event) -> Folded:
    """Nothing more is expected; what was lodged stays. The part says so in its next version.

    Who joined closes its own part, and not the dossier of the party that opened it.
    """
    if all(one.party != event.party for one in dossier.live.values()):
        return declined(dossier, event, "reference.unknown")
    if dossier.state in {"closed", "ended"}:
        return Folded(dossier, "repeated")
    live = dossier.live.get(event.part)
    folded = Folded(dossier, "applied")
    if live is not None and live.party == event.party and not is_newer(live, event):
        tree = body_of(live.payload) | _of_message(event)
        folded = _rewritten(dossier, event, tree, _numbers(dossier, event.part))
    if dossier.party != event.party:
        return folded
    ended = replace(folded.dossier, state="closed", closed_at=event.received_at)
    return replace(folded, dossier=ended, outcome="applied")


def _of_message(event: Event) -> Tree:
    """What the message says of itself: its function and reference; the list stays what it is."""
    said = {name: value for name, value in event.body.items() if isinstance(value, str)}
    said.pop("TypeCode", None)
    return said


def _numbers(dossier: Dossier, part: str) -> Numbers:
    return Numbers(dossier.parts.get(part, PartNumbers()).marks)


def _rewritten(dossier: Dossier, event: Event, tree: Tree, numbers: Numbers) -> Folded:
    """The next version of a part with this body, unless nothing has changed."""
    live = dossier.live[event.part]
    if tree == body_of(live.payload):
        return _repeated(dossier, event, numbers, tree)
    return _made(dossier, event, tree, numbers, live.package)


def _repeated(dossier: Dossier, event: Event, numbers: Numbers, tree: Tree) -> Folded:
    """Nothing has changed; the message has named elements all the same, and is replied to."""
    package = dossier.live[event.part].package
    extent = _extent(event, tree, package)
    return Folded(dossier, "repeated", named=numbers.named, extent=extent)


def _made(dossier: Dossier, event: Event, tree: Tree, numbers: Numbers, package: str) -> Folded:
    """The dossier with this body as the live version of the part."""
    live = dossier.live.get(event.part)
    document = document_of(dossier, event, "live")
    if tree is not event.body or package != event.package:
        body = orjson.dumps(tree)
        document = replace(
            document,
            package=package,
            payload=with_body(event.payload, body),
            digest=hashlib.sha256(body).hexdigest(),
        )
    extent = _extent(event, tree, package)
    order = max(live.order, event.order) if live is not None else event.order
    document = replace(document, named=numbers.named, extent=extent, order=order)
    known = dossier.parts.get(event.part, PartNumbers())
    older = older_after(known, live, tree, numbers.named, package)
    opened = _opened(event) if dossier.state == "new" else {}
    if dossier.state == "withdrawn":
        opened = {"state": "open", "closed_at": None}
    after = replace(
        dossier,
        live={**dossier.live, event.part: document},
        gone={part: gone for part, gone in dossier.gone.items() if part != event.part},
        versions=versions_with(dossier, document),
        parts=_parts(dossier, event.part, PartNumbers(numbers.marks, older)),
        messages=_messages(dossier, event.part, live, older),
        **opened,
    )
    removed = {path: tuple(found) for path, found in numbers.removed.items()}
    return Folded(after, "applied", document, named=numbers.named, removed=removed, extent=extent)


def _parts(dossier: Dossier, part: str, numbers: PartNumbers) -> Mapping[str, PartNumbers]:
    if not numbers.marks and not numbers.older:
        return dossier.parts
    return {**dossier.parts, part: numbers}


def _messages(
    dossier: Dossier, part: str, live: Document | None, older: Mapping[int, Any]
) -> Mapping[tuple[str, int], Document]:
    """The messages that are still the last to have named something."""
    known = {**dossier.messages}
    if live is not None:
        known[part, live.version] = replace(live, payload=b"")
    return {key: one for key, one in known.items() if key[0] != part or key[1] in older}


def _extent(event: Event, tree: Tree, package: str) -> Extent | None:
    """How much of the list was taken; and who is on it without having been named."""
    lists = numbered_lists(package)
    if not lists:
        return event.extent
    not_confirmed = tuple(
        f"{each.path}[{number_of(element)}]"
        for each in lists
        for element in elements_at(tree, each.steps)
        if element.get(PRESENCE) == NOT_CONFIRMED
    )
    if event.extent is None and not not_confirmed:
        return None
    return replace(event.extent or Extent(), not_confirmed=not_confirmed)


def _opened(event: Event) -> dict[str, Any]:
    """What the event that opens a dossier says of it."""
    return {
        "state": "open",
        "party": event.party,
        "sender": event.sender,
        "opened_at": event.received_at,
    }


def _note(dossier: Dossier, event: Event) -> Folded:
    """A remark: kept in the history, changes no version."""
    if dossier.state not in {"open", "closed"}:
        return declined(dossier, event, "event.already-withdrawn")
    return Folded(dossier, "applied")


def _report(dossier: Dossier, event: Event) -> Folded:
    """Goods were presented, have arrived or departed, or their release is asked for."""
    if dossier.party != event.party or dossier.state == "new":
        return declined(dossier, event, "reference.unknown")
    if event.does == "release":
        return Folded(dossier, "applied")
    name = _FACTS.get(event.body.get("TypeCode", ""), "presented")
    report = Report(name, event.part, event.received_at)
    return Folded(with_report(dossier, report), "applied")


_FACTS = {"arrival": "arrived", "departure": "departed"}
"""What a report of the broker's own format states; any other presents the goods."""


_FOLDS: Mapping[str, Callable[[Dossier, Event], Folded]] = {
    "put": _put,
    "merge": _merge,
    "close": _close,
    "withdraw": withdraw,
    "note": _note,
    "present": _report,
    "release": _report,
}


def _unmatched(event: Event, element: Tree) -> Problem:
    """An element of a change list that is in no list: without the values of others."""
    number = element.get("SequenceNumeric", "")
    return Problem(
        code="event.element-unknown",
        text=f"element {number} of the message is in no list that was lodged before",
        severity="warning",
        message=event.message or None,
        part=event.part,
        hint="name it as it was lodged: by its reference, its document, or name and birth",
    )
