"""Work that would keep the event loop from its doors is done in a thread.

A thread takes the interpreter's lock in turns with the loop: the work takes as long, and others
do not wait for the whole of it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

COSTLY_BYTES = 256_000
"""From this size on a step, or a rendering, takes tens of milliseconds."""
ZIP = b"PK\x03\x04"
"""How an archive begins."""
HASHED_BYTES = 64_000
"""From this size on hashing and compressing take a millisecond."""


class InThread:
    """A piece of work that begins when it is waited for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._end: asyncio.Future[Any] | None = None

    async def arrive(self) -> None:
        """Return when it is done, or has broken."""
        self._end = asyncio.get_running_loop().run_in_executor(None, self._work)
        await asyncio.wait([self._end])

    def result(self) -> Any:
        """What it came to; what it raised is raised here."""
        assert self._end is not None, "it was not waited for"
        return self._end.result()
