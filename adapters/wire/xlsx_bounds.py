"""What a sheet may hold before its cells are read: readers keep a sheet as one dense rectangle.

Rules
    A value beyond column CZ or row 20,000 would make that rectangle huge; it is refused by name.
    Empty cells there (a colour, a border) are common, and harmless.
    The longest text, repeated by every cell that shows a text, has a bound: one text of a shared
    list may stand in all cells.
    All looks are single passes over the bytes of the part, in windows: one search over all of a
    large part would keep every other thread of the process from running.
What does not belong
    The zip (`xlsx_parts`), and what cells mean.
"""

import re
from collections.abc import Iterator

from broker.model.problem import Place, Problem

COLUMNS_MAX, ROWS_MAX = 104, 20_000
TEXT_BYTES_MAX = 64 << 20
_LOOKS_MAX, _AHEAD_BYTES = 20_000, 4096
_WINDOW_BYTES = 256 << 10

_BEYOND = (
    rb"([A-Za-z]{3,}[0-9]+|[D-Zd-z][A-Za-z][0-9]+"
    rb"|[A-Za-z]*(?:[0-9]{6,}|[3-9][0-9]{4}|2[1-9][0-9]{3}|20[1-9][0-9]{2}"
    rb"|200[1-9][0-9]|2000[1-9]))"
)
_OPEN = rb"(?![^<>\"']*(?:\"[^<>\"]*\"[^<>\"']*)*(?:/>|>\s*</(?:\w+:)?c\s*>))"
_FAR = re.compile(rb"r=\"" + _BEYOND + rb"\"" + _OPEN)
"""A cell or row beyond the bounds whose tag does not end at once: it may have content."""
_FAR_IN_ANY_SPELLING = re.compile(rb"r\s*=\s*[\"']\s*" + _BEYOND + rb"\s*[\"']" + _OPEN)
_UNUSUAL = re.compile(rb"r(?:\s+=|=\s|='|=\"\s)")
_TAG_END = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_EMPTY_ROW = re.compile(
    rb"\s*(?:<(?:\w+:)?c\b[^<>]*(?:/>|>\s*</(?:\w+:)?c\s*>)\s*)*</(?:\w+:)?row\s*>"
)
_ITEM = re.compile(rb"<(?:\w+:)?si[\s>/]")
_RANGE = re.compile(
    rb"(<(?:\w+:)?dimension\s+)?(?:(?<=\s)|(?<=^))ref\s*=\s*[\"']"
    rb"([A-Za-z]{1,3})([0-9]{1,7}):([A-Za-z]{1,3})([0-9]{1,7})[\"']"
)
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*+)>\s*+"
    rb"(<(?:\w+:)?f[^<>]*+(?:(?<=/)>|>([^<]*+)</(?:\w+:)?f\s*+>))?+\s*+"
    rb"(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v>([^<]*+)</(?:\w+:)?v\s*+>)?+\s*+</(?:\w+:)?c\s*+>"
)
"""A cell with a formula or a plain value or both; nothing is looked at twice."""
_AT = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3}[0-9]{1,7})[\"']")
_IS_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_SIGNS = (b"<f", b":f", b'"e"', b"'e'")
"""One of these stands in every sheet with a formula or an error."""
_SHOWN_MAX = 80


def without_value(xml: bytes) -> dict[str, str]:
    """Cells with an error or a formula that was never calculated, by address: what stands there."""
    found: dict[str, str] = {}
    if not any(sign in xml for sign in _SIGNS):
        return found
    for cell in _NO_VALUE.finditer(xml):
        attributes, has_formula, formula, value = cell.groups()
        at = _AT.search(attributes)
        wrong = _IS_ERROR.search(attributes) is not None
        if at is None or not (wrong or (has_formula and not value)):
            continue
        shown = value if wrong and value else b"=" + (formula or b"")
        found[at[1].decode().upper()] = shown.decode("utf-8", "replace")[:_SHOWN_MAX]
    return found


def too_far(sheet: str, xml: bytes) -> Problem | None:
    """The first value beyond the bounds, if any."""
    plain = b"<!" not in xml
    unusual = next(_found(_UNUSUAL, xml), None)
    far_cells = _FAR_IN_ANY_SPELLING if unusual else _FAR
    for number, far in enumerate(_found(far_cells, xml)):
        if number == _LOOKS_MAX or not (plain and _is_empty(xml, far.end())):
            where = far.group(1).decode("ascii")
            cell = f"A{where}" if where.isdigit() else where
            return Problem(
                code="xlsx.cell-too-far",
                text=f"a value stands far outside the form, at {cell}",
                where=Place(sheet=sheet, cell=cell),
                expected=f"values in columns A to CZ and rows 1 to {ROWS_MAX}",
                hint="delete that column or row",
            )
    return None


def _found(pattern: re.Pattern[bytes], xml: bytes) -> Iterator[re.Match[bytes]]:
    """All matches, window by window; each sees _AHEAD_BYTES beyond the end of its window."""
    for low in range(0, len(xml), _WINDOW_BYTES):
        high = low + _WINDOW_BYTES
        for match in pattern.finditer(xml, low, high + _AHEAD_BYTES):
            if match.start() >= high:
                break
            yield match


def _is_empty(xml: bytes, at: int) -> bool:
    """Whether the tag around this byte is a row of empty cells.

    A row that is one was read once, and the first that is none ends the search: time goes by the
    bytes.
    """
    end = _TAG_END.match(xml, at, at + _AHEAD_BYTES)
    return end is not None and _EMPTY_ROW.match(xml, end.end()) is not None


def too_much_text(sheet: str, xml: bytes, shared: bytes) -> Problem | None:
    """Whether the texts that cells share would be too much if every cell showed the longest."""
    cells = xml.count(b'"s"') + xml.count(b"'s'")
    if cells * len(shared) <= TEXT_BYTES_MAX:
        return None
    starts = [item.start() for item in _ITEM.finditer(shared)]
    ends = [*starts[1:], len(shared)]
    longest = max((end - start for start, end in zip(starts, ends, strict=False)), default=0)
    if cells * longest <= TEXT_BYTES_MAX:
        return None
    return Problem(
        code="xlsx.too-large",
        text=f"{cells} cells show texts of up to {longest} bytes",
        where=Place(sheet=sheet),
        expected=f"at most {TEXT_BYTES_MAX} bytes together",
        hint="shorten the longest texts, or send fewer rows at once",
    )


def covered(xml: bytes) -> int:
    """How many cells merged ranges, links and the like span together."""
    total = 0
    for extent in _found(_RANGE, xml):
        dimension, left, top, right, bottom = extent.groups()
        if dimension is None:
            columns = abs(column_of(right.decode()) - column_of(left.decode())) + 1
            total += columns * (abs(int(bottom) - int(top)) + 1)
    return total


def column_of(letters: str) -> int:
    """The number of a column, counted from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
