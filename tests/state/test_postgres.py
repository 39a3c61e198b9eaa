"""The state on PostgreSQL: what many transactions at once do to each other, and what is said."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Integer, bindparam, func, select, text

from broker.access import Principal
from broker.clock import SystemClock
from broker.errors import ConfigFault, ConflictFault, StateFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.intake.accept import Acceptance, Arrival
from broker.settings import Secrets, Settings
from broker.state import queue
from broker.state.postgres import PostgresDatabase, address, postgres_database
from broker.state.queue import Row
from broker.state.tables import SUBMISSIONS
from tests.conformance.conftest import of_url
from tests.limits import HANG_S
from tests.state.on_postgres import opened, until_one_is, upgrade, upgraded, while_held

NAME = "wildlife"
TARGET = ("", NAME, "control")
AT = "2026-11-22T09:30:00.000Z"


@pytest.fixture(scope="module")
def url(postgres):
    """A database with today's tables, for this module."""
    return upgraded(postgres)


def row(dossier):
    """A document on its way."""
    return Row(f"d_{dossier}", NAME, dossier, "", 1, NAME, "control", "document", "t",
               b"{}", "{}", AT)  # fmt: skip


async def state_of(database, dossier):
    """State and number of the dossier's delivery."""
    (found,) = await database.read(lambda connection: queue.of_dossier(connection, dossier))
    return found["state"], found["seq"]


def test_a_row_that_is_being_cancelled_is_not_numbered(url):
    """Whoever numbers waits for the cancelling transaction, and passes the row over."""

    async def run():
        async with opened(url) as database:
            await database.write(lambda c: queue.put(c, [row("o_first")]))
            (waiting,) = await database.read(lambda c: queue.oldest_waiting(c, 9))
            told, count = await while_held(
                database,
                lambda c: queue.cancel(c, "o_first", TARGET, 9, AT),
                lambda c: queue.number_rows(c, NAME, [(waiting["number"], b"{}")]),
            )
            assert (told, count) == ("", 0)
            assert await state_of(database, "o_first") == ("cancelled", None)

    asyncio.run(run())


def test_a_row_that_is_being_numbered_is_withdrawn_by_notice(url):
    """Whoever cancels waits for the numbering transaction, and is told that it was given."""

    async def run():
        async with opened(url) as database:
            await database.write(lambda c: queue.put(c, [row("o_second")]))
            (waiting,) = await database.read(lambda c: queue.oldest_waiting(c, 9))
            count, told = await while_held(
                database,
                lambda c: queue.number_rows(c, NAME, [(waiting["number"], b"{}")]),
                lambda c: queue.cancel(c, "o_second", TARGET, 9, AT),
            )
            assert (count, told) == (1, "d_o_second")
            assert (await state_of(database, "o_second"))[0] == "numbered"

    asyncio.run(run())


def test_drains_racing_number_every_row_once_without_a_gap(url):
    """Four drains that rendered the same rows of two subscriptions: each row has one number."""

    async def run():
        names = ("race-a", "race-b")
        rows = [
            row(f"o_{name}{n}")._replace(subscription=name) for n in range(20) for name in names
        ]

        def number(connection, subscriptions):
            for name in subscriptions:
                found = queue.oldest_waiting(connection, 7, [name])
                queue.number_rows(connection, name, [(one["number"], b"{}") for one in found])

        async with opened(url) as database:
            await database.write(lambda c: queue.put(c, rows))

            async def drain():
                for _ in range(6):
                    await database.write(lambda c: number(c, names))

            await asyncio.gather(*(drain() for _ in range(4)))
            for name in names:
                given = await database.read(lambda c, name=name: queue.read(c, name, 0, 99))
                assert [one.seq for one in given] == list(range(1, 21))

    asyncio.run(run())


def arrival(payload, key=None):
    """What came to a door."""
    sender = Principal("lantern-forwarding", "sender", "lantern", ("customs",))
    return Arrival(sender, payload, "customs", "f", "p", "application/xml", idempotency_key=key)


@contextlib.asynccontextmanager
async def intakes(url, count=2):
    """So many intakes, each with a database of its own, and the log they share."""
    log = MemoryLog(partitions=1)
    async with contextlib.AsyncExitStack() as stack:
        made, running = [], []
        for _ in range(count):
            database = await stack.enter_async_context(opened(url))
            plumbing = Plumbing(log, database, SystemClock(), wait_s=0)
            made.append(Acceptance(plumbing, inline_bytes_max=4096, owed_max=1000))
            running.append(asyncio.ensure_future(made[-1].run()))
        try:
            yield log, made
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def test_one_key_at_two_intakes_at_once_is_one_submission(url):
    """A unique row that another process inserts meanwhile is found by working once more."""

    async def run():
        async with intakes(url) as (_log, (one, two)):
            for number in range(15):
                asked = arrival(b"the same", f"k-{number}")
                first, second = await asyncio.gather(one.accept(asked), two.accept(asked))
                assert first.submission == second.submission
                assert first.again != second.again
            with pytest.raises(ConflictFault):
                await two.accept(arrival(b"others", "k-0"))

    asyncio.run(run())


def test_numbers_of_acceptance_grow_from_one_intake_to_the_next(url):
    """Who is accepted after another's receipt has a higher number, wherever it lodged."""

    async def run():
        async with intakes(url) as (_log, accepting):
            given = []
            for number in range(30):
                receipt = await accepting[number % 2].accept(arrival(b"%d" % number))
                given.append(receipt.submission)
            async with opened(url) as database:
                query = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.id.in_(given))
                found = await database.read(
                    lambda c: c.execute(query.order_by(SUBMISSIONS.c.number)).scalars().all()
                )
            assert found == given

    asyncio.run(run())


