"""Topics of a cluster through aiokafka's administration client: looking at them, making them.

    async with kafka_topics(settings, secrets) as topics:
        found = await topics.found(names)

Rules
    Looking never makes a topic: who asks a node for the metadata of a name it does not know has
    one made with the cluster's defaults, so names are asked of the configuration first.
    Every call ends within `ACT_S`, connecting within `start_s`; what the client or the cluster
    says becomes a fault in one sentence.
    The client has only the request that replaces all of a topic's own settings; those that are
    none of ours are written again as they were found.

Does not belong here: what should be, and what differs (`broker.topics`).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from broker.errors import BrokerError, ConfigFault, LogFault
from broker.eventlog.kafka_connection import connection
from broker.settings import Secrets, Settings
from broker.topics import Difference, Found, Wanted, differences, refusal, unread

ACT_S = 30.0
RETRY_S = 0.5
SETTLING_MAX = 40
OF_THE_TOPIC = 1
"""Where a value comes from, in Kafka's numbers: it was set for this topic."""


@contextlib.asynccontextmanager
async def kafka_topics(settings: Settings, secrets: Secrets) -> AsyncIterator["KafkaTopics"]:
    """The topics of the cluster. LogFault: no cluster answers within `start_s`."""
    client = connection(settings, secrets)
    admin = AIOKafkaAdminClient(**client)
    try:
        await _connect(admin, settings)
        yield KafkaTopics(admin, client)
    finally:
        await admin.close()


async def differing(settings: Settings, secrets: Secrets, should: Sequence[Wanted]) -> list[str]:
    """What a role that starts is to warn of. ConfigFault: topics are missing.

    LogFault: no cluster answers within `start_s`.
    """
    async with kafka_topics(settings, secrets) as topics:
        found = await topics.found([one.name for one in should])
    told = differences(should, found)
    missing = [one.topic for one in told if one.does == "create"]
    if missing:
        raise ConfigFault(f"the cluster has no topic {', '.join(missing)}; run 'swb topics apply'")
    return [one.text for one in told]


class KafkaTopics:
    """What can be asked of a cluster about topics, and done with them."""

    def __init__(self, admin: AIOKafkaAdminClient, client: Mapping[str, Any]) -> None:
        self._admin = admin
        self._client = client

    async def found(self, names: Sequence[str]) -> dict[str, Found]:
        """Those of the topics that are there."""
        with _faults("topics cannot be looked at"):
            async with asyncio.timeout(ACT_S):
                configs = await self._configs(names)
                if not configs:
                    return {}
                told = await self._admin.describe_topics(list(configs))
        found = {}
        for one in told:
            if one["error_code"] == UnknownTopicOrPartitionError.errno:
                continue  # just made, and not every node has heard of it: `settled` asks again
            if one["error_code"]:
                raise _refused("looked at", one["topic"], one["error_code"], "")
            values, own = configs[one["topic"]]
            replicas = [len(partition["replicas"]) for partition in one["partitions"]]
            found[one["topic"]] = Found(one["topic"], len(replicas), min(replicas), values, own)
        return found

    async def _configs(
        self, names: Sequence[str]
    ) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """The values in force and the topic's own, of the topics that are there."""
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        (told,) = await self._admin.describe_configs(resources)
        found = {}
        for code, message, _type, name, entries in told.resources:
            if code == UnknownTopicOrPartitionError.errno:
                continue
            if code:
                raise _refused("looked at", name, code, message)
            values = {key: value for key, value, *_ in entries if value is not None}
            own = {key for key, _value, _fixed, source, *_ in entries if source == OF_THE_TOPIC}
            found[name] = (values, {key: values[key] for key in own & set(values)})
        return found

    async def ends(self, found: Found) -> list[tuple[int, int]]:
        """Of each partition, where the oldest record is and where the next will be."""
        every = [TopicPartition(found.name, number) for number in range(found.partitions)]
        with _faults(f"the records of {found.name} cannot be counted"):
            async with asyncio.timeout(ACT_S):
                consumer = AIOKafkaConsumer(**self._client, group_id=None)
                try:
                    await consumer.start()
                    starts = await consumer.beginning_offsets(every)
                    ends = await consumer.end_offsets(every)
                finally:
                    await consumer.stop()
        return [(starts[one], ends[one]) for one in every]

    async def create(self, one: Wanted) -> None:
        """Make the topic; one that somebody made meanwhile is a fault."""
        topic = NewTopic(one.name, one.partitions, one.replication, topic_configs=dict(one.configs))
        with _faults(f"topic {one.name} cannot be made"):
            async with asyncio.timeout(ACT_S):
                told = await self._admin.create_topics([topic])
        for name, code, message in told.topic_errors:
            if code:
                raise _refused("made", name, code, message)

    async def grow(self, one: Wanted) -> None:
        """Add the partitions that are lacking."""
        with _faults(f"topic {one.name} cannot be given partitions"):
            async with asyncio.timeout(ACT_S):
                await self._admin.create_partitions({one.name: NewPartitions(one.partitions)})

    async def alter(self, found: Found, values: Mapping[str, str]) -> None:
        """Set these values of a topic; its own others stay."""
        whole = {**found.own, **values}
        resource = ConfigResource(ConfigResourceType.TOPIC, found.name, whole)
        with _faults(f"topic {found.name} cannot be altered"):
            async with asyncio.timeout(ACT_S):
                (told,) = await self._admin.alter_configs([resource])
        for code, message, _type, name in told.resources:
            if code:
                raise _refused("altered", name, code, message)

    async def settled(self, should: Sequence[Wanted]) -> list[Difference]:
        """What still differs when the nodes have had time to tell each other what was done."""
        names = [one.name for one in should]
        left = differences(should, await self.found(names))
        for _ in range(SETTLING_MAX):
            if all(one.does == "nothing" for one in left):
                break
            await asyncio.sleep(RETRY_S)
            left = differences(should, await self.found(names))
        return left


