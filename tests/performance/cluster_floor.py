"""The floor of the road on a cluster: the same rows and appends, with no work between.

    cluster_floor.py ROLE RECORDED PORT      (settings from the environment, as a role has them)

What each message came to was recorded; these processes, one a role, give it back: read a
partition, one transaction for what was read, one append, read on. Beside that only the library
calls no design avoids: digest and compress at the door, parse the XML, validate and encode one
body, decode one. No dossier is loaded, nothing is compared, divided, watched or looked up.
"""

import asyncio
import hashlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import uvicorn
import uvloop
from lxml import etree
from sqlalchemy import Connection, delete, insert, select, update

from broker.delivery.topic import record_of, topic_of
from broker.errors import BrokerError
from broker.hop import PIECES_MAX, Plumbing
from broker.model.line import Cursor
from broker.model.records import Entry, Record
from broker.plumbing import opened
from broker.serve import steady
from broker.settings import Secrets, Settings, overridden
from broker.state import lines, outbox, positions, queue, submissions
from broker.state.positions import Reader
from broker.state.tables import METADATA, OUTBOX, POSITIONS, QUEUE
from broker.translation.step import canonical_json
from tests.performance.cluster_rows import Recorded

ROWS_MAX = 200
IDLE_S = 0.01
TOPICS = ("submissions.customs", "events.declaration")
Step = Callable[[Connection, Sequence[Entry]], list[Record]]


