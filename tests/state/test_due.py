"""Moments at which something must happen."""

import pytest

from broker.state import due, queue
from broker.state.due import Counted, Due
from tests.state.test_queue import AT, NAME, SILENCE, number_all, row

SILENT = Due("o_1", "silence//plant-health/control/1", "2026-11-22T10:30:00.000Z", "declaration")


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


ARRIVALS = (
    # when silence ends by the arrival, when it ends
    ("2026-11-22T11:00:00.000Z", "2026-11-22T11:00:00.000Z"),
    ("2026-11-22T10:00:00.000Z", "2026-11-22T10:30:00.000Z"),
    ("2026-11-20T10:00:00.000Z", "2026-11-22T10:30:00.000Z"),
)


@pytest.mark.parametrize(("by_arrival", "ends"), ARRIVALS)
def test_silence_counts_anew_from_the_later_of_acknowledgement_and_arrival(
    connection, by_arrival, ends
):
    """Whether its moment was set by the acknowledgement, or moved to an expected arrival."""
    queue.put(connection, [row(1)._replace(silence=SILENCE)])
    number_all(connection)
    queue.acknowledge(connection, NAME, 1, AT)
    counted = Counted(SILENT._replace(at=by_arrival), 3600)
    due.count_anew(connection, [counted])
    assert due.upto(connection, "9999", 9) == [SILENT._replace(at=ends)]
    due.drop(connection, [SILENT])
    due.put(connection, [SILENT._replace(at="2027-01-01T00:00:00.000Z")])
    due.count_anew(connection, [counted])
    assert due.upto(connection, "9999", 9) == [SILENT._replace(at=ends)]


def test_nothing_is_counted_anew_that_is_not_counted_yet(connection):
    """Before the acknowledgement there is no moment; after the moment has come, none either."""
    queue.put(connection, [row(1)._replace(silence=SILENCE)])
    number_all(connection)
    counted = Counted(SILENT, 3600)
    due.count_anew(connection, [counted])
    assert due.upto(connection, "9999", 9) == []
    queue.acknowledge(connection, NAME, 1, AT)
    due.drop(connection, [SILENT])
    due.count_anew(connection, [counted])
    assert due.upto(connection, "9999", 9) == []


def test_the_newest_delivery_says_from_when_silence_counts(connection):
    """What was asked again by a notice is counted from that one's acknowledgement, not before."""
    queue.put(connection, [row(1)._replace(silence=SILENCE)])
    number_all(connection)
    queue.acknowledge(connection, NAME, 1, AT)
    queue.put(connection, [row(2, what="notice")._replace(silence=SILENCE)])
    number_all(connection)
    counted = Counted(SILENT._replace(at="2026-11-22T12:00:00.000Z"), 3600)
    due.count_anew(connection, [counted])
    assert due.upto(connection, "9999", 9) == [SILENT]
    queue.acknowledge(connection, NAME, 2, "2026-11-22T12:00:00.000Z")
    due.count_anew(connection, [counted])
    assert [one.at for one in due.upto(connection, "9999", 9)] == ["2026-11-22T13:00:00.000Z"]
