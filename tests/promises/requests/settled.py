"""What agencies' answers come to, worked out from the contents of the versions alone.

An adverse answer is in force until its agency decides about the same thing, or about the whole. A
favourable one is in force as long as all that the agency sees of its thing is as it was.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.promises.requests.contents import Content, below, passes
from tests.promises.requests.settings import ADVERSE, FAVOURABLE, GRAVITY, WAITING, Seat, Setting

UNCOUNTED = ("TotalPackageQuantity",)
"""Leaves on which no answer depends."""

_ELEMENT = re.compile(r"[\w.]*(?:Item|Passenger|Crew)\[\d+\]")


class Given(NamedTuple):
    """A decision about an element, or the whole (""), as it was in a version."""

    subject: str
    status: str
    version: int


class Answers:
    """What each agency has decided about each part, and since when things are as they are."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._given: dict[tuple[str, Seat], list[Given]] = {}
        self._since: dict[tuple[str, Seat], dict[str, int]] = {}
        self._bases: dict[tuple[str, Seat], dict[str, Content]] = {}

    def become(self, part: str, content: Mapping[str, str], version: int) -> None:
        """A part has another content; without any it is gone."""
        for seat in self._setting.audience(part):
            known = self._since.get((part, seat), {})
            seen = {leaf: value for leaf, value in content.items()
                    if passes(leaf, self._setting.seen[seat])}  # fmt: skip
            bases = {one: _basis(seen, one) for one in {"", *map(element_of, seen)}}
            before = self._bases.get((part, seat), {})
            self._since[part, seat] = {
                one: known[one] if before.get(one) == basis else version
                for one, basis in bases.items()
            } if content else {}  # fmt: skip
            self._bases[part, seat] = bases

    def answer(self, part: str, seat: Seat, given: Given) -> None:
        """An agency decides about a thing as it is shown to it now."""
        self._given.setdefault((part, seat), []).append(given)

    def drop(self, recipient: str) -> None:
        """What an agency has objected to itself is over."""
        for (_, seat), given in self._given.items():
            if seat[0] == recipient:
                given[:] = [one for one in given if one.status not in ADVERSE]

    def things(self, part: str, seat: Seat) -> list[str]:
        """The elements that an agency is shown."""
        return sorted(one for one in self._since.get((part, seat), ()) if one)

    def held(self, part: str, seat: Seat) -> list[Given]:
        """The adverse answers of an agency that are in force."""
        given = self._given.get((part, seat), [])
        return [
            one for at, one in enumerate(given)
            if one.status in ADVERSE
            and not any(later.subject in {"", one.subject} for later in given[at + 1 :])
        ]  # fmt: skip

    def objects(self, part: str, seat: Seat, changed: Iterable[str]) -> bool:
        """Whether an agency objects to something that is among what would change for it."""
        elements = {element_of(leaf) for leaf in changed}
        about = {self._about(part, seat, one) for one in self.held(part, seat)}
        return bool(elements and about) and ("" in elements | about or bool(elements & about))

    def _about(self, part: str, seat: Seat, one: Given) -> str:
        """What has changed or is gone since is objected to as a whole."""
        since = self._since.get((part, seat), {}).get(one.subject)
        return one.subject if since is not None and since <= one.version else ""

    def settled(self, part: str, seat: Seat) -> list[str]:
        """What each thing of a part has come to: each element, and the rest behind them."""
        given = self._given.get((part, seat), [])
        found = []
        since = self._since.get((part, seat), {})
        for thing in sorted(since, reverse=True):  # "" comes last
            about = [one for one in given if one.subject in {"", thing}]
            last = about[-1] if about and about[-1].version >= since[thing] else None
            found.append(last.status if last else WAITING)
        return found

    def overall(self, part: str, seat: Seat) -> str:
        """The gravest of what is answered about a part, and of what is open; "": it is gone."""
        elements = self.settled(part, seat)
        inside = elements[:-1] or elements
        held = [one.status for one in self.held(part, seat)]
        return min([*held, *inside], key=GRAVITY.index, default="")

    def in_force(self, part: str, seat: Seat) -> set[str]:
        """The statuses of all that is in force."""
        held = {one.status for one in self.held(part, seat)}
        return held | {one for one in self.settled(part, seat) if one in FAVOURABLE}


def element_of(leaf: str) -> str:
    """The element that a leaf is in, or is; "" if it is in none."""
    found = _ELEMENT.match(leaf)
    return found[0] if found else ""


def _basis(content: Mapping[str, str], element: str) -> Content:
    """What an answer about an element depends on: itself, and all that is in no element."""
    own = below(content, element) if element else {}
    return own | {leaf: value for leaf, value in content.items()
                  if not element_of(leaf) and not _is_uncounted(leaf)}  # fmt: skip


def _is_uncounted(leaf: str) -> bool:
    return any(below({leaf: ""}, one) for one in UNCOUNTED)
