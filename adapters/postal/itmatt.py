"""ITMATT: attributes of postal items, the electronic CN 22 and CN 23 (UPU M33), in XML.

Behaviour
    One interchange holds items, each a MailObject and the Declaration behind it; each item is one
    message and one put of a postal item, known by its S10 and its date of posting.
    Values and masses are those of the line; masses are kilograms; a sum needs its currency.
    Elements are found by their names, in any namespace. What the table does not know is a
    problem, and kept as unmapped. An element that is present and empty is a warning.
    An attribute that should be an element is a problem; any other is kept as unmapped. A misspelt
    MailObject opens its item all the same.
    The key, the S10, the sums and the HS codes are judged as in every format of the family
    (`judging`); all other obligations, lengths and codes are the profile's.
Knowingly not done
    ITMATT in EDIFACT (D.00A): no adapter recognises it, so it is rejected.
    The interchange's own fields have no place in the model; they are kept as unmapped values of
    its first item. One that is marked as a test is treated as any other.
    Customs' corrections (RevisedHS, RevisedDescription) and restrictions are kept as unmapped.
Versions
    M33-12 (V1)   read and written, by the table dialects/itmatt-m33-12.csv
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from adapters.demands import Trail, near
from adapters.postal.cusrsp import response_xml
from adapters.postal.item import Item, path_of, pieces_of, renumbered, to_piece
from adapters.postal.judging import check_item, judged_message, left_out_of, message_of
from adapters.postal.listing import Listing
from adapters.postal.oddities import Reading, Trace
from adapters.postal.reading import read
from adapters.postal.replying import Asked, PieceSent, asked_in, kept
from adapters.postal.tables import itmatt
from adapters.postal.telling import Spots, report, unmapped, unmapped_of
from adapters.postal.writing import interchange
from adapters.syntaxes import XML
from adapters.wire.xml import (
    Element,
    Positions,
    local_name,
    name_of,
    parse,
    stray_texts,
    values_below,
)
from broker.adapter import (
    Artifact,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Syntax,
    Translation,
    Tree,
    Unmapped,
)
from broker.model.problem import Place, Problem, cut

_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([A-Za-z_][\w.-]{0,64})")
_HEAD_BYTES = 65_536
_OPENER = "MailObject"
_LETTERS_OFF = 3
"""A misspelt MailObject has so many letters more or less."""


class Itmatt:
    """The adapter of this format; it holds nothing."""

    family = "postal"
    format = "UPU ITMATT V1"
    content_types: tuple[str, ...] = ("application/xml", "text/xml")
    syntax: Syntax = XML

    def recognises(self, payload: bytes) -> Recognition | None:
        """A document whose root is ITMATT; one with a MailObject in it, with little certainty."""
        head = payload[:_HEAD_BYTES].replace(b"\x00", b"")
        root = _ROOT.search(head)
        if root is not None and root[1] == b"ITMATT":
            return Recognition(self.format, 90)
        seems = b"MailObject" in head or b"ITMATT" in head
        return Recognition(self.format, 10) if seems and root is not None else None

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message an item, or the problem that keeps the interchange from being read."""
        root = _root(payload)
        if isinstance(root, Problem):
            return Translation((root,), iter(()))
        if next(_items(root, []), None) is None:
            return Translation((_no_item(root, payload),), iter(()))
        return Translation((), _messages(root, payload, profile))

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of an item is; nothing for bytes that cannot be read."""
        parts = _parts(payload, message)
        if not parts:
            return
        trace, positions = Trace(), Positions(payload)
        reading = read(parts, itmatt(), trace)
        body, left_out = reading.tree, frozenset[int]()
        if profile.settings.get("partial") == "cut":
            item = _item(message, parts, reading, positions, profile)
            body = next(message_of(item, profile).events).body
            left_out = left_out_of(item, profile)
        for (trail, name), element in trace.leaves.items():
            now = renumbered(trail, left_out)
            if now is not None and _is_leaf(reading.tree, trail, name):
                yield path_of(body, now, name), positions.place(element)

    def render(
        self,
        out: Outgoing,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """The cut item as an interchange of one."""
        content = interchange([out.tree])
        return (Artifact(content, "application/xml", f"item-{out.stamp.version}.xml"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """A CUSRSP about one item of the interchange."""
        asked = _read_again(original) if original.asked is None else asked_in(original.asked)
        content = response_xml(out, asked, profile)
        return (Artifact(content, "application/xml", "cusrsp.xml"),)

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of an item that was amended by path."""
        return check_item(body, package, profile)


