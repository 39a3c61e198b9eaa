"""Whether a process can do its work: a row is written, for a commit without one proves nothing.

BEGIN and COMMIT succeed on a full disk. The row is written if the last commit failed, or if none
is known to have written anything for a second: so often this may be asked. After a failure the
row is large: a small one may find room where a submission finds none.
A process whose configuration was succeeded may write nothing, and so is not ready.
"""

import asyncio
from functools import partial

from broker.clock import stamp
from broker.errors import NO_SPACE, BrokerError
from broker.hop import Plumbing
from broker.state import configurations, probes

PROVEN_S = 1.0
COMMIT_S_MAX = 5.0
ROOM_BYTES = 256 * 1024
"""What must find room before a disk that was full counts as having some."""


class Readiness:
    """What one process lacks."""

    def __init__(self, plumbing: Plumbing) -> None:
        self._plumbing = plumbing
        self._proven_at = float("-inf")
        self._failed = False

    async def missing(self) -> dict[str, str]:
        """What this process lacks to do its work, each in a sentence; {}: nothing."""
        lacking = {}
        log, ticks = self._plumbing.log, self._plumbing.clock.ticks()
        trouble = await log.missing()
        if trouble or ticks - self._proven_at > PROVEN_S:
            failed = bool(trouble) or self._failed
            if state := await self._not_written(ROOM_BYTES if failed else 0):
                lacking["state"] = state
                self._proven_at, self._failed = float("-inf"), True
            else:
                self._proven_at, self._failed = ticks, False
                trouble = await log.missing()  # of the embedded file it is over now
        if trouble:
            lacking["log"] = trouble
        if "state" not in lacking and (superseded := await self._superseded()):
            lacking["configuration"] = superseded
        return lacking

    async def _superseded(self) -> str:
        """What to do, if a newer configuration is in force than ours; else ""."""
        try:
            newest = await self._plumbing.database.read(configurations.in_force)
        except BrokerError:  # writing a row finds out what the database lacks
            return ""
        if newest.number <= self._plumbing.configuration:
            return ""
        return str(configurations.superseded(self._plumbing.configuration, newest.number))

    async def _not_written(self, room: int) -> str:
        at = stamp(self._plumbing.clock.now())
        try:
            async with asyncio.timeout(COMMIT_S_MAX):
                await self._plumbing.database.write(partial(probes.put, at=at, room=room))
        except (BrokerError, TimeoutError) as fault:
            if NO_SPACE in str(fault):
                return NO_SPACE
            return "the database does not commit; look at its disk and its server"
        return ""
