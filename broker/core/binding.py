"""Which delivery an answer is about.

Rules
    The delivery that it names; otherwise, under each purpose, the oldest that was given to this
    agency since its last answer. Given: handed over by a channel for the first time, before the
    answer was accepted (`Event.given`); what was only numbered has not been seen. Where nothing
    was given since, it is the delivery that the last answer was about. An answer that is bound to
    too old a delivery loses nothing: what has not changed since is settled by it anyway.
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
    own = [one for one in delivered.values() if one.target.recipient == event.recipient]
    named = event.body.get("DeliveryID")
    if named:
        return [one for one in own if one.id == named]
    known = [one for one in own if event.given is None or one.seq <= event.given]
    found = []
    for target in dict.fromkeys(one.target for one in sorted(known, key=lambda one: one.seq)):
        of_target = [one for one in known if one.target == target]
        found.append(_oldest(of_target, last.get(target, Last())))
    return found


def _oldest(given: Iterable[Delivered], last: Last) -> Delivered:
    ordered = sorted(given, key=lambda one: one.seq)
    fresh = [one for one in ordered if one.seq > last.given]
    if fresh:
        return fresh[0]
    same = [one for one in ordered if one.id == last.delivery]
    return same[0] if same else ordered[-1]


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
            for last in list(states):
                for one in bind(delivered, event, {target: last}):
                    if one.target == target:
                        found.add(one.id)
                        states.add(Last(event.given or one.seq, one.id))
    return found
