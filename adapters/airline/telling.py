"""What is wrong with a list, told to people: problems with their places, and whom they are about.

Rules
    A problem about a person leaves him out and lets the others go on; any other error rejects.
    No value of a person stands in a text: it is in `found`, with its class.
    Problems stand in the order of the file. At most PROBLEMS_MAX are told, the rest is one more
    problem. All of them count. How many persons are left out is told besides, at the list.
    What a cut message does not say of its last person, or of all behind its header, is not called
    missing.
    Places are computed for those that are told, by a second walk that notes where values stood.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from adapters.airline.crossing import crossings
from adapters.airline.listed import Listed, Oddity
from adapters.airline.table import PERSON_CLASSES
from adapters.airline.whereabouts import Spot, spots
from adapters.airline.words import WORDS
from adapters.demands import About, Breach, breaches, demanded
from adapters.wire.edifact import MessageIn, in_order
from broker.adapter import Path, Profile
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, Severity

PACKAGE = "persons-report"
PROBLEMS_MAX = 100
_OF_WHAT_FOLLOWS = frozenset(
    {"paxlst.flight-unknown", "paxlst.arrival-missing", "paxlst.persons-missing"}
)
BREACHES_MAX = 1_000
"""More than these are not looked for: the list as a whole is rejected."""
_SHOWN, _NAMED = 256, 10
_TRUNCATED, _MISPLACED = "edifact.truncated", "paxlst.segment-misplaced"
_UNSAID = {"codes": "none of the codes that are known"}
_OF_A_SEGMENT = frozenset({"edifact.segment-unreadable", "edifact.segment-too-long"})


@dataclass(frozen=True, slots=True)
class Told:
    """All problems of a message; which persons (by index) are left out; whether it is rejected."""

    problems: tuple[Problem, ...]
    left_out: frozenset[int]
    rejects: bool


class Telling:
    """The problems of one message."""

    def __init__(self, message: MessageIn, listed: Listed, profile: Profile) -> None:
        self._message = message
        self._listed = listed
        self._profile = profile
        self._severities: Mapping[str, Severity] = profile.settings.get("severities", {})
        self._told: list[Problem] = []
        self._hidden: list[Severity] = []
        self._left_out: set[int] = set()
        self._rejects = False
        self._about = About("Declaration", PACKAGE, message.number)

    def all(self, more: Iterable[Oddity] = ()) -> Told:
        """What the syntax, the walk, the profile and a look across the list found."""
        for problem in self._message.problems:
            self._count(problem.severity, self._person_of(problem))
            self._told.append(problem)
        for oddity in (*self._listed.oddities, *more, *crossings(self._listed)):
            if self._cut == -1 and oddity.code in _OF_WHAT_FOLLOWS:
                continue
            severity = self._severities.get(oddity.code, "error")
            if self._count(severity, oddity.person):
                self._told.append(self._oddity(oddity, severity))
        self._demands()
        nobody = len(self._left_out) == len(self._listed.persons)
        if self._left_out and (nobody or not self._rejects):
            if len(self._told) >= PROBLEMS_MAX:
                self._hidden.append(self._told.pop().severity)
            self._told.append(self._persons_left_out())
            self._rejects |= nobody
        more_of_them = (self._more(),) if self._hidden else ()
        told = (*in_order(self._told), *more_of_them)
        return Told(told, frozenset(self._left_out), self._rejects)

    def _demands(self) -> None:
        """What the profile demands and the list does not meet."""
        unread = {one.path for one in self._listed.oddities if one.code != _MISPLACED}
        judged = 0
        for judged, breach in enumerate(breaches(self._listed.tree, self._profile), 1):
            if judged > BREACHES_MAX:
                break
            person = self._person_in(breach)
            if breach.constraint.demand == "mandatory" and person == self._cut:
                continue  # it may have been lost on the way
            if unread and breach.found is None and breach.path_in(self._listed.tree) in unread:
                continue  # it was said, and could not be read
            if self._count(breach.constraint.severity, person):
                self._told.append(self._demanded(breach))
        if judged > BREACHES_MAX:
            self._rejects = True
            self._hidden.append("error")

    @classmethod
    def refusal(cls, message: MessageIn, oddity: Oddity, profile: Profile) -> Problem:
        """Why a message is not read at all."""
        return cls(message, Listed(), profile)._oddity(oddity, "error")  # noqa: SLF001 (its own)

    @cached_property
    def _cut(self) -> int | None:
        """The person in whom a message ends that was cut, -1 its header; None: it was not cut."""
        cut = any(problem.code == _TRUNCATED for problem in self._message.problems)
        return len(self._listed.persons) - 1 if cut else None

    def _count(self, severity: Severity, person: int) -> bool:
        """Counts a problem; whether there is room to tell it."""
        if severity == "error":
            if person >= 0:
                self._left_out.add(person)
            else:
                self._rejects = True
        if len(self._told) < PROBLEMS_MAX:
            return True
        self._hidden.append(severity)
        return False

    def _person_of(self, problem: Problem) -> int:
        """The person whose segment could not be read."""
        if problem.code not in _OF_A_SEGMENT:
            return -1
        number = int((problem.where.segment or "0").rpartition(" ")[2])
        return bisect_right([person.segment for person in self._listed.persons], number) - 1

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

    def _oddity(self, oddity: Oddity, severity: Severity) -> Problem:
        text, expected, hint = WORDS[oddity.code]
        path = f"Declaration.{oddity.path}".rstrip(".")
        name, shown, known = path.rpartition(".")[2], oddity.found[:_SHOWN], self._functions()
        found_class: str = "public"
        if shown and oddity.path and "{found" not in text:
            found_class = data_class(PACKAGE, pattern_of(oddity.path))
        where = (
            self._message.place(oddity.segment, oddity.element, oddity.component)
            if oddity.segment
            else self._place(oddity.path)
        )
        return Problem(
            code=oddity.code,
            text=text.format(*oddity.said, name=name, found=shown),
            severity=severity,
            message=self._message.number,
            where=where,
            path=path,
            found=shown or None,
            found_class=found_class,
            expected=expected.format(*oddity.said, name=name, functions=known, found=shown),
            hint=hint.format(*oddity.said),
        )

    def _persons_left_out(self) -> Problem:
        """How many, and who, beside the problems that say why."""
        persons = self._listed.persons
        named = [
            f"{person.name} {person.tree['SequenceNumeric']}"
            for at, person in enumerate(persons)
            if at in self._left_out
        ]
        beyond = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        oddity = Oddity(
            "paxlst.persons-left-out", 1, 0, 0, "", f"{', '.join(named[:_NAMED])}{beyond}",
            said=(str(len(named)), str(len(persons))),
        )  # fmt: skip
        return self._oddity(oddity, self._severities.get(oddity.code, "error"))

    def _functions(self) -> str:
        """The letters of BGM that are known for this type of list."""
        known: Mapping[str, Mapping[str, str]] = self._profile.settings.get("functions", {})
        letters = known.get(self._listed.tree.get("TypeCode", ""), {})
        return ", ".join(one or "none" for one in letters)

    def _demanded(self, breach: Breach) -> Problem:
        where = self._place(breach.path_in(self._listed.tree))
        made = demanded(breach, self._listed.tree, self._about, self._profile, where)
        if breach.found and made.found_class in {"personal", "sensitive"}:
            instead = _UNSAID.get(breach.constraint.demand, "not as expected")
            made = replace(made, text=made.text.replace(repr(breach.found), instead))
        return made

    def _place(self, path: Path) -> Place:
        """Where the value of a path stands, else its nearest parent."""
        while path and path not in self._spots:
            path = path.rpartition(".")[0]
        return self._message.place(*self._spots.get(path, (1, 0, 0)))

    @cached_property
    def _spots(self) -> Mapping[Path, Spot]:
        return spots(self._message, self._profile)

    def _more(self) -> Problem:
        return Problem(
            code="paxlst.problems-more",
            text=f"{len(self._hidden)} more problems are not shown",
            severity="error" if "error" in self._hidden else "warning",
            message=self._message.number,
            where=self._message.place(1),
            path="Declaration",
            expected=f"at most {PROBLEMS_MAX} problems",
            hint="correct those shown and send again",
        )
