"""The name of a flight: one value however it is written, and what stands in for an airport."""

import pytest

from adapters.airline.flight import designator, flight_of, starts_with_carrier

CASES = [
    ("TK35", "TK", "TK0035"),
    ("TK0035", "TK", "TK0035"),
    ("TK 35", "TK", "TK0035"),
    ("tk35", "", "TK0035"),
    ("A92707", "", "A92707"),
    ("A92707", "A9", "A92707"),
    ("B2740", "", "B20740"),
    ("UA0989", "UA", "UA0989"),
    ("ZZ123D", "ZZ", "ZZ0123D"),
    ("3ZZ1", "", "3ZZ0001"),
    ("AAL123", "AA", "AAL0123"),
    ("ZX877", "XZ", "ZX0877"),
    ("", "", None),
    ("TK", "TK", None),
    ("12345", "", None),
    ("OK688ZZZZZZ", "OK", None),
    ("TK12345", "TK", None),
    ("TK\u0663\u0665", "TK", None),
]


@pytest.mark.parametrize(("said", "carrier", "expected"), CASES)
def test_a_flight_has_one_name_however_it_is_written(said, carrier, expected):
    """Blanks, case and leading zeros do not matter; what is no flight number has no name."""
    assert designator(said, carrier) == expected


def call(airport, role="92", left="", came=""):
    made = {"ID": airport, "RoleCode": role}
    made |= {"DepartureDateTime": left} if left else {}
    return made | ({"ArrivalDateTime": came} if came else {})


FLIGHTS = [
    (
        [call("MIA", left="2026-01-15T10:00"), call("IAD", "125", left="2026-01-16T08:00")],
        "ZZ0035/2026-01-16/IAD",
    ),
    (
        [call("BCN", left="2026-01-15T10:00"), call("IAD", left="2026-01-15T19:30")],
        "ZZ0035/2026-01-15/BCN",
    ),
    (
        [call("VIE", "125"), call("OSL", "87", came="2026-01-15T10:30")],
        "ZZ0035/2026-01-15/to-OSL",
    ),
    (
        [call("VIE", "125"), call("OSL", "92", came="2026-01-15T10:30"),
         call("TRD", "92", came="2026-01-15T12:30")],
        "ZZ0035/2026-01-15/to-TRD",
    ),
    ([call("vie", "125", left="2026-01-15T08:10")], "ZZ0035/2026-01-15/VIE"),
    ([call("VIE", "125"), call("OSL", "87")], None),
    ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("calls", "expected"), FLIGHTS)
def test_the_departure_that_crosses_names_a_flight(calls, expected):
    """LOC 125, else the first departure, else the arrival; without a day there is no name."""
    assert flight_of("ZZ0035", calls) == expected


def test_a_flight_number_may_begin_with_another_carrier():
    """The misprint of the guide's example is seen, blanks and case are not."""
    assert starts_with_carrier("zz 35", "ZZ ")
    assert not starts_with_carrier("ZX877", "XZ")
