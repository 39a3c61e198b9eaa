"""What is wrong with a list: whom it leaves out, whether it is rejected, and what is listed.

Rules
    An error about a person leaves them out and lets the others go on; any other error rejects. A
    profile that takes lists only as a whole (partial: refuse) rejects for each.
    A warning rejects nothing and leaves no one out, however many there are.
    Errors are listed first, then warnings, each in the order of the file. At most PROBLEMS_MAX are
    listed, the rest is one more problem; a verdict depends on all of them. More than EACH_MAX equal
    warnings are one, with their number and the first places.
    Who is left out is listed besides, by number, without a limit.
    What a cut message does not say of its last person, or of all behind its header, is not called
    missing.
What does not belong
    Problems in words and their places (report).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from adapters.airline.crossing import crossings
from adapters.airline.listed import Listed, Oddity
from adapters.airline.report import EACH_MAX, PLACES_MAX, Finding, Report, numbers_of, shows_found
from adapters.airline.table import PERSON_CLASSES
from adapters.demands import Breach, breaches
from adapters.wire.edifact import MessageIn, in_order
from broker.adapter import Profile
from broker.model.paths import pattern_of
from broker.model.problem import Problem, Severity

PROBLEMS_MAX = 100
_OF_WHAT_FOLLOWS = frozenset({"paxlst.flight-unknown", "paxlst.arrival-missing", "list.empty"})
_MISPLACED, _BEYOND = "element.misplaced", "problems.more"
_OF_A_SEGMENT = frozenset({"edifact.segment-unreadable", "edifact.segment-too-long"})
_KEPT_MAX = max(EACH_MAX, PLACES_MAX)

Key = tuple[object, ...]
"""What equal warnings have in common."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The problems of a message; which persons (by index) are left out; whether it is rejected."""

    problems: tuple[Problem, ...]
    left_out: frozenset[int]
    rejects: bool


@dataclass(slots=True)
class _Equal:
    """Equal warnings: how many, and the first of them, each with its person."""

    count: int = 0
    first: list[tuple[Finding, int]] = field(default_factory=list)


def judge(
    message: MessageIn, listed: Listed, profile: Profile, more: Iterable[Oddity] = ()
) -> Judgement:
    """What the syntax, the walk, the profile and a look across the list find."""
    return _Judge(message, listed, profile).judge(more)


