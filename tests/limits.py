"""How long a test waits for something before it calls it hung.

    async with asyncio.timeout(HANG_S):              # for one wait
        await task
    for _ in tries("the outbox is empty"):           # for what is asked again and again
        if not await database.read(outbox.length):
            break
        await asyncio.sleep(0.01)

No test asserts how fast something is: `make bench` measures. A limit in a test bounds hanging and
nothing else, so that what never happens ends with a sentence that names it. It is never reached
when all is well, so its length costs nothing, and there is one for all.

How long: the slowest single thing that a test waits for (three nodes of Kafka start) takes 15 s on
two idle cores. At a load of 20 on two cores a process has a tenth of a core; start-ups at the same
time, cold caches and the disk double that: 15 s x 10 x 2. pytest's own limit for a whole test
(`timeout` in pyproject.toml) is reckoned in the same way from the longest story, 90 s.

A setting of the broker that gives up after a time (`start_s`, `kafka_append_s`) is HANG_S where the
test needs the thing to succeed, and short only where the test waits for the giving up itself.
Where time must pass (a session expires, a timer rings), a test waits for what follows from it.
"""

from collections.abc import Iterator
from time import monotonic

HANG_S = 300.0


class Hung(AssertionError):
    """What was waited for did not come true; the text names it."""


def tries(what: str) -> Iterator[None]:
    """Try after try, until the caller breaks off. Hung: for HANG_S it was not true that `what`."""
    ends = monotonic() + HANG_S
    while monotonic() < ends:
        yield
    raise Hung(f"for {HANG_S:g} s it was not true that {what}")
