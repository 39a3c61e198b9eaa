"""XLSX: the sheets of a workbook as typed values with their addresses, safely.

Rules
    The zip is judged first (`xlsx_parts`), then the bytes of each wanted sheet (`xlsx_bounds`);
    what is read is a new zip of those parts alone.
    A value is what the program shows or last calculated: text, number, truth, date, time. Errors
    (#REF!) and formulas that were never calculated are empty, and kept apart. Nothing is
    calculated here. Formats that show a number in another way are kept beside the values.
    Hidden rows, columns and sheets are read like others, for people send what they have hidden; a
    sheet says that it is hidden. Merged cells have their value in the first one.
    A sheet is rows of values from A1 on, the last ones shorter where nothing stands; "" is empty.
What does not belong
    What a sheet or a cell means (the families), and marking (`xlsx_marks`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from posixpath import normpath

from python_calamine import CalamineError, CalamineWorkbook

from adapters.wire.xlsx_bounds import (
    COLUMNS_MAX,
    ROWS_MAX,
    column_of,
    too_far,
    too_much_text,
    without_value,
)
from adapters.wire.xlsx_formats import formats_of, formatted_cells
from adapters.wire.xlsx_parts import (
    LIMITS,
    Limits,
    Parts,
    damaged,
    glance,
    open_parts,
    packed,
)
from adapters.wire.xml import Element, parse
from broker.model.problem import Problem

Value = str | int | float | bool | datetime | date | time | timedelta
"""What stands in a cell; "" where nothing does."""

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK = "xl/workbook.xml"
_RELS = "xl/_rels/workbook.xml.rels"
_TYPES, _TOP_RELS = "[Content_Types].xml", "_rels/.rels"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_OPTIONAL = frozenset({_TYPES, _TOP_RELS, _STRINGS, _STYLES})
_GLANCE_BYTES_MAX = 1 << 20
SHEETS_MAX = 256


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its values by row and column, both counted from 0.

    `unsaid`: the cells that are empty though something stands there, an error or a formula.
    `formats`: number formats of cells that may show more or less than they store (`xlsx_display`).
    """

    name: str
    hidden: bool
    rows: list[list[Value]]
    unsaid: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Value:
        """The value there; "" beyond the last one."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def cell(self, address: str) -> Value:
        """The value at an address such as B2."""
        return self.at(*position(address))


@dataclass(frozen=True, slots=True)
class Workbook:
    """The wanted sheets, in the order of the workbook; the names of all that it has."""

    sheets: tuple[Sheet, ...]
    names: tuple[str, ...]


def address(row: int, column: int) -> str:
    """The address of a row and column counted from 0: B2 is (1, 1)."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def position(cell: str) -> tuple[int, int]:
    """Row and column, counted from 0, of an address."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, column_of(letters)


def looks_like(payload: bytes, limits: Limits = LIMITS) -> tuple[str, ...] | None:
    """Names of the sheets if these bytes are a workbook, else None; one small part is inflated."""
    parts = glance(payload, limits)
    if parts is None or WORKBOOK not in parts:
        return None
    if parts.entries[WORKBOOK].inflated_bytes > _GLANCE_BYTES_MAX:
        return ()
    root = _root(parts, WORKBOOK)
    return () if isinstance(root, Problem) else tuple(name for name, *_rest in _listed(root))


def _every(_name: str) -> bool:
    return True


def read(
    payload: bytes, wanted: Callable[[str], bool] = _every, limits: Limits = LIMITS
) -> Workbook | tuple[Problem, ...]:
    """The sheets whose name is wanted, or everything that keeps them from being read."""
    parts = open_parts(payload, limits)
    if not isinstance(parts, Parts):
        return parts
    found = _sheets_of(parts)
    if isinstance(found, Problem):
        return (found,)
    names, chosen = tuple(one.name for one in found), [one for one in found if wanted(one.name)]
    kept: dict[str, bytes] = {}
    for name in (_TYPES, _TOP_RELS, WORKBOOK, _RELS, _STRINGS, _STYLES, *_paths(chosen)):
        if name in parts and name not in kept:
            data = parts.inflated(name)
            if isinstance(data, Problem):
                return (data,)
            kept[name] = data
        elif name not in kept and name not in _OPTIONAL:
            return (damaged(f"part {name!r} is missing"),)
    problems = tuple(_beyond(chosen, kept))
    sheets = problems or _values(chosen, kept)
    return Workbook(tuple(sheets), names) if isinstance(sheets, list) else sheets


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    hidden: bool
    path: str


def _paths(chosen: list[_Listed]) -> list[str]:
    return [sheet.path for sheet in chosen]


def _sheets_of(parts: Parts) -> list[_Listed] | Problem:
    """Every sheet with the part that holds it."""
    for name in (WORKBOOK, _RELS):
        if name not in parts:
            return damaged(f"part {name!r} is missing: this is no workbook")
    root, links = _root(parts, WORKBOOK), _root(parts, _RELS)
    if isinstance(root, Problem):
        return root
    if isinstance(links, Problem):
        return links
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter("{*}Relationship")}
    listed = [
        _Listed(name, hidden, _path(str(targets.get(link, ""))))
        for name, hidden, link in _listed(root)
    ]
    if len(listed) > SHEETS_MAX or len({one.name for one in listed}) != len(listed):
        return damaged(f"the workbook lists {len(listed)} sheets, or one of them twice")
    return listed


def _path(target: str) -> str:
    return target[1:] if target[:1] == "/" else normpath(f"xl/{target}")


def _root(parts: Parts, name: str) -> Element | Problem:
    data = parts.inflated(name)
    if isinstance(data, Problem):
        return data
    root = parse(data)
    return damaged(f"part {name!r} is no XML") if isinstance(root, Problem) else root


def _listed(root: Element) -> Iterator[tuple[str, bool, str]]:
    """Name, whether hidden, and link of each sheet."""
    for sheet in root.iter("{*}sheet"):
        link = next((v for k, v in sheet.items() if str(k).endswith("}id")), "")
        hidden = sheet.get("state", "visible") != "visible"
        yield str(sheet.get("name", "")), hidden, str(link)


def _beyond(chosen: list[_Listed], kept: dict[str, bytes]) -> Iterator[Problem]:
    shared = kept.get(_STRINGS, b"")
    for sheet in chosen:
        xml = kept[sheet.path]
        problem = too_far(sheet.name, xml) or too_much_text(sheet.name, xml, shared)
        if problem:
            yield problem


def _values(chosen: list[_Listed], kept: dict[str, bytes]) -> list[Sheet] | tuple[Problem, ...]:
    sheets: list[Sheet] = []
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(packed(kept)))
        formats = formats_of(kept.get(_STYLES, b""))
        for sheet in chosen:
            read_sheet = book.get_sheet_by_name(sheet.name)
            if read_sheet.total_height >= ROWS_MAX or read_sheet.total_width >= COLUMNS_MAX:
                return (damaged(f"sheet {sheet.name!r} is larger than it says"),)
            rows = read_sheet.to_python(skip_empty_area=False)
            xml = kept[sheet.path]
            unsaid, formatted = without_value(xml), formatted_cells(xml, formats)
            sheets.append(Sheet(sheet.name, sheet.hidden, rows, unsaid, formatted))
    except (CalamineError, OSError, ValueError) as error:
        return (damaged(f"the workbook cannot be read: {str(error)[:200]}"),)
    return sheets
