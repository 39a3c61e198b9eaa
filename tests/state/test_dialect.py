"""What the two databases write differently does the same."""

import asyncio

import pytest

from broker.state import keys
from broker.state.database import MemoryDatabase
from broker.state.dialect import insert_or, numbers, others, upsert
from broker.state.postgres import postgres_database
from broker.state.tables import KEYS, SUBMISSIONS
from tests.conformance.conftest import of_url

ROW = {"sha256": "d", "name": "customs", "issued_at": "", "revoked_at": None}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def on_each(request):
    """Runs a work over an empty state of each."""

    def run(work):
        async def over():
            if request.param == "sqlite":
                await work(MemoryDatabase())
                return
            settings, told = of_url(request.getfixturevalue("postgres").create())
            async with postgres_database(settings, told, upgraded=False) as database:
                await database.upgrade()
                await work(database)

        asyncio.run(over())

    return run


def drawn(connection, count, *, used=True):
    """Draw numbers of acceptance, and use the last of them."""
    found = numbers(connection, SUBMISSIONS.c.number, count)
    if used:
        row = {column.name: "" for column in SUBMISSIONS.c}
        connection.execute(SUBMISSIONS.insert().values(
            **{**row, "number": found[-1], "id": f"s_{found[-1]}", "bytes": 0,
               "idempotency_key": None}))  # fmt: skip
    return found


def test_numbers_are_consecutive_for_one_and_grow_for_the_next(on_each):
    """A batch has its numbers together and ascending; a later one has higher ones."""

    async def run(database):
        first = await database.write(lambda c: drawn(c, 5))
        second = await database.write(lambda c: drawn(c, 300))
        assert first == list(range(first[0], first[0] + 5))
        assert second == list(range(first[-1] + 1, first[-1] + 301))

    on_each(run)


def test_an_insert_gives_way_to_the_row_that_is_there(on_each):
    """Nothing is done, or the row is brought up to date, as the work says."""

    async def run(database):
        def put(connection, name, *, renew):
            inserted = insert_or(connection, KEYS).on_conflict_do_nothing()
            statement = upsert(connection, KEYS, "name") if renew else inserted
            connection.execute(statement, [{**ROW, "name": name}])

        for name, renew, expected in (
            ("customs", False, "customs"), ("other", False, "customs"), ("other", True, "other"),
        ):  # fmt: skip
            await database.write(lambda c, n=name, r=renew: put(c, n, renew=r))
            assert await database.read(keys.live) == {"d": expected}

    on_each(run)


def test_only_the_named_columns_are_replaced(on_each):
    """What else the row holds stays; `others` names all but the primary key."""

    async def run(database):
        for name, issued_at in (("customs", "1"), ("other", "2")):
            row = {**ROW, "name": name, "issued_at": issued_at}
            await database.write(lambda c, r=row: c.execute(upsert(c, KEYS, "name"), [r]))
        (found,) = await database.read(lambda c: c.execute(KEYS.select()).all())
        assert (found.name, found.issued_at) == ("other", "1")
        assert others(KEYS) == ("name", "issued_at", "revoked_at")

    on_each(run)
