"""Whatever declarants ask and agencies answer, requests keep their promises (`checks`).

A failure shows the shortest run: play it again with `run(setting, moves)`. More runs:

    SWB_PROMISES_RUNS=2000 python -m pytest tests/promises/requests
"""

import os

import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis

from tests.limits import HANG_S
from tests.promises.requests.moves import runs
from tests.promises.requests.play import run
from tests.promises.requests.settings import settings

RUNS = int(os.environ.get("SWB_PROMISES_RUNS", "60"))
HOW = {"derandomize": True, "database": None, "report_multiple_bugs": False,
       "phases": (Phase.generate, Phase.shrink)}  # fmt: skip


@pytest.mark.timeout(HANG_S * 10)
@pytest.mark.parametrize("setting", sorted(settings()))
def test_requests_change_what_is_granted_and_end_once(setting):
    """Nothing changes undecided, what is granted does, every request ends, each end is told."""

    @hypothesis(max_examples=RUNS, **HOW)
    @given(runs())
    def play(moves):
        run(setting, moves)

    play()


def test_runs_meet_what_they_are_drawn_for():
    """Requests are granted, refused, overtaken and taken back; what is not allowed is declined."""
    met: set[str] = set()

    @hypothesis(max_examples=25, **HOW)
    @given(runs())
    def play(moves):
        for setting in settings():
            met.update(run(setting, moves).met)

    play()
    assert met >= {
        "granted", "refused", "overtaken", "taken_back", "withdraw granted", "patch granted",
        "put granted", "withdraw applied", "patch applied", "put applied", "patch declined",
        "put declined", "put repeated", "answer declined", "take_back declined", "elapsed applied",
    }  # fmt: skip
