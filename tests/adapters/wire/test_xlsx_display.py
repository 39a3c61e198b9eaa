"""What a cell with a number shows, by its number format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.xlsx_display import display

WHOLE = [
    (12345678.0, "000000000", "012345678"),
    (123456, "0000-00", "1234-56"),
    (1703123456.0, "00000 000000", "01703 123456"),
    (1234.0, '"AB"000000', "AB001234"),
    (1234.0, "\\A\\B000000", "AB001234"),
    (12.0, "[Red]000", "012"),
    (0.0, "000", "000"),
    (5.0, "0_)", "5"),
    (7.0, "000;-000;;@", "007"),
    (12345678.0, "", "12345678"),
    (12345678.0, "0", "12345678"),
]
OTHERWISE = [
    (12345678.0, "#,##0", "12,345,678", True),
    (12345.0, "000,000", "012,345", True),
    (12345678.0, "0.00", "12345678.00", True),
    (12.7, "0", "13", False),
    (1.25, "0.##", "1.25", True),
    (12.0, "#.00", "12.00", True),
    (0.0, "#", "", True),
    (12345678.0, "0.00E+00", "1.23E+7", False),
    (123456789012.0, "", "1.23457E+11", True),
    (12.5, "", "12.5", True),
    (0.5, "0%", "50%", False),
    (12000.0, "#,##0,", "12", False),
    (1234.0, '"No. "000000', "No. 001234", True),
    (1234.0, "000\\.000", "001.234", True),
    (5.0, "_-* #,##0_-", "5", True),
    (12.0, "[$\u20ac-809]000", "\u20ac012", True),
    (-5.0, "000", "-005", True),
    (-5.0, "0;(0)", "(5)", True),
    (2.0, "???", "2", True),
    (5.0, ";;;", "", False),
    (5.0, '"n/a"', "n/a", False),
]
UNKNOWN = [
    (12.0, "00/00"), (12.0, "[>5]0;00"), (1234567.0, "##0.0E+0"), (1e15, "0"), (1e300, ""),
    (float("nan"), ""), (float("inf"), "0"), (1.0, "0.0.0"), (1.0, "0" * 300), (1.0, "0" * 26),
    (1.0, "0 \u0416"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "code", "text"), WHOLE)
def test_zeros_and_signs_of_identifiers_are_shown(number, code, text):
    """All digits are there, with zeros in front and signs between them, and nothing else."""
    shown = display(number, code)
    assert shown is not None
    assert (shown.text, shown.whole, shown.equal) == (text, True, True)


@pytest.mark.parametrize(("number", "code", "text", "equal"), OTHERWISE)
def test_what_shows_more_or_less_than_the_digits_is_not_whole(number, code, text, equal):
    """Separators, decimals, powers, percent and rounding; equal says whether the number is."""
    shown = display(number, code)
    assert shown is not None
    assert (shown.text, shown.whole, shown.equal) == (text, False, equal)


@pytest.mark.parametrize(("number", "code"), UNKNOWN)
def test_what_cannot_be_worked_out_has_no_answer(number, code):
    """Fractions, conditions, sixteen digits, and signs with another meaning."""
    assert display(number, code) is None


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.text('0#?.,%;E+-/@ "\\_*[]$GgnralA', max_size=20),
)
def test_any_number_and_format_give_a_text_or_no_answer(number, code):
    """And where it is whole, its digits are those of the number behind zeros."""
    shown = display(number, code)
    if shown is not None and shown.whole:
        assert shown.text.strip()
        assert number >= 0
        assert number == int(number)


@given(st.integers(0, 10**12), st.integers(1, 15))
def test_as_many_zeros_as_the_format_has(number, places):
    """The text is the number filled up with zeros."""
    shown = display(float(number), "0" * places)
    assert shown is not None
    assert (shown.text, shown.whole) == (str(number).zfill(places), True)
