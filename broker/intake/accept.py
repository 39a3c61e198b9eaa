"""Accepting submissions: one transaction holds submission, original and record.

Rules
    A receipt means durable. What arrives while a transaction runs shares the next one, in rounds
    over the senders: nobody waits behind all that another has sent.
    What one sender lodged is written in its order. Where transactions run at the same time, a
    sender is in one of them only, so that its next arrivals see the keys of those before them.
    A duplicate is known by its idempotency key alone: the original receipt is given again; the
    same key with other bytes is a conflict. The same bytes without a key are a new submission
    whose receipt names the earlier one.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from broker.access import Principal
from broker.clock import stamp
from broker.errors import BrokerError, BusyFault, ConflictFault, SupersededFault, kind_of
from broker.hop import Plumbing
from broker.intake.rounds import Queues, add, take_group
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.records import Record
from broker.state import configurations, outbox, queue, submissions
from broker.threads import HASHED_BYTES

OWNER = ("intake", 0)
GROUP_MAX = 256
GROUP_BYTES_MAX = 8_000_000
STOPPING = "the broker is stopping; try again"
OWED_AT_ONCE = 500
"""Records read from the outbox and appended in one go."""
WRITES_AT_ONCE = 3
OWED_AGAIN_S = 1.0
"""How soon records that the log would not take are offered to it again."""

log = logger("intake")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came to a door, before it has a number.

    `declared` is the content type, if it is none of those of the format that the bytes are in.
    """

    principal: Principal
    payload: bytes
    family: str
    format: str
    profile: str
    content_type: str
    idempotency_key: str | None = None
    reference: str | None = None
    delivery: str | None = None
    declared: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told at once; `again`: it had been accepted before."""

    submission: str
    sha256: str
    received_at: str
    same_bytes_as: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Pending:
    """An arrival made ready, and who waits for its receipt."""

    arrival: Arrival
    id: str
    sha256: str
    compressed: bytes
    waiter: "asyncio.Future[Receipt]"


class Acceptance:
    """The door's only way to the database; the newest number is known to the one writer."""

    def __init__(self, plumbing: Plumbing, *, inline_bytes_max: int, owed_max: int) -> None:
        self._plumbing = plumbing
        self._inline_bytes_max = inline_bytes_max
        self._owed_max = owed_max
        self._waiting: Queues[_Pending] = {}
        self._held: set[str] = set()
        self._arrived = asyncio.Event()
        self._owed = 0
        self._owing: set[str] = set()
        self._owes = asyncio.Event()

    async def accept(self, arrival: Arrival) -> Receipt:
        """Durable when this returns. ConflictFault: the key names other bytes. BusyFault."""
        if self._owed > self._owed_max:
            raise BusyFault("too many records wait for the log; try again in a few seconds")
        self._plumbing.arriving.count += 1
        try:
            sha256, compressed = await _prepared(arrival.payload)
            pending = _Pending(
                arrival,
                self._plumbing.clock.fresh("s"),
                sha256,
                compressed,
                asyncio.get_running_loop().create_future(),
            )
            add(self._waiting, arrival.principal.name, pending)
            self._arrived.set()
            return await pending.waiter
        finally:
            self._plumbing.arriving.count -= 1

    async def run(self) -> None:
        """Write what waits, again and again, until cancelled; what still waits gets BusyFault."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(WRITES_AT_ONCE):
                    group.create_task(self._writing())
                if not self._plumbing.database.one_commit:
                    group.create_task(self._appending())
        finally:
            left = [pending for line in self._waiting.values() for pending in line]
            self._waiting.clear()
            _settle(left, [BusyFault(STOPPING)] * len(left))

    async def _writing(self) -> None:
        """While one transaction is on its way to the disk, the next is filled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while await self._written():
                pass

    async def _written(self) -> bool:
        """Write a group; False: nothing waits. What is written is let go of."""
        batch = self._group()
        if not batch:
            return False
        senders = {pending.arrival.principal.name for pending in batch}
        self._held |= senders
        if self._waiting:
            self._arrived.set()  # for the other writers: more than one group waits
        try:
            await self._write(batch)
        finally:
            self._held -= senders
            self._arrived.set()  # what was held may be taken by whoever is free
        return True

    def _group(self) -> list[_Pending]:
        """What the next transaction holds.

        One writer thread writes groups in their order anyway; other databases write them at the
        same time, so that a sender waits for its last one.
        """
        return take_group(
            self._waiting,
            lambda pending: len(pending.arrival.payload),
            count_max=GROUP_MAX,
            bytes_max=GROUP_BYTES_MAX,
            held=() if self._plumbing.database.one_commit else self._held,
        )

    async def _appending(self) -> None:
        """Bring what was committed here to the log; what fails stays owed, timers see it too."""
        while True:
            await self._owes.wait()
            self._owes.clear()
            try:
                while await self.append_owed():
                    pass
            except BrokerError as fault:
                if not fault.retriable:
                    raise
                log.warning("intake.owed", code=fault.code, count=self._owed)
                self._owes.set()
                await asyncio.sleep(OWED_AGAIN_S)

    async def _write(self, batch: Sequence[_Pending]) -> None:
        received_at = stamp(self._plumbing.clock.now())
        database = self._plumbing.database
        try:
            receipts = await database.write(
                lambda connection: self._work(connection, batch, received_at)
            )
        except asyncio.CancelledError:
            _settle(batch, [BusyFault(STOPPING)] * len(batch))
            raise
        except SupersededFault as fault:
            _settle(batch, [fault] * len(batch))
            raise
        except Exception as fault:  # noqa: BLE001  one arrival must not take its neighbours along
            if len(batch) > 1 and not isinstance(fault, BrokerError):
                for pending in batch:
                    await self._write([pending])
                return
            log.warning("intake.failed", reason=kind_of(fault), count=len(batch))
            _settle(batch, [fault] * len(batch))
            return
        _settle(batch, receipts)
        self._owed += len(batch) if self._owed else 0
        self._owing |= {pending.arrival.principal.name for pending in batch}
        self._owes.set()

    def _work(
        self, connection: Connection, batch: Sequence[_Pending], received_at: str
    ) -> list[Receipt | ConflictFault]:
        """The transaction: numbers, rows, records; duplicates get what they had."""
        configurations.must_be_newest(connection, self._plumbing.configuration)
        earlier = _Earlier(connection, batch)
        numbers = iter(submissions.numbers(connection, len(batch)))
        receipts: list[Receipt | ConflictFault] = []
        rows: list[dict[str, Any]] = []
        originals: list[bytes] = []
        records: list[Record] = []
        given = queue.given_to(connection, _recipients(batch))
        for pending in batch:
            known = earlier.receipt(pending)
            if known is not None:
                result = "repeated" if isinstance(known, Receipt) else "conflict"
                METRICS.submissions.labels(pending.arrival.family, result).inc()
                receipts.append(known)
                continue
            number = next(numbers)
            receipt = Receipt(pending.id, pending.sha256, received_at, earlier.same_bytes(pending))
            earlier.add(pending, receipt)
            receipts.append(receipt)
            rows.append(_row(pending, number, receipt))
            originals.append(pending.compressed)
            records.append(self._record(pending, number, received_at, given))
        if rows:
            submissions.put(connection, rows, originals)
            self._plumbing.database.outbox(connection, OWNER, records)
        return receipts

    def _record(
        self, pending: _Pending, number: int, received_at: str, given: Mapping[str, int]
    ) -> Record:
        """The record; a large original is referred to, not copied. It holds all that the rows do.

        `swb_given`: how far this agency's subscription has been given: nothing that is given
        later changes which delivery its answer is about.
        """
        arrival, principal = pending.arrival, pending.arrival.principal
        headers = {
            "ce_specversion": "1.0",
            "ce_id": pending.id,
            "ce_source": "/intake",
            "ce_type": "submission.received",
            "ce_time": received_at,
            "swb_number": str(number),
            "swb_sender": principal.name,
            "swb_party": principal.party,
            "swb_recipient": principal.name if principal.role == "recipient" else "",
            "swb_family": arrival.family,
            "swb_format": arrival.format,
            "swb_profile": arrival.profile,
            "swb_reference": arrival.reference or "",
            "swb_delivery": arrival.delivery or "",
            "swb_declared": arrival.declared,
            "swb_type": arrival.content_type,
            "swb_key": arrival.idempotency_key or "",
            "swb_given": str(given[principal.name]) if principal.name in given else "",
            "traceparent": arrival.trace or _trace(pending.id),
        }
        small = len(arrival.payload) <= self._inline_bytes_max
        return Record(
            f"submissions.{arrival.family}",
            principal.name,
            {name: value for name, value in headers.items() if value},
            arrival.payload if small else b"",
        )

    async def append_owed(self) -> bool:
        """Append the oldest records of those who sent something here; whether there may be more.

        What the same senders lodged in another process goes along, so that nothing of a sender
        overtakes what was accepted before it.
        """
        database = self._plumbing.database
        keys, self._owing = self._owing, set()
        more = True
        try:
            owed = await database.read(
                partial(outbox.pending, owner=OWNER, limit=OWED_AT_ONCE, keys=keys)
            )
            if owed:
                self._owed = await database.read(outbox.length) if self._owed else len(owed)
                await self._plumbing.log.append([record for _, record in owed])
                numbers = [number for number, _ in owed]
                await database.write(partial(outbox.forget_these, numbers=numbers))
            more = len(owed) == OWED_AT_ONCE
        finally:
            if more:
                self._owing |= keys
        self._owed = self._owed if more else 0
        return more


