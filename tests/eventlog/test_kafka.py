"""Reading from Apache Kafka: ahead of the reader, never beyond its means, never stuck for good."""

import asyncio
import contextlib

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from broker.errors import GapFault, LogFault
from broker.eventlog.kafka import AHEAD_BYTES_MAX, kafka_log
from broker.settings import Secrets
from tests.eventlog.on_kafka import TOPIC, numbers, pages, prepared, record
from tests.limits import HANG_S, tries

FETCH_BYTES = 1024 * 1024
"""What the client asks a node for in one go, of one partition."""


def test_records_larger_than_half_a_lane_follow_each_other(kafka_bootstrap):
    """A lane that one record fills goes on when that record was read: nothing is made anew."""

    async def run():
        settings = await prepared(kafka_bootstrap, kafka_compression="none")
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            for number in range(4):
                await log.append([record(number, 5_000_000)])
            async with asyncio.timeout(HANG_S):
                assert numbers(await pages(log, 4)) == [0, 1, 2, 3]

    asyncio.run(run())


def test_the_largest_record_comes_back_as_it_was(kafka_bootstrap):
    """A value of `record_bytes_max` bytes passes the client's limits and the cluster's."""

    async def run():
        settings = await prepared(kafka_bootstrap, kafka_compression="none")
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(1, settings.record_bytes_max)])
            (entry,) = await pages(log, 1)
            assert entry.value == record(1, settings.record_bytes_max).value

    asyncio.run(run())


def test_a_position_beyond_the_end_is_a_fault(kafka_bootstrap):
    """What was confirmed is gone, or it is another cluster: nobody waits there for ever."""

    async def run():
        settings = await prepared(kafka_bootstrap)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(1)])
            with pytest.raises(GapFault, match="beyond its end 1"):
                await log.read(TOPIC, 0, 2, bytes_max=1, wait_s=0)

    asyncio.run(run())


def test_fetching_ahead_pauses_and_goes_on(kafka_bootstrap):
    """A lane holds little more than its limit, however much there is, and nothing is skipped."""

    async def run():
        settings = await prepared(kafka_bootstrap, kafka_compression="none")
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            for number in range(0, 100, 10):
                await log.append([record(one, 100_000) for one in range(number, number + 10)])
            await log.read(TOPIC, 0, 0, bytes_max=1, wait_s=5)
            for _ in tries("fetching ahead pauses"):
                if log._paused:
                    break
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
            (lane,) = log._lanes.values()
            assert AHEAD_BYTES_MAX < lane.bytes <= AHEAD_BYTES_MAX + 2 * FETCH_BYTES
            assert numbers(await pages(log, 100)) == list(range(100))

    asyncio.run(run())


def test_a_consumer_that_hangs_is_made_anew(kafka_bootstrap, monkeypatch):
    """A fetch that never returns costs `kafka_stuck_s`; then reading goes on where it was."""

    async def run():
        settings = await prepared(kafka_bootstrap, kafka_stuck_s=1)
        real, hung = AIOKafkaConsumer.getmany, []

        async def getmany(consumer, **how):
            if not hung or hung[0] is consumer:
                hung[:] = [consumer]
                await asyncio.Event().wait()
            return await real(consumer, **how)

        monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(1)])
            found = []
            for _ in tries("a new consumer reads on"):
                with contextlib.suppress(LogFault):
                    found = await log.read(TOPIC, 0, 0, bytes_max=1, wait_s=0)
                if found:
                    break
                await asyncio.sleep(0.1)
            assert hung
            assert numbers(found) == [1]

    asyncio.run(run())


def test_a_record_of_a_stranger_is_read(kafka_bootstrap):
    """Bytes that are no text in key and headers do not end the process: the station judges them."""

    async def run():
        settings = await prepared(kafka_bootstrap)
        async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as stranger:
            await stranger.send_and_wait(
                f"{settings.kafka_prefix}{TOPIC}", None, key=b"\xff",
                headers=[("h", b"\xfe"), ("none", None)],
            )  # fmt: skip
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            (entry,) = await pages(log, 1)
            assert (entry.key, entry.value) == ("\ufffd", b"")
            assert entry.headers == {"h": "\ufffd", "none": ""}

    asyncio.run(run())


def test_two_readers_of_a_partition_disturb_each_other_at_most(kafka_bootstrap):
    """One that stands before the other's window reads what is at its position, never behind it."""

    async def run():
        settings = await prepared(kafka_bootstrap)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(number) for number in range(20)])

            async def reader() -> list[int]:
                found = []
                while len(found) < 20:
                    found += await log.read(TOPIC, 0, len(found), bytes_max=1, wait_s=0.05)
                    await asyncio.sleep(0)
                return numbers(found)

            async with asyncio.timeout(HANG_S):
                first, second = await asyncio.gather(reader(), reader())
            assert first == second == list(range(20))

    asyncio.run(run())


def test_a_lane_whose_consumer_was_made_anew_meanwhile_is_fetched(kafka_bootstrap):
    """A reader that asked the old consumer for the ends is served by the new one."""

    async def run():
        settings = await prepared(kafka_bootstrap)
        async with kafka_log(settings, Secrets(), [TOPIC]) as log:
            await log.append([record(1)])
            old = await log._reader()
            ends = old.end_offsets

            async def late(every):
                found = await ends(every)
                log._stuck.set()
                while await log._reader() is old:
                    await asyncio.sleep(0.01)
                return found

            old.end_offsets = late
            async with asyncio.timeout(HANG_S):
                assert numbers(await log.read(TOPIC, 0, 0, bytes_max=1, wait_s=1)) == [1]
            at = TopicPartition(f"{settings.kafka_prefix}{TOPIC}", 0)
            assert (await log._reader()).assignment() == {at}

    asyncio.run(run())