def _root(payload: bytes) -> Element | Problem:
    root = parse(payload)
    if isinstance(root, Problem) or local_name(root) == "ITMATT":
        return root
    return Problem(
        code="root.unknown",
        text=f"the root element is {cut(name_of(root), 256)!r}",
        where=Positions(payload).exact(root),
        path=cut(local_name(root), 256),
        found=cut(name_of(root), 256),
        expected="ITMATT with a MailObject and a Declaration for each item",
        hint="compare the file with a sample",
    )


def _opens(tag: str) -> bool:
    """Whether this is a MailObject, be it misspelt: what follows is its own item all the same."""
    if tag == _OPENER:
        return True
    alike = tag != "Declaration" and abs(len(tag) - len(_OPENER)) <= _LETTERS_OFF
    return alike and near(tag, itmatt().top) == _OPENER


def _no_item(root: Element, payload: bytes) -> Problem:
    return Problem(
        code="submission.empty",
        text="the interchange holds no item",
        where=Positions(payload).exact(root),
        path=local_name(root),
        expected="a MailObject and a Declaration for each item",
        hint="send the file again with its items",
    )


def _items(root: Element, around: list[Element]) -> Iterator[list[Element]]:
    """The elements of each item: a MailObject opens one, what follows belongs to it.

    What stands before the first, such as the interchange's own element, goes to `around`.
    """
    parts: list[Element] = []
    for child in root:
        tag = local_name(child)
        if _opens(tag) or (tag == "Declaration" and not parts):
            if parts:
                yield parts
            parts = [child]
        elif parts:
            parts.append(child)
        else:
            around.append(child)
    if parts:
        yield parts


def _messages(root: Element, payload: bytes, profile: Profile) -> Iterator[Message]:
    positions, table = Positions(payload), itmatt()
    around: list[Element] = []
    for number, parts in enumerate(_items(root, around), 1):
        item = _item(number, parts, read(parts, table), positions, profile)
        if number == 1:
            envelope = (*_envelope(root, around, positions), *item.unmapped)
            item = replace(item, unmapped=envelope)
        asked = _asked(item.tree, parts, positions)
        message, extent = judged_message(item, profile)
        yield replace(message, asked=kept(asked, extent))


def _item(
    number: int,
    parts: list[Element],
    reading: Reading,
    positions: Positions,
    profile: Profile,
) -> Item:
    """The item that was read, with what is odd about it."""
    table, listing = itmatt(), Listing(number, profile)
    report(reading, listing, table, positions)
    return Item(
        number=number,
        tree=reading.tree,
        listing=listing,
        unmapped=unmapped_of(reading, positions),
        spots=Spots(parts, table, positions, reading),
    )


def _parts(payload: bytes, message: int) -> list[Element]:
    """The elements of one item; none for bytes that cannot be read."""
    root = _root(payload)
    if isinstance(root, Problem) or message < 1:
        return []
    return next(islice(_items(root, []), message - 1, message), [])


def _is_leaf(tree: Tree, trail: Trail, name: str) -> bool:
    """Whether the way leads to a text, not to a pair or a class."""
    holder = tree
    for step, index in trail:
        below = holder[step]
        holder = below[index] if isinstance(below, list) else below
    return isinstance(holder[name], str)


def _envelope(root: Element, around: list[Element], positions: Positions) -> Iterator[Unmapped]:
    """What the interchange has in front of its first item."""
    for name, value in root.items():
        yield unmapped(positions, root, str(name), str(value))
    for text in stray_texts(root):
        yield unmapped(positions, root, "", text.strip())
    for element in around:
        for one in values_below(element):
            yield unmapped(positions, *one)


def _asked(tree: Tree, parts: list[Element], positions: Positions) -> Asked:
    """What a reply needs of an item: its identifier as it was sent, and its content pieces."""
    return Asked(
        str(tree.get("FunctionalReferenceID", "")), lambda: _pieces(parts, positions)
    )  # fmt: skip


def _read_again(original: Original) -> Asked:
    """The same of an item of which nothing was kept."""
    parts = _parts(original.payload, original.message)
    return _asked(read(parts, itmatt()).tree, parts, Positions(original.payload))


def _pieces(parts: list[Element], positions: Positions) -> dict[Path, PieceSent]:
    """The content pieces of an item, by the paths that the message gives them."""
    trace = Trace()
    tree = read(parts, itmatt(), trace).tree
    classes = {trail: element for (_way, trail), element in trace.classes.items()}
    found = {}
    for at, piece in enumerate(pieces_of(tree)):
        text = piece.get("Commodity", {}).get("Description", "")
        place = positions.place(classes[to_piece(at)])
        found[path_of(tree, to_piece(at), "")] = PieceSent(text, place)
    return found