async def _prepared(payload: bytes) -> tuple[str, bytes]:
    """The digest of an original, and the original as it is stored."""
    if len(payload) < HASHED_BYTES:
        return _hashed(payload)
    return await asyncio.to_thread(_hashed, payload)


def _hashed(payload: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(payload).hexdigest(), submissions.compress(payload)


class _Earlier:
    """What was accepted before, in the database and in this batch."""

    def __init__(self, connection: Connection, batch: Sequence[_Pending]) -> None:
        keys = [_key(pending) for pending in batch if pending.arrival.idempotency_key]
        self._by_key = {
            key: Receipt(known.id, known.sha256, known.received_at, known.same_bytes_as, again=True)
            for key, known in submissions.by_idempotency(connection, keys).items()
        }
        self._by_bytes = submissions.by_bytes(
            connection, [(one.arrival.principal.party, one.sha256) for one in batch]
        )

    def receipt(self, pending: _Pending) -> Receipt | ConflictFault | None:
        """What this idempotency key was answered with before."""
        found = self._by_key.get(_key(pending)) if pending.arrival.idempotency_key else None
        if found is None:
            return None
        if found.sha256 != pending.sha256:
            return ConflictFault(
                f"the Idempotency-Key was used for other bytes, submission {found.submission}; "
                "use a new key for a new submission"
            )
        return found

    def same_bytes(self, pending: _Pending) -> str | None:
        """The newest earlier submission of this party with the same bytes."""
        return self._by_bytes.get((pending.arrival.principal.party, pending.sha256))

    def add(self, pending: _Pending, receipt: Receipt) -> None:
        """Later ones of this batch see it too."""
        if pending.arrival.idempotency_key:
            self._by_key[_key(pending)] = replace(receipt, again=True)
        self._by_bytes[pending.arrival.principal.party, pending.sha256] = receipt.submission


def _recipients(batch: Sequence[_Pending]) -> set[str]:
    """Whose answers are in the batch."""
    principals = (pending.arrival.principal for pending in batch)
    return {one.name for one in principals if one.role == "recipient"}


def _settle(batch: Sequence[_Pending], results: Sequence[Receipt | Exception]) -> None:
    for pending, result in zip(batch, results, strict=True):
        if pending.waiter.done():
            continue
        if isinstance(result, Receipt):
            pending.waiter.set_result(result)
        else:
            pending.waiter.set_exception(result)


def _trace(submission: str) -> str:
    """A W3C trace that begins with this submission, whose id is 32 hex digits after its prefix."""
    digits = submission.partition("_")[2]
    return f"00-{digits:0>32.32}-{digits[::-1]:0>16.16}-01"


def _key(pending: _Pending) -> tuple[str, str]:
    return pending.arrival.principal.name, pending.arrival.idempotency_key or ""


def _row(pending: _Pending, number: int, receipt: Receipt) -> dict[str, Any]:
    arrival, principal = pending.arrival, pending.arrival.principal
    METRICS.submissions.labels(arrival.family, "accepted").inc()
    return {
        "number": number, "id": pending.id, "sender": principal.name, "party": principal.party,
        "family": arrival.family, "format": arrival.format, "profile": arrival.profile,
        "sha256": pending.sha256, "bytes": len(arrival.payload),
        "content_type": arrival.content_type, "idempotency_key": arrival.idempotency_key,
        "reference": arrival.reference, "delivery": arrival.delivery,
        "received_at": receipt.received_at, "same_bytes_as": receipt.same_bytes_as,
    }  # fmt: skip
