"""Marks in a workbook: the sender's own file, cells of it coloured and commented by gravity.

Rules
    A cell with several marks has the colour of the gravest, and all texts, the gravest first.
    The sheets stay in their order with their values; a result sheet comes last and is the one
    that is shown first. Whoever sends the corrected file again needs to remove nothing: earlier
    marks and result sheets are taken out before new ones are set.
    The zip is judged as for reading; what the writer would need too much memory for gives a
    workbook with the result sheet alone.
    Text of others is written as text, never as a formula.
    The same file and marks give the same bytes: no time of writing is kept.
What the writer loses
    Pictures, charts, controls, custom properties of the office suite, comments in threads, bold
    words within a text. A cell that was marked before and is right now has no colour.
What does not belong
    Which cells are marked, how grave that is, and the words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from operator import itemgetter
from typing import Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from openpyxl import Workbook as OpenWorkbook
from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from adapters.wire.xlsx import address, position
from adapters.wire.xlsx_bounds import covered, too_far
from adapters.wire.xlsx_parts import LIMITS, Limits, Parts, open_parts, packed
from adapters.wire.xlsx_write import STYLES
from broker.model.problem import Problem

AUTHOR, RESULT_SHEET = "Single Window", "Result"
Gravity = Literal["error", "hold", "warning", "clear", "note"]
"""What must be corrected or was refused; what waits; what is odd; what is released; all else."""

_COLOURS: Mapping[Gravity, str] = {
    "error": "FFFFC7CE", "hold": "FFF8CBAD", "warning": "FFFFEB9C", "clear": "FFC6EFCE",
    "note": "FFDDEBF7",
}  # fmt: skip
"""The gravest first: red, orange, yellow, green, blue."""
_GRAVITIES = tuple(_COLOURS)
_SHEET_BYTES_MAX = 16 << 20
_SHEET_ID = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\bid\s*=\s*[\"']([^\"']*)")
_TARGET = re.compile(rb"\bTarget\s*=\s*[\"'](?:[^\"']*/)?([^\"'/]*)")
_SPANNED_MAX = 200_000
_CELLS_MAX = 100_000
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_TEXT_MAX = 2000
_WIDTHS = (12, 18, 60, 30, 40, 60)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CORE, _STYLES = "docProps/core.xml", "xl/styles.xml"
_MOMENTS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
"""The writer's own clock; a file with such moments keeps its own."""
_UNOPENED = (
    AttributeError, BadZipFile, IndexError, InvalidFileException, KeyError, OSError,
    OverflowError, SyntaxError, TypeError, ValueError,
)  # fmt: skip
"""What the writer raises for a file it cannot take apart; each was seen, or is documented."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell of the sender's workbook, how grave the matter is, and what to say there."""

    sheet: str
    cell: str
    text: str
    gravity: Gravity = "error"


@dataclass(frozen=True, slots=True)
class Result:
    """The result sheet: a title, lines about the whole, and a table under its headings."""

    title: str
    lines: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def marked(payload: bytes, marks: Sequence[Mark], result: Result, limits: Limits = LIMITS) -> bytes:
    """The same workbook with marks and result; the result alone where it cannot be opened."""
    parts = _writable(payload, limits)
    book = None if parts is None else _opened(parts)
    if parts is None or book is None:
        alone = OpenWorkbook()
        alone.remove(alone.worksheets[0])
        return _saved(alone, result, None)
    for sheet in book.worksheets:
        _unmark(sheet)
        _mark(sheet, [mark for mark in marks if mark.sheet == sheet.title])
    return _saved(book, result, parts.get(_CORE))


def _writable(payload: bytes, limits: Limits) -> dict[str, bytes] | None:
    """The checked parts, if the writer can hold them in memory."""
    parts = open_parts(payload, limits)
    if not isinstance(parts, Parts):
        return None
    found: dict[str, bytes] = {}
    for name in parts.entries:
        data = parts.inflated(name)
        if isinstance(data, Problem):
            return None
        found[name] = data
    if sum(len(data) for data in found.values()) > _SHEET_BYTES_MAX or _repeats_a_sheet(found):
        return None
    sheets = [data for data in found.values() if b"sheetData" in data]
    if sum(len(_CELL.findall(data)) for data in sheets) > _CELLS_MAX:
        return None
    fits = all(covered(data) <= _SPANNED_MAX and not too_far("", data) for data in sheets)
    return found if fits else None


