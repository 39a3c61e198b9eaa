"""A declaration in which every field holds a value of its own, and what a view should pass of it.

Rules
    A canary is at least six characters, and stands nowhere else: two letters that no hash has and
    a number, or digits where a field takes digits only, or a moment of its own.
    What a recipient may see is worked out here from the YAML of the views and routes, with none of
    the code that the broker uses for it.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from broker.model.declaration import GoodsDeclaration
from broker.model.goods import GovernmentAgencyGoodsItem68A
from broker.model.leaf import Canonical
from broker.model.packages import Field, fields_of
from tests.broker_in_process import CONFIG

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"
PIECE = "GoodsShipment.Consignment.ConsignmentItem"
WANTED = {
    # item: commodity code, who is concerned by it besides customs
    1: ("06031100", "plant-health"),
    2: ("02013000", "animal-health"),
    3: ("30049000", "medicines"),
    4: ("93011000", "firearms"),
    5: ("29037700", "environment"),
    6: ("28444300", "radiation"),
    7: ("97012100", "cultural-property"),
    8: ("96011000", "wildlife"),
    9: ("40122000", "port-health"),
    10: ("84713000", "dangerous goods"),
}
BY_MODE = {"1": "harbour-master", "4": "aviation-security"}
LENGTH_MIN = 6
_FORMAT = re.compile(r"(an|a|n)(\.\.)?([0-9]+)(?:,([0-9]+))?")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Plot:
    """Where canaries are planted; each is drawn once."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    planted: set[str] = field(default_factory=set)

    def draw(self, kind: str, form: str) -> str:
        """A value for a leaf: a canary if it can hold one."""
        said = _FORMAT.fullmatch(form)
        letters, upto, length, decimals = said.groups() if said else ("an", "..", "35", None)
        most = int(length) - int(decimals or 0)
        if kind == "moment":
            return self._kept(self._moment(next(self.numbers)))
        if kind == "number" and letters == "an":
            letters = "n"
        if most >= LENGTH_MIN:
            make = {"an": _letters_and_digits, "a": _letters, "n": _digits}[letters]
            return self._kept(make(next(self.numbers), most))
        filling = {"an": "Z", "a": "Z", "n": "1"}[letters]
        return filling * (1 if upto else most)

    def _moment(self, number: int) -> str:
        hours, rest = divmod(number, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"2087-03-{10 + hours // 24}T{hours % 24:02d}:{minutes:02d}:{seconds:02d}Z"

    def _kept(self, value: str) -> str:
        assert value not in self.planted
        self.planted.add(value)
        return value


def _letters_and_digits(number: int, _most: int) -> str:
    text = ""
    for _ in range(4):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return f"ZQ{text}"


def _letters(number: int, _most: int) -> str:
    return "ZQ" + "".join(chr(ord("G") + int(digit)) for digit in f"{number:04d}")


def _digits(number: int, most: int) -> str:
    length = min(most, 9)  # leads the number, so that no shorter one stands inside a longer one
    return str(length * 10 ** (length - 1) + number)


def declaration_tree(plot: Plot, mode: str) -> dict[str, Any]:
    """The whole declaration: two of each repeated class, an item for each agency."""
    tree = full(plot, GoodsDeclaration)
    tree |= {"FunctionCode": "9", "TypeCode": "IMA"}
    tree["BorderTransportMeans"]["ModeCode"] = mode
    tree["GoodsShipment"]["GovernmentAgencyGoodsItem"] = [
        _item(plot, number, code) for number, (code, _) in WANTED.items()
    ]
    return tree


def _item(plot: Plot, number: int, code: str) -> dict[str, Any]:
    item = full(plot, GovernmentAgencyGoodsItem68A)
    item["SequenceNumeric"] = str(number)
    commodity = item["Commodity"]
    first, second = commodity["Classification"]
    plot.planted.discard(first["ID"])
    commodity["Classification"] = [
        {"ID": code, "IdentificationTypeCode": "TSP"},
        {**second, "IdentificationTypeCode": "SRV"},
    ]
    if number in WANTED and WANTED[number][1] == "dangerous goods":
        commodity["DangerousGoods"] = [{"UNDGID": "1263"}, {"UNDGID": "1266"}]
    else:
        del commodity["DangerousGoods"]
    for package in item["Packaging"]:
        package["TypeCode"] = "CT"
    return item


def full(plot: Plot, model: type[Canonical]) -> dict[str, Any]:
    """A class with every field filled, two of what repeats."""
    return {name: _value(plot, one) for name, one in fields_of(model).items()}


def _value(plot: Plot, one: Field) -> Any:
    form = one.element.format
    if one.kind == "class" and one.model is not None:
        if one.model is GovernmentAgencyGoodsItem68A:
            return []
        if not one.repeats:
            return full(plot, one.model)
        found = [full(plot, one.model) for _ in range(2)]
        for number, element in enumerate(found, 1):
            if "SequenceNumeric" in element:
                element["SequenceNumeric"] = str(number)
        return found
    if one.kind in {"amount", "measure"}:
        half = {"amount": ("currency", "QZD"), "measure": ("unit", "KGM")}[one.kind]
        return {"value": plot.draw("number", form), half[0]: half[1]}
    return plot.draw(one.kind, form)


# -- what may be seen ---------------------------------------------------------------------------


def leaves(tree: Any, pattern: str = "", item: str = "") -> Iterator[tuple[str, str, str]]:
    """Every leaf: its pattern, the goods item it is of ("" outside items), its value."""
    if isinstance(tree, dict):
        if pattern in {ITEM, PIECE}:
            item = tree.get("SequenceNumeric", "")
        for name, value in tree.items():
            yield from leaves(value, f"{pattern}.{name}" if pattern else name, item)
    elif isinstance(tree, list):
        for element in tree:
            yield from leaves(element, pattern, item)
    else:
        yield pattern, item, str(tree)


@cache
def routes(package: str = "goods-declaration") -> list[dict[str, Any]]:
    """Every row of the sample state about documents of a package, as it stands in its file."""
    files = sorted((CONFIG / "routes").glob("*.yaml"))
    rules = [row for file in files for row in yaml.safe_load(file.read_text()).get("rules", [])]
    return [row for row in rules if row.get("package", "goods-declaration") == package]


def items_for(recipient: str, mode: str, package: str = "goods-declaration") -> set[str] | None:
    """The items a recipient is entitled to see; None: the whole declaration."""
    if all("each" not in row for row in routes(package) if row["recipient"] == recipient):
        return None
    concern = "dangerous goods" if recipient == BY_MODE[mode] else recipient
    return {str(number) for number, (_, who) in WANTED.items() if who == concern}


@cache
def view_of(recipient: str, package: str = "goods-declaration") -> dict[str, Any]:
    """The YAML of the view that the recipient's rows name; without a row it passes nothing."""
    names = {row["view"] for row in routes(package) if row["recipient"] == recipient}
    if not names:
        return {"paths": []}
    (name,) = names
    found: dict[str, Any] = yaml.safe_load((CONFIG / f"views/{name}.yaml").read_text())
    return found


def passed(view: dict[str, Any], tree: dict[str, Any], items: set[str] | None) -> set[Any]:
    """The leaves (pattern, item, value, transform) that a view should let through."""
    total = {item for _, item, _ in leaves(tree) if item}
    cut = items is not None and items < total
    found = set()
    for pattern, item, value in leaves(tree):
        if items is not None and item and item not in items:
            continue
        transform = _transform(view, pattern, cut=cut)
        if transform:
            found.add((pattern, item, value, transform))
    return found


def _transform(view: dict[str, Any], pattern: str, *, cut: bool) -> str:
    """How the view shows a leaf; "" if it does not."""
    names = {pattern, pattern.rsplit(".", 1)[0]} if _is_half(pattern) else {pattern}
    if cut and names & set(view.get("spans", ())):
        return ""
    for line in view["paths"]:
        told = line if isinstance(line, dict) else {"path": line}
        path = told["path"]
        below = path.endswith(".**") and pattern.startswith(path.removesuffix("**"))
        drops = [f"{path.removesuffix('**')}{drop}" for drop in told.get("drop", ())]
        dropped = any(pattern == one or pattern.startswith(f"{one}.") for one in drops)
        if (path in names or below) and not dropped:
            return str(told.get("transform", "pass"))
    return ""


def _is_half(pattern: str) -> bool:
    return pattern.rsplit(".", 1)[-1] in {"value", "currency", "unit"}
