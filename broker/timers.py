"""The timers: what must happen because time has passed, or because a reference has appeared.

One transaction a tick. Several processes may tick: what they make has the same ids, and whoever
has seen the first drops the second. Where log and database are two, what waited for a reference
stands on the log before it stops waiting.
"""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from broker.clock import stamp
from broker.core.deadlines import elapsed
from broker.errors import BrokerError, kind_of
from broker.hop import Plumbing
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Record
from broker.state import configurations, due, outbox, submissions, unresolved
from broker.state.outbox import Owner
from broker.translation.release import compose_released, release
from broker.translation.resolve import Kinds

OWNER = ("timers", 0)
LIMIT = 500

log = logger("timers")


class Timers:
    """Deadlines and unresolved events, looked at every so often; idempotency keys, hourly."""

    def __init__(
        self,
        kinds: Kinds,
        plumbing: Plumbing,
        *,
        every_s: float,
        remembered: timedelta,
        digest: str = "",
    ) -> None:
        """`digest`: of the configuration, for the replies that are written here."""
        self._kinds = kinds
        self._digest = digest
        self._plumbing = plumbing
        self._every_s = every_s
        self._remembered = remembered
        self._forgot_at: datetime | None = None
        self._seen: dict[Owner, int] = {}

    async def run(self) -> None:
        """Tick until cancelled; broken plumbing is tried again at the next tick."""
        while True:
            try:
                while await self.tick():
                    pass
            except BrokerError as fault:
                METRICS.hop_faults.labels("timers", fault.code).inc()
                log.warning("timers.fault", code=fault.code, reason=kind_of(fault))
                if not fault.retriable:
                    raise
            await asyncio.sleep(self._every_s)

    async def tick(self) -> bool:
        """One pass; whether there may be more at once."""
        database, now = self._plumbing.database, stamp(self._plumbing.clock.now())
        busy = await database.read(lambda connection: _busy(connection, now))
        await self._forget()
        if not busy:
            await self._append_owed()
            return False

        released = 0 if database.one_commit else await self._release(now)

        def work(connection: Connection) -> tuple[int, int]:
            self._must_be_newest(connection)
            owed: list[Record] = elapsed(connection, now, LIMIT)
            count, gone = len(owed), 0
            if database.one_commit:
                declined = self._judge(connection, now)
                found = compose_released(connection)
                unresolved.drop_released(connection, list(found))
                owed += found.values()
                gone = declined + len(found)
            database.outbox(connection, OWNER, owed)
            return count, gone

        elapsed_count, gone = await database.write(work)
        await self._append_owed()
        if elapsed_count or released or gone:
            self._plumbing.queued.ring()
            log.info("timers.ticked", count=elapsed_count + released + gone)
        return elapsed_count >= LIMIT

    def _judge(self, connection: Connection, now: str) -> int:
        """What has found its dossier is released, what waited too long declined: how many."""
        self._must_be_newest(connection)
        return release(connection, now, self._kinds, LIMIT, self._digest)

    def _drop(self, connection: Connection, numbers: list[int]) -> None:
        self._must_be_newest(connection)
        unresolved.drop_released(connection, numbers)

    def _must_be_newest(self, connection: Connection) -> None:
        configurations.must_be_newest(connection, self._plumbing.configuration)

    async def _release(self, now: str) -> int:
        """What is released is on the log before its row is taken: nothing behind it overtakes.

        Whether a row is released or replaced is decided by one commit before the append: after it
        both would happen.
        """
        database = self._plumbing.database
        declined = await database.write(partial(self._judge, now=now))
        found = await database.read(compose_released)
        if found:
            await self._plumbing.log.append(list(found.values()))
            await database.write(partial(self._drop, numbers=list(found)))
        return declined + len(found)

    async def _forget(self) -> None:
        """Idempotency keys that are older than they are remembered may be used again."""
        now = self._plumbing.clock.now()
        if self._forgot_at is not None and now - self._forgot_at < timedelta(hours=1):
            return
        self._forgot_at = now
        before = stamp(now - self._remembered)
        await self._plumbing.database.write(
            lambda connection: submissions.forget_idempotency(connection, before)
        )

    async def _append_owed(self) -> None:
        """Append what this owes, and what any owner has left lying since the last tick."""
        database = self._plumbing.database
        if database.one_commit:
            return
        seen: dict[Owner, int] = {}
        for owner in await database.read(outbox.owners):
            more = True
            while more:
                owed = await database.read(partial(outbox.pending, owner=owner, limit=LIMIT))
                old = self._seen.get(owner, 0)
                stale = [row for row in owed if owner == OWNER or row[0] <= old]
                if stale:
                    await self._plumbing.log.append([record for _, record in stale])
                    numbers = [number for number, _ in stale]
                    await database.write(partial(outbox.forget_these, numbers=numbers))
                if owed:
                    seen[owner] = owed[-1][0]
                more = len(stale) == LIMIT
        self._seen = seen


def _busy(connection: Connection, now: str) -> bool:
    waiting = unresolved.count(connection)
    METRICS.unresolved.set(waiting)
    return waiting > 0 or bool(due.upto(connection, now, 1))
