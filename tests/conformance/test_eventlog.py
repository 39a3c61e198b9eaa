"""The contract of the event log, held against every backend."""

import asyncio
from collections.abc import Sequence

import pytest

from broker.errors import GapFault
from broker.eventlog.contract import EventLog, last_entries, partition_of
from broker.model.records import Entry, Record
from tests.limits import HANG_S

TOPIC = "submissions.trial"


def record(key: str, number: int, size: int = 0) -> Record:
    """A record whose value says which one it is."""
    return Record(TOPIC, key, {"ce_id": f"r-{number}"}, f"{number}".encode().ljust(size, b"."))


async def whole(log: EventLog, topic: str = TOPIC, bytes_max: int = 1 << 20) -> list[Entry]:
    """Every entry of a topic, partition by partition, read page by page."""
    found: list[Entry] = []
    for partition, (start, end) in enumerate(await log.ends(topic)):
        position = start
        while position < end:
            page = await log.read(topic, partition, position, bytes_max=bytes_max, wait_s=0)
            assert page, "nothing was read below the end"
            found += page
            position = page[-1].position + 1
    return found


def ids(entries: Sequence[Entry]) -> list[str]:
    """Which records these are."""
    return [entry.headers["ce_id"] for entry in entries]


def test_what_was_appended_is_read_whole(on_log):
    """Key, headers, value, topic and partition come back as they were given."""

    async def run(log):
        given = Record(TOPIC, "käse", {"ce_id": "r", "swb_name": "ü"}, bytes(range(256)))
        await log.append([given])
        (entry,) = await whole(log)
        assert Record(entry.topic, entry.key, entry.headers, entry.value) == given
        assert entry.partition == partition_of("käse", log.partitions(TOPIC))

    on_log(run)


def test_records_of_a_key_stay_in_the_order_of_appending(on_log):
    """Within a partition entries stand in the order in which they were appended."""

    async def run(log):
        for start in range(0, 60, 3):
            await log.append([record(f"k{start % 7}", start + step) for step in range(3)])
        by_partition: dict[int, list[int]] = {}
        for entry in await whole(log):
            by_partition.setdefault(entry.partition, []).append(int(entry.value))
        assert len(by_partition) > 1
        assert sorted(number for found in by_partition.values() for number in found) == list(
            range(60)
        )
        assert all(numbers == sorted(numbers) for numbers in by_partition.values())

    on_log(run)


def test_positions_have_no_gaps(on_log):
    """The positions of a partition are 0, 1, 2 and so on."""

    async def run(log):
        for number in range(25):
            await log.append([record(f"k{number}", number)])
        for partition in range(log.partitions(TOPIC)):
            mine = [one.position for one in await whole(log) if one.partition == partition]
            assert mine == list(range(len(mine)))

    on_log(run)


def test_reading_begins_at_any_position(on_log):
    """A read from a position gives the entry at that position first, again and again."""

    async def run(log):
        await log.append([record("k", number) for number in range(10)])
        partition = partition_of("k", log.partitions(TOPIC))
        for position in (9, 0, 5, 5):
            page = await log.read(TOPIC, partition, position, bytes_max=1 << 20, wait_s=0)
            assert ids(page) == [f"r-{number}" for number in range(position, 10)]

    on_log(run)


def test_the_end_is_empty_at_once_without_waiting(on_log):
    """A read at the end of a partition, or of an unknown topic, gives nothing."""

    async def run(log):
        await log.append([record("k", 1)])
        partition = partition_of("k", log.partitions(TOPIC))
        assert await log.read(TOPIC, partition, 1, bytes_max=1, wait_s=0) == []
        assert await log.read("events.unknown", 0, 0, bytes_max=1, wait_s=0) == []

    on_log(run)