def test_what_the_server_gives_up_is_a_fault_that_may_pass(url):
    """A deadlock, a statement beyond its time, a connection that is cut: StateFault, retriable."""

    async def run():
        lock = text("SELECT pg_advisory_xact_lock(:n)").bindparams(bindparam("n", type_=Integer))

        async with opened(url, database_statement_s=HANG_S) as database:
            meet = threading.Barrier(2, timeout=HANG_S)

            def crossed(connection, order):
                connection.execute(lock, {"n": order[0]})
                meet.wait()
                connection.execute(lock, {"n": order[1]})

            ended = await asyncio.gather(
                database.write(lambda c: crossed(c, (1, 2))),
                database.write(lambda c: crossed(c, (2, 1))),
                return_exceptions=True,
            )
            (fault,) = [one for one in ended if one is not None]
            assert isinstance(fault, StateFault)
            assert fault.retriable
            assert "Deadlock" in str(fault)

        async with opened(url, database_statement_s=1) as database:
            with pytest.raises(StateFault, match="QueryCanceled"):
                await database.write(lambda c: c.execute(select(func.pg_sleep(HANG_S))))
            assert await database.read(lambda c: c.execute(select(1)).scalar_one()) == 1

    asyncio.run(run())


def test_work_goes_on_after_all_connections_were_cut(postgres):
    """Those who were in the middle are told; the next work has a new connection."""
    made = postgres.create()

    async def run():
        async with opened(made, upgraded=False) as database:
            working = asyncio.ensure_future(
                database.write(lambda c: c.execute(select(func.pg_sleep(HANG_S))))
            )
            await until_one_is(database, "wait_event = 'PgSleep'")
            await asyncio.to_thread(postgres.cut_connections, made.rpartition("/")[2])
            with pytest.raises(StateFault):
                await working
            assert await database.write(lambda c: c.execute(select(1)).scalar_one()) == 1

    asyncio.run(run())


def test_four_processes_upgrade_one_database_at_once(postgres):
    """Each ends well: one migrates, the others wait for it; then nothing differs."""
    made = postgres.create()
    settings, told = of_url(made)
    swb = Path(sys.executable).parent / "swb"
    environment = {
        **os.environ, "SWB_DATABASE_URL": settings.database_url,
        "SWB_DATABASE_PASSWORD": told.database_password, "SWB_KAFKA_BOOTSTRAP": "nowhere:1",
    }  # fmt: skip
    running = [
        subprocess.Popen([swb, "database", "upgrade"], env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]  # fmt: skip
    for process in running:
        out, err = process.communicate(timeout=HANG_S)
        assert process.returncode == 0, err
        assert out.startswith("the tables")

    async def run():
        async with opened(made) as database:
            assert await database.differs() == ""

    asyncio.run(run())


def test_tables_that_differ_are_told_with_what_to_do(postgres):
    """None yet, and of a newer program: a sentence each; nothing opens on them."""
    made = postgres.create()

    async def run():
        with pytest.raises(ConfigFault, match="no tables yet; run 'swb database upgrade'"):
            async with opened(made):
                pass
        await upgrade(made)
        async with opened(made) as database:
            newer = text("UPDATE alembic_version SET version_num = '9999'")
            await database.write(lambda c: c.execute(newer))
            assert await database.differs() == (
                "the database is at 9999, which this program does not know; use the newer program"
            )

    asyncio.run(run())


def test_an_unreachable_server_is_one_sentence_without_the_password(postgres):
    """Where, for how long, and what to look at; a wrong password is told at once as what it is."""
    settings, _told = of_url(postgres.create())

    async def said(url, password, fault):
        told = settings.model_copy(update={"database_url": url, "start_s": 0.1})
        with pytest.raises(fault) as caught:
            async with postgres_database(told, Secrets(database_password=password)):
                pass
        return str(caught.value)

    nobody = asyncio.run(said("postgresql://swb@127.0.0.1:1/none", "guessed-wrong", StateFault))
    assert nobody.startswith("no PostgreSQL answers at 127.0.0.1:1/none within 0.1 s; see database")
    refused = asyncio.run(said(settings.database_url, "guessed-wrong", ConfigFault))
    assert "does not let us in; see user and database of database_url" in refused
    assert "guessed-wrong" not in nobody + refused


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("nonsense", "is no address"),
        ("mysql://u@h/d", "only postgresql:// works"),
        ("postgresql://u:hidden-word@h/d", "holds a password"),
    ],
)
def test_an_address_that_will_not_do_is_told(url, named):
    """What is wrong with it, without what it holds."""
    with pytest.raises(ConfigFault, match=named) as caught:
        address(Settings(database_url=url), Secrets())
    assert "hidden-word" not in str(caught.value)


def test_a_pool_holds_no_more_connections_than_the_settings_say(postgres):
    """Twenty works at once share two connections, and all are done."""

    async def run():
        settings, told = of_url(postgres.create())
        count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'swb'"
                     " AND datname = current_database()")  # fmt: skip
        database = PostgresDatabase(settings.model_copy(update={"database_connections": 2}), told)
        try:
            seen = await asyncio.gather(
                *(database.read(lambda c: c.execute(count).scalar_one()) for _ in range(20))
            )
        finally:
            database.close()
        assert max(seen) <= 2

    asyncio.run(run())
