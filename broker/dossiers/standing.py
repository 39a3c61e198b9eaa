"""What an agency's answers settle of what it was shown: the function that all statuses come from.

Rules
    A favourable answer (released, conditional) is valid for an element exactly as long as the
    element has been present on the same basis since the delivery it is bound to. An answer about
    the whole counts as an answer about each element of that delivery, and about the rest of it.
    Each check that is asked must be settled: by an answer under it, or by one without a check.
    What is answered under a check that was not asked settles nothing.
    An adverse answer counts under any check, and remains in force until its agency has answered
    a delivery that shows what became of the thing, or a later one. Where the thing has changed or
    is gone, the answer counts against the whole part (a hold).
    Silence settles what is open, and lifts nothing. A notice decides nothing; `acknowledged` is
    neither favourable nor adverse.
    A favourable answer that has ended leaves open what it settled: no answer before it counts.
    Who was taken off by name leaves the board with the adverse answer that this obeys.
    The rest is settled by an answer about the whole, or when every element is: each element's
    basis holds all that is outside its list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from broker.model.answer import ENDED
from broker.model.dossier import Answer, Ask, Shown
from broker.model.lists import lists_of
from broker.model.packages import PACKAGES
from broker.model.paths import pattern_of
from broker.model.vector import EMPTY, Checks, Vector, unpack

FAVOURABLE = frozenset({"released", "conditional"})
ADVERSE = frozenset({"refused", "do_not_load", "held", "information_wanted", "inspection"})
GRAVITY = (
    "refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
    "conditional", "released",
)  # fmt: skip
"""Statuses, the gravest first; `acknowledged` counts as waiting."""

WAITING = "waiting"
Scope = Callable[[str], str | None]
"""The name that a message has for the element at a path; None: it did not name it."""


class Settled(NamedTuple):
    """The answers in force about one thing, and what they come to."""

    answers: tuple[Answer, ...]
    status: str


OPEN = Settled((), WAITING)


class Entry(NamedTuple):
    """An answer as a board shows it: about a path ("" the whole).

    `moved`: what it was about has changed or is gone, so that it counts against the whole.
    """

    answer: Answer
    subject: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What one target's answers come to; `rest` None: it is not entitled (any more)."""

    elements: Mapping[str, Settled] = field(default_factory=dict)
    rest: Settled | None = None
    holds: tuple[Answer, ...] = ()
    remarks: tuple[Answer, ...] = ()

    def status(self, ask: Ask | None, scope: Scope | None = None) -> str | None:
        """The gravest status; None where nothing was asked and nothing is held."""
        held = [str(one.status) for one in self.holds]
        if ask is None or not ask.counts or self.rest is None:
            return gravest(held)
        inside = [one.status for path, one in self.elements.items() if not scope or scope(path)]
        if not inside:  # a message that names no element is about the whole
            inside = [one.status for one in self.elements.values()] or [self.rest.status]
        return gravest([*held, *inside])

    @property
    def is_settled(self) -> bool:
        """Whether nothing is open and nothing adverse is in force."""
        if self.holds or self.rest is None:
            return not self.holds
        things = self.elements.values() or (self.rest,)
        return all(one.status in FAVOURABLE for one in things)

    @property
    def objection(self) -> str | None:
        """The gravest of the adverse answers in force, whether it is asked or not."""
        things = [*self.elements.values(), *([self.rest] if self.rest else ())]
        found = [*self.holds, *(one for thing in things for one in thing.answers)]
        return gravest(str(one.status) for one in found if one.status in ADVERSE)

    def in_force(self) -> set[tuple[str, int]]:
        """The answers that still matter, by event and ordinal."""
        found = {(one.event, one.ordinal) for one in (*self.holds, *self.remarks)}
        things = {id(one.answers): one.answers for one in self.elements.values()}
        groups = [*things.values(), self.rest.answers if self.rest else ()]
        return found | {(one.event, one.ordinal) for answers in groups for one in answers}


def gravest(statuses: Iterable[str]) -> str | None:
    """The gravest of these; None of none."""
    return min(statuses, key=GRAVITY.index, default=None)


