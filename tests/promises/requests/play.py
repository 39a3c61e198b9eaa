"""One run: declarants, agencies and time act on a dossier, and every act is checked.

The broker's step and the model are told the same; `checks` compares what each made of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from broker.clock import parse_stamp, stamp
from broker.core import step as core
from broker.core.effects import Effects
from broker.model.dossier import Change, Dossier, Event
from tests.promises.requests.acts import Asked, Expected, Said, Wish
from tests.promises.requests.checks import After, check_all, check_closed
from tests.promises.requests.contents import Content, tree_of
from tests.promises.requests.model import Model
from tests.promises.requests.moves import Move
from tests.promises.requests.settings import Seat, Setting, settings
from tests.sample_events import event, remembered, said

START = "2026-11-22T09:30:00.000Z"
STATUSES = ("held", "released", "refused", "released", "acknowledged", "conditional", "do_not_load",
            "inspection")  # fmt: skip
WAITS = (timedelta(hours=1), timedelta(hours=25), timedelta(days=4), timedelta(days=31))
STRANGER, WRONG, EACH = "statistics", 3, 3
COUNTED = "GoodsShipment.Consignor.Name"
"""What a correction names that is drawn without leaves."""
DECISIONS = ("granted", "granted", "refused", "acknowledged", "undecided")
NATIVE = {"granted": "11", "refused": "11", "acknowledged": "02", "undecided": "11"}


class Play:
    """A run of one setting; it begins with all parts lodged."""

    def __init__(self, setting: str) -> None:
        self.setting: Setting = settings()[setting]
        self.rules = self.setting.rules()
        self.model = Model(self.setting)
        self.dossier = Dossier("o_1", self.setting.kind)
        self.now, self.at = START, 0
        self.due: dict[str, str] = {}
        self.delivered: dict[tuple[str, Seat], list[str]] = {}
        self.sent: list[tuple[Wish, Event]] = []
        self.events: list[Event] = []
        self.told: dict[int, list[str]] = {}
        self.met: set[str] = set()
        for part, (party, _) in self.setting.parts.items():
            self._send(self._wish("put", part, party, self.setting.contents[part]))

    def move(self, move: Move) -> None:
        """Whatever this instruction says."""
        self.now = stamp(parse_stamp(self.now) + timedelta(minutes=1))
        ways: Mapping[str, Callable[[Move], None]] = {
            "wish": self._wishes, "again": self._again, "answer": self._answer,
            "decide": self._decide, "grant": self._grant, "take_back": self._take_back,
            "wait": self._wait, "correct": self._correct, "end": self._end,
        }  # fmt: skip
        ways[move.does](move)

    def finish(self) -> None:
        """So much time passes that every request must have ended."""
        self._pass(timedelta(days=40))
        check_closed(self.dossier, self.model, self.told)

    # declarants

    def _wishes(self, move: Move) -> None:
        parts = list(self.setting.parts)
        part = parts[move.who % len(parts)]
        party = self.setting.parts[part][0]
        if move.who >= 6:
            party = {"lantern": "pebble", "pebble": "lantern"}[party]
        does = self.setting.does[move.what % len(self.setting.does)]
        if does == "put":
            content, at = dict(self.setting.contents[part]), move.how
            for leaf, values in self.setting.variants.items():
                if leaf in content:
                    content[leaf] = values[at % len(values)]
                    at //= len(values)
            self._send(self._wish("put", part, party, content))
        elif does == "patch":
            self._send(self._amendment(move, part, party))
        elif does == "withdraw":
            whole = move.how % 3 == 2
            self._send(self._wish(does, "" if whole else part, party, {}))
        else:
            self._send(self._wish(does, part, party, {}))

    def _amendment(self, move: Move, part: str, party: str) -> Wish:
        """An amendment; now and then it names nothing, or says more than it names."""
        named, content = self._named(move)
        if move.how % 3 == 1:
            content |= dict(self.setting.named[move.what % 4][1])
        if move.how == 7:
            named = ()
        return self._wish("patch", part, party, content)._replace(named=named)

    def _named(self, move: Move) -> tuple[tuple[str, ...], Content]:
        """What an amendment or a correction names, and what it says of that: nothing takes away."""
        content: Content = {}
        known = self.setting.named
        leaves = {known[leaf % len(known)][0]: (leaf % len(known), value)
                  for leaf, value in move.leaves if known}  # fmt: skip
        for path, (leaf, value) in leaves.items():
            if value:
                content |= dict(known[leaf][1])
                if value > 1 and len(known[leaf][1]) == 1:
                    content[path] += " again"
        return tuple(leaves), content

    def _wish(self, does: str, part: str, party: str, content: Content) -> Wish:
        reference = "" if does == "put" else f"R-{self.at + 1}"
        return Wish(does, part, party, reference, tuple(content.items()))

    def _event(self, wish: Wish) -> Event:
        self.at += 1
        tree = tree_of(dict(wish.content))
        if wish.does != "put":
            tree["FunctionalReferenceID"] = wish.reference
        if wish.does == "patch" and self.setting.kind == "declaration":
            tree |= {"FunctionCode": "13", "Amendment": [{"ChangeReasonCode": "21"}]}
        packages = {part: one for part, (_, one) in self.setting.parts.items()}
        return event(
            wish.does, self.at, kind=self.setting.kind, part=wish.part, body=tree,
            package=packages.get(wish.part, next(iter(packages.values()))),
            party=wish.party, sender=f"{wish.party}-desk", profile=self.setting.profile,
            received_at=self.now, changes=_changes(wish),
        )  # fmt: skip

    def _send(self, wish: Wish) -> None:
        made = self._event(wish)
        self.sent.append((wish, made))
        self._step(made, lambda: self.model.send(wish, made.submission))

    def _again(self, move: Move) -> None:
        """An event comes once more; or a message does, under a new id, or as an older one."""
        if move.how == 0:
            made = self.events[-1 - move.what % len(self.events)]
            again = self._expected_of(made.name) if made.does == "elapsed" else Expected("repeated")
            self._step(made, lambda: again)
            return
        wish, made = self.sent[-1 - move.what % len(self.sent)]
        self.at += 1
        late = move.how > 1
        made = replace(made, id=f"e_{self.at}", submission=f"s_{self.at}", received_at=self.now,
                       order=0 if late else self.at)  # fmt: skip
        self._step(made, lambda: self.model.send(wish, made.submission, late=late))

    def _take_back(self, move: Move) -> None:
        number = self._number(move.what)
        asked = self.model.open.get(number)
        party = asked.wish.party if asked else "lantern"
        if move.who > 1:
            party = {"lantern": "pebble", "pebble": "lantern"}[party]
        self.at += 1
        made = event("take_back", self.at, kind=self.setting.kind, body={"RequestID": str(number)},
                     package="request", party=party, sender=f"{party}-desk",
                     received_at=self.now)  # fmt: skip
        self._step(made, lambda: self.model.take_back(number, party))

    def _number(self, what: int) -> int:
        """The number of an open request; of one that has ended, or never was, if none is."""
        if not self.model.open or what == WRONG:
            return len(self.model.ended) or WRONG
        numbers = list(self.model.open)
        return numbers[what % len(numbers)]

    # agencies

    def _held(self, move: Move) -> tuple[str, Seat] | None:
        """An agency, and the part of which it was sent something; None: there is nothing left."""
        live = [key for key in self.delivered
                if key[0] in self.model.live and key[1] in self.setting.seen]  # fmt: skip
        return live[move.who % len(live)] if live else None

    def _answer(self, move: Move) -> None:
        """The newest delivery is answered: as a whole, about one of its elements, or about each."""
        key = self._held(move)
        if key is None:
            return
        part, seat = key
        code, status = "", STATUSES[move.how % len(STATUSES)]
        things = self.model.answers.things(part, seat)
        subjects = things if move.what == EACH else things[move.what - 1 : move.what]
        if not move.what or not subjects:
            subjects = [""]
            if seat == self.setting.judge and self.setting.codes and move.how >= len(STATUSES):
                code, status = self.setting.codes[move.how % len(self.setting.codes)]
        said = Said(self.delivered[key][-1], code, tuple((one, status) for one in subjects))
        self._says(seat[0], said, lambda: self.model.answer(part, seat, said))

    def _correct(self, move: Move) -> None:
        """An agency corrects a part, by its newest delivery, an older one, or without a name."""
        key = self._held(move)
        if key is None:
            return
        part, seat = key
        named, content = self._named(move)
        if not named:
            named, content = (COUNTED,), {COUNTED: str(10 + move.how)}
        code, status = (("07", ""), ("07", ""), ("", ""), ("", "released"))[move.how]
        given = self.delivered[key]
        delivery = given[-1] if status else (given[-1], given[0], "")[move.what]
        wish = Wish("patch", part, "", "", tuple(content.items()), named)
        said = Said(delivery, code, (("", status),))
        self._says(seat[0], said, lambda: self.model.correct(seat, said, wish), wish)

    def _end(self, move: Move) -> None:
        """An agency ends the dossier, or would end a part of it."""
        key = self._held(move)
        if key is None:
            return
        part, seat = key
        subjects = self.model.answers.things(part, seat)[:1] if move.how else []
        said = Said(self.delivered[key][-1], "", tuple((one, "ended") for one in subjects or [""]))
        self._says(seat[0], said, lambda: self.model.end(part, seat, said))

    def _says(
        self, who: str, what: Said, expected: Callable[[], Expected], wish: Wish | None = None
    ) -> None:
        """An agency answers a delivery; `wish`: what it corrects besides."""
        self.at += 1
        made = said(self.at, who, what.delivery, list(contents_of(what)), kind=self.setting.kind,
                    received_at=self.now)  # fmt: skip
        if wish is not None:
            made = replace(made, body={**made.body, "AmendedDeclaration": tree_of(
                dict(wish.content))}, changes=_changes(wish))  # fmt: skip
        self._step(made, expected)

    def _said(
        self, who: str, delivery: str, content: Mapping[str, Any],
        expected: Callable[[], Expected], number: int = 0,
    ) -> None:  # fmt: skip
        self.at += 1
        made = said(self.at, who, delivery, [dict(content)], kind=self.setting.kind,
                    received_at=self.now)  # fmt: skip
        if number:
            made = replace(made, body={**made.body, "RequestID": str(number)})
        self._step(made, expected)

    def _decide(self, move: Move) -> None:
        """A request is answered: by its number, by its delivery, natively, or without a name."""
        number = self._number(move.what)
        asked = self.model.open.get(number)
        who = self._decider(asked, move.who)
        status, way = DECISIONS[move.how % len(DECISIONS)], move.how // len(DECISIONS)
        content: dict[str, Any] = {"StatusCode": status}
        delivery = ""
        if way == 1 and asked is not None:
            seat = next((one for one in asked.deciding if one[0] == who), None)
            delivery = asked.deliveries[seat] if seat else ""
        if way == 2:
            self._decide_natively(who, status, asked if move.what % 2 else None)
        elif way == 3 and status == "granted":
            held = self.model.meant(who)
            only = held[0] if len(held) == 1 else None
            self._said(who, "", content, lambda: self.model.decide(who, only, status))
        elif delivery:
            self._said(who, delivery, content, lambda: self.model.decide(who, asked, status))
        else:
            self._said(who, "", content, lambda: self.model.decide(who, asked, status), number)

    def _decider(self, asked: Asked | None, who: int) -> str:
        """One that must decide it; now and then one that it was sent to, or another."""
        deciding = sorted(asked.deciders if asked else ())
        others = sorted({seat[0] for seat in asked.shown} - {*deciding}) if asked else []
        known = [*deciding, *others, STRANGER, *deciding]
        return known[who % len(known)]

    def _decide_natively(self, who: str, status: str, asked: Asked | None) -> None:
        """An agency's own code, which may say of which type of request it speaks."""
        held = self.model.meant(who, asked.type if asked else "")
        if not held:
            return  # it is a notice about what was delivered
        row = {"StatusCode": "registered" if status == "acknowledged" else status}
        if asked is not None:
            row["TypeCode"] = asked.type
        content = {"NativeCode": NATIVE[status], "RequestStatus": [row]}
        only = held[0] if len(held) == 1 else None
        self._said(who, "", content, lambda: self.model.decide(who, only, row["StatusCode"]))

    def _grant(self, move: Move) -> None:
        """All who must grant a request do so; in the end one may refuse."""
        number = self._number(move.what)
        asked = self.model.open.get(number)
        if asked is None:
            return
        deciders = sorted(who for (who, _), one in asked.deciding.items() if one != "granted")
        for who in deciders:
            status = "refused" if move.how and who == deciders[-1] else "granted"
            self._said(who, "", {"StatusCode": status},
                       lambda who=who, status=status: self.model.decide(who, asked, status),
                       number)  # fmt: skip

    # time

    def _wait(self, move: Move) -> None:
        self._pass(WAITS[move.how % len(WAITS)])

    def _pass(self, wait: timedelta) -> None:
        until = stamp(parse_stamp(self.now) + wait)
        while ready := sorted((at, name) for name, at in self.due.items() if at <= until):
            self.now, name = max(self.now, ready[0][0]), ready[0][1]
            del self.due[name]
            self.at += 1
            made = event("elapsed", self.at, kind=self.setting.kind, name=name, party="",
                         sender="", received_at=self.now)  # fmt: skip
            self._step(made, lambda name=name: self._expected_of(name))
        self.now = until

    def _expected_of(self, name: str) -> Expected:
        what, _, number = name.rpartition("/")
        return self.model.expire(int(number)) if what == "expires/request" else Expected()

    # the broker

    def _step(self, made: Event, expect: Callable[[], Expected]) -> Effects:
        before, waiting = self.dossier, dict(self.model.open)
        effects = core.step(before, made, self.rules)
        expected = expect()
        self.dossier = remembered(effects)
        self.events.append(made)
        self.due |= {one.name: one.at for one in effects.due}
        check_all(After(before, self.dossier, effects, expected, self.model, waiting))
        for row in effects.queue:
            seat = (row.recipient, row.purpose)
            if row.what == "document":
                self.delivered.setdefault((row.part, seat), []).append(row.id)
            elif row.what == "request" and expected.began:
                expected.began.deliveries[seat] = row.id
        for ended in expected.ended:
            self.told.setdefault(ended.asked.number, []).append(ended.state)
            self.met |= {ended.state, f"{ended.asked.wish.does} {ended.state}"}
        self.met |= {f"{made.does} {effects.outcome}"}
        self.met |= {expected.code, expected.remark[0], "ended" if expected.over else ""} - {""}
        if waiting and expected.by and expected.ended:
            self.met.add("overtaken by a correction")
        return effects


def contents_of(said: Said) -> Iterator[dict[str, Any]]:
    """What an agency answers, as its message holds it."""
    native, _, finer = said.code.partition("/")
    for subject, status in said.about:
        content: dict[str, Any] = {"Subject": subject} if subject else {}
        if status:
            content["StatusCode"] = status
        if native:
            content["NativeCode"] = native
        if finer:
            content["ProcessingStatus"] = [{"NameCode": finer}]
        yield content


def _changes(wish: Wish) -> tuple[Change, ...]:
    return tuple(Change("amend", path, {}) for path in wish.named)


def run(setting: str, moves: Sequence[Move]) -> Play:
    """Play a whole run, and let all that is open end."""
    play = Play(setting)
    for move in moves:
        play.move(move)
    play.finish()
    return play