def test_a_reader_waits_and_is_woken_by_an_append(on_log):
    """Who reads at the end gets the record that is appended while it waits."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        reading = asyncio.ensure_future(
            log.read(TOPIC, partition, 0, bytes_max=1 << 20, wait_s=HANG_S)
        )
        await asyncio.sleep(0.01)
        assert not reading.done()
        await log.append([record("k", 7)])
        async with asyncio.timeout(HANG_S / 2):
            assert ids(await reading) == ["r-7"]

    on_log(run)


def test_a_reader_that_waits_in_vain_gets_nothing(on_log):
    """After its time a waiting read gives nothing, even if other partitions were appended to."""

    async def run(log):
        partitions = log.partitions(TOPIC)
        mine = partition_of("k", partitions)
        other = next(f"k{n}" for n in range(99) if partition_of(f"k{n}", partitions) != mine)
        reading = asyncio.ensure_future(log.read(TOPIC, mine, 0, bytes_max=1, wait_s=0.05))
        await asyncio.sleep(0.01)
        await log.append([record(other, 1)])
        assert await reading == []

    on_log(run)


def test_every_waiting_reader_is_woken(on_log):
    """Several readers of one partition each get what was appended."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        readers = [
            asyncio.ensure_future(log.read(TOPIC, partition, 0, bytes_max=9, wait_s=HANG_S))
            for _ in range(5)
        ]
        await asyncio.sleep(0.01)
        await log.append([record("k", 3)])
        async with asyncio.timeout(HANG_S / 2):
            assert [ids(page) for page in await asyncio.gather(*readers)] == [["r-3"]] * 5

    on_log(run)


def test_a_read_keeps_within_its_bytes(on_log):
    """A read gives as many entries as fit, and not one more."""

    async def run(log):
        await log.append([record("k", number, 100) for number in range(10)])
        partition = partition_of("k", log.partitions(TOPIC))
        page = await log.read(TOPIC, partition, 0, bytes_max=350, wait_s=0)
        assert ids(page) == ["r-0", "r-1", "r-2"]
        assert ids(await whole(log, bytes_max=250)) == [f"r-{number}" for number in range(10)]

    on_log(run)


def test_at_least_one_entry_is_read_however_big(on_log):
    """An entry larger than the limit is read alone, not never."""

    async def run(log):
        await log.append([record("k", 1, 2_000_000), record("k", 2)])
        partition = partition_of("k", log.partitions(TOPIC))
        page = await log.read(TOPIC, partition, 0, bytes_max=10, wait_s=0)
        assert ids(page) == ["r-1"]
        assert len(page[0].value) == 2_000_000

    on_log(run)


def test_ends_name_the_oldest_and_the_next_position(on_log):
    """Each partition's ends are its oldest record's position and the next to come."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        await log.append([record("k", number) for number in range(3)])
        ends = await log.ends(TOPIC)
        assert len(ends) == log.partitions(TOPIC)
        assert ends[partition] == (0, 3)
        assert all(end == (0, 0) for number, end in enumerate(ends) if number != partition)

    on_log(run)


def test_trimmed_records_are_gone_and_a_position_below_is_a_fault(on_log):
    """After a trim reading below the start is a GapFault, never a silent skip."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        await log.append([record("k", number) for number in range(10)])
        await log.trim(TOPIC, partition, 4)
        assert (await log.ends(TOPIC))[partition] == (4, 10)
        page = await log.read(TOPIC, partition, 4, bytes_max=1 << 20, wait_s=0)
        assert ids(page) == [f"r-{number}" for number in range(4, 10)]
        for position in (0, 3):
            with pytest.raises(GapFault):
                await log.read(TOPIC, partition, position, bytes_max=1, wait_s=0)

    on_log(run)


