"""Whatever declarants ask and agencies answer, requests keep their promises (`checks`).

A failure shows the shortest run: play it again with `run(setting, moves)`. More runs:

    SWB_PROMISES_RUNS=2000 python -m pytest tests/promises/requests
"""

import os

import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis

from tests.limits import HANG_S
from tests.promises.requests.moves import Move, runs
from tests.promises.requests.play import Play, run
from tests.promises.requests.settings import UNHELD, settings

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
        "event.corrected", "event.correction-not-applied", "overtaken by a correction", "ended",
        "answer.correction-not-allowed", "answer.ending-not-allowed", UNHELD,
    }  # fmt: skip


def test_who_holds_what_has_changed_since_decides_about_the_rest():
    """A hold on a piece that a granted amendment has changed counts against all pieces."""
    play = Play("item")
    sent = [key for key in play.delivered if key[1] in play.setting.seen]
    seat = ("aviation-security", "loading")
    amend = [Move("wish", leaves=((leaf, 1),)) for leaf in (0, 1)]  # of the first, of the second
    play.move(Move("answer", sent.index(("", seat)), 1))
    for move in (amend[0], Move("grant"), amend[1]):
        play.move(move)
    (request,) = play.dossier.requests.values()
    assert seat in {(one.recipient, one.purpose) for one in request.deciding}
