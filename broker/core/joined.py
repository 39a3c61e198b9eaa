"""Parties that join a dossier whose public name is another's: where their parts stand, who hears.

Rules
    Whoever owns the code of the reference lodges the parts by their names, and is hindered by
    nothing that others lodged, took back or closed before: the dossier becomes the owner's with
    the owner's first message.
    A part of another party has a name of its own. Where the table says `yields`, it is withdrawn
    from its readers as soon as the owner lodges that part, and its sender is notified.
    The owner is notified of each part that another party has lodged: whose it is, by the public
    name in the file of its sender, and which part; nothing of its content.
What does not belong
    Who owns which code, and how parts are named (`broker.dossiers.owning`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from broker.core.effects import Making
from broker.core.routed import withdraw
from broker.core.rules import Rules
from broker.dossiers.owning import (
    LODGES,
    NOT_YOURS,
    OWNER_LODGED,
    base_of,
    is_beside,
    is_owner_by_code,
    is_stranger,
    joining_of,
    next_part,
    part_of,
    parts_beside,
)
from broker.dossiers.withdrawing import without
from broker.model.dossier import Document, Dossier, Event
from broker.model.problem import Problem
from broker.replies.refusals import Refused, noted_row


class Placed(NamedTuple):
    """An event with the part that it is about, and the dossier as its party finds it."""

    dossier: Dossier
    event: Event


def place(dossier: Dossier, event: Event, rules: Rules) -> Placed | str:
    """The event where its party may stand; or the code of the problem why it may not."""
    kind = rules.kinds.get(dossier.kind)
    strange = is_stranger(event, kind, rules.owners)
    owns = is_owner_by_code(event, kind, rules.owners)
    if kind is None or not (strange or owns):
        return Placed(dossier, event)
    lodges = event.does in LODGES
    if lodges and strange:
        how = joining_of(kind, event.part)
        if how == "refused":
            return NOT_YOURS
        known = dossier.live.get(event.part)
        if how == "yields" and known is not None and known.party != event.party:
            return OWNER_LODGED
    part = part_of(dossier, event.party, event.part)
    if part is None:
        apart = lodges and (strange or _is_of_another(dossier, event))
        part = next_part(dossier, event.part) if apart else event.part
    if lodges and owns:
        dossier = _taken_over(dossier, event)
    return Placed(dossier, replace(event, part=part))


def _is_of_another(dossier: Dossier, event: Event) -> bool:
    """Whether another party lodged the part, under a configuration by which it owned the code."""
    known = dossier.live.get(event.part) or dossier.gone.get(event.part)
    return known is not None and known.party != event.party


def _taken_over(dossier: Dossier, event: Event) -> Dossier:
    """The dossier as its owner's: what others did to it does not end it for the owner."""
    if dossier.state == "new" or dossier.party == event.party:
        return dossier
    state = "open" if dossier.state in {"closed", "withdrawn"} else dossier.state
    closed_at = None if state == "open" else dossier.closed_at
    return replace(
        dossier, party=event.party, sender=event.sender, state=state, closed_at=closed_at
    )


def yield_to(making: Making, document: Document, rules: Rules) -> frozenset[str]:
    """Parts that yield to the one that its owner has lodged are withdrawn; their names."""
    kind = rules.kinds.get(making.dossier.kind)
    if kind is None or is_beside(document.part) or joining_of(kind, document.part) != "yields":
        return frozenset()
    taken = parts_beside(making.dossier, document.part)
    if not taken:
        return frozenset()
    folded = without(making.dossier, taken, making.event)
    making.dossier = folded.dossier
    making.taken = (*making.taken, *folded.taken)
    withdraw(making, {part: one.version for part, one in taken.items()}, rules)
    for one in taken.values():
        _notify(making, one, (_yielded(document),))
    return frozenset(taken)


def note_joined(before: Dossier, making: Making, rules: Rules) -> None:
    """The owner hears of parts that others have lodged: now, or before the owner lodged any."""
    dossier = making.dossier
    mine = {part: one for part, one in dossier.live.items()
            if one.party == dossier.party and not is_beside(part)}  # fmt: skip
    others = {part: one for part, one in dossier.live.items() if one.party != dossier.party}
    if not mine or not others:
        return
    if not any(part in before.live for part in mine):
        making.problems = (*making.problems, *_joined(others.values(), rules))
        return
    fresh = {part: one for part, one in others.items() if part not in before.live}
    for part, one in fresh.items():
        _notify(making, mine.get(base_of(part)) or mine[min(mine)], tuple(_joined([one], rules)))


def _notify(making: Making, document: Document, problems: tuple[Problem, ...]) -> None:
    """Notify the sender of a document of this; another party caused it."""
    event = making.event
    whom = Refused(document.submission, document.message, document.sender, document.party,
                   event.received_at, event.trace,
                   f"{event.id}/{document.part}")  # fmt: skip
    making.queue.append(noted_row(whom, problems, ()))


def _joined(documents: Iterable[Document], rules: Rules) -> Iterator[Problem]:
    for one in documents:
        name, part = rules.titles.get(one.sender, "another party"), base_of(one.part)
        yield Problem(
            code="event.joined",
            text=f"{name} has lodged {f'the part {part}' if part else 'a part'} of this as well",
            severity="warning",
            part=part,
            found=name,
            hint="nothing, if it is meant so; otherwise ask that party, or the operator",
        )


def _yielded(document: Document) -> Problem:
    return Problem(
        code="event.yielded",
        text="the party whose reference this is has lodged the part itself: yours was withdrawn",
        severity="warning",
        part=document.part,
        hint="nothing: what that party lodged is in force; ask it about what its list lacks",
    )
