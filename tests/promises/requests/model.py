"""The dossier as it must be: what is lodged, what is asked, and how each request ends.

It knows contents as leaves by path (`contents`), and tables as they are written by hand
(`settings`). Nothing of the broker decides here. What an authority does of its own accord has its
place here too: a correction is what a part comes to (`become`), an ending takes open requests with
it (`overtake`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.promises.requests.contents import Content, below, changes
from tests.promises.requests.settings import ADVERSE, FAVOURABLE, Known, Seat, Setting

OVERTAKING = frozenset({"released", "conditional", "refused", "do_not_load"})
UNCOUNTED = ("TotalPackageQuantity",)
_ELEMENT = re.compile(r"[\w.]*Item\[\d+\]")


class Wish(NamedTuple):
    """What a declarant sends. `named`: what an amendment points at; `content`: all it says."""

    does: str
    part: str
    party: str
    reference: str = ""
    content: tuple[tuple[str, str], ...] = ()
    named: tuple[str, ...] = ()


@dataclass
class Asked:
    """A request. `shown`: what each that it is sent to must be shown of it."""

    number: int
    wish: Wish
    submission: str
    deciding: dict[Seat, str]
    shown: dict[Seat, set]
    deliveries: dict[Seat, str] = field(default_factory=dict)

    @property
    def deciders(self) -> set[str]:
        """The recipients that must grant it."""
        return {recipient for recipient, _ in self.deciding}

    @property
    def type(self) -> str:
        """What it asks for, as the broker's own format says it."""
        return {"put": "amend", "patch": "amend"}.get(self.wish.does, self.wish.does)


class Ended(NamedTuple):
    """How a request ended; `by`: the agency whose decision ended it."""

    asked: Asked
    state: str
    by: str = ""


@dataclass
class Expected:
    """What must come of an event; `outcome` "": any. `cancelled`: (part, seat) that is told so."""

    outcome: str = ""
    began: Asked | None = None
    ended: list[Ended] = field(default_factory=list)
    noted: list[Asked] = field(default_factory=list)
    again: Asked | None = None
    cancelled: set[tuple[str, Seat]] = field(default_factory=set)


