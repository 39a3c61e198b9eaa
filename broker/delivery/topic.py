"""The channel *topic*: what is numbered goes to `agency.<recipient>`, in the order of its numbers.

CloudEvents 1.0 in the Kafka binding's binary mode: attributes are headers, the value is Avro in
the Confluent wire format, the key is the dossier. A row is sent when every one before it has been
confirmed, and is acknowledged when the log has it; so what stands twice on the topic has the same
id and bytes, and first occurrences are in order.
"""

from collections.abc import Collection
from functools import partial

import orjson

from broker.clock import stamp
from broker.delivery.render import attributes, value_of
from broker.delivery.share import Mine
from broker.errors import BrokerError
from broker.hop import Plumbing, heard
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Record
from broker.state import queue
from broker.state.queue import Given

log = logger("topic")


def topic_of(recipient: str) -> str:
    """Where a recipient of this channel reads."""
    return f"agency.{recipient}"


class TopicChannel:
    """Sends what is numbered for the recipients that read a topic."""

    def __init__(
        self, plumbing: Plumbing, recipients: Collection[str], mine: Mine, *, rows_max: int
    ) -> None:
        self._plumbing = plumbing
        self._recipients = frozenset(recipients)
        self._mine = mine
        self._rows_max = rows_max

    async def run(self) -> None:
        """Send until cancelled, woken by whoever numbers."""
        while True:
            ticket = self._plumbing.numbered.ticket()
            try:
                while await self.sent_all():
                    pass
            except BrokerError as fault:
                METRICS.hop_faults.labels("topic", fault.code).inc()
                log.warning("topic.fault", code=fault.code)
                if not fault.retriable:
                    raise
            await heard(ticket, self._plumbing.wait_s)

    async def sent_all(self) -> int:
        """A turn for each recipient that is ours; how many rows were sent."""
        mine = self._mine()
        names = sorted(self._recipients if mine is None else self._recipients & {*mine})
        return sum([await self.sent(name) for name in names])

    async def sent(self, name: str) -> int:
        """Send the oldest rows that were not confirmed; how many there were."""
        rows = await self._plumbing.database.read(
            partial(queue.unacknowledged, name=name, limit=self._rows_max)
        )
        if not rows:
            return 0
        await self._plumbing.log.append([record_of(name, row) for row in rows])
        upto, at = rows[-1].seq, stamp(self._plumbing.clock.now())
        await self._plumbing.database.write(
            lambda connection: queue.sent(connection, name, upto, at)
        )
        METRICS.deliveries.labels(name, "acknowledged").inc(len(rows))
        return len(rows)


def record_of(recipient: str, row: Given) -> Record:
    """A numbered row as a record of its recipient's topic."""
    event = orjson.loads(row.rendered)
    headers = {f"ce_{name}": str(value) for name, value in attributes(event).items()}
    headers["ce_swbseq"] = str(row.seq)
    headers["content-type"] = event.get("datacontenttype", "application/json")
    if trace := headers.pop("ce_traceparent", ""):
        headers["traceparent"] = trace  # W3C trace context has a header of its own
    return Record(topic_of(recipient), event.get("subject", ""), headers, value_of(event))
