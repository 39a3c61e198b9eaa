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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from broker.dossiers.declines import decline_problem, late_problem
from broker.dossiers.merging import NOT_CONFIRMED, Tree, changed, merged, put_over
from broker.dossiers.naming import older_after
from broker.model.dossier import Document, Dossier, Event, Outcome, PartNumbers, without_payload
from broker.model.events import body_of, with_body
from broker.model.extent import Extent
from broker.model.lists import PRESENCE, elements_at, numbered_lists
from broker.model.numbering import Named, Numbers, number_of
from broker.model.problem import Problem
from broker.model.records import digest


@dataclass(frozen=True, slots=True)
class Folded:
    """What came of an event: the dossier after it, and the document it made (if any).

    `named`: the elements that its message named. `removed`: by list, the numbers of those that it
    took off by name. `extent`: how much of its list was taken. `taken`: the versions that take
    parts back.
    """

    dossier: Dossier
    outcome: Outcome
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    named: Named = field(default_factory=dict)
    removed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    extent: Extent | None = None
    taken: tuple[Document, ...] = ()


def fold(dossier: Dossier, event: Event, *, own_only: bool = False) -> Folded:
    """Apply one event; answers and elapsed times are the board's.

    `own_only`: of a dossier of this kind each party takes back its own parts and no others.
    """
    if event.id in dossier.outcomes:
        return Folded(dossier, "repeated")
    if event.problem:
        return _declined(dossier, event, event.problem)
    if event.does == "withdraw" and not event.part and "" not in dossier.live:
        return _withdraw_parts(dossier, event, own_only=own_only)
    return _FOLDS[event.does](dossier, event)


def _put(dossier: Dossier, event: Event) -> Folded:
    """The next version of a part, unless it is repeated, late, or not this party's."""
    if _is_of_another(dossier, event):
        return _declined(dossier, event, "reference.reused")
    live = dossier.live.get(event.part)
    if live is not None:
        if live.party != event.party:
            return _declined(dossier, event, "event.not-the-owner")
        if event.order < live.order and live.digest != event.digest:
            late = _document(dossier, event, "late")
            after = replace(dossier, versions=_versions(dossier, late))
            return Folded(after, "late", late, (late_problem(event, live.version),))
    before = body_of(live.payload) if live is not None else {}
    numbers = _numbers(dossier, event.part)
    cut = event.extent is not None and event.extent.cut
    tree = put_over(before, event.body, event.package, numbers, cut=cut)
    if live is not None and tree == before:
        return _repeated(dossier, event, numbers, tree)
    return _made(dossier, event, tree, numbers, event.package)


def _is_of_another(dossier: Dossier, event: Event) -> bool:
    """Whether the part was taken back, with its dossier, by another party."""
    gone = dossier.gone.get(event.part)
    over = dossier.state in {"withdrawn", "ended"}
    return over and (gone is None or gone.party != event.party)


def _merge(dossier: Dossier, event: Event) -> Folded:
    """A piece of a list: in whatever order the pieces come, none waits for the others."""
    live = dossier.live.get(event.part)
    if live is None:
        if _is_of_another(dossier, event):
            return _declined(dossier, event, "reference.reused")
        numbers = _numbers(dossier, event.part)
        tree = merged({}, event.body, event.package, numbers)
        return _made(dossier, event, tree, numbers, event.package)
    if live.party != event.party:
        return _declined(dossier, event, "event.not-the-owner")
    numbers = _numbers(dossier, event.part)
    tree = merged(body_of(live.payload), event.body, event.package, numbers)
    return _rewritten(dossier, event, tree, numbers)


def _patch(dossier: Dossier, event: Event) -> Folded:
    """Changes to elements of the live version; those that match nothing are reported."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return _declined(dossier, event, "reference.unknown")
    if not event.changes or any(change.does == "amend" for change in event.changes):
        return _declined(dossier, event, "event.patch-not-taken")
    numbers = _numbers(dossier, event.part)
    cut = event.extent is not None and event.extent.cut
    tree, missed = changed(body_of(live.payload), event.changes, live.package, numbers, cut=cut)
    closing = any(change.does == "keep" for change in event.changes)
    if len(missed) == len(event.changes) and not closing:
        return _declined(dossier, event, "event.nothing-matched")
    folded = _rewritten(dossier, event, tree | _of_message(event), numbers)
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
        tree = body_of(live.payload) | _of_message(event)
        folded = _rewritten(dossier, event, tree, _numbers(dossier, event.part))
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
    document = _document(dossier, event, "live")
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
        versions=_versions(dossier, document),
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
    if dossier.party != event.party or dossier.state in {"new", "withdrawn"}:
        return _declined(dossier, event, "reference.unknown")
    return _without(dossier, dossier.live, event)


def _withdraw_parts(dossier: Dossier, event: Event, *, own_only: bool) -> Folded:
    """The parts of a dossier of many: all by the party that opened it, else the party's own."""
    if not dossier.live or event.party not in {
        dossier.party, *(document.party for document in dossier.live.values())
    }:  # fmt: skip
        return _declined(dossier, event, "reference.unknown")
    everything = dossier.party == event.party and not own_only
    taken = {
        part: document
        for part, document in dossier.live.items()
        if everything or document.party == event.party
    }
    if not taken:
        return _declined(dossier, event, "reference.unknown")
    return _without(dossier, taken, event)


