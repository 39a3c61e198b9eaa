"""One item as it was read, in whichever format it came, and where its values are in the file."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from adapters.demands import Trail, Unread
from adapters.postal.listing import Listing, piece_of
from broker.adapter import Path, Tree, Unmapped
from broker.model.paths import element_key
from broker.model.problem import Place

TO_CONSIGNMENT: Trail = (("GoodsShipment", 0), ("Consignment", 0))


class Spot(NamedTuple):
    """Where a value is, or should be; `called`: its name in the sender's format, if otherwise.

    `instead`: what is there under a similar name; `below`: the value would be inside of that.
    `empty`: the element is there without a value.
    """

    place: Place
    called: str = ""
    instead: str = ""
    below: bool = False
    empty: bool = False


class Whereabouts(Protocol):
    """Where the values of one item are: the classes on the way, and a name."""

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value is, or its nearest parent: quickly."""

    def spot(self, trail: Trail, name: str) -> Spot:
        """The same, as exactly as a problem has it."""

    def rank(self, place: Place) -> tuple[int, ...]:
        """Its order in the file."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it was read: the body, its problems so far, and what has no place in the body."""

    number: int
    tree: Tree
    listing: Listing
    unmapped: tuple[Unmapped, ...]
    spots: Whereabouts


class Clues(NamedTuple):
    """What the reading has reported: values that could not be read, a misspelt element."""

    unread: Unread
    misspelt: bool


def path_of(tree: Tree, trail: Trail, name: str) -> Path:
    """The canonical path of a value, elements named by their keys."""
    path, at = "", tree
    for step, index in trail:
        below = at.get(step, {})
        shown = step
        if isinstance(below, list):
            below = below[index] if index < len(below) else {}
            shown = f"{step}[{element_key(below, index + 1)}]"
        at = below if isinstance(below, dict) else {}
        path = f"{path}.{shown}" if path else shown
    return ".".join(filter(None, (path, name)))


def pieces_of(tree: Tree) -> list[Tree]:
    """The content pieces of an item."""
    consignment = tree.get("GoodsShipment", {}).get("Consignment", {})
    pieces: list[Tree] = consignment.get("ConsignmentItem", [])
    return pieces


def to_piece(index: int) -> Trail:
    """The way to a content piece, counted from 0."""
    return (*TO_CONSIGNMENT, ("ConsignmentItem", index))


def without_pieces(tree: Tree, left_out: frozenset[int]) -> Tree:
    """The item without these content pieces."""
    pieces = [one for at, one in enumerate(pieces_of(tree)) if at not in left_out]
    shipment = tree["GoodsShipment"]
    consignment = {**shipment["Consignment"], "ConsignmentItem": pieces}
    return {**tree, "GoodsShipment": {**shipment, "Consignment": consignment}}


def renumbered(trail: Trail, left_out: frozenset[int]) -> Trail | None:
    """The way in the item without these content pieces; None: it leads to one of them."""
    piece = piece_of(trail)
    if piece is None or not left_out:
        return trail
    if piece in left_out:
        return None
    before = sum(1 for one in left_out if one < piece)
    return tuple(
        (name, index - before if name == "ConsignmentItem" else index) for name, index in trail
    )
