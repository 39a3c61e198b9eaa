"""The embedded log: one SQLite file that also holds the state. Durable when a commit returns.

Rules
    One writer thread owns the only writing connection; it also does the checkpoints. Every other
    connection is query_only. The directory is locked: a second process is refused.
    Works queue up and share one commit (group commit), each in a savepoint of its own: one that
    fails takes nothing with it. Nobody is answered before the commit is on disk
    (journal_mode=WAL, synchronous=FULL).
    The key of a record is one integer: partition number << 40 | position.
How to change the format on disk
    Raise FORMAT, and teach `_prepare` to bring an older file up. The state's tables beside the
    log have their own versions (`state/migrations`).
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import orjson

from broker.clock import SystemClock
from broker.errors import NO_SPACE, BrokerError, ConfigFault, GapFault, LogFault
from broker.eventlog import opening
from broker.eventlog.contract import Take, partition_of, take_all
from broker.model.records import Entry, Record

T = TypeVar("T")
RawWork = Callable[[sqlite3.Connection], T]

FORMAT = 1
SHIFT = 40
GROUP_MAX = 512
GROUP_S = 0.01
"""How long a group takes works in before it commits: nobody waits for all that came later."""
READERS = 3


class _Job:
    """One work, and who waits for it."""

    __slots__ = ("fault", "loop", "result", "waiter", "work")

    def __init__(self, work: RawWork[Any]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.waiter: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.fault: BaseException | None = None

    def settle(self) -> None:
        """Tell the one who waits; runs on its loop."""
        if self.waiter.cancelled():
            return
        if self.fault is not None:
            self.waiter.set_exception(self.fault)
        else:
            self.waiter.set_result(self.result)


class SqliteFile:
    """The file, its writer thread, its readers, and the log inside it."""

    def __init__(self, directory: Path, partitions: int = 8, *, accept_loss: bool = False) -> None:
        self._path = directory / opening.NAME
        self._partitions = partitions
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="swb-writer", daemon=True)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="swb-reader")
        self._local = threading.local()
        self._topics: dict[str, int] = {}
        self._ends: dict[int, int] = {}
        self._staged: dict[int, int] = {}
        self._arrived: dict[int, asyncio.Event] = {}
        self._ticks = SystemClock().ticks
        self._trouble = ""
        self.commits = 0
        with contextlib.ExitStack() as unless_opened:
            self._lock = unless_opened.enter_context(opening.locked(directory))
            try:
                self._raw = opening.connect(self._path, accept_loss=accept_loss)
                unless_opened.callback(self._raw.close)
                self._prepare()
                opening.mark(self._raw, opening.RUNNING)
            except sqlite3.DatabaseError as error:
                raise opening.refusal(error, self._path) from error
            unless_opened.pop_all()
        self._thread.start()

    def partitions(self, topic: str) -> int:
        """The same number for every topic of this file."""
        del topic
        return self._partitions

    async def write(self, work: RawWork[T]) -> T:
        """Run `work` on the writer thread, in the group commit; durable when this returns."""
        job = _Job(work)
        self._jobs.put(job)
        result: T = await job.waiter
        return result

    async def read_with(self, work: RawWork[T]) -> T:
        """Run `work` on a reader thread with a query_only connection."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: work(self.reader()))

    async def in_reader(self, call: Callable[[], T]) -> T:
        """Run `call` on a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, call)

    def reader(self) -> sqlite3.Connection:
        """This thread's query_only connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
            found.execute("PRAGMA query_only=ON")
            found.execute("PRAGMA mmap_size=268435456")
            self._local.connection = found
        return found

    def lacks_space(self, error: BaseException | None) -> bool:
        """Whether this error of the file is that of a full disk."""
        return opening.lacks_space(error, self._path.parent)

    @property
    def raw(self) -> sqlite3.Connection:
        """The writing connection: only for what runs on the writer thread."""
        return self._raw

    async def append(self, records: Sequence[Record]) -> None:
        """Append in a commit of its own."""
        await self.write(lambda raw: self.append_in(raw, records))

    def append_in(self, raw: sqlite3.Connection, records: Iterable[Record]) -> None:
        """Append inside a work, on the writer thread: the outbox of the embedded road."""
        rows = []
        staged = self._staged
        for record in records:
            number = self._number(raw, record.topic) + partition_of(record.key, self._partitions)
            position = staged.get(number)
            if position is None:
                position = self._ends.get(number, 0)
            staged[number] = position + 1
            rows.append(
                (
                    number << SHIFT | position,
                    record.key,
                    orjson.dumps(dict(record.headers)),
                    record.value,
                )
            )
        raw.executemany("INSERT INTO log(id, key, headers, value) VALUES (?,?,?,?)", rows)

    async def read(
        self, topic: str, partition: int, position: int, *, bytes_max: int, wait_s: float
    ) -> list[Entry]:
        """Entries from `position` on; waits without touching the file while none is there."""
        number = await self._known(topic) + partition
        if position > (end := self._ends.get(number, 0)):
            raise GapFault(f"position {position} of {topic}-{partition} is beyond its end {end}")
        if end == position and not await self._wait(number, position, wait_s):
            return []
        return await self.read_with(
            lambda raw: _read(raw, topic, partition, number, (position, bytes_max))
        )

    async def ends(self, topic: str) -> list[tuple[int, int]]:
        """Start and end of each partition."""
        first = await self._known(topic)
        numbers = range(first, first + self._partitions)
        starts = await self.read_with(lambda raw: [_start(raw, number) for number in numbers])
        return [
            (self._ends.get(number, 0) if start is None else start, self._ends.get(number, 0))
            for number, start in zip(numbers, starts, strict=True)
        ]

    async def missing(self) -> str:
        """Why the last commit failed, until one succeeds that has written something."""
        return self._trouble

    async def divide(self, group: str, topics: Sequence[str], take: Take) -> None:
        """Everything is this process's own."""
        del group
        await take_all(self, topics, take)

    async def trim(self, topic: str, partition: int, before: int) -> None:
        """Forget the records below `before`; the newest record is always kept."""
        number = await self._known(topic) + partition
        limit = max(0, min(before, self._ends.get(number, 0) - 1))
        await self.write(
            lambda raw: raw.execute(
                "DELETE FROM log WHERE id >= ? AND id < ?",
                (number << SHIFT, number << SHIFT | limit),
            )
        )

    def close(self) -> None:
        """Finish what is queued, checkpoint, let go of the directory."""
        self._jobs.put(None)
        self._thread.join()
        self._readers.shutdown(wait=True)
        opening.finish(self._raw, self._path)
        self._lock.close()

    # -- the writer thread ------------------------------------------------------------------

    def _run(self) -> None:
        stopping = False
        left: list[_Job] = []
        while not stopping or left:
            batch = left
            while not stopping and len(batch) < GROUP_MAX:
                if batch and self._jobs.empty():
                    break
                job = self._jobs.get()
                if job is None:
                    stopping = True
                else:
                    batch.append(job)
                job = None  # a thread that waits refers to nothing that is done
            left = self._commit(batch) if batch else []

    def _commit(self, queued: list[_Job]) -> list[_Job]:
        """Commit works until the group has taken its time; those that are left for the next."""
        ends = self._ticks() + GROUP_S
        batch: list[_Job] = []
        written = self._raw.total_changes
        try:
            self._raw.execute("BEGIN IMMEDIATE")
            for job in queued:
                batch.append(job)
                self._attempt(job)
                if self._ticks() > ends:
                    break
            self._raw.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(batch, error)
        else:
            self.commits += 1
            if self._raw.total_changes > written:  # BEGIN and COMMIT alone prove nothing
                self._trouble = ""
            self._ends.update(self._staged)
        touched = tuple(self._staged)
        self._staged.clear()
        for loop in {job.loop for job in batch}:
            mine = [job for job in batch if job.loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._tell, mine, touched)
        return queued[len(batch) :]

    def _attempt(self, job: _Job) -> None:
        before = dict(self._staged)
        self._raw.execute("SAVEPOINT work")
        try:
            job.result = job.work(self._raw)
        except BaseException as fault:  # handed whole to the one who waits
            error = _sqlite_error(fault)
            job.fault = fault
            if error is fault or self.lacks_space(error):
                assert error is not None
                job.fault = self._fault(error, "the file refused a work")
            self._staged = before
            self._topics.clear()  # a new topic may be among what is undone
            if not self._raw.in_transaction:  # a full disk undoes all works of the group
                raise error or sqlite3.OperationalError("the group was undone") from fault
            self._raw.execute("ROLLBACK TO work")
        self._raw.execute("RELEASE work")

    def _give_up(self, batch: list[_Job], error: sqlite3.Error) -> None:
        self._staged.clear()
        self._topics.clear()
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        fault = self._fault(error, "the commit failed")
        self._trouble = self._trouble or "the last commit failed; look at the disk"
        for job in batch:
            if not isinstance(job.fault, BrokerError):
                job.fault = fault

    def _fault(self, error: sqlite3.Error, what: str) -> LogFault:
        """What went wrong; a full disk is told as that, until a commit succeeds again."""
        full = self.lacks_space(error)
        fault = LogFault(NO_SPACE if full else f"{what}: {error}")
        if full:
            self._trouble = NO_SPACE
        return fault

    def _tell(self, batch: list[_Job], touched: tuple[int, ...]) -> None:
        for job in batch:
            job.settle()
        for number in touched:
            if (event := self._arrived.get(number)) is not None:
                event.set()

    # -- topics -----------------------------------------------------------------------------

    async def _known(self, topic: str) -> int:
        found = self._topics.get(topic)
        if found is not None:
            return found
        return await self.write(lambda raw: self._number(raw, topic))

    def _number(self, raw: sqlite3.Connection, topic: str) -> int:
        """The number of the topic's first partition; a new topic gets the next free ones."""
        found = self._topics.get(topic)
        if found is None:
            row = raw.execute("SELECT first FROM topics WHERE name = ?", (topic,)).fetchone()
            if row is None:
                (highest,) = raw.execute("SELECT coalesce(max(first), 0) FROM topics").fetchone()
                row = (highest + self._partitions,)
                raw.execute("INSERT INTO topics(name, first) VALUES (?, ?)", (topic, row[0]))
                return int(row[0])
            found = self._topics[topic] = int(row[0])
        return found

    async def _wait(self, number: int, position: int, wait_s: float) -> bool:
        if wait_s <= 0:
            return False
        try:
            async with asyncio.timeout(wait_s):
                while self._ends.get(number, 0) <= position:
                    event = self._arrived.setdefault(number, asyncio.Event())
                    event.clear()
                    if self._ends.get(number, 0) > position:
                        break
                    await event.wait()
        except TimeoutError:
            return False
        return True

    def _prepare(self) -> None:
        raw = self._raw
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        if version not in (0, FORMAT):
            raise ConfigFault(f"{self._path}: log format {version} is not {FORMAT}; upgrade first")
        raw.execute("CREATE TABLE IF NOT EXISTS topics(name TEXT PRIMARY KEY, first INTEGER)")
        raw.execute(
            "CREATE TABLE IF NOT EXISTS log("
            "id INTEGER PRIMARY KEY, key TEXT NOT NULL, headers BLOB NOT NULL, value BLOB NOT NULL)"
        )
        raw.execute(f"PRAGMA user_version={FORMAT}")
        for name, first in raw.execute("SELECT name, first FROM topics").fetchall():
            self._topics[name] = first
            for number in range(first, first + self._partitions):
                (last,) = raw.execute(
                    "SELECT max(id) FROM log WHERE id >= ? AND id < ?",
                    (number << SHIFT, (number + 1) << SHIFT),
                ).fetchone()
                if last is not None:
                    self._ends[number] = (last & ((1 << SHIFT) - 1)) + 1


