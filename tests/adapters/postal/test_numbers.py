"""White space around values, decimals in every form, and numbers that are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.postal.numbers import canonical_decimal, shortest, trimmed


def test_what_cannot_be_seen_around_a_value_is_no_part_of_it():
    """Blanks of every script and invisible characters go; what stands between letters stays."""
    for around in (" ", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200e", "\ufeff"):
        assert trimmed(f"{around}A{around}B{around}{around}") == f"A{around}B"


@given(st.text())
def test_no_white_space_of_any_script_is_left_around(text):
    """What Python takes for white space is none around a trimmed text."""
    plain = trimmed(text)
    assert plain == plain.strip()
    assert plain in text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("5", "5"), ("+5", "5"), (".5", "0.5"), ("5.", "5"), ("+.50", "0.50"), ("10.00", "10.00"),
        ("007", "007"), ("-3.20", "-3.20"), ("-0.00", "0.00"), ("\u00a012.5\u200b\n", "12.5"),
        ("0" * 20 + "1", "1"), ("1." + "0" * 12, "1.000000000"), ("1.0000000001", "1.0000000001"),
        ("", None), (".", None), ("+", None), ("1e3", None), ("1,5", None), ("1.2.3", None),
        ("0x10", None), ("--1", None), ("\u0661", None), ("NaN", None), ("1 000", None),
    ],
)  # fmt: skip
def test_every_form_of_a_decimal_is_one_canonical_decimal(written, canonical):
    """Digits are kept, and a sign, a missing zero or a point at the end are no part of them."""
    assert canonical_decimal(written) == canonical


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_a_canonical_decimal_is_the_number_that_was_written(number):
    """Nothing is rounded, and what is canonical stays as it is."""
    canonical = canonical_decimal(f"{number:f}")
    assert canonical is not None
    assert type(number)(canonical) == number
    assert canonical_decimal(canonical) == canonical


def test_numbers_are_the_same_however_they_are_spelt():
    """1, 01 and 1.0 are one number, 1 and 10 are two; what is no number is itself."""
    assert {shortest(one) for one in ("1", "01", "1.0", "+1.", "001.00")} == {"1"}
    assert shortest("10") == "10"
    assert shortest("0.50") == shortest(".5") == "0.5"
    assert shortest("-01.0") == "-1"
    assert shortest("000") == "0"
    assert shortest("A") == "A"
