"""The log on Apache Kafka, through aiokafka.

Reading
    No committed offsets: readers begin where the database says. One consumer without a group
    fetches ahead into lanes, so that work never holds it up. A read that finds nothing asks for
    the partition's end: records that do not come although they are there mean a stuck consumer,
    which is made anew. A position outside the log is a `GapFault`, never a silent reset.
What does not belong: the producer (`kafka_append.py`), who reads which partition
(`kafka_group.py`), what topics should be like (`kafka_topics.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from broker.errors import GapFault, LogFault
from broker.eventlog.ahead import Lane
from broker.eventlog.contract import Take, partition_of
from broker.eventlog.kafka_append import Addressed, Appender
from broker.eventlog.kafka_connection import connection, started, stopped
from broker.eventlog.kafka_group import Member
from broker.logs import logger
from broker.model.records import Entry, Record
from broker.settings import Secrets, Settings

AHEAD_BYTES_MAX = 4 * 1024 * 1024
"""What a lane holds before fetching pauses."""
FETCH_WAIT_S = 0.1
MISSING_S = 5.0
UNASKED_S = 60.0
"""A lane that nobody asks for is dropped after this."""

log = logger("kafka")


@contextlib.asynccontextmanager
async def kafka_log(
    settings: Settings, secrets: Secrets, topics: Sequence[str]
) -> AsyncIterator["KafkaLog"]:
    """The log, connected. LogFault: no cluster answers, or it lacks a topic."""
    known = KafkaLog(settings, secrets)
    try:
        await known.learn(topics)
    except (KafkaError, TimeoutError) as error:
        await known.close()
        raise LogFault(
            f"Apache Kafka at {settings.kafka_bootstrap!r} does not answer: {type(error).__name__}"
        ) from error
    except LogFault:
        await known.close()
        raise
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(known.appender.run()), group.create_task(known.fetching())]
            try:
                yield known
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as several:  # what the user of the log raised comes out bare
        raise several.exceptions[0] from several
    finally:
        await known.close()


class KafkaLog:
    """Topics of a cluster, named with the prefix of the settings."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._client = connection(settings, secrets)
        self._settings = settings
        self._counts: dict[str, int] = {}
        self._admin: Any = None
        self.appender = Appender(self._client, settings)
        self._consumer: Any = None
        self._members: dict[str, Member] = {}
        self._lanes: dict[TopicPartition, Lane] = {}
        self._paused: set[TopicPartition] = set()
        self._stuck = asyncio.Event()
        self._making = asyncio.Lock()

    # What every client of it asks.

    def partitions(self, topic: str) -> int:
        """As the cluster said when the topic was first asked for; growing needs a restart."""
        return self._counts.get(topic, 0)

    async def learn(self, topics: Sequence[str]) -> None:
        """Ask the cluster for the partitions of topics. LogFault: one is missing."""
        missing = [topic for topic in topics if topic not in self._counts]
        if not missing:
            return
        admin = await self._administrator()
        for told in await admin.describe_topics([self._named(topic) for topic in missing]):
            if told["error_code"] == 0:
                topic = told["topic"].removeprefix(self._settings.kafka_prefix)
                self._counts[topic] = len(told["partitions"])
        still = [topic for topic in missing if topic not in self._counts]
        if still:
            raise LogFault(f"the cluster has no topic {', '.join(still)}; run 'swb topics apply'")

    async def append(self, records: Sequence[Record]) -> None:
        """Append all; LogFault after the deadline: unknown."""
        if not records:
            return
        with _faults("an append failed"):
            await self.learn(sorted({record.topic for record in records}))
        await self.appender.append(
            [
                Addressed(
                    self._named(record.topic),
                    partition_of(record.key, self._counts[record.topic]),
                    record,
                )
                for record in records
            ]
        )

    async def read(
        self, topic: str, partition: int, position: int, *, bytes_max: int, wait_s: float
    ) -> list[Entry]:
        """Entries from `position` on, from the lane that is fetched ahead."""
        at = TopicPartition(self._named(topic), partition)
        with _faults("a read failed"), contextlib.suppress(_Missing):
            await self._known(topic)
            lane = self._lanes.get(at)
            if lane is None or not lane.holds(position):
                lane = await self._lane(at, position)
            lane.asked_until = _now() + wait_s
            lane.let_go(position)
            self._fetch_on(at, lane)
            if not await lane.news(position, wait_s) and not await self._overdue(
                at, lane, position
            ):
                return []
            if lane.fault is not None:
                if self._lanes.get(at) is lane:
                    del self._lanes[at]
                raise lane.fault
            return lane.take(position, bytes_max)
        return []

    async def ends(self, topic: str) -> list[tuple[int, int]]:
        """Start and end of each partition, as the leaders say now."""
        with _faults("the ends of a topic cannot be read"), contextlib.suppress(_Missing):
            await self._known(topic)
            every = [
                TopicPartition(self._named(topic), number) for number in range(self._counts[topic])
            ]
            consumer = await self._reader()
            starts = await consumer.beginning_offsets(every)
            ends = await consumer.end_offsets(every)
            return [(starts[one], ends[one]) for one in every]
        return []

    async def trim(self, topic: str, partition: int, before: int) -> None:
        """Delete the records below `before`, never beyond the end."""
        start, end = (await self.ends(topic))[partition]
        upto = min(before, end)
        if upto > start:
            at = TopicPartition(self._named(topic), partition)
            with _faults("a trim failed"):
                await (await self._administrator()).delete_records(
                    {at: RecordsToDelete(before_offset=upto)}
                )

    # Reading: one consumer without a group, ahead of its readers.

    async def fetching(self) -> None:
        """Fill the lanes until cancelled; a consumer that breaks or is stuck is made anew."""
        while True:
            try:
                consumer = await self._reader()
                self._aim(consumer)
                while not self._stuck.is_set():
                    await self._fetched(consumer)
            except (KafkaError, TimeoutError) as error:
                log.warning("kafka.fault", reason=type(error).__name__)
                await asyncio.sleep(1)
            self._stuck.clear()
            await self._drop_consumer()

    async def _fetched(self, consumer: AIOKafkaConsumer) -> None:
        """One fetch of everything that is asked for, into the lanes."""
        self._forget_unasked(consumer)
        if not self._lanes:
            await asyncio.sleep(FETCH_WAIT_S / 10)
            return
        try:
            async with asyncio.timeout(self._settings.kafka_stuck_s):
                found = await consumer.getmany(timeout_ms=int(FETCH_WAIT_S * 1000))
        except OffsetOutOfRangeError as error:
            for at in self._lanes.keys() & error.args[0].keys():
                lane = self._lanes[at]
                lane.fail(GapFault(f"position {lane.end} of {_shown(at)} is outside the log"))
            return
        for at in self._lanes.keys() & found.keys():
            lane = self._lanes[at]
            if not lane.add(_entry(self._settings.kafka_prefix, one) for one in found[at]):
                lane.fail(LogFault(f"{_shown(at)} did not go on at {lane.end}; it is read again"))
            elif lane.bytes > AHEAD_BYTES_MAX:
                self._paused.add(at)
                consumer.pause(at)

    def _forget_unasked(self, consumer: AIOKafkaConsumer) -> None:
        idle = [at for at, lane in self._lanes.items() if _now() - lane.asked_until > UNASKED_S]
        for at in idle:
            del self._lanes[at]
        if idle:
            self._aim(consumer)

    def _fetch_on(self, at: TopicPartition, lane: Lane) -> None:
        """Before anybody waits for what comes: what was paused goes on when half of it is read."""
        if at in self._paused and lane.bytes < AHEAD_BYTES_MAX // 2 and self._consumer:
            self._paused.discard(at)
            self._consumer.resume(at)

    async def _lane(self, at: TopicPartition, position: int) -> Lane:
        """A new window at a position inside the log."""
        consumer = await self._reader()
        start = (await consumer.beginning_offsets([at]))[at]
        end = (await consumer.end_offsets([at]))[at]
        if position < start:
            raise GapFault(f"position {position} of {_shown(at)} is below its start {start}")
        if position > end:
            raise GapFault(
                f"position {position} of {_shown(at)} is beyond its end {end}: records that were "
                "confirmed are gone, or this is another cluster"
            )
        found = self._lanes.get(at)
        if found is not None and found.holds(position):  # another reader was faster
            return found
        lane = self._lanes[at] = Lane(position, _now())
        consumer = await self._reader()  # it may have been made anew meanwhile
        if at in consumer.assignment():
            consumer.seek(at, position)
            consumer.resume(at)
            self._paused.discard(at)
        else:
            self._aim(consumer)
        return lane

    def _aim(self, consumer: AIOKafkaConsumer) -> None:
        """Make the consumer fetch exactly the lanes, each from where its window ends."""
        self._paused.clear()
        if self._lanes:
            consumer.assign(list(self._lanes))
            for at, lane in self._lanes.items():
                consumer.seek(at, lane.end)

    async def _overdue(self, at: TopicPartition, lane: Lane, position: int) -> bool:
        """Nothing came: is there really nothing? LogFault: there is, and the consumer is stuck."""
        consumer = await self._reader()
        if (await consumer.end_offsets([at]))[at] <= position:
            return False
        lane.asked_until = _now() + self._settings.kafka_stuck_s
        if await lane.news(position, self._settings.kafka_stuck_s):
            return True
        if self._lanes.get(at) is not lane:  # another reader began elsewhere: nobody fills this one
            return False
        log.warning("kafka.renewed", reason="reader", seconds=self._settings.kafka_stuck_s)
        self._stuck.set()
        raise LogFault(f"the reader of {_shown(at)} is stuck at {position}; it is made anew")

    async def _reader(self) -> AIOKafkaConsumer:
        async with self._making:
            if self._consumer is None:
                consumer = AIOKafkaConsumer(
                    **self._client,
                    group_id=None,
                    enable_auto_commit=False,
                    auto_offset_reset="none",
                    fetch_max_wait_ms=int(FETCH_WAIT_S * 1000),
                )
                await started(consumer.start, consumer.stop)
                self._consumer = consumer
            return self._consumer

    async def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._paused.clear()
        if consumer is not None:
            await stopped(consumer.stop)
            await stopped(consumer._client.close)  # noqa: SLF001  stopping may hang before it

    async def missing(self) -> str:
        """Whether the cluster answers, appends are confirmed and the groups know us."""
        try:
            async with asyncio.timeout(MISSING_S):
                for topic in list(self._counts)[:1]:
                    await self.ends(topic)
        except (LogFault, TimeoutError):
            return "Apache Kafka does not answer; look at the cluster and the network"
        if self.appender.is_doubtful():
            return "Apache Kafka does not confirm what is appended; look at its in-sync replicas"
        lost = [name for name, member in self._members.items() if member.is_lost()]
        if lost:
            return f"the group of {', '.join(lost)} has not given this process its share"
        return ""

    async def divide(self, group: str, topics: Sequence[str], take: Take) -> None:
        """Share the partitions with the group's other processes, until cancelled."""
        prefix = self._settings.kafka_prefix
        member = self._members[group] = Member(self._client, self._settings, f"{prefix}{group}")
        while True:
            try:
                await self.learn(topics)
                await member.live([self._named(topic) for topic in topics], take)
            except (KafkaError, LogFault, TimeoutError) as error:
                log.warning("kafka.fault", reason=type(error).__name__, station=group)
            await take(frozenset())
            await asyncio.sleep(1)

    async def close(self) -> None:
        """End every client, each within its time."""
        await self.appender.close()
        await self._drop_consumer()
        if self._admin is not None:
            await stopped(self._admin.close)

    async def _known(self, topic: str) -> None:
        """Learn a topic that was not asked for at the start; `_Missing`: there is none."""
        if topic not in self._counts:
            try:
                await self.learn([topic])
            except LogFault as fault:
                raise _Missing from fault

    async def _administrator(self) -> AIOKafkaAdminClient:
        async with self._making:
            if self._admin is None:
                admin = AIOKafkaAdminClient(**self._client)
                await started(admin.start, admin.close)
                self._admin = admin
            return self._admin

    def _named(self, topic: str) -> str:
        return f"{self._settings.kafka_prefix}{topic}"


class _Missing(Exception):
    """The cluster has no such topic."""


def _now() -> float:
    return asyncio.get_running_loop().time()


def _shown(at: TopicPartition) -> str:
    return f"{at.topic}-{at.partition}"


def _entry(prefix: str, record: Any) -> Entry:
    headers = {name: _text(value) for name, value in record.headers}
    topic, key = record.topic.removeprefix(prefix), _text(record.key)
    return Entry(topic, record.partition, record.offset, key, headers, record.value or b"")


def _text(value: bytes | None) -> str:
    """What a stranger wrote may be no text; who works the record judges it."""
    return (value or b"").decode(errors="replace")


@contextlib.contextmanager
def _faults(what: str) -> Iterator[None]:
    """The client's errors are faults of the log."""
    try:
        yield
    except (KafkaError, TimeoutError) as error:
        raise LogFault(f"{what}: {type(error).__name__}") from error