class Floor:
    """The steps of each role over what was recorded."""

    def __init__(self, plumbing: Plumbing, recorded: Recorded, agency: str) -> None:
        self._plumbing = plumbing
        self._recorded = recorded
        self._agency = agency
        self._arrived: list[tuple[dict[str, Any], bytes, Record, asyncio.Future[None]]] = []
        self._news = asyncio.Event()

    # Translation and core: one loop a partition.

    async def hop(self, station: str, topic: str, partition: int, step: Step) -> None:
        """Read, one transaction, append; the records in the outbox go with the next one."""
        plumbing, owner = self._plumbing, (f"{station}:{topic}", partition)
        position = 0
        reader = Reader(station, topic, partition)
        await plumbing.database.write(lambda c: positions.take(c, reader))
        while True:
            page = await plumbing.log.read(topic, partition, position,
                                           bytes_max=1_000_000, wait_s=5)  # fmt: skip
            for begin in range(0, len(page), PIECES_MAX):
                batch = page[begin : begin + PIECES_MAX]
                after = batch[-1].position + 1

                def work(connection: Connection, batch: Any = batch, after: int = after) -> Any:
                    records = step(connection, batch)
                    if records:
                        connection.execute(delete(OUTBOX).where(
                            OUTBOX.c.station == owner[0], OUTBOX.c.partition == partition
                        ))  # fmt: skip
                        outbox.put(connection, owner, records)
                    connection.execute(update(POSITIONS).values(next=after).where(
                        POSITIONS.c.station == station, POSITIONS.c.topic == topic,
                        POSITIONS.c.partition == partition,
                    ))  # fmt: skip
                    return records

                await plumbing.log.append(await plumbing.database.write(work))
                position = after

    def translated(self, connection: Connection, batch: Sequence[Entry]) -> list[Record]:
        """Originals read, parsed, validated, encoded; what they came to, written."""
        wanted = [entry.headers["ce_id"] for entry in batch]
        originals = submissions.originals(connection, wanted)
        made = [self._recorded.made[one] for one in wanted]
        for one, its in zip(wanted, made, strict=True):
            etree.fromstring(originals[one])
            canonical_json(its.package, its.body)
        connection.execute(insert(METADATA.tables["messages"]),
                           [row for one in made for row in one.messages])  # fmt: skip
        connection.execute(insert(METADATA.tables["aliases"]),
                           [row for one in made for row in one.aliases])  # fmt: skip
        return [one.record for one in made]

    def worked(self, connection: Connection, batch: Sequence[Entry]) -> list[Record]:
        """Bodies decoded; all that the core decided, written: one statement a table."""
        tables: dict[str, list[Any]] = {}
        for entry in batch:
            orjson.loads(entry.value[1:])
            for name, rows in self._recorded.worked[entry.headers["ce_id"]]:
                tables.setdefault(name, []).extend(rows)
        for name, rows in tables.items():
            if rows:
                connection.execute(insert(METADATA.tables[name]), rows)
        return []

    # Delivery: number what waits, send what is numbered.

    async def numbering(self) -> None:
        """Give the oldest rows their numbers and their bytes."""
        while True:
            rows = await self._plumbing.database.read(_oldest)
            ready: dict[str, list[tuple[int, bytes | None]]] = {}
            for number, identity, name in rows:
                ready.setdefault(name, []).append((number, self._recorded.rendered[identity]))

            def work(connection: Connection, ready: Any = ready) -> None:
                for name, contents in ready.items():
                    queue.number_rows(connection, name, contents)

            if rows:
                await self._plumbing.database.write(work)
            else:
                await asyncio.sleep(IDLE_S)

    async def sending(self) -> None:
        """Bring the agency's rows to its topic."""
        name, database = self._agency, self._plumbing.database
        while True:
            _, rows = await database.read(partial(lines.owed, name=name, limit=ROWS_MAX))
            if rows:
                await self._plumbing.log.append([record_of(name, row) for row in rows])
                upto = Cursor(rows[-1].seq, rows[-1].chain)
                await database.write(partial(lines.confirm, name=name, upto=upto, at=""))
            else:
                await asyncio.sleep(IDLE_S)

    # Intake: a bare handler, a transaction for all that waits, an append.

    async def app(self, _scope: Any, receive: Any, send: Any) -> None:
        """Take the bytes; the answer comes when the transaction has committed."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        row, record = self._recorded.submissions[hashlib.sha256(body).hexdigest()]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((row, submissions.compress(body), record, done))
        self._news.set()
        await done
        head = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 202, "headers": head})
        await send({"type": "http.response.body", "body": b"{}"})

    async def accepting(self) -> None:
        """Commit what has arrived, answer, append."""
        owner = ("intake", 0)
        while True:
            await self._news.wait()
            self._news.clear()
            batch, self._arrived = self._arrived, []
            records = [record for _, _, record, _ in batch]

            def work(connection: Connection, batch: Any = batch, records: Any = records) -> None:
                submissions.put(connection, [one[0] for one in batch], [one[1] for one in batch])
                connection.execute(delete(OUTBOX).where(OUTBOX.c.station == owner[0]))
                outbox.put(connection, owner, records)

            await self._plumbing.database.write(work)
            for *_, done in batch:
                done.set_result(None)
            await self._plumbing.log.append(records)


def _oldest(connection: Connection) -> list[tuple[int, str, str]]:
    query = select(QUEUE.c.number, QUEUE.c.id, QUEUE.c.subscription)
    waiting = query.where(QUEUE.c.state == "waiting").order_by(QUEUE.c.number).limit(ROWS_MAX)
    return [(row.number, row.id, row.subscription) for row in connection.execute(waiting)]


async def run(role: str, recorded: Recorded, port: int, agency: str) -> None:
    """Work until SIGTERM."""
    settings = overridden(Settings(), os.environ)
    secrets = Secrets(database_password=os.environ["SWB_DATABASE_PASSWORD"])
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    async with opened(settings, secrets, [*TOPICS, topic_of(agency)]) as plumbing:
        floor = Floor(plumbing, recorded, agency)
        loops = {
            "intake": [floor.accepting],
            "delivery": [floor.numbering, floor.sending],
        }.get(role, [])
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(loop()) for loop in loops]
            for station, topic, step in (("translation", TOPICS[0], floor.translated),
                                         ("core", TOPICS[1], floor.worked)):  # fmt: skip
                numbers = range(plumbing.log.partitions(topic)) if role == station else ()
                tasks += [group.create_task(floor.hop(station, topic, number, step))
                          for number in numbers]  # fmt: skip
            if role == "intake":
                config = uvicorn.Config(floor.app, port=port, log_config=None, access_log=False,
                                        lifespan="off", interface="asgi3")  # fmt: skip
                tasks.append(group.create_task(uvicorn.Server(config)._serve()))
            steady()
            await asyncio.sleep(0.5)
            print("ready", flush=True)
            await ending.wait()
            for task in tasks:
                task.cancel()


if __name__ == "__main__":
    recorded_run = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301  our own file
    try:
        uvloop.run(run(sys.argv[1], recorded_run, int(sys.argv[3]), sys.argv[4]))
    except BaseExceptionGroup as several:
        if not all(isinstance(one, BrokerError) for one in several.exceptions):
            raise
