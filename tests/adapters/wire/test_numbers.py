"""Decimals as texts: the spellings of XML Schema, and the one of the model."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.numbers import canonical_decimal, is_negative, shortest, trimmed
from broker.model.leaf import DECIMAL


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+5", "5"), (".160", "0.160"), ("5.", "5"), ("-.5", "-0.5"), ("+0.0", "0.0"),
        ("10.00", "10.00"), ("007", "007"), ("-0", "0"), (" \n5\t", "5"), ("\u200b5\ufeff", "5"),
        ("0" * 30 + "7", "7"), ("1." + "0" * 30, "1"), ("1.5" + "0" * 30, "1.5"),
        ("9" * 18 + "." + "9" * 9, "9" * 18 + "." + "9" * 9),
    ],
)  # fmt: skip
def test_each_spelling_is_read_and_digits_are_kept(text, number):
    """Sign, point and white space are free; the number is written as the model holds it."""
    assert canonical_decimal(text) == number
    assert re.fullmatch(DECIMAL, number)


@pytest.mark.parametrize(
    "text",
    ["", ".", "+", "-", "+.", "1,5", "1e5", "1 000", "0x1", "--1", "\u0661", "INF", "NaN", "5 kg",
     "9" * 19, "0." + "1" * 10],
)  # fmt: skip
def test_what_is_no_decimal_of_the_model_is_none(text):
    """Exponents, grouping, other digits, and more digits than the model holds are not read."""
    assert canonical_decimal(text) is None


@given(number=st.decimals(min_value=-(10**17), max_value=10**17, places=6))
def test_every_spelling_of_a_number_is_the_same_number(number):
    """The canonical and the shortest spelling have the value that was written."""
    for text in (f"{number:f}", f"+{abs(number):f}", f"00{abs(number):f}"):
        canonical = canonical_decimal(text)
        assert canonical is not None
        assert Decimal(canonical) == Decimal(text)
        assert Decimal(shortest(canonical)) == Decimal(text)
        assert is_negative(canonical) == (Decimal(text) < 0)


@pytest.mark.parametrize(
    ("spellings", "number"),
    [(("1", "01", "001", "1.0", "1.", "+1"), "1"), (("0", "00", "-0", "0.0", "-.0"), "0"),
     (("-1", "-01.00"), "-1"), (("10", "10.0"), "10"), ((".5", "0.50"), "0.5"),
     (("x",), "x"), (("",), "")],
)  # fmt: skip
def test_spellings_of_one_number_compare_equal(spellings, number):
    """Numbers compare by their shortest spelling; what is no number is only itself."""
    assert {shortest(one) for one in spellings} == {number}


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
