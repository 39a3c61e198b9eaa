"""Positions: the compare-and-set is the fence."""

import pytest

from broker.errors import MovedFault, SupersededFault
from broker.state import configurations, positions
from broker.state.configurations import InForce
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


def test_a_position_is_never_moved_under_an_older_configuration(connection):
    """Whoever has a lower number than it was last moved under is superseded, and moves nothing."""
    positions.take(connection, READER)
    positions.move(connection, READER, Position(0), Position(1), number=2)
    with pytest.raises(SupersededFault, match="configuration 2 is in force"):
        positions.move(connection, READER, Position(1), Position(2), number=1)
    assert positions.take(connection, READER) == Position(1)
    positions.move(connection, READER, Position(1), Position(2), number=2)
    positions.move(connection, READER, Position(2), Position(3), number=3)
    assert positions.take(connection, READER) == Position(3)


def test_a_newer_configuration_in_force_fences_before_it_has_moved_anything(connection):
    """The older number moves nothing from the moment on at which the newer one is in force."""
    positions.take(connection, READER)
    first = configurations.succeed(connection, InForce(), "a", "")
    positions.move(connection, READER, Position(0), Position(1), number=1)
    configurations.succeed(connection, first, "b", "")
    with pytest.raises(SupersededFault, match="started with 1"):
        positions.move(connection, READER, Position(1), Position(2), number=1)
    positions.move(connection, READER, Position(1), Position(2), number=2)
    assert positions.take(connection, READER) == Position(2)


def test_a_rival_of_the_same_configuration_is_no_successor(connection):
    """Where the numbers are equal and the position is another, it is a MovedFault, as ever."""
    configurations.succeed(connection, InForce(), "a", "")
    positions.take(connection, READER)
    positions.move(connection, READER, Position(0), Position(1), number=1)
    with pytest.raises(MovedFault):
        positions.move(connection, READER, Position(0), Position(2), number=1)
