"""ITMATT: attributes of postal items, the electronic CN 22 and CN 23 (UPU M33), in XML.

Behaviour
    One interchange holds items, each a MailObject and the Declaration behind it; each item is one
    message and one put of a postal item, known by its S10 and its date of posting.
    Values and masses are those of the line; masses are kilograms; a sum stands with its currency.
    Elements are found by their names, in any namespace. What the table does not know is a
    problem, and kept as unmapped.
    The key, the S10 and the sums are judged as in every format of the family (`judging`); all
    other obligations, lengths and codes are the profile's.
Knowingly not done
    ITMATT in EDIFACT (D.00A): recognised by nobody, rejected.
    The interchange's own fields have no place in the model; they are kept as unmapped values of
    its first item. One that is marked as a test is treated as any other.
    Customs' corrections (RevisedHS, RevisedDescription) and restrictions are kept as unmapped.
Versions
    M33-12 (V1)   read and written, by the table dialects/itmatt-m33-12.csv
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

from adapters.postal.cusrsp import response_xml
from adapters.postal.judging import Said, message_of, path_of
from adapters.postal.reading import Trace, read, values_below
from adapters.postal.tables import Table, itmatt
from adapters.postal.telling import locator, problems_of, unmapped, unmapped_of
from adapters.postal.writing import interchange
from adapters.wire.xml import Element, Positions, local_name, name_of, parse, stray_texts
from broker.adapter import (
    Artifact,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Translation,
    Unmapped,
)
from broker.model.problem import Place, Problem

_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([A-Za-z_][\w.-]{0,64})([^>]{0,512})")
_VERSION = re.compile(rb"""\bversion\s*=\s*["']([\w.-]{1,16})["']""")
_HEAD_BYTES = 65_536


class Itmatt:
    """The adapter of this format; it holds nothing."""

    family = "postal"
    format = "UPU ITMATT V1"
    content_types: tuple[str, ...] = ("application/xml", "text/xml")
    echoes = False

    def recognises(self, payload: bytes) -> Recognition | None:
        """A document whose root is ITMATT; one with a MailObject in it, with little certainty."""
        head = payload[:_HEAD_BYTES].replace(b"\x00", b"")
        root = _ROOT.search(head)
        if root is not None and root[1] == b"ITMATT":
            version = _VERSION.search(root[2])
            return Recognition(self.format, version[1].decode() if version else "", 90)
        seems = b"MailObject" in head or b"ITMATT" in head
        return Recognition(self.format, "", 10) if seems and root is not None else None

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message an item, or the problem that keeps the interchange from being read."""
        root = _root(payload)
        if isinstance(root, Problem):
            return Translation((root,), iter(()))
        return Translation((), _messages(root, profile))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of an item stood; nothing for bytes that cannot be read."""
        root = _root(payload)
        if isinstance(root, Problem) or message < 1:
            return
        for parts in islice(_items(root, []), message - 1, message):
            item = _Item(parts, itmatt(), Positions())
            for (trail, name), element in item.trace.leaves.items():
                holder = item.reading.tree
                for step, index in trail:
                    below = holder[step]
                    holder = below[index] if isinstance(below, list) else below
                if isinstance(holder[name], str):
                    yield path_of(item.reading.tree, trail, name), item.positions.place(element)

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
        content = response_xml(out, lambda: _identifier(original), profile)
        return (Artifact(content, "application/xml", "cusrsp.xml"),)


class _Item:
    """One item with its elements; it is walked once more when somebody asks for places."""

    def __init__(self, parts: list[Element], table: Table, positions: Positions) -> None:
        self.parts = parts
        self.table = table
        self.positions = positions
        self.reading = read(parts, table)

    @cached_property
    def trace(self) -> Trace:
        trace = Trace()
        read(self.parts, self.table, trace)
        return trace


def _root(payload: bytes) -> Element | Problem:
    root = parse(payload)
    if isinstance(root, Problem) or local_name(root) == "ITMATT":
        return root
    return Problem(
        code="postal.root-unknown",
        text=f"the root element is {name_of(root)[:256]!r}",
        where=Positions().place(root),
        path=local_name(root)[:256],
        found=name_of(root)[:256],
        expected="ITMATT with a MailObject and a Declaration for each item",
        hint="compare the file with a sample",
    )


def _items(root: Element, around: list[Element]) -> Iterator[list[Element]]:
    """The elements of each item: a MailObject opens one, what follows belongs to it.

    What stands before the first, such as the interchange's own element, goes to `around`.
    """
    parts: list[Element] = []
    for child in root:
        tag = local_name(child)
        if tag == "MailObject" or (tag == "Declaration" and not parts):
            if parts:
                yield parts
            parts = [child]
        elif parts:
            parts.append(child)
        else:
            around.append(child)
    if parts:
        yield parts


def _messages(root: Element, profile: Profile) -> Iterator[Message]:
    positions, table = Positions(), itmatt()
    around: list[Element] = []
    for number, parts in enumerate(_items(root, around), 1):
        item = _Item(parts, table, positions)
        kept = unmapped_of(item.reading, positions)
        if number == 1:
            kept = (*_envelope(root, around, positions), *kept)
        said = Said(
            number=number,
            tree=item.reading.tree,
            problems=problems_of(item.reading, number, table, positions),
            unmapped=kept,
            locate=locator(lambda item=item: item.trace, parts, table, positions),  # type: ignore[misc]
        )
        yield message_of(said, profile)


def _envelope(root: Element, around: list[Element], positions: Positions) -> Iterator[Unmapped]:
    """What the interchange says of itself, in front of its first item."""
    for name, value in root.items():
        yield unmapped(positions, root, str(name), str(value))
    for text in stray_texts(root):
        yield unmapped(positions, root, "", text.strip())
    for element in around:
        for one in values_below(element):
            yield unmapped(positions, *one)


def _identifier(original: Original) -> str:
    """The identifier an item was sent with; "" where none can be read."""
    said = _identifiers(original.payload)
    at = max(original.message, 1) - 1
    return said[at] if at < len(said) else ""


@lru_cache(maxsize=1)
def _identifiers(payload: bytes) -> tuple[str, ...]:
    """Those of all items, in order. Replies about one interchange come in a row."""
    root = _root(payload)
    if isinstance(root, Problem):
        return ()
    trees = (read(parts, itmatt()).tree for parts in _items(root, []))
    return tuple(str(tree.get("FunctionalReferenceID", "")) for tree in trees)
