"""Appending to Apache Kafka: a deadline, then unknown; the same partition as everybody's."""

import asyncio

import pytest
from confluent_kafka import Producer

from broker.errors import LogFault
from broker.eventlog.contract import partition_of
from broker.eventlog.kafka import kafka_log
from broker.settings import Secrets
from tests.eventlog.on_kafka import TOPIC, numbers, pages, prepared, record
from tests.limits import HANG_S, tries

APPEND_S = 1.0
CODECS = {"none": 0, "gzip": 1, "zstd": 4}
"""As a batch on a node's disk names what it is compressed with."""


@pytest.fixture(scope="module")
def node(kafka_cluster):
    """A node of our own, to be paused."""
    return kafka_cluster(nodes=1)


def test_an_append_that_nobody_confirms_is_unknown_and_goes_on_later(node):
    """A fault after the deadline; when the node wakes: at most repeated, in order, nothing left."""

    async def run():
        settings = await prepared(node.bootstrap, kafka_append_s=APPEND_S)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await appended(log, record(0))
            await lacks_nothing(log)
            node.pause()
            for _ in range(4):
                with pytest.raises(LogFault, match="not confirmed within 1 s"):
                    await log.append([record(1), record(2)])
            told = await log.missing()
            node.wake()
            assert told.startswith("Apache Kafka does not")
            await appended(log, record(1), record(2))
            await appended(log, record(3))
            await lacks_nothing(log)
            end = (await log.ends(TOPIC))[0][1]
            found = numbers(await pages(log, end))
            assert list(dict.fromkeys(found)) == [0, 1, 2, 3]
            assert found[-1] == 3
            sending = [
                one
                for one in asyncio.all_tasks()
                if "Sender._sender_routine" in repr(one) or "Accumulator" in repr(one)
            ]
            assert len(sending) == 1, sending

    asyncio.run(run())


async def appended(log, *records):
    """Append as an outbox does: again until it is confirmed."""
    for _ in tries("the append is confirmed"):
        try:
            await log.append(records)
        except LogFault:
            await asyncio.sleep(0.1)
        else:
            return


async def lacks_nothing(log):
    """Wait until the log is ready, by its own word."""
    for _ in tries("the log lacks nothing"):
        if await log.missing() == "":
            return


@pytest.mark.parametrize("compression", CODECS)
def test_records_are_compressed_as_the_settings_say(node, compression):
    """The node's own file of the partition names the codec of the batch."""

    async def run():
        settings = await prepared(node.bootstrap, kafka_compression=compression)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(1, 10_000)])
        return settings.kafka_prefix

    prefix = asyncio.run(run())
    (file,) = node.nodes[1].folder.glob(f"data/{prefix}{TOPIC}-0/*.log")
    batch = file.read_bytes()
    assert int.from_bytes(batch[21:23], "big") & 7 == CODECS[compression]
    assert (len(batch) > 10_000) == (compression == "none")


def test_a_key_has_the_partition_that_other_clients_give_it(kafka_bootstrap):
    """The C client's murmur2, as the Java client's default has it, for keys of every length."""
    keys = [*("x" * length for length in range(1, 20)), "käse", "東京", "lantern-forwarding",
            *(f"o_{number:032x}" for number in range(80))]  # fmt: skip
    settings = asyncio.run(prepared(kafka_bootstrap, partitions=7))
    told: dict[str, int] = {}
    producer = Producer(
        {"bootstrap.servers": kafka_bootstrap, "partitioner": "murmur2_random", "linger.ms": 5}
    )
    for key in keys:
        producer.produce(
            f"{settings.kafka_prefix}{TOPIC}", b"", key.encode(),
            on_delivery=lambda _fault, sent: told.update({sent.key().decode(): sent.partition()}),
        )  # fmt: skip
    assert producer.flush(HANG_S) == 0
    assert told == {key: partition_of(key, 7) for key in keys}
    assert len(set(told.values())) == 7


def test_a_record_that_the_cluster_refuses_harms_nobody_else(kafka_bootstrap):
    """One too large for the client is a fault at once; what others append is confirmed."""

    async def run():
        settings = await prepared(kafka_bootstrap, record_bytes_max=100_000)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            with pytest.raises(LogFault, match="MessageSizeTooLarge"):
                await log.append([record(1, 1_000_000)])
            await log.append([record(2)])
            assert numbers(await pages(log, 1)) == [2]
            assert await log.missing() == ""

    asyncio.run(run())
