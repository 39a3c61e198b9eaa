"""How much has been taken within the last minute.

Rules
    In no stretch of SPAN_S seconds is more taken than the limit, wherever it begins. Amounts are
    kept by the second in which they were taken, and count until the whole of it has passed out of
    the span: a steady flow gets up to the limit in 61 seconds.
    What may not be taken now may be when the seconds that `wait_s` gives have passed, if nothing
    else was taken meanwhile.
"""

from collections import deque
from math import floor

SPAN_S = 60


class Window:
    """What one sender has taken of one limit; at most a number for each second of the span."""

    def __init__(self) -> None:
        self._slots: deque[tuple[int, int]] = deque()
        self._used = 0

    def wait_s(self, amount: int, limit: int, now: float) -> int:
        """Whole seconds until this much more may be taken; 0: now. `amount` is within the limit."""
        second = floor(now)
        while self._slots and self._slots[0][0] < second - SPAN_S:
            self._used -= self._slots.popleft()[1]
        room = limit - self._used
        if amount <= room:
            return 0
        for begun, taken in self._slots:
            room += taken
            if amount <= room:
                return begun + SPAN_S + 1 - second
        raise AssertionError("more is asked for than the limit ever allows")

    def take(self, amount: int, now: float) -> None:
        """This much is taken."""
        second = floor(now)
        self._used += amount
        if self._slots and self._slots[-1][0] == second:
            amount += self._slots.pop()[1]
        self._slots.append((second, amount))
