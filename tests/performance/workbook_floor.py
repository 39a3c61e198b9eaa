"""The floors of a workbook: its cells by calamine and by openpyxl, with nothing judged."""

from io import BytesIO

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook


def by_calamine(payload: bytes) -> int:
    """Every cell of every sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(payload))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def by_openpyxl(payload: bytes) -> int:
    """The same, row by row."""
    book = load_workbook(BytesIO(payload), read_only=True)
    return sum(1 for sheet in book for _row in sheet.iter_rows(values_only=True))
