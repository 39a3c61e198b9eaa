"""What is true: things with hidden identities, and what happens to them.

A thing's name stands in a leaf that no rule looks at (a description, a telephone number), so that
the oracle knows it again in whatever the broker makes of it. Each thing has a leaf of its own value
that every view passes, so that no two are alike to those who look at them.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

Tree = dict[str, Any]
CODES = ("06031100", "06021090", "84713000", "95030041", "49019900")
STATES = ("NLD", "BEL", "KEN", "FRA")


@dataclass
class Thing:
    """A person or a kind of goods: its true name, its content, the number its sender gives it."""

    name: str
    content: Tree
    number: int = 0


@dataclass
class Listed:
    """One part as its sender has it: the things in their order, the head, the message's leaves."""

    part: str
    package: str
    path: str
    party: str
    head: Tree = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    former: list[Thing] = field(default_factory=list)
    messages: int = 0

    @property
    def persons(self) -> bool:
        """Whether the things are persons, whom each message numbers anew."""
        return self.package == "persons-report"


def name_in(element: Tree) -> str:
    """The true name that an element carries; "" where it carries none."""
    text = str((element.get("Commodity") or {}).get("Description", ""))
    if not text:
        text = "".join(one.get("ID", "") for one in element.get("Communication", ()))
    return text if text.startswith("thing-") else ""


def put_at(tree: Tree, path: str, value: Any) -> None:
    """Set a value below single classes."""
    *above, last = path.split(".")
    for step in above:
        tree = tree.setdefault(step, {})
    tree[last] = value


def head_of(package: str) -> Tree:
    """What a document says besides its list."""
    tree: Tree = {"TypeCode": {"conveyance-report": "arrival"}.get(package, "745")}
    if package in {"goods-declaration", "postal-item"}:
        tree = {"TypeCode": "IMA"} if package == "goods-declaration" else {"MailClassCode": "C"}
        put_at(tree, "GoodsShipment.Consignor.Name", "Invented Growers")
        put_at(tree, "GoodsShipment.Consignor.Address", {"Line": "1 Invented Lane"})
        tree["InvoiceAmount"] = {"value": "100", "currency": "EUR"}
        return tree
    put_at(tree, "BorderTransportMeans.Name", "INVENTED TRADER")
    if package == "persons-report":
        put_at(tree, "BorderTransportMeans.JourneyID", "XA0070")
    else:
        put_at(tree, "BorderTransportMeans.BerthName", "Invented Quay 1")
    return tree


class World:
    """The things of one dossier and what their senders say of them."""

    def __init__(self) -> None:
        self._things = 0
        self.values = 0

    def value(self) -> int:
        """A value that was never used before."""
        self.values += 1
        return self.values

    def thing(self, at: Listed, random: Random) -> Thing:
        """A new thing for this list."""
        self._things += 1
        name = f"thing-{self._things}"
        if not at.persons:
            return Thing(name, _goods(name, random))
        return Thing(name, _person(name, self._things, random))

    def twin(self, at: Listed, of: Thing, random: Random) -> Thing:
        """A new person much like another: a namesake of the same day, or a child on a passport."""
        one = self.thing(at, random)
        how = random.choice(("namesake", "child", "booking", "issuer", "twin"))
        mine, other = one.content, of.content
        if how == "namesake":
            mine |= {leaf: other[leaf] for leaf in ("FamilyName", "GivenName") if leaf in other}
            mine["BirthDateTime"] = other["BirthDateTime"] = "1990-01-01"
            if random.random() < 0.5:
                mine.pop("CarrierReferenceID", None)
                mine.pop("AdditionalDocument", None)
        elif how == "issuer" and other.get("AdditionalDocument"):
            mine["AdditionalDocument"] = deepcopy(other["AdditionalDocument"])
            mine["AdditionalDocument"][0]["IssueCountryCode"] = "QZZ"
            mine.pop("CarrierReferenceID", None)
        elif how == "booking":
            mine["BookingReferenceID"] = other["BookingReferenceID"] = f"B{self.value()}"
        else:
            mine["FamilyName"] = other.get("FamilyName", "ROE")
            mine["AdditionalDocument"] = deepcopy(other.get("AdditionalDocument", []))
            mine.pop("CarrierReferenceID", None)
            if how == "twin":
                mine["BirthDateTime"] = other.get("BirthDateTime", "1990-01-01")
        return one


def _goods(name: str, random: Random) -> Tree:
    return {
        "Commodity": {
            "Description": name,
            "Classification": [{"ID": random.choice(CODES), "IdentificationTypeCode": "TSP"}],
            "GoodsMeasure": {"NetNetWeightMeasure": {"value": "10", "unit": "KGM"}},
        },
        "Packaging": [{"QuantityQuantity": {"value": random.choice(("10", "60"))}}],
        "Origin": [{"CountryCode": random.choice(STATES)}],
    }


def _person(name: str, number: int, random: Random) -> Tree:
    tree: Tree = {
        "FamilyName": random.choice(("ROE", "DOE", "POE")),
        "GivenName": f"G{number}",
        "BirthDateTime": random.choice(("1990-01-01", f"1980-02-{number % 28 + 1:02d}")),
        "NationalityCode": f"N{number}",
        "EmbarkationLocationID": "QZABC",
        "Communication": [{"ID": name}],
    }
    if random.random() < 0.6:
        tree["CarrierReferenceID"] = f"A{number}"
    if random.random() < 0.8:
        document = {"ID": f"X{number}", "TypeCode": "P"}
        if random.random() < 0.8:
            document["IssueCountryCode"] = random.choice(STATES)
        tree["AdditionalDocument"] = [document]
    return tree