def standing_of(shown: Shown | None, answers: Sequence[Answer]) -> Standing:
    """What these answers of one target come to, over what it was shown."""
    vector = unpack(shown.vector) if shown and shown.result != "withdrawn" else EMPTY
    counting = [one for one in answers if one.state in {"counts", "ended"}]
    ordered = sorted(counting, key=_arrival)
    left = {element_of(one.subject) for one in answers if one.state == "obeyed"}
    left -= {element_of(one.subject) for one in counting if one.status in ADVERSE}
    own: dict[str, list[Answer]] = {}
    general: list[Answer] = []
    for answer in ordered:
        element = element_of(answer.subject)
        if element:
            own.setdefault(element, []).append(answer)
        else:
            general.append(answer)
    wholes = [one for one in general if not one.subject]
    elements = _elements(vector, own, wholes)
    elements = {path: thing for path, thing in elements.items() if path not in left}
    rest = None
    if vector.rest is not None:
        rest = _settle(vector.rest.checks, vector.rest.since, general)
        if elements and all(one.status in FAVOURABLE for one in elements.values()):
            rest = Settled(rest.answers, _status(rest.answers, missing=False))
    elif shown is not None and shown.result != "withdrawn":
        rest = OPEN  # shown before bases were stored: nothing says what its answers are valid for
    standing = Standing(elements, rest, tuple(_holds(vector, ordered)))
    about = [one for one in ordered if _is_there(one, shown, vector)]
    return Standing(elements, rest, standing.holds, tuple(_remarks(standing, about)))


def entries(standing: Standing, scope: Scope | None = None) -> list[Entry]:
    """The answers in force as a board shows them, in the order they came."""
    found = [
        Entry(one, "" if one.changed_at else one.subject, bool(one.changed_at))
        for one in standing.holds
    ]
    held = {(one.event, one.ordinal) for one in standing.holds}
    inside = {path: one for path, one in standing.elements.items() if scope is None or scope(path)}
    everywhere = _everywhere(standing, list(inside.values()), scope)
    found += [Entry(answer, "") for answer in everywhere]
    general = held | {(one.event, one.ordinal) for one in everywhere}
    for path, thing in inside.items():
        for answer in thing.answers:
            if answer.state != "ended" and (answer.event, answer.ordinal) not in general:
                found.append(Entry(answer, answer.subject or path))
    for answer in standing.rest.answers if standing.rest else ():
        if (
            answer.subject
            and answer.state != "ended"
            and (answer.event, answer.ordinal) not in held
        ):
            found.append(Entry(answer, answer.subject))
    for answer in standing.remarks:
        element = element_of(answer.subject)
        if not element or scope is None or scope(element):
            found.append(Entry(answer, answer.subject))
    return sorted(found, key=lambda one: _arrival(one.answer))


def element_of(subject: str) -> str:
    """The path of the element that a subject is, or is below; "" where it is in no element."""
    head, bracket, _ = subject.partition("]")
    return head + bracket if bracket and pattern_of(head + bracket) in _list_paths() else ""


def is_changed(answer: Answer, vector: Vector) -> bool:
    """Whether what an answer about one thing is about has changed since, or is gone."""
    element = element_of(answer.subject)
    mark = vector.elements.get(element) if element else vector.rest
    return mark is None or mark.since > answer.showing


@cache
def _list_paths() -> frozenset[str]:
    return frozenset(one.path for package in PACKAGES for one in lists_of(package))


def _arrival(answer: Answer) -> tuple[int, int]:
    return answer.order, answer.ordinal


def _elements(
    vector: Vector, own: Mapping[str, list[Answer]], wholes: list[Answer]
) -> dict[str, Settled]:
    """Each element; those without answers of their own are alike where `since` and checks are."""
    alike: dict[tuple[int, Checks], Settled] = {}
    found: dict[str, Settled] = {}
    for path, mark in vector.elements.items():
        answers = own.get(path)
        if answers is not None:
            merged = sorted([*wholes, *answers], key=_arrival)
            found[path] = _settle(mark.checks, mark.since, merged)
            continue
        key = (mark.since, mark.checks)
        settled = alike.get(key)
        if settled is None:
            settled = alike[key] = _settle(mark.checks, mark.since, wholes) if wholes else OPEN
        found[path] = settled
    return found


