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

RUNS = max(120, int(os.environ.get("SWB_PROMISES_RUNS", "0")))
EVERYWHERE = {
    "granted", "refused", "overtaken", "taken_back", "withdraw granted", "answer declined",
    "take_back declined", "elapsed applied", "put repeated",
}  # fmt: skip
MET = {
    "declaration-qz": {"patch granted", "patch declined", "withdraw applied", "put declined"},
    "declaration-uk": {"patch granted", "patch declined", "present requested", "put declined"},
    "item": {"patch granted", "patch applied", "put granted", "withdraw applied"},
    "flight": {"put granted", "withdraw applied", "withdraw overtaken"},
    "visit": {"put granted", "withdraw applied", "withdraw overtaken"},
}
"""What runs are drawn for: events with their outcomes, and how requests end."""


@pytest.mark.timeout(HANG_S * 10)
@pytest.mark.parametrize("setting", sorted(settings()))
def test_requests_change_what_is_granted_and_end_once(setting):
    """Nothing changes undecided, what is granted does, every request ends, each end is told."""
    met: set[str] = set()

    @hypothesis(
        max_examples=RUNS, derandomize=True, database=None,
        phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False,
    )  # fmt: skip
    @given(runs())
    def play(moves):
        met.update(run(setting, moves).met)

    play()
    missing = (EVERYWHERE | MET[setting]) - met
    assert not missing, f"never met: {sorted(missing)}"
