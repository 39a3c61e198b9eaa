"""kill -9 at random moments, under load from senders and agencies, again and again.

SWB_CRASH_KILLS says how often; SWB_CRASH_SEED repeats the draws (not the timing) of a run.
"""

import asyncio
import contextlib
import os
import random
import sqlite3
from pathlib import Path

import pytest

from broker.access import digest_of_key
from broker.clock import SystemClock, stamp
from broker.eventlog.embedded import SqliteFile
from broker.state import keys
from broker.state.database import EmbeddedDatabase
from broker.stations import event_topics, submission_topics
from tests.end_to_end.crash_process import BrokerProcess
from tests.limits import HANG_S, tries
from tests.simulation.checker import check
from tests.simulation.history import History
from tests.simulation.readout import Readout, read_out
from tests.simulation.traffic import Agency, Bounds, Sender
from tests.simulation.world import configuration

KILLS = int(os.environ.get("SWB_CRASH_KILLS", "12"))
SEED = int(os.environ.get("SWB_CRASH_SEED", "1"))
PARTITIONS = 8
LODGING = Bounds(declarations=2 * KILLS, changes=4, pace=0.01 * KILLS, unanswered_s=HANG_S)
ANSWERING = Bounds(pace=0.02, late_s=15.0, unanswered_s=HANG_S)
STATUSES = 150


@pytest.mark.long
def test_nothing_is_lost_or_doubled_by_kills(tmp_path):
    """However often the process is killed, every promise is kept when it comes to rest."""
    drawn = random.Random(SEED)  # noqa: S311  chance by seed
    history, readout = asyncio.run(_story(tmp_path, drawn))
    receipts = sum(len(one.receipts) for one in history.attempts)
    assert receipts > 10 * KILLS, "there was no load"
    assert check(history, readout) == []
    print(_figures(history, readout))  # noqa: T201  shown by pytest -s
    raw = sqlite3.connect(tmp_path / "data" / "broker.sqlite")
    with contextlib.closing(raw):
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _figures(history: History, readout: Readout) -> str:
    receipts = sum(len(one.receipts) for one in history.attempts)
    unanswered = sum(not one.receipts for one in history.attempts)
    counts = {table: len(rows) for table, rows in readout.rows.items()}
    return f"{KILLS} kills, {receipts} receipts, {unanswered} without; {counts}"


async def _story(directory: Path, drawn: random.Random) -> tuple[History, Readout]:
    await _issue_keys(directory)
    process, history = BrokerProcess(directory), History()
    try:
        await process.start()
        await _load(process, history, drawn)
        assert await process.stop() == 0, process.tail()
    finally:
        process.end()
    return history, await _read_out(directory)


async def _load(process: BrokerProcess, history: History, drawn: random.Random) -> None:
    book = configuration()
    senders = [
        Sender(name, process, history, random.Random(f"{SEED}/{name}"), LODGING)  # noqa: S311
        for name in sorted(book.senders)
    ]
    agencies = [
        Agency(name, process, history, random.Random(f"{SEED}/{name}"), ANSWERING)  # noqa: S311
        for name in sorted(book.recipients)
    ]
    resting = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(one.run(resting)) for one in agencies]
        lodging = [group.create_task(one.run()) for one in senders]
        for number in range(KILLS):
            if number % 2:  # no client waits longer than two starts take, however slow
                await process.answered()
            await asyncio.sleep(drawn.uniform(0.2, 3.0))
            await process.kill()
            await process.start()
        await asyncio.gather(*lodging)
        resting.set()
        await asyncio.gather(*reading)
    await _rest(process)
    for client in (*senders, *agencies):
        await client.read_all()
    for sender in senders:
        await sender.ask_statuses(at_most=STATUSES)


async def _rest(process: BrokerProcess) -> None:
    """Wait until no station lags and nothing waits to be numbered."""
    waiting = "SELECT count(*) FROM queue WHERE state = 'waiting'"
    file = (process.directory / "data" / "broker.sqlite").as_uri()
    beside = sqlite3.connect(f"{file}?mode=ro", uri=True)
    with contextlib.closing(beside):
        for _ in tries("no station lags and every delivery has its number"):
            _status, body = await process.request("GET", "/metrics", {})
            lags = [
                float(line.rsplit(" ", 1)[1])
                for line in body.decode().splitlines()
                if line.startswith("swb_lag")
            ]
            if lags and not any(lags) and beside.execute(waiting).fetchone() == (0,):
                return
            await asyncio.sleep(0.1)


async def _issue_keys(directory: Path) -> None:
    file = SqliteFile(directory / "data", PARTITIONS)
    database = EmbeddedDatabase(file)
    for name in configuration().principals:
        key = digest_of_key(f"key-{name}")
        await database.write(lambda connection, n=name, k=key: keys.put(connection, k, n, ""))
    file.close()


async def _read_out(directory: Path) -> Readout:
    file = SqliteFile(directory / "data", PARTITIONS)
    database = EmbeddedDatabase(file)
    ends = {}
    for topic in (*submission_topics(configuration()), *event_topics(configuration())):
        for partition, (_start, end) in enumerate(await file.ends(topic)):
            ends[topic, partition] = end
    at = stamp(SystemClock().now())
    found = await database.read(lambda connection: read_out(connection, ends, at))
    file.close()
    return found
