"""The channel topic: the same records on every log, in order, readable by stock clients."""

import asyncio
import contextlib
import secrets
from dataclasses import replace

import httpx
import pytest
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from broker.access import digest_of_key
from broker.delivery.topic import TopicChannel, record_of, topic_of
from broker.doors import Keyring
from broker.errors import LogFault
from broker.eventlog.embedded import SqliteFile
from broker.eventlog.kafka import kafka_log
from broker.hop import Plumbing
from broker.model.avro import decoded
from broker.model.records import Record
from broker.serve import web_server
from broker.settings import Settings
from broker.state import keys, queue
from broker.state.database import EmbeddedDatabase, MemoryDatabase
from broker.state.postgres import postgres_database
from broker.state.queue import Given, Row
from broker.state.tables import QUEUE
from broker.stations import assemble, topics_of
from broker.succession import put_in_force
from tests.broker_in_process import (
    SENDER,
    XML,
    Broker,
    StoppedClock,
    configuration,
    declaration,
    in_process,
    story,
)
from tests.conformance.conftest import of_url
from tests.delivery.test_registry_http import said, served
from tests.limits import HANG_S, tries
from tests.servers.topics import created
from tests.toy import Plug

READER = "environment"
TOPIC = topic_of(READER)
TRAVELLED = ("submissions.customs", "events.declaration")
SCRAP, REFRIGERANT, ROSES = "26209995", "29037100", "06031100"
STORY = (
    [("QZ-1", SCRAP), ("QZ-2", ROSES), ("QZ-3", REFRIGERANT, ROSES)],
    [("QZ-1", SCRAP, REFRIGERANT), ("QZ-4", SCRAP)],
)
"""Declarations that are lodged together, then worked to the end."""
AT = "2026-11-22T09:30:00.000Z"