class Model:
    """All that is true of one dossier.

    `live`: the contents of parts; `versions`: the highest number that one was given, late messages
    count; `made`: that of the version in force, or in which it was taken back.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.live: dict[str, Content] = {}
        self.versions: dict[str, int] = {}
        self.made: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        self.opener, self.withdrawn = "", False
        self.open: dict[int, Asked] = {}
        self.ended: dict[int, str] = {}
        self._codes: set[str] = set()
        self._last: dict[tuple[str, Seat], tuple[str, int]] = {}
        self._said: dict[tuple[str, Seat], tuple] = {}
        self._since: dict[str, int] = {}

    # what declarants do

    def send(self, wish: Wish, submission: str, *, late: bool = False) -> Expected:
        """A declarant sends something; `late`: it is older than what is in force."""
        if not self._is_own(wish):
            return Expected("declined")
        if wish.does == "put":
            if wish.part not in self.versions:
                return self._apply(wish)
            if self.live.get(wish.part) == dict(wish.content):
                return Expected("repeated")
        for asked in self.open.values():
            if asked.wish == wish:
                return Expected("repeated", again=asked)
        return self._judged(wish, submission, late=late)

    def _judged(self, wish: Wish, submission: str, *, late: bool) -> Expected:
        verdict = self.setting.sheet.verdict(wish.does, self.known(wish.part))
        forbidden = any(self._forbids(asked, wish, verdict) for asked in self.open.values())
        if verdict == "R" or forbidden or not self._is_possible(wish):
            return Expected("declined")
        if verdict == "A":
            return self._ask(wish, submission)
        if late and wish.does == "put":
            self.versions[wish.part] += 1
            return Expected("late")
        return self._apply(wish)

    def take_back(self, number: int, party: str) -> Expected:
        """The sender of a request takes it back."""
        asked = self.open.get(number)
        if asked is None or asked.wish.party != party:
            return Expected("declined")
        return self._end(Expected("applied"), asked, "taken_back")

    def expire(self, number: int) -> Expected:
        """The time to decide a request is over."""
        asked = self.open.get(number)
        return self._end(Expected("applied"), asked, "refused") if asked else Expected("repeated")

    # what agencies do

    def decide(self, recipient: str, asked: Asked | None, status: str) -> Expected:
        """An agency answers a request that is open, or none."""
        if asked is None or recipient not in asked.deciders:
            return Expected("declined")
        if status not in {"granted", "refused"}:
            return Expected("applied", noted=[asked])
        own = [seat for seat in asked.deciding if seat[0] == recipient]
        if all(asked.deciding[seat] == status for seat in own):
            return Expected("repeated")
        asked.deciding.update(dict.fromkeys(own, status))
        expected = Expected("applied")
        if status == "refused":
            return self._end(expected, asked, "refused", recipient)
        if all(one == "granted" for one in asked.deciding.values()):
            expected.cancelled = self._apply(asked.wish).cancelled
            return self._end(expected, asked, "granted", recipient)
        return expected

    def meant(self, recipient: str, type_: str = "") -> list[Asked]:
        """The open requests that an agency must decide, of one type or of any."""
        return [asked for asked in self.open.values()
                if recipient in asked.deciders and type_ in {"", asked.type}]  # fmt: skip

    def answer(self, part: str, seat: Seat, said: tuple[str, str, str]) -> Expected:
        """An agency answers the newest delivery of a part: which one, native code, status."""
        _, code, status = said
        if self._said.get((part, seat)) == said:
            return Expected("repeated")
        self._said[part, seat] = said
        if status in ADVERSE | FAVOURABLE:
            self._last[part, seat] = (status, self.made[part])
        if code and seat == self.setting.judge:
            self._codes |= {code.partition("/")[0], code}
        expected = Expected("applied")
        if status in OVERTAKING:
            self.overtake(expected, part, seat[0])
        return expected

    def overtake(self, expected: Expected, part: str, recipient: str) -> None:
        """An agency has decided about a part: what it was still asked about that has ended."""
        for asked in list(self.open.values()):
            if asked.wish.part in {"", part} and recipient in asked.deciders:
                self._end(expected, asked, "overtaken")

    # what holds

    def known(self, part: str) -> Known:
        """What the state of a part is told by."""
        about = {key: last for key, last in self._last.items()
                 if key[0] == part or part not in self.versions}  # fmt: skip
        gone = part in self.versions and part not in self.live
        decided = ""
        for (of, seat), (status, version) in about.items():
            if seat == self.setting.judge:
                valid = status in ADVERSE or self._is_unchanged(of, version)
                decided = status if valid else ""
        statuses = frozenset(status for status, _ in about.values())
        return Known(frozenset(self._codes), statuses, decided, gone, self.withdrawn)

    def _is_unchanged(self, part: str, version: int) -> bool:
        elements = {_element_of(leaf) for leaf in self.live.get(part, ())} - {""}
        return all(self._since[part + element] <= version for element in elements)

    def _is_own(self, wish: Wish) -> bool:
        if wish.does in {"present", "release"} or (not wish.part and wish.part in self.owners):
            return wish.party == self.opener
        if wish.part:
            return self.owners.get(wish.part, wish.party) == wish.party
        return wish.party in {self.opener, *self.owners.values()} or not self.opener

    def _forbids(self, asked: Asked, wish: Wish, verdict: str) -> bool:
        mine = asked.wish
        if mine.part and wish.part and mine.part != wish.part:
            return False
        if verdict == "A" and mine.party == wish.party:
            return True
        if {mine.does, wish.does} & {"present", "release"}:
            return False
        if mine.does == wish.does == "patch":
            named = [(one, other) for one in mine.named for other in wish.named]
            return any(below({one: ""}, other) or below({other: ""}, one) for one, other in named)
        return True

    def _is_possible(self, wish: Wish) -> bool:
        if wish.does == "withdraw":
            return bool(self._taken(wish))
        if wish.does != "patch":
            return True
        base, body, setting = self.live.get(wish.part), dict(wish.content), self.setting
        if base is None or set(wish.named) & set(setting.fixed):
            return False
        absent = [path for path in wish.named if not below(body, path)]
        return all(below(base, path) and path not in setting.demanded for path in absent)

    def _taken(self, wish: Wish) -> list[str]:
        """The parts that a withdrawal takes back."""
        if wish.part or "" in self.live:
            return [wish.part] if wish.part in self.live else []
        everything = wish.party == self.opener
        return [part for part in self.live if everything or self.owners[part] == wish.party]

    # what comes of it

    def _after(self, wish: Wish) -> dict[str, Content]:
        """The parts as they are when a wish is fulfilled; one that goes is empty."""
        body = dict(wish.content)
        if wish.does == "withdraw":
            return {part: {} for part in self._taken(wish)}
        if wish.does == "put":
            return {wish.part: body}
        if wish.does != "patch":
            return {}
        content = dict(self.live[wish.part])
        for path in wish.named:
            for leaf in below(content, path):
                del content[leaf]
            content |= below(body, path)
        return {wish.part: content}

    def _apply(self, wish: Wish) -> Expected:
        after = self._after(wish)
        changed = {part: one for part, one in after.items() if self.live.get(part, {}) != one}
        if not self.opener:
            self.opener = wish.party
        expected = Expected("repeated" if wish.does == "patch" and not changed else "applied")
        for part, content in changed.items():
            self.owners.setdefault(part, wish.party)
            if not content:
                expected.cancelled |= {(part, seat) for seat in self.setting.audience(part)}
            self.become(part, content)
        if wish.does == "withdraw" and not self.live and (not wish.part):
            self.withdrawn = True
        return expected

    def become(self, part: str, content: Content) -> None:
        """The next version of a part; an empty one is gone."""
        before = self.live.pop(part, {})
        version = self.versions.get(part, 0) + 1
        self.versions[part] = self.made[part] = version
        if not content:
            return
        self.live[part] = dict(content)
        for element in {_element_of(leaf) for leaf in content}:
            if (
                part + element not in self._since
                or not below(before, element)
                or (_basis(before, element) != _basis(content, element))
            ):
                self._since[part + element] = version

    def _ask(self, wish: Wish, submission: str) -> Expected:
        parts = [wish.part] if wish.part in self.live else sorted(self.live)
        after = {part: self.live[part] for part in parts} | self._after(wish)
        shown: dict[Seat, set] = {}
        deciding: set[Seat] = set()
        for part in parts:
            held = {seat for (of, seat), (status, _) in self._last.items()
                    if of == part and status in ADVERSE}  # fmt: skip
            for seat in self.setting.audience(part):
                seen = self.setting.seen[seat]
                found = {(part, *one) for one in changes(self.live[part], after[part], seen)}
                decides = seat in self.setting.deciding[part] or (seat in held and found)
                informed = seat in self.setting.informed.get(part, ())
                if decides or (informed and found):
                    shown.setdefault(seat, set()).update(found)
                if decides:
                    deciding.add(seat)
        number = len(self.open) + len(self.ended) + 1
        asked = Asked(number, wish, submission, dict.fromkeys(deciding, ""), shown)
        self.open[number] = asked
        return Expected("requested", began=asked)

    def _end(self, expected: Expected, asked: Asked, state: str, by: str = "") -> Expected:
        del self.open[asked.number]
        self.ended[asked.number] = state
        expected.ended.append(Ended(asked, state, by))
        return expected


def _element_of(leaf: str) -> str:
    found = _ELEMENT.match(leaf)
    return found[0] if found else ""


def _basis(content: Mapping[str, str], element: str) -> Content:
    """What an answer about an element depends on: itself, and all that is in no element."""
    own = below(content, element) if element else {}
    return own | {leaf: value for leaf, value in content.items()
                  if not _element_of(leaf) and not _is_uncounted(leaf)}  # fmt: skip


def _is_uncounted(leaf: str, uncounted: Iterable[str] = UNCOUNTED) -> bool:
    return any(below({leaf: ""}, one) for one in uncounted)
