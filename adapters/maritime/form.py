"""A form as it was filled in: each field with its cell and what it says there.

Rules
    A field is where its heading is, else where the template has it: people insert rows, move
    columns, leave rows blank.
    Two trees are made of the same entries. The judged one is for demands: letters folded, classes
    there even if empty, dates and times apart. The body is what goes on: values as written, without
    what means "none".
What does not belong
    What is obligatory, and the words of problems (`telling`).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from adapters.maritime.layout import Field, Form, Layout, Step, heading, visible
from adapters.maritime.values import Trouble, as_shown, convert, plain
from adapters.wire.xlsx import Sheet, Value, address, position
from broker.adapter import Path, Tree
from broker.model.paths import leaves
from broker.model.problem import Place

_QUANTITY, _SEARCHED, _REFERENCE_SEARCHED = "number", 100, 20
UNSAID = Trouble(
    "value.not-calculated",
    "a value",
    "the cell holds a formula without a result, or an error: write the value itself",
)

At = tuple[int, int]
"""Row and column of a cell, counted from 0."""


class Entry(NamedTuple):
    """A field, the cell where it stands, what is there, and the leaf or what is wrong with it.

    `shown`: what the cell shows where that is not what it stores; "" where that is not known.
    """

    field: Field
    sheet: str
    at: At
    raw: Value = ""
    value: str | None = None
    trouble: Trouble | None = None
    shown: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands, in its sender's words."""
        return place_of(self.sheet, self.at)

    @property
    def is_none(self) -> bool:
        """Whether it says that there is none."""
        none = self.field.none
        return none != "" and self.value is not None and self.value.upper() == none


Filled = tuple[tuple[Step, ...], str, At]
"""A leaf of the body: the way to it, its value, where it stood."""


def place_of(sheet: str, at: At) -> Place:
    """The place of a cell."""
    return Place(sheet=sheet, cell=address(*at))


def entry_at(sheet: Sheet, field: Field, at: At, layout: Layout) -> Entry:
    """What the cell at this row and column says as this field."""
    raw, shown = sheet.at(*at), None
    if raw.__class__ is not str:
        raw, shown = as_shown(raw, sheet.formats.get(at, ""), field.how)
    elif not raw or not visible(str(raw)).strip():
        unsaid = sheet.unsaid.get(address(*at)) if sheet.unsaid else None
        return Entry(field, sheet.name, at, unsaid or "", None, UNSAID if unsaid else None)
    found = convert(field, raw, layout)
    if isinstance(found, Trouble):
        return Entry(field, sheet.name, at, raw, None, found)
    return Entry(field, sheet.name, at, raw, found, None, shown)


def places_of(leaves_of_body: Iterable[Filled], sheet: str) -> Iterator[tuple[Path, Place]]:
    """The path of every leaf of the body with its place."""
    found = list(leaves_of_body)
    cells_of = tree_of(found, lambda one: address(*one[2]))
    for (path, _value), (_path, cell) in zip(leaves(tree_of(found)), leaves(cells_of), strict=True):
        yield path, Place(sheet=sheet, cell=cell)


def cells(sheet: Sheet, form: Form, layout: Layout) -> list[Entry]:
    """Every field of a form whose values stand beside their headings."""
    moved = [field for field in form.fields if not _is_heading(sheet, field, *_before(field))]
    found = _headings(sheet, form, moved) if moved else {}
    taken = set(found.values())
    entries = []
    for field in form.fields:
        row, column = found.get(field) or _before(field)
        if field not in found and (row, column) in taken:  # another field's heading stands there
            entries.append(Entry(field, sheet.name, (row, column + 1)))
        else:
            entries.append(_beside(sheet, form, entry_at(sheet, field, (row, column + 1), layout)))
    return entries


def _beside(sheet: Sheet, form: Form, entry: Entry) -> Entry:
    """The entry; an error if it is empty and the next cell is not: that value would be lost."""
    row, column = entry.at
    raw = sheet.at(row, column + 1)
    text = plain(raw)
    if entry.raw != "" or not text or _is_any_heading(form, raw):
        return entry
    expected = f"the value in cell {address(row, column)}"
    hint = f"move the value from cell {address(row, column + 1)} to the cell beside its heading"
    return entry._replace(raw=raw, trouble=Trouble("value.misplaced", expected, hint))


def _is_any_heading(form: Form, text: Value) -> bool:
    begins = heading(text) if isinstance(text, str) else ""
    return any(begins.startswith(one.labels) for one in form.fields)


def _before(field: Field) -> tuple[int, int]:
    """Where the template has the heading of a field."""
    row, column = position(field.cell)
    return row, column - 1


def _is_heading(sheet: Sheet, field: Field, row: int, column: int) -> bool:
    text = sheet.at(row, column)
    return isinstance(text, str) and heading(text).startswith(field.labels)


