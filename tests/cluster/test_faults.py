"""Faults of the broker's processes on a real cluster, held by the checker of the embedded log."""

import asyncio

import pytest

from tests.cluster import stories
from tests.cluster.checked import ROUNDS, SEED, kept

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800 * ROUNDS)]


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
