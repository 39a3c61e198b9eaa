"""The window: never over the limit in any minute, always open again after the seconds it gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.window import SPAN_S, Window

GAPS = st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 90))
ASKED = st.lists(st.tuples(GAPS, st.integers(1, 10)), max_size=80)


@pytest.mark.parametrize(
    ("taken", "now", "amount", "wait_s"),
    [
        ([], 0.0, 10, 0),
        ([(0.0, 9)], 0.0, 1, 0),
        ([(0.0, 10)], 0.0, 1, 61),
        ([(0.9, 10)], 60.0, 1, 1),
        ([(0.9, 10)], 60.99, 1, 1),
        ([(0.9, 10)], 61.0, 1, 0),
        ([(0.0, 4), (10.5, 3), (20.0, 3)], 30.0, 4, 31),
        ([(0.0, 4), (10.5, 3), (20.0, 3)], 30.0, 5, 41),
        ([(0.0, 4), (10.5, 3), (20.0, 3)], 30.0, 10, 51),
        ([(0.0, 4), (10.5, 3), (20.0, 3)], 75.0, 7, 0),
    ],
)
def test_what_does_not_fit_may_be_taken_after_so_many_seconds(taken, now, amount, wait_s):
    """Of a limit of ten: when enough of what was taken has passed out of the minute."""
    window = Window()
    for at, some in taken:
        window.take(some, at)
    assert window.wait_s(amount, 10, now) == wait_s


@given(ASKED, st.floats(0, 1e6), st.integers(10, 40))
def test_no_minute_holds_more_than_the_limit_and_each_wait_ends(asked, now, limit):
    """Whatever is asked when: any 60 seconds hold at most the limit, and a wait is 1 to 61 s."""
    window, taken = Window(), []
    for gap, amount in asked:
        now += gap
        wait_s = window.wait_s(amount, limit, now)
        if wait_s:
            assert 1 <= wait_s <= SPAN_S + 1
            now += wait_s
            assert window.wait_s(amount, limit, now) == 0
        window.take(amount, now)
        taken.append((now, amount))
    for begin, _ in taken:
        assert sum(some for at, some in taken if begin <= at <= begin + SPAN_S) <= limit


@given(ASKED, st.floats(0, 1e6), st.integers(10, 40))
def test_a_wait_is_no_longer_than_it_must_be(asked, now, limit):
    """A second before its end, nothing more fits yet."""
    window = Window()
    for gap, amount in asked:
        now += gap
        wait_s = window.wait_s(amount, limit, now)
        if wait_s > 1:
            assert window.wait_s(amount, limit, now + wait_s - 1) == 1
        if not wait_s:
            window.take(amount, now)


@given(st.lists(GAPS, max_size=300))
def test_a_window_keeps_little(gaps):
    """However much is taken: a number for each second of the minute that it counts in."""
    window, now = Window(), 0.0
    for gap in gaps:
        now += gap
        if not window.wait_s(1, 10**6, now):
            window.take(1, now)
    assert len(window._slots) <= SPAN_S + 1
