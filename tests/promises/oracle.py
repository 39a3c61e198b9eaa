"""What must be true of a dossier, worked out from true identities and full content.

Rules
    A frame is a moment after an event. For each target and each element it is shown, `since` is
    the frame from which the thing has been present, unbroken, on the same basis (compared version
    by version under the view in force then). An answer on a delivery of frame f is valid for the
    element if `since <= f`.
    A thing that its sender numbers (goods) is another element under another number: an agency
    names it by that number.
What is left open
    An adverse answer *must* hold, *may* hold, or must not: an answer under the number of the thing,
    about what stands there now, may lift it.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

import orjson

from broker.core.effects import Effects
from broker.model.dossier import BOARD, Dossier, Target
from broker.model.events import body_of
from broker.model.lists import elements_at, lists_of, numbered_lists, values_of
from broker.model.numbering import pairs_of
from broker.routing import decision as routing
from broker.routing.match import decide
from tests.promises.bases import REST, seen_by
from tests.promises.settings import Loaded
from tests.promises.things import name_in
from tests.promises.truth import ADVERSE, FAVOURABLE, Answered, Given, Lineage, State, is_clear


class Oracle:
    """The truth beside a dossier; it is shown each event and what came of it."""

    def __init__(self) -> None:
        self.frame = 0
        self.states: dict[Target, State] = {}
        self.given: dict[str, Given] = {}
        self.answers: list[Answered] = []
        self.delivered: dict[Target, Any] = {}
        self._numbers = count(1)

    def observe(self, dossier: Dossier, effects: Effects, loaded: Loaded, named: set[str]) -> None:
        """One more frame; `named`: the things that the event's message named."""
        self.frame += 1
        for row in effects.queue:
            if row.what in {"document", "board"} and row.recipient != "submitter":
                target = Target(row.part, row.recipient, row.purpose)
                self.delivered[target] = orjson.loads(row.payload)
        for gone in effects.withdrawals:
            self.delivered.pop(gone.target, None)
        asked = set()
        made = effects.document if effects.outcome == "applied" else None
        for part, document in dossier.live.items():
            tree = body_of(document.payload)
            fresh = made is not None and made.part == part
            results = self._results(dossier, document, tree, loaded)
            for target, result in results.items():
                asked.add(target)
                self._show(
                    target, result, (document, tree, dossier), loaded, named if fresh else None
                )
        for target, state in self.states.items():
            if target not in asked and state.entitled:
                self._leave(state, list(state.now))
                state.entitled, state.now = False, {}
        self._deliveries(effects)

    def _results(self, dossier, document, tree, loaded) -> dict[Target, routing.Result]:
        judged = routing.Document(
            dossier.kind, document.package, tree, document.received_at[:10], document.part,
            dossier.overall,
        )  # fmt: skip
        found = decide(loaded.rules.book, judged).results
        return {
            Target(document.part, one.recipient, one.purpose): one
            for one in found if one.expects is not None
        }  # fmt: skip

    def _show(self, target, result, source, loaded: Loaded, named: set[str] | None) -> None:
        document, tree, dossier = source
        state = self.states.setdefault(target, State())
        besides = self._besides(target) if result.answers == "dossier" else b""
        settings = (loaded.rules.digest, besides)
        if state.entitled and state.tree == tree and state.settings == settings and named is None:
            return
        file = loaded.files[result.view]
        now = seen_by(tree, result, file, besides)
        before = {}
        if state.entitled and state.tree is not None:
            old = self._results(dossier, document, state.tree, loaded).get(target)
            if old is not None:
                before = seen_by(state.tree, old, file, state.settings[1])
        numbered = {one.path for one in numbered_lists(document.package)}
        kept: dict[str, Lineage] = {}
        for path, seen in now.items():
            known = self._known(state, now, path, numbered)
            asks = named is not None and result.answers == "request" and self._is_named(
                path, now, (named, document), numbered)  # fmt: skip
            if known is None:
                kept[path] = Lineage(next(self._numbers), seen, self.frame)
                continue
            at, lineage = known
            same = at in before and before[at].basis == seen.basis and not asks
            if not same:
                state.moved.setdefault(lineage.number, []).append(self.frame)
                state.last = self.frame
            kept[path] = Lineage(lineage.number, seen, lineage.since if same else self.frame)
        left = {one.number for one in kept.values()}
        self._leave(state, [path for path, one in state.now.items() if one.number not in left])
        if any(one.since == self.frame for one in kept.values()):
            state.last = self.frame
        things = [one for path, one in kept.items() if path] or [kept[REST]]
        if any(one.since == self.frame for one in things):
            state.opened = self.frame
        state.now, state.entitled, state.tree, state.settings = kept, True, tree, settings

    @staticmethod
    def _is_named(path: str, now, about, numbered: set[str]) -> bool:
        """Whether the message named it; of two that are truly one, the one that was matched."""
        named, document = about
        each, _, number = path.removesuffix("]").partition("[")
        if each not in numbered:
            return True
        thing = now[path].thing
        if len([one for one in now.values() if one.thing == thing]) == 1:
            return thing in named
        return int(number) in {of for _, of in pairs_of(document.named.get(each, ()))}

    @staticmethod
    def _known(state: State, now, path: str, numbered: set[str]):
        """The same thing in the frame before: under the same number, or under one it has lost."""
        thing = now[path].thing
        before = state.now.get(path)
        if before is not None and before.seen.thing == thing:
            return path, before
        if path.partition("[")[0] not in numbered:
            return None
        others = [at for at, one in state.now.items() if one.seen.thing == thing]
        mine = [at for at, one in now.items() if one.thing == thing]
        if len(others) == 1 and len(mine) == 1:
            return others[0], state.now[others[0]]
        return None

    def _leave(self, state: State, paths: Iterable[str]) -> None:
        for path in paths:
            state.moved.setdefault(state.now[path].number, []).append(self.frame)
            state.last = self.frame

    def _besides(self, target: Target) -> bytes:
        found = []
        for other, content in sorted(self.delivered.items()):
            if other == target or other.recipient != target.recipient:
                continue
            if other.part == BOARD:
                answers = content["board"].get("Answer", ())
                found.append([*other, [one for one in answers
                                       if one.get("AgencyID") != target.recipient]])  # fmt: skip
            else:
                found.append([*other, content["body"]])
        return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)

    def _deliveries(self, effects: Effects) -> None:
        rows = [row for row in effects.queue if row.what in {"document", "notice"}]
        newest = {Target(row.part, row.recipient, row.purpose): row.id
                  for row in rows if row.what == "document"}  # fmt: skip
        for row in rows:
            target = Target(row.part, row.recipient, row.purpose)
            state = self._state(target)
            whole = row.what == "document"
            inside = {path: one for path, one in state.now.items() if path} if whole else {}
            late = whole and newest[target] != row.id
            self.given[row.id] = Given(
                row.id, target, self.frame - (0.5 if late else 0),
                {path: one.number for path, one in inside.items()},
                {path: one.seen.thing for path, one in inside.items()},
                {path: one.seen.checks for path, one in state.now.items()},
                state.now[REST].number if REST in state.now else 0,
                orjson.loads(row.silence) if row.silence else None,
            )  # fmt: skip
        for gone in effects.withdrawals:
            one = gone.notice
            target = Target(one.part, one.recipient, one.purpose)
            self.given[one.id] = Given(one.id, target, self.frame, {}, {}, {})

    def removed_by_name(self, names: set[str], part: str, trees: tuple[Any, Any]) -> None:
        """These persons were taken off by name: what was adverse about them is obeyed."""
        before, package = trees
        for one in self.answers:
            thing = one.given.things.get(one.path)
            counts = one.status in ADVERSE and not one.maybe_lifted
            if counts and one.target.part == part and thing in names:
                one.obeyed, one.returned = True, None
                one.keys = one.keys | keys_of(before, package, {thing})

    def came_back(self, part: str, tree: Any, package: str) -> None:
        """Who was taken off is on the list again."""
        for one in self.answers:
            thing = one.given.things.get(one.path)
            gone = one.obeyed and one.target.part == part and thing
            if gone and one.keys & keys_of(tree, package, {thing}):
                one.obeyed, one.returned = False, self.frame + 1
                one.lifted = one.maybe_lifted = False

    # what follows from it

    def clear(self, target: Target, path: str) -> bool:
        """Whether all that is asked of this element is answered favourably, by what is valid."""
        lineage = self.states[target].now[path]
        return is_clear(lineage, self._about(target, lineage.number))

    def _about(self, target: Target, number: int) -> list[Answered]:
        return [
            one for one in self.answers
            if one.target == target and not one.obeyed
            and one.about in {number, None}
        ]  # fmt: skip

    def must_hold(self) -> list[Answered]:
        """The adverse answers that nothing has lifted."""
        return [one for one in self.answers
                if one.status in ADVERSE and not one.obeyed and not one.maybe_lifted]  # fmt: skip

    def may_hold(self) -> list[Answered]:
        """The adverse answers that are not certainly lifted."""
        return [one for one in self.answers if one.status in ADVERSE and not one.lifted]

    def answer(self, made: Answered) -> None:
        """One more answer; what it lifts is lifted for good."""
        decides = made.status in FAVOURABLE | ADVERSE and not made.silent
        for one in self.answers:
            if decides and one.status in ADVERSE and one.target == made.target:
                self._lift(one, made)
        self.answers.append(made)

    def _lift(self, one: Answered, other: Answered) -> None:
        about = other.about is None
        if one.about is not None:
            about = about or other.about == one.about or other.path == one.path
        if not about or other.stillborn:
            return
        one.lifters.append(other)
        changed = self.changed(one)
        later = [each for each in one.lifters if changed is None or each.frame >= changed]
        one.maybe_lifted = one.maybe_lifted or self._covers(one, later)
        last = max(self._state(one.target).last, one.returned or 0)
        if one.target in self.states and other.frame >= last and other.check in {"", one.check}:
            one.lifted = other.about is None or other.path == one.path or one.lifted

    def _covers(self, one: Answered, later: list[Answered]) -> bool:
        under = {other.check for other in later}
        if "" in under or one.check in under:
            return True
        state = self._state(one.target)
        asked = {check for lineage in state.now.values() for check in lineage.seen.checks}
        return not one.check and bool(asked) and asked <= under

    def changed(self, one: Answered) -> float | None:
        """The first frame that showed the thing changed, or gone, or back after it was gone.

        Of the whole: the last of those of its things.
        """
        moved = self._state(one.target).moved
        whole = [*one.given.names.values(), one.given.rest]
        numbers = [one.about] if one.about is not None else whole
        each = [[at for at in moved.get(number, ()) if at > one.frame] for number in numbers]
        first = [min(frames) for frames in each if frames]
        if one.returned is not None:
            first = [one.returned]
        return max(first, default=None)

    def _state(self, target: Target) -> State:
        return self.states.get(target) or State()

    def entitled(self, target: Target) -> bool:
        """Whether the target is shown anything now."""
        return target in self.states and self.states[target].entitled

    def asked(self) -> Iterable[tuple[Target, str]]:
        """Each thing that an agency is asked about: elements, or the whole where there are none."""
        for target, state in self.states.items():
            if state.entitled:
                left = {one.about for one in self.answers if one.obeyed and one.target == target}
                paths = [path for path, one in state.now.items()
                         if path and one.number not in left] or [REST]  # fmt: skip
                yield from ((target, path) for path in paths)


def keys_of(tree: Any, package: str, names: set[str]) -> frozenset:
    """What identifies these persons wherever they are met again."""
    found = set()
    for one in lists_of(package):
        for element in elements_at(tree, one.steps):
            if name_in(element) in names:
                for at in one.strong:
                    found |= {(one.element.keys[at], value)
                              for value in values_of(element, one.keys[at])}  # fmt: skip
    return frozenset(found)
