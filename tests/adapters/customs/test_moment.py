"""Moments of UN/EDIFACT 2379, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.customs.moment import from_iso, to_iso

CASES = [
    ("102", "20261122", "2026-11-22"),
    ("203", "202611220930", "2026-11-22T09:30"),
    ("204", "20261122093001", "2026-11-22T09:30:01"),
    ("304", "20261122093001Z", "2026-11-22T09:30:01Z"),
    ("304", "20261122093001+01", "2026-11-22T09:30:01+01"),
    ("304", "20261122093001-0530", "2026-11-22T09:30:01-05:30"),
    ("304", "20240229000000Z", "2024-02-29T00:00:00Z"),
]


@pytest.mark.parametrize(("code", "text", "iso"), CASES)
def test_each_format_goes_both_ways(code, text, iso):
    """Precision and zone are kept exactly, and give format code and text again."""
    assert to_iso(code, text) == iso
    assert from_iso(iso) == (code, text)


@pytest.mark.parametrize(
    ("code", "text"),
    [("304", "20261122093001"), ("304", "20261122093001 Z"), ("102", "20261301"),
     ("102", "20230229"), ("204", "20261122250000"), ("203", "2026112209"), ("999", "20261122"),
     ("", ""), ("102", "\u0662\u0660261122"), ("304", "20261122093001+99"),
     ("304", "20261122093001Z\n"), ("102", "00000101")],
)  # fmt: skip
def test_what_is_no_moment_is_none(code, text):
    """Wrong formats, dates that do not exist and foreign digits are refused."""
    assert to_iso(code, text) is None


@given(code=st.sampled_from(["102", "203", "204", "304", ""]), text=st.text(max_size=20))
def test_any_text_is_a_moment_or_none(code, text):
    """What is taken can be given back; nothing else is taken."""
    iso = to_iso(code, text)
    assert iso is None or from_iso(iso) == (code, text)


def test_moments_that_no_format_can_say_are_none():
    """A fraction of a second, a month alone, or a zone without a time have no format code."""
    assert from_iso("2026-11-22T09:30:00.123Z") is None
    assert from_iso("2026-11") is None
    assert from_iso("2026-11-22T09Z") is None
