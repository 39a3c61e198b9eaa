"""The window of one partition: consecutive, read again from memory, never past a gap."""

import asyncio

from broker.errors import LogFault
from broker.eventlog.ahead import Lane
from broker.model.records import Entry


def entries(*positions):
    """Entries of ten bytes at these positions."""
    return [Entry("t", 0, position, "k", {}, b"0123456789") for position in positions]


def at(found):
    """Where these entries stand."""
    return [entry.position for entry in found]


def test_an_abandoned_batch_is_read_again_from_memory():
    """The same position gives the same entries until a later one was asked for."""
    lane = Lane(5, 0)
    assert lane.add(entries(5, 6, 7))
    assert at(lane.take(5, 20)) == at(lane.take(5, 20)) == [5, 6]
    assert at(lane.take(7, 20)) == [7]
    assert not lane.holds(5)


def test_what_was_read_weighs_nothing_before_anything_new_comes():
    """Who stands at the end has let go of everything: fetching may go on."""
    lane = Lane(0, 0)
    lane.add(entries(0, 1, 2))
    assert lane.bytes == 30
    lane.let_go(2)
    assert lane.bytes == 10
    lane.let_go(3)
    assert (lane.bytes, lane.begin, lane.end) == (0, 3, 3)


def test_what_does_not_follow_is_not_put():
    """A gap, or an entry that stands there already, ends the window where it was."""
    for wrong in (entries(2, 4, 5), entries(2, 2)):
        lane = Lane(2, 0)
        assert not lane.add(wrong)
        assert lane.end == 3
        assert at(lane.take(2, 99)) == [2]


def test_a_reader_behind_the_window_gets_nothing_instead_of_what_comes_later():
    """Where another reader has let go of a position, entries behind it would be a skip."""
    lane = Lane(0, 0)
    lane.add(entries(0, 1, 2))
    lane.take(2, 99)
    assert lane.take(0, 99) == []
    assert at(lane.take(2, 99)) == [2]


def test_every_waiting_reader_hears_of_news_and_of_a_fault():
    """Readers at several positions wake for theirs; a fault wakes all of them."""

    async def run():
        lane = Lane(0, 0)
        waiting = [asyncio.ensure_future(lane.news(position, 5)) for position in (0, 0, 1)]
        await asyncio.sleep(0)
        lane.add(entries(0))
        await asyncio.sleep(0.01)
        assert [one.done() for one in waiting] == [True, True, False]
        lane.fail(LogFault("gone"))
        assert await asyncio.gather(*waiting) == [True, True, True]
        assert not lane.holds(1)
        assert not await Lane(0, 0).news(0, 0.01)

    asyncio.run(run())
