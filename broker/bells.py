"""Bells: what waits inside this process is woken when there is something to do."""

import asyncio


class Bell:
    """Take a ticket, look for work, then wait on the ticket: a ring in between is not missed."""

    def __init__(self) -> None:
        self._ticket = asyncio.Event()

    def ticket(self) -> asyncio.Event:
        """What the next ring sets."""
        return self._ticket

    def ring(self) -> None:
        """Wake everybody who holds a ticket."""
        rung, self._ticket = self._ticket, asyncio.Event()
        rung.set()


async def heard(ticket: asyncio.Event, wait_s: float) -> bool:
    """Whether the ticket's bell rang within this time."""
    try:
        async with asyncio.timeout(wait_s):
            await ticket.wait()
    except TimeoutError:
        return False
    return True
