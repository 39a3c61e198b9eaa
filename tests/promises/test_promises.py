"""Drawn runs of each kind of dossier keep the five promises of `checks` after every event.

A failure prints the shortest run that shows it, and how to play it again. A longer run:

    SWB_PROMISES_RUNS=500 python -m pytest tests/promises
"""

import os

import pytest

from tests.limits import HANG_S
from tests.promises.play import failure, run, seeds_of, shortest
from tests.promises.settings import settings

RUNS, STEPS = int(os.environ.get("SWB_PROMISES_RUNS", "12")), 30


@pytest.mark.timeout(HANG_S * RUNS)
@pytest.mark.parametrize("setting", sorted(settings()))
def test_whatever_happens_to_a_dossier_the_promises_are_kept(setting):
    """No false clear, no lost hold, no needless question, the right addressee, exact notices."""
    for number in range(RUNS):
        seeds = seeds_of(number, STEPS)
        if failure(setting, seeds):
            short = shortest(setting, seeds)
            pytest.fail(f"{failure(setting, short)}\nplay again: run({setting!r}, {short})")


def test_runs_meet_what_they_are_drawn_for():
    """Silence, expiry, holds, what is obeyed, lifted and cleared, and reloads all occur."""
    met = set()
    for setting in ("declaration-composed", "flight-composed"):
        for number in range(10):
            play = run(setting, seeds_of(number, STEPS))
            answers = play.oracle.answers
            met |= {"silence" for one in answers if one.silent}
            met |= {"expiry" for one in answers if one.ended}
            met |= {"obeyed" for one in answers if one.obeyed}
            met |= {"lifted" for one in answers if one.maybe_lifted}
            met |= {"held" for _ in play.oracle.must_hold()}
            met |= {"cleared" for about in play.oracle.asked() if play.oracle.clear(*about)}
            met |= {"reloaded" for line in play.log if line.endswith("reloaded")}
    assert met == {"silence", "expiry", "obeyed", "lifted", "held", "cleared", "reloaded"}
