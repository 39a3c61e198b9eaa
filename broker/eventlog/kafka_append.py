"""Appending to Apache Kafka: one task sends what a bounded queue holds.

acks=all and idempotence. An idempotent batch never expires by itself, so every append has a
deadline; after it the append is *unknown*, and the outbox appends again. A producer that does
nothing but time out is made anew. One task sends, because a crowd of senders wakes each other;
what a partition has not taken yet is bounded by one batch of the client. No Kafka transactions.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from broker.errors import LogFault
from broker.eventlog.kafka_connection import started, stopped
from broker.logs import logger
from broker.model.records import Record
from broker.settings import Settings

JOBS_MAX = 1_000
BATCH_BYTES = 512 * 1024
FRAMING_BYTES = 256 * 1024
"""What keys and headers add to a value, at most."""

log = logger("kafka")


class Addressed(NamedTuple):
    """A record and where it goes."""

    topic: str
    partition: int
    record: Record


Job = tuple[Sequence[Addressed], "asyncio.Future[None]"]


class Appender:
    """The only producer of a process."""

    def __init__(self, client: Mapping[str, Any], settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(JOBS_MAX)
        self._producer: Any = None
        self._waiting_since: float | None = None
        self._broken = False

    async def append(self, records: Sequence[Addressed]) -> None:
        """All of them are confirmed when this returns; LogFault: unknown."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._settings.kafka_append_s):
                await self._jobs.put((records, done))
                await done
        except TimeoutError as error:
            raise LogFault(
                f"an append was not confirmed within {self._settings.kafka_append_s:g} s"
            ) from error

    async def run(self) -> None:
        """Send what waits, until cancelled; a producer that breaks is made anew."""
        while True:
            records, done = await self._jobs.get()
            if done.done():  # whoever asked has given up: nothing of it was sent
                continue
            if self._producer is not None and self.is_doubtful():
                log.warning("kafka.renewed", reason="producer")
                await self.close()
            try:
                producer = await self._producing()
                await self._send(producer, records, done)
            except (KafkaError, TimeoutError) as error:
                _settle(done, [error])

    async def _send(
        self, producer: AIOKafkaProducer, records: Sequence[Addressed], done: "asyncio.Future[None]"
    ) -> None:
        """Hand all records to the producer, in order; `done` hears when the last is confirmed."""
        sent = []
        for topic, partition, record in records:
            if done.done():
                break
            sent.append(
                await producer.send(
                    topic,
                    record.value,
                    key=record.key.encode(),
                    partition=partition,
                    headers=[(name, value.encode()) for name, value in record.headers.items()],
                )
            )

        def confirmed(told: "asyncio.Future[list[Any]]") -> None:
            failed = [one for one in told.result() if isinstance(one, BaseException)]
            if producer is self._producer:  # what became of an older one's is no sign of this one
                self._waiting_since = self._waiting_since if failed else None
                self._broken = self._broken or bool(failed)
            _settle(done, failed)

        self._waiting_since = self._waiting_since or _now()
        asyncio.gather(*sent, return_exceptions=True).add_done_callback(confirmed)

    async def _producing(self) -> AIOKafkaProducer:
        if self._producer is None:
            compression = self._settings.kafka_compression
            producer = AIOKafkaProducer(
                **self._client,
                acks="all",
                enable_idempotence=True,
                compression_type=None if compression == "none" else compression,
                max_batch_size=BATCH_BYTES,
                max_request_size=self._settings.record_bytes_max + FRAMING_BYTES,
            )
            await started(producer.start, producer.stop)
            self._producer, self._waiting_since, self._broken = producer, None, False
        return self._producer

    def is_doubtful(self) -> bool:
        """Whether the producer has failed, or confirmed nothing for so long that it is to blame."""
        since = self._waiting_since
        late_s = 0.0 if since is None else _now() - since
        return self._broken or late_s > self._settings.kafka_append_s * 2

    async def close(self) -> None:
        """End the producer, within a time; what it still holds is unknown.

        Its sender ends first: stopping would flush, and one that cannot would go on sending, and
        live on, behind our back.
        """
        producer, self._producer = self._producer, None
        if producer is not None:
            sender, producer._sender = producer._sender, None  # noqa: SLF001  it has no other way
            await stopped(sender.close)
            await stopped(producer.stop)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _settle(done: "asyncio.Future[None]", failed: Sequence[BaseException]) -> None:
    if done.done():
        return
    if failed:
        done.set_exception(LogFault(f"an append failed: {type(failed[0]).__name__}"))
    else:
        done.set_result(None)