def change(world: World, at: Listed, random: Random) -> None:
    """One thing, or the head, becomes another than it was."""
    if not at.things or random.random() < 0.2:
        _change_head(world, at, random)
        return
    one = random.choice(at.things)
    (_change_person if at.persons else _change_goods)(world, at, one, random)


def _change_head(world: World, at: Listed, random: Random) -> None:
    text = f"value {world.value()}"
    beside = random.random() < 0.5
    if at.persons:
        if beside:
            count = {"value": str(world.value())}
            put_at(at.head, "BorderTransportMeans.PassengerQuantity", count)
        else:
            put_at(at.head, "BorderTransportMeans.JourneyID", text)
    elif at.package == "conveyance-report":
        leaf = "ArrivalDateTime" if beside else random.choice(("BerthName", "Name"))
        moment = f"2026-12-{world.value() % 28 + 1:02d}T10:{world.value() % 60:02d}"
        put_at(at.head, f"BorderTransportMeans.{leaf}", moment if beside else text)
    elif beside:
        at.head["AcceptanceDateTime"] = f"2026-11-{world.value() % 28 + 1:02d}"
    elif random.random() < 0.3:
        at.head["InvoiceAmount"] = {"value": str(world.value()), "currency": "EUR"}
    else:
        put_at(at.head, "GoodsShipment.Consignor.Name", text)


def _change_goods(world: World, at: Listed, one: Thing, random: Random) -> None:
    tree = one.content
    what = random.choice(("code", "mass", "packages", "origin"))
    if what == "code":
        tree["Commodity"]["Classification"][0]["ID"] = random.choice(CODES)
    elif what == "mass":
        mass = tree["Commodity"]["GoodsMeasure"]["NetNetWeightMeasure"]
        mass["value"] = random.choice(("10", "20", str(world.value() + 30)))
    elif what == "packages":
        tree["Packaging"] = [{"QuantityQuantity": {"value": random.choice(("10", "60"))}}]
    else:
        tree["Origin"] = [{"CountryCode": random.choice(STATES)}]


def _change_person(world: World, at: Listed, one: Thing, random: Random) -> None:
    tree = one.content
    what = random.choice(("document", "name", "both", "reference", "place", "seen", "shared"))
    if what in {"document", "both"}:
        document = {"ID": f"X{world.value() + 1000}", "IssueCountryCode": random.choice(STATES)}
        tree["AdditionalDocument"] = [document] if random.random() < 0.9 else []
    if what in {"name", "both"}:
        tree[random.choice(("FamilyName", "GivenName"))] = f"V{world.value()}"
    if what == "reference":
        tree.pop("CarrierReferenceID", None)
        if random.random() < 0.7:
            tree["CarrierReferenceID"] = f"A{world.value() + 1000}"
    if what == "place":
        tree["EmbarkationLocationID"] = random.choice(("QZABC", "QZDEF"))
    if what == "seen":
        tree["VerificationCode"] = f"V{world.value()}"
    if what == "shared":
        other = random.choice(at.things)
        if other is not one:
            tree["AdditionalDocument"] = deepcopy(other.content.get("AdditionalDocument", []))


def rearrange(world: World, at: Listed, random: Random) -> None:
    """Things come, go, come back, change places, or are divided."""
    ways = {"add": _add, "front": _front, "permute": _permute, "swap": _swap, "split": _split,
            "renumber": _renumber, "remove": _remove, "return": _return}  # fmt: skip
    if at.path:
        ways[random.choice(list(ways))](world, at, random)


def _next(at: Listed) -> int:
    return max((one.number for one in (*at.things, *at.former)), default=0) + 1


def _add(world: World, at: Listed, random: Random) -> None:
    if at.persons and at.things and random.random() < 0.5:
        one = world.twin(at, random.choice(at.things), random)
    else:
        one = world.thing(at, random)
    one.number = _next(at)
    at.things.insert(random.randrange(len(at.things) + 1), one)


def _front(world: World, at: Listed, random: Random) -> None:
    at.things.insert(0, world.thing(at, random))
    _renumber(world, at, random)


def _renumber(_world: World, at: Listed, _random: Random) -> None:
    for number, one in enumerate(at.things, 1):
        one.number = number


def _permute(_world: World, at: Listed, random: Random) -> None:
    random.shuffle(at.things)


def _swap(_world: World, at: Listed, random: Random) -> None:
    if len(at.things) > 1:
        one, other = random.sample(at.things, 2)
        one.number, other.number = other.number, one.number


def _split(world: World, at: Listed, random: Random) -> None:
    if at.things and not at.persons:
        one = random.choice(at.things)
        half = world.thing(at, random)
        name = half.name
        half.content = deepcopy(one.content)
        half.content["Commodity"]["Description"] = name
        one.content["Commodity"]["GoodsMeasure"]["NetNetWeightMeasure"]["value"] = "5"
        half.number = _next(at)
        at.things.append(half)


def _remove(_world: World, at: Listed, random: Random) -> None:
    if len(at.things) > 1:
        one = random.choice(at.things)
        at.things.remove(one)
        at.former.append(one)


def _return(_world: World, at: Listed, random: Random) -> None:
    if at.former:
        one = random.choice(at.former)
        at.former.remove(one)
        if any(other.number == one.number for other in at.things):
            one.number = _next(at)
        at.things.append(one)
