"""The contract of the database, held against every backend."""

import asyncio
import contextlib

import pytest
from sqlalchemy import insert, select

from broker.errors import BrokerError
from broker.model.records import Record
from broker.state import outbox
from broker.state.tables import ACTIONS, CONFIGURATIONS

OWNER = ("trial", 0)


def act(connection, what, *, fail=False):
    """Write a row, then perhaps fail."""
    row = {"at": "", "who": "test", "what": what, "target": "", "why": ""}
    connection.execute(insert(ACTIONS).values(**row))
    if fail:
        raise ValueError(what)
    return what


def acts(connection):
    """What was written, in order."""
    return list(connection.execute(select(ACTIONS.c.what).order_by(ACTIONS.c.number)).scalars())


def test_a_work_gives_its_result_and_its_rows_are_read(on_database):
    """What a work wrote is read after `write` has returned, and its value is given back."""

    async def run(database):
        assert await database.write(lambda connection: act(connection, "a")) == "a"
        assert await database.read(acts) == ["a"]

    on_database(run)


def test_a_work_is_done_whole_or_not_at_all(on_database):
    """A work that raises leaves no row, whatever it wrote before, and its exception comes out."""

    async def run(database):
        def two(connection):
            act(connection, "first")
            act(connection, "second", fail=True)

        with pytest.raises(ValueError, match="second"):
            await database.write(two)
        assert await database.read(acts) == []

    on_database(run)


def test_a_failing_work_does_not_disturb_its_neighbours(on_database):
    """Works that run together with one that fails are all there, in some order."""

    async def run(database):
        await asyncio.gather(
            *(
                database.write(lambda connection, n=n: act(connection, str(n), fail=n % 3 == 0))
                for n in range(30)
            ),
            return_exceptions=True,
        )
        assert sorted(map(int, await database.read(acts))) == [n for n in range(30) if n % 3]

    on_database(run)


def test_a_work_sees_what_was_committed_before_it(on_database):
    """A later work sees the rows of every earlier one, and its own."""

    async def run(database):
        def count_and_act(connection):
            before = len(acts(connection))
            act(connection, str(before))
            return before, len(acts(connection))

        assert [await database.write(count_and_act) for _ in range(3)] == [(0, 1), (1, 2), (2, 3)]

    on_database(run)


def test_a_read_sees_only_what_was_committed(on_database):
    """Reads that run while works fail never see a row of theirs."""

    async def run(database):
        seen: list[str] = []

        async def look():
            for _ in range(40):
                seen.extend(await database.read(acts))
                await asyncio.sleep(0)

        async def fail():
            for n in range(40):
                with pytest.raises(ValueError, match="ghost"):
                    await database.write(lambda connection: act(connection, "ghost", fail=True))
                await database.write(lambda connection, n=n: act(connection, f"real {n}"))

        await asyncio.gather(look(), fail())
        assert "ghost" not in seen
        assert len(await database.read(acts)) == 40

    on_database(run)


def test_a_read_cannot_write_what_others_see(on_database):
    """What a reading work writes is not committed."""

    async def run(database):
        with contextlib.suppress(BrokerError):  # a backend may refuse it
            await database.read(lambda connection: act(connection, "smuggled"))
        assert await database.read(acts) == []

    on_database(run)


def test_bytes_and_text_come_back_as_they_were(on_database):
    """Blobs keep every byte, text every character."""

    async def run(database):
        content, name = bytes(range(256)), "Lübeck → 東京"
        row = {"digest": name, "content": content, "at": ""}
        await database.write(lambda connection: connection.execute(
            insert(CONFIGURATIONS).values(**row)).rowcount)  # fmt: skip
        found = await database.read(
            lambda connection: connection.execute(
                select(CONFIGURATIONS.c.digest, CONFIGURATIONS.c.content)
            ).one()
        )
        assert tuple(found) == (name, content)

    on_database(run)


def test_the_outbox_is_filled_with_the_work_or_not_at_all(on_database):
    """Records kept by a work that fails are owed to nobody; those of a good one are."""

    async def run(database):
        records = [Record("t", "k", {"ce_id": str(n)}, b"v") for n in range(3)]

        def keep(connection, *, fail):
            database.outbox(connection, OWNER, records)
            if fail:
                raise ValueError("refused")

        with pytest.raises(ValueError, match="refused"):
            await database.write(lambda connection: keep(connection, fail=True))
        assert await owed_or_appended(database) == []
        await database.write(lambda connection: keep(connection, fail=False))
        assert await owed_or_appended(database) == records

    on_database(run)


async def owed_or_appended(database):
    """What the log is owed; where the outbox is the log itself, what stands on it."""
    if not database.one_commit:
        pending = await database.read(lambda connection: outbox.pending(connection, OWNER))
        return [record for _, record in pending]
    entries = []
    for partition in range(4):
        entries += await database._file.read("t", partition, 0, bytes_max=1 << 20, wait_s=0)
    return [Record(one.topic, one.key, one.headers, one.value) for one in entries]
