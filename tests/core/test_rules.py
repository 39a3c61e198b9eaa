"""Tables of requests by the profile and the day that something names."""

import pytest

from broker.core.rules import Rules
from broker.errors import ConfigFault
from broker.model.request_table import AT_ONCE, RequestTable
from broker.routing.match import Book

TABLE = RequestTable((), {}, valid_from="2026-01-01")
LATER = RequestTable((), {}, valid_from="2026-06-01")
NO_BOOK = Book((), {}, "")


def rules(tables):
    """Rules of a configuration with these tables, by profile."""
    return Rules(NO_BOOK, NO_BOOK, {}, "", {}, tables=tables)


def test_the_table_that_a_request_was_made_under_is_found_by_its_first_day():
    """Without a profile it is the table that permits everything at once."""
    assert rules({"qz": (TABLE,)}).table_since("qz", "2026-01-01") is TABLE
    assert rules({}).table_since("", AT_ONCE.valid_from) is AT_ONCE


@pytest.mark.parametrize("left", [{}, {"qz": ()}, {"qz": (LATER,)}])
def test_a_table_that_was_removed_is_a_fault(left):
    """Neither another table of the profile, nor that of a profile without any, is taken for it."""
    with pytest.raises(ConfigFault, match="any more; put"):
        rules(left).table_since("qz", "2026-01-01")
