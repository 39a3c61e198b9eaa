"""Which cells of a workbook have a number format that may show something else than they store."""

from datetime import date
from io import BytesIO

from openpyxl import Workbook as Written

from adapters.wire.xlsx import Workbook, position, read
from adapters.wire.xlsx_formats import formats_of, formatted_cells

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def written(**cells: tuple[object, str]) -> bytes:
    book = Written()
    for where, (value, number_format) in cells.items():
        book.worksheets[0][where] = value
        book.worksheets[0][where].number_format = number_format
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_formats_stand_beside_the_values():
    """Own and built-in ones, of numbers and formulas; not those of texts, dates and times."""
    payload = written(
        A1=(1, "000000000"), B2=(2, "#,##0"), C3=("x", "@"), D4=(4, "General"),
        E5=(date(2026, 1, 1), "dd/mm/yyyy"), F6=(6, '0" d"'), G7=(0.5, "[h]:mm"),
    )  # fmt: skip
    book = read(payload)
    assert isinstance(book, Workbook)
    assert book.sheets[0].formats == {
        position("A1"): "000000000", position("B2"): "#,##0", position("F6"): '0" d"',
    }  # fmt: skip
    assert book.sheets[0].cell("A1") == 1


def test_styles_that_cannot_be_read_have_no_formats():
    """No part, no XML, no list of styles; a format that is not defined is the general one."""
    assert formats_of(b"") == ()
    assert formats_of(b"<styleSheet") == ()
    assert formats_of(f"<styleSheet {MAIN}/>".encode()) == ()
    styles = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="200"/><xf numFmtId="x"/><xf/></cellXfs>'
    assert formats_of(f"{styles}</styleSheet>".encode()) == ("", "", "")


def test_cells_without_addresses_come_one_after_the_other():
    """Rows and cells count on from the last one with an address; style 0 needs no attribute."""
    xml = (
        b'<sheetData><row><c s="1"><v>1</v></c><c s="0"/></row><row r="5"><c r="C5" s="1"/>'
        b'<c s=\'1\'/></row><x:row><x:c r="B6" s="1"/></x:row><cols><col s="1"/></cols>'
    )
    found = formatted_cells(xml, ("", "000"))
    assert set(found) == {(0, 0), (4, 2), (4, 3), (5, 1)}
    assert formatted_cells(b'<row r="1"><c r="A1"/></row>', ("000",)) == {(0, 0): "000"}
    assert formatted_cells(xml, ("", "")) == {}


def test_many_tags_cost_time_by_their_number():
    """A sheet that never closes a tag, or is one long name, is looked through once."""
    for xml in (b"<c " * 200_000, b"<" + b"c" * 1_000_000, b'<c s="1"' * 100_000):
        assert formatted_cells(xml, ("", "000")) == {}
