"""How the tests tell a fault story, and that it kept every promise.

SWB_CLUSTER_ROUNDS multiplies how often each misfortune happens; SWB_CLUSTER_SEED repeats the draws
(not the timing) of a run. `make soak` tells the same stories for as long as asked.
"""

import os

from tests.cluster.load import Told

SEED = int(os.environ.get("SWB_CLUSTER_SEED", "1"))
ROUNDS = int(os.environ.get("SWB_CLUSTER_ROUNDS", "1"))
LOAD_MIN = 50
"""Receipts without which nothing was under load."""


def kept(told: Told) -> None:
    """Every promise was kept, under load."""
    print(told.figures)  # noqa: T201  shown by pytest -s
    assert told.wrong == []
    assert told.receipts > LOAD_MIN
