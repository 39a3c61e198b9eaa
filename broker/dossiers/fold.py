"""One event folded into one dossier: its outcome, and the dossier's next state.

Outcomes
    applied   it changed the dossier
    repeated  the live version already says this, or this event was seen before
    late      older than the live version: kept, shown, not applied
    declined  it cannot be applied; the problem says why, and its sender is told
"""

from dataclasses import dataclass, replace

from broker.model.dossier import Document, Dossier, Event, Outcome
from broker.model.problem import Problem
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
        return _declined(dossier, event.problem)
    match event.does:
        case "put":
            return _put(dossier, event)
        case "withdraw":
            return _withdraw(dossier, event)
        case "note":
            return _note(dossier)
        case "patch":
            return _declined(dossier, "event.patch-not-taken")
    raise AssertionError(f"no fold for {event.does!r}")


def _put(dossier: Dossier, event: Event) -> Folded:
    """The next version of a part, unless it is repeated, late, or not this party's."""
    if dossier.state in {"withdrawn", "closed"}:
        return _declined(dossier, "reference.reused")
    live = dossier.live.get(event.part)
    if live is not None:
        if live.party != event.party:
            return _declined(dossier, "event.not-the-owner")
        if live.digest == event.digest:
            return Folded(dossier, "repeated")
        if event.order < live.order:
            late = _document(dossier, event, "late")
            return Folded(_numbered(dossier, late), "late", late)
    document = _document(dossier, event, "live")
    opened = dossier if dossier.state == "open" else _open(dossier, event)
    live_now = {**opened.live, event.part: document}
    return Folded(replace(_numbered(opened, document), live=live_now), "applied", document)


def _numbered(dossier: Dossier, document: Document) -> Dossier:
    """The dossier that has given this version its number, late ones too."""
    return replace(dossier, versions={**dossier.versions, document.part: document.version})


def _open(dossier: Dossier, event: Event) -> Dossier:
    return replace(
        dossier, state="open", party=event.party, sender=event.sender, opened_at=event.received_at
    )


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
    """The declaration is taken back by the party that lodged it."""
    if dossier.party != event.party or dossier.state == "new":
        return _declined(dossier, "reference.unknown")
    if dossier.state != "open":
        return _declined(dossier, "event.already-withdrawn")
    gone = replace(dossier, state="withdrawn", closed_at=event.received_at, live={})
    return Folded(gone, "applied")


def _note(dossier: Dossier) -> Folded:
    """A remark (goods presented ...): kept in the history, changes no version."""
    if dossier.state != "open":
        return _declined(dossier, "event.already-withdrawn")
    return Folded(dossier, "applied")


DECLINES = {
    "event.patch-not-taken": (
        "amendments by change list are not taken yet",
        "lodge the corrected declaration again as an original under the same LRN",
    ),
    "event.not-the-owner": (
        "this part belongs to another party",
        "only the party that lodged it may replace it",
    ),
    "event.already-withdrawn": (
        "the declaration has been withdrawn",
        "lodge a new declaration under a new LRN",
    ),
    "reference.reused": (
        "the reference belongs to a declaration that has been withdrawn",
        "use a new LRN",
    ),
    "reference.unknown": (
        "the reference means no declaration of yours",
        "check the reference, or lodge the declaration first",
    ),
    "reference.missing": (
        "the declaration has no reference of its own",
        "give it a local reference number (LRN)",
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


def decline_problem(code: str) -> Problem:
    """The problem with this code, in words."""
    text, hint = DECLINES[code]
    return Problem(code=code, text=text, hint=hint)


def _declined(dossier: Dossier, code: str) -> Folded:
    return Folded(dossier, "declined", problems=(decline_problem(code),))
