"""Days and times: formats, centuries, and what is none."""

from datetime import date

import pytest

from adapters.airline.moment import pictured, to_day, to_edifact, to_iso

FLIGHT = date(2026, 1, 15)
MOMENTS = [
    ("2601150810", "201", "2026-01-15T08:10"),
    ("2601150810", "", "2026-01-15T08:10"),
    ("260115", "101", "2026-01-15"),
    ("20260115", "102", "2026-01-15"),
    ("202601150810", "203", "2026-01-15T08:10"),
    ("20260115081030", "204", "2026-01-15T08:10:30"),
    ("2601152410", "201", None),
    ("2602300810", "201", None),
    ("260115", "201", None),
    ("2601150810", "999", None),
    ("26011508xx", "201", None),
    ("\u0662601150810", "201", None),
    ("", "", None),
]


@pytest.mark.parametrize(("value", "code", "expected"), MOMENTS)
def test_a_moment_is_read_by_its_format(value, code, expected):
    """The format code decides, else the number of digits; what is no moment is None."""
    assert to_iso(value, code) == expected


DAYS = [
    ("260115", 0, "2026-01-15"),
    ("260116", 0, "1926-01-16"),
    ("800101", 0, "1980-01-01"),
    ("000229", 0, "2000-02-29"),
    ("610218", 50, "2061-02-18"),
    ("760116", 50, "1976-01-16"),
    ("760115", 50, "2076-01-15"),
    ("991399", 0, None),
    ("", 0, None),
]


@pytest.mark.parametrize(("value", "years", "expected"), DAYS)
def test_two_digits_of_a_year_are_the_latest_that_can_be_meant(value, years, expected):
    """A birth lies before the flight, an expiry at most as many years behind it as is said."""
    assert to_day(value, "", FLIGHT, years) == expected


def test_a_day_with_its_century_is_taken_as_it_is():
    """CCYYMMDD needs no rule, and no other format is guessed."""
    assert to_day("19350919", "102", FLIGHT, 0) == "1935-09-19"
    assert to_day("19350919", "101", FLIGHT, 0) is None
    assert to_day("350919", "102", FLIGHT, 0) is None


SHOWN = [
    ("", False, "DTM+36:YYMMDD, or DTM+36:CCYYMMDD:102"),
    ("101", False, "DTM+36:YYMMDD:101"),
    ("102", False, "DTM+36:CCYYMMDD:102"),
    ("201", False, "DTM+36:YYMMDD:101, or DTM+36:CCYYMMDD:102"),
    ("201", True, "DTM+36:YYMMDDHHMM:201"),
    ("102", True, "DTM+36:CCYYMMDD:102"),
    ("", True, "DTM+36:YYMMDDHHMM:201, or DTM+36:CCYYMMDDHHMM:203"),
    ("999", True, "DTM+36:YYMMDDHHMM:201, or DTM+36:CCYYMMDDHHMM:203"),
]


@pytest.mark.parametrize(("code", "timed", "expected"), SHOWN)
def test_a_format_is_shown_as_it_is_written(code, timed, expected):
    """A code that is known shows its picture; any other shows those that are usual."""
    assert pictured("DTM+36", code, timed=timed) == expected


def test_what_is_written_is_read_again():
    """Days and times of this century survive both ways."""
    for iso, code in (("2026-01-15T08:10", "201"), ("2026-01-15", "101")):
        assert to_iso(to_edifact(iso), code) == iso
