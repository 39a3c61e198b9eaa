"""Workbooks: typed values with their addresses, and bounds before anything large is built."""

from datetime import date, datetime, time
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Written

from adapters.wire.xlsx import Workbook, address, looks_like, position, read
from adapters.wire.xlsx_bounds import without_value
from adapters.wire.xlsx_parts import Parts, open_parts, packed
from broker.model.problem import Problem

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def written(**cells: object) -> bytes:
    """A workbook with one sheet, Form, and these cells."""
    book = Written()
    sheet = book.active
    sheet.title = "Form"
    for where, value in cells.items():
        sheet[where] = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(payload: bytes, name: str, data: bytes) -> bytes:
    """The same workbook with another part in place of one."""
    parts = open_parts(payload)
    assert isinstance(parts, Parts)
    kept = {one: parts.inflated(one) for one in parts.entries}
    return packed({**kept, name: data})


def with_rows(rows: str) -> bytes:
    """A workbook whose sheet has these rows, as XML."""
    xml = f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>"
    return with_part(written(), SHEET, xml.encode())


def sheet_of(payload: bytes):
    book = read(payload)
    assert isinstance(book, Workbook)
    return book.sheets[0]


def code_of(payload: bytes) -> str:
    found = read(payload)
    assert isinstance(found, tuple)
    return found[0].code


def test_values_keep_their_types():
    """Text, numbers, truth, dates, times and moments come as such, each at its address."""
    said = {
        "A1": "text", "B2": 2.5, "C3": True, "D4": date(1999, 2, 12),
        "E5": datetime.fromisoformat("2026-09-03T04:00:01"), "F6": time(14, 30),
        "G7": " two\nlines ",
    }  # fmt: skip
    sheet = sheet_of(written(**said))
    for where, value in said.items():
        found = sheet.cell(where)
        assert found == value or found == datetime.combine(value, time())


def test_empty_and_absent_cells_are_empty_text():
    """Nothing within, and nothing beyond the last value, are the same."""
    sheet = sheet_of(written(B3="x"))
    assert [sheet.cell(where) for where in ("A1", "B2", "B4", "Z999")] == ["", "", "", ""]


def test_a_formula_gives_what_was_last_calculated():
    """The value beside the formula is taken; without one the cell is empty, as for errors.

    What stands in such cells is kept apart, so that they can be told from blank ones.
    """
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'
        '<c r="C1" t="e"><v>#REF!</v></c><c r="D1" t="e"><f>A9</f><v>#N/A</v></c>'
        '<c r="E1"><f t="shared" si="0"/><v></v></c><c r="F1" s="0"/></row>'
    )
    sheet = sheet_of(with_rows(rows))
    assert [sheet.cell(where) for where in ("A1", "B1", "C1", "D1")] == [2.0, "", "", ""]
    assert sheet.unsaid == {"B1": "=1+1", "C1": "#REF!", "D1": "#N/A", "E1": "="}


def test_a_hidden_sheet_is_read_and_says_so():
    """People send what they have hidden; its name is listed like the others."""
    book = Written()
    book.active.title = "Shown"
    book.create_sheet("Kept").sheet_state = "hidden"
    book["Kept"]["A1"] = "x"
    target = BytesIO()
    book.save(target)
    payload = target.getvalue()
    assert looks_like(payload) == ("Shown", "Kept")
    found = read(payload, {"Kept"}.__contains__)
    assert isinstance(found, Workbook)
    assert [(one.name, one.hidden, one.cell("A1")) for one in found.sheets] == [("Kept", True, "x")]


def test_merged_cells_have_their_value_in_the_first():
    """The others of the range are empty."""
    book = Written()
    book.active["A1"] = "over all"
    book.active.merge_cells("A1:C2")
    target = BytesIO()
    book.save(target)
    sheet = sheet_of(target.getvalue())
    assert [sheet.cell(where) for where in ("A1", "B1", "A2")] == ["over all", "", ""]


@pytest.mark.parametrize("where", ["DA1", "XFD1048576", "A20001", "zz3", "A0000020001"])
def test_a_value_far_outside_is_named_and_refused(where):
    """One value far away would make a rectangle that fills the memory."""
    payload = with_rows(f"<row><c r=\"A1\"><v>1</v></c><c  r = '{where}'><v>1</v></c></row>")
    found = read(payload)
    assert isinstance(found, tuple)
    assert found[0].code == "xlsx.cell-too-far"
    assert (found[0].where.sheet, found[0].where.cell) == ("Form", where)


