"""A list of persons as a whole: who goes on, who is left out and why.

Rules
    A person with an error is left out. With `partial: cut` the others go on; with `partial: refuse`
    none of them do: the list that was taken before remains in force. A list without a person who is
    right is rejected either way.
    `refuse` rejects a list as well where persons may not have been read: a row that may be one, a
    second sheet of the form. With `cut` such a list is marked as cut.
    Warnings leave out no person. Verdict and extent come from all problems, also those that are not
    listed.
    A missing column is one problem, not one for each person.
What does not belong
    Reading rows (`crew`), problems of the whole list (`list_problems`), and the message (`fal5`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from adapters.demands import Breach, breaches
from adapters.maritime.crew import Aside, Columns, Person, columns, persons
from adapters.maritime.form import Entry, judged, key_of, reference_of
from adapters.maritime.layout import Field
from adapters.maritime.list_problems import (
    ABOVE,
    PACKAGE,
    PART,
    Losses,
    of_asides,
    of_columns,
    of_losses,
    of_total,
    without_list,
)
from adapters.maritime.relations import related
from adapters.maritime.sheets import FormSheet, other_forms
from adapters.maritime.telling import About, Find, of_breaches, of_entries
from broker.adapter import Constraint, Extent, Profile, Tree
from broker.model.problem import Problem

_AT_ONCE = 16


class Listed(NamedTuple):
    """A list that was read: columns, persons, rows that name none, the sender's own reference.

    `elsewhere`: how many persons other sheets of the same form name; they are not read.
    """

    sheet: FormSheet
    where: Columns | None
    persons: list[Person]
    asides: list[Aside]
    reference: Entry
    elsewhere: int = 0

    @property
    def lacking(self) -> tuple[Field, ...]:
        """Fields of the form without a column."""
        return self.where.lacks(self.sheet.form) if self.where else ()


def listed_on(sheet: FormSheet) -> Listed:
    """The list on a sheet, read but not judged."""
    where = columns(sheet.sheet, sheet.form)
    found, asides = persons(sheet.sheet, sheet.form, sheet.layout, where) if where else ([], [])
    reference = reference_of(sheet.sheet, sheet.form, sheet.layout)
    elsewhere = 0
    for again in sheet.again:
        there = columns(again, sheet.form)
        elsewhere += len(persons(again, sheet.form, sheet.layout, there)[0]) if there else 0
    return Listed(sheet, where, found, asides, reference, elsewhere)


class Judgement(NamedTuple):
    """The persons of the body, all problems, whether the list is taken, and how much of it.

    Of a rejected list the body holds all persons; `extent.left_out` names those with an error.
    """

    shown: list[Person]
    problems: list[Problem]
    accepted: bool
    extent: Extent


def judge(listed: Listed, profile: Profile) -> Judgement:
    """Every person alone and among the others."""
    problems = [*other_forms(listed.sheet, PART), *_of_reference(listed, profile)]
    if listed.where is None:
        problems.append(without_list(listed.sheet))
        return Judgement([], problems, accepted=False, extent=Extent(cut=True))
    demanded = _columns_demanded(listed, profile)
    absent = list(of_columns(listed.sheet, listed.where, demanded))
    problems += [*absent, *of_asides(listed.sheet, listed.asides), *_of_total(listed)]
    found = list(_of_persons(listed, profile, demanded))
    problems += [problem for _number, problem in found]
    wrong = {number for number, problem in found if problem.severity == "error"}
    incomplete = any(one.code == "column.missing" and one.severity == "error" for one in absent)
    if incomplete:
        wrong = {person.number for person in listed.persons}
    losses = _losses(listed, wrong)
    refuses = profile.settings.get("partial") == "refuse"
    accepted = len(wrong) < len(listed.persons) and not (refuses and losses)
    if not incomplete or not listed.persons:
        problems += of_losses(listed.sheet, listed.where, losses, refuses=refuses, taken=accepted)
    extent = _extent(listed, wrong, losses, accepted=accepted)
    taken = [person for person in listed.persons if person.number not in wrong]
    return Judgement(taken if accepted else listed.persons, problems, accepted, extent)


def _losses(listed: Listed, wrong: set[int]) -> Losses:
    unclear = sum(aside.kind == "unclear" for aside in listed.asides)
    return Losses(len(listed.persons), len(wrong), unclear, listed.elsewhere)


def _extent(listed: Listed, wrong: set[int], losses: Losses, *, accepted: bool) -> Extent:
    here, stated = len(listed.persons), _stated(listed)
    return Extent(
        declared=max(here + listed.elsewhere, stated),
        taken=here - len(wrong) if accepted else 0,
        left_out=tuple(f"{ABOVE}[{number}]" for number in sorted(wrong)),
        cut=bool(losses) or stated > here or not accepted,
    )


def _stated(listed: Listed) -> int:
    """The number of persons that the list states itself; 0 where it states none."""
    return max((aside.states for aside in listed.asides), default=0)


def _of_total(listed: Listed) -> Iterator[Problem]:
    for aside in listed.asides:
        if aside.kind == "total" and aside.states != len(listed.persons):
            yield of_total(listed.sheet, aside, len(listed.persons))


def _of_reference(listed: Listed, profile: Profile) -> Iterator[Problem]:
    """What is odd about the sender's own reference: never a reason to reject a list."""
    for problem in of_entries([listed.reference], About(PART, PACKAGE, profile)):
        yield replace(problem, severity="warning")


