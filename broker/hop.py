"""The one loop between the log and the database: read, work, commit once.

A hop reads a partition from its position, lets its station work the records (pure), and in one
transaction moves the position by compare-and-set, writes the station's rows and fills the
outbox; then it appends the outbox to the log and deletes those rows with the next transaction.
Effects happen once; on the log a record may be repeated with the same id and bytes.
Where a newer configuration is in force, or has moved the position, nothing is written: the process
ends, and whoever starts it again gives it the newer files.

Taking over a partition: read the position, then append what the outbox holds, then read on.
An exception inside a step parks its record and the road goes on; a step that kills the process
is found by `starts`; when everything is being parked, the hop stops instead.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from broker.bells import Bell
from broker.clock import Clock, stamp
from broker.errors import BrokerError, GapFault, StoppedFault, SupersededFault, kind_of, place_of
from broker.eventlog.contract import EventLog
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Entry, Record
from broker.state import outbox, parked, positions
from broker.state.database import Database
from broker.state.positions import Position, Reader

STARTS_SINGLY = 3
STARTS_PARKED = 5
PIECES_MAX = 64
"""Messages in one commit: the writer belongs to the doors too."""
SETTLE_S = 0.2
"""How long rows of the outbox that stand on the log may wait for the transaction they go with."""
TURN_S = 0.002
"""How long a hop works before others of its process get their turn."""

log = logger("hop")


@dataclass(frozen=True, slots=True)
class Piece:
    """What a step made of one message: committed whole. `value` is the station's own.

    `fault`: why the record is parked; `value` is then the number of its message.
    """

    entry: Entry
    end: Position
    value: Any
    size: int = 0
    fault: str = ""


class StepFault(Exception):
    """A step broke where its exception cannot be raised, in another process.

    `reason`: the place, as `place_of` gives it, or how the process ended. `counts`: whether it says
    that the broker is broken, and not just this record.
    """

    def __init__(self, reason: str, *, counts: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.counts = counts


class NextBatch(Exception):
    """This record, and those after it, are worked in the next batch."""


class Pending(Protocol):
    """Stands for a piece that is being made elsewhere: wait, then ask for the piece again."""

    async def arrive(self) -> None:
        """Return when there may be a piece."""


class Station(Protocol):
    """What a hop needs of a station; `work` is pure, wherever it is done."""

    name: str

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Any:
        """What the step needs to know besides the records."""

    def work(self, entry: Entry, loaded: Any, skip: int) -> Iterator[Piece | Pending]:
        """The record's messages after the first `skip`, one piece each."""

    def end(self, loaded: Any) -> None:
        """The batch is over, worked or not: let go of what is being made for it."""

    def park(self, entry: Entry, loaded: Any) -> Entry | None:
        """This record is being parked: later ones of its dossier must follow it.

        What is parked instead, if the step broke on another record that this one released.
        """

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """Write the rows; the records that the log is owed. What has a fault is parked already."""


