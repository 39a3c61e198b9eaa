"""Stories played on the pure step, and the transcript of what everyone hears.

A transcript has an entry for each event: what it did, and each reply, delivery and notice in the
words of its payload. Ids are replaced by d1, d2, ... in the order in which they appear.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from broker.clock import parse_stamp, stamp
from broker.core.effects import Effects
from broker.core.step import step
from broker.model.dossier import Change, Dossier, Event
from broker.model.extent import Extent
from tests.promises.agencies import Post
from tests.promises.messages import answer_event
from tests.promises.play import START
from tests.promises.settings import CREW, ITEM, PASSENGER, settings
from tests.promises.truth import Given
from tests.sample_events import event

Tree = dict[str, Any]


def item(number: int, name: str, code: str, packages: str = "10") -> Tree:
    """One kind of goods."""
    return {
        "SequenceNumeric": str(number),
        "Commodity": {"Description": name, "Classification": [{"ID": code}]},
        "Packaging": [{"QuantityQuantity": {"value": packages}}],
    }


def person(number: int, name: str, document: str = "", reference: str = "") -> Tree:
    """One person."""
    tree: Tree = {"SequenceNumeric": str(number), "FamilyName": name, "GivenName": "ANNE",
                  "BirthDateTime": "1990-02-03", "NationalityCode": "NLD"}  # fmt: skip
    if document:
        tree["AdditionalDocument"] = [{"ID": document, "IssueCountryCode": "NLD"}]
    if reference:
        tree["CarrierReferenceID"] = reference
    return tree


class Story:
    """A dossier, step by step; `transcript` is what everyone heard."""

    def __init__(self, setting: str) -> None:
        self.setting = settings()[setting]
        self.at = 0
        self.dossier = Dossier("o_1", self.setting.kind)
        self.post = Post()
        self.now, self.order = START, 0
        self.transcript: list[Tree] = []
        self._names: dict[str, str] = {}
        self._given: dict[str, Given] = {}

    def goods(self, *items: Tree, **more: Any) -> None:
        """The declaration, whole."""
        self._does("put", "", "goods-declaration", _below(ITEM, items), **more)

    def persons(self, *listed: Tree, does: str = "put", crew: bool = False, **more: Any) -> None:
        """A list of persons, or a piece of it."""
        part = ("FAL5" if self.setting.kind == "visit" else "crew") if crew else "passengers"
        body = _below(CREW if crew else PASSENGER, listed)
        self._does(does, part, "persons-report", body, **more)

    def change(self, does: Any, *listed: Tree) -> None:
        """Persons are taken off by name, or a closing list says who is on board."""
        changes = tuple(Change(does, PASSENGER, one) for one in listed)
        self._does("patch", "passengers", "persons-report", {}, changes=changes)

    def withdraw(self) -> None:
        """The dossier is taken back."""
        self._does("withdraw", "", "", {})

    def _does(self, does: str, part: str, package: str, body: Tree, **more: Any) -> None:
        self.order += 1
        left = more.pop("left_out", ())
        if left:
            more["extent"] = Extent(more.pop("declared"), more.pop("taken"), left, cut=True)
        tree = {"FunctionalReferenceID": f"M{self.order}", **body} if does != "withdraw" else {}
        made = event(does, self.order, kind=self.setting.kind, part=part, package=package,
                     body=tree, received_at=self.now, **more)  # fmt: skip
        self._apply(made)

    def deliver(self, recipient: str, *, acknowledged: bool = True) -> None:
        """All that waits is numbered; this recipient is given it."""
        self.post.number()
        numbered = len(self.post.subscriptions[recipient].numbered)
        self.post.give(recipient, numbered)
        if acknowledged:
            self.post.acknowledge(recipient, numbered, self.now, self._given)

    def answer(self, recipient: str, *answers: Tree, about: int = -1, given: int = -1) -> None:
        """An answer; `about`: to which of its deliveries, counted from 1; -1: it names none."""
        self.order += 1
        delivery = self.post.known_to(recipient)[about - 1].id if about > 0 else ""
        upto = self.post.subscriptions[recipient].given if given < 0 else given
        body = {"Answer": list(answers)} | ({"DeliveryID": delivery} if delivery else {})
        made = answer_event(self.order, recipient, body, kind=self.setting.kind,
                            received_at=self.now, given=upto)  # fmt: skip
        self.dossier = self.post.loaded(self.dossier)
        bound = self.post.bound(made)
        effects = self._apply(made)
        if effects.outcome == "applied":
            self.post.answered(made, bound)

    def pass_hours(self, hours: int) -> None:
        """Time passes; what is due happens."""
        until = stamp(parse_stamp(self.now) + timedelta(hours=hours))
        while ready := sorted((one.at, name) for name, one in self.post.due.items()
                              if one.at <= until):  # fmt: skip
            self.now, name = ready[0]
            del self.post.due[name]
            self.order += 1
            self._apply(event("elapsed", self.order, kind=self.setting.kind, name=name, party="",
                              sender="", received_at=self.now))  # fmt: skip
        self.now = until

    def reload(self) -> None:
        """The configuration is replaced by the one with other views."""
        self.at = 1 - self.at

    def _apply(self, made: Event) -> Effects:
        effects = step(self.dossier, made, self.setting.loaded[self.at].rules)
        after = effects.dossier
        self.dossier = replace(after, outcomes=after.outcomes | {made.id}, delivered={})
        self.post.take(effects)
        who = made.recipient or made.part or made.name
        heard = [self._heard(row) for row in effects.queue]
        heard += [
            {"notice": f"{one.notice.type} to {one.target.recipient}", "expects": one.expects}
            for one in effects.withdrawals
        ]
        self.transcript.append({
            "event": f"{made.does} {who}".strip(), "outcome": effects.outcome,
            "overall": after.overall, "heard": heard,
        })  # fmt: skip
        return effects

    def _heard(self, row: Any) -> Tree:
        content = orjson.loads(row.payload)
        if row.what == "reply":
            context = orjson.loads(row.context)
            return _filled({
                "reply": context.get("reply_to", ""),
                "changes": self._name(context.get("changes", "")), "id": self._name(row.id),
                "status": content.get("status"), "board": content.get("board", {}).get("Answer"),
                "elements": context.get("elements"), "extent": context.get("extent"),
                "problems": [one["code"] for one in content.get("problems", ())],
            })  # fmt: skip
        if row.what == "document":
            asks = content["expects"] != "nothing"
            return _filled({
                "delivery": f"{row.type} to {row.recipient}", "id": self._name(row.id),
                "asks": asks, "removed": content.get("removed"), "list": content.get("list"),
            })  # fmt: skip
        kept = {name: leaf for name, leaf in content.items() if name in {"changed", "gone"}}
        return _filled({
            row.what: f"{row.type} to {row.recipient}", "id": self._name(row.id), **kept,
            "delivery": self._name(content.get("delivery", "")),
            "now": self._name(content.get("now", "")),
            "problems": [one["code"] for one in content.get("problems", ())],
        })  # fmt: skip

    def _name(self, delivery: str) -> str:
        return self._names.setdefault(delivery, f"d{len(self._names) + 1}") if delivery else ""


def _below(path: str, elements: tuple[Tree, ...]) -> Tree:
    tree: Any = list(elements)
    for name in reversed(path.split(".")):
        tree = {name: tree}
    return tree


def _filled(tree: Tree) -> Tree:
    return {name: leaf for name, leaf in tree.items() if leaf not in (None, "", [], {})}
