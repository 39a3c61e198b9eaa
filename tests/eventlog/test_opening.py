"""Opening the embedded file: who may read it, whether it is whole, and a disk that is full."""

import asyncio
import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing, contextmanager

import pytest

from broker.errors import NO_SPACE, ConfigFault, LogFault
from broker.eventlog import embedded, opening
from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record
from broker.state.database import EmbeddedDatabase
from tests.limits import HANG_S


@contextmanager
def umask(mask):
    """Another umask for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def rights(path):
    """What owner, group and others may do."""
    return stat.S_IMODE(path.stat().st_mode)


def record(value):
    """A record of a topic."""
    return Record("events.trial", "k", {}, value)


def test_only_the_owner_can_read_the_data_whatever_the_umask(tmp_path):
    """The folder that is made, the file, its log, its index and the lock; older files too."""
    data = tmp_path / "data"
    with umask(0):
        for _again in range(2):
            with closing(SqliteFile(data, partitions=1)) as file:
                asyncio.run(file.append([record(b"x")]))
                names = {path.name: rights(path) for path in data.iterdir()}
            assert names == dict.fromkeys(
                ("broker.sqlite", "broker.sqlite-wal", "broker.sqlite-shm", "lock"), 0o600
            )
            for path in data.iterdir():
                path.chmod(0o644)
    assert rights(data) == 0o700


def test_the_rights_of_a_folder_that_was_there_are_its_owners(tmp_path):
    """It may hold other things; the files in it are closed all the same."""
    tmp_path.chmod(0o755)
    SqliteFile(tmp_path, partitions=1).close()
    assert rights(tmp_path) == 0o755
    assert rights(tmp_path / "broker.sqlite") == 0o600


async def lodge(file, count):
    """Rows of a table of this name, as the state has it."""
    database = EmbeddedDatabase(file)
    columns = "sha256, name, issued_at"
    for number in range(count):
        await file.write(
            lambda raw, number=number: raw.execute(
                f"INSERT INTO keys ({columns}) VALUES (?, 'customs', '')", (str(number),)
            )
        )
    return database


def copied(tmp_path, names, opened):
    """A folder with copies of these files of a folder that is in use."""
    with closing(SqliteFile(tmp_path / "data", partitions=1)) as file:
        asyncio.run(opened(file))
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in names:
            shutil.copy(tmp_path / "data" / name, copy / name)
    return copy


async def three(file):
    """Three keys on a file."""
    await lodge(file, 3)


def test_a_copy_without_its_log_is_refused(tmp_path):
    """It says how many submissions it holds and what may be done; nothing is written into it."""
    copy = copied(tmp_path, ["broker.sqlite"], three)
    before = (copy / "broker.sqlite").read_bytes()
    with pytest.raises(ConfigFault, match=r"holds 0 submissions.*--accept-loss"):
        SqliteFile(copy, partitions=1)
    assert (copy / "broker.sqlite").read_bytes() == before
    assert not (copy / "broker.sqlite-wal").exists()
    SqliteFile(copy, partitions=1, accept_loss=True).close()
    SqliteFile(copy, partitions=1).close()


def test_a_copy_with_its_log_lacks_nothing(tmp_path):
    """What a killed broker leaves behind, and what a copy of both files holds, is whole."""
    copy = copied(tmp_path, ["broker.sqlite", "broker.sqlite-wal"], three)
    with closing(SqliteFile(copy, partitions=1)) as file:
        assert file.reader().execute("SELECT count(*) FROM keys").fetchone() == (3,)


def test_a_copy_that_is_damaged_is_refused_whatever_is_accepted(tmp_path):
    """Loss can be accepted; damage cannot."""
    copy = copied(tmp_path, ["broker.sqlite"], three)
    path = copy / "broker.sqlite"
    content = bytearray(path.read_bytes())
    content[opening.PAGE_BYTES : 2 * opening.PAGE_BYTES] = b"\xff" * opening.PAGE_BYTES
    path.write_bytes(content)
    with pytest.raises(ConfigFault, match="is damaged; use a copy made by 'swb backup'"):
        SqliteFile(copy, partitions=1, accept_loss=True)


def test_a_folder_that_was_closed_says_so(tmp_path):
    """A file without a log beside it is whole after a clean end."""
    SqliteFile(tmp_path, partitions=1).close()
    assert not (tmp_path / "broker.sqlite-wal").exists()
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "broker.sqlite", copy)
    SqliteFile(copy, partitions=1).close()


@contextmanager
def bounded(pages):
    """Every database that is opened may have this many pages: SQLite's own full disk."""
    connect = sqlite3.connect

    def bounded_connect(*given, **named):
        raw = connect(*given, **named)
        raw.execute(f"PRAGMA max_page_count={pages}")
        return raw

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening.sqlite3, "connect", bounded_connect)
        yield


@pytest.mark.parametrize("pages", [1, 2, 10])
def test_a_full_disk_at_start_is_no_space_and_never_damage(tmp_path, pages):
    """Whether the log's tables or the state's find no room; with room it starts."""

    def start():
        with closing(SqliteFile(tmp_path, partitions=1)) as file:
            EmbeddedDatabase(file)

    with bounded(pages), pytest.raises(Exception, match=NO_SPACE) as caught:
        start()
    assert caught.value.http_status == 503
    assert "restore" not in str(caught.value)
    start()


def test_a_full_disk_undoes_a_group_and_the_next_goes_on(tmp_path, monkeypatch):
    """Whoever shared it is told that there is no space, also those whose work was done."""
    monkeypatch.setattr(embedded, "GROUP_S", HANG_S)
    begun, together = threading.Event(), threading.Event()

    async def run():
        file = SqliteFile(tmp_path, partitions=1)
        await file.append([record(b"before")])
        pages = await file.write(lambda raw: raw.execute("PRAGMA page_count").fetchone()[0])
        await file.write(lambda raw: raw.execute(f"PRAGMA max_page_count={pages}").fetchone())

        def hold(_raw):
            begun.set()
            together.wait(HANG_S)

        async with asyncio.TaskGroup() as group:
            group.create_task(file.write(hold))
            await asyncio.to_thread(begun.wait, HANG_S)
            works = [group.create_task(refused(file, size)) for size in (1, 4_000_000)]
            await asyncio.sleep(0)
            together.set()
        assert [work.result() for work in works] == [NO_SPACE] * 2
        assert await file.missing() == NO_SPACE
        await file.write(lambda raw: raw.execute("SELECT 1").fetchone())
        assert await file.missing() == NO_SPACE, "a commit that wrote nothing proves nothing"
        await file.write(lambda raw: raw.execute("PRAGMA max_page_count=1000000").fetchone())
        await file.append([record(b"after")])
        assert await file.missing() == ""
        found = await file.read("events.trial", 0, 0, bytes_max=1 << 20, wait_s=0)
        assert [one.value for one in found] == [b"before", b"after"]
        file.close()

    asyncio.run(run())


async def refused(file, size):
    """Why a record of this size is refused."""
    with pytest.raises(LogFault) as caught:
        await file.append([record(b"x" * size)])
    return str(caught.value)


def test_what_is_no_database_is_told_as_that(tmp_path):
    """Damage is damage: restore it, or name another folder."""
    (tmp_path / "broker.sqlite").write_bytes(b"no database at all, but a letter " * 40)
    with pytest.raises(ConfigFault, match=r"is no database of a broker .* restore it"):
        SqliteFile(tmp_path, partitions=1)