def test_a_position_beyond_the_end_is_a_fault(on_log):
    """Records that were confirmed are gone, or it is another log: never waited for silently."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        await log.append([record("k", 1)])
        assert await log.read(TOPIC, partition, 1, bytes_max=1, wait_s=0) == []
        with pytest.raises(GapFault, match="beyond its end 1"):
            await log.read(TOPIC, partition, 2, bytes_max=1, wait_s=0)

    on_log(run)


def test_the_newest_record_of_each_partition_is_read(on_log):
    """An empty partition has none; what was trimmed away does not matter."""

    async def run(log):
        assert await last_entries(log, TOPIC) == []
        await log.append([record(f"k{number % 3}", number) for number in range(9)])
        newest = {}
        for number in range(9):
            newest[partition_of(f"k{number % 3}", log.partitions(TOPIC))] = f"r-{number}"
        await log.trim(TOPIC, min(newest), 1)
        found = await last_entries(log, TOPIC)
        assert {one.partition: one.headers["ce_id"] for one in found} == newest

    on_log(run)


def test_a_trim_touches_one_partition_and_never_turns_back(on_log):
    """Other partitions keep their records; a trim below the start, or twice, changes nothing."""

    async def run(log):
        await log.append([record(f"k{number}", number) for number in range(40)])
        partition = partition_of("k0", log.partitions(TOPIC))
        before = await log.ends(TOPIC)
        for limit in (2, 2, 1):
            await log.trim(TOPIC, partition, limit)
        after = await log.ends(TOPIC)
        assert after[partition] == (2, before[partition][1])
        del before[partition], after[partition]
        assert before == after

    on_log(run)


def test_positions_go_on_after_a_trim(on_log):
    """What is appended after a trim stands behind what stood there before."""

    async def run(log):
        partition = partition_of("k", log.partitions(TOPIC))
        await log.append([record("k", number) for number in range(5)])
        await log.trim(TOPIC, partition, 4)
        await log.append([record("k", 5)])
        page = await log.read(TOPIC, partition, 4, bytes_max=1 << 20, wait_s=0)
        assert [(entry.position, entry.value) for entry in page] == [(4, b"4"), (5, b"5")]

    on_log(run)


def test_concurrent_appends_lose_nothing_and_stay_whole(on_log):
    """Many appenders at once: every record stands once, each appender's in its order."""

    async def run(log):
        async def appender(who: int) -> None:
            for step in range(20):
                await log.append([record("shared", who * 1000 + step)])

        async with asyncio.TaskGroup() as group:
            for who in range(10):
                group.create_task(appender(who))
        numbers = [int(entry.value) for entry in await whole(log)]
        assert sorted(numbers) == sorted(
            who * 1000 + step for who in range(10) for step in range(20)
        )
        for who in range(10):
            mine = [number for number in numbers if number // 1000 == who]
            assert mine == sorted(mine)

    on_log(run)


def test_no_backend_drops_by_id(on_log):
    """A record appended twice stands twice: readers drop by id, logs do not."""

    async def run(log):
        await log.append([record("k", 1)])
        await log.append([record("k", 1)])
        assert ids(await whole(log)) == ["r-1", "r-1"]

    on_log(run)


def test_topics_do_not_share_positions(on_log):
    """Two topics are numbered apart."""

    async def run(log):
        for topic in ("events.a", "events.b"):
            await log.append([Record(topic, "k", {"ce_id": topic}, b"")])
        for topic in ("events.a", "events.b"):
            (entry,) = await whole(log, topic)
            assert (entry.position, entry.headers["ce_id"]) == (0, topic)

    on_log(run)


def test_an_append_of_nothing_is_nothing(on_log):
    """An empty append changes no end."""

    async def run(log):
        await log.append([])
        assert set(await log.ends(TOPIC)) == {(0, 0)}

    on_log(run)


def test_a_key_has_one_partition_on_every_backend(on_log):
    """Where a record stands is decided by its key alone, as `partition_of` says."""

    async def run(log):
        keys = [f"sender-{number}" for number in range(50)]
        await log.append([record(key, number) for number, key in enumerate(keys)])
        for entry in await whole(log):
            assert entry.partition == partition_of(entry.key, log.partitions(TOPIC))

    on_log(run)
