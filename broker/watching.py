"""Rings the bells of this process for what other processes commit.

Inside one process a commit rings at once; between processes somebody has to look. One question
every `watch_s` for the whole process, whoever waits in it.
"""

import asyncio

from broker.errors import BrokerError
from broker.hop import Plumbing
from broker.state import queue


class Watch:
    """Looks at the queue and the subscriptions' numbers."""

    def __init__(self, plumbing: Plumbing, *, every_s: float) -> None:
        self._plumbing = plumbing
        self._every_s = every_s
        self._numbered = -1

    async def run(self) -> None:
        """Look until cancelled; a database that cannot be asked is told by those who need it."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                waits, numbered = await self._plumbing.database.read(queue.signs)
            except BrokerError:
                continue
            if waits:
                self._plumbing.queued.ring()
            if numbered != self._numbered:
                self._numbered = numbered
                self._plumbing.numbered.ring()
