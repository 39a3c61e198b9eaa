"""The dossier as it must be: what is lodged, what is asked, and how each request ends.

It knows contents as leaves by path (`contents`), and tables as they are written by hand
(`settings`), and what answers settle (`settled`). Nothing of the broker decides here. What an
authority does of its own accord is here too: a correction is what a part comes to (`become`), an
ending takes all open requests with it.
"""

from tests.promises.requests.acts import Asked, Ended, Expected, Said, Wish
from tests.promises.requests.contents import Content, below, changes
from tests.promises.requests.settings import (
    ADVERSE,
    FAVOURABLE,
    GRAVITY,
    UNHELD,
    Known,
    Seat,
    Setting,
)
from tests.promises.requests.settled import Answers, Given

OVERTAKING = frozenset({"released", "conditional", "refused", "do_not_load"})
IDENTIFYING = ("TypeCode",)
"""What not even an authority changes: it says which document this is."""


class Model:
    """All that is true of one dossier.

    `live`: the contents of parts; `versions`: the highest number that one was given, late messages
    count; `made`: that of the version in force, or in which it was taken back. `unfinished`: the
    parts of which a correction could not be applied, until they are lodged whole.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.live: dict[str, Content] = {}
        self.versions: dict[str, int] = {}
        self.made: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        self.opener, self.withdrawn, self.over = "", False, False
        self.unfinished: set[str] = set()
        self.open: dict[int, Asked] = {}
        self.ended: dict[int, str] = {}
        self._codes: set[str] = set()
        self.answers = Answers(setting)
        self._said: dict[tuple[str, Seat], Said] = {}

    # what declarants do

    def send(self, wish: Wish, submission: str, *, late: bool = False) -> Expected:
        """A declarant sends something; `late`: it is older than what is in force."""
        if not self._is_own(wish):
            return Expected("declined")
        if wish.does == "put" and not self.over:
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
            whole = wish.part in self.unfinished and wish.does == "patch" and verdict != "R"
            return Expected("declined", "request.lodge-whole" if whole else "")
        if verdict == "N":
            return Expected("declined", UNHELD)
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

    def answer(self, part: str, seat: Seat, said: Said) -> Expected:
        """An agency answers the newest delivery of a part, as a whole or about its elements."""
        if self._said.get((part, seat)) == said:
            return Expected("repeated")
        self._take(part, seat, said)
        # of an acknowledgement, which decides nothing, a part may have been acknowledged before
        decides = {status for _, status in said.about} != {"acknowledged"}
        return self._overtaken(Expected("applied" if decides else ""), part, seat, said)

    def _take(self, part: str, seat: Seat, said: Said) -> None:
        if said.code or any(status for _, status in said.about):
            self._said[part, seat] = said
        for subject, status in said.about:
            if status in ADVERSE | FAVOURABLE:
                self.answers.answer(part, seat, Given(subject, status, self.made[part]))
        if said.code and seat == self.setting.judge:
            self._codes |= {said.code.partition("/")[0], said.code}

    def _overtaken(self, expected: Expected, part: str, seat: Seat, said: Said) -> Expected:
        if any(not subject and status in OVERTAKING for subject, status in said.about):
            self.overtake(expected, part, seat[0])
        return expected

    def correct(self, seat: Seat, said: Said, wish: Wish) -> Expected:
        """An agency changes a part of its own accord, by what it names; it answers besides."""
        part = wish.part
        if not self.over and seat not in self.setting.corrects:
            return Expected("declined", "answer.correction-not-allowed")
        self._take(part, seat, said)
        expected = Expected("applied", by=seat[0])
        if self.over:
            return expected
        if not self._names_what_is(wish) or set(wish.named) & set(IDENTIFYING):
            self.unfinished.add(part)
            expected.remark = ("event.correction-not-applied", part)
        elif (after := self._after(wish)[part]) != self.live[part]:
            self.become(part, after)
            expected.remark = ("event.corrected", part)
            for asked in list(self.open.values()):
                same = asked.wish.does == "put" or _overlap(asked.wish, wish)
                if asked.type == "amend" and asked.wish.part == part and same:
                    self._end(expected, asked, "overtaken")
        return self._overtaken(expected, part, seat, said)

    def end(self, part: str, seat: Seat, said: Said) -> Expected:
        """An agency ends the dossier of its own accord."""
        if seat[0] not in self.setting.ends:
            return Expected("declined", "answer.ending-not-allowed")
        if any(subject for subject, _ in said.about) or len(said.about) > 1:
            return Expected("declined", "answer.ending-in-part")
        expected = self.answer(part, seat, said)
        if expected.outcome == "repeated" or self.over:
            return expected
        self.over = True
        self.answers.drop(seat[0])
        for asked in list(self.open.values()):
            self._end(expected, asked, "overtaken")
        expected.over = {(of, other) for of in self.live for other in self.setting.audience(of)
                         if other[0] != seat[0]}  # fmt: skip
        return expected

    def overtake(self, expected: Expected, part: str, recipient: str) -> None:
        """An agency has decided about a part: what it was still asked about that has ended."""
        for asked in list(self.open.values()):
            if asked.wish.part in {"", part} and recipient in asked.deciders:
                self._end(expected, asked, "overtaken")

    # what holds

    def known(self, part: str) -> Known:
        """What the state of a part is told by."""
        parts = [part] if part in self.versions else list(self.versions)
        statuses = {status for of in parts for seat in self.setting.audience(of)
                    for status in self.answers.in_force(of, seat)}  # fmt: skip
        judge, judged, decided = self.setting.judge, set(), ""
        for of in parts:
            if judge in self.setting.audience(of):
                judged |= self.answers.in_force(of, judge)
                decided = self.answers.overall(of, judge)
        return Known(
            frozenset(self._codes), frozenset(statuses), frozenset(judged), decided,
            part in self.versions and part not in self.live, self.withdrawn, self.over,
        )  # fmt: skip

    def objection(self) -> str:
        """The gravest adverse answer in force; "" if there is none."""
        held = [one.status for part in self.versions for seat in self.setting.audience(part)
                for one in self.answers.held(part, seat)]  # fmt: skip
        return min(held, key=GRAVITY.index, default="")

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
        return mine.does != "patch" or wish.does != "patch" or _overlap(mine, wish)

    def _is_possible(self, wish: Wish) -> bool:
        if wish.does == "withdraw":
            return bool(self._taken(wish))
        if wish.does != "patch":
            return True
        if wish.part in self.unfinished or set(wish.named) & set(self.setting.fixed):
            return False
        if wish.part not in self.live or not self._names_what_is(wish):
            return False
        after = self._after(wish)[wish.part]
        demanded = all(below(after, path) for path in self.setting.demanded)
        return demanded or after == self.live[wish.part]

    def _names_what_is(self, wish: Wish) -> bool:
        """Whether each thing that an amendment names is in it, or is lodged."""
        known = self.live[wish.part], dict(wish.content)
        return all(any(below(content, path) for content in known) for path in wish.named)

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
            if wish.does == "put":
                self.unfinished.discard(part)
        if wish.does == "withdraw" and not self.live and (not wish.part):
            self.withdrawn = True
        return expected

    def become(self, part: str, content: Content) -> None:
        """The next version of a part; an empty one is gone."""
        self.live.pop(part, None)
        version = self.versions.get(part, 0) + 1
        self.versions[part] = self.made[part] = version
        if content:
            self.live[part] = dict(content)
        self.answers.become(part, content, version)

    def _ask(self, wish: Wish, submission: str) -> Expected:
        parts = [wish.part] if wish.part in self.live else sorted(self.live)
        after = {part: self.live[part] for part in parts} | self._after(wish)
        shown: dict[Seat, set] = {}
        deciding: set[Seat] = set()
        for part in parts:
            for seat in self.setting.audience(part):
                seen = self.setting.seen[seat]
                found = {(part, *one) for one in changes(self.live[part], after[part], seen)}
                objects = self.answers.objects(part, seat, [leaf for _, leaf, _, _ in found])
                decides = seat in self.setting.deciding[part] or objects
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


def _overlap(wish: Wish, other: Wish) -> bool:
    """Whether two amendments name the same, or one what is below the other's."""
    return any(
        below({mine: ""}, theirs) or below({theirs: ""}, mine)
        for mine in wish.named for theirs in other.named
    )  # fmt: skip