@dataclass(slots=True)
class InFlight:
    """How many submissions are between their last byte and their receipt."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class Plumbing:
    """What every loop is given: log, database, clock and limits.

    `queued` and `numbered` are bells inside one process: who waits looks again when they ring,
    and from time to time anyway. While submissions are `arriving`, hops work for at most
    `road_share` of the time.
    """

    log: EventLog
    database: Database
    clock: Clock
    batch_bytes_max: int = 1_000_000
    wait_s: float = 5.0
    parks_max: int = 25
    retry_delay_s_max: float = 15.0
    queued: Bell = field(default_factory=Bell)
    numbered: Bell = field(default_factory=Bell)
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)
    arriving: InFlight = field(default_factory=InFlight)
    road_share: float = 1.0
    configuration: int = 0
    """The number of the configuration that this process works under; 0: before any was in force."""


class Hop:
    """One station reading one partition of one topic."""

    def __init__(self, station: Station, reader: Reader, plumbing: Plumbing) -> None:
        self.station = station
        self.reader = reader
        self.plumbing = plumbing
        self.owner = (f"{reader.station}:{reader.topic}", reader.partition)
        self.ending = False
        """Begin no further batch."""
        self.busy = False
        """Whether a batch is being worked."""
        self._fresh = True
        self._starts = (Position(0), 0)
        self._reached = Position(0)
        self._appended = 0
        self._keeps = False
        self._parks = 0

    async def run(self) -> None:
        """Work until cancelled or ended; plumbing that breaks is tried again, ever later."""
        delay_s = 0.1
        while not self.ending:
            try:
                position = await self.take_over()
                while not self.ending:
                    position = await self.batch(position)
                    delay_s = 0.1
            except BrokerError as fault:
                METRICS.hop_faults.labels(self.reader.station, fault.code).inc()
                log.warning("hop.fault", station=self.reader.station, topic=self.reader.topic,
                            partition=self.reader.partition, code=fault.code,
                            reason=kind_of(fault))  # fmt: skip
                if isinstance(fault, SupersededFault):
                    await self.release()  # our end says nothing about the record
                if not fault.retriable:
                    raise
                if self.ending:
                    return
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, self.plumbing.retry_delay_s_max)

    async def take_over(self) -> Position:
        """Read the position, then append what the outbox holds; then read on from there."""

        def work(connection: Connection) -> Position:
            positions.moved_under(connection, self.reader, self.plumbing.configuration)
            return positions.take(connection, self.reader)

        position = await self.plumbing.database.write(work)
        if position != self._reached:  # another owner, or a database that was set back: its outbox
            self._appended = 0  # may give numbers again, so nothing of it is known to be appended
        self._reached = position
        await self._settle_outbox()
        return position

    async def batch(self, position: Position) -> Position:
        """One read and its commits; the position after them."""
        wait_s = self.plumbing.wait_s
        entries = await self._read(position, min(wait_s, SETTLE_S) if self._keeps else wait_s)
        if not entries:
            await self._forget_appended()
            return position
        self.busy = True
        try:
            return await self._worked(entries, position)
        finally:
            self.busy = False

    async def _read(self, position: Position, wait_s: float) -> list[Entry]:
        """What the log has there. GapFault: the position lies outside; it names the command."""
        _, topic, partition = self.reader
        log, size = self.plumbing.log, self.plumbing.batch_bytes_max
        try:
            return await log.read(topic, partition, position.next, bytes_max=size, wait_s=wait_s)
        except GapFault as gap:
            ends = (await log.ends(topic))[partition]
            text = positions.misplaced(self.reader, position, ends) or str(gap)
            raise GapFault(text) from gap

    async def _worked(self, entries: Sequence[Entry], position: Position) -> Position:
        """The commits of one read."""
        starts = await self._started(position)
        if starts >= STARTS_PARKED:
            reason = f"the process ended {starts - 1} times while working this record"
            return await self._commit(position, [self._parking(entries[0], position, reason)])
        batch = entries[:1] if starts >= STARTS_SINGLY else entries
        loaded = await self.plumbing.database.read(
            lambda connection: self.station.load(connection, batch)
        )
        work = self._work(batch, loaded, position)
        try:
            while pieces := await self._made(work):
                position = await self._commit(position, pieces)
        finally:
            self.station.end(loaded)
        return position

    async def _made(self, work: Iterator[Piece | Pending]) -> list[Piece]:
        """The pieces of one commit."""
        pieces = list[Piece]()
        while (pending := await self._fill(work, pieces)) is not None:
            await pending.arrive()
        return pieces

    async def _fill(self, work: Iterator[Piece | Pending], pieces: list[Piece]) -> Pending | None:
        """Add pieces until they are enough for a commit; or what must be waited for first.

        One hop of a process makes some at a time: then the next one works while this one's are
        written, instead of all of them coming to the database at once. Who waits lets others work.
        """
        size = sum(piece.size for piece in pieces)
        async with self.plumbing.turns:
            turn = self.plumbing.clock.ticks()
            for piece in work:
                if not isinstance(piece, Piece):
                    return piece
                worked_s = self.plumbing.clock.ticks() - turn
                if worked_s > TURN_S:
                    await asyncio.sleep(self._pause_s(worked_s))
                    turn = self.plumbing.clock.ticks()
                pieces.append(piece)
                size += piece.size
                if size >= self.plumbing.batch_bytes_max or len(pieces) >= PIECES_MAX:
                    break
        return None

    def _pause_s(self, worked_s: float) -> float:
        """How long the doors of this process get their turn, after so much work."""
        if not self.plumbing.arriving.count:
            return 0.0
        return worked_s * (1 / self.plumbing.road_share - 1)

    def _work(
        self, entries: Sequence[Entry], loaded: Any, position: Position
    ) -> Iterator[Piece | Pending]:
        """Every piece of every record; a record whose step raises becomes a parked piece."""
        for entry in entries:
            begin = position if position.next == entry.position else Position(entry.position)
            done = begin
            try:
                for piece in self.station.work(entry, loaded, begin.message):
                    yield piece
                    if isinstance(piece, Piece):
                        done = piece.end
                        self._parks = 0
            except NextBatch:
                return
            except Exception as error:  # noqa: BLE001  a pure step fails alike every time: park
                broken = self.station.park(entry, loaded) or entry
                fault = error if isinstance(error, StepFault) else StepFault(place_of(error))
                yield self._parking(broken, done, fault.reason, counts=fault.counts)

    def _parking(self, entry: Entry, begin: Position, reason: str, *, counts: bool = True) -> Piece:
        self._parks += counts
        METRICS.parked_total.labels(self.reader.station).inc()
        log.error("record.parked", station=self.reader.station, topic=entry.topic,
                  partition=entry.partition, position=entry.position,
                  id=entry.headers.get("ce_id", ""), reason=reason)  # fmt: skip
        message = begin.message if begin.next == entry.position else 0
        return Piece(entry, Position(entry.position + 1), message, fault=reason)

    async def _commit(self, begin: Position, pieces: Sequence[Piece]) -> Position:
        """One transaction: compare-and-set, rows, outbox; then the outbox to the log."""
        end = pieces[-1].end
        at = stamp(self.plumbing.clock.now())
        database, station, began = self.plumbing.database, self.station, self.plumbing.clock.ticks()

        def work(connection: Connection) -> list[tuple[int, Record]]:
            positions.move(connection, self.reader, begin, end, number=self.plumbing.configuration)
            for piece in pieces:
                if piece.fault:
                    parked.park(connection, station.name, piece.entry, piece.value,
                                reason=piece.fault, at=at)  # fmt: skip
            records = station.write(connection, pieces)
            if not database.one_commit:
                outbox.forget(connection, self.owner, self._appended)
            return list(
                zip(database.outbox(connection, self.owner, records), records, strict=False)
            )

        owed = await database.write(work)
        self._keeps, self._reached = False, end
        METRICS.hop_pieces.labels(self.reader.station).inc(len(pieces))
        METRICS.hop_commit_seconds.labels(self.reader.station).observe(
            self.plumbing.clock.ticks() - began
        )
        self.plumbing.queued.ring()
        await self._append(owed)
        if self._parks > self.plumbing.parks_max:
            raise StoppedFault(
                f"{self.reader.station} parked {self._parks} records in a row; "
                "see 'swb parked list', mend the cause, start again"
            )
        return end

    async def _started(self, position: Position) -> int:
        """How often this position was started from; the first batch counts, in its own commit.

        Plumbing that breaks counts no start: only a process that ended does.
        """
        if self._fresh:
            self._fresh = False
            number = self.plumbing.configuration
            starts = await self.plumbing.database.write(
                lambda connection: positions.started(connection, self.reader, number=number)
            )
            self._starts = (position, starts)
        return self._starts[1] if self._starts[0] == position else 0

    async def release(self) -> None:
        """After the end of a share: a start that was not got through is no end of a process."""
        begin, starts = self._starts
        if starts:
            await self.plumbing.database.write(
                lambda connection: positions.released(connection, self.reader, begin)
            )

    async def _settle_outbox(self) -> None:
        """Append what an earlier life of this hop owes; the rows go with the next transaction."""
        if not self.plumbing.database.one_commit:
            owed = await self.plumbing.database.read(
                lambda connection: outbox.pending(connection, self.owner)
            )
            await self._append([(number, one) for number, one in owed if number > self._appended])

    async def _append(self, owed: Sequence[tuple[int, Record]]) -> None:
        if owed:
            await self.plumbing.log.append([record for _, record in owed])
            self._appended, self._keeps = owed[-1][0], True

    async def _forget_appended(self) -> None:
        """No transaction comes to take them along; the timers would append them again."""
        if self._keeps:
            await self.plumbing.database.write(
                lambda connection: outbox.forget(connection, self.owner, self._appended)
            )
            self._keeps = False
