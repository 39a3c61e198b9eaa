"""Events, dossiers and rules as values, for tests of pure steps."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from broker.core.effects import Effects
from broker.core.rules import Rules
from broker.core.step import step
from broker.dossiers.naming import names_in
from broker.model import events
from broker.model.dossier import Answer, Ask, Delivered, Dossier, Event, Target
from broker.replies import payloads
from broker.state.queue import ENDING
from broker.stations import rules_of
from tests.broker_in_process import body, configuration

AT = "2026-11-22T09:30:00.000Z"
DOSSIER = "o_1"
CUSTOMS = Target("", "customs", "customs-control")
PLANTS = Target("", "plant-health", "phytosanitary-control")
STATISTICS = Target("", "statistics", "trade-statistics")


@cache
def rules() -> Rules:
    """The rules of the sample configuration."""
    return rules_of(configuration())


def event(does: str, number: int = 1, **changes: Any) -> Event:
    """An event about the dossier by its party, as the log gives it back."""
    tree = changes.pop("body", {})
    content = orjson.dumps(tree)
    references = tuple(changes.pop("references", ()))
    made = Event(
        id=f"e_{number}",
        kind="declaration",
        does=does,
        dossier=DOSSIER,
        part="",
        package="goods-declaration" if does == "put" else "",
        order=number,
        submission=f"s_{number}",
        message=1,
        sender="lantern-forwarding",
        party="lantern",
        recipient="",
        profile="",
        received_at=AT,
        references=references,
        body=tree,
        payload=events.payload(content, references, []),
        digest=hashlib.sha256(content).hexdigest(),
        trace="",
    )
    return replace(made, **changes)


def put(number: int = 1, *codes: str, **changes: Any) -> Event:
    """A declaration with an item for each code."""
    return event("put", number, body=body("QZ-1", *codes), **changes)


def said(
    number: int, recipient: str, delivery: str = "", answers: Iterable[Any] = (), **changes: Any
) -> Event:
    """An agency's answer to a delivery."""
    tree: dict[str, Any] = {"Answer": list(answers)}
    if delivery:
        tree["DeliveryID"] = delivery
    return event("answer", number, body=tree, sender=recipient, party=recipient,
                 recipient=recipient, **changes)  # fmt: skip


def after(dossier: Dossier, *happened: Event) -> Effects:
    """The last event's effects, each worked on what the one before it left; all is given out."""
    effects: Effects | None = None
    for one in happened:
        effects = step(dossier, one, rules())
        dossier = remembered(effects)
    assert effects is not None
    return effects


def remembered(effects: Effects, state: str = "numbered") -> Dossier:
    """The dossier as it is loaded next time: its event is known, its deliveries are given."""
    dossier = effects.dossier
    first = len(dossier.delivered) + 1
    rows = [row for row in effects.queue if row.what in {"document", "notice"}]
    rows += [
        gone.notice._replace(
            payload=payloads.withdrawal(dossier.id, gone.target, "d_known", gone.expects)
        )
        for gone in effects.withdrawals
        if not gone.notice.type.endswith(ENDING)
    ]
    given = {
        row.id: Delivered(
            row.id, Target(row.part, row.recipient, row.purpose), row.version, row.showing, seq,
            orjson.loads(row.payload),
            frozenset(orjson.loads(row.context).get("numbers", ())),
            frozenset(names_in(effects.document.named)) if effects.document else None,
        )
        for seq, row in enumerate(rows if state != "waiting" else (), first)
    }  # fmt: skip
    return replace(
        dossier,
        outcomes=dossier.outcomes | {effects.event.id},
        delivered={**dossier.delivered, **given},
    )


def opened(*codes: str) -> Dossier:
    """A dossier with one declaration, all of it delivered."""
    return remembered(step(Dossier(DOSSIER, "declaration"), put(1, *codes), rules()))


def ask(target: Target, **changes: Any) -> Ask:
    """An open ask about version 1."""
    made = Ask(target, 1, "2026-11-23T09:30:00.000Z", "escalate", "open", "d_1", AT, 1)
    return made._replace(**changes)


def answer(
    target: Target, status: str | None, subject: str = "", order: int = 1, **changes: Any
) -> Answer:
    """What the target's agency said about version 1."""
    made = Answer(
        part=target.part, recipient=target.recipient, purpose=target.purpose, version=1,
        subject=subject, check="", status=status, order=order, event=f"a_{order}", ordinal=0,
        content={"StatusCode": status} if status else {}, at=AT, showing=1,
    )  # fmt: skip
    return replace(made, **changes)


def board_of(asks: Iterable[Ask], answers: Iterable[Answer] = ()) -> Dossier:
    """An open dossier with these asks and answers."""
    by_target: Mapping[Target, Ask] = {one.target: one for one in asks}
    return Dossier(DOSSIER, "declaration", state="open", asks=by_target, answers=tuple(answers))


def rows(effects: Effects, recipient: str) -> list[str]:
    """What is queued for a recipient: types."""
    return [row.type for row in effects.queue if row.recipient == recipient]


def results(effects: Effects) -> dict[tuple[str, str], str]:
    """The last result for each recipient and purpose."""
    return {(row["recipient"], row["purpose"]): row["result"] for row in effects.decisions}
