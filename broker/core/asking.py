"""When an agency is asked, until when, and what becomes of its answers when the data change.

Rules
    A new version restarts an ask only if it opens something: an element that is new or changed,
    or an adverse answer whose element has changed or is gone.
    The deadline of an ask that escalates counts from the oldest that is unanswered; silence counts
    from when the recipient acknowledges the newest opening (`broker.state.queue.acknowledge`).
    In a dossier that has ended nothing is asked any more.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import orjson

from broker.clock import parse_stamp, stamp
from broker.core.effects import Making
from broker.dossiers.board import deadline_name, silence_name
from broker.dossiers.standing import ADVERSE, is_changed, standing_of
from broker.model.answer import ENDED
from broker.model.dossier import Answer, Ask, Shown, Target
from broker.model.vector import Vector
from broker.routing.decision import Expected
from broker.state.due import Due


def moved_answers(
    answers: Iterable[Answer], vector: Vector, old: Vector, showing: int
) -> list[Answer]:
    """The adverse answers of which this showing is the first to show another thing, or none.

    One about the whole is about each thing of its delivery: the last of them to change counts.
    """
    return [
        replace(answer, changed_at=showing)
        for answer in answers
        if answer.status in ADVERSE
        if (not answer.changed_at and is_changed(answer, vector))
        or (not answer.subject and _loses(answer, vector, old))
    ]


def _loses(answer: Answer, vector: Vector, old: Vector) -> bool:
    """Whether something that was until now as that answer's delivery showed it is not any more."""
    known = {**old.elements, "": old.rest}
    now = {**vector.elements, "": vector.rest}
    shown = [path for path, one in known.items() if one and one.since <= answer.showing]
    marks = [now.get(path) for path in shown]
    return any(one is None or one.since > answer.showing for one in marks)


def is_opened(vector: Vector, showing: int) -> bool:
    """Whether this showing shows something new or changed."""
    if any(mark.since == showing for mark in vector.elements.values()):
        return True
    return not vector.elements and vector.rest is not None and vector.rest.since == showing


def restart(making: Making, target: Target, shown: Shown, expects: Expected | None) -> Ask | None:
    """A new ask for what is shown; the one before it is superseded."""
    older = making.asks.get(target)
    waits = older is not None and older.counts and not _was_answered(making, target)
    if older is not None and older.counts:
        making.ask(older._replace(state="superseded"))
    if expects is None or making.dossier.state == ENDED:
        return None
    releases = expects.silence == "release"
    received_at = making.event.received_at
    due_at = "" if releases else later(received_at, expects.within)
    state = "open"
    if not releases and waits and older is not None and older.due_at:
        due_at, state = min(due_at, older.due_at), older.state
    ask = Ask(
        target=target,
        version=shown.version,
        due_at=due_at,
        silence=expects.silence,
        state=state,
        delivery=shown.delivery,
        asked_at=received_at,
        showing=shown.showing,
        within_s=int(expects.within.total_seconds()),
        counted_from=expects.counted_from,
    )
    making.ask(ask)
    if due_at and state == "open":
        making.due.append(Due(making.dossier.id, deadline_name(ask), due_at, making.dossier.kind))
    return ask


def ask_again(making: Making, target: Target) -> None:
    """Something is open again without a new version: the last ask counts anew.

    One that was not answered before this event goes on as it is.
    """
    older = making.asks.get(target)
    if making.dossier.state == ENDED:
        return
    if older is None or (older.counts and not _was_answered(making, target)):
        return
    escalates = older.silence != "release"
    wait = timedelta(seconds=older.within_s)
    due_at = later(making.event.received_at, wait) if escalates else older.due_at
    ask = older._replace(state="open", due_at=due_at, asked_at=making.event.received_at)
    making.ask(ask)
    if escalates:
        making.due.append(Due(making.dossier.id, deadline_name(ask), due_at, making.dossier.kind))


def silence_of(ask: Ask | None, kind: str) -> str | None:
    """What an acknowledgement must know to count silence, as the queue keeps it."""
    if ask is None or ask.silence != "release":
        return None
    content = {"name": silence_name(ask), "within_s": ask.within_s, "kind": kind}
    return orjson.dumps(content).decode()


def _was_answered(making: Making, target: Target) -> bool:
    """Before this event."""
    before = making.dossier
    answers = [one for one in before.answers if one.target == target]
    return bool(answers) and standing_of(before.shown.get(target), answers).is_settled


def later(moment: str, wait: timedelta) -> str:
    """The stamp this long after another."""
    return stamp(parse_stamp(moment) + wait)
