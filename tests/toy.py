"""A toy station on a log in memory, and a bench to break things on."""

import asyncio

from sqlalchemy import insert, select

from broker.clock import SystemClock
from broker.eventlog.memory import MemoryLog
from broker.hop import Hop, Piece, Plumbing
from broker.model.records import Entry, Record
from broker.state import parked
from broker.state.database import MemoryDatabase
from broker.state.positions import Position, Reader
from broker.state.tables import ACTIONS
from tests.limits import tries

IN, OUT = "submissions.toy", "events.toy"
READER = Reader("toy", IN, 0)


class Toy:
    """A record's value is its messages, one a letter; each becomes a row and a record.

    `!` is a letter whose step raises; `size` is what each message is said to weigh.
    """

    name = "toy"

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.batches: list[int] = []
        self.worked: list[str] = []
        self.parked: list[str] = []

    def load(self, connection, entries):
        del connection
        self.batches.append(len(entries))

    def work(self, entry, loaded, skip):
        del loaded
        letters = entry.value.decode()
        for number, letter in enumerate(letters, 1):
            if number <= skip:
                continue
            if letter == "!":
                raise ValueError("a secret value")
            last = number == len(letters)
            end = Position(entry.position + 1) if last else Position(entry.position, number)
            self.worked.append(letter)
            yield Piece(entry, end, letter, self.size)

    def end(self, loaded):
        del loaded

    def park(self, entry, loaded):
        del loaded
        self.parked.append(entry.value.decode())

    def write(self, connection, pieces):
        pieces = [piece for piece in pieces if not piece.fault]
        rows = [
            {"at": "", "who": "toy", "what": piece.value, "target": "", "why": ""}
            for piece in pieces
        ]
        if rows:
            connection.execute(insert(ACTIONS), rows)
        return [
            Record(OUT, "k", {"ce_id": f"{piece.entry.headers['ce_id']}/{piece.value}"},
                   piece.value.encode())
            for piece in pieces
        ]  # fmt: skip


class Plug:
    """A log or a database whose calls can be made to fail before or after they are done."""

    def __init__(self, real) -> None:
        self.real = real
        self.before: dict[str, list[Exception]] = {}
        self.after: dict[str, list[Exception]] = {}

    def __getattr__(self, name):
        found = getattr(self.real, name)
        if name not in {"append", "write"}:
            return found

        async def call(*arguments):
            _raise_next(self.before, name)
            result = await found(*arguments)
            _raise_next(self.after, name)
            return result

        return call


def _raise_next(faults, name):
    """The next planned fault of this call; None is a call that goes well."""
    planned = faults.get(name)
    fault = planned.pop(0) if planned else None
    if fault is not None:
        raise fault


class Bench:
    """Log, database and as many hops on them as a test needs."""

    def __init__(self, *, wait_s: float = 0, **limits) -> None:
        self.log = Plug(MemoryLog(partitions=1))
        self.database = Plug(MemoryDatabase())
        self.plumbing = Plumbing(self.log, self.database, SystemClock(), wait_s=wait_s, **limits)
        self.given = 0

    def hop(self, station=None) -> Hop:
        """A fresh process's hop, as it is after a start."""
        return Hop(station or Toy(), READER, self.plumbing)

    async def give(self, *values: str) -> None:
        """Append records to work."""
        for value in values:
            self.given += 1
            record = Record(IN, "k", {"ce_id": f"s{self.given}"}, value.encode())
            await self.log.real.append([record])

    async def rows(self) -> str:
        """Every effect in the order it was written."""
        query = select(ACTIONS.c.what).order_by(ACTIONS.c.number)
        return "".join(await self.database.read(lambda c: c.execute(query).scalars().all()))

    async def out(self) -> list[Entry]:
        """Everything on the log that the hop wrote."""
        return await self.log.read(OUT, 0, 0, bytes_max=1 << 20, wait_s=0)

    async def first_out(self) -> str:
        """The log without what was repeated on it: by id, in order of first appearance."""
        return "".join({e.headers["ce_id"]: e.value.decode() for e in await self.out()}.values())

    async def until(self, rows: str) -> None:
        """Wait for exactly these effects."""
        for _ in tries(f"the effects are {rows!r}"):
            if await self.rows() == rows:
                return
            await asyncio.sleep(0.01)

    async def parked(self):
        """What waits for a person."""
        return await self.database.read(lambda c: parked.listed(c, "parked", 99))


async def drain(hop: Hop, position: Position | None = None) -> Position:
    """Take over and work until nothing is left."""
    position = await hop.take_over() if position is None else position
    while (after := await hop.batch(position)) != position:
        position = after
    return position
