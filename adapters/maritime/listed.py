"""A list of persons as a whole: who goes on, who is left out and why.

Rules
    A person with an error stays out; the others go on. If nobody is right, nobody goes on.
    A column that is not there is told once, not for each person.
What does not belong
    Reading rows (`crew`), and the message (`fal5`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from adapters.demands import Breach, breaches
from adapters.maritime.crew import Columns, Person, columns, persons
from adapters.maritime.form import At, Entry, judged, key_of, place_of, reference_of
from adapters.maritime.layout import BODY, Field
from adapters.maritime.relations import related
from adapters.maritime.sheets import FormSheet, other_forms
from adapters.maritime.telling import About, Find, of_breaches, of_entries, shown
from adapters.wire.xlsx import address
from broker.adapter import Constraint, Profile, Tree
from broker.model.problem import Place, Problem

PACKAGE, PART = "persons-report", "FAL5"
ABOVE = "BorderTransportMeans.Crew"
_AT_ONCE = 16


class Listed(NamedTuple):
    """A list that was read: columns, persons, rows aside, and the sender's own reference."""

    sheet: FormSheet
    where: Columns | None
    persons: list[Person]
    asides: list[Person]
    reference: tuple[str, At]


def listed_on(sheet: FormSheet) -> Listed:
    """The list on a sheet, read but not judged."""
    where = columns(sheet.sheet, sheet.form)
    found, asides = persons(sheet.sheet, sheet.form, sheet.layout, where) if where else ([], [])
    return Listed(sheet, where, found, asides, reference_of(sheet.sheet, sheet.form))


class Judgement(NamedTuple):
    """Who goes on, all problems, and whether the list is taken at all."""

    taken: list[Person]
    problems: list[Problem]
    accepted: bool


def judge(listed: Listed, profile: Profile) -> Judgement:
    """Every person by himself and among the others."""
    about, problems = About(PART, PACKAGE, profile, f"{ABOVE}."), list(_of_list(listed, profile))
    if listed.where is None:
        return Judgement([], problems, accepted=False)
    about = replace(about, profile=_answerable(listed, profile))
    people = [
        judged(person.entries, listed.sheet.layout) | {"SequenceNumeric": str(person.number)}
        for person in listed.persons
    ]
    found = [*_each(people, listed, about), *_among(people, listed, about)]
    problems += [problem for _number, problem in found]
    wrong = {number for number, problem in found if problem.severity == "error"}
    taken = [person for person in listed.persons if person.number not in wrong]
    if not taken or any(map(_is_missing_column, problems)):
        return Judgement(taken or listed.persons, problems, accepted=False)
    problems += _left_out(listed, len(listed.persons) - len(taken))
    return Judgement(taken, problems, accepted=True)


def _left_out(listed: Listed, out: int) -> Iterator[Problem]:
    """How many of the list stay out: the single errors do not say that the others go on."""
    if out and listed.where:
        yield Problem(
            code="fal.persons-left-out",
            text=f"{out} of {len(listed.persons)} persons left out; the others go on",
            severity="warning",
            message=1,
            part=PART,
            where=place_of(listed.sheet.sheet.name, (listed.where.row, 0)),
            path=f"{BODY}.{ABOVE}",
            expected="every person of the list without an error",
            hint="correct the cells with an error and send the whole list again",
        )


def _each(people: list[Tree], listed: Listed, about: About) -> Iterator[tuple[int, Problem]]:
    """What is wrong with persons by themselves, in the order of the sheet.

    A few are judged at once: one by one costs more, and all at once time by their square.
    """
    for first in range(0, len(people), _AT_ONCE):
        some = listed.persons[first : first + _AT_ONCE]
        tree = {"BorderTransportMeans": {"Crew": people[first : first + _AT_ONCE]}}
        told: dict[int, list[Problem]] = {
            person.number: list(of_entries(person.entries, about, f"{ABOVE}[{person.number}]."))
            for person in some
        }
        for breach in breaches(tree, about.profile):
            person = some[breach.trail[1][1]]
            find = _finder(person, listed)
            for _breach, problem in of_breaches((breach,), tree, find, about):
                told[person.number].append(problem)
        for number, problems in told.items():
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
        known = {key_of(field.judged): Entry(field, sheet, first) for field in _lacking(listed)}
        known |= {key_of(entry.field.judged): entry for entry in person.entries}
        return known.get((*breach.trail[2:], (breach.name, 0)))

    return find