def _of_persons(
    listed: Listed, profile: Profile, demanded: dict[Field, Constraint]
) -> Iterator[tuple[int, Problem]]:
    """What is wrong with persons, with their numbers; not that a column is missing."""
    elsewhere = list(demanded.values())
    kept = tuple(one for one in profile.constraints if one not in elsewhere)
    about = About(PART, PACKAGE, replace(profile, constraints=kept), f"{ABOVE}.")
    people = [
        judged(person.entries, listed.sheet.layout) | {"SequenceNumeric": str(person.number)}
        for person in listed.persons
    ]
    yield from _each(people, listed, about)
    yield from _among(people, listed, about)


def _each(people: list[Tree], listed: Listed, about: About) -> Iterator[tuple[int, Problem]]:
    """What is wrong with persons by themselves, in the order of the sheet.

    A few are judged at once: one by one costs more, and all at once time by their square.
    """
    for first in range(0, len(people), _AT_ONCE):
        some = listed.persons[first : first + _AT_ONCE]
        tree = {"BorderTransportMeans": {"Crew": people[first : first + _AT_ONCE]}}
        found: dict[int, list[Problem]] = {
            person.number: list(of_entries(person.entries, about, f"{ABOVE}[{person.number}]."))
            for person in some
        }
        for breach in breaches(tree, about.profile):
            person = some[breach.trail[1][1]]
            find = _finder(person, listed)
            for _breach, problem in of_breaches((breach,), tree, find, about):
                found[person.number].append(problem)
        for number, problems in found.items():
            yield from ((number, problem) for problem in problems)


def _among(people: list[Tree], listed: Listed, about: About) -> Iterator[tuple[int, Problem]]:
    """What is wrong with persons beside each other, with the number of the person."""
    tree = {"BorderTransportMeans": {"Crew": people}}
    for breach in related(tree, about.profile):
        person = listed.persons[breach.trail[1][1]]
        find = _finder(person, listed)
        for _breach, problem in of_breaches((breach,), tree, find, about):
            yield person.number, problem


def _finder(person: Person, listed: Listed) -> Find:
    """The entry that a breach is about; without its column, the first cell of the row."""

    def find(breach: Breach) -> Entry | None:
        sheet, first = listed.sheet.sheet.name, (person.row, 0)
        known = {key_of(field.judged): Entry(field, sheet, first) for field in listed.lacking}
        known |= {key_of(entry.field.judged): entry for entry in person.entries}
        return known.get((*breach.trail[2:], (breach.name, 0)))

    return find


def _columns_demanded(listed: Listed, profile: Profile) -> dict[Field, Constraint]:
    """Columns that are not there, though every person must have a value in them."""
    lacking = {f"{ABOVE}.{field.pattern}": field for field in listed.lacking}
    return {
        lacking[one.path]: one
        for one in profile.constraints
        if one.demand == "mandatory" and not one.when and one.path in lacking
    }
