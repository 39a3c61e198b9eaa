"""Workbooks written from rows: they read as they were written, here and elsewhere."""

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.wire.xlsx import Workbook, read
from adapters.wire.xlsx_write import compose

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r", min_codepoint=32), max_size=20)
ROWS = st.lists(st.lists(TEXT | st.integers(0, 10**9), max_size=5), max_size=5)


def trimmed(rows: list[list]) -> list[list]:
    """Without what is empty at the ends, which no reader tells apart."""
    kept = [list(row) for row in rows]
    for row in kept:
        while row and row[-1] == "":
            row.pop()
    while kept and not kept[-1]:
        kept.pop()
    return kept


@given(ROWS)
def test_rows_come_back_as_they_were_written(rows):
    """Texts and numbers are the same after reading; the same rows give the same bytes."""
    payload = compose([("Form", rows)])
    assert payload == compose([("Form", rows)])
    book = read(payload)
    assert isinstance(book, Workbook)
    assert trimmed(book.sheets[0].rows) == trimmed(rows)


def test_other_programs_read_it():
    """Sheets with their names and values, formulas as texts."""
    payload = compose([("A & B", [["=1+1", 7]]), ("Second", [["", " x "]])])
    book = load_workbook(BytesIO(payload))
    assert book.sheetnames == ["A & B", "Second"]
    assert [cell.value for cell in book["A & B"][1]] == ["=1+1", 7]
    assert book["A & B"]["A1"].data_type == "s"
    assert book["Second"]["B1"].value == " x "
