"""Rounds over the senders that wait: one arrival of each, then the next of each.

Rules
    What one sender has lodged keeps its order. Who was served goes behind all others; whose next
    arrival does not fit into what is left keeps its place, and so begins the next group.
"""

from collections import deque
from collections.abc import Callable, Container
from typing import TypeVar

T = TypeVar("T")

Queues = dict[str, deque[T]]
"""What waits, by sender; the order of the senders is that of their turns. None is empty."""


def add(queues: Queues[T], sender: str, arrival: T) -> None:
    """One more waits; a sender that had nothing waiting is served after all others."""
    queues.setdefault(sender, deque()).append(arrival)


def take_group(
    queues: Queues[T],
    size_of: Callable[[T], int],
    *,
    count_max: int,
    bytes_max: int,
    held: Container[str] = (),
) -> list[T]:
    """Take what goes together: at least one, then as many as fit; nothing of senders `held`."""
    group: list[T] = []
    size = 0
    turns = deque(sender for sender in queues if sender not in held)
    while turns and len(group) < count_max:
        sender = turns.popleft()
        size += size_of(queues[sender][0])
        if group and size > bytes_max:
            size -= size_of(queues[sender][0])
            continue
        waiting = queues.pop(sender)
        group.append(waiting.popleft())
        if waiting:
            queues[sender] = waiting
            turns.append(sender)
    return group
