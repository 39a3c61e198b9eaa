"""Sharing partitions: this process as a member of a station's group on Apache Kafka.

The member is a consumer that fetches nothing, so the group hears from it whatever the work does,
and a session ends only when the process itself is silent. What is revoked has ended before others
are told that it is theirs. aiokafka does not say when it has lost its group, and only knows
assignors that take everything back at each change; so a member that does not come back from a
rebalance, or that the group does not list, ends, and its owner makes a new one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError

from broker.clock import secret
from broker.eventlog.contract import Partition, Take
from broker.eventlog.kafka_connection import started, stopped
from broker.logs import logger
from broker.settings import Settings

PULSE_S = 0.5

log = logger("kafka")


class Member:
    """One process in one group."""

    def __init__(self, client: Mapping[str, Any], settings: Settings, group: str) -> None:
        self._client = client
        self._settings = settings
        self._group = group
        self._rebalance: _Rebalance | None = None

    def is_lost(self) -> bool:
        """Whether the group has kept us waiting for our share for too long."""
        return self._rebalance is None or self._rebalance.lasts_s() > self._watch_s()

    def _watch_s(self) -> float:
        return self._settings.kafka_session_s * 3

    async def live(self, topics: Sequence[str], take: Take) -> None:
        """One life of a member; returns when it is lost. KafkaError."""
        told, session_ms = self._settings, int(self._settings.kafka_session_s * 1000)
        name = f"swb-{secret()}"
        consumer = AIOKafkaConsumer(
            **self._client,
            client_id=name,
            group_id=self._group,
            group_instance_id=f"{told.kafka_instance}-{self._group}"
            if told.kafka_instance
            else None,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 6,
            rebalance_timeout_ms=session_ms * 2,
        )
        rebalance = self._rebalance = _Rebalance(consumer, take, told.kafka_prefix)
        consumer.subscribe(list(topics), listener=rebalance)
        try:
            await started(consumer.start, consumer.stop)
            await self._pulse(consumer, rebalance, name)
        finally:
            self._rebalance = None
            await take(frozenset())  # leaving gives to others what was ours: it has ended first
            await stopped(consumer.stop)

    async def _pulse(self, consumer: AIOKafkaConsumer, rebalance: "_Rebalance", name: str) -> None:
        """Ask for nothing, so that the client sees activity, and watch the membership."""
        watch_s, loop = self._watch_s(), asyncio.get_running_loop()
        asked_at = loop.time()
        while True:
            await consumer.getmany(timeout_ms=int(PULSE_S * 1000))
            if rebalance.lasts_s() > watch_s:
                log.warning("kafka.renewed", reason="rebalance", station=self._group)
                return
            if loop.time() - asked_at > watch_s:
                asked_at = loop.time()
                if rebalance.since is None and not await self._listed(name):
                    log.warning("kafka.renewed", reason="member", station=self._group)
                    return

    async def _listed(self, name: str) -> bool:
        """Whether the group itself counts this client as a member; no answer tells nothing."""
        admin = AIOKafkaAdminClient(**self._client)
        try:
            await started(admin.start, admin.close)
            (told,) = await admin.describe_consumer_groups([self._group])
            ((code, *_, members),) = (group[:6] for group in told.groups)
            return bool(code) or any(member[1] == name for member in members)
        except (KafkaError, TimeoutError):
            return True
        finally:
            await stopped(admin.close)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Tells the owner what is ours; `since` is when the last change began, None: it is over."""

    def __init__(self, consumer: AIOKafkaConsumer, take: Take, prefix: str) -> None:
        self.since: float | None = asyncio.get_running_loop().time()
        self._consumer = consumer
        self._take = take
        self._prefix = prefix

    def lasts_s(self) -> float:
        """How long the change that began has lasted; 0: it is over."""
        now = asyncio.get_running_loop().time()
        return 0.0 if self.since is None else now - self.since

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Abandon what is being done; when this returns the group goes on."""
        del revoked
        self.since = asyncio.get_running_loop().time()
        await self._take(frozenset())

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Begin; the member itself never fetches, and never asks for committed offsets."""
        self._consumer.pause(*assigned)
        for at in assigned:
            self._consumer.seek(at, 0)
        self.since = None
        log.info("kafka.divided", count=len(assigned))
        await self._take(
            frozenset(
                Partition(at.topic.removeprefix(self._prefix), at.partition) for at in assigned
            )
        )
