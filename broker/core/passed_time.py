"""A due time of a dossier has come.

It is a deadline, a release by silence, the end of an answer, or that of the time to confirm one.
"""

from datetime import timedelta

from broker.core.arrivals import arrival_of
from broker.core.asking import later
from broker.core.confirmed import notify_unconfirmed
from broker.core.effects import Making
from broker.core.late import expire, expired
from broker.core.rules import Rules
from broker.dossiers.board import deadline_name, silence_name
from broker.dossiers.standing import standing_of
from broker.model.dossier import Answer, Ask
from broker.state.due import Due

_LAST = 1 << 60
"""Ordinal of an answer by silence: behind all that was answered before."""


def elapse(making: Making, rules: Rules) -> bool:
    """What the moment does; whether it matters at all."""
    name = making.event.name
    ended = expired(making.answers.values(), name)
    if ended is not None:
        if ended.state == "counts":
            expire(making, ended)
        return ended.state == "counts"
    if notify_unconfirmed(making):
        return True
    for ask in list(making.asks.values()):
        if ask.state == "open" and name == deadline_name(ask) and not _is_settled(making, ask):
            _pass_deadline(making, ask)
            return True
        if ask.counts and ask.silence == "release" and name == silence_name(ask):
            return _release(making, ask, rules)
    return False


def _is_settled(making: Making, ask: Ask) -> bool:
    answers = making.known_of(ask.target)
    return bool(answers) and standing_of(making.shown.get(ask.target), answers).is_settled


def _pass_deadline(making: Making, ask: Ask) -> None:
    """The ask is overdue; one that was asked again meanwhile has a later deadline."""
    if ask.due_at > making.event.received_at:
        moment = Due(making.dossier.id, making.event.name, ask.due_at, making.dossier.kind)
        making.due.append(moment)
    else:
        making.ask(ask._replace(state="overdue"))


def _release(making: Making, ask: Ask, rules: Rules) -> bool:
    """Nothing was answered in time: what is open of that delivery is released by silence."""
    if _is_settled(making, ask):
        return False
    event = making.event
    if ask.counted_from == "arrival":
        arrives = arrival_of(making.dossier, ask.target.part, rules)
        wait = timedelta(seconds=ask.within_s)
        moment = later(arrives or event.received_at, wait)
        if moment > event.received_at:
            making.due.append(Due(making.dossier.id, event.name, moment, making.dossier.kind))
            return True
    order = max((one.order for one in making.answers.values()), default=0)
    target = ask.target
    silent = Answer(
        part=target.part, recipient=target.recipient, purpose=target.purpose, version=ask.version,
        subject="", check="", status="released", order=order, event=event.id, ordinal=_LAST,
        content={"StatusCode": "released"}, at=event.received_at, showing=ask.showing, silent=True,
    )  # fmt: skip
    making.change([silent])
    return True
