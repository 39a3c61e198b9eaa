"""A finding as a problem: in words, at its place, with whom it is about.

Rules
    No value of a person stands in a text: it is in `found`, with its class.
    An `expected` names a code list and a few of its codes, never all of a long one.
    Equal warnings are one problem: its text has their number and the first places, its path has no
    brackets (it names every instance), its place is the first.
    Places are computed for what is listed, by a second walk that notes where values stood.
What does not belong
    What counts, and what is listed (judging).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import groupby

from adapters.airline.listed import Listed, Oddity, Person
from adapters.airline.whereabouts import Spot, spots
from adapters.airline.words import WORDS
from adapters.demands import About, Breach, demanded
from adapters.wire.edifact import MessageIn
from broker.adapter import CodeList, Path, Profile
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, Severity

PACKAGE = "persons-report"
EACH_MAX = 3
"""So many equal warnings are listed one by one."""
PLACES_MAX, _FOUND_MAX, _EXAMPLES = 3, 3, 3
_SHOWN = 256
_HIDDEN = frozenset({"personal", "sensitive"})
_UNSHOWN = {"codes": "none of the codes that are known"}
"""What a text says in the place of a value of a person, by the demand."""

Finding = Problem | Oddity | Breach


class Report:
    """The problems of one message."""

    def __init__(self, message: MessageIn, listed: Listed, profile: Profile) -> None:
        self._message = message
        self._listed = listed
        self._profile = profile
        self._about = About("Declaration", PACKAGE, message.number)

    def problem(self, finding: Finding, severity: Severity) -> Problem:
        """Any finding as a problem."""
        match finding:
            case Problem():
                return finding
            case Breach():
                return self._demanded(finding)
            case Oddity():
                return self.oddity(finding, severity)

    def oddity(self, oddity: Oddity, severity: Severity, *, shown_max: int = _SHOWN) -> Problem:
        """What the walk, or a look across the list, found."""
        text, expected, hint = WORDS[oddity.code]
        path = f"Declaration.{oddity.path}".rstrip(".")
        name, shown = path.rpartition(".")[2], oddity.found[:shown_max]
        found_class = "public"
        if shown and oddity.path and "{found" not in text:
            found_class = _class_of(pattern_of(oddity.path))
        where = (
            self._message.place(oddity.segment, oddity.element, oddity.component)
            if oddity.segment
            else self._place(oddity.path)
        )
        known = self._functions()
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

    def warnings(
        self, count: int, first: Sequence[tuple[Finding, int]]
    ) -> list[tuple[Problem, int]]:
        """Equal warnings, one by one or as one problem; each with how many it stands for."""
        each = [(self.problem(finding, "warning"), person) for finding, person in first]
        if count <= EACH_MAX:
            return [(problem, 1) for problem, _person in each]
        problem = each[0][0]
        named = ", ".join(self._named(*one) for one in each[:PLACES_MAX])
        several = tuple(dict.fromkeys(one.found for one, _person in each if one.found))
        found = f"{', '.join(several[:_FOUND_MAX])} and others" if len(several) > 1 else None
        made = replace(
            problem,
            text=f"{problem.text} ({count} times: {named} and {count - PLACES_MAX} more)",
            path=pattern_of(problem.path) if problem.path else None,
            found=found or problem.found,
        )
        return [(made, count)]

    def beyond(self, hidden: int, most: int, severity: Severity) -> Problem:
        """That there are more problems than are listed."""
        return Problem(
            code="problems.more",
            text=f"{hidden} more problems are not listed",
            severity=severity,
            message=self._message.number,
            where=self._message.place(1),
            path="Declaration",
            expected=f"at most {most} problems",
            hint="correct those that are listed, and send again",
        )

    def _named(self, problem: Problem, person: int) -> str:
        """A place in a few words: Passenger 12 (NAT 231)."""
        segment = problem.where.segment or ""
        if person < 0:
            return segment
        one = self._listed.persons[person]
        return f"{one.name} {one.tree['SequenceNumeric']} ({segment})"

    def _functions(self) -> str:
        """The letters of BGM that are known for this type of list."""
        known: Mapping[str, Mapping[str, str]] = self._profile.settings.get("functions", {})
        letters = known.get(self._listed.tree.get("TypeCode", ""), {})
        return ", ".join(one or "none" for one in letters)

    def _demanded(self, breach: Breach) -> Problem:
        rule = breach.constraint
        where = self._place(breach.path_in(self._listed.tree))
        made = demanded(breach, self._listed.tree, self._about, self._profile, where)
        if breach.found and made.found_class in _HIDDEN:
            instead = _UNSHOWN.get(rule.demand, "not as expected")
            made = replace(made, text=made.text.replace(repr(breach.shown), instead))
        if rule.demand == "codes":
            made = replace(made, expected=_of_list(self._profile.codelists[rule.codes]))
        return made

    def _place(self, path: Path) -> Place:
        """Where the value of a path stands, else its nearest parent."""
        while path and path not in self._spots:
            path = path.rpartition(".")[0]
        return self._message.place(*self._spots.get(path, (1, 0, 0)))

    @cached_property
    def _spots(self) -> Mapping[Path, Spot]:
        return spots(self._message, self._profile)


def numbers_of(persons: Iterable[Person]) -> str:
    """Persons by class and number, neighbours as a range: Passenger 2, 5-9; Crew 1."""
    return "; ".join(
        f"{name} {_ranges([int(one.tree['SequenceNumeric']) for one in own])}"
        for name, own in groupby(sorted(persons, key=_class_first), lambda one: one.name)
    )


def shows_found(path: Path, code: str = "") -> bool:
    """Whether the text of a finding shows the value that was found."""
    if code:
        return any("{found" in text for text in WORDS[code])
    return _class_of(pattern_of(path)) not in _HIDDEN


def _class_first(person: Person) -> bool:
    return person.name != "Passenger"


def _ranges(numbers: list[int]) -> str:
    """Numbers in order, those that follow one another as a range."""
    runs = groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ranges = ([number for _at, number in run] for _key, run in runs)
    return ", ".join(f"{one[0]}-{one[-1]}" if len(one) > 1 else f"{one[0]}" for one in ranges)


def _of_list(codes: CodeList) -> str:
    """What a code list holds, in words."""
    if codes.refused:
        return f"a code that {codes.name} allows"
    known = list(codes.codes)
    if len(known) <= EACH_MAX + 1:
        return f"one of {', '.join(known)}"
    return f"one of the {len(known)} codes of {codes.name}, as {', '.join(known[:_EXAMPLES])}"


@cache
def _class_of(pattern: Path) -> str:
    return data_class(PACKAGE, pattern)
