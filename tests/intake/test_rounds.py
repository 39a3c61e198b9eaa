"""Rounds over the senders that wait: fair among them, in order within each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.intake.rounds import add, take_group

ARRIVALS = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 12)), max_size=60)


def waiting(arrivals):
    """The queues after these (sender, size) have come, each arrival with its place."""
    queues = {}
    for place, (sender, size) in enumerate(arrivals):
        add(queues, sender, (sender, size, place))
    return queues


def taken(queues, *, count_max=4, bytes_max=20, held=()):
    """The next group."""
    return take_group(
        queues, lambda one: one[1], count_max=count_max, bytes_max=bytes_max, held=held
    )


@pytest.mark.parametrize(
    ("arrivals", "groups"),
    [
        ([], [[]]),
        ([("a", 1)] * 9 + [("b", 1)], [[0, 9, 1, 2], [3, 4, 5, 6], [7, 8]]),
        ([("a", 1)] * 3 + [("b", 1)] * 3, [[0, 3, 1, 4], [2, 5]]),
        ([("a", 99), ("a", 99), ("b", 1)], [[0], [2], [1]]),
        ([("a", 15), ("b", 15), ("c", 5)], [[0, 2], [1]]),
        ([("b", 5), ("a", 18), ("c", 15)], [[0, 2], [1]]),
    ],
)
def test_groups_are_filled_in_rounds_up_to_their_limits(arrivals, groups):
    """One of each sender, then the next of each: four arrivals or twenty bytes, at least one."""
    queues = waiting(arrivals)
    assert [[place for *_, place in taken(queues)] for _ in groups] == groups
    assert queues == {}


@given(ARRIVALS, st.integers(1, 8), st.integers(1, 30))
def test_every_arrival_is_taken_once_and_in_the_order_of_its_sender(arrivals, count_max, bytes_max):
    """Whatever comes, no group is above its limits but by a single arrival, and none is lost."""
    queues, order = waiting(arrivals), []
    while group := taken(queues, count_max=count_max, bytes_max=bytes_max):
        assert len(group) <= count_max
        assert len(group) == 1 or sum(size for _, size, _ in group) <= bytes_max
        order += group
    assert queues == {}
    assert sorted(place for *_, place in order) == list(range(len(arrivals)))
    for sender in "abcde":
        mine = [place for name, _, place in order if name == sender]
        assert mine == sorted(mine)


@given(ARRIVALS, st.integers(1, 8), st.integers(12, 30))
def test_none_is_served_twice_while_another_waits_whose_turn_fits(arrivals, count_max, bytes_max):
    """Between two turns of a sender every other one that waits has one, or begins the next group.

    So it waits for at most as many groups as there are senders, however much others have sent.
    """
    queues = waiting(arrivals)
    served = dict.fromkeys(queues, 0)
    group = 0
    while queues:
        before = set(queues)
        for name, *_ in taken(queues, count_max=count_max, bytes_max=bytes_max):
            served[name] = group
        group += 1
        assert all(group - served[name] <= len(served) for name in before & set(queues))


def test_senders_that_are_held_wait_and_keep_their_turns():
    """What is being written elsewhere is passed over, and is first once it is free."""
    queues = waiting([("a", 1), ("b", 1), ("a", 1)])
    assert [place for *_, place in taken(queues, held={"a"})] == [1]
    assert taken(queues, held={"a"}) == []
    add(queues, "b", ("b", 1, 3))
    assert [place for *_, place in taken(queues)] == [0, 3, 2]