def _of_asides(listed: Listed, about: Problem) -> Iterator[Problem]:
    """Each row that says too little for a person: nobody is read from it."""
    for aside in listed.asides:
        said = next(entry for entry in aside.entries if entry.value or entry.trouble)
        yield replace(
            about,
            code="fal.row-unlike-person",
            text=f"row {aside.row + 1} seems to be no person",
            where=said.place,
            path=f"{BODY}.{ABOVE}",
            found=shown(said) or None,
            found_class="personal",
            expected="one row for each person, with all that the form asks of him",
            hint="delete the row, or correct and fill it in if it is a person",
        )


def _is_missing_column(problem: Problem) -> bool:
    return problem.code == "fal.column-missing" and problem.severity == "error"


def _answerable(listed: Listed, profile: Profile) -> Profile:
    """The profile without demands on columns that the sheet does not have: those are told once."""
    told = list(_columns_demanded(listed, profile).values())
    kept = (one for one in profile.constraints if one not in told)
    return replace(profile, constraints=tuple(kept))


def _columns_demanded(listed: Listed, profile: Profile) -> dict[Field, Constraint]:
    """Columns that are not there, though everybody must have a value in them."""
    lacking = {f"{ABOVE}.{field.pattern}": field for field in _lacking(listed)}
    return {
        lacking[one.path]: one
        for one in profile.constraints
        if one.demand == "mandatory" and not one.when and one.path in lacking
    }


def _lacking(listed: Listed) -> tuple[Field, ...]:
    return listed.where.lacks(listed.sheet.form) if listed.where else ()


def _of_list(listed: Listed, profile: Profile) -> Iterator[Problem]:
    """What is wrong with the list as a whole."""
    sheet = listed.sheet.sheet.name
    yield from other_forms(listed.sheet, PART)
    about = Problem("", "", message=1, part=PART, where=Place(sheet=sheet), path=BODY)
    labels = ", ".join(field.label for field in listed.sheet.form.fields)
    if listed.where is None:
        yield replace(
            about,
            code="fal.columns-missing",
            text="no row has the headings of the list",
            expected=labels,
            hint="use the template of the form, with its row of headings",
        )
        return
    for field, demand in _columns_demanded(listed, profile).items():
        yield replace(
            about,
            code="fal.column-missing",
            severity=demand.severity,
            text=f"the list has no column {field.label!r}",
            where=Place(sheet=sheet, cell=address(listed.where.row, 0)),
            path=f"{BODY}.{ABOVE}.{field.pattern}",
            expected=f"a heading that begins with {field.labels[0]!r}",
            hint="take the column from the template of the form",
        )
    absent = ", ".join(field.label for field in _lacking(listed))
    for text, column in listed.where.unknown:
        yield replace(
            about,
            code="fal.column-unknown",
            severity="warning",
            text=f"column {text[:60]!r} is none of the form's",
            where=Place(sheet=sheet, cell=address(listed.where.row, column)),
            expected=absent or "no other column: all of the form's are there",
            hint="its values are kept and passed to nobody; use a heading of the form",
        )
    yield from _of_asides(listed, about)
    if not listed.persons:
        yield replace(
            about,
            code="fal.list-empty",
            text="the list names nobody",
            where=Place(sheet=sheet, cell=address(listed.where.row + 1, 0)),
            path=f"{BODY}.{ABOVE}",
            expected="one row for each person on board",
            hint="fill in the rows below the headings",
        )
