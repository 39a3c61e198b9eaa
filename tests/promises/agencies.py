"""The way of deliveries to agencies: numbers, what was given, what was acknowledged.

Binding is worked out here once more, from the reference's words alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson

from broker.clock import parse_stamp, stamp
from broker.core.effects import Effects
from broker.model.dossier import Delivered, Dossier, Event, Target
from broker.replies import payloads
from broker.state.due import Due
from broker.state.queue import Row
from tests.promises.truth import Given


@dataclass
class Subscription:
    """What is on its way to one recipient: rows without a number, and numbered ones."""

    waiting: list[Row] = field(default_factory=list)
    numbered: list[Row] = field(default_factory=list)
    given: int = 0
    acknowledged: int = 0


@dataclass(frozen=True)
class Last:
    """An agency's last answer under a target."""

    given: int = 0
    delivery: str = ""


class Post:
    """All subscriptions of one dossier, and the moments that are due."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.due: dict[str, Due] = {}
        self.delivered: dict[str, Delivered] = {}
        self.last: dict[Target, Last] = {}

    def take(self, effects: Effects) -> None:
        """Queue what an event came to, as the station writes it."""
        for row in effects.queue:
            if row.what != "reply" and row.type != "message.noted":
                self._of(row.recipient).waiting.append(row)
        for gone in effects.withdrawals:
            self._cancel(effects, gone)
        for one in effects.due:
            self.due.setdefault(one.name, one)

    def _of(self, name: str) -> Subscription:
        return self.subscriptions.setdefault(name, Subscription())

    def _cancel(self, effects: Effects, gone: Any) -> None:
        one = self._of(gone.target.recipient)

        def mine(row: Row) -> bool:
            return (row.part, row.recipient, row.purpose) == gone.target

        one.waiting = [
            row for row in one.waiting
            if not (mine(row) and row.what == "document" and row.version < gone.version)
        ]  # fmt: skip
        known = [row.id for row in one.numbered if mine(row) and row.what == "document"]
        if known:
            payload = payloads.withdrawal(effects.dossier.id, gone.target, known[-1], gone.expects)
            one.waiting.append(gone.notice._replace(payload=payload))

    def number(self) -> None:
        """Everything that waits is numbered."""
        for one in self.subscriptions.values():
            for row in one.waiting:
                one.numbered.append(row)
                if row.what in {"document", "notice"}:
                    target = Target(row.part, row.recipient, row.purpose)
                    self.delivered[row.id] = Delivered(
                        row.id, target, row.version, row.showing, len(one.numbered),
                        orjson.loads(row.payload),
                    )  # fmt: skip
            one.waiting = []

    def give(self, recipient: str, upto: int) -> None:
        """A channel hands over everything up to this number."""
        one = self._of(recipient)
        one.given = max(one.given, min(upto, len(one.numbered)))

    def acknowledge(self, recipient: str, upto: int, now: str, given: Mapping[str, Given]) -> None:
        """The recipient confirms what it was given up to this number; silence counts from now."""
        one = self._of(recipient)
        upto = min(upto, one.given)
        for row in one.numbered[one.acknowledged : upto]:
            if row.id in given:
                given[row.id].acknowledged = now
            if row.silence:
                silence = orjson.loads(row.silence)
                at = stamp(parse_stamp(now) + timedelta(seconds=silence["within_s"]))
                moment = Due(row.dossier, silence["name"], at, silence["kind"])
                self.due.setdefault(moment.name, moment)
        one.acknowledged = max(one.acknowledged, upto)

    def loaded(self, dossier: Dossier) -> Dossier:
        """The dossier as the station loads it for an answer."""
        return replace(dossier, delivered=dict(self.delivered))

    def known_to(self, recipient: str, upto: int | None = None) -> list[Delivered]:
        """What a recipient was given, the oldest first."""
        upto = self._of(recipient).given if upto is None else upto
        found = [
            one for one in self.delivered.values()
            if one.target.recipient == recipient and one.seq <= upto
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.seq)

    def bound(self, event: Event) -> list[Delivered]:
        """What an answer is about: what it names, else the oldest given since the last answer."""
        named = event.body.get("DeliveryID")
        if named:
            one = self.delivered.get(named)
            return [one] if one and one.target.recipient == event.recipient else []
        found = []
        known = self.known_to(event.recipient, event.given)
        for target in dict.fromkeys(one.target for one in known):
            own = [one for one in known if one.target == target]
            last = self.last.get(target, Last())
            fresh = [one for one in own if one.seq > last.given]
            before = [one for one in own if one.id == last.delivery]
            found.append([*fresh, *before, own[-1]][0])
        return found

    def answered(self, event: Event, bound: list[Delivered]) -> None:
        """Remember this answer as the last one of its targets."""
        for one in bound:
            self.last[one.target] = Last(event.given or 0, one.id)
