"""An agency's answer, bound to what was delivered to it.

Rules
    An agency may answer only what was delivered to it (`binding`). A subject must be an element of
    that delivery, and what its view withheld is not. A person may be named by the references that
    the delivery shows (ABO; AVF where it means exactly one). New references are bound only in
    schemes the agency may bind.
    An answer to an older delivery settles what has not changed since. The agency is notified of
    the rest, and of a check that was not asked.
What does not belong
    What answers settle (`broker.dossiers.standing`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from broker.core.asking import ask_again
from broker.core.binding import bind, last_answers
from broker.core.effects import Effects, Making
from broker.core.late import expire_at, notify_unsettled
from broker.core.removed import strong_keys
from broker.core.rules import Rules
from broker.core.subjects import Naming, resolve_subject
from broker.dossiers.declines import decline_problem
from broker.dossiers.standing import ADVERSE, element_of, is_changed, standing_of
from broker.model.dossier import Answer, Delivered, Dossier, Event
from broker.model.events import body_of
from broker.model.lists import elements_at, numbered_lists
from broker.model.numbering import number_of
from broker.model.problem import Problem
from broker.model.vector import unpack
from broker.state.aliases import Alias

_ANSWERS_MAX = 1 << 20
"""More than one message holds: ordinals go on from message to message of a submission."""


def answer(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """The effects of an answer on its dossier, before the board is looked at."""
    if event.id in dossier.outcomes:
        return Effects(dossier, event, "repeated")
    bound = bind(dossier.delivered, event, last_answers(dossier.shown))
    contents: Sequence[Mapping[str, Any]] = event.body.get("Answer") or []
    if event.problem or not bound:
        code = event.problem or "answer.nothing-delivered"
        return Effects(dossier, event, "declined", problems=(decline_problem(code, event),))
    namings = [(one, [resolve_subject(content, one) for content in contents]) for one in bound]
    unknown = [problem for _, found in namings for one in found if (problem := one.problem)]
    if unknown:
        return Effects(dossier, event, "declined", problems=tuple(dict.fromkeys(unknown)))
    answers = tuple(_answers(dossier, event, namings))
    aliases = tuple(
        Alias(scheme, "", value, dossier.id, dossier.kind)
        for scheme, value in event.references
        if scheme in rules.binds.get(event.recipient, ())
    )
    if not aliases and _is_repeated(dossier, answers):
        return Effects(dossier, event, "repeated")
    making = Making(dossier, event)
    making.aliases = aliases
    making.problems = tuple(dict.fromkeys(_unasked(namings)))
    for delivered in bound:
        _settle(making, delivered, [one for one in answers if _is_of(one, delivered)])
    return making


def _answers(
    dossier: Dossier, event: Event, namings: Sequence[tuple[Delivered, Sequence[Naming]]]
) -> Iterator[Answer]:
    found = [(delivered, naming) for delivered, names in namings for naming in names]
    first = max(event.message - 1, 0) * _ANSWERS_MAX
    for ordinal, (delivered, naming) in enumerate(found, first):
        target, content = delivered.target, naming.content
        status = content.get("StatusCode")
        made = Answer(
            part=target.part,
            recipient=target.recipient,
            purpose=target.purpose,
            version=delivered.version,
            subject=naming.subject,
            check=content.get("CheckCode") or "",
            status=status,
            order=event.order,
            event=event.id,
            ordinal=ordinal,
            content=content,
            at=event.received_at,
            showing=delivered.showing,
        )
        if status in ADVERSE:
            made = replace(made, changed_at=_changed_at(dossier, made), keys=_keys(dossier, made))
        yield made


def _changed_at(dossier: Dossier, answer: Answer) -> int:
    """Of a late adverse answer: from which showing on it is known that the thing is another."""
    shown = dossier.shown.get(answer.target)
    if shown is None:
        return 0
    vector = unpack(shown.vector) if shown.result != "withdrawn" else unpack(b"")
    element = element_of(answer.subject)
    mark = vector.elements.get(element)
    if element and mark is not None:
        return mark.since if mark.since > answer.showing else 0
    if not element and shown.showing > answer.showing:
        newest = max((one.since for one in vector.elements.values()), default=0)
        changed = is_changed(answer, vector) or newest > answer.showing
        return shown.showing if changed else 0
    return shown.showing if element and shown.showing > answer.showing else 0


def _keys(dossier: Dossier, answer: Answer) -> tuple[str, ...]:
    live, element = dossier.live.get(answer.part), element_of(answer.subject)
    if live is None or not element:
        return ()
    for each in numbered_lists(live.package):
        if element.startswith(f"{each.path}["):
            for found in elements_at(body_of(live.payload), each.steps):
                if f"{each.path}[{number_of(found)}]" == element:
                    return strong_keys(found, each)
    return ()


def _settle(making: Making, delivered: Delivered, answers: Sequence[Answer]) -> None:
    """Put answers in force: what they replace is over, what they do not settle is reported."""
    target, event = delivered.target, making.event
    making.change(answers)
    shown = making.shown.get(target)
    if shown is not None:
        given = event.given if event.given is not None else delivered.seq
        making.shown[target] = shown._replace(answered=(given, delivered.id))
    for one in answers:
        expire_at(making, one)
    counting = making.answers_of(target)
    matters = standing_of(shown, counting).in_force()
    making.change(
        replace(one, state="over") for one in counting if (one.event, one.ordinal) not in matters
    )
    if any(one.status in ADVERSE and one.changed_at for one in answers):
        ask_again(making, target)
    notify_unsettled(making, delivered, answers)


def _is_of(answer: Answer, delivered: Delivered) -> bool:
    return answer.target == delivered.target and answer.showing == delivered.showing


def _is_repeated(dossier: Dossier, answers: Sequence[Answer]) -> bool:
    """Whether the agency's last answers under each purpose are these, about the same delivery."""
    for target in {one.target for one in answers}:
        known = [one for one in dossier.answers if one.target == target and not one.silent]
        last = max((one.order for one in known), default=-1)
        before = [(one.showing, one.content) for one in known if one.order == last]
        if before != [(one.showing, one.content) for one in answers if one.target == target]:
            return False
    return bool(answers)


def _unasked(namings: Sequence[tuple[Delivered, Sequence[Naming]]]) -> Iterator[Problem]:
    """A check that was not asked settles nothing: noted, with those that were asked."""
    for delivered, names in namings:
        for naming in names:
            check, asked = naming.content.get("CheckCode"), naming.checks
            if check and check not in asked and naming.content.get("StatusCode"):
                about = naming.subject or "the whole"
                yield Problem(
                    code="answer.check-not-asked",
                    text=f"check {check!r} was not asked of {about}: this answer settles nothing",
                    severity="warning",
                    part=delivered.target.part,
                    path=naming.subject or None,
                    found=check,
                    expected=" or ".join(sorted(asked)) or "an answer without a check",
                    hint="answer under a check that was asked, or without a check for all of them",
                )
