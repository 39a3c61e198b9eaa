"""What a message knows of itself: segments that were lost, errors beyond those that are listed."""

import pytest

from tests.adapters.wire.test_edifact_reading import HEAD, only, payload


def test_no_warning_takes_the_place_of_an_error_and_what_is_not_listed_is_counted():
    """Of 130 segments without a tag 100 are listed; the message holds the numbers of all."""
    found = only(payload(b"BGM+745'NAD+FL+++A\x07B'" + b"##'" * 130))
    assert [one.severity for one in found.problems] == ["error"] * 101
    last = found.problems[-1]
    assert (last.code, last.text) == ("problems.more", "31 more problems are not listed")
    assert list(found.unread) == list(range(4, 134))
    assert found.hidden_errors == {"edifact.segment-unreadable"}


@pytest.mark.parametrize(
    ("trailer", "lacks"),
    [
        (b"UNT+3+1'", False),
        (b"UNT+2+1'", False),
        (b"UNT+4+1'", True),
        (b"'UNT+4+1'", False),
        (b"UNT+X+1'", False),
        (b"", True),
    ],
)
def test_a_count_higher_than_what_was_read_says_that_segments_are_missing(trailer, lacks):
    """An empty segment is one that UNT may count; without UNT the end itself is missing."""
    raw = HEAD % (b"UNOA", b"3") + b"UNH+1+PAXLST:D:05B:UN'BGM+745'" + trailer + b"UNZ+1+R'"
    assert only(raw).lacks_segments is lacks
