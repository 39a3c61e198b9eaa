"""Lines: every number has its chain, and what claims to be of a line is compared with it."""

from broker.model.line import ORIGIN, START, Cursor, chained
from broker.state import lines, queue
from broker.state.lines import Line
from tests.state.test_queue import NAME, number_all, row


def numbered(connection, *numbers):
    """Queue these deliveries and number them; their cursors."""
    queue.put(connection, [row(number) for number in numbers])
    number_all(connection)
    return [Cursor(one.seq, one.chain) for one in queue.read(connection, NAME, 0, 99)]


def test_each_number_is_chained_to_the_one_before_it(connection):
    """Over batches too; the subscription holds the newest."""
    assert lines.line(connection, NAME) == Line()
    numbered(connection, 1, 2)
    found = numbered(connection, 3)
    first = chained(ORIGIN, 1, "d_1")
    second = chained(first, 2, "d_2")
    assert found == [(1, first), (2, second), (3, chained(second, 3, "d_3"))]
    assert lines.line(connection, NAME, locked=True) == Line(found[-1], 0, 0, 0)


def test_subscriptions_do_not_share_a_chain(connection):
    """Numbered in one batch, each goes on from its own."""
    queue.put(connection, [row(1), row(2)._replace(subscription="customs")])
    waiting = {one["id"]: one["number"] for one in queue.oldest_waiting(connection, 9)}
    queue.number_all(
        connection, {NAME: [(waiting["d_1"], b"1")], "customs": [(waiting["d_2"], b"2")]}
    )
    assert lines.line(connection, NAME).newest == (1, chained(ORIGIN, 1, "d_1"))
    assert lines.line(connection, "customs").newest == (1, chained(ORIGIN, 1, "d_2"))


def test_a_cursor_is_of_the_line_whose_chain_it_has(connection):
    """The right number with another chain is not, nor is a number that there is not."""
    first, second = numbered(connection, 1, 2)
    ours = (START, first, second)
    others = (Cursor(1, second.chain), Cursor(3, second.chain), Cursor(1, ""), Cursor(9, ""))
    assert [lines.is_of_line(connection, NAME, one) for one in ours] == [True] * 3
    assert [lines.is_of_line(connection, NAME, one) for one in others] == [False] * 4
    assert lines.is_numbered_so(connection, NAME, 1, "d_1")
    assert not lines.is_numbered_so(connection, NAME, 1, "d_2")
    assert not lines.is_numbered_so(connection, NAME, 3, "d_1")


def test_what_is_confirmed_is_compared_first(connection):
    """What was brought of another line, or beyond this one, is not acknowledged here."""
    first, second = numbered(connection, 1, 2)
    assert not lines.confirm(connection, NAME, Cursor(2, first.chain), "at")
    assert not lines.confirm(connection, NAME, Cursor(7, second.chain), "at")
    last, owed = lines.owed(connection, NAME, 9)
    assert (last, [one.seq for one in owed]) == (START, [1, 2])
    assert lines.confirm(connection, NAME, first, "at")
    last, owed = lines.owed(connection, NAME, 9)
    assert (last, [one.seq for one in owed]) == (first, [2])
