"""Cells as canonical leaves: what people and spreadsheets write, and what is refused."""

from datetime import date, datetime, time, timedelta

import pytest

from adapters.maritime.layout import Field, layout
from adapters.maritime.values import Trouble, as_shown, convert, has_check_digit, plain

UK = layout("uk-nmsw")


def said(how: str, raw: object) -> str:
    """The leaf, or the code of what is wrong."""
    kind, _, argument = how.partition(" ")
    found = convert(Field("A1", ("x",), (("X", None),), kind, argument, ""), raw, UK)
    return found.code if isinstance(found, Trouble) else found


CASES = [
    ("text", "\n\t Smith \n\n Jones\xa0 ", "Smith Jones"),
    ("text", 123456789.0, "123456789"),
    ("text", 12.5, "12.5"),
    ("text", True, "TRUE"),
    ("text", date(2023, 2, 1), "2023-02-01"),
    ("text", "José", "José"),
    ("country", " gbr\n", "GBR"),
    ("country", "NLD - Netherlands", "NLD"),
    ("country", "NLD \u2013 Netherlands", "NLD"),
    ("locode", "GB SOU", "GBSOU"),
    ("locode", "TN\nTUN", "TNTUN"),
    ("locode", "gbdvr", "GBDVR"),
    ("locode", "NOXXX", "NOXXX"),
    ("locode", "?????", "?????"),
    ("locode", "GBSOU / Southampton", "GBSOU"),
    ("locode", "London", "locode.malformed"),
    ("locode", "GBS0U", "locode.malformed"),
    ("imo-number", 9074729.0, "9074729"),
    ("imo-number", "IMO 9074729", "9074729"),
    ("imo-number", "imo9074729", "9074729"),
    ("imo-number", "IMO-9074729", "imo.number-malformed"),
    ("imo-number", "907472", "imo.number-malformed"),
    ("number", 20.0, "20"),
    ("number", "12.50", "12.50"),
    ("number", "12,000", "number.malformed"),
    ("number", "about 12", "number.malformed"),
    ("choice movement", "Arrival in the UK", "arrival"),
    ("choice document", "P - Passport", "P"),
    ("choice document", "ID card", "I"),
    ("choice document", "Wrong", "code.unknown"),
    ("choice gender", "F     ", "F"),
    ("choice gender", "M / Male", "M"),
    ("choice gender", "Male?", "code.unknown"),
    ("date", date(2026, 9, 13), "2026-09-13"),
    ("date", datetime.fromisoformat("2026-09-13T10:00"), "2026-09-13"),
    ("date", "\n\t12/07/2030\n", "2030-07-12"),
    ("date", "29/02/2028", "2028-02-29"),
    ("date", "29/02/2027", "moment.malformed"),
    ("date", "12/31/2027", "moment.malformed"),
    ("date", "01/01/ 1975", "moment.malformed"),
    ("date", "01011975", "moment.malformed"),
    ("date", "01.01.1975", "moment.malformed"),
    ("date", "03/12/90", "moment.malformed"),
    ("date", "1stJan2024", "moment.malformed"),
    ("date", 45000.0, "moment.malformed"),
    ("time", time(14, 0), "14:00"),
    ("time", time(10, 30, 30), "10:30:30"),
    ("time", " 12:00:00 ", "12:00:00"),
    ("time", "9:05", "09:05"),
    ("time", "01:00:00 pm", "13:00:00"),
    ("time", "12:15 am", "00:15"),
    ("time", 0.5, "12:00"),
    ("time", "13:00 pm", "moment.malformed"),
    ("time", "24:00", "moment.malformed"),
    ("time", timedelta(days=1, hours=1), "moment.malformed"),
]


@pytest.mark.parametrize(("how", "raw", "expected"), CASES)
def test_cells_as_people_write_them(how, raw, expected):
    """Each cell gives this leaf, or is told by this code."""
    assert said(how, raw) == expected


def test_numbers_that_are_no_numbers_are_text():
    """Neither infinity nor what is too large for a spreadsheet breaks the reading."""
    assert [plain(value) for value in (float("inf"), float("nan"), 1e300)] == [
        "inf",
        "nan",
        "1e+300",
    ]
    assert said("imo-number", float("nan")) == "imo.number-malformed"


def test_the_check_digit_of_an_imo_number():
    """9074729 has its own (139: 9); 9999990 and 0000101 have not."""
    assert has_check_digit("9074729")
    assert not has_check_digit("9999990")
    assert not has_check_digit("0000101")


AS_SHOWN = [
    ("text", 12345678.0, "000000000", "012345678", None),
    ("text", 7.0, "", "7", None),
    ("text", 12345678.0, "#,##0", 12345678.0, "12,345,678"),
    ("text", 12.5, "", 12.5, None),
    ("text", 1e16, "", 1e16, ""),
    ("text", date(2026, 2, 1), "", date(2026, 2, 1), "a date or time"),
    ("text", time(12, 0), "", time(12, 0), "a date or time"),
    ("text", True, "000", True, None),
    ("imo-number", 101.0, "0000000", "0000101", None),
    ("number", 12000.0, "#,##0", 12000.0, None),
    ("number", 12.0, "0.00", 12.0, None),
    ("number", 12.7, "0", 12.7, "13"),
    ("number", 0.5, "0%", 0.5, "50%"),
    ("number", 12.0, "000", 12.0, None),
    ("country", 12.0, "000", 12.0, None),
    ("date", date(2026, 2, 1), "", date(2026, 2, 1), None),
]


@pytest.mark.parametrize(("how", "raw", "code", "value", "shown"), AS_SHOWN)
def test_identifiers_are_what_the_cell_shows_and_quantities_what_it_stores(
    how, raw, code, value, shown
):
    """What goes on, and what the cell shows instead, where that is something else."""
    assert as_shown(raw, code, how) == (value, shown)


def test_what_cannot_be_seen_is_no_part_of_a_value():
    """Marks of direction and spaces without width go; an accent is one sign with its letter."""
    assert plain("\ufeff\u200eAB\u200b123 \u2060") == "AB123"
    assert plain("Jose\u0301") == "Jos\u00e9"
    assert said("date", "\u200e12/07/2030") == "2030-07-12"
    assert said("time", "14:00\u200b") == "14:00"
    assert said("locode", "\u200bGBSOU") == "GBSOU"
