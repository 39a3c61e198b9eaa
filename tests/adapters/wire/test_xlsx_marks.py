"""Marks: the sender's own file comes back, its faulty cells coloured and commented."""

from io import BytesIO

import pytest
from openpyxl import Workbook as Written
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from adapters.wire.xlsx import Workbook, looks_like, read
from adapters.wire.xlsx_marks import AUTHOR, Mark, Result, marked
from adapters.wire.xlsx_parts import Parts, open_parts, packed
from adapters.wire.xlsx_write import compose

RESULT = Result("Result of the check", ("rejected",), ("Sheet", "Cell"), (("Form", "B2"),))
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def form() -> Written:
    """A form with values, a drop-down, a merged range and a comment of its own."""
    book = Written()
    sheet = book.active
    sheet.title = "Form"
    sheet["A1"], sheet["B2"], sheet["C3"], sheet["D4"] = "title", "wrong", "=1+1", "0001"
    sheet["B2"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet["C3"].comment = Comment("mine", "Somebody")
    sheet.merge_cells("A6:C6")
    drop_down = DataValidation(type="list", formula1='"P,I,O"')
    drop_down.add("A9:A20")
    sheet.add_data_validation(drop_down)
    book.create_sheet("Codes")["A1"] = "ABW"
    return book


def saved(book: Written) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def opened(payload: bytes) -> Written:
    return load_workbook(BytesIO(payload))


def values(payload: bytes) -> dict[str, list]:
    book = read(payload, {"Form", "Codes"}.__contains__)
    assert isinstance(book, Workbook)
    return {sheet.name: sheet.rows for sheet in book.sheets}


def test_faulty_cells_are_coloured_and_commented():
    """An error is red, a warning yellow; the comment has the words; others stay as they are."""
    marks = [Mark("Form", "B2", "no such code"), Mark("Form", "A1", "odd", "warning")]
    sheet = opened(marked(saved(form()), marks, RESULT))["Form"]
    assert sheet["B2"].fill.start_color.rgb == RED
    assert sheet["A1"].fill.start_color.rgb == YELLOW
    assert (sheet["B2"].comment.text, sheet["B2"].comment.author) == ("no such code", AUTHOR)
    assert sheet["D4"].fill.fill_type is None
    assert sheet["C3"].comment.text == "mine"


REPEATED = (
    ("xl/workbook.xml", b'r:id="rId2"', b'r:id="rId1"'),
    ("xl/workbook.xml", b'r:id="rId2"', b'r:id="&#114;Id1"'),
    ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/sheet1.xml"),
    ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/./sheet1.xml"),
    ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/&#115;heet1.xml"),
)


@pytest.mark.parametrize(("part", "said", "instead"), REPEATED)
def test_a_sheet_of_several_names_gives_the_result_alone(part, said, instead):
    """The writer would take it apart once for each name: a small file would keep it busy."""
    read_parts = open_parts(saved(form()))
    parts = {name: read_parts.inflated(name) for name in read_parts.entries}
    assert said in parts[part]
    assert opened(marked(packed(parts), [], RESULT)).sheetnames == ["Form", "Codes", "Result"]
    parts[part] = parts[part].replace(said, instead)
    assert opened(marked(packed(parts), [], RESULT)).sheetnames == ["Result"]


def test_a_link_with_an_ampersand_is_no_reason():
    """Addresses in cells are the sender's; they name no sheet."""
    book = form()
    book["Form"]["E5"].hyperlink = "https://example.org/x?a=1&b=2"
    assert opened(marked(saved(book), [], RESULT)).sheetnames == ["Form", "Codes", "Result"]


def test_nothing_else_is_changed():
    """Values, formulas, drop-downs, merged ranges and the order of the sheets are the sender's."""
    payload = saved(form())
    back = marked(payload, [Mark("Form", "B2", "x")], RESULT)
    assert values(back) == values(payload)
    book = opened(back)
    assert book["Form"]["C3"].value == "=1+1"
    assert [str(one.sqref) for one in book["Form"].data_validations.dataValidation] == ["A9:A20"]
    assert [str(one) for one in book["Form"].merged_cells.ranges] == ["A6:C6"]
    assert looks_like(back) == ("Form", "Codes", "Result")
    assert book.properties.creator == opened(payload).properties.creator


def test_all_problems_of_a_cell_stand_in_one_comment():
    """Two marks on one cell, or on a merged one, are both told, the sender's comment kept."""
    marks = [Mark("Form", "C3", "one"), Mark("Form", "C3", "two", "warning"),
             Mark("Form", "B6", "merged")]  # fmt: skip
    sheet = opened(marked(saved(form()), marks, RESULT))["Form"]
    assert sheet["C3"].comment.text == "mine\n\none\n\ntwo"
    assert sheet["C3"].fill.start_color.rgb == RED
    assert sheet["A6"].comment.text == "B6: merged"


def test_the_result_is_shown_first_and_stands_last():
    """Programs that take the first sheet still find the form; people see the result at once."""
    book = opened(marked(saved(form()), [], RESULT))
    assert book.active.title == "Result"
    assert [cell.value for cell in book["Result"]["A"]][:2] == ["Result of the check", "rejected"]


def test_a_marked_file_that_comes_again_has_new_marks_only():
    """Marks and result of the first round are gone in the second: nothing has to be removed."""
    first = marked(saved(form()), [Mark("Form", "B2", "x"), Mark("Form", "D4", "y")], RESULT)
    second = opened(marked(first, [Mark("Form", "D4", "z")], RESULT))
    sheet = second["Form"]
    assert (sheet["B2"].comment, sheet["B2"].fill.fill_type) == (None, None)
    assert sheet["D4"].comment.text == "z"
    assert second.sheetnames == ["Form", "Codes", "Result"]


def test_what_is_told_is_never_a_formula():
    """A value that begins with an equals sign is shown, not calculated; odd signs are left out."""
    result = Result("t", (), ("found",), (('=HYPERLINK("http://example.test")\x07',),))
    sheet = opened(marked(saved(form()), [Mark("Form", "B2", "\x00\ud800=1")], result))["Result"]
    cell = sheet["A4"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://example.test") ')


def test_the_same_marks_give_the_same_bytes():
    """No time of writing is kept, so that a repeated reply is the same reply."""
    payload = saved(form())
    marks = [Mark("Form", "B2", "x")]
    assert marked(payload, marks, RESULT) == marked(payload, marks, RESULT)


def test_what_cannot_be_opened_gives_the_result_alone():
    """Files that are broken, have macros or span too many cells are answered all the same."""
    parts = open_parts(saved(form()))
    assert isinstance(parts, Parts)
    kept = {name: parts.inflated(name) for name in parts.entries}
    sheet = "xl/worksheets/sheet1.xml"
    wide = kept[sheet].replace(b'ref="A6:C6"', b'ref="A6:XFD1048576"')
    assert wide != kept[sheet]
    for payload in (
        b"no workbook at all",
        packed({**kept, "xl/vbaProject.bin": b"x"}),
        packed({**kept, sheet: wide}),
        packed({**kept, sheet: b"<worksheet>"}),
        packed({**kept, "xl/theme/theme1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        packed({**kept, "xl/styles.xml": b"<styleSheet/>"}),
    ):
        book = opened(marked(payload, [Mark("Form", "B2", "x")], RESULT))
        assert "Result" in book.sheetnames
        assert book["Result"]["A2"].value == "rejected"


def test_more_cells_than_can_be_marked_give_the_result_alone():
    """The writer takes a kilobyte of memory for each cell of the whole workbook."""
    payload = compose([("Form", [["1"] * 100] * 1001)])
    assert opened(marked(payload, [], RESULT)).sheetnames == ["Result"]


def test_an_empty_cell_far_away_costs_nothing():
    """Marks are set without walking the rectangle that a styled cell at its far corner spans."""
    book = form()
    book["Form"]["XFD1048576"].fill = PatternFill("solid", start_color="FF0000FF")
    back = marked(saved(book), [Mark("Form", "B2", "x")], RESULT)
    assert opened(back)["Form"]["B2"].comment.text == "x"


@pytest.mark.filterwarnings("error")
def test_nobody_is_warned_of_what_the_library_cannot_keep():
    """A workbook without styles is marked all the same, one with extensions without them."""
    parts = open_parts(compose([("Form", [["x"]])]))
    assert isinstance(parts, Parts)
    kept = {name: parts.inflated(name) for name in parts.entries}
    sheet = "xl/worksheets/sheet1.xml"
    listed = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    extended = kept[sheet].replace(b"</worksheet>", listed)
    for payload, match in (
        (packed({**kept, "xl/styles.xml": b"<styleSheet/>"}), "no stylesheet"),
        (packed({**kept, sheet: extended}), "not supported"),
    ):
        with pytest.warns(UserWarning, match=match):
            opened(payload)
        back = opened(marked(payload, [Mark("Form", "A1", "odd")], RESULT))
        assert back["Form"]["A1"].comment.text == "odd"


def test_extensions_that_never_end_cost_nothing():
    """A sheet is looked through once, however many of them begin in it."""
    parts = open_parts(compose([("Form", [["x"]])]))
    assert isinstance(parts, Parts)
    kept = {name: parts.inflated(name) for name in parts.entries}
    sheet = "xl/worksheets/sheet1.xml"
    broken = packed({**kept, sheet: kept[sheet] + b"<extLst>" * 100_000})
    assert opened(marked(broken, [], RESULT)).sheetnames == ["Result"]
