"""What is wrong with a list, told to people: problems with their places, and whom they are about.

Rules
    A problem about a person leaves him out and lets the others go on; any other error rejects.
    No value of a person stands in a text: it is in `found`, with its class.
    At most PROBLEMS_MAX problems are told; what is beyond is one more problem. All of them count.
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
from adapters.wire.edifact import MessageIn
from broker.adapter import Path, Profile
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, Severity

PACKAGE = "persons-report"
PROBLEMS_MAX = 100
BREACHES_MAX = 1_000
"""More than these are not looked for: the list as a whole is rejected."""
_SHOWN = 256
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
            severity = self._severities.get(oddity.code, "error")
            if self._count(severity, oddity.person):
                self._told.append(self._oddity(oddity, severity))
        unread = {oddity.path for oddity in self._listed.oddities}
        judged = 0
        for judged, breach in enumerate(breaches(self._listed.tree, self._profile), 1):
            if judged > BREACHES_MAX:
                break
            if unread and breach.found is None and breach.path_in(self._listed.tree) in unread:
                continue  # it was said, and could not be read
            if self._count(breach.constraint.severity, self._person_in(breach)):
                self._told.append(self._demanded(breach))
        if judged > BREACHES_MAX:
            self._rejects = True
            self._hidden.append("error")
        if self._hidden:
            self._told.append(self._more())
        return Told(tuple(self._told), frozenset(self._left_out), self._rejects)

    @classmethod
    def refusal(cls, message: MessageIn, oddity: Oddity, profile: Profile) -> Problem:
        """Why a message is not read at all."""
        return cls(message, Listed(), profile)._oddity(oddity, "error")  # noqa: SLF001 (its own)

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
        shown = oddity.found[:_SHOWN]
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
            text=text.format(name=path.rpartition(".")[2], found=shown),
            severity=severity,
            message=self._message.number,
            where=where,
            path=path,
            found=shown or None,
            found_class=found_class,
            expected=expected.format(functions=self._functions(), found=shown),
            hint=hint,
        )

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
