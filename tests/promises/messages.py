"""What senders say of their things: messages as events, each with the names it truly gives."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from broker.model.dossier import Change, Event
from broker.model.extent import Extent
from tests.promises.things import Listed, Thing, World, change, head_of, put_at, rearrange
from tests.sample_events import event

PARTS = {
    "declaration": [("", "goods-declaration", "GoodsShipment.GovernmentAgencyGoodsItem", "one")],
    "item": [("", "postal-item", "GoodsShipment.Consignment.ConsignmentItem", "one")],
    "flight": [("passengers", "persons-report", "BorderTransportMeans.Passenger", "one"),
               ("crew", "persons-report", "BorderTransportMeans.Crew", "two")],
    "visit": [("FAL1", "conveyance-report", "", "one"),
              ("FAL5", "persons-report", "BorderTransportMeans.Crew", "two")],
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A message as its sender knows it: which of its numbers means which thing."""

    event: Event
    names: dict[str, str] = field(default_factory=dict)
    removes: frozenset[str] = frozenset()
    cut: bool = False


def answer_event(number: int, recipient: str, body: dict[str, Any], **more: Any) -> Event:
    """An agency's answer."""
    return event("answer", number, body=body, sender=recipient, party=recipient,
                 recipient=recipient, dossier="o_1", **more)  # fmt: skip


def lists_of_kind(kind: str, world: World, random: Random) -> list[Listed]:
    """The parts of a dossier, each with some things."""
    found = []
    for part, package, path, party in PARTS[kind]:
        one = Listed(part, package, path, party, head_of(package))
        for number in range(1, random.randint(2, 4) if path else 1):
            thing = world.thing(one, random)
            thing.number = number
            one.things.append(thing)
        found.append(one)
    return found


class Writer:
    """Writes the messages of one dossier."""

    def __init__(self, kind: str, world: World, lists: list[Listed]) -> None:
        self.kind, self.world, self.lists = kind, world, lists
        self.order = 0

    def event(self, does: str, now: str, at: Listed | None = None, **more: Any) -> Event:
        """The next event."""
        self.order += 1
        about = {}
        if at is not None:
            about = {"part": at.part, "package": at.package, "party": at.party,
                     "sender": f"sender-{at.party}", "profile": ""}  # fmt: skip
        return event(does, self.order, kind=self.kind, dossier="o_1", received_at=now,
                     **{**about, **more})  # fmt: skip

    def _body(self, at: Listed, rendered: list[dict]) -> dict[str, Any]:
        at.messages += 1
        tree = deepcopy(at.head)
        if at.package != "postal-item":
            tree |= {"FunctionCode": "9", "FunctionalReferenceID": f"M{at.messages}"}
        if rendered:
            put_at(tree, at.path, rendered)
        return tree

    def _rendered(self, at: Listed, things: list[Thing]) -> tuple[list[dict], dict[str, str]]:
        rendered, names = [], {}
        for position, one in enumerate(things, 1):
            number = str(position if at.persons else one.number)
            rendered.append({"SequenceNumeric": number, **deepcopy(one.content)})
            names[f"{at.path}[{number}]"] = one.name
        return rendered, names

    def put(self, random: Random, now: str, at: Listed) -> Message:
        """The whole list, after some changes; now and then cut on the way."""
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            random.choice((change, change, rearrange))(self.world, at, random)
        things, extent = list(at.things), None
        if at.persons and len(things) > 1 and random.random() < 0.15:
            left = random.randrange(len(things))
            extent = Extent(len(things), len(things) - 1, (f"{at.path}[{left + 1}]",), cut=True)
        rendered, names = self._rendered(at, things)
        if extent is not None:
            gone = extent.left_out[0]
            del names[gone]
            rendered = [one for one in rendered if f"{at.path}[{one['SequenceNumeric']}]" != gone]
        made = self.event("put", now, at, body=self._body(at, rendered), extent=extent)
        return Message(made, names, cut=extent is not None)

    def late(self, random: Random, now: str, at: Listed) -> Message:
        """An older revision of the list, which comes behind a newer one."""
        rendered, names = self._rendered(at, at.things[: random.randint(1, 3)])
        made = self.event("put", now, at, body=self._body(at, rendered))
        return Message(replace(made, order=0), names)

    def merge(self, random: Random, now: str, at: Listed) -> Message:
        """Some of the list, with those who are new; in pieces, or as interactive requests are."""
        if random.random() < 0.6:
            random.choice((change, rearrange))(self.world, at, random)
        things = random.sample(at.things, random.randint(1, len(at.things)))
        rendered, names = self._rendered(at, things)
        return Message(self.event("merge", now, at, body=self._body(at, rendered)), names)

    def patch(self, random: Random, now: str, at: Listed) -> Message:
        """Some are taken off by name, or were not on board; or all but these are not on board."""
        does = random.choice(("remove", "remove", "absent", "keep"))
        things = random.sample(at.things, random.randint(1, len(at.things)))
        if does != "keep":
            things = things[:2]
        strangers = [self.world.thing(at, random)] if random.random() < 0.2 else []
        rendered, names = self._rendered(at, [*things, *strangers])
        changes = tuple(Change(does, at.path, one) for one in rendered)
        removes = frozenset(one.name for one in things if does != "keep")
        if does == "remove" and len(at.things) > len(things):
            for one in things:
                at.things.remove(one)
                at.former.append(one)
        made = self.event("patch", now, at, body=self._body(at, []), changes=changes)
        return Message(made, names, removes)
