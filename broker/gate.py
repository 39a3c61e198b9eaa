"""How much one name may ask for and lodge: the limits of a sender, an agency or an operator.

Rules
    Requests and bytes a minute are windows over this process's doors. What is in flight was
    accepted and is not translated whole: this process counts what it has accepted, and, from its
    start on, what was in flight then. What was finished meanwhile is asked of the database when a
    limit would refuse, so that nothing is refused for what is finished; and when KNOWN_MAX, and
    twice as many as were unfinished last, have come, so that few ids are kept.
    Parked submissions are not in flight: they wait for a person, and cost nothing meanwhile.
    A body that a limit could never take is too large, now and later; anything else that is refused
    is told when to come back. After these seconds a window is open for the same request; how long
    translation takes is an estimate from what it has finished lately.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Any, NamedTuple

from broker.access import Principal
from broker.errors import RETRY_AFTER_S, BrokerError, BusyFault, kind_of
from broker.hop import Plumbing
from broker.logs import logger
from broker.metrics import METRICS
from broker.state import continuations, parked, submissions
from broker.window import SPAN_S, Window

LOOKED_AT_ONCE = 500
"""Submissions in one question to the database."""
LOOK_AGAIN_S = 0.1
"""After a look that changed nothing: at least so long, and ten times as long as it took."""
KNOWN_MAX = 1_000
COUNT_AGAIN_S = 1.0
RETRY_AFTER_S_MAX = 60
"""Longest estimate of how long translation takes."""

log = logger("gate")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each name may do whose file says nothing else."""

    requests_per_minute: int
    bytes_per_minute: int
    submissions_in_flight: int
    bytes_in_flight: int
    body_bytes: int


class Limit(NamedTuple):
    """A limit as it is shown to whom it refuses."""

    name: str
    value: int
    set_by: str

    def shown(self, **more: Any) -> dict[str, Any]:
        """As a member of problem details."""
        return {**self._asdict(), **more}


@dataclass(slots=True)
class _Account:
    """What one name has asked for and lodged.

    `arriving`: submissions between their head and their receipt; `held`: bytes of all that arrives
    or is in flight. `pace`: submissions and bytes that translation finishes in a second.
    """

    requests: Window = field(default_factory=Window)
    bytes: Window = field(default_factory=Window)
    unfinished: dict[str, int] = field(default_factory=dict)
    arriving: int = 0
    held: int = 0
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    look_at: float = float("-inf")
    known_max: int = KNOWN_MAX
    since: float = 0.0
    done: tuple[int, int] = (0, 0)
    pace: tuple[float, float] = (0.0, 0.0)
    logged: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Submissions that arrive or are in flight."""
        return self.arriving + len(self.unfinished)

    def add(self, submission: str, size: int) -> None:
        """One more is in flight; one that is known already is the same."""
        if submission not in self.unfinished:
            self.unfinished[submission] = size
            self.held += size

    def drop(self, finished: Collection[str]) -> None:
        """These are finished."""
        sizes = [self.unfinished.pop(one) for one in finished if one in self.unfinished]
        self.held -= sum(sizes)
        self.done = (self.done[0] + len(sizes), self.done[1] + sum(sizes))

    def measure(self, now: float) -> None:
        """How fast that has gone since it was measured; nothing finished: as before."""
        passed = now - self.since
        if self.done[0] and passed > 0:
            self.pace = (self.done[0] / passed, self.done[1] / passed)
            self.done, self.since = (0, 0), now


class Passage:
    """One submission on its way in: what it takes of its sender's limits."""

    def __init__(self, gate: "Gate", principal: Principal, account: _Account) -> None:
        self._gate = gate
        self._principal = principal
        self._account = account
        self._held = 0
        self._arriving = 0
        names = ("bytes_per_minute", "bytes_in_flight")
        own = [gate.limit(principal, name) for name in names]
        self.body = min([gate.body_limit(), *own], key=lambda one: one.value)
        """The limit that the whole of a body must keep to."""

    async def begin(self) -> None:
        """BusyFault: too many are in flight."""
        account = self._account
        if len(account.unfinished) >= account.known_max:
            await self._gate.look(account, lambda: False)
        await self._gate.room(self._principal, "submissions_in_flight", 1, lambda: account.count)
        account.arriving += 1
        self._arriving = 1

    async def take(self, size: int, *, declared: bool) -> None:
        """These bytes are to be read, and are the whole body if they are `declared`. BusyFault."""
        account, gate = self._account, self._gate
        await gate.room(self._principal, "bytes_in_flight", size, lambda: account.held)
        now, limit = gate.ticks(), gate.limit(self._principal, "bytes_per_minute")
        if account.bytes.wait_s(size, limit.value, now):
            whole = size if declared else self.body.value
            wait_s = account.bytes.wait_s(whole, limit.value, now)
            raise gate.refusal(self._principal, limit, wait_s)
        account.bytes.take(size, now)
        account.held += size
        self._held += size

    def end(self, accepted: str = "") -> None:
        """It is no longer arriving: as this submission it is in flight, or it was not accepted."""
        self._account.arriving -= self._arriving
        self._account.held -= self._held
        if accepted:
            self._account.add(accepted, self._held)
        self._arriving = self._held = 0


