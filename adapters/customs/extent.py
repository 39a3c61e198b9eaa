"""How many goods items a declaration holds, and which of them are beyond what is taken.

A declaration is taken as a whole or refused. What can be left out of the tree are items beyond the
maximum of the format; what can be lost on the way are items that GoodsItemQuantity still counts.
"""

from adapters.customs.reading import instances_of
from adapters.customs.subject import Subject
from adapters.wire.numbers import canonical_decimal, shortest
from adapters.wire.xml import Element, local_name
from broker.adapter import Extent

_SHIPMENT, _ITEM = "GoodsShipment", "GovernmentAgencyGoodsItem"


def extent_of(subject: Subject) -> Extent:
    """The goods items of a declaration."""
    items = _items(subject)
    taken = len(subject.tree.get(_SHIPMENT, {}).get(_ITEM, ()))
    declared = max(_stated(subject), len(items))
    left_out = tuple(_path(item, number) for number, item in enumerate(items, 1) if number > taken)
    return Extent(declared, taken, left_out, cut=declared > taken)


def _items(subject: Subject) -> list[Element]:
    shipment = next(instances_of(subject.element, subject.field, _SHIPMENT), None)
    field = subject.field.child(_SHIPMENT)
    if shipment is None or field is None:
        return []
    return list(instances_of(shipment, field, _ITEM))


def _stated(subject: Subject) -> int:
    """GoodsItemQuantity, where it is a whole number."""
    quantity = shortest(subject.tree.get("GoodsItemQuantity", {}).get("value", "0"))
    return int(quantity) if quantity.isdecimal() else 0


def _path(item: Element, ordinal: int) -> str:
    """The item by its own number, else by its ordinal."""
    texts = (below.text or "" for below in item if local_name(below) == "SequenceNumeric")
    number = canonical_decimal(next(texts, ""))
    key = f"#{ordinal}" if number is None else shortest(number)
    return f"{_SHIPMENT}.{_ITEM}[{key}]"
