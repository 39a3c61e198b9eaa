"""A copy made beside a running broker: one moment, whole, and its owner's only."""

import asyncio
import sqlite3
import stat
from contextlib import closing

import pytest

from broker.errors import ConfigFault, LogFault
from broker.eventlog import copying
from broker.eventlog.copying import copy_to
from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record

TOPIC = "events.trial"


def record(value):
    """A record of a topic."""
    return Record(TOPIC, "k", {}, value)


async def values(directory):
    """What stands on the topic of a folder."""
    with closing(SqliteFile(directory, partitions=1)) as file:
        found = await file.read(TOPIC, 0, 0, bytes_max=1 << 20, wait_s=0)
        return [one.value for one in found]


def test_a_copy_is_of_one_moment_however_much_is_committed_meanwhile(tmp_path, monkeypatch):
    """A commit between any two steps neither enters the copy nor makes it begin again."""
    monkeypatch.setattr(copying, "STEP_PAGES", 1)
    steps = []

    async def run():
        file = SqliteFile(tmp_path / "data", partitions=1)
        await file.append([record(b"x" * 400_000)])
        await file.append([record(b"last")])
        writer = sqlite3.connect(tmp_path / "data" / "broker.sqlite", isolation_level=None)
        writer.execute("CREATE TABLE foreign_commits(n)")
        backup = sqlite3.Connection.backup

        class Source(sqlite3.Connection):
            def backup(self, target, **how):
                def progress(_status, _left, total):
                    steps.append(total)
                    writer.execute("INSERT INTO foreign_commits VALUES (1)")

                backup(self, target, **{**how, "progress": progress})

        connect = sqlite3.connect
        monkeypatch.setattr(
            copying.sqlite3, "connect", lambda *given, **how: connect(*given, factory=Source, **how)
        )
        copied = copy_to(tmp_path / "data", tmp_path / "copy.sqlite")
        writer.close()
        file.close()
        return copied

    copied = asyncio.run(run())
    assert len(steps) == steps[0] > 10
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as raw:
        assert raw.execute("SELECT count(*) FROM foreign_commits").fetchone() == (0,)
    assert copied.size_bytes == (tmp_path / "copy.sqlite").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy.sqlite").stat().st_mode) == 0o600
    restored = tmp_path / "restored"
    restored.mkdir()
    (tmp_path / "copy.sqlite").rename(restored / "broker.sqlite")
    assert asyncio.run(values(restored)) == [b"x" * 400_000, b"last"]
    assert not list(tmp_path.glob("copy*"))


def test_a_copy_never_takes_the_place_of_a_file(tmp_path):
    """Of the data itself least of all; a copy under way is told as that."""
    SqliteFile(tmp_path, partitions=1).close()
    with pytest.raises(ConfigFault, match="exists already; name another file"):
        copy_to(tmp_path, tmp_path / "broker.sqlite")
    (tmp_path / "copy.part").touch()
    with pytest.raises(ConfigFault, match="is being made, or was broken off; remove it then"):
        copy_to(tmp_path, tmp_path / "copy")
    assert (tmp_path / "copy.part").exists()
    with pytest.raises(ConfigFault, match="holds no broker's data; name it with --data"):
        copy_to(tmp_path / "nowhere", tmp_path / "copy")


def test_a_copy_that_finds_no_space_is_told_so_and_leaves_nothing(tmp_path, monkeypatch):
    """The sentence names the disk of the copy; no half of it stays."""
    with closing(SqliteFile(tmp_path / "data", partitions=1)) as file:
        asyncio.run(file.append([record(b"x" * 400_000)]))
    connect = sqlite3.connect

    def bounded(path, **how):
        raw = connect(path, **how)
        if not how.get("uri"):
            raw.execute("PRAGMA max_page_count=1")
        return raw

    monkeypatch.setattr(copying.sqlite3, "connect", bounded)
    with pytest.raises(LogFault, match=r"no space left on the disk of .*copy"):
        copy_to(tmp_path / "data", tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
