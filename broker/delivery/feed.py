"""The feed: a recipient reads what is numbered, and acknowledges by the next cursor.

Rules
    A cursor acknowledges what came before it. Without a cursor reading begins at the oldest
    number that is not acknowledged. Several readers may share a subscription: whoever gets a
    number has itself been given those before it, or another reader has acknowledged them.
    A cursor proves that its reader has read this line: its chain is that of its number here. One
    of another line (the database was set back since) acknowledges nothing, and its reader is told
    up to where both can be the same. One without a chain is of the time before chains, and is
    taken up to the highest number that had been given then.
    Of a recipient that reads a topic the channel acknowledges, its feed never does: what a cursor
    acknowledged here would never reach the topic.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from broker.bells import heard
from broker.clock import stamp
from broker.delivery.render import numbered
from broker.errors import LineFault, RequestFault
from broker.hop import Plumbing
from broker.metrics import METRICS
from broker.model.line import START, Cursor, cursor_of
from broker.state import configurations, lines, queue
from broker.state.lines import Line
from broker.state.queue import Given

LOOK_AGAIN_S = 2.0
"""Deliveries that another process numbered ring no bell here."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one poll is given: events in order, and the cursor that acknowledges them."""

    events: tuple[bytes, ...]
    cursor: str


class Asked(NamedTuple):
    """Whose deliveries after which cursor; None: after what is acknowledged."""

    name: str
    after: Cursor | None


class Feed:
    """All subscriptions; the name is the one whose key it was. `topics`: who reads a topic."""

    def __init__(self, plumbing: Plumbing, *, bytes_max: int, topics: Collection[str] = ()) -> None:
        self._plumbing = plumbing
        self._topics = frozenset(topics)
        self._bytes_max = bytes_max
        self._stopping = False

    def stop(self) -> None:
        """Let every reader that waits go with what there is: the process ends."""
        self._stopping = True
        self._plumbing.numbered.ring()

    async def read(self, name: str, cursor: str | None, *, limit: int, wait_s: float) -> Page:
        """The next deliveries after the cursor; [] if none came within `wait_s`."""
        asked = Asked(name, None if cursor is None else parse_cursor(cursor))
        clock, database = self._plumbing.clock, self._plumbing.database
        ends = clock.ticks() + wait_s
        how = (limit, stamp(clock.now()))
        ticket = self._plumbing.numbered.ticket()
        given, begin = await database.write(partial(self._turn, asked=asked, how=how))
        while not given and not self._stopping and (left := ends - clock.ticks()) > 0:
            await heard(ticket, min(left, LOOK_AGAIN_S))
            ticket = self._plumbing.numbered.ticket()
            if await database.read(partial(queue.read, name=name, after=begin.number, limit=1)):
                asked = Asked(name, begin)
                given, begin = await database.write(partial(self._turn, asked=asked, how=how))
        return _page(given, begin)

    async def again(self, name: str, first: int, last: int) -> Page:
        """What was given under these numbers, as it was given; acknowledges nothing.

        The cursor is that of the last number of the page, or `c0` where there is none.
        """

        def work(connection: Connection) -> list[Given]:
            upto = min(last, lines.line(connection, name).given)
            return (
                queue.read(connection, name, first - 1, upto - first + 1) if upto >= first else []
            )

        return _page(self._cut(await self._plumbing.database.read(work)), START)

    def _turn(
        self, connection: Connection, asked: Asked, how: tuple[int, str]
    ) -> tuple[list[Given], Cursor]:
        """Acknowledge what came before, read on, and note what is given: one transaction."""
        configurations.must_be_newest(connection, self._plumbing.configuration)
        (name, after), (limit, at) = asked, how
        line = lines.line(connection, name, locked=True)
        number = line.acknowledged if after is None else after.number
        begin = Cursor(number, lines.chain_at(connection, name, number))
        if after is not None and not (after.chain and after == begin):
            _check_unproved(after, line)
        settled = 0 if name in self._topics else queue.acknowledge(connection, name, number, at)
        if settled:
            METRICS.deliveries.labels(name, "acknowledged").inc(settled)
        given = self._cut(queue.read(connection, name, number, limit))
        # A proof also says that the number was given, if this database has forgotten it.
        queue.give(connection, name, given[-1].seq if given else number)
        return given, begin

    def _cut(self, found: list[Given]) -> list[Given]:
        """At least one, then as many as fit."""
        size = 0
        for count, one in enumerate(found):
            size += len(one.rendered)
            if count and size > self._bytes_max:
                return found[:count]
        return found


def _page(given: list[Given], begin: Cursor) -> Page:
    """The rows as events, and the cursor of the last of them."""
    had = [Cursor(one.seq, one.chain) for one in given]
    events = (numbered(at, one.rendered) for at, one in zip(had, given, strict=True))
    return Page(tuple(events), str(had[-1] if had else begin))


def _check_unproved(after: Cursor, line: Line) -> None:
    """A cursor that is not this line's own: LineFault, or RequestFault where it proves nothing."""
    if after.chain:
        shared = max(0, min(after.number - 1, line.newest.number))
        raise LineFault(
            f"cursor '{after}' belongs to another line of numbers: the broker's database was set "
            f"back since you were given it, and nothing was acknowledged. Both lines can share "
            f"the numbers up to {shared} and no more; what you were given above may come again "
            "under another number, with the id that you know. Read on without a cursor, or with "
            f"that of an older event, c<swbseq>-<swbchain>, of a number up to {shared}",
            shared,
        )
    if after.number > line.unproved:
        raise RequestFault(
            f"cursor '{after}' does not say to which line its number belongs; read on with the "
            "cursor of your last answer, with c<swbseq>-<swbchain> of an event, or without one"
        )


def parse_cursor(cursor: str) -> Cursor:
    """The number and chain in a cursor. RequestFault: it has another form."""
    found = cursor_of(cursor)
    if found is None:
        raise RequestFault(
            f"cursor {cursor[:40]!r} has not the form c<swbseq>-<swbchain>; use the last answer's"
        )
    return found