def _repeats_a_sheet(parts: dict[str, bytes]) -> bool:
    """Whether one sheet stands under several names: the writer would read it for each of them."""
    sheets = {name.rpartition("/")[2].encode() for name in parts if b"sheetData" in parts[name]}
    named, meant = list[bytes](), list[bytes]()
    for name, data in parts.items():
        if name.endswith(".rels") and (b"/worksheet" in data or b"&#" in data):
            meant += [one for one in _TARGET.findall(data) if one in sheets or b"&" in one]
        elif b"<sheets" in data or b":sheets" in data:
            named += _SHEET_ID.findall(data)
    written = any(b"&" in one for one in (*named, *meant))
    return written or len(set(named)) < len(named) or len(set(meant)) < len(meant)


def _opened(parts: dict[str, bytes]) -> OpenWorkbook | None:
    try:
        book = load_workbook(BytesIO(packed(_unremarkable(parts))), keep_links=False)
    except _UNOPENED:
        return None
    return book if book.worksheets else None


def _unremarkable(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts without what the library would drop, with a warning in the logs of the process.

    A workbook without styles is given the usual ones; extensions of sheets are taken out.
    """
    styles = parts.get(_STYLES, b"")
    usual = {} if b"cellXfs" in styles else {_STYLES: STYLES}
    return {name: _without_extensions(data) for name, data in (parts | usual).items()}


def _without_extensions(xml: bytes) -> bytes:
    if b"sheetData" not in xml or b"<extLst" not in xml:
        return xml
    kept, at = [], 0
    while (start := xml.find(b"<extLst", at)) >= 0 and (end := xml.find(b"</extLst>", start)) >= 0:
        kept.append(xml[at:start])
        at = end + len(b"</extLst>")
    return b"".join([*kept, xml[at:]])


def _unmark(sheet: Worksheet) -> None:
    """Without the comments of earlier marks, and without their colour."""
    known = sheet._cells.values()  # noqa: SLF001 (the public walk makes all cells in between)
    for cell in known:
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            if cell.fill.start_color.rgb in _COLOURS.values():
                cell.fill = PatternFill()


def _mark(sheet: Worksheet, marks: Iterable[Mark]) -> None:
    by_cell: dict[str, list[tuple[int, str]]] = {}
    for mark in marks:
        where = _cell(sheet, mark.cell).coordinate
        within = "" if where == mark.cell else f"{mark.cell}: "  # merged cells show one of them
        ranked = (_GRAVITIES.index(mark.gravity), f"{within}{mark.text}")
        by_cell.setdefault(where, []).append(ranked)
    for where, texts in by_cell.items():
        cell = _cell(sheet, where)
        texts.sort(key=itemgetter(0))
        colour = _COLOURS[_GRAVITIES[texts[0][0]]]
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        before = [cell.comment.text] if cell.comment is not None else []
        text = _written("\n\n".join([*before, *(text for _rank, text in texts)]))
        cell.comment = Comment(text, AUTHOR, height=60 + 18 * len(text) // 40, width=320)


def _cell(sheet: Worksheet, where: str) -> Cell:
    """The cell at an address; of merged cells the first, which is the one that is shown."""
    row, column = position(where)
    cell = sheet.cell(row + 1, column + 1)
    if isinstance(cell, MergedCell):
        span = next(one for one in sheet.merged_cells.ranges if where in one)
        cell = sheet.cell(span.min_row, span.min_col)
    assert isinstance(cell, Cell)
    return cell


def _saved(book: OpenWorkbook, result: Result, core: bytes | None) -> bytes:
    _add(book, result)
    target = BytesIO()
    book.save(target)
    with ZipFile(target) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    parts[_CORE] = core or _MOMENTS.sub(b"", parts[_CORE])
    return packed(parts, ZIP_DEFLATED)


def _add(book: OpenWorkbook, result: Result) -> None:
    """The result sheet, last in order and shown first, instead of an earlier one."""
    for sheet in book.worksheets:
        if sheet.title == RESULT_SHEET and sheet["A1"].value == result.title:
            book.remove(sheet)
    sheet = book.create_sheet(RESULT_SHEET)
    lines = [(result.title,), *((line,) for line in result.lines), (), result.headings]
    for number, line in enumerate([*lines, *result.rows], 1):
        for column, text in enumerate(line, 1):
            cell = sheet.cell(number, column)
            cell.value = _written(text)
            cell.data_type = "s"
            if number > len(lines):
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in (sheet["A1"], *next(sheet.iter_rows(len(lines), len(lines)))):
        cell.font = Font(bold=True)
    for column, width in enumerate(_WIDTHS):
        sheet.column_dimensions[address(0, column)[:-1]].width = width
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = len(book.worksheets) - 1


def _written(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)[:_TEXT_MAX]