async def told(plumbing: Plumbing) -> list[Record]:
    """The story over this plumbing; what stands on the agency's topic."""
    plumbing = replace(plumbing, configuration=await put_in_force(configuration(), plumbing))
    digest = digest_of_key(f"key-{SENDER}")
    await plumbing.database.write(lambda connection: keys.put(connection, digest, SENDER, ""))
    stations = assemble(configuration(), plumbing, Settings())
    keyring = Keyring(plumbing, configuration().principals, {})
    server = web_server(Settings(), configuration(), plumbing, (stations, keyring))
    accepting = asyncio.ensure_future(stations.acceptance.run())
    transport = httpx.ASGITransport(app=server.config.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://broker") as client:
        hops = tuple(one for one in stations.hops() if one.reader.topic in TRAVELLED)
        broker = Broker(configuration(), plumbing, stations, client, plumbing.clock, hops=hops)
        for lodged in STORY:
            for lrn, *codes in lodged:
                content = declaration(lrn, *codes)
                got = await broker.call("POST", "/v1/submissions", SENDER, content=content,
                                        headers=XML)  # fmt: skip
                assert got.status_code == 202, got.text
            await broker.settle()
            while await stations.topics.sent_all():
                pass
    accepting.cancel()
    await asyncio.gather(accepting, return_exceptions=True)
    return await standing(plumbing.log)


async def standing(log) -> list[Record]:
    """What stands on the agency's topic, partition by partition."""
    found = []
    for partition, (start, end) in enumerate(await log.ends(TOPIC)):
        position = start
        while position < end:
            page = await log.read(TOPIC, partition, position, bytes_max=1 << 20, wait_s=5)
            found += [Record(one.topic, one.key, one.headers, one.value) for one in page]
            position += len(page)
    return found


@contextlib.asynccontextmanager
async def cluster(bootstrap: str, url: str):
    """Plumbing over a real Kafka, with every topic, and a real PostgreSQL."""
    prefix, (settings, passwords) = f"a{secrets.token_hex(4)}.", of_url(url)
    names = topics_of(configuration())
    await created(bootstrap, [f"{prefix}{name}" for name in names], 1)
    settings = settings.model_copy(
        update={"kafka_bootstrap": bootstrap, "kafka_prefix": prefix, "start_s": HANG_S}
    )
    async with (
        postgres_database(settings, passwords, upgraded=False) as database,
        kafka_log(settings, passwords, names) as log,
    ):
        await database.upgrade()
        yield Plumbing(log, database, StoppedClock(), wait_s=0), f"{prefix}{TOPIC}"


async def embedded(folder) -> list[Record]:
    """The story on the embedded log."""
    with contextlib.closing(SqliteFile(folder, partitions=1)) as file:
        return await told(Plumbing(file, EmbeddedDatabase(file), StoppedClock(), wait_s=0))


def consumed(bootstrap: str, topic: str, count: int) -> list:
    """What a stock consumer reads from the beginning."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"g{secrets.token_hex(4)}",
                         "auto.offset.reset": "earliest"})  # fmt: skip
    consumer.subscribe([topic])
    try:
        return consumer.consume(count, timeout=HANG_S)
    finally:
        consumer.close()


def test_both_logs_hold_the_same_records_and_stock_clients_read_them(
    tmp_path, kafka_bootstrap, postgres, monkeypatch
):
    """Key, headers and bytes are equal; Confluent's consumer, registry client and reader agree."""
    # A node answers what is asked on a connection when the fetch before it has been answered.
    monkeypatch.setattr("broker.eventlog.kafka.FETCH_WAIT_S", 0.01)

    async def run():
        on_embedded = await embedded(tmp_path)
        async with cluster(kafka_bootstrap, postgres.create()) as (plumbing, topic):
            on_kafka = await told(plumbing)
        assert on_kafka == on_embedded
        return on_kafka, topic

    records, topic = asyncio.run(run())
    assert [one.headers["ce_type"].rpartition(".")[2] for one in records] == [
        "new", "new", "changed", "new"
    ]  # fmt: skip
    assert [one.headers["ce_swbseq"] for one in records] == ["1", "2", "3", "4"]
    messages = consumed(kafka_bootstrap, topic, len(records))
    with served() as url:
        reads = AvroDeserializer(SchemaRegistryClient({"url": url}))
        for message, record in zip(messages, records, strict=True):
            assert message.error() is None
            on = SerializationContext(topic, MessageField.VALUE, message.headers())
            assert said(reads(message.value(), on)) == said(decoded(record.value))
            headers = {name: value.decode() for name, value in message.headers()}
            assert headers == record.headers
            assert message.key().decode() == record.key == headers["ce_subject"]


def test_headers_are_those_of_a_cloudevent_in_binary_mode():
    """The Kafka binding: `ce_` and the attribute, the data's type apart, the trace W3C's."""
    event = (b'{"specversion":"1.0","id":"d_1","source":"urn:qz","type":"t.new","time":"%s",'
             b'"subject":"o_1","traceparent":"00-a-b-01","datacontenttype":"application/avro",'
             b'"data_base64":"AAEC"}' % AT.encode())  # fmt: skip
    assert record_of(READER, Given(7, "0123456789abcdef", event)) == Record(
        TOPIC,
        "o_1",
        {
            "ce_specversion": "1.0", "ce_id": "d_1", "ce_source": "urn:qz", "ce_type": "t.new",
            "ce_time": AT, "ce_subject": "o_1", "ce_swbseq": "7",
            "ce_swbchain": "0123456789abcdef",
            "content-type": "application/avro", "traceparent": "00-a-b-01",
        },
        b"\x00\x01\x02",
    )  # fmt: skip


class Site:
    """A channel over a log whose appends can fail, with numbered rows to send."""

    def __init__(self, *, rows_max=3, mine=lambda: None):
        self.memory = MemoryDatabase()
        self.database = Plug(self.memory)
        self.log = Plug(None)
        self.rows_max = rows_max
        self.mine = mine

    async def ready(self, file, count):
        """Number so many rows, and give the channel."""
        self.log.real = file
        rows = [Row(f"d_{n}", READER, f"o_{n % 3}", "", 1, READER, "control", "document", "t",
                    b"{}", "{}", AT) for n in range(count)]  # fmt: skip
        bodies = [(n + 1, b'{"id":"d_%d","subject":"o_%d","data":%d}' % (n, n % 3, n))
                  for n in range(count)]  # fmt: skip

        def work(connection):
            queue.put(connection, rows)
            queue.number_rows(connection, READER, bodies)

        await self.memory.write(work)
        plumbing = Plumbing(self.log, self.database, StoppedClock(), wait_s=0.01)
        return TopicChannel(plumbing, [READER, "customs"], self.mine, rows_max=self.rows_max,
                            source="urn:qz")  # fmt: skip

    async def acknowledged(self):
        """How far the subscription is."""
        return (await self.memory.read(lambda c: queue.subscription(c, READER)))["acknowledged"]


@pytest.mark.parametrize(
    ("plan", "when"), [("log", "before"), ("log", "after"), ("database", "before")]
)
def test_what_fails_is_sent_again_and_first_occurrences_are_in_order(tmp_path, plan, when):
    """An append or its acknowledgement of unknown end repeats the same id and bytes, no more."""

    async def run():
        site = Site()
        with contextlib.closing(SqliteFile(tmp_path, partitions=1)) as file:
            channel = await site.ready(file, 8)
            name = "append" if plan == "log" else "write"
            getattr(getattr(site, plan), when)[name] = [None, LogFault("unknown")]
            running = asyncio.ensure_future(channel.run())
            for _ in tries("all rows are sent"):
                if await site.acknowledged() == 8:
                    break
                await asyncio.sleep(0.01)
            running.cancel()
            found = [(one.headers["ce_swbseq"], one.value) for one in await standing(file)]
            assert list(dict.fromkeys(found)) == [
                (str(number + 1), b"%d" % number) for number in range(8)
            ]
            assert len(found) == (8 if (plan, when) == ("log", "before") else 11)

    asyncio.run(run())


def test_a_process_sends_for_its_own_subscriptions_only(tmp_path):
    """Another process's rows are left to it; those of recipients with a feed are never sent."""

    async def run():
        mine = ["customs", "wildlife"]
        site = Site(mine=lambda: mine)
        with contextlib.closing(SqliteFile(tmp_path, partitions=1)) as file:
            channel = await site.ready(file, 2)
            assert await channel.sent_all() == 0
            mine.append(READER)
            assert await channel.sent_all() == 2
            assert await channel.sent_all() == 0
            assert await site.acknowledged() == 2

    asyncio.run(run())


@story
async def test_a_feed_is_not_emptied_by_the_channel():
    """Recipients with a feed acknowledge themselves, however often the channel looks."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", SCRAP))
        assert await broker.stations.topics.sent_all() == 1
        assert await broker.stations.topics.sent_all() == 0
        (customs,) = [one for one in await broker.rows(QUEUE)
                      if (one["recipient"], one["what"]) == ("customs", "document")]  # fmt: skip
        assert customs["state"] == "numbered"
        assert len(await broker.feed("customs")) >= 1
