"""Codes in public names."""

import pytest

from adapters.airline.kinds import FLIGHT
from adapters.customs.kinds import DECLARATION
from adapters.maritime.kinds import VISIT
from adapters.postal.kinds import ITEM

OWNED = {scheme.name: scheme.owned for kind in (FLIGHT, ITEM, DECLARATION, VISIT)
         for scheme in kind.schemes}  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("FLIGHT", "ZZ0035/2026-11-22/IST", "ZZ"),
        ("FLIGHT", "U20035A/2026-11-22/to-JFK", "U2"),
        ("FLIGHT", "ABC1234/2026-11-22/IST", "ABC"),
        ("FLIGHT", "9W0001/2026-11-22/IST", "9W"),
        ("FLIGHT", "NOTHING", None),
        ("S10", "LX123456785US/2026-11-20", "US"),
        ("S10", "LX123456785USX/2026-11-20", None),
        ("S10", "JD0123456789/2026-11-20", None),
    ],
)
def test_the_scheme_says_where_the_code_stands(scheme, value, code):
    """The carrier begins the name of a flight, the country ends the identifier of an item."""
    assert OWNED[scheme].code_in(value) == code


@pytest.mark.parametrize("scheme", ["MRN", "LRN", "VISIT", "CALL", "VOYAGE"])
def test_other_names_hold_no_code(scheme):
    """Given by an authority, by the broker, or within a party: they need no owner."""
    assert OWNED[scheme] is None


CODES = [("ZZ", True), ("U2", True), ("QZA", True), ("Z", False), ("zz", False), ("ZZ1", False)]


@pytest.mark.parametrize(("code", "right"), CODES)
def test_a_code_has_the_shape_of_its_class(code, right):
    """What no reference could hold is seen when the configuration is read."""
    assert OWNED["FLIGHT"].is_code(code) is right
