"""Virtual time: an event loop whose clock jumps to the next thing to do, and a Clock after it."""

import asyncio
import random
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

EPOCH = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for the outside world it moves the clock; there is no outside world."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing ever happens outside; `timeout` None would be a wait without end."""
        if timeout is None:
            raise RuntimeError("everybody waits and nothing will ever happen")
        self.loop.now_s += max(0.0, timeout)
        return super().select(0)


class _Numbered(asyncio.Task[Any]):
    """A task whose place in a set does not depend on where it lies in memory."""

    number: int

    def __new__(cls, _coro: Any, *, loop: "VirtualLoop", **_rest: Any) -> Self:
        task = super().__new__(cls)
        loop.tasks_made += 1
        task.number = loop.tasks_made
        return task

    def __hash__(self) -> int:
        return self.number


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that never sleeps: hours pass in no time, always in the same order."""

    def __init__(self) -> None:
        selector = _Jumping()
        selector.loop = self
        self.now_s = 0.0
        super().__init__(selector)
        self.tasks_made = 0
        self.set_task_factory(
            lambda loop, coro, context=None: _Numbered(coro, loop=loop, context=context)
        )

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """The work is done at once: a thread takes real time, and this loop's time jumps on."""
        del executor
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  it is raised where the work is waited for
            done.set_exception(error)
        return done

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self.now_s


class VirtualClock:
    """The broker's Clock in virtual time; its names are drawn by seed."""

    def __init__(self, loop: VirtualLoop, drawn: random.Random) -> None:
        self._loop = loop
        self._random = drawn

    def now(self) -> datetime:
        """Wall time: so many virtual seconds after the epoch."""
        return EPOCH + timedelta(seconds=self._loop.time())

    def ticks(self) -> float:
        """Virtual seconds."""
        return self._loop.time()

    def fresh(self, prefix: str) -> str:
        """A new id, sorted by virtual time."""
        milliseconds = int(self._loop.time() * 1000)
        return f"{prefix}_{milliseconds:012x}{self._random.getrandbits(80):020x}"