async def refusals(
    topics: KafkaTopics,
    should: Sequence[Wanted],
    found: Mapping[str, Found],
    reached: Mapping[str, Sequence[int | None]],
) -> list[str]:
    """Why partitions cannot be added now, each in a sentence; none: they can.

    `reached`: by topic and partition the lowest next record of its readers; a topic that is not
    there counts as unread from its oldest record.
    """
    kinds = {one.name: one.kind for one in should}
    told = []
    for one in differences(should, found):
        if one.does != "grow":
            continue
        ends = await topics.ends(found[one.topic])
        kind = kinds[one.topic]
        # How far agencies have read is known to them alone: all that is there counts.
        count = unread(ends, () if kind == "agency" else reached.get(one.topic, ()))
        if count:
            told.append(refusal(one, kind, count))
    return told


async def applied(
    topics: KafkaTopics, should: Sequence[Wanted], found: Mapping[str, Found]
) -> AsyncIterator[str]:
    """Do all that can be done about the differences, topic by topic; what was done, as it is."""
    for one in should:
        told = differences([one], found)
        values = {each.setting: each.wanted for each in told if each.does == "alter"}
        if any(each.does == "create" for each in told):
            await topics.create(one)
            yield f"topic {one.name}: created with {told[0].wanted}"
        if values:
            await topics.alter(found[one.name], values)
            changes = ", ".join(f"{name} is {value} now" for name, value in values.items())
            yield f"topic {one.name}: {changes}"
        if any(each.does == "grow" for each in told):
            await topics.grow(one)
            before = found[one.name].partitions
            yield (
                f"topic {one.name}: {one.partitions} partitions now, {before} before; restart "
                "every role: they read the count when they start"
            )


async def _connect(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    """Try until a node answers: a cluster may come up beside us."""
    with _reasons() as reasons:
        try:
            async with asyncio.timeout(settings.start_s):
                while True:
                    with contextlib.suppress(KafkaError):
                        await admin.start()
                        return
                    await asyncio.sleep(RETRY_S)
        except TimeoutError as error:
            said = f" ({reasons[-1]})" if reasons else ""
            raise LogFault(
                f"no Apache Kafka answers at {settings.kafka_bootstrap!r} within "
                f"{settings.start_s:g} s{said}; see kafka_bootstrap, kafka_security and the cluster"
            ) from error


@contextlib.contextmanager
def _reasons() -> Iterator[list[str]]:
    """Why connecting fails: the client writes it to its log only, a line for each attempt.

    At every log level: a log that shows critical events only does not hide the reason.
    """
    said: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        said.append(record.getMessage())
        return False

    client = logging.getLogger("aiokafka")
    level = client.level
    client.addFilter(note)
    client.setLevel(logging.WARNING)
    try:
        yield said
    finally:
        client.setLevel(level)
        client.removeFilter(note)


@contextlib.contextmanager
def _faults(what: str) -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise LogFault(f"{what}: {type(error).__name__}: {error}") from error
    except TimeoutError as error:
        raise LogFault(f"{what}: no answer within {ACT_S:g} s") from error


def _refused(what: str, name: str, code: int, message: str | None) -> BrokerError:
    """The fault for an error of the cluster; what trying again cannot mend is ConfigFault."""
    error = for_code(code)
    said = f": {message}" if message else ""
    text = f"topic {name} cannot be {what}: {error.__name__}{said}"
    return LogFault(text) if error.retriable else ConfigFault(text)