def test_a_far_row_whose_cells_have_no_address_is_refused():
    """Cells without an address stand where their row says."""
    assert code_of(with_rows('<row r="1048576"><c><v>1</v></c></row>')) == "xlsx.cell-too-far"
    hidden = '<row r="1048576"><!--</row>--><c><v>1</v></c></row>'
    assert code_of(with_rows(hidden)) == "xlsx.cell-too-far"


def test_empty_cells_far_outside_do_no_harm():
    """A border drawn down to the last row is no reason to refuse a form."""
    rows = (
        '<row r="1"><c r="A1"><v>7</v></c><c r="XFD1" s="0"/></row>'
        '<row r="1048575" ht="3"><c r="A1048575" s="0"/><c r="B1048575"/></row>'
        '<row r="1048576"><c r="A1048576" t="n"></c><c r="XFD1048576" s="0"></c></row>'
    )
    sheet = sheet_of(with_rows(rows))
    assert [sheet.cell("A1"), len(sheet.rows)] == [7.0, 1]


def test_many_far_tags_take_time_by_the_bytes_only():
    """A hundred thousand far tags that nest badly are refused, without looking far ahead."""
    assert code_of(with_rows('<row r="99999">' * 100_000)) == "xlsx.cell-too-far"


def test_cells_that_never_end_take_time_by_the_bytes_only():
    """White space, formulas and tags without an end are looked at once."""
    cell = "<c r='A1'>"
    for rows in (cell + " " * 300_000, f"{cell}<f>" * 50_000, f"{cell}<f>1</f>" * 50_000):
        assert without_value(f"<f>{rows}".encode()) == {}


def test_one_text_repeated_by_all_cells_is_bounded():
    """A long text of the shared list, shown in very many cells, is refused before it is built."""
    long = f"<sst {NAMESPACE}><si><t>{'x' * 100_000}</t></si></sst>".encode()
    cells = '<c t="s"><v>0</v></c>' * 2000
    payload = with_part(with_rows(f"<row>{cells}</row>"), "xl/sharedStrings.xml", long)
    assert code_of(payload) == "xlsx.too-large"


def test_what_is_no_workbook_is_told():
    """Another zip, a sheet that is missing, and XML that is broken are damaged, not an error."""
    assert looks_like(packed({"word/document.xml": b"<a/>"})) is None
    assert looks_like(b"PK\x03\x04") is None
    assert code_of(packed({"word/document.xml": b"<a/>"})) == "xlsx.damaged"
    assert code_of(with_part(written(A1=1), SHEET, b"<worksheet><sheetData><row")) == "xlsx.damaged"
    assert code_of(with_part(written(A1=1), "xl/workbook.xml", b"<workbook")) == "xlsx.damaged"


@given(st.integers(0, 30_000), st.integers(0, 16_383))
def test_an_address_names_one_place(row, column):
    """Row and column give an address, and the address gives them again."""
    assert position(address(row, column)) == (row, column)


def test_known_addresses():
    """The first cell is A1; after Z comes AA."""
    assert [address(0, 0), address(1, 25), address(9, 26)] == ["A1", "Z2", "AA10"]


@given(st.data())
def test_any_change_of_a_part_gives_values_or_problems(data):
    """A workbook whose XML was changed at random is read, or told what is wrong with it."""
    name = data.draw(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml"]))
    parts = open_parts(written(A1="x", B2=1.5, C3=date(2020, 1, 1)))
    assert isinstance(parts, Parts)
    xml = parts.inflated(name)
    assert isinstance(xml, bytes)
    at, cut = data.draw(st.integers(0, len(xml))), data.draw(st.integers(0, 20))
    put = data.draw(st.sampled_from([b"", b"<", b'"', b"999999", b"<c", b"</row>", b"&a;", b"-1"]))
    payload = with_part(parts.payload, name, xml[:at] + put + xml[at + cut :])
    found = read(payload)
    assert isinstance(found, Workbook) or all(isinstance(one, Problem) for one in found)
