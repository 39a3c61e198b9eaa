"""An authority corrects a document of its own accord: who may, what follows, who is told.

Rules
    Only an agency to which the part was delivered under a purpose that decides it by the table
    (`decided_by`) may correct it. The correction is the next version, `by` that agency, and routed
    like any other; its declarant is told what has changed.
    An open amendment of something that it corrects is overtaken; all else stays open.
    What cannot be applied is kept as an answer: the agency is told why, and the declarant that the
    whole document is to be lodged next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from broker.core.applied import route_applied
from broker.core.decided import end
from broker.core.effects import Making
from broker.core.rules import Rules
from broker.core.signals import differing, is_granted
from broker.dossiers.amending import Delta
from broker.dossiers.correcting import correct, corrected_package
from broker.dossiers.folded import UNCORRECTED, with_fact
from broker.dossiers.permission import names_same
from broker.model.dossier import Document, Dossier, Event
from broker.model.problem import Problem

NOT_ALLOWED = "answer.correction-not-allowed"
_LISTED_MAX = 10
"""Elements that are named to the declarant; the others are counted."""


def correct_part(before: Dossier, making: Making, rules: Rules) -> str:
    """Apply the correction that this answer is, if it is one; why it may not be one, or ""."""
    event = making.event
    if not event.changes or making.dossier.state not in {"open", "closed"}:
        return ""
    parts = sorted({*_parts(making, rules)})
    if not parts:
        return NOT_ALLOWED
    part = parts[0]
    folded, deltas = correct(making.dossier, event, part)
    making.problems = (*making.problems, *folded.problems)
    live = before.live[part]
    if folded.outcome == "declined":
        making.dossier = with_fact(making.dossier, part, UNCORRECTED)
        making.remark(part, _not_applied(event, live))
        making.signals.append(differing(event, applied=False))
    elif folded.document is not None:
        making.apply(folded)
        making.remark(part, _corrected(event, folded.document, deltas))
        overtaken = _overtake_amendments(making, live)
        if overtaken or is_granted(before, part, live.version):
            making.signals.append(differing(event, applied=True))
        route_applied(before, making, folded, rules)
    return ""


def _parts(making: Making, rules: Rules) -> Iterable[str]:
    """The parts that this agency may correct, of those that it answers about."""
    event, package = making.event, corrected_package(making.event)
    for answer in making.answers.values():
        live = making.dossier.live.get(answer.part)
        if answer.event == event.id and live is not None and live.package == package:
            table = rules.table_of(live.profile, event.received_at)
            if answer.purpose in table.decided_by:
                yield answer.part


def _overtake_amendments(making: Making, live: Document) -> bool:
    """Whether an open amendment was overtaken."""
    overtaken = False
    correction = replace(making.event, does="patch", part=live.part, package=live.package)
    for request in list(making.dossier.requests.values()):
        about = request.event
        if request.does == "amend" and about.part == live.part and names_same(about, correction):
            end(making, request, "overtaken")
            overtaken = True
    return overtaken


def _corrected(event: Event, document: Document, deltas: Sequence[Delta]) -> Problem:
    paths = [delta.path for delta in deltas]
    shown = ", ".join(paths[:_LISTED_MAX])
    more = f" and {len(paths) - _LISTED_MAX} more" if len(paths) > _LISTED_MAX else ""
    return Problem(
        code="event.corrected",
        text=f"{event.recipient} has corrected this: version {document.version} is in force, "
        f"which differs in {shown}{more}",
        severity="warning",
        message=document.message or None,
        part=document.part,
        path=paths[0],
        hint="correct your own records; what you send next is about this version",
    )


def _not_applied(event: Event, live: Document) -> Problem:
    return Problem(
        code="event.correction-not-applied",
        text=f"{event.recipient} has corrected version {live.version}, and the correction cannot "
        "be applied to it",
        severity="warning",
        message=live.message or None,
        part=live.part,
        hint="ask it what has changed, and lodge the whole document; until then no amendment by "
        "pointer is taken",
    )