def _settle(asked: Checks, since: int, answers: Iterable[Answer]) -> Settled:
    """What these answers, in the order they came, settle of one thing."""
    checks = asked or ("",)
    state: dict[str, Answer] = {}
    objections: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        under = checks if not answer.check else (answer.check,)
        below = "." in answer.subject.partition("]")[2] or bool(
            answer.subject and not element_of(answer.subject)
        )
        if answer.status in ADVERSE:
            if since > answer.showing:
                for check in under:  # about what it was before: no earlier word settles it now
                    state.pop(check, None)
            elif below or answer.check not in ("", *checks):
                objections[answer.subject, answer.check] = answer
            else:
                state.update(dict.fromkeys(under, answer))
        elif answer.status in FAVOURABLE and since <= answer.showing:
            _favour(answer, checks, (state, objections), below=below)
    current = tuple({(one.event, one.ordinal): one
                     for one in (*state.values(), *objections.values())}.values())  # fmt: skip
    return Settled(current, _status(current, missing=len(state) < len(checks)))


def _favour(
    answer: Answer,
    checks: Checks,
    known: tuple[dict[str, Answer], dict[tuple[str, str], Answer]],
    *,
    below: bool,
) -> None:
    """A favourable answer about a thing that is as it was shown."""
    state, objections = known
    if answer.silent:
        for check in checks:
            state.setdefault(check, answer)
        return
    for subject, check in list(objections):
        if (not below or subject == answer.subject) and answer.check in {"", check}:
            del objections[subject, check]
    if below:
        return
    for check in checks:
        if answer.check in {"", check}:
            state[check] = answer


def _status(current: Iterable[Answer], *, missing: bool) -> str:
    statuses = [WAITING if one.state == "ended" else str(one.status) for one in current]
    return gravest([*statuses, WAITING] if missing else statuses) or WAITING


def _holds(vector: Vector, ordered: Sequence[Answer]) -> Iterable[Answer]:
    """The adverse answers that count against the whole part."""
    for at, answer in enumerate(ordered):
        if answer.status not in ADVERSE:
            continue
        inside = bool(element_of(answer.subject))
        if inside and not answer.changed_at and not is_changed(answer, vector):
            continue  # it is in force about its own element
        if not _lifted(answer, ordered[at + 1 :], vector):
            yield answer


def _lifted(answer: Answer, later: Iterable[Answer], vector: Vector) -> bool:
    """Whether its agency has answered since what became of the thing."""
    asked = set(vector.rest.checks) if vector.rest else set()
    asked |= {check for mark in vector.elements.values() for check in mark.checks}
    lifted: set[str] = set()
    for one in later:
        if one.silent or one.status not in FAVOURABLE | ADVERSE:
            continue
        if one.subject not in {"", answer.subject, element_of(answer.subject)}:
            continue
        if not _shows(answer, one, vector):
            continue
        if one.check in {"", answer.check}:
            return True
        lifted.add(one.check)
        if not answer.check and asked and asked <= lifted:
            return True
    return False


def _shows(answer: Answer, later: Answer, vector: Vector) -> bool:
    """Whether the later answer is about a delivery that shows what became of the thing."""
    if answer.changed_at:
        return later.showing >= answer.changed_at
    if vector.rest is not None and not element_of(answer.subject):
        return later.showing >= vector.rest.since
    return later.showing >= answer.showing


def _is_there(answer: Answer, shown: Shown | None, vector: Vector) -> bool:
    """Whether the element that an answer is about is still as it was, as far as is known."""
    if not element_of(answer.subject):
        return True
    if vector.rest is None:
        return shown is None or (shown.result != "withdrawn" and answer.showing == shown.showing)
    return not is_changed(answer, vector)


def _remarks(standing: Standing, ordered: Sequence[Answer]) -> Iterable[Answer]:
    """Notices, endings, and the newest acknowledgement where nothing was decided after it."""
    decided = standing.in_force()
    last = next((one for one in reversed(ordered) if one.status is not None), None)
    for answer in ordered:
        decides = answer.status not in {None, ENDED} and not (
            answer.status == "acknowledged" and answer is last
        )
        if not decides and (answer.event, answer.ordinal) not in decided:
            yield answer


def _everywhere(standing: Standing, inside: Sequence[Settled], scope: Scope | None) -> list[Answer]:
    """The favourable answers about the whole that hold for all that a reader is shown."""
    if standing.rest is None:
        return []
    general_ones = inside[0].answers if inside and scope is not None else standing.rest.answers
    common: list[Answer] = []
    groups = list({id(one.answers): one.answers for one in inside}.values())
    for answer in general_ones:
        general = not answer.subject and answer.status in FAVOURABLE
        if general and answer.state != "ended" and all(answer in answers for answers in groups):
            common.append(answer)
    return common
