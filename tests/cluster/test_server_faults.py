"""Faults of Kafka and PostgreSQL, held by the checker and by what is on the topics."""

import asyncio

import pytest

from tests.cluster import stories
from tests.cluster.checked import ROUNDS, SEED, kept

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800 * ROUNDS)]


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
