"""The outbox: what the log is owed."""

from broker.model.records import Record
from broker.state import outbox

MINE, OTHER = ("core:events.a", 0), ("core:events.a", 1)


def records(*names):
    """Records that say which they are."""
    return [Record("t", name, {"ce_id": name, "ce_time": "now"}, name.encode()) for name in names]


def test_what_was_put_is_pending_in_order_and_whole(connection):
    """An owner's records come back as they were put, oldest first; another's are not among them."""
    outbox.put(connection, MINE, records("a", "b"))
    outbox.put(connection, OTHER, records("x"))
    outbox.put(connection, MINE, records("c"))
    assert [record for _, record in outbox.pending(connection, MINE)] == records("a", "b", "c")
    assert sorted(outbox.owners(connection)) == [MINE, OTHER]
    assert outbox.length(connection) == 4


def test_forgetting_takes_the_owners_records_up_to_a_number(connection):
    """Later ones and other owners' stay."""
    outbox.put(connection, MINE, records("a", "b"))
    outbox.put(connection, OTHER, records("x"))
    outbox.put(connection, MINE, records("c"))
    second = outbox.pending(connection, MINE)[1][0]
    outbox.forget(connection, MINE, second)
    assert [record.key for _, record in outbox.pending(connection, MINE)] == ["c"]
    assert [record.key for _, record in outbox.pending(connection, OTHER)] == ["x"]


def test_forgetting_these_takes_no_other(connection):
    """A record whose number lies between two that are forgotten is still owed."""
    outbox.put(connection, MINE, records("a", "b", "c"))
    numbers = [number for number, _ in outbox.pending(connection, MINE)]
    outbox.forget_these(connection, [numbers[0], numbers[2]])
    assert [record.key for _, record in outbox.pending(connection, MINE)] == ["b"]


def test_numbers_are_never_used_again(connection):
    """A hop remembers up to where it has appended: an emptied outbox must count on."""
    outbox.put(connection, MINE, records("a", "b"))
    (_, (last, _)) = outbox.pending(connection, MINE)
    outbox.forget(connection, MINE, last)
    outbox.put(connection, MINE, records("c"))
    ((fresh, _),) = outbox.pending(connection, MINE)
    assert fresh > last
