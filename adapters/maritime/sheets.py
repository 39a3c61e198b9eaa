"""The sheet of a form in a workbook, or why there is none.

Rules
    A sheet is known by its name; of two, the first that is not hidden. Other forms in the same
    workbook are problems: one workbook is one form here.
    For a workbook without any of the forms, the problem names its sheets and those expected.
"""

from collections.abc import Callable
from typing import NamedTuple

from adapters.maritime.layout import BODY, USUAL, Form, Layout, layout, names
from adapters.wire.xlsx import Sheet, Workbook, looks_like, read
from broker.adapter import Message, Profile, Translation
from broker.model.problem import Place, Problem, cut

_SHOWN = 20


class FormSheet(NamedTuple):
    """A form's sheet with its layout, and the names of other sheets that hold forms.

    `again`: the other sheets of the same form.
    """

    sheet: Sheet
    form: Form
    layout: Layout
    others: tuple[str, ...]
    again: tuple[Sheet, ...] = ()


def layout_of(profile: Profile) -> Layout:
    """The workbook profile that a profile names."""
    name = str(profile.settings.get("workbook", USUAL))
    return layout(name if name in names() else USUAL)


def has_form(payload: bytes, form: str) -> bool | None:
    """Whether a workbook has a sheet of the form; None if these bytes are no workbook."""
    found = looks_like(payload)
    if found is None:
        return None
    return any(layout(name).form_of(sheet) == form for name in names() for sheet in found)


def opened(payload: bytes, form: str, profile: Profile) -> FormSheet | tuple[Problem, ...]:
    """The sheet of the form, or all problems that keep it from being read."""
    known = layout_of(profile)
    book = read(payload, lambda name: known.form_of(name) == form)
    if not isinstance(book, Workbook):
        return book
    if not book.sheets:
        return (_missing(book.names, known),)
    sheet = next((one for one in book.sheets if not one.hidden), book.sheets[0])
    others = tuple(name for name in book.names if known.form_of(name) and name != sheet.name)
    again = tuple(one for one in book.sheets if one is not sheet)
    return FormSheet(sheet, known.forms[form], known, others, again)


def one_message(
    payload: bytes, form: str, profile: Profile, read_as: Callable[[FormSheet, Profile], Message]
) -> Translation:
    """One workbook is one message; or the problems that keep it from being read."""
    sheet = opened(payload, form, profile)
    if not isinstance(sheet, FormSheet):
        return Translation(sheet, iter(()))
    return Translation((), iter((read_as(sheet, profile),)))


def _missing(found: tuple[str, ...], known: Layout) -> Problem:
    """No such sheet; another form that is known is named as such."""
    forms = {known.form_of(name): name for name in found}
    other = next((one for one in forms if one), None)
    read_here = " or ".join(one.title for one in known.forms.values() if one.fields)
    sheets = cut(", ".join(found[:_SHOWN]))
    if other is not None and not known.forms[other].fields:
        return Problem(
            code="fal.form-not-read",
            text=f"{known.forms[other].title} (sheet {forms[other]!r}) is not taken here",
            where=Place(sheet=forms[other]),
            found=sheets,
            expected=f"a workbook with the form {read_here}",
            hint="hand it in as you did until now; nothing in it was passed on",
        )
    return Problem(
        code="fal.form-unknown",
        text="no sheet of the workbook has the name of a form that is taken here",
        where=Place(sheet=found[0] if found else None),
        found=sheets or None,
        expected=f"a sheet named {read_here}",
        hint="use the template of the form, and keep the name of its sheet",
    )


def other_forms(opened_sheet: FormSheet, part: str) -> tuple[Problem, ...]:
    """One problem for each other sheet that holds a form: it is lost unless it is sent again."""
    return tuple(
        Problem(
            code="fal.sheet-not-read",
            text=f"sheet {name!r} holds a form too, which was not read",
            message=1,
            part=part,
            where=Place(sheet=name),
            path=BODY,
            expected="one form in a workbook",
            hint="send that form as a workbook of its own",
        )
        for name in opened_sheet.others
    )
