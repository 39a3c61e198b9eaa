"""The channel *topic*: what is numbered goes to `agency.<recipient>`, in the order of its numbers.

CloudEvents 1.0 in the Kafka binding's binary mode: attributes are headers, the value is Avro in
the Confluent wire format, the key is the dossier. A row is sent when every one before it has been
confirmed, and is acknowledged when the log has it; so what stands twice on the topic has the same
id and bytes, and first occurrences are in order.

Taking over a subscription, or finding another line than was sent last, the channel compares the
last record of each partition with the row of its number. Where they differ the database was set
back, and `subscription.restarted` goes first, to that partition: numbers from there on are of
another line. What was confirmed is on the topic, so both share the numbers up to there.
"""

from collections.abc import Collection, Sequence
from functools import partial

import orjson
from sqlalchemy import Connection

from broker.bells import heard
from broker.clock import stamp
from broker.delivery.render import attributes, value_of
from broker.delivery.share import Mine
from broker.errors import BrokerError
from broker.eventlog.contract import last_entries, partition_of
from broker.hop import Plumbing
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.avro import encoded
from broker.model.line import Cursor
from broker.model.records import Entry, Record, digest
from broker.model.subjects import subject_of
from broker.state import configurations, lines
from broker.state.queue import Given

log = logger("topic")

RESTARTED = "subscription.restarted"
"""Type of the notice that the numbers behind it belong to another line."""


def topic_of(recipient: str) -> str:
    """Where a recipient of this channel reads."""
    return f"agency.{recipient}"


class TopicChannel:
    """Sends what is numbered for the recipients that read a topic."""

    def __init__(
        self,
        plumbing: Plumbing,
        recipients: Collection[str],
        mine: Mine,
        *,
        rows_max: int,
        source: str,
    ) -> None:
        self._plumbing = plumbing
        self._recipients = frozenset(recipients)
        self._mine = mine
        self._rows_max = rows_max
        self._source = source
        self._sent: dict[str, Cursor] = {}
        """By subscription of this process: the last number that is known to be on its topic."""

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
        for given_away in self._sent.keys() - {*names}:
            del self._sent[given_away]
        return sum([await self.sent(name) for name in names])

    async def sent(self, name: str) -> int:
        """Send the oldest rows that were not confirmed; how many there were."""
        begin, rows = await self._plumbing.database.read(partial(self._owed, name=name))
        if self._sent.get(name) != begin:
            await self._take_over(name, begin)
        if not rows:
            return 0
        await self._plumbing.log.append([record_of(name, row) for row in rows])
        upto, at = Cursor(rows[-1].seq, rows[-1].chain), stamp(self._plumbing.clock.now())
        if not await self._plumbing.database.write(
            partial(self._confirmed, name=name, upto=upto, at=at)
        ):  # the database was set back meanwhile: the next turn compares, and says so
            self._sent.pop(name)
            return len(rows)
        self._sent[name] = upto
        METRICS.deliveries.labels(name, "acknowledged").inc(len(rows))
        return len(rows)

    def _owed(self, connection: Connection, name: str) -> tuple[Cursor, list[Given]]:
        configurations.must_seem_newest(connection, self._plumbing.configuration)
        return lines.owed(connection, name, self._rows_max)

    def _confirmed(self, connection: Connection, name: str, upto: Cursor, at: str) -> bool:
        configurations.must_be_newest(connection, self._plumbing.configuration)
        return lines.confirm(connection, name, upto, at)

    async def _take_over(self, name: str, begin: Cursor) -> None:
        """Tell each partition whose last record is of another line."""
        last = await last_entries(self._plumbing.log, topic_of(name))
        others = await self._plumbing.database.read(partial(_of_other_lines, name=name, last=last))
        if others:
            at, count = stamp(self._plumbing.clock.now()), self._plumbing.log.partitions
            log.warning("subscription.restarted", recipient=name, shared=begin.number)
            await self._plumbing.log.append(
                [
                    Record(
                        entry.topic,
                        _key_in(entry.partition, count(entry.topic), name),
                        {**restart_headers(name, begin, entry), "ce_source": self._source,
                         "ce_time": at},
                        encoded(subject_of("notice", RESTARTED), restart(name, begin, entry)),
                    )
                    for entry in others
                ]
            )  # fmt: skip
        self._sent[name] = begin


def _of_other_lines(connection: Connection, name: str, last: Sequence[Entry]) -> list[Entry]:
    """Those of these records whose numbers are other deliveries' in this database."""
    return [entry for entry in last if not _is_ours(connection, name, entry)]


def _is_ours(connection: Connection, name: str, entry: Entry) -> bool:
    """A record of the time before chains is told by its id."""
    number, chain = _number_on(entry), entry.headers.get("ce_swbchain", "")
    if not chain:
        return lines.is_numbered_so(connection, name, number, entry.headers.get("ce_id", ""))
    return lines.is_of_line(connection, name, Cursor(number, chain))


def _number_on(entry: Entry) -> int:
    return int(entry.headers.get("ce_swbseq", "0"))


def _key_in(partition: int, partitions: int, name: str) -> str:
    """A key that the log places in this partition."""
    number = 0
    while partition_of(f"{name}.{number}", partitions) != partition:
        number += 1
    return f"{name}.{number}"


def restart(name: str, begin: Cursor, last: Entry) -> dict[str, object]:
    """What the notice says: up to where both lines are the same, and what was abandoned."""
    return {
        "subscription": name,
        "shared": begin.number,
        "chain": begin.chain,
        "abandoned": _number_on(last),
        "abandoned_chain": last.headers.get("ce_swbchain", ""),
    }


def restart_headers(name: str, begin: Cursor, last: Entry) -> dict[str, str]:
    """The notice bears the number after which the line goes on; the same one has the same id."""
    return {
        "ce_specversion": "1.0",
        "ce_id": "l_" + digest(RESTARTED, name, begin, last.partition, last.headers.get("ce_id")),
        "ce_type": RESTARTED,
        "ce_swbseq": str(begin.number),
        "ce_swbchain": begin.chain,
        "content-type": "application/avro",
    }


def record_of(recipient: str, row: Given) -> Record:
    """A numbered row as a record of its recipient's topic."""
    event = orjson.loads(row.rendered)
    headers = {f"ce_{name}": str(value) for name, value in attributes(event).items()}
    headers["ce_swbseq"] = str(row.seq)
    headers["ce_swbchain"] = row.chain
    headers["content-type"] = event.get("datacontenttype", "application/json")
    if trace := headers.pop("ce_traceparent", ""):
        headers["traceparent"] = trace  # W3C trace context has a header of its own
    return Record(topic_of(recipient), event.get("subject", ""), headers, value_of(event))
