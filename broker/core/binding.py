"""Which delivery an answer is about.

Rules
    The delivery that it names; otherwise the deliveries whose own number it carries (of a request:
    its number, and where the answer gives it the revision); otherwise, under each purpose, the
    oldest that was given to this agency since its last answer. Given: handed over by a channel for
    the first time, before the answer was accepted (`Event.given`); what was only numbered has not
    been seen. Where nothing was given since, it is the delivery that the last answer was about.
    An answer that is bound to too old a delivery loses nothing: what has not changed since is
    settled by it anyway.
    An answer that names persons by references of theirs is about the first of these deliveries
    that shows the most of them: a later list may hold persons whom an earlier one does not.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from broker.model.dossier import Delivered, Event, Shown, Target


class Last(NamedTuple):
    """An agency's last answer: how far its subscription was given then, and what it was about."""

    given: int = 0
    delivery: str = ""


def bind(
    delivered: Mapping[str, Delivered], event: Event, last: Mapping[Target, Last]
) -> list[Delivered]:
    """What an answer is about: a delivery for each purpose under which something was given."""
    return [options[0] for options in choices(delivered, event, last)]


def choices(
    delivered: Mapping[str, Delivered], event: Event, last: Mapping[Target, Last]
) -> list[list[Delivered]]:
    """For each purpose, what an answer may be about: the first one, or by its subjects another."""
    own = [one for one in delivered.values() if one.target.recipient == event.recipient]
    named = event.body.get("DeliveryID")
    if named:
        return [[one] for one in own if one.id == named]
    known = [one for one in own if event.given is None or one.seq <= event.given]
    numbers = numbers_in(event)
    carried = [one for one in known if numbers & one.numbers]
    found = []
    for target in dict.fromkeys(one.target for one in sorted(carried or known, key=_number)):
        of_target = [one for one in carried or known if one.target == target]
        ordered = _ordered(of_target, last.get(target, Last()))
        ordered.sort(key=lambda one: -len(numbers & one.numbers))
        found.append(ordered if names_by_reference(event) else ordered[:1])
    return found


def numbers_in(event: Event) -> frozenset[str]:
    """By what an answer may carry a delivery's own number."""
    return frozenset(value for _, value in event.references)


def names_by_reference(event: Event) -> bool:
    """Whether the answer names something by a reference, which only the deliveries explain."""
    return any(one.get("SubjectReference") for one in event.body.get("Answer") or ())


def _number(one: Delivered) -> int:
    return one.seq


def _ordered(given: Iterable[Delivered], last: Last) -> list[Delivered]:
    """The oldest since the last answer first; then what that was about; then the newest."""
    ordered = sorted(given, key=_number)
    fresh = [one for one in ordered if one.seq > last.given]
    same = [one for one in ordered if one.id == last.delivery]
    found = {one.id: one for one in (*fresh, *same, ordered[-1])}
    return list(found.values())


def last_answers(shown: Mapping[Target, Shown]) -> dict[Target, Last]:
    """The last answer under each target."""
    return {target: Last(*one.answered) for target, one in shown.items()}


def candidates(
    delivered: Mapping[str, Delivered], shown: Mapping[Target, Shown], events: Iterable[Event]
) -> set[str]:
    """The deliveries that these answers, in this order, may be about, whatever becomes of each.

    An answer that is declined leaves the last one as it was, so all are followed.
    """
    known = {target: {last} for target, last in last_answers(shown).items()}
    found: set[str] = set()
    for event in events:
        for target in {one.target for one in delivered.values()}:
            states = known.setdefault(target, {Last()})
            lasts = list(states)
            if names_by_reference(event):
                lasts = [min(states)]  # nothing is new since a later one that is not since this
                found |= {last.delivery for last in states} & set(delivered)
            for one in _meant(delivered, event, target, lasts):
                found.add(one.id)
                given = event.given if event.given is not None else one.seq
                states.add(Last(given, one.id))
    return found


def _meant(
    delivered: Mapping[str, Delivered], event: Event, target: Target, lasts: Iterable[Last]
) -> list[Delivered]:
    """What an event may be about under a target, after any of these last answers."""
    return [
        one
        for last in lasts
        for options in choices(delivered, event, {target: last})
        for one in options
        if one.target == target
    ]