def _headings(sheet: Sheet, form: Form, fields: list[Field]) -> dict[Field, tuple[int, int]]:
    """Where the headings of these fields stand instead, the first of each."""
    found: dict[Field, tuple[int, int]] = {}
    for row, values in enumerate(sheet.rows[:_SEARCHED]):
        for column, value in enumerate(values):
            text = heading(value) if isinstance(value, str) and value.strip() else ""
            named = [one for one in form.fields if text.startswith(one.labels)]
            best = max(named, key=lambda one: len(one.labels[0]), default=None)
            if best in fields:  # "name of ship agent" begins as "name of ship" does
                found.setdefault(best, (row, column))
    return found


def reference_of(sheet: Sheet, form: Form, layout: Layout) -> Entry:
    """The sender's own reference of a list, with its cell."""
    steps: tuple[Step, ...] = (("FunctionalReferenceID", None),)
    labels = (form.reference_label,)
    field = Field(form.reference, labels, steps, "text", "", "", "Your reference")
    return entry_at(sheet, field, _cell_of_reference(sheet, form), layout)


def _cell_of_reference(sheet: Sheet, form: Form) -> At:
    for row, values in enumerate(sheet.rows[:_REFERENCE_SEARCHED]):
        for column, value in enumerate(values[:_REFERENCE_SEARCHED]):
            if isinstance(value, str) and heading(value).startswith(form.reference_label):
                right = range(column + 1, len(values))
                return row, next((at for at in right if plain(values[at])), column + 1)
    return position(form.reference)


def key_of(steps: Iterable[Step]) -> tuple[tuple[str, int], ...]:
    """The way to a leaf as breaches say it: classes with their index, 0 where they occur once."""
    return tuple((name, (number or 1) - 1) for name, number in steps)


def judged(entries: Iterable[Entry], layout: Layout) -> Tree:
    """The tree that demands are judged on."""
    tree: dict[Any, Any] = {}
    for entry in entries:
        steps = entry.field.judged
        at = _class(tree, steps)
        if entry.value is not None:
            folded = layout.folded(entry.value) if entry.field.how == "text" else entry.value
            at[steps[-1][0]] = _leaf(entry.field.how, folded)
    return _listed(tree)


def filled(entries: Iterable[Entry], constants: Iterable[Field]) -> list[Filled]:
    """The leaves of the body: values, times joined to their dates, constants beside others."""
    found: dict[tuple[Step, ...], Filled] = {}
    for entry in entries:
        steps, value = entry.field.steps, entry.value
        if value is None or entry.is_none:
            continue
        if entry.field.how == "time":
            if steps in found:
                found[steps] = (steps, f"{found[steps][1]}T{value}", found[steps][2])
            continue
        whole = (*steps, ("value", None)) if entry.field.how == _QUANTITY else steps
        found[steps] = (whole, value, entry.at)
    for constant in constants:
        above = constant.steps[:-1]
        beside = next((one for one in found.values() if one[0][: len(above)] == above), None)
        if beside:
            found[constant.steps] = (constant.steps, constant.argument, beside[2])
    return list(found.values())


def left_out(entries: Iterable[Entry]) -> Iterator[Entry]:
    """What has no place in the body: values that cannot be read, "none", times without a date."""
    entries = list(entries)
    dated = {entry.field.steps for entry in entries if entry.value and entry.field.how == "date"}
    for entry in entries:
        lonely = entry.field.how == "time" and entry.field.steps not in dated
        if entry.trouble or entry.is_none or (entry.value and lonely):
            yield entry


def tree_of(leaves: Iterable[Filled], pick: Callable[[Filled], Any] = lambda one: one[1]) -> Tree:
    """The tree with these leaves, each the value or what else is picked of it."""
    tree: dict[Any, Any] = {}
    for one in leaves:
        _class(tree, one[0])[one[0][-1][0]] = pick(one)
    return _listed(tree)


def _leaf(how: str, value: str) -> Any:
    return {"value": value} if how == _QUANTITY else value


def _class(tree: dict[Any, Any], steps: tuple[Step, ...]) -> dict[Any, Any]:
    """The class that holds the last step; repeated ones by number, until `_listed` orders them."""
    at = tree
    for name, number in steps[:-1]:
        at = at.setdefault(name, {})
        if number is not None:
            at = at.setdefault(number, {})
    return at


def _listed(tree: dict[Any, Any]) -> Tree:
    """The same with lists where classes are numbered, in the order of the numbers."""
    found: Tree = {}
    for name, below in tree.items():
        if below.__class__ is dict:
            if below and next(iter(below)).__class__ is int:
                found[name] = [_listed(below[number]) for number in sorted(below)]
            else:
                found[name] = _listed(below)
        else:
            found[name] = below
    return found
