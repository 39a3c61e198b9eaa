"""Positions: the compare-and-set is the fence."""

import pytest

from broker.errors import MovedFault
from broker.state import positions
from broker.state.positions import Position, Reader

READER = Reader("core", "events.trial", 3)


def test_a_new_reader_stands_at_the_beginning(connection):
    """Taking a position nobody had gives the first record, and taking it again changes nothing."""
    assert positions.take(connection, READER) == Position(0, 0)
    positions.move(connection, READER, Position(0), Position(7, 2))
    assert positions.take(connection, READER) == Position(7, 2)


@pytest.mark.parametrize("begin", [Position(0), Position(4, 1), Position(5, 0), Position(6)])
def test_a_position_that_has_moved_fences_its_old_owner(connection, begin):
    """Whoever moves from anywhere but the very position gets a MovedFault, and nothing moves."""
    positions.take(connection, READER)
    positions.move(connection, READER, Position(0), Position(5, 1))
    with pytest.raises(MovedFault, match=r"events\.trial-3"):
        positions.move(connection, READER, begin, Position(9))
    assert positions.take(connection, READER) == Position(5, 1)


def test_a_reader_that_took_nothing_moves_nothing(connection):
    """Without a row there is nothing to compare with."""
    with pytest.raises(MovedFault):
        positions.move(connection, READER, Position(0), Position(1))


def test_starts_count_until_a_batch_commits(connection):
    """Each start is one more; a move sets the count to nothing."""
    positions.take(connection, READER)
    assert [positions.started(connection, READER) for _ in range(3)] == [1, 2, 3]
    positions.move(connection, READER, Position(0), Position(1))
    assert positions.started(connection, READER) == 1


def test_readers_are_apart(connection):
    """Stations, topics and partitions each have a position of their own."""
    others = [Reader("x", *READER[1:]), Reader(READER[0], "y", 3), Reader(*READER[:2], 4)]
    for reader in (READER, *others):
        positions.take(connection, reader)
    positions.move(connection, READER, Position(0), Position(8))
    found = dict(positions.everywhere(connection))
    assert found == {READER: Position(8), **dict.fromkeys(others, Position(0))}
