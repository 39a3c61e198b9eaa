"""An agency's answer, bound to what was delivered to it.

Rules
    An agency may answer only what was delivered to it. `DeliveryID` is the preferred reference;
    without it the answer is about the latest it was given, under each purpose. A subject must be
    an element that was delivered. New references are bound only in schemes the agency may bind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from broker.core.effects import Effects, Making
from broker.core.routed import Rules, shown
from broker.dossiers.board import current_answers
from broker.dossiers.fold import decline_problem
from broker.model.dossier import Answer, Delivered, Dossier, Event
from broker.model.paths import exists
from broker.state.aliases import Alias

GIVEN = ("numbered", "acknowledged")


def answered(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """The effects of an answer on its dossier, before the board is looked at."""
    if event.id in dossier.outcomes:
        return Effects(dossier, event, "repeated")
    bound = _bound(dossier, event.recipient, event.body.get("DeliveryID"))
    said = event.body.get("Answer") or []
    refusal = event.problem or _refusal(dossier, bound, said, rules)
    if refusal:
        return Effects(dossier, event, "declined", problems=(decline_problem(refusal, event),))
    answers = tuple(
        _answer(event, delivered, one, ordinal)
        for ordinal, (delivered, one) in enumerate(
            (delivered, one) for delivered in bound for one in said
        )
    )
    aliases = tuple(
        Alias(scheme, "", value, dossier.id, dossier.kind)
        for scheme, value in event.references
        if scheme in rules.binds.get(event.recipient, ())
    )
    if not aliases and all(_said_before(dossier, answer) for answer in answers):
        return Effects(dossier, event, "repeated")
    making = Making(replace(dossier, answers=(*dossier.answers, *answers)), event)
    making.answers = answers
    making.aliases = aliases
    return making


def _refusal(
    dossier: Dossier, bound: Sequence[Delivered], said: Sequence[Mapping[str, Any]], rules: Rules
) -> str:
    """Why this cannot be answered: a code, or "" if it can."""
    if dossier.state == "withdrawn":
        return "event.already-withdrawn"
    if not bound:
        return "answer.nothing-delivered"
    subjects = {one.get("Subject") or "" for one in said} - {""}
    if not all(_may_name(dossier, one, subject, rules) for one in bound for subject in subjects):
        return "answer.subject-unknown"
    return ""


def _said_before(dossier: Dossier, answer: Answer) -> bool:
    """Whether the agency's word in force is the same, about the same version."""
    return any(
        (one.part, one.recipient, one.purpose, one.version, one.content)
        == (answer.part, answer.recipient, answer.purpose, answer.version, answer.content)
        for one in current_answers(dossier.answers)
    )


def _bound(dossier: Dossier, recipient: str, delivery: str | None) -> list[Delivered]:
    """What the answer is about: the named delivery, or the latest given under each purpose."""
    given = [
        one
        for one in dossier.delivered.values()
        if one.target.recipient == recipient and one.state in GIVEN
    ]
    if delivery:
        return [one for one in given if one.id == delivery]
    latest: dict[Any, Delivered] = {}
    for one in given:
        newest = latest.get(one.target)
        if newest is None or one.version >= newest.version:
            latest[one.target] = one
    return list(latest.values())


def _may_name(dossier: Dossier, delivered: Delivered, subject: str, rules: Rules) -> bool:
    """Whether this element was part of the delivery; what its view withheld was not."""
    sent = dossier.sent.get(delivered.target)
    if sent is not None and sent.elements:
        return any(subject == one or subject.startswith(f"{one}.") for one in sent.elements)
    live = dossier.live.get(delivered.target.part)
    return live is not None and exists(shown(dossier, live, delivered.target, rules), subject)


def _answer(event: Event, delivered: Delivered, said: Mapping[str, Any], ordinal: int) -> Answer:
    return Answer(
        part=delivered.target.part,
        recipient=delivered.target.recipient,
        purpose=delivered.target.purpose,
        version=delivered.version,
        subject=said.get("Subject") or "",
        check=said.get("CheckCode") or "",
        status=said.get("StatusCode"),
        order=event.order,
        event=event.id,
        ordinal=ordinal,
        content=said,
        at=event.received_at,
    )
