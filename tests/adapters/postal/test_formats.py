"""Representations and moments: what is of a format, and what is not."""

import pytest

from adapters.postal.formats import (
    is_moment,
    moment_hint,
    number_of,
    text_of,
    to_microseconds,
)


@pytest.mark.parametrize(
    ("shown", "value", "right"),
    [
        ("n..16,3", "10.00", True), ("n..16,3", "10.0000", True), ("n..16,3", "10.0001", False),
        ("n..16,3", "1234567890123.123", True), ("n..16,3", "12345678901234.123", False),
        ("n..16,3", "-1", False), ("n..16,3", "+1", False), ("n..16,3", ".5", False),
        ("n..16,3", "1e3", False), ("n..16,3", "1,5", False), ("n..16,3", "", False),
        ("n..16,3", "\u0661", False), ("n..16,3", "1\n", False), ("n..8", "3.0", True),
        ("n..8", "3.5", False), ("n..5", "00001", True), ("n..5", "123456", False),
    ],
)  # fmt: skip
def test_a_decimal_has_so_many_digits_and_no_sign(shown, value, right):
    """Zeros at the ends do not count; sign, exponent, comma and other scripts are no digits."""
    assert bool(number_of(shown).fits(value)) is right


@pytest.mark.parametrize(
    ("shown", "limit", "right", "wrong"),
    [
        ("an..35", 35, "any", None), ("an6", 6, "x", None), ("a2", None, "NL", "nl"),
        ("a3", None, "EUR", "EURO"), ("a..3", None, "EU", "E1"), ("n2", None, "12", "1"),
        ("", None, "free", None),
    ],
)  # fmt: skip
def test_a_text_has_so_many_characters_of_a_kind(shown, limit, right, wrong):
    """A length counts characters; letters are capitals, digits are digits."""
    form = text_of(shown)
    assert limit is None or form.limit == limit
    assert form.fits(right)
    assert wrong is None or not form.fits(wrong)


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("2026", True), ("2026-11", True), ("2026-11-02", True), ("2026-11-02T15", True),
        ("2026-11-02T15:20", True), ("2026-11-02T15:20:00Z", True),
        ("2026-11-02T15:20:00.123+01:00", True), ("2026-11-02T15:20:00-05", True),
        ("2026-13", False), ("2026-02-30", False), ("2026-11-02T25", False), ("0000", False),
        ("2026-11-02 15:20", False), ("20261102", False), ("2026-11-02\n", False), ("", False),
    ],
)  # fmt: skip
def test_a_moment_is_one_that_the_calendar_has(value, right):
    """Any precision and zone may be said; a day or an hour that does not exist is none."""
    assert is_moment(value) is right


@pytest.mark.parametrize(
    ("value", "coarser"),
    [
        ("2026-11-02T15:20:00.1234567Z", "2026-11-02T15:20:00.123456Z"),
        ("2026-11-02T15:20:00.123456789+01:00", "2026-11-02T15:20:00.123456+01:00"),
        ("2026-11-02T15:20:00.0000000", "2026-11-02T15:20:00.000000"),
        ("2026-11-02T15:20:00.123456-01:00", "2026-11-02T15:20:00.123456-01:00"),
        ("2026-11-02T15:20:00Z", "2026-11-02T15:20:00Z"),
        ("2026-11-02T15:20:00.1234567x", "2026-11-02T15:20:00.1234567x"),
    ],
)
def test_what_is_finer_than_a_microsecond_is_cut(value, coarser):
    """Seven digits of a second, as some systems write them, are six and a rest."""
    assert to_microseconds(value) == coarser


def test_a_moment_that_is_none_has_its_own_hint():
    """A day that does not exist is another mistake than a day written otherwise."""
    assert "calendar" in moment_hint("2026-02-30")
    assert "order" in moment_hint("02.11.2026")
