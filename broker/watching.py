"""Rings the bells of this process for what other processes commit.

Inside one process a commit rings at once; between processes somebody has to look. One question
every `watch_s` for the whole process, whoever waits in it. It also finds that another process has
put a newer configuration in force: then this one ends, however idle it is.
"""

import asyncio

from sqlalchemy import Connection

from broker.errors import BrokerError, SupersededFault
from broker.hop import Plumbing
from broker.state import configurations, queue


class Watch:
    """Looks at the queue and the subscriptions' numbers."""

    def __init__(self, plumbing: Plumbing, *, every_s: float) -> None:
        self._plumbing = plumbing
        self._every_s = every_s
        self._numbered = -1

    async def run(self) -> None:
        """Look until cancelled; a database that cannot be asked is told by those who need it.

        SupersededFault: a newer configuration is in force.
        """
        while True:
            await asyncio.sleep(self._every_s)
            try:
                waits, numbered = await self._plumbing.database.read(self._look)
            except SupersededFault:
                raise
            except BrokerError:
                continue
            if waits:
                self._plumbing.queued.ring()
            if numbered != self._numbered:
                self._numbered = numbered
                self._plumbing.numbered.ring()

    def _look(self, connection: Connection) -> tuple[bool, int]:
        configurations.must_seem_newest(connection, self._plumbing.configuration)
        return queue.signs(connection)
