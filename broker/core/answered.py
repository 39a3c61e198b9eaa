"""An agency's answer, bound to what was delivered to it.

Rules
    An agency may answer only what was delivered to it (`binding`). A subject must be an element of
    that delivery, and what its view withheld is not; of several purposes it answers those whose
    delivery shows it, of several parts the one that it names. An answer to a request by its number
    is about what that request named. A person may be named by the references that the delivery
    shows (ABO; AVF where it means exactly one). New references are bound only in schemes the agency
    may bind. What was sent before under the same number of the agency's is repeated, whatever was
    answered since.
    A release of part of a quantity is conditional, never a release.
    An answer to an older delivery settles what has not changed since. The agency is notified of
    the rest, and of a check that was not asked.
What does not belong
    What answers settle (`broker.dossiers.standing`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from broker.core.asking import ask_again
from broker.core.binding import choices, last_answers, numbers_in
from broker.core.effects import Effects, Making
from broker.core.late import expire_at, notify_unsettled
from broker.core.removed import strong_keys
from broker.core.reported import states_report
from broker.core.rules import Rules
from broker.core.subjects import AMBIGUOUS, UNKNOWN, Naming, names_in_delivery, resolve_subjects
from broker.dossiers.declines import decline_problem
from broker.dossiers.news import version_of
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


class Bound(NamedTuple):
    """A delivery that is answered, and what each of the answers is about in it."""

    delivered: Delivered
    namings: Sequence[Sequence[Naming]]

    @property
    def found(self) -> int:
        """How many of the answers are about something in it."""
        return sum(_is_found(several) for several in self.namings)

    @property
    def about(self) -> list[Naming]:
        """What is answered in it."""
        return [one for several in self.namings if _is_found(several) for one in several]


def answer(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """The effects of an answer on its dossier, before the board is looked at."""
    if event.id in dossier.outcomes or (event.name and event.name in dossier.outcomes):
        return Effects(dossier, event, "repeated")
    bound = _bound(dossier, event)
    code = event.problem or _without_delivery(dossier, event, bound, rules)
    if code:
        return Effects(dossier, event, "declined", problems=(decline_problem(code, event),))
    if unknown := tuple(dict.fromkeys(_unknown(bound))):
        return Effects(dossier, event, "declined", problems=unknown)
    namings = [(one.delivered, one.about) for one in bound if one.found]
    answers = tuple(_answers(dossier, event, namings))
    aliases = tuple(
        Alias(scheme, "", value, dossier.id, dossier.kind)
        for scheme, value in event.references
        if scheme in rules.binds.get(event.recipient, ())
    )
    says_more = bool(event.changes or event.body.get("QuestionID") or states_report(event))
    if not aliases and not says_more and _is_repeated(dossier, answers):
        return Effects(dossier, event, "repeated")
    making = Making(dossier, event)
    making.aliases = aliases
    making.problems = tuple(dict.fromkeys(_unasked(namings)))
    for delivered, _ in namings:
        _settle(making, delivered, [one for one in answers if _is_of(one, delivered)])
    return making


def _bound(dossier: Dossier, event: Event) -> list[Bound]:
    """Under each purpose the delivery that is answered: of several the first that shows most."""
    contents = sorted(event.body.get("Answer") or [], key=_is_of_element)
    numbers = numbers_in(event)
    found = []
    for options in choices(dossier.delivered, event, last_answers(dossier.shown)):
        bound = [Bound(one, resolve_subjects(contents, one, numbers)) for one in options]
        found.append(max(bound, key=lambda one: one.found))
    return found


def _is_of_element(content: Mapping[str, Any]) -> bool:
    """Answers about the whole come first: what is said of an element holds for that element."""
    return bool(content.get("Subject") or content.get("SubjectReference"))


def _without_delivery(dossier: Dossier, event: Event, bound: Sequence[Bound], rules: Rules) -> str:
    """Why an answer is about no delivery: nothing was given, or not the request that it names."""
    if not bound:
        return "answer.nothing-delivered"
    kind = rules.kinds.get(dossier.kind)
    schemes = {one.name for one in kind.schemes if one.of_message} if kind else set()
    requests = {value for scheme, value in event.references if scheme in schemes}
    if not requests or event.body.get("DeliveryID"):
        return ""
    known = any(one.delivered.numbers & requests for one in bound)
    return "" if known else "answer.request-unknown"


def _unknown(bound: Sequence[Bound]) -> Iterator[Problem]:
    """Answers that are about nothing in any of the deliveries, or by reference about two things."""
    parts = sorted({one.delivered.target.part for one in bound} - {""})
    for alternatives in zip(*(one.namings for one in bound), strict=True):
        part = alternatives[0][0].content.get("Part")
        if part and part not in parts:
            known = ", ".join(parts) or "an answer about the whole"
            yield replace(decline_problem(UNKNOWN), found=part, expected=known)
            continue
        problems = [one.problem for several in alternatives for one in several if one.problem]
        if not any(map(_is_found, alternatives)):
            yield next((one for one in problems if one.code == AMBIGUOUS), problems[0])
        elif alternatives[0][0].content.get("SubjectReference"):
            named = {
                (one.delivered.target.part, naming.subject)
                for one, several in zip(bound, alternatives, strict=True)
                if _is_found(several)
                for naming in several
            }
            if len(named) > 1:
                yield decline_problem(AMBIGUOUS)


def _is_found(several: Sequence[Naming]) -> bool:
    return all(one.problem is None for one in several)


def _answers(
    dossier: Dossier, event: Event, namings: Sequence[tuple[Delivered, Sequence[Naming]]]
) -> Iterator[Answer]:
    found = [(delivered, naming) for delivered, names in namings for naming in names]
    first = max(event.message - 1, 0) * _ANSWERS_MAX
    versions = {
        delivered.target: version_of(dossier.answers, delivered.target) for delivered, _ in namings
    }
    for ordinal, (delivered, naming) in enumerate(found, first):
        target = delivered.target
        content = _with_version(_of_quantity(naming.content), versions[target])
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
        if not content:  # it says nothing of its own: what it corrects or closes stands elsewhere
            made = replace(made, state="over")
        if status in ADVERSE:
            changed_at = _changed_at(dossier, made, delivered)
            made = replace(made, changed_at=changed_at, keys=_keys(dossier, made))
        yield made


def _of_quantity(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """A release of part of a quantity is conditional: the condition says of how much."""
    amount = content.get("QuantityMeasure")
    if not amount or content.get("StatusCode") != "released":
        return content
    condition = {"Text": f"for {amount['value']} {amount['unit']} only"}
    conditions = [*content.get("Condition", ()), condition]
    return {**content, "StatusCode": "conditional", "Condition": conditions}


def _with_version(content: Mapping[str, Any], known: str) -> Mapping[str, Any]:
    """The agency's own version of the declaration: where it gives none, the last it has given."""
    if not known or content.get("NativeVersionID"):
        return content
    return {**content, "NativeVersionID": known}


def _changed_at(dossier: Dossier, answer: Answer, delivered: Delivered) -> int:
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
        marks = [vector.elements.get(path) for path in names_in_delivery(delivered)]
        lost = any(one is None or one.since > answer.showing for one in marks)
        return shown.showing if lost or is_changed(answer, vector) else 0
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
    if shown is not None and any(one.content for one in answers):
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
