"""One run: a dossier, its senders and its agencies; what happens next is drawn from a seed.

A run is a list of seeds, one a step: each step draws all that it does from its own seed, so that
any step can be left out and the rest is still a run. `shortest` leaves out what a failure does not
need.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from broker.clock import parse_stamp, stamp
from broker.core import step as core
from broker.core.effects import Effects
from broker.model.dossier import Dossier, Event
from broker.model.events import body_of
from broker.model.lists import elements_at
from tests.promises.agencies import Post
from tests.promises.checks import After, check_all, check_superseded
from tests.promises.messages import Message, Writer, answer_event, lists_of_kind
from tests.promises.oracle import Oracle, keys_of
from tests.promises.settings import settings
from tests.promises.things import World, name_in
from tests.promises.truth import ADVERSE, FAVOURABLE, Answered

START = "2026-11-22T09:30:00.000Z"
STATUSES = ("released",) * 11 + ("conditional",) * 2 + (
    "held", "held", "refused", "inspection", "information_wanted", "do_not_load", "acknowledged",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A message that was taken, as replies must speak of it."""

    part: str
    message: Message


class Play:
    """A run of one setting."""

    def __init__(self, setting: str, first: int) -> None:
        self.setting = settings()[setting]
        self.at = 0
        self.now = START
        random = Random(first)  # noqa: S311  chance by seed
        self.world = World()
        self.lists = lists_of_kind(self.setting.kind, self.world, random)
        self.writer = Writer(self.setting.kind, self.world, self.lists)
        self.dossier = Dossier("o_1", self.setting.kind)
        self.oracle, self.post = Oracle(), Post()
        self.messages: dict[str, Sent] = {}
        self.pending: list[Event] = []
        self.log: list[str] = []
        for one in self.lists:
            self.send(self.writer.put(random, self.now, one))

    @property
    def loaded(self):
        """The configuration in force."""
        return self.setting.loaded[self.at]

    # what happens

    def step(self, seed: int) -> None:
        """Whatever this seed draws."""
        random = Random(seed)  # noqa: S311
        self._wait(timedelta(minutes=1))
        ways: list[tuple[int, Callable[[Random], None]]] = [
            (22, self._put), (8, self._merge), (6, self._patch), (1, self._close),
            (3, self._again), (2, self._late), (1, self._withdraw), (18, self._deliver),
            (30, self._answer), (8, self._pending), (7, self._pass_time), (4, self._reload),
        ]  # fmt: skip
        (way,) = random.choices([way for _, way in ways], [weight for weight, _ in ways])
        way(random)

    def _list(self, random: Random, *, persons: bool = False):
        found = [one for one in self.lists if one.persons or not persons]
        found = [one for one in found if one.things or not one.path]
        return random.choice(found) if found else None

    def _put(self, random: Random) -> None:
        at = self._list(random)
        if at is not None:
            self.send(self.writer.put(random, self.now, at))

    def _merge(self, random: Random) -> None:
        at = self._list(random, persons=True)
        if at is not None:
            self.send(self.writer.merge(random, self.now, at))

    def _patch(self, random: Random) -> None:
        at = self._list(random, persons=True)
        if at is not None:
            self.send(self.writer.patch(random, self.now, at))

    def _close(self, random: Random) -> None:
        at = self._list(random, persons=True)
        if at is not None:
            made = self.writer.event("close", self.now, at, body={"FunctionalReferenceID": "C"})
            self.send(Message(made))

    def _again(self, random: Random) -> None:
        """A message comes once more, under another id."""
        if self.messages:
            sent = random.choice(list(self.messages.values())).message
            self.writer.order += 1
            number = self.writer.order
            made = replace(sent.event, id=f"e_{number}", submission=f"s_{number}", order=number,
                           received_at=self.now)  # fmt: skip
            self.send(replace(sent, event=made))

    def _late(self, random: Random) -> None:
        at = self._list(random)
        if at is not None and not at.persons:
            self.send(self.writer.late(random, self.now, at))

    def _withdraw(self, random: Random) -> None:
        at = random.choice(self.lists)
        if random.random() < 0.5:
            made = self.writer.event("withdraw", self.now, at)
            self.send(Message(made))

    def _deliver(self, random: Random) -> None:
        """Rows are numbered, some are given, some of those acknowledged."""
        self.post.number()
        for name, one in sorted(self.post.subscriptions.items()):
            if random.random() < 0.7:
                self.post.give(name, random.randint(one.given, len(one.numbered)))
            if random.random() < 0.6:
                upto = random.randint(one.acknowledged, one.given)
                self.post.acknowledge(name, upto, self.now, self.oracle.given)
        self.log.append(f"{self.now} delivered")

    def _answer(self, random: Random) -> None:
        """An agency answers something that it was given; now, later, or twice."""
        names = [name for name in self.post.subscriptions if self.post.known_to(name)]
        if not names:
            return
        made = self._composed(random, random.choice(sorted(names)))
        how = random.random()
        if how < 0.2:
            self.pending.append(made)
        else:
            self.answer(made)
            if how > 0.9:
                self.pending.append(made)

    def _composed(self, random: Random, recipient: str) -> Event:
        self.writer.order += 1
        given = self.post.subscriptions[recipient].given
        plain = answer_event(self.writer.order, recipient, {}, kind=self.setting.kind,
                             given=given, received_at=self.now)  # fmt: skip
        known = self.post.known_to(recipient)
        named = random.choice(known) if random.random() < 0.6 else None
        meant = named or random.choice(self.post.bound(plain))
        shown = self.oracle.given[meant.id]
        paths = sorted(shown.names)
        chosen = random.sample(paths, random.randint(1, len(paths))) if paths else []
        if random.random() < 0.5 or not chosen:
            chosen = ["", *chosen[:1]] if random.random() < 0.1 else [""]
        contents = [self._content(random, path, shown.checks.get(path, ())) for path in chosen]
        body: dict[str, Any] = {"Answer": contents}
        if named:
            body["DeliveryID"] = named.id
        return replace(plain, body=body)

    def _content(self, random: Random, path: str, checks: Sequence[str]) -> dict[str, Any]:
        content: dict[str, Any] = {"StatusCode": random.choice(STATUSES)}
        if path:
            content["Subject"] = path
        if checks and random.random() < 0.4:
            content["CheckCode"] = random.choice(checks)
        elif random.random() < 0.05:
            content["CheckCode"] = "PH-DOX"
        if random.random() < 0.12:
            until = parse_stamp(self.now) + timedelta(hours=random.choice((-1, 2, 40)))
            content["ValidUntilDateTime"] = stamp(until)
        return content

    def _pending(self, random: Random) -> None:
        """An answer that was on its way arrives."""
        if self.pending:
            made = self.pending.pop(random.randrange(len(self.pending)))
            self.writer.order += 1
            number = self.writer.order
            self.answer(replace(made, id=f"e_{number}", order=number, received_at=self.now))

    def _pass_time(self, random: Random) -> None:
        self._wait(timedelta(hours=random.choice((1, 13, 30, 80))))

    def _reload(self, _random: Random) -> None:
        self.at = 1 - self.at
        self.log.append(f"{self.now} reloaded")

    # and what comes of it

    def _wait(self, how_long: timedelta) -> None:
        until = stamp(parse_stamp(self.now) + how_long)
        while True:
            ready = sorted((one.at, one.name) for one in self.post.due.values() if one.at <= until)
            if not ready:
                break
            at, name = ready[0]
            self.now = max(self.now, at)
            del self.post.due[name]
            self._elapse(name)
        self.now = until

    def _elapse(self, name: str) -> None:
        event = self.writer.event("elapsed", self.now, name=name, party="", sender="")
        for one in self.oracle.answers:
            if one.until and one.until <= self.now:
                one.ended = True
        before = self.dossier
        effects = self._stepped(event)
        self._silence(name, event, effects)
        self._observed(before, effects, Message(event))

    def _ends_more(self) -> bool:
        """Whether another answer ends at this very moment: only then is all of it past."""
        due = self.post.due.values()
        return any(one.name.startswith("until/") and one.at <= self.now for one in due)

    def _silence(self, name: str, event: Event, effects: Effects) -> None:
        """Nothing was answered in time, on what was acknowledged so long ago."""
        for one in self.oracle.given.values():
            if not one.silence or one.silence["name"] != name or not one.acknowledged:
                continue
            ends = parse_stamp(one.acknowledged) + timedelta(seconds=one.silence["within_s"])
            state = self.oracle.states[one.target]
            held = any(each.target == one.target for each in self.oracle.may_hold())
            if held and not any(each.silent for each in effects.answers):
                continue  # an objection to what has changed since asks anew
            if stamp(ends) <= self.now and state.entitled and state.opened <= one.frame:
                made = Answered(event.order, one.target, one, one.frame, None, "", "",
                                "released", silent=True)  # fmt: skip
                self.oracle.answer(made)

    def send(self, message: Message) -> None:
        """A message of a declarant comes to the core."""
        before = self.dossier
        effects = self._stepped(message.event)
        event = message.event
        if effects.outcome in {"applied", "repeated", "late"}:
            self.messages[event.submission] = Sent(event.part, message)
        self._people(before, effects, message)
        self._observed(before, effects, message)

    def _people(self, before: Dossier, effects: Effects, message: Message) -> None:
        """Who was taken off by name, and who is back."""
        if effects.document is None or effects.outcome != "applied":
            return
        part, document = message.event.part, effects.document
        kind = self.loaded.rules.kinds[self.setting.kind]
        lists = {path for one in kind.parts if one.name == part for path in one.obeyed_by_removal}
        tree = body_of(document.payload) if document.state == "live" else {}
        if message.removes and lists and part in before.live:
            trees = (body_of(before.live[part].payload), document.package)
            left = {name_in(one) for path in lists for one in elements_at(
                present(tree), tuple(path.split(".")))}  # fmt: skip
            self.oracle.removed_by_name(set(message.removes) - left, part, trees)
        self.oracle.came_back(part, present(tree), document.package)

    def answer(self, event: Event) -> None:
        """An answer of an agency comes to the core."""
        bound = self.post.bound(event)
        before = self.dossier
        self.dossier = self.post.loaded(self.dossier)
        effects = self._stepped(event)
        contents = event.body["Answer"]
        meant = {one.id: self._found(one.id, contents) for one in bound}
        bound = [one for one in bound if meant[one.id]]  # a purpose that shows nothing of it
        if effects.outcome == "applied":
            self.post.answered(event, bound)
            for one in bound:
                for content in meant[one.id]:
                    self._remember(event, self.oracle.given[one.id], content)
        self._observed(before, effects, Message(event))
        if effects.outcome == "applied":
            check_superseded(self.oracle, effects, [self.oracle.given[o.id] for o in bound])

    def _found(self, delivery: str, contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers that are about something this delivery shows; those about the whole first."""
        names = self.oracle.given[delivery].names
        found = [one for one in contents if not one.get("Subject") or one["Subject"] in names]
        return sorted(found, key=lambda one: bool(one.get("Subject")))

    def _remember(self, event: Event, given: Any, content: dict[str, Any]) -> None:
        path, status = content.get("Subject", ""), content["StatusCode"]
        until = content.get("ValidUntilDateTime", "") if status in FAVOURABLE else ""
        made = Answered(
            event.order, given.target, given, given.frame, given.names[path] if path else None,
            path, content.get("CheckCode", ""), status, until,
            stillborn=bool(until) and until <= event.received_at,
        )  # fmt: skip
        live = self.dossier.live.get(given.target.part)
        if status in ADVERSE and path and live is not None:
            made.keys = keys_of(body_of(live.payload), live.package, {given.things[path]})
        self.oracle.answer(made)

    def _stepped(self, event: Event) -> Effects:
        effects = core.step(self.dossier, event, self.loaded.rules)
        self.log.append(f"{self.now} {event.does} {event.id} {event.recipient or event.part} "
                        f"{event.body.get('Answer', event.name)} {effects.outcome} "
                        f"{effects.dossier.overall}")  # fmt: skip
        after = effects.dossier
        self.dossier = replace(after, outcomes=after.outcomes | {event.id}, delivered={})
        return effects

    def _observed(self, before: Dossier, effects: Effects, message: Message) -> None:
        self.post.take(effects)
        self.oracle.observe(
            self.dossier, effects, self.loaded, set(message.names.values()) - message.removes
        )
        if not self._ends_more():
            check_all(After(before, self.dossier, effects, self.oracle, message, self.messages))


def present(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree with those persons alone who are, or may be, on board."""
    means = tree.get("BorderTransportMeans")
    if not means:
        return tree
    cut = {
        name: [one for one in value if one.get("PresenceCode") != "not_boarded"]
        if isinstance(value, list) else value
        for name, value in means.items()
    }  # fmt: skip
    return {**tree, "BorderTransportMeans": cut}


def run(setting: str, seeds: Sequence[int]) -> Play:
    """Play a whole run."""
    play = Play(setting, seeds[0])
    for seed in seeds[1:]:
        play.step(seed)
    return play


def seeds_of(number: int, steps: int) -> list[int]:
    """The seeds of the run of this number."""
    random = Random(number)  # noqa: S311
    return [random.randrange(1 << 30) for _ in range(steps)]


def failure(setting: str, seeds: Sequence[int]) -> str:
    """What is wrong with a run; "" if nothing is."""
    try:
        run(setting, seeds)
    except AssertionError as broken:
        return str(broken) or "an assertion of the broker failed"
    return ""


def shortest(setting: str, seeds: Sequence[int]) -> list[int]:
    """The run without the steps that its failure does not need."""
    left = list(seeds)
    code = failure(setting, left).partition(":")[0]
    size = max(len(left) // 2, 1)
    while size:
        at = 1
        while at < len(left):
            shorter = left[:at] + left[at + size :]
            if failure(setting, shorter).partition(":")[0] == code:
                left = shorter
            else:
                at += size
        size //= 2
    return left
