"""Moments at which something must happen."""

from broker.state import due
from broker.state.due import Due


def test_moments_come_earliest_first_and_are_kept_once(connection):
    """One that is there already keeps its time; dropped ones are gone."""
    late, early = (
        Due("o_1", "b", "2027-02", "declaration"),
        Due("o_2", "a", "2027-01", "declaration"),
    )
    due.put(connection, [late, early])
    due.put(connection, [early._replace(at="2020-01")])
    assert due.upto(connection, "2027-01", 9) == [early]
    assert due.upto(connection, "2028", 9) == [early, late]
    assert due.upto(connection, "2028", 1) == [early]
    due.drop(connection, [early])
    assert due.upto(connection, "2028", 9) == [late]
