"""The only place that knows what time it is and that draws random values.

Everything else receives `Clock` or a value. A simulation passes its own.
"""

import secrets
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time and fresh names."""

    def now(self) -> datetime:
        """Wall time, UTC, aware."""

    def ticks(self) -> float:
        """Seconds that only go forward, for durations."""

    def fresh(self, prefix: str) -> str:
        """A new id: the prefix, `_`, 48 bits of time and 80 random bits as 32 hex digits."""


DRAWN_BYTES = 4096
FRESH_BYTES = 10


class SystemClock:
    """The machine's clock; random bytes are drawn from the system by the page."""

    def __init__(self) -> None:
        self._drawn = b""

    def now(self) -> datetime:
        """Wall time, UTC, aware."""
        return datetime.now(UTC)

    def ticks(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()

    def fresh(self, prefix: str) -> str:
        """A new id; ids sort by time, so that an index over them grows at its end."""
        if len(self._drawn) < FRESH_BYTES:
            self._drawn = secrets.token_bytes(DRAWN_BYTES)
        drawn, self._drawn = self._drawn[:FRESH_BYTES], self._drawn[FRESH_BYTES:]
        return f"{prefix}_{time.time_ns() // 1_000_000:012x}{drawn.hex()}"


def cpu_s() -> float:
    """Seconds of processor time that this process has taken."""
    return time.process_time()


def secret() -> str:
    """256 random bits as text, for an access key."""
    return secrets.token_urlsafe(32)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC to the millisecond: `2026-11-22T09:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """The moment a `stamp` names."""
    return datetime.fromisoformat(text)
