"""The feed: a recipient reads what is numbered, and acknowledges by the next cursor.

Rules
    A cursor acknowledges what came before it. Without a cursor reading begins at the oldest
    number that is not acknowledged. Several readers may share a subscription: whoever gets a
    number has itself been given those before it, or another reader has acknowledged them.
    A cursor that was never given is refused.
    Of a recipient that reads a topic the channel acknowledges, its feed never does: what a cursor
    acknowledged here would never reach the topic.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from broker.clock import stamp
from broker.delivery.render import numbered
from broker.errors import RequestFault
from broker.hop import Plumbing, heard
from broker.metrics import METRICS
from broker.state import queue
from broker.state.queue import Given

LOOK_AGAIN_S = 2.0
"""Deliveries that another process numbered ring no bell here."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one poll is given: events in order, and the cursor that acknowledges them."""

    events: tuple[bytes, ...]
    cursor: str


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
        after = None if cursor is None else parse_cursor(cursor)
        clock, database = self._plumbing.clock, self._plumbing.database
        ends = clock.ticks() + wait_s
        how = (limit, stamp(clock.now()))
        ticket = self._plumbing.numbered.ticket()
        given, begin = await database.write(partial(self._turn, name=name, after=after, how=how))
        while not given and not self._stopping and (left := ends - clock.ticks()) > 0:
            await heard(ticket, min(left, LOOK_AGAIN_S))
            ticket = self._plumbing.numbered.ticket()
            if await database.read(partial(queue.read, name=name, after=begin, limit=1)):
                given, begin = await database.write(
                    partial(self._turn, name=name, after=begin, how=how)
                )
        last = given[-1].seq if given else begin
        return Page(tuple(numbered(one.seq, one.rendered) for one in given), f"c{last}")

    def _turn(
        self, connection: Connection, name: str, after: int | None, how: tuple[int, str]
    ) -> tuple[list[Given], int]:
        """Acknowledge what came before, read on, and note what is given: one transaction."""
        limit, at = how
        known = queue.subscription(connection, name, locked=True)
        if after is None:
            after = known["acknowledged"]
        elif after > known["given"]:
            raise RequestFault(
                f"cursor 'c{after}' was never given to you; read on with the cursor of your last "
                "answer, or without one"
            )
        settled = 0 if name in self._topics else queue.acknowledge(connection, name, after, at)
        if settled:
            METRICS.deliveries.labels(name, "acknowledged").inc(settled)
        given = self._cut(queue.read(connection, name, after, limit))
        if given:
            queue.give(connection, name, given[-1].seq)
        return given, after

    def _cut(self, found: list[Given]) -> list[Given]:
        """At least one, then as many as fit."""
        size = 0
        for count, one in enumerate(found):
            size += len(one.rendered)
            if count and size > self._bytes_max:
                return found[:count]
        return found


def parse_cursor(cursor: str) -> int:
    """The number in a cursor. RequestFault: it is none of ours."""
    digits = cursor.removeprefix("c")
    if not cursor.startswith("c") or not digits.isascii() or not digits.isdigit():
        raise RequestFault(f"cursor {cursor[:40]!r} is none of ours; use the last answer's")
    return int(digits[:18])
