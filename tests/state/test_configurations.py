"""The configuration in force: one row, set by compare-and-set."""

import zlib

import pytest

from broker.errors import MovedFault, SupersededFault
from broker.state import configurations
from broker.state.configurations import InForce


def test_at_first_none_is_in_force(connection):
    """An empty database has number 0, under which every number may write."""
    assert configurations.in_force(connection) == InForce(0, "")
    configurations.must_be_newest(connection, 0)


def test_each_that_is_put_in_force_has_the_next_number(connection):
    """Numbers count on, also where a digest comes back."""
    before = InForce()
    for number, digest in enumerate("aba", 1):
        before = configurations.succeed(connection, before, digest, "")
        assert before == configurations.in_force(connection) == InForce(number, digest)


@pytest.mark.parametrize("before", [InForce(), InForce(1, "a"), InForce(2, "a"), InForce(3, "c")])
def test_what_succeeds_another_than_the_one_in_force_changes_nothing(connection, before):
    """A compare-and-set from any other row is a MovedFault."""
    configurations.succeed(connection, InForce(), "a", "")
    configurations.succeed(connection, InForce(1, "a"), "b", "")
    with pytest.raises(MovedFault):
        configurations.succeed(connection, before, "c", "")
    assert configurations.in_force(connection) == InForce(2, "b")


def test_an_older_number_is_superseded(connection):
    """The fault names both numbers and what to do; the newest passes."""
    configurations.succeed(connection, InForce(), "a", "")
    configurations.succeed(connection, InForce(1, "a"), "b", "")
    configurations.must_be_newest(connection, 2)
    with pytest.raises(SupersededFault, match=r"2 is in force.* with 1; .* start it again"):
        configurations.must_be_newest(connection, 1)


def test_a_configuration_is_kept_by_its_digest(connection):
    """Its content is read as it was put; one that is known stays as it is."""
    for content in (b"{}", b"[]"):
        configurations.put(connection, "a", zlib.compress(content), "")
    assert configurations.content_of(connection, "a") == b"{}"
    assert configurations.content_of(connection, "b") is None