class _Judge:
    """Judges one message."""

    def __init__(self, message: MessageIn, listed: Listed, profile: Profile) -> None:
        self._message = message
        self._listed = listed
        self._profile = profile
        self._severities: Mapping[str, Severity] = profile.settings.get("severities", {})
        self._report = Report(message, listed, profile)
        self._errors: list[tuple[Finding, int]] = []
        self._warnings: dict[Key, _Equal] = {}
        self._hidden: dict[Severity, int] = {"error": 0, "warning": 0}
        self._left_out: set[int] = set()
        self._rejects = False

    def judge(self, more: Iterable[Oddity]) -> Judgement:
        self._syntax()
        for oddity in (*self._listed.oddities, *more, *crossings(self._listed)):
            if not (self._cut == -1 and oddity.code in _OF_WHAT_FOLLOWS):
                severity = self._severities.get(oddity.code, "error")
                self._count(oddity, severity, oddity.person)
        self._demands()
        summary = self._summary()
        return Judgement(self._problems(summary), frozenset(self._left_out), self._rejects)

    def _syntax(self) -> None:
        """Segments that could not be read cost their persons, all else that is an error rejects."""
        for number in self._message.unread:
            self._weigh("error", self._person_at(number))
        for problem in self._message.problems:
            if problem.code in _OF_A_SEGMENT:
                number = int((problem.where.segment or "0").rpartition(" ")[2])
                self._count(problem, problem.severity, self._person_at(number))
            elif problem.code == _BEYOND:
                self._rejects |= bool(self._message.hidden_errors - _OF_A_SEGMENT)
                self._list(problem, problem.severity, -1)
            else:
                self._count(problem, problem.severity, -1)

    def _demands(self) -> None:
        """What the profile demands and the list does not meet."""
        unread = {one.path for one in self._listed.oddities if one.code != _MISPLACED}
        for breach in breaches(self._listed.tree, self._profile):
            person = self._person_in(breach)
            if breach.constraint.demand == "mandatory" and person == self._cut:
                continue  # it may have been lost on the way
            if unread and breach.found is None and breach.path_in(self._listed.tree) in unread:
                continue  # it stands there, and could not be read
            self._count(breach, breach.constraint.severity, person)

    def _count(self, finding: Finding, severity: Severity, person: int) -> None:
        self._weigh(severity, person)
        self._list(finding, severity, person)

    def _weigh(self, severity: Severity, person: int) -> None:
        """What an error costs: its person, or the message."""
        if severity == "error":
            if person >= 0:
                self._left_out.add(person)
            else:
                self._rejects = True

    def _list(self, finding: Finding, severity: Severity, person: int) -> None:
        """Notes a finding where there is room for it; equal warnings take the room of one."""
        if severity == "error":
            if len(self._errors) < PROBLEMS_MAX:
                self._errors.append((finding, person))
            else:
                self._hidden["error"] += 1
            return
        key = _key(finding)
        equal = self._warnings.get(key)
        if equal is None:
            if len(self._warnings) >= PROBLEMS_MAX:
                self._hidden["warning"] += 1
                return
            equal = self._warnings[key] = _Equal()
        equal.count += 1
        if len(equal.first) < _KEPT_MAX:
            equal.first.append((finding, person))

    def _summary(self) -> tuple[Problem, ...]:
        """How many persons have errors, and who, beside the problems that say why."""
        persons, out = self._listed.persons, self._left_out
        if not out:
            return ()
        refuses = self._profile.settings.get("partial") == "refuse"
        if self._rejects and not refuses and len(out) < len(persons):
            return ()
        self._rejects |= refuses or len(out) == len(persons)
        code = "list.refused" if refuses else "list.incomplete"
        numbers = numbers_of(persons[at] for at in sorted(out))
        said = (str(len(out)), str(len(persons)))
        oddity = Oddity(code, 1, 0, 0, "", numbers, said=said)
        return (self._report.oddity(oddity, "error", shown_max=len(numbers)),)

    def _problems(self, summary: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """All that are listed, and one for those that are not."""
        errors = [self._report.problem(one, "error") for one, _person in self._errors]
        listed = in_order((*summary, *errors))[:PROBLEMS_MAX]
        hidden = len(summary) + len(errors) - len(listed) + sum(self._hidden.values())
        severity: Severity = "error" if len(errors) + self._hidden["error"] > len(listed) else (
            "warning"
        )  # fmt: skip
        room, warnings = PROBLEMS_MAX - len(listed), list[tuple[Problem, int]]()
        for equal in self._warnings.values():
            warnings += self._report.warnings(equal.count, equal.first)
        count_of = dict(warnings)
        ordered = in_order(problem for problem, _count in warnings)
        hidden += sum(count_of[problem] for problem in ordered[room:])
        beyond = (self._report.beyond(hidden, PROBLEMS_MAX, severity),) if hidden else ()
        return (*listed, *ordered[:room], *beyond)

    @cached_property
    def _cut(self) -> int | None:
        """The person in whom a message ends that was cut, -1 its header; None: it was not cut."""
        return None if self._message.ended else len(self._listed.persons) - 1

    @cached_property
    def _begin_at(self) -> list[int]:
        """The segment that begins each person."""
        return [person.segment for person in self._listed.persons]

    def _person_at(self, number: int) -> int:
        """The person that a segment belongs to."""
        return bisect_right(self._begin_at, number) - 1

    def _person_in(self, breach: Breach) -> int:
        """The person in whose part of the tree a demand is not met."""
        if len(breach.trail) < 2:
            return -1
        name, at = breach.trail[1]
        return self._of_class[name][at] if name in self._of_class else -1

    @cached_property
    def _of_class(self) -> Mapping[str, list[int]]:
        """The persons of each class, by their indices."""
        found: dict[str, list[int]] = {name: [] for name in PERSON_CLASSES}
        for index, person in enumerate(self._listed.persons):
            found[person.name].append(index)
        return found


def _key(finding: Finding) -> Key:
    """Two warnings with the same key differ in their places only, or in a value of a person."""
    match finding:
        case Problem():
            return finding.code, finding.text, finding.found
        case Breach():
            shown = finding.found if shows_found(finding.constraint.path) else ""
            return id(finding.constraint), shown
        case Oddity():
            shown = finding.found if shows_found(finding.path, finding.code) else ""
            return finding.code, pattern_of(finding.path), finding.said, shown
