"""The embedded log: one file, one writer, group commits, and what is left when it is reopened."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.errors import ConfigFault, LogFault
from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record

TOPIC = "events.trial"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteFile]:
    """An empty file with one partition a topic."""
    opened = SqliteFile(tmp_path, partitions=1)
    yield opened
    opened.close()


def record(value: str, topic: str = TOPIC) -> Record:
    """A record of the topic's one partition."""
    return Record(topic, "k", {}, value.encode())


async def values(file: SqliteFile, topic: str = TOPIC) -> list[str]:
    """Everything that stands on a topic."""
    ((start, _end),) = await file.ends(topic)
    found = await file.read(topic, 0, start, bytes_max=1 << 20, wait_s=0)
    return [entry.value.decode() for entry in found]


def refuse(raw: sqlite3.Connection) -> None:
    """A work that fails after it has written."""
    raw.execute("INSERT INTO topics(name, first) VALUES ('never', 4711)")
    raise ValueError("refused")


def test_reopened_nothing_is_lost(tmp_path):
    """After closing and opening again records, positions, topics and starts are the same."""

    async def run():
        file = SqliteFile(tmp_path, partitions=1)
        for number in range(10):
            await file.append([record(str(number)), record(f"x{number}", "events.other")])
        await file.trim(TOPIC, 0, 3)
        file.close()
        file = SqliteFile(tmp_path, partitions=1)
        try:
            assert await values(file) == [str(number) for number in range(3, 10)]
            assert await values(file, "events.other") == [f"x{number}" for number in range(10)]
            await file.append([record("10"), record("new", "events.third")])
            assert await file.ends(TOPIC) == [(3, 11)]
            assert (await values(file))[-1] == "10"
            assert await values(file, "events.third") == ["new"]
        finally:
            file.close()

    asyncio.run(run())


def test_what_append_returned_from_is_on_disk(file, tmp_path):
    """A copy of the files taken after an append holds the record: nothing waits in memory."""

    async def run():
        await file.append([record("durable")])
        copy = tmp_path / "copy"
        copy.mkdir()
        for path in tmp_path.glob("broker.sqlite*"):
            (copy / path.name).write_bytes(path.read_bytes())
        reopened = SqliteFile(copy, partitions=1)
        try:
            assert await values(reopened) == ["durable"]
        finally:
            reopened.close()

    asyncio.run(run())


def test_a_commit_waits_for_the_disk(file):
    """The writing connection syncs each commit, with a write-ahead log."""
    assert file.raw.execute("PRAGMA synchronous").fetchone() == (2,)
    assert file.raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_failed_work_takes_nothing_with_it(file):
    """Works that share a commit with one that fails are done; its own writes are undone."""

    async def run():
        jobs = []
        for number in range(60):
            jobs.append(file.append([record(str(number))]))
            jobs.append(file.write(refuse))
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(one) for one in results] == [type(None), ValueError] * 60
        assert file.commits < 120, "nothing shared a commit"
        assert await values(file) == [str(number) for number in range(60)]
        found = await file.read_with(
            lambda raw: raw.execute("SELECT count(*) FROM topics WHERE name='never'").fetchone()
        )
        assert found == (0,)

    asyncio.run(run())


def test_an_append_inside_a_failed_work_is_not_seen(file):
    """Records of a work that fails never stand on the log, and leave no gap in its positions."""

    async def run():
        def append_and_fail(raw: sqlite3.Connection) -> None:
            file.append_in(raw, [record("ghost"), record("ghost")])
            raise ValueError("refused")

        await asyncio.gather(
            file.append([record("a")]),
            file.write(append_and_fail),
            file.append([record("b")]),
            file.write(append_and_fail),
            file.append([record("c")]),
            return_exceptions=True,
        )
        assert await values(file) == ["a", "b", "c"]
        assert await file.ends(TOPIC) == [(0, 3)]

    asyncio.run(run())


def test_a_topic_made_in_a_failed_work_does_not_exist(file):
    """Its number goes to the next new topic, and both topics keep their records apart."""

    async def run():
        def make_and_fail(raw: sqlite3.Connection) -> None:
            file.append_in(raw, [record("ghost", "events.ghost")] * 2)
            raise ValueError("refused")

        await asyncio.gather(
            file.write(make_and_fail),
            file.append([record("real", "events.real")]),
            return_exceptions=True,
        )
        await file.append([record("late", "events.ghost")])
        assert await values(file, "events.real") == ["real"]
        assert await values(file, "events.ghost") == ["late"]

    asyncio.run(run())


def test_a_second_process_on_the_directory_is_refused(file, tmp_path):
    """Whoever opens a directory that is in use is told so, and touches nothing."""
    with pytest.raises(ConfigFault, match="in use by another broker"):
        SqliteFile(tmp_path, partitions=1)
    program = (
        "import sys; from pathlib import Path; from broker.eventlog.embedded import SqliteFile\n"
        "from broker.errors import ConfigFault\n"
        "try: SqliteFile(Path(sys.argv[1]))\n"
        "except ConfigFault as fault: print(fault.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "config.invalid"


def test_a_closed_directory_may_be_opened_again(tmp_path):
    """Closing lets go of the directory."""
    SqliteFile(tmp_path, partitions=1).close()
    SqliteFile(tmp_path, partitions=1).close()


def test_readers_cannot_write(file):
    """Every connection but the writer's is query_only."""

    async def run():
        with pytest.raises(sqlite3.OperationalError):
            await file.read_with(lambda raw: raw.execute("DELETE FROM log"))

    asyncio.run(run())


def test_the_newest_record_survives_a_trim(file, tmp_path):
    """Positions go on after a trim and a restart, because the newest record is always kept."""

    async def run():
        await file.append([record("a"), record("b")])
        await file.trim(TOPIC, 0, 99)
        assert await file.ends(TOPIC) == [(1, 2)]
        assert await values(file) == ["b"]

    asyncio.run(run())


def test_a_file_of_another_format_is_refused(tmp_path):
    """A file written by another version of the format is not touched."""
    SqliteFile(tmp_path, partitions=1).close()
    raw = sqlite3.connect(tmp_path / "broker.sqlite")
    raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(ConfigFault, match="format 99"):
        SqliteFile(tmp_path, partitions=1)


def test_a_commit_that_fails_is_unknown_to_everyone_who_shared_it(file):
    """Works whose commit the file refuses all get a LogFault, and the next commit succeeds."""

    async def run():
        await file.append([record("before")])
        file.raw.execute("PRAGMA max_page_count=1")
        jobs = [file.append([record("x" * 400_000)]) for _ in range(3)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(one) for one in results] == [LogFault] * 3
        file.raw.execute("PRAGMA max_page_count=1000000")
        await file.append([record("after")])
        assert await values(file) == ["before", "after"]

    asyncio.run(run())
