"""Answers that come too late for some elements, and answers that are valid until a time.

    answer.superseded   to the agency: which elements its answer does not settle, because they have
                        changed or are gone, and which delivery shows what is there now
    answer.expired      to the agency: until when its answer was valid; what it settled is open
Only an agency that is still entitled is told; a notice holds ids and paths that it knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson

from broker.clock import stamp
from broker.core.asking import ask_again, silence_of
from broker.core.effects import Making
from broker.core.subjects import names_in_delivery
from broker.dossiers.standing import FAVOURABLE, element_of
from broker.model.answer import ENDED
from broker.model.dossier import Answer, Delivered, Target
from broker.model.records import digest
from broker.model.vector import unpack
from broker.replies import payloads
from broker.state.due import Due
from broker.state.queue import Row

UNTIL = "until"
SUPERSEDED, EXPIRED = "answer.superseded", "answer.expired"


def notify_unsettled(making: Making, delivered: Delivered, answers: Sequence[Answer]) -> None:
    """Tell the agency what its answer to an older delivery does not settle."""
    target = delivered.target
    shown = making.shown.get(target)
    if shown is None or shown.result == "withdrawn" or not shown.vector:
        return
    decided = [one for one in answers if one.status not in {None, ENDED}]
    if not decided:
        return
    vector = unpack(shown.vector)
    now = vector.elements
    subjects = {element_of(one.subject) for one in decided}
    known = list(names_in_delivery(delivered))
    about = known if "" in subjects else [path for path in known if path in subjects]
    gone = [path for path in about if path not in now]
    changed = [path for path in about if path in now and now[path].since > delivered.showing]
    if "body" in delivered.content and not known and not now:
        rest = vector.rest  # it shows no elements: what changed is the whole
        changed = [""] if rest is not None and rest.since > delivered.showing else []
    if gone or changed:
        what = payloads.Unsettled(delivered.id, changed, gone, shown.delivery)
        _notify(making, target, SUPERSEDED, what)


def expire_at(making: Making, answer: Answer) -> None:
    """A favourable answer that says until when it is valid ends then; at once if that is past."""
    until = answer.content.get("ValidUntilDateTime")
    ends = end_of(until) if until and answer.status in FAVOURABLE else None
    if ends is None:
        return
    if ends <= making.event.received_at:
        expire(making, replace(answer, state="over"))
        return
    name = f"{UNTIL}/{answer.event}/{answer.ordinal}"
    making.due.append(Due(making.dossier.id, name, ends, making.dossier.kind))


def expire(making: Making, answer: Answer) -> None:
    """The answer has ended, and what it settled is open again."""
    making.change([replace(answer, state="ended") if answer.state == "counts" else answer])
    target = answer.target
    shown = making.shown.get(target)
    if shown is None or shown.result == "withdrawn":
        return
    elements = unpack(shown.vector).elements
    element = element_of(answer.subject)
    settled = [
        path
        for path, mark in elements.items()
        if mark.since <= answer.showing and element in {"", path}
    ]
    ask_again(making, target)
    what = payloads.Unsettled("", settled, (), shown.delivery)
    silence = silence_of(making.asks.get(target), making.dossier.kind)
    _notify(making, target, EXPIRED, what, silence)


def expired(answers: Iterable[Answer], name: str) -> Answer | None:
    """The answer that ends at the moment of this name."""
    for answer in answers:
        if name == f"{UNTIL}/{answer.event}/{answer.ordinal}":
            return answer
    return None


def end_of(moment: str) -> str | None:
    """The stamp at which a moment ends: a day at its end, a month at its end (UTC)."""
    day = moment.partition("T")[0].split("-")
    if "T" in moment:
        text = (
            moment
            if moment.endswith("Z") or "+" in moment[10:] or "-" in moment[10:]
            else (f"{moment}Z")
        )
        try:
            return stamp(datetime.fromisoformat(text).astimezone(UTC))
        except ValueError:
            return None
    try:
        numbers = [int(part) for part in day]
        year, month, number = [*numbers, 1, 1][:3]
        first = datetime(year, month, number, tzinfo=UTC)
    except ValueError:
        return None
    if len(numbers) == 3:
        return stamp(first + timedelta(days=1))
    months = 1 if len(numbers) == 2 else 12
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return stamp(first.replace(year=year, month=month + 1))


def _notify(
    making: Making,
    target: Target,
    kind: str,
    what: payloads.Unsettled,
    silence: str | None = None,
) -> None:
    shown = making.shown[target]
    event = making.event
    making.queue.append(
        Row(
            id="d_" + digest(event.id, kind, *target),
            subscription=target.recipient,
            dossier=making.dossier.id,
            part=target.part,
            version=shown.version,
            recipient=target.recipient,
            purpose=target.purpose,
            what="notice",
            type=kind,
            payload=payloads.unsettled(making.dossier.id, target, shown.version, what),
            context=orjson.dumps({"trace": event.trace}).decode(),
            created_at=event.received_at,
            showing=shown.showing,
            silence=silence,
        )
    )
