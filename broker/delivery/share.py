"""Which subscriptions this process delivers for, when several processes deliver.

The log divides the partitions of one topic among the delivering processes, and a subscription
belongs to the partition that its name has. This only saves double work: numbering is locked, and
what is sent twice has the same id and bytes.
"""

from collections.abc import Callable, Sequence

from broker.eventlog.contract import EventLog, Partition, partition_of

Mine = Callable[[], Sequence[str] | None]
"""The subscriptions that are ours at this moment; None: every one there is."""


def every_one() -> None:
    """Of a process that is alone."""
    return


class Share:
    """Our part of the known subscriptions; before anything is divided, none."""

    def __init__(self, log: EventLog, group: str, topic: str, names: Sequence[str]) -> None:
        self._log = log
        self._group = group
        self._topic = topic
        self._names = tuple(names)
        self._mine: tuple[str, ...] = ()

    async def run(self) -> None:
        """Be told what is ours until cancelled."""
        await self._log.divide(self._group, [self._topic], self.take)

    async def take(self, owned: frozenset[Partition]) -> None:
        """What is ours from now on."""
        count, numbers = self._log.partitions(self._topic), {one.number for one in owned}
        self._mine = tuple(name for name in self._names if partition_of(name, count) in numbers)

    def mine(self) -> Sequence[str]:
        """The subscriptions that are ours at this moment."""
        return self._mine