def _without(dossier: Dossier, taken: Mapping[str, Document], event: Event) -> Folded:
    """The dossier without these parts; without any, it is withdrawn."""
    rest = {part: document for part, document in dossier.live.items() if part not in taken}
    ended: dict[str, Any] = {"state": "withdrawn", "closed_at": event.received_at}
    versions = {part: _taken_back(dossier, event, live) for part, live in taken.items()}
    after = replace(
        dossier,
        live=rest,
        gone={**dossier.gone, **without_payload(versions)},
        versions={**dossier.versions, **{part: one.version for part, one in versions.items()}},
        messages={key: document for key, document in dossier.messages.items() if key[0] in rest},
        parts={
            part: known._replace(older={}) if part in taken else known
            for part, known in dossier.parts.items()
        },
        **({} if rest else ended),
    )
    return Folded(after, "applied", taken=tuple(versions.values()))


def _taken_back(dossier: Dossier, event: Event, live: Document) -> Document:
    """The version of a part in which it is gone; another party's stays that party's."""
    document = _document(dossier, replace(event, part=live.part), "withdrawn")
    profile = event.profile or live.profile  # a request may be in a form without a profile
    document = replace(document, package=live.package, profile=profile)
    if live.party == event.party:
        return document
    return replace(
        document, sender=live.sender, party=live.party, profile=live.profile,
        submission=live.submission, message=live.message,
    )  # fmt: skip


def _part_withdrawn(dossier: Dossier, event: Event) -> Folded:
    """The part is gone in its next version; the other parts and the dossier stay."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return _declined(dossier, event, "reference.unknown")
    document = _taken_back(dossier, event, live)
    rest = {part: one for part, one in dossier.live.items() if part != event.part}
    known = dossier.parts.get(event.part)
    after = replace(
        dossier,
        live=rest,
        gone={**dossier.gone, **without_payload({event.part: document})},
        versions=_versions(dossier, document),
        parts={**dossier.parts, event.part: known._replace(older={})} if known else dossier.parts,
        messages={key: one for key, one in dossier.messages.items() if key[0] != event.part},
    )
    return Folded(after, "applied", document, taken=(document,))


def _note(dossier: Dossier, event: Event) -> Folded:
    """A remark: kept in the history, changes no version."""
    if dossier.state not in {"open", "closed"}:
        return _declined(dossier, event, "event.already-withdrawn")
    return Folded(dossier, "applied")


def _report(dossier: Dossier, event: Event) -> Folded:
    """Goods were presented, have arrived or departed, or their release is asked for."""
    if dossier.party != event.party or dossier.state == "new":
        return _declined(dossier, event, "reference.unknown")
    fact = _FACTS.get(event.body.get("TypeCode", ""), "presented")
    if event.does == "release":
        return Folded(dossier, "applied")
    return Folded(with_fact(dossier, event.part, fact), "applied")


_FACTS = {"arrival": "arrived", "departure": "departed"}
"""What a report of the broker's own format states; any other presents the goods."""


def with_fact(dossier: Dossier, part: str, fact: str) -> Dossier:
    """The dossier that knows this of a part."""
    known = dossier.facts.get(part, ())
    if fact in known:
        return dossier
    return replace(dossier, facts={**dossier.facts, part: (*known, fact)})


_FOLDS: Mapping[str, Callable[[Dossier, Event], Folded]] = {
    "put": _put,
    "merge": _merge,
    "patch": _patch,
    "close": _close,
    "withdraw": _withdraw,
    "note": _note,
    "present": _report,
    "release": _report,
}


def _declined(dossier: Dossier, event: Event, code: str) -> Folded:
    return Folded(dossier, "declined", problems=(decline_problem(code, event),))


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
