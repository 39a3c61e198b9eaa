"""Topics of a real cluster: looked at without making any, made, altered, and grown."""

import secrets
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from broker.errors import ConfigFault, LogFault
from broker.eventlog.kafka_topics import applied, differing, kafka_topics, refusals
from broker.settings import Secrets, Settings
from broker.topics import TopicsFile, TopicValues, wanted
from tests.broker_in_process import story

NOBODY = Secrets()


@pytest.fixture
def settings(kafka_bootstrap) -> Settings:
    """The run's cluster, with a prefix of the test's own."""
    return Settings(kafka_bootstrap=kafka_bootstrap, kafka_prefix=f"t{secrets.token_hex(4)}.")


def should(settings, **values):
    """Two topics as they should be, on a cluster of one node."""
    one = TopicValues(**{"replication": 1, "min_insync_replicas": 1, "partitions": 2, **values})
    names = {"events.note": "events", "agency.duties": "agency"}
    file = TopicsFile(events=one, agency=one)
    return wanted(names, file, prefix=settings.kafka_prefix, record_bytes_max=10**6)


async def apply(cluster, topics):
    """Apply what differs; what was said."""
    found = await cluster.found([one.name for one in topics])
    said = [text async for text in applied(cluster, topics, found)]
    assert await cluster.settled(topics) == []
    return said


@asynccontextmanager
async def holding(settings, topics, count):
    """The topics on the cluster, the first partition of each with this many records."""
    async with kafka_topics(settings, NOBODY) as cluster:
        await apply(cluster, topics)
        async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
            for one in topics:
                for _ in range(count):
                    await producer.send_and_wait(one.name, b"x", partition=0)
        yield cluster


@story
async def test_what_is_missing_is_created_once(settings):
    """The cluster then has what was wanted; a second time nothing is done."""
    topics = should(settings, retention_bytes=500_000_000)
    names = [one.name for one in topics]
    async with kafka_topics(settings, NOBODY) as cluster:
        assert await cluster.found(names) == {}
        assert await cluster.found(names) == {}  # looking has made none
        said = await apply(cluster, topics)
        assert said == [f"topic {name}: created with 2 partitions, replication 1" for name in names]
        found = await cluster.found(names)
        assert await apply(cluster, topics) == []
    for one in topics:
        has = found[one.name]
        assert (has.partitions, has.replication, has.own) == (2, 1, one.configs)


@story
async def test_values_are_altered_and_others_stay(settings):
    """Retention, sizes and a dangerous policy become what they should be; nothing else does."""
    name = f"{settings.kafka_prefix}events.note"
    topics = [one for one in should(settings) if one.name == name]
    strange = {"cleanup.policy": "compact", "segment.ms": "7200000", "retention.ms": "60000"}
    async with kafka_topics(settings, NOBODY) as cluster:
        await apply(cluster, topics)
        odd = ConfigResource(ConfigResourceType.TOPIC, name, strange)
        await cluster._admin.alter_configs([odd])
        assert (await cluster.found([name]))[name].own == strange
        (said,) = await apply(cluster, topics)
        assert "cleanup.policy is delete now" in said
        assert "retention.ms is 1209600000 now" in said
        own = (await cluster.found([name]))[name].own
        assert own["segment.ms"] == "7200000"
        limited = [one for one in should(settings, retention_bytes=10**9) if one.name == name]
        (said,) = await apply(cluster, limited)
        assert said == f"topic {name}: retention.bytes is 1000000000 now"
        own = (await cluster.found([name]))[name].own
        assert own["cleanup.policy"] == "delete"
        assert own["segment.ms"] == "7200000"


@story
async def test_an_empty_topic_grows(settings):
    """And says that the roles must be restarted."""
    topics = should(settings)
    async with holding(settings, topics, 0) as cluster:
        more = should(settings, partitions=5)
        found = await cluster.found([one.name for one in more])
        assert await refusals(cluster, more, found, {}) == []
        said = await apply(cluster, more)
        assert len(said) == len(more)
        assert all("5 partitions now, 2 before; restart every role" in text for text in said)


@story
async def test_a_topic_with_unread_records_may_not_grow(settings):
    """Unread is what a station has not reached; of agencies' topics whatever is there."""
    topics = should(settings)
    events, agency = (one.name for one in topics)
    more = should(settings, partitions=5)
    async with holding(settings, topics, 3) as cluster:
        found = await cluster.found([events, agency])
        told = await refusals(cluster, more, found, {events: [1, None], agency: [3, 0]})
        assert f"topic {events} is not given more partitions: 2 records of it are unread" in told[0]
        assert "Stop the roles that write" in told[0]
        assert f"topic {agency} is not given more partitions: it holds 3 records" in told[1]
        (told,) = await refusals(cluster, more, found, {events: [3, None]})
        assert agency in told
        (told, _) = await refusals(cluster, more, found, {})
        assert "3 records of it are unread" in told


@story
async def test_a_role_that_starts_hears_what_differs(settings):
    """Missing topics stop it; other differences are sentences to warn of."""
    topics = should(settings)
    with pytest.raises(
        ConfigFault, match=r"has no topic .*events.note, .*; run 'swb topics apply'"
    ):
        await differing(settings, NOBODY, topics)
    async with kafka_topics(settings, NOBODY) as cluster:
        await apply(cluster, topics)
    assert await differing(settings, NOBODY, topics) == []
    told = await differing(settings, NOBODY, should(settings, partitions=1, retention_days=2))
    assert len(told) == 4
    assert "has 2 partitions, should have 1" in told[0]
    assert "retention.ms is 1209600000, should be 172800000" in told[1]


@story
async def test_what_the_cluster_refuses_is_one_sentence(settings):
    """More replicas than nodes, and a topic that somebody made meanwhile."""
    (one, _) = should(settings)
    many = should(settings, replication=9)[0]
    async with kafka_topics(settings, NOBODY) as cluster:
        with pytest.raises(ConfigFault, match="cannot be made: InvalidReplicationFactorError"):
            await cluster.create(many)
        await apply(cluster, [one])
        with pytest.raises(ConfigFault, match="already exists"):
            await cluster.create(one)


@story
async def test_a_cluster_that_does_not_answer_is_a_fault_after_the_deadline():
    """It names the address and why nothing came of it."""
    nowhere = Settings(kafka_bootstrap="127.0.0.1:9", start_s=3)
    with pytest.raises(LogFault, match=r"'127.0.0.1:9' within 3 s \(.*Errno 111.*kafka_bootstrap"):
        async with kafka_topics(nowhere, NOBODY):
            pass
