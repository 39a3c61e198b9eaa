"""Decisions sent without being asked for, and whether their receivers confirm them.

    an agency's answer changes what a message was told    its sender gets an unsolicited reply, and
                                                          has the time of its profile to confirm it
    confirmed in time (a note that names the reply)       nothing more is expected
    not confirmed                                         the agency that answered gets a notice,
                                                          `answer.unacknowledged`; nothing else
                                                          changes: a decision needs no confirmation
What does not belong
    Who is sent what (`told`), and how a confirmation is written (adapters).
"""

import orjson

from broker.adapter import REPLY
from broker.core.asking import later
from broker.core.effects import Effects, Making
from broker.core.rules import Rules
from broker.model.dossier import Document, Dossier, Event, Target
from broker.model.records import digest
from broker.replies import payloads
from broker.state.due import Due
from broker.state.queue import UNACKNOWLEDGED, Row

CONFIRM = "acknowledge"


def expect_confirmation(making: Making, document: Document, reply: str, rules: Rules) -> None:
    """An unsolicited reply to this message is on its way, because an agency has answered."""
    event = making.event
    if event.does != "answer":
        return
    within = rules.time_to_confirm(document.profile)
    if not within:
        return
    answered = {
        one.target for one in making.answers.values()
        if one.event == event.id and one.recipient == event.recipient
    }  # fmt: skip
    for target in sorted(answered)[:1]:
        name = f"{moment_of(reply)}{event.received_at}/{'/'.join(reversed(target))}"
        at = later(event.received_at, within)
        making.due.append(Due(making.dossier.id, name, at, making.dossier.kind))


def moment_of(reply: str) -> str:
    """How the names of the moments begin at which this reply must have been confirmed."""
    return f"{CONFIRM}/{reply}/"


def confirmed_reply(event: Event) -> str:
    """The reply that a note confirms; "" if it confirms none."""
    if event.does != "note":
        return ""
    return next((value for scheme, value in event.references if scheme == REPLY), "")


def confirm(dossier: Dossier, event: Event) -> Effects:
    """The reply is confirmed: nothing more is expected. No reply follows."""
    if event.id in dossier.outcomes:
        return Effects(dossier, event, "repeated")
    return Effects(dossier, event, drops=(moment_of(confirmed_reply(event)),))


def notify_unconfirmed(making: Making) -> bool:
    """The time is up, and nothing has been confirmed: the agency that answered is notified."""
    what, _, rest = making.event.name.partition("/")
    if what != CONFIRM:
        return False
    reply, since, purpose, recipient, part = rest.split("/", 4)
    target = Target(part, recipient, purpose)
    shown = making.shown.get(target)
    if shown is None or shown.result == "withdrawn":
        return False
    event = making.event
    making.queue.append(
        Row(
            id="d_" + digest(event.id, UNACKNOWLEDGED, reply),
            subscription=recipient,
            dossier=making.dossier.id,
            part=part,
            version=shown.version,
            recipient=recipient,
            purpose=purpose,
            what="notice",
            type=UNACKNOWLEDGED,
            payload=payloads.unacknowledged(making.dossier.id, target, reply, since),
            context=orjson.dumps({"trace": event.trace}).decode(),
            created_at=event.received_at,
            showing=shown.showing,
        )
    )
    return True