class Gate:
    """The limits of everyone at this process's doors."""

    def __init__(self, plumbing: Plumbing, allowance: Allowance) -> None:
        self._plumbing = plumbing
        self._allowance = allowance
        self._accounts: dict[str, _Account] = {}

    def ticks(self) -> float:
        """Seconds that only go forward."""
        return self._plumbing.clock.ticks()

    def admit(self, principal: Principal) -> None:
        """Count a request. BusyFault: that many were made within a minute."""
        account, now = self._account(principal.name), self.ticks()
        limit = self.limit(principal, "requests_per_minute")
        if wait_s := account.requests.wait_s(1, limit.value, now):
            raise self.refusal(principal, limit, wait_s)
        account.requests.take(1, now)

    @contextlib.asynccontextmanager
    async def passage(self, principal: Principal) -> AsyncIterator[Passage]:
        """Let a submission in. BusyFault: too many are in flight."""
        passage = Passage(self, principal, self._account(principal.name))
        await passage.begin()
        try:
            yield passage
        finally:
            passage.end()

    async def run(self) -> None:
        """Count what was in flight when the process started; then there is nothing left to do."""
        while True:
            try:
                await self.recount()
            except BrokerError as fault:
                log.warning("gate.fault", code=fault.code, reason=kind_of(fault))
                if not fault.retriable:
                    raise
                await asyncio.sleep(COUNT_AGAIN_S)
            else:
                return

    async def recount(self) -> None:
        """Whatever any process has accepted and is not finished: what goes on, then the newest.

        It ends where a whole page is finished: what is older than that and still waits is rare,
        and history is long.
        """
        read = self._plumbing.database.read
        waiting = await read(parked.submissions_parked)
        page = await read(continuations.in_flight)
        below: int | None = None
        while True:
            for sender, submission, size in page:
                if submission not in waiting:
                    self._account(sender).add(submission, size)
            if below == 0:
                return
            page, below = await read(partial(submissions.unfinished, below=below))
            if not page:
                return

    def limit(self, principal: Principal, name: str) -> Limit:
        """This limit of this principal, and where it is set."""
        own: int | None = getattr(principal.limits, name)
        if own is not None:
            return Limit(name, own, f"limits.{name} in the file of {principal.name!r}")
        return Limit(name, getattr(self._allowance, name), f"{name}_max in broker.yaml")

    def body_limit(self) -> Limit:
        """The limit of every body."""
        return Limit("body_bytes", self._allowance.body_bytes, "body_bytes_max in broker.yaml")

    async def room(
        self, principal: Principal, name: str, amount: int, used: Callable[[], int]
    ) -> None:
        """Return, at once with what follows, when this much more may be in flight. BusyFault."""
        limit, account = self.limit(principal, name), self._account(principal.name)

        def is_enough() -> bool:
            return used() + amount <= limit.value

        if is_enough():
            return
        await self.look(account, is_enough)
        if not is_enough():
            pace = account.pace[name == "bytes_in_flight"]
            excess = used() + amount - limit.value
            wait_s = ceil(excess / pace) if pace else RETRY_AFTER_S
            raise self.refusal(principal, limit, max(1, min(wait_s, RETRY_AFTER_S_MAX)))

    async def look(self, account: _Account, is_enough: Callable[[], bool]) -> None:
        """Drop what is finished, until that is enough; one look at a time serves all who wait."""
        async with account.looking:
            begun = self.ticks()
            if is_enough() or begun < account.look_at:
                return
            read, known = self._plumbing.database.read, list(account.unfinished)
            for start in range(0, len(known), LOOKED_AT_ONCE):
                some = known[start : start + LOOKED_AT_ONCE]
                account.drop(await read(partial(submissions.finished, wanted=some)))
                if is_enough():
                    return
            account.drop(await read(parked.submissions_parked))
            now = self.ticks()
            account.measure(now)
            account.known_max = max(KNOWN_MAX, 2 * len(account.unfinished))
            account.look_at = now + max(LOOK_AGAIN_S, 10 * (now - begun))

    def refusal(self, principal: Principal, limit: Limit, wait_s: int) -> BusyFault:
        """The fault, counted; the log is told once a minute of each name and limit."""
        METRICS.limited.labels(principal.name, limit.name).inc()
        account, now = self._account(principal.name), self.ticks()
        if now - account.logged.get(limit.name, float("-inf")) >= SPAN_S:
            account.logged[limit.name] = now
            log.warning("request.limited", sender=principal.name, limit=limit.name)
        return BusyFault(
            f"the limit {limit.name} of {principal.name!r} is {limit.value} ({limit.set_by}), and "
            f"is reached; come back in {wait_s} seconds",
            retry_after_s=wait_s,
            limit=limit.shown(retry_after_s=wait_s),
        )

    def _account(self, name: str) -> _Account:
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = _Account(since=self.ticks())
        return account
