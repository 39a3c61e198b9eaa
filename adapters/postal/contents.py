"""What is checked in the contents of an item in every format: codes of goods, sums, numbers.

Rules
    Dots, blanks and hyphens are no part of an HS code; the code as it was written is kept. A
    longer national code is the value, its first six digits are the HS; nothing is filled up.
    A sum needs its currency. Two pieces with one number could not be told apart: 1, 01 and 1.0
    are one number.
"""

import re
from collections.abc import Iterator
from functools import partial

from adapters.demands import Trail, is_unread
from adapters.postal.item import TO_CONSIGNMENT, Clues, Item, path_of, pieces_of, to_piece
from adapters.postal.listing import NAME, piece_of
from adapters.postal.tables import PACKAGE
from adapters.wire.numbers import shortest
from broker.adapter import Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Problem, cut

_HS = "HS"
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2013]+")


def plain_codes(item: Item) -> Iterator[Unmapped]:
    """Takes separators out of the HS codes of the item; gives each code as it was written."""
    for at, piece in enumerate(pieces_of(item.tree)):
        for number, one in enumerate(piece.get("Commodity", {}).get("Classification", ())):
            written = one.get("ID", "")
            if one.get("IdentificationTypeCode") != _HS or written.isdecimal():
                continue
            digits = _SEPARATORS.sub("", written)
            if digits.isascii() and digits.isdecimal():
                one["ID"] = digits
                trail = (*to_piece(at), ("Commodity", 0), ("Classification", number))
                path = path_of(item.tree, trail, "ID")
                yield Unmapped(item.spots.locate(trail, "ID"), f"{NAME}.{path}", written)


def check_contents(item: Item, clues: Clues) -> None:
    """Lists sums without a currency, and pieces with one number."""
    tree = item.tree
    _check_sum(item, clues, (), tree, "InvoiceAmount")
    carried = tree.get("GoodsShipment", {}).get("Consignment", {})
    _check_sum(item, clues, TO_CONSIGNMENT, carried, "InsuredValueAmount")
    trail = (*TO_CONSIGNMENT, ("CustomsValuation", 0))
    _check_sum(item, clues, trail, carried.get("CustomsValuation", {}), "FreightChargeAmount")
    seen: set[str] = set()
    for at, piece in enumerate(pieces_of(tree)):
        _check_sum(item, clues, to_piece(at), piece, "CustomsValueAmount")
        number = piece.get("SequenceNumeric")
        if number is None:
            continue
        if shortest(number) in seen:
            make = partial(_repeated, item, at, number)
            item.listing.find("sequence.repeated", make, at)
        seen.add(shortest(number))


def _repeated(item: Item, at: int, number: str) -> Problem:
    trail = to_piece(at)
    return Problem(
        code="sequence.repeated",
        text=f"two content pieces have the number {number!r}",
        message=item.number,
        where=item.spots.spot(trail, "SequenceNumeric").place,
        path=f"{NAME}.{path_of(item.tree, trail, 'SequenceNumeric')}",
        found=cut(number),
        expected="each number once; 1, 01 and 1.0 are one number",
        hint="number the content pieces from 1",
    )


def _check_sum(item: Item, clues: Clues, trail: Trail, holder: Tree, name: str) -> None:
    amount = holder.get(name)
    if amount is None or "value" not in amount or "currency" in amount:
        return
    path = path_of(item.tree, trail, name)
    if not is_unread(f"{NAME}.{path}.currency", "error", clues.unread):
        make = partial(_without_currency, item, trail, name, amount["value"])
        item.listing.find("currency.missing", make, piece_of(trail))


def _without_currency(item: Item, trail: Trail, name: str, value: str) -> Problem:
    path, spot = path_of(item.tree, trail, name), item.spots.spot(trail, name)
    currency = item.spots.spot((*trail, (name, 0)), "currency")
    return Problem(
        code="currency.missing",
        text=f"{spot.called or name} {value} has no currency",
        message=item.number,
        where=currency.place if currency.empty else spot.place,
        path=f"{NAME}.{path}",
        found=cut(value),
        found_class=data_class(PACKAGE, pattern_of(path)),
        expected="three capital letters (ISO 4217)",
        hint="write each sum with its currency",
    )
