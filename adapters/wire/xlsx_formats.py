"""Number formats of a workbook: which cells have one that may show more or less than they store.

Rules
    Formats of dates and times are left out: the reader gives such cells as dates and times.
    A cell or row without an address comes right after the one before it.
    Each look is a single pass over the bytes of the part.
What does not belong
    What a cell with a format shows (`xlsx_display`), and which cells hold identifiers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from adapters.wire.xlsx_bounds import column_of
from adapters.wire.xml import parse
from broker.model.problem import Problem

_BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "5": '"$"#,##0', "6": '"$"#,##0',
    "7": '"$"#,##0.00', "8": '"$"#,##0.00', "9": "0%", "10": "0.00%", "11": "0.00E+00",
    "12": "# ?/?", "13": "# ??/??", "37": "#,##0 ;(#,##0)", "38": "#,##0 ;(#,##0)",
    "39": "#,##0.00;(#,##0.00)", "40": "#,##0.00;(#,##0.00)", "41": "_-* #,##0_-",
    "42": '_-"$"* #,##0_-', "43": "_-* #,##0.00_-", "44": '_-"$"* #,##0.00_-', "48": "##0.0E+0",
}  # fmt: skip
"""Formats that workbooks name by number alone (ECMA-376 part 1, 18.8.30)."""

_USUAL = frozenset({"", "general", "@"})
_CODE_MAX = 255
_ASIDE = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]|general|E[+-]', re.DOTALL | re.IGNORECASE)
"""What in a format is neither a digit nor part of a date; elapsed hours come as times anyway."""
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,6})[\"']")
_TAG = re.compile(rb"<(?:\w++:)?+(row|c)(\s[^<>]*+|/)?+>")
_AT = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,7})[\"']")


def formats_of(styles: bytes) -> tuple[str, ...]:
    """The number format of each cell style; "" for general, text, dates and times."""
    root = parse(styles) if styles else None
    if root is None or isinstance(root, Problem):
        return ()
    own = {one.get("numFmtId"): str(one.get("formatCode", "")) for one in root.iter("{*}numFmt")}
    cells = root.find("{*}cellXfs")
    numbers = [one.get("numFmtId") for one in cells] if cells is not None else []
    codes = (own.get(number) or _BUILT_IN.get(str(number), "") for number in numbers)
    return tuple("" if _is_usual(code) else code for code in codes)


@lru_cache(maxsize=1024)
def _is_usual(code: str) -> bool:
    if code.lower() in _USUAL:
        return True
    rest = _ASIDE.sub("", code[:_CODE_MAX]).lower()
    return any(sign in rest for sign in "dmyhs")


def formatted_cells(xml: bytes, formats: Sequence[str]) -> Mapping[tuple[int, int], str]:
    """The format of each cell that has an unusual one, by row and column counted from 0."""
    styles = {int(one) for one in set(_STYLE.findall(xml))} | {0}
    unusual = {style: formats[style] for style in styles if style < len(formats) and formats[style]}
    return dict(_formatted(xml, unusual)) if unusual else {}


def _formatted(xml: bytes, unusual: Mapping[int, str]) -> Iterator[tuple[tuple[int, int], str]]:
    row, column = -1, -1
    for tag in _TAG.finditer(xml):
        attributes = tag[2] or b""
        at = _AT.search(attributes)
        if tag[1] == b"row":
            row, column = (int(at[2]) - 1 if at else row + 1), -1
            continue
        column = column_of(at[1].decode()) if at and at[1] else column + 1
        style = _STYLE.search(attributes)
        code = unusual.get(int(style[1]) if style else 0)
        if code:
            yield (int(at[2]) - 1 if at else row, column), code
