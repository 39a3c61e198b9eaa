"""Composed postal items of invented parties, in both formats: for trials and measurements.

Rules
    The same items, number and seed give the same bytes: every choice is a byte of a hash.
    An identifier and its date are different for each item of one seed; its check digit is right.
    Masses and values of the lines agree with the item's; names and addresses are evidently
    invented; HS codes are public.
    A flawed submission has one defect in one item; the others are whole.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from adapters.postal import s10
from adapters.postal.writing import interchange
from broker.adapter import Tree

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLASSES = {"U": ("L", "R", "U"), "C": ("C", "H"), "E": ("E",)}
_FIRST_DAY = date(2026, 9, 1)
_NATURES = ("11", "11", "11", "31", "32", "21")
_SERIALS = 100_000_000


def compose(*, items: int, number: int, seed: int) -> bytes:
    """One ITMATT interchange with this many items."""
    said = {
        "sender": "USAA",
        "recipient": "QZAA",
        "controlReference": f"SWB{seed}-{number}"[:35],
        "test": "1",
    }
    return interchange(trees(items=items, number=number, seed=seed), said)


def compose_lines(*, items: int, number: int, seed: int) -> bytes:
    """One item push with this many items, one a line."""
    composed = trees(items=items, number=number, seed=seed)
    return b"".join(orjson.dumps(tree) + b"\n" for tree in composed)


def compose_flawed(*, items: int, number: int, seed: int) -> tuple[bytes, str]:
    """One submission with a defect in one of its items; which, and in which item.

    Odd numbers give an interchange, even ones a push, as the kinds of samples take turns.
    """
    choice = _choices(seed, number, 0)
    at = int.from_bytes(choice[10:12], "big") % items
    composed = trees(items=items, number=number, seed=seed)
    if number % 2:
        words, change = DEFECTS[choice[12] % len(DEFECTS)]
        change(composed[at])
        return interchange(composed), f"item {at + 1}: {words}"
    defects = (*DEFECTS, *PUSH_DEFECTS)
    words, change = defects[choice[12] % len(defects)]
    change(composed[at])
    lines = [orjson.dumps(tree) for tree in composed]
    if words == CUT_OFF:
        lines[at] = lines[at][: len(lines[at]) // 2]
    return b"\n".join(lines) + b"\n", f"item {at + 1}: {words}"


def trees(*, items: int, number: int, seed: int) -> list[Tree]:
    """The bodies of those items, as plain canonical trees."""
    assert items >= 1, "a submission has at least one item"
    return [_item(index, number, seed) for index in range(1, items + 1)]


def _choices(seed: int, number: int, index: int) -> bytes:
    return hashlib.sha256(f"postal/{seed}/{number}/{index}".encode()).digest()


@cache
def _invented() -> dict[str, Any]:
    text = files("adapters.postal").joinpath("sample_contents.json").read_text("utf-8")
    said: dict[str, Any] = json.loads(text)
    return said


def identity(number: int, index: int, seed: int, choice: bytes) -> tuple[str, str, str]:
    """Mail class, identifier and day of posting of one item; the last two together are unique.

    A submission has room for 1,024 items before it shares numbers with its neighbour.
    """
    offset = int.from_bytes(hashlib.sha256(f"postal/{seed}".encode()).digest()[:4], "big")
    count = number * 1024 + index + offset
    mail = "UCE"[choice[0] % 3]
    first = _CLASSES[mail][choice[1] % len(_CLASSES[mail])]
    second = _LETTERS[count // _SERIALS % 26]
    serial = f"{count % _SERIALS:08d}"
    origin = _origin(choice)
    day = _FIRST_DAY + timedelta(days=count // (_SERIALS * 26) % 28)
    identifier = f"{first}{second}{serial}{s10.check_digit(serial)}{origin['country']}"
    return mail, identifier, day.isoformat()


def _origin(choice: bytes) -> dict[str, str]:
    origins: list[dict[str, str]] = _invented()["origins"]
    return origins[choice[2] % len(origins)]


def _item(index: int, number: int, seed: int) -> Tree:
    choice = _choices(seed, number, index)
    mail, identifier, day = identity(number, index, seed, choice)
    origin = _origin(choice)
    lines = [
        _line(at, origin["currency"], _choices(seed, number, index * 4096 + at))
        for at in range(1, 2 + choice[3] % 3)
    ]
    grams = sum(_grams(line) for line in lines) + 20 + choice[4]
    postage = 300 + grams // 2
    return {
        "AcceptanceDateTime": day,
        "FunctionalReferenceID": identifier,
        "MailClassCode": mail,
        "MailCategoryCode": "A",
        "TotalGrossMassMeasure": _mass(grams),
        "OriginOperator": {"ID": origin["operator"]},
        "DestinationOperator": {"ID": "QZAA"},
        "AdditionalDocument": [{"ID": f"INV-SAMPLE-{choice[5]:03d}", "TypeCode": "invoice"}],
        "GoodsShipment": {
            "TransactionNatureCode": _NATURES[choice[6] % len(_NATURES)],
            "Consignee": _addressee(choice),
            "Consignment": {
                "ConsignmentItem": lines,
                "CustomsValuation": {"FreightChargeAmount": _amount(postage, origin["currency"])},
            },
            "Consignor": _sender(choice, origin),
        },
    }


def _sender(choice: bytes, origin: dict[str, str]) -> Tree:
    return {
        "Name": f"Invented Sender {choice[7]}",
        "Address": {
            "CityName": origin["city"],
            "CountryCode": origin["country"],
            "Line": f"{choice[8]} Fictitious Road",
            "PostcodeID": origin["postcode"],
        },
        "Communication": [{"ID": origin["phone"], "TypeCode": "TE"}],
    }


def _addressee(choice: bytes) -> Tree:
    return {
        "Name": f"Invented Addressee {choice[9]}",
        "Address": {
            "CityName": "Mockbridge",
            "CountryCode": "QZ",
            "Line": f"{choice[10]} Imaginary Lane",
            "PostcodeID": f"QZ {choice[11]:03d}",
        },
        "Communication": [{"ID": f"addressee-{choice[9]}@example.org", "TypeCode": "EM"}],
    }


def _line(number: int, currency: str, choice: bytes) -> Tree:
    contents = _invented()["contents"]
    goods = contents[choice[0] % len(contents)]
    pieces = 1 + choice[1] % 4
    return {
        "SequenceNumeric": str(number),
        "CustomsValueAmount": _amount(goods["cents"] * pieces, currency),
        "Commodity": {
            "Description": goods["text"],
            "Classification": [{"ID": goods["hs"], "IdentificationTypeCode": "HS"}],
            "GoodsMeasure": {"NetNetWeightMeasure": _mass(goods["grams"] * pieces)},
        },
        "Origin": [{"CountryCode": goods["origins"][choice[2] % len(goods["origins"])]}],
        "Packaging": [{"QuantityQuantity": {"value": str(pieces)}}],
    }


def _amount(cents: int, currency: str) -> Tree:
    return {"value": f"{cents // 100}.{cents % 100:02d}", "currency": currency}


def _mass(grams: int) -> Tree:
    return {"value": f"{grams // 1000}.{grams % 1000:03d}", "unit": "KGM"}


def _grams(line: Tree) -> int:
    return int(line["Commodity"]["GoodsMeasure"]["NetNetWeightMeasure"]["value"].replace(".", ""))


def _first_line(tree: Tree) -> Tree:
    first: Tree = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"][0]
    return first


Defect = tuple[str, Callable[[Tree], object]]
CUT_OFF = "the line ends in the middle"

DEFECTS: tuple[Defect, ...] = (
    ("the identifier is missing", lambda tree: tree.pop("FunctionalReferenceID")),
    ("the date of posting is missing", lambda tree: tree.pop("AcceptanceDateTime")),
    ("the gross mass is missing", lambda tree: tree.pop("TotalGrossMassMeasure")),
    ("the addressee is missing", lambda tree: tree["GoodsShipment"].pop("Consignee")),
    (
        "a value has no currency",
        lambda tree: _first_line(tree)["CustomsValueAmount"].pop("currency"),
    ),
    ("a description is missing", lambda tree: _first_line(tree)["Commodity"].pop("Description")),
    (
        "an HS code has letters",
        lambda tree: _first_line(tree)["Commodity"]["Classification"][0].update(ID="95X3"),
    ),
)
"""What can be wrong with an item in both formats: in words, and how it is done."""

PUSH_DEFECTS: tuple[Defect, ...] = (
    (CUT_OFF, lambda _tree: None),
    (
        "the day of posting does not exist",
        lambda tree: tree.update(AcceptanceDateTime="2026-02-30"),
    ),
    (
        "the gross mass is in pounds",
        lambda tree: tree["TotalGrossMassMeasure"].update(unit="LBR"),
    ),
    ("a member is misspelt", lambda tree: tree.update(GoodsShipmnt={"ID": "1"})),
)
"""What can be wrong with a line of a push alone."""
