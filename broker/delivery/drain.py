"""The loop over the queue: render a row once, number it, hand it to its channel.

Each pass is a round over the subscriptions that have something waiting: of each the same share.
Rows of a subscription are numbered in the order they were queued, without gaps; one that cannot
be rendered is parked unnumbered. Numbering happens in one transaction, the lock is held for it
only. What was numbered keeps its bytes for ever.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection

from broker.adapter import Adapter, Profile
from broker.bells import heard
from broker.delivery.render import ReplyTo, rendered
from broker.delivery.share import Mine, every_one
from broker.errors import BrokerError, ConfigFault, kind_of
from broker.formats import adapter_of
from broker.hop import Plumbing
from broker.logs import logger
from broker.metrics import METRICS
from broker.state import aliases, configurations, queue, submissions
from broker.state.submissions import Asked
from broker.threads import COSTLY_BYTES, ZIP

ProfileOf = Callable[[str, str, str], Profile]

log = logger("drain")

REJECTED = "message.rejected"
"""Type of the one reply that is told without what it answers, as JSON."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What rows are rendered with; `topics` are the recipients that read Avro from a topic."""

    adapters: Mapping[str, Adapter]
    profile_of: ProfileOf
    source: str
    topics: frozenset[str] = frozenset()


class Drain:
    """Every subscription's rows, from waiting to numbered."""

    def __init__(
        self,
        plumbing: Plumbing,
        how: Rendering,
        *,
        rows_max: int,
        mine: Mine = every_one,
    ) -> None:
        self._plumbing = plumbing
        self._how = how
        self._rows_max = rows_max
        self._mine = mine
        self._last = ""
        """The last subscription of a pass that could not serve all: the next begins after it."""

    async def run(self) -> None:
        """Drain until cancelled, woken by whoever commits to the queue."""
        while True:
            ticket = self._plumbing.queued.ticket()
            try:
                while await self.drained():
                    pass
            except BrokerError as fault:
                METRICS.hop_faults.labels("delivery", fault.code).inc()
                log.warning("drain.fault", code=fault.code, reason=kind_of(fault))
                if not fault.retriable:
                    raise
            await heard(ticket, self._plumbing.wait_s)

    async def drained(self) -> int:
        """Number the oldest rows of each subscription; how many there were."""
        database, mine = self._plumbing.database, self._mine()
        if mine is not None and not mine:
            return 0
        rows, known = await database.read(partial(self._load, mine=mine))
        if not rows:
            return 0
        ready: dict[str, list[tuple[int, bytes | None]]] = {}
        for row in rows:
            ready.setdefault(row["subscription"], []).append(
                (row["number"], await self._rendered(row, known))
            )

        def number(connection: Connection) -> None:
            configurations.must_be_newest(connection, self._plumbing.configuration)
            queue.number_all(connection, ready)

        await database.write(number)
        for row in rows:
            METRICS.deliveries.labels(row["recipient"], "numbered").inc()
        self._plumbing.numbered.ring()
        return len(rows)

    def _load(
        self, connection: Connection, mine: Sequence[str] | None
    ) -> tuple[list[dict[str, Any]], "_Known"]:
        waiting = queue.waiting_names(connection)
        names = self._turns([name for name in waiting if mine is None or name in mine])
        rows = queue.oldest_waiting(connection, self._rows_max, names)
        replies = [(row, orjson.loads(row["context"])) for row in rows if row["what"] == "reply"]
        wanted = {(context["reply_to"], context["message"]) for _, context in replies}
        if not wanted:
            return rows, _Known({}, {}, {}, {})
        asked = submissions.asked(connection, wanted)
        unkept = {key[0] for key in wanted if key not in asked or asked[key].kept is None}
        return rows, _Known(
            submissions.originals(connection, unkept),
            submissions.several(connection, {submission for submission, _ in wanted}),
            aliases.of_dossiers(connection, {row["dossier"] for row, _ in replies}),
            asked,
        )

    def _turns(self, names: Sequence[str]) -> Sequence[str]:
        """Whose rows this pass takes: all, or as many as there may be rows, going round."""
        if len(names) <= self._rows_max:
            return names
        after = [name for name in names if name > self._last]
        chosen = [*after, *names][: self._rows_max]
        self._last = chosen[-1]
        return chosen

    async def _rendered(self, row: Mapping[str, Any], known: "_Known") -> bytes | None:
        """The row's bytes; the doors get their turn before each, and during a costly one."""
        await asyncio.sleep(0)
        if known.is_costly(row):
            return await asyncio.to_thread(self._render, row, known)
        return self._render(row, known)

    def _render(self, row: Mapping[str, Any], known: "_Known") -> bytes | None:
        try:
            return rendered(
                row,
                self._reply_to(row, known),
                known.references.get(row["dossier"], ()),
                self._how.source,
                avro=row["subscription"] in self._how.topics,
            )
        except Exception as error:  # noqa: BLE001  a row that cannot be rendered is parked
            METRICS.parked_total.labels("delivery").inc()
            reason = str(error) if isinstance(error, ConfigFault) else type(error).__name__
            log.warning("delivery.parked", delivery_id=row["id"], recipient=row["recipient"],
                        reason=reason)  # fmt: skip
            return None

    def _reply_to(self, row: Mapping[str, Any], known: "_Known") -> ReplyTo | None:
        if row["what"] != "reply":
            return None
        context = orjson.loads(row["context"])
        if context["reply_to"] not in known.submissions and row["type"] == REJECTED:
            return None  # the database was set back, and the record was discarded without its bytes
        submission = known.submissions[context["reply_to"]]
        assert submission is not None, "a reply to nothing"
        asked = known.asked.get((context["reply_to"], context["message"]), Asked([]))
        return ReplyTo(
            b"" if asked.kept is not None else known.originals[submission["id"]],
            adapter_of(self._how.adapters, asked.format),
            self._how.profile_of(asked.profile, asked.format, submission["received_at"]),
            asked.problems,
            asked.kept,
        )


class _Known:
    """What rendering a batch needs besides its rows."""

    def __init__(
        self,
        originals: Mapping[str, bytes],
        known: Mapping[str, dict[str, Any] | None],
        references: Mapping[str, Sequence[tuple[str, str, str]]],
        asked: Mapping[tuple[str, int], Asked],
    ) -> None:
        self.asked = asked
        self.originals = originals
        self.submissions = known
        self.references = references

    def is_costly(self, row: Mapping[str, Any]) -> bool:
        """Whether its rendering reads much: a reply is written beside what it answers.

        What a zip holds is not bounded by its own size.
        """
        if row["what"] != "reply":
            return len(row["payload"]) >= COSTLY_BYTES
        context = orjson.loads(row["context"])
        asked = self.asked.get((context["reply_to"], context["message"]), Asked([]))
        read = asked.kept or self.originals.get(context["reply_to"], b"")
        return len(row["payload"]) + len(read) >= COSTLY_BYTES or read.startswith(ZIP)
