"""Bodies and blocks composed for tests of amendments."""

import copy
from collections.abc import Collection
from typing import Any

from broker.dossiers.amending import Amended, amend
from broker.model.dossier import Change

Tree = dict[str, Any]

PACKAGE = "goods-declaration"
LIST = "GovernmentAgencyGoodsItem"
ITEM = f"GoodsShipment.{LIST}"


def item(number: int | str, **content: Any) -> Tree:
    """A goods item with this number."""
    return {"SequenceNumeric": str(number), **content}


def goods(*items: Tree, **more: Any) -> Tree:
    """A body with these goods items."""
    return {**more, "GoodsShipment": {"GovernmentAgencyGoodsItem": list(items)}}


def document(number: int) -> Tree:
    """A document whose content names it."""
    return {"CategoryCode": "N", "ID": f"D{number}", "TypeCode": "001"}


def documents(*numbers: int) -> Tree:
    """An item with these documents; 0: an empty one."""
    return {"AdditionalDocument": [document(number) if number else {} for number in numbers]}


def gross(value: str, unit: str = "KGM") -> Tree:
    """A commodity of this mass."""
    return {"Commodity": {"GoodsMeasure": {"GrossMassMeasure": {"value": value, "unit": unit}}}}


def blocks(*paths: str) -> list[Change]:
    """A block for each path, with its number and line."""
    return [
        Change("amend", path, {}, {"line": number * 10, "block": number})
        for number, path in enumerate(paths, 1)
    ]


def amended(base: Tree, body: Tree, *paths: str, fixed: Collection[str] = ()) -> Amended:
    """What blocks with these paths make of a base; neither tree is changed."""
    before, request = copy.deepcopy(base), copy.deepcopy(body)
    after = amend(base, body, blocks(*paths), PACKAGE, fixed)
    assert (base, body) == (before, request)
    return after