def _sqlite_error(fault: BaseException) -> sqlite3.Error | None:
    """What the file itself said, also where the state's library has wrapped it."""
    error = getattr(fault, "orig", fault)
    return error if isinstance(error, sqlite3.Error) else None


def _read(
    raw: sqlite3.Connection, topic: str, partition: int, number: int, want: tuple[int, int]
) -> list[Entry]:
    position, bytes_max = want
    low, high = number << SHIFT | position, (number + 1) << SHIFT
    found: list[Entry] = []
    size = 0
    query = (
        "SELECT id, key, headers, value FROM log WHERE id >= ? AND id < ? ORDER BY id LIMIT 1000"
    )
    # Closed also when a fault is raised: a cursor within its traceback holds up the checkpoint.
    with contextlib.closing(raw.execute(query, (low, high))) as rows:
        for row_id, key, headers, value in rows:
            size += len(value)
            if found and size > bytes_max:
                break
            at = row_id & ((1 << SHIFT) - 1)
            if not found and at != position:
                raise GapFault(
                    f"position {position} of {topic}-{partition} is below its start {at}"
                )
            found.append(Entry(topic, partition, at, key, orjson.loads(headers), value))
    return found


def _start(raw: sqlite3.Connection, number: int) -> int | None:
    (first,) = raw.execute(
        "SELECT min(id) FROM log WHERE id >= ? AND id < ?",
        (number << SHIFT, (number + 1) << SHIFT),
    ).fetchone()
    return None if first is None else first & ((1 << SHIFT) - 1)
