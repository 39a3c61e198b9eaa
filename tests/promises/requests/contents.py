"""What is lodged, as its sender knows it: leaves by path, and what each amendment may name.

A content is a plain dict: the path of each leaf, with the keys of its elements, and its value. It
is compared, cut and changed as such; nothing of the broker works on it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Content = dict[str, str]
_STEP = re.compile(r"(\w+)(?:\[(#?\d+)\])?")
ITEM, PIECE = "GoodsShipment.GovernmentAgencyGoodsItem", "GoodsShipment.Consignment.ConsignmentItem"
MEANS = "BorderTransportMeans"


def leaves_of(tree: Any, path: str = "") -> Content:
    """The leaves of a tree by path; an element is named by its number, else by its ordinal."""
    if isinstance(tree, dict):
        inside = [leaves_of(one, f"{path}.{name}" if path else name) for name, one in tree.items()]
    elif isinstance(tree, list):
        keys = [one.get("SequenceNumeric") or f"#{at}" for at, one in enumerate(tree, 1)]
        inside = [leaves_of(one, f"{path}[{key}]") for key, one in zip(keys, tree, strict=True)]
    else:
        return {path: str(tree)}
    return {leaf: value for found in inside for leaf, value in found.items()}


def tree_of(content: Mapping[str, str]) -> dict[str, Any]:
    """The tree with these leaves; elements stand in the order in which they are met."""
    root: dict[str, Any] = {}
    for path, value in content.items():
        at = root
        *above, last = _STEP.findall(path)
        for name, key in above:
            at = _element(at, name, key) if key else at.setdefault(name, {})
        at[last[0]] = value
    return root


def _element(at: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    elements = at.setdefault(name, [])
    if key.startswith("#"):
        while len(elements) < int(key[1:]):
            elements.append({})
        return elements[int(key[1:]) - 1]
    for one in elements:
        if one["SequenceNumeric"] == key:
            return one
    elements.append({"SequenceNumeric": key})
    return elements[-1]


def below(content: Mapping[str, str], path: str) -> Content:
    """The leaves at a path, or below it."""
    return {leaf: value for leaf, value in content.items() if is_below(leaf, path)}


def is_below(leaf: str, path: str) -> bool:
    """Whether a leaf is at a path, or below it."""
    return leaf == path or leaf.startswith((f"{path}.", f"{path}["))


def passes(leaf: str, seen: Iterable[str]) -> bool:
    """Whether a view passes a leaf: it names it, or what is above it, with or without its keys."""
    bare = re.sub(r"\[[^]]*\]", "", leaf)
    return any(one == "*" or is_below(leaf, one) or is_below(bare, one) for one in seen)


def changes(before: Mapping[str, str], after: Mapping[str, str], seen: Iterable[str]) -> set:
    """(path, before, after) of each leaf that differs and is seen."""
    return {
        (leaf, before.get(leaf), after.get(leaf))
        for leaf in {*before, *after}
        if before.get(leaf) != after.get(leaf) and passes(leaf, seen)
    }


def goods_item(path: str, number: int, code: str) -> Content:
    """One kind of goods."""
    at = f"{path}[{number}]"
    return {
        f"{at}.SequenceNumeric": str(number),
        f"{at}.CustomsValueAmount.value": "100", f"{at}.CustomsValueAmount.currency": "EUR",
        f"{at}.Commodity.Description": f"goods {number}",
        f"{at}.Commodity.Classification[#1].ID": code,
        f"{at}.Commodity.GoodsMeasure.NetNetWeightMeasure.value": "10",
        f"{at}.Commodity.GoodsMeasure.NetNetWeightMeasure.unit": "KGM",
        f"{at}.GovernmentProcedure[#1].CurrentCode": "40",
    }  # fmt: skip


DECLARED: Content = {
    "FunctionCode": "9", "FunctionalReferenceID": "QZ-1", "TypeCode": "IMA",
    "TotalPackageQuantity.value": "7", "Submitter.ID": "QZTRADER00001",
    "GoodsShipment.Consignor.Name": "Invented Growers",
    **goods_item(ITEM, 1, "06031100"), **goods_item(ITEM, 2, "49019900"),
}  # fmt: skip
POSTED: Content = {
    "MailClassCode": "C", "GoodsShipment.Consignor.Name": "Invented Growers",
    **{
        f"{PIECE}[{number}].{leaf}": value
        for number in ("1", "2")
        for leaf, value in (
            ("SequenceNumeric", number), ("Commodity.Description", f"goods {number}"),
            ("Commodity.Classification[#1].ID", "49019900"),
        )
    },
}  # fmt: skip
CALLED: Content = {"TypeCode": "arrival", f"{MEANS}.Name": "INVENTED TRADER",
                   f"{MEANS}.BerthName": "Invented Quay 1"}  # fmt: skip


def listed(name: str) -> Content:
    """A list of two persons."""
    persons = {
        f"{MEANS}.{name}[{number}].{leaf}": value
        for number, family in ((1, "ABEL"), (2, "BAKER"))
        for leaf, value in (
            ("SequenceNumeric", str(number)), ("FamilyName", family), ("GivenName", "ANNE"),
            ("BirthDateTime", f"1990-02-0{number}"), ("NationalityCode", "NLD"),
        )
    }  # fmt: skip
    return {"TypeCode": "745", f"{MEANS}.Name": "INVENTED TRADER",
            f"{MEANS}.JourneyID": "XA0070"} | persons  # fmt: skip
