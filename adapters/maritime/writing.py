"""A form as a workbook, from a plain tree: for recipients that read it, and for samples.

Rules
    Headings and cells are those of the workbook profile; a value that the tree lacks is left out,
    but for what the form calls "none".
    What is written reads as the same tree.
What does not belong
    A sender's own workbook (`reply`).
"""

from collections.abc import Mapping
from typing import Any

from adapters.maritime.layout import Field, Form, Layout, Step
from adapters.wire.xlsx import position
from adapters.wire.xlsx_write import compose
from broker.adapter import Tree

_TITLES = {"FAL1": "FAL 1: General Declaration", "FAL5": "FAL 5: Crew details"}
_REFERENCE = "Your reference (optional)"


def general_declaration(tree: Tree, layout: Layout) -> bytes:
    """The declaration, each value beside its heading."""
    form = layout.forms["FAL1"]
    rows: list[list[str | int]] = [[""] * 6 for _row in range(26)]
    rows[0][0] = _TITLES["FAL1"]
    for field in form.fields:
        row, column = position(field.cell)
        rows[row][column - 1] = field.label
        rows[row][column] = _shown(tree, field, form, layout)
    return compose([(form.title, rows)])


def crew_list(tree: Tree, layout: Layout) -> bytes:
    """The list, one row a person below its headings."""
    form = layout.forms["FAL5"]
    rows: list[list[str | int]] = [
        [_REFERENCE, tree.get("FunctionalReferenceID", "")],
        [_TITLES["FAL5"]],
        [field.label.upper() for field in form.fields],
        [f"Enter the {field.label}" for field in form.fields],
    ]
    crew = tree.get("BorderTransportMeans", {}).get("Crew", ())
    rows += [[_shown(one, field, form, layout) for field in form.fields] for one in crew]
    return compose([(form.title, rows)])


def _shown(tree: Tree, field: Field, form: Form, layout: Layout) -> str | int:
    """The value of a field as the form writes it."""
    value = _value(tree, field.steps, _marks(field, form))
    if value is None:
        return field.none
    if field.how in {"date", "time"}:
        day, _, clock = str(value).partition("T")
        return clock if field.how == "time" else _day(day, layout.date_orders[0])
    if field.how == "choice":
        words = (word for word, code in layout.choices[field.argument].items() if code == value)
        return next(words, str(value)).capitalize()
    return str(value)


def _day(day: str, order: str) -> str:
    year, month, date = day.split("-")
    return order.replace("yyyy", year).replace("mm", month).replace("dd", date)


def _marks(field: Field, form: Form) -> Mapping[str, str]:
    """The constants beside a field: by them its class is told from others of the same name."""
    above = field.steps[:-1]
    return {
        one.steps[-1][0]: one.argument
        for one in form.constants
        if one.steps[:-1] == above and above and above[-1][1]
    }


def _value(tree: Any, steps: tuple[Step, ...], marks: Mapping[str, str]) -> Any:
    at = tree
    for name, number in steps:
        at = at.get(name) if isinstance(at, dict) else None
        if isinstance(at, list) and number:
            at = next((one for one in at if marks.items() <= one.items()), None)
    return at.get("value") if isinstance(at, dict) else at
