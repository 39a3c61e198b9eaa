"""Problems of a list as a whole: its columns, rows that name no person, how much was lost.

What does not belong
    Problems of persons and their cells (`telling`), and what rejects a list (`listed`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from adapters.maritime.crew import Aside, Columns
from adapters.maritime.form import place_of
from adapters.maritime.layout import BODY, Field
from adapters.maritime.sheets import FormSheet
from adapters.maritime.telling import shown
from broker.adapter import Constraint
from broker.model.problem import Place, Problem

PACKAGE, PART = "persons-report", "FAL5"
ABOVE = "BorderTransportMeans.Crew"


class Losses(NamedTuple):
    """How many cannot go on: persons with an error, rows and sheets that may name some."""

    listed: int
    wrong: int
    unclear: int
    elsewhere: int

    def __bool__(self) -> bool:
        return bool(self.wrong or self.unclear or self.elsewhere)

    def in_words(self) -> Iterator[str]:
        """Each kind of loss that there is."""
        if self.wrong:
            have = "has" if self.wrong == 1 else "have"
            yield f"{self.wrong} of {self.listed} persons {have} an error"
        if self.unclear:
            yield f"{self.unclear} rows may name a person and could not be read"
        if self.elsewhere:
            yield f"{self.elsewhere} persons are named on another sheet, which was not read"


def _about(sheet: FormSheet) -> Problem:
    where = Place(sheet=sheet.sheet.name)
    return Problem("", "", message=1, part=PART, where=where, path=f"{BODY}.{ABOVE}")


def without_list(sheet: FormSheet) -> Problem:
    """No row of headings was found."""
    return replace(
        _about(sheet),
        code="columns.missing",
        text="no row has the headings of the list",
        path=BODY,
        expected=", ".join(field.label for field in sheet.form.fields),
        hint="use the template of the form, with its row of headings",
    )


def of_columns(
    sheet: FormSheet, where: Columns, demanded: Mapping[Field, Constraint]
) -> Iterator[Problem]:
    """Columns that are missing though demanded, columns that are unknown, a list without rows."""
    about, name = _about(sheet), sheet.sheet.name
    for field, demand in demanded.items():
        yield replace(
            about,
            code="column.missing",
            severity=demand.severity,
            text=f"the list has no column {field.label!r}",
            where=place_of(name, (where.row, 0)),
            path=f"{BODY}.{ABOVE}.{field.pattern}",
            expected=f"a heading that begins with {field.labels[0]!r}",
            hint="take the column from the template of the form",
        )
    absent = ", ".join(field.label for field in where.lacks(sheet.form))
    for text, column in where.unknown:
        yield replace(
            about,
            code="element.unknown",
            severity="warning",
            text=f"the form has no column {text[:60]!r}",
            where=place_of(name, (where.row, column)),
            path=BODY,
            expected=absent or "no other column: all those of the form are there",
            hint="its values are stored but not passed on; use a heading of the form",
        )


def of_asides(sheet: FormSheet, asides: Iterable[Aside]) -> Iterator[Problem]:
    """Rows that name no person. An unclear one is an error: it may have been meant as a person."""
    for aside in asides:
        if aside.kind == "total":
            continue
        filled_in = (entry for entry in aside.entries if entry.value or entry.trouble)
        first = next(filled_in, aside.entries[0])
        unclear = aside.kind == "unclear"
        yield replace(
            _about(sheet),
            code="fal.row-unlike-person",
            severity="error" if unclear else "warning",
            text=f"row {aside.row + 1} was not read as a person",
            where=first.place,
            found=shown(first) or None,
            found_class="personal",
            expected="one row for each person, with all values that the form asks for",
            hint="if the row is a person, fill it in; else delete it"
            if unclear
            else "nothing, if the row is a signature; if it is a person, fill it in",
        )


def of_total(sheet: FormSheet, aside: Aside, listed: int) -> Problem:
    """The list states another number of persons than it names."""
    return replace(
        _about(sheet),
        code="list.count-differs",
        severity="warning",
        text=f"row {aside.row + 1} states {aside.states} persons; the list names {listed}",
        where=place_of(sheet.sheet.name, (aside.row, 0)),
        found=str(aside.states),
        expected=f"a row for each of {aside.states} persons, or the total {listed}",
        hint="add the missing persons and send the whole list again, or correct the total",
    )


def of_losses(
    sheet: FormSheet, where: Columns, losses: Losses, *, refuses: bool, taken: bool
) -> Iterator[Problem]:
    """What became of a list that cannot go on as it is; or that it names no person."""
    about, headings = _about(sheet), place_of(sheet.sheet.name, (where.row, 0))
    if not losses.listed:
        yield replace(
            about,
            code="list.empty",
            text="the list names no person",
            where=place_of(sheet.sheet.name, (where.row + 1, 0)),
            expected="one row for each person on board",
            hint="fill in the rows below the headings",
        )
    elif losses and refuses:
        yield replace(
            about,
            code="list.refused",
            text=f"{'; '.join(losses.in_words())}: the whole list was refused, nothing of it was "
            "passed on",
            where=headings,
            expected="a list in which every person can be taken",
            hint="correct what is marked as an error and send the whole list again",
        )
    elif losses.wrong and taken:
        others, were = losses.listed - losses.wrong, "was" if losses.wrong == 1 else "were"
        yield replace(
            about,
            code="list.incomplete",
            text=f"{losses.wrong} of {losses.listed} persons {were} left out; the other {others} "
            "go on",
            where=headings,
            expected="every person of the list without an error",
            hint="correct the cells with an error and send the whole list again",
        )
