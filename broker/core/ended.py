"""An authority ends a dossier of its own accord: what lapses, or is nationalised.

Rules
    Only a recipient that may (`ends`) ends a dossier, and only as a whole. What it objected to
    itself is over with it; what others object to remains in force, and the overall status is
    theirs until they release it: no one hears that it has ended while another still decides.
    All asks close, every open request is overtaken, and all others who were shown something are
    notified, by the ids that they know. What is answered later is kept, and releases nothing.
What does not belong
    What a declarant may still do (`broker.model.request_table`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.core.decided import end
from broker.core.effects import Making, Withdrawal
from broker.core.rules import Rules
from broker.dossiers.standing import ADVERSE
from broker.model.answer import ENDED
from broker.model.dossier import BOARD, Event, Shown, Target, is_request
from broker.model.records import digest
from broker.state.queue import ENDING, Row

_PARTIAL = ("Subject", "SubjectReference", "Part", "CheckCode", "QuantityMeasure")


def forbidden_ending(event: Event, rules: Rules) -> str:
    """Why this answer may not end its dossier; "" if it may, or does not say so."""
    contents: list[Mapping[str, Any]] = event.body.get("Answer") or []
    if all(content.get("StatusCode") != ENDED for content in contents):
        return ""
    if event.recipient not in rules.ends:
        return "answer.ending-not-allowed"
    whole = len(contents) == 1 and not any(contents[0].get(name) for name in _PARTIAL)
    return "" if whole else "answer.ending-in-part"


def end_dossier(making: Making) -> None:
    """If this event ends its dossier: all that follows from it, but for boards and replies."""
    event, dossier = making.event, making.dossier
    said = any(one.event == event.id and one.status == ENDED for one in making.answers.values())
    if not said or dossier.state not in {"open", "closed"}:
        return
    making.dossier = replace(dossier, state="ended", closed_at=event.received_at)
    making.change(
        replace(answer, state="over")
        for answer in list(making.answers.values())
        if answer.recipient == event.recipient and answer.status in ADVERSE
    )
    for request in list(dossier.requests.values()):
        end(making, request, "overtaken")
    for ask in list(making.asks.values()):
        if ask.counts:
            making.ask(ask._replace(state="withdrawn"))
    for target, shown in sorted(making.shown.items()):
        concerned = shown.result != "withdrawn" and not is_request(target.part)
        if concerned and target.part != BOARD and target.recipient != event.recipient:
            _notify(making, target, shown)


def _notify(making: Making, target: Target, shown: Shown) -> None:
    """To whom something was shown: it has ended. What is not numbered yet is not sent."""
    event = making.event
    notice = Row(
        id="d_" + digest(shown.delivery, ENDED),
        subscription=target.recipient,
        dossier=making.dossier.id,
        part=target.part,
        version=shown.version,
        recipient=target.recipient,
        purpose=target.purpose,
        what="notice",
        type=f"{making.dossier.kind}{ENDING}",
        payload=b"",  # the delivery it names is known when it is written
        context=orjson.dumps({"trace": event.trace}).decode(),
        created_at=event.received_at,
        showing=shown.showing,
    )
    making.withdrawals.append(Withdrawal(target, shown.version + 1, notice))
