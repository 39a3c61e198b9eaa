"""Faults on a real cluster, held by the checker of the embedded log and by what stands on topics.

SWB_CLUSTER_ROUNDS multiplies how often each misfortune happens; SWB_CLUSTER_SEED repeats the draws
(not the timing) of a run. `make soak` tells the same stories for as long as asked.
"""

import asyncio
import os

import pytest

from tests.cluster import stories
from tests.cluster.load import Told

SEED = int(os.environ.get("SWB_CLUSTER_SEED", "1"))
ROUNDS = int(os.environ.get("SWB_CLUSTER_ROUNDS", "1"))
LOAD_MIN = 50
"""Receipts without which nothing was under load."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800 * ROUNDS)]


def kept(told: Told) -> None:
    """Every promise was kept, under load."""
    print(told.figures)  # noqa: T201  shown by pytest -s
    assert told.wrong == []
    assert told.receipts > LOAD_MIN


def test_a_role_may_be_killed(tmp_path, kafka_bootstrap, postgres):
    """Kill -9 of each role in turn under load: nothing is lost, doubled or out of order."""
    url = postgres.create()
    kept(asyncio.run(stories.kills(tmp_path, kafka_bootstrap, url, SEED, ROUNDS)))


def test_a_process_may_sleep_past_its_session(tmp_path, kafka_bootstrap, postgres):
    """Who wakes believes that everything is still its own, and does no harm."""
    url = postgres.create()
    kept(asyncio.run(stories.sleepers(tmp_path, kafka_bootstrap, url, SEED, 3 * ROUNDS)))


def test_two_may_own_everything(tmp_path, kafka_bootstrap, postgres):
    """With nothing divided between two the database has each effect once, the log repeats only."""
    url = postgres.create()
    kept(asyncio.run(stories.believers(tmp_path, kafka_bootstrap, url, SEED, 8 * ROUNDS)))


def test_a_node_of_kafka_may_be_killed(tmp_path, kafka_cluster, postgres):
    """Kill -9 of each of three nodes in turn, and back: the broker goes on by itself."""
    url = postgres.create()
    kept(asyncio.run(stories.nodes(tmp_path, kafka_cluster(3), url, SEED, ROUNDS)))


def test_the_whole_kafka_may_be_lost(tmp_path, kafka_cluster, postgres):
    """The doors go on while there is room, then say 503; every role says what it lacks, till then.

    When Kafka is back everything resumes by itself.
    """
    url = postgres.create()
    kept(asyncio.run(stories.outage(tmp_path, kafka_cluster(1), url, SEED, ROUNDS)))


def test_postgresql_may_break(tmp_path, kafka_bootstrap, own_postgres):
    """Connections cut in mid-transaction, the server restarted: the broker goes on by itself."""
    kept(asyncio.run(stories.connections(tmp_path, kafka_bootstrap, own_postgres, SEED, ROUNDS)))
