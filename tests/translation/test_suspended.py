"""Jobs between two turns, who is behind whom, and when a turn is over."""

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.translation.step import submission_of, too_costly
from broker.translation.turns import (
    SUSPENDED_MAX,
    Begun,
    Round,
    Suspended,
    Turn,
    TurnLimits,
    Unfinished,
)
from tests.translation.test_ahead import entry


class Job:
    """A job that remembers what was asked of it."""

    def __init__(self):
        self.states, self.dropped = [], False

    def suspend(self, *, suspended):
        """Noted."""
        self.states.append(suspended)

    def drop(self):
        """Noted."""
        self.dropped = True


def begun(size=1):
    """A job that was begun for an original of this size."""
    return Begun(Job(), size, deque())


def test_a_job_goes_on_where_it_was_suspended():
    """It takes no room meanwhile, and what arrived of it is still there."""
    suspended, one = Suspended(), begun()
    suspended.put("s_1", 500, one)
    assert suspended.holds("s_1", 500)
    assert suspended.take("s_1", 500) is one
    assert one.job.states == [True, False]
    assert not suspended.holds("s_1", 500)


def test_a_job_that_is_elsewhere_is_dropped():
    """Its submission goes on after another message: what it would make is not wanted."""
    suspended, one = Suspended(), begun()
    suspended.put("s_1", 500, one)
    assert suspended.take("s_1", 498) is None
    assert one.job.dropped


def test_another_job_of_the_same_submission_replaces_the_first():
    """The submission was begun anew: only the newer job goes on."""
    suspended, older, newer = Suspended(), begun(), begun()
    suspended.put("s_1", 500, older)
    suspended.put("s_1", 700, newer)
    assert (older.job.dropped, newer.job.dropped) == (True, False)
    assert suspended.take("s_1", 700) is newer


@pytest.mark.parametrize(("size", "count"), [(1, SUSPENDED_MAX), (16_000_000, 4)])
def test_the_oldest_jobs_are_dropped_when_there_are_too_many(size, count):
    """By number and by the bytes of their originals; the newest is always there."""
    suspended, jobs = Suspended(), [begun(size) for _ in range(count + 2)]
    for number, one in enumerate(jobs):
        suspended.put(f"s_{number}", 1, one)
    assert [one.job.dropped for one in jobs] == [True, True, *[False] * count]


def test_one_job_may_be_larger_than_all_together_may_be():
    """A single original is never too large to go on."""
    suspended, one = Suspended(), begun(10**9)
    suspended.put("s_1", 1, one)
    assert suspended.take("s_1", 1) is one


@pytest.mark.parametrize(
    ("messages", "size", "cpu_s", "over"),
    [(2, 10, 0.0, False), (3, 10, 0.0, True), (1, 100, 0.0, True), (1, 10, 0.25, True)],
)
def test_a_turn_is_over_by_messages_bytes_or_processor_time(messages, size, cpu_s, over):
    """Whichever is reached first."""
    turn, headers = Turn(TurnLimits(3, 100, 0.25)), entry(0).headers
    for _ in range(messages):
        turn.add(replace(too_costly(submission_of(headers, b""), 0, "took long"), size=size))
    assert turn.is_over(cpu_s) is over


STEPS = st.tuples(
    st.sampled_from("abc"), st.integers(1, 9), st.sampled_from(("leave", "finish", "park"))
)


@given(st.lists(STEPS))
def test_a_submission_is_behind_the_unfinished_ones_of_its_sender_before_it(steps):
    """Whatever is left, finished and parked: the rule, computed from the list of steps itself."""
    known, states = Round(), {}
    for sender, number, does in steps:
        name = f"{sender}{number}"
        if does == "leave":
            known.leave(Unfinished(name, sender, number, 7))
            states[name] = (sender, number, True)
        elif does == "finish":
            known.finish(name)
            states.pop(name, None)
        else:
            known.park(name)
            if name in states:
                states[name] = (sender, number, False)
    for sender in "abc":
        for number in range(11):
            expected = any(
                blocks and each == sender and before < number
                for each, before, blocks in states.values()
            )
            assert known.is_behind(sender, number) is expected
    for name in (f"{sender}{number}" for sender in "abc" for number in range(11)):
        assert known.after(name) == (7 if name in states else None)
