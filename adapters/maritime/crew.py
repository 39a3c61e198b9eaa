"""The rows of a crew list: columns found by their headings, one person a row.

Rules
    The row of headings is the one that has most of them. A column counts once; one that no
    heading of the profile begins is unknown, and its values are kept.
    A row that only explains, right below the headings, is no person; nor is a blank one, or one
    that has the headings once more, wherever it stands.
    A row of at most two values that begins as a total or a signature (as the profile says) is one.
    Any other row of at most two values, one of which its column does not take, may have been meant
    as a person: that is for its sender to say.
    A person's number is their place among the persons of the sheet, whoever else is left out.
What does not belong
    Who goes on, and what is wrong with the others (`listed`).
"""

import re
from typing import Literal, NamedTuple

from adapters.maritime.form import Entry, Filled, entry_at, filled
from adapters.maritime.layout import Field, Form, Layout, Step, heading
from adapters.maritime.values import plain
from adapters.wire.xlsx import Sheet, Value

_SEARCHED, _ASIDE_MAX = 40, 2
_COUNT = re.compile(r"(?<![0-9])[0-9]{1,5}(?![0-9])")
_ABOVE: tuple[Step, ...] = (("BorderTransportMeans", None),)


class Columns(NamedTuple):
    """Where the list stands: its headings' row, each field's column, and what is unknown."""

    row: int
    fields: tuple[tuple[Field, int], ...]
    unknown: tuple[tuple[str, int], ...]

    def lacks(self, form: Form) -> tuple[Field, ...]:
        """Fields of the form without a column."""
        found = {id(field) for field, _column in self.fields}
        return tuple(field for field in form.fields if id(field) not in found)


class Person(NamedTuple):
    """One row: the number of the person, its place in the sheet, its entries."""

    number: int
    row: int
    entries: tuple[Entry, ...]


class Aside(NamedTuple):
    """A row that names no person: a total with the persons it `states`, a signature, or unclear."""

    row: int
    entries: tuple[Entry, ...]
    kind: Literal["total", "closing", "unclear"] = "unclear"
    states: int = 0


def columns(sheet: Sheet, form: Form) -> Columns | None:
    """The headings of the list; None where no row has at least a third of them."""
    best: Columns | None = None
    for row, values in enumerate(sheet.rows[:_SEARCHED]):
        texts = [heading(value) if isinstance(value, str) else "" for value in values]
        found = _columns(row, texts, form)
        if best is None or len(found.fields) > len(best.fields):
            best = found
        if len(best.fields) == len(form.fields):
            break  # no row has more
    return best if best is not None and 3 * len(best.fields) >= len(form.fields) else None


def _columns(row: int, texts: list[str], form: Form) -> Columns:
    fields: dict[int, Field] = {}
    for field in form.fields:
        begins = (at for at, text in enumerate(texts) if at not in fields and text)
        column = next((at for at in begins if texts[at].startswith(field.labels)), None)
        if column is not None:
            fields[column] = field
    unknown = tuple((text, at) for at, text in enumerate(texts) if text and at not in fields)
    return Columns(row, tuple((field, at) for at, field in sorted(fields.items())), unknown)


def persons(
    sheet: Sheet, form: Form, layout: Layout, where: Columns
) -> tuple[list[Person], list[Aside]]:
    """The persons of the list, in the order of the sheet; and the rows that name none."""
    found: list[Person] = []
    asides: list[Aside] = []
    above = [sheet.rows[where.row]]
    first = where.row + 1
    if first < len(sheet.rows) and _explains(sheet.rows[first], form):
        above.append(sheet.rows[first])
    for row in range(where.row + len(above), len(sheet.rows)):
        values = sheet.rows[row]
        if any(value != "" and plain(value) for value in values):
            entries = tuple(
                entry_at(sheet, field, (row, column), layout) for field, column in where.fields
            )
            filled_in = [entry for entry in entries if entry.value or entry.trouble]
            aside = _aside(row, values, entries, form)
            if aside:
                asides.append(aside)
            elif len(filled_in) <= _ASIDE_MAX and any(entry.trouble for entry in filled_in):
                asides.append(Aside(row, entries))
            elif filled_in and values not in above:
                found.append(Person(len(found) + 1, row, entries))
    return found, asides


def _aside(row: int, values: list[Value], entries: tuple[Entry, ...], form: Form) -> Aside | None:
    """The row as a total or a signature, if it begins as one and has little else."""
    texts = [text for value in values if (text := plain(value))]
    begins = heading(texts[0])
    if len(texts) > _ASIDE_MAX or not begins.startswith((*form.totals, *form.closings)):
        return None
    counts = _COUNT.findall(" ".join(texts))
    if begins.startswith(form.totals):
        return Aside(row, entries, "total", int(counts[0])) if len(counts) == 1 else None
    return Aside(row, entries, "closing")


def _explains(values: list[Value], form: Form) -> bool:
    texts = [heading(value) for value in values if isinstance(value, str) and value.strip()]
    begin = [text for text in texts if text.startswith(form.guidance)]
    return 2 * len(begin) > len(texts)


def leaves_of(person: Person, form: Form) -> list[Filled]:
    """The leaves of a person in the body of the report."""
    above: tuple[Step, ...] = (*_ABOVE, ("Crew", person.number))
    number: Filled = ((*above, ("SequenceNumeric", None)), str(person.number), (person.row, 0))
    return [
        number,
        *(
            ((*above, *steps), value, at)
            for steps, value, at in filled(person.entries, form.constants)
        ),
    ]
