"""The clients: senders that lodge and correct, agencies that read and answer, both by seed.

They speak HTTP through a door and know nothing of what is behind it: the simulation gives them a
process in this loop, the crash test a real one. What they see goes into the history.
"""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import orjson

from tests.simulation import messages
from tests.simulation.history import Attempt, History, Page, Said, page_of
from tests.simulation.ships import AGENT, FIRM, agent, firm
from tests.simulation.trades import AIRLINES, POSTS, Lodged, Trade, carrier, declarant, post

TRADE_OF: dict[str, Trade] = {
    **dict.fromkeys(POSTS, post), **dict.fromkeys(AIRLINES, carrier), AGENT: agent, FIRM: firm,
}  # fmt: skip
"""What each sender does; everybody else declares goods."""
SHARE = 3
"""Of so many declarations there is one thing of another trade for each sender."""
AGAIN_S = 4.0


class Outage(Exception):
    """The process at the door died, or there was none."""


class Door(Protocol):
    """The way to a broker."""

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body. Outage: whether anything was done is unknown."""


@dataclass(slots=True)
class Bounds:
    """How much and how fast: `pace` scales every wait but `late_s`, how late an answer may be.

    Without an answer for `unanswered_s` a client has found a fault. Of virtual time, which passes
    as fast on any machine, that is a promise; of the wall it bounds hanging (`tests/limits.py`).
    """

    declarations: int = 4
    changes: int = 4
    pace: float = 1.0
    late_s: float = 100 * 3600.0
    unanswered_s: float = 120.0


class Client:
    """Whoever holds a key: requests until they are answered, and reads its feed."""

    def __init__(
        self, name: str, door: Door, history: History, drawn: random.Random, bounds: Bounds
    ) -> None:
        self.name = name
        self.door = door
        self.history = history
        self.random = drawn
        self.bounds = bounds
        self.met: set[str] = set()
        self._cursors: list[str] = []

    async def pause(self, longest_s: float) -> None:
        """Some time, at most this long."""
        await asyncio.sleep(self.random.uniform(0, longest_s) * self.bounds.pace)

    async def send(self, attempt: Attempt, payload: bytes, content_type: str) -> int:
        """Lodge until there is a definite answer; every answer is kept."""
        self.history.attempts.append(attempt)
        async for _ in self._tries():
            headers = {**self._key(), "content-type": content_type}
            if attempt.key:
                headers["idempotency-key"] = attempt.key
            if attempt.reference:
                headers["swb-reference"] = attempt.reference
            try:
                status, body = await self.door.request("POST", attempt.door, headers, payload)
            except Outage:
                await self.pause(AGAIN_S)
                continue
            attempt.answers.append((status, orjson.loads(body)))
            if status < 500:
                return status
            await self.pause(AGAIN_S)
        raise AssertionError

    async def poll(self, limit: int) -> list[dict[str, Any]]:
        """What is new of one page; now and then from an older cursor, or from none."""
        cursor = self._cursors[-1] if self._cursors else None
        chance = self.random.random()
        if chance < 0.08:
            cursor = None
        elif chance < 0.16 and self._cursors:
            cursor = self.random.choice(self._cursors)
        said = [one.said for one in (await self._page(cursor, limit)).given]
        fresh = [one for one in said if one["id"] not in self.met]
        self.met.update(one["id"] for one in fresh)
        return fresh

    async def read_all(self) -> None:
        """Read and acknowledge to the very end."""
        page = await self._page(None, 50)
        while page.given:
            page = await self._page(page.next, 50)

    async def _page(self, cursor: str | None, limit: int) -> Page:
        query = f"?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        async for _ in self._tries():
            try:
                status, body = await self.door.request("GET", f"/v1/feed{query}", self._key())
            except Outage:
                status = 503
            if status == 200:
                break
            if status < 500:
                self.refused(f"asked its feed after {cursor} and got {status}")
                return Page(self.name, None, (), "c0")
            await self.pause(AGAIN_S)
        page = page_of(self.name, cursor, body)
        self.history.pages.append(page)
        self._cursors.append(page.next)
        return page

    async def _tries(self) -> AsyncIterator[None]:
        """Try after try; a broker that does not answer for so long has failed the test."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        while clock() - begun < self.bounds.unanswered_s * max(1.0, self.bounds.pace):
            yield
        raise AssertionError(f"{self.name} was not answered for {clock() - begun:.0f} s")

    def refused(self, what: str) -> None:
        """A definite refusal of something that was right."""
        self.history.refusals.append(f"refused: {self.name} {what}")

    def _key(self) -> dict[str, str]:
        return {"authorization": f"Bearer key-{self.name}"}


class Sender(Client):
    """Lodges what its trade has, corrects, repeats, withdraws it, and breaks some."""

    @property
    def changes(self) -> int:
        """How often it changes its mind about one thing, at most."""
        return self.bounds.changes

    async def run(self) -> None:
        """Each thing is a story of its own; the feed is read meanwhile."""
        trade = TRADE_OF.get(self.name, declarant)
        share = 1 if trade is declarant else SHARE
        things = range(1, -(-self.bounds.declarations // share) + 1)
        async with asyncio.TaskGroup() as group:
            stories = [group.create_task(trade(self, number)) for number in things]
            reading = group.create_task(self._read())
            await asyncio.gather(*stories)
            reading.cancel()

    async def _read(self) -> None:
        while True:
            await self.poll(self.random.choice((1, 5, 50)))
            await self.pause(40)

    async def lodge(
        self, about: str, what: tuple[bytes, str], says: tuple[Said, ...], reference: str = ""
    ) -> Lodged:
        """Lodge bytes of a type, mostly with a key of their own."""
        payload, content_type = what
        key = f"{self.random.getrandbits(64):016x}" if self.random.random() < 0.8 else None
        sha256 = hashlib.sha256(payload).hexdigest()
        attempt = Attempt(
            self.name, "/v1/submissions", about, sha256, key, says, reference=reference
        )
        status = await self.send(attempt, payload, content_type)
        if status not in {200, 202}:
            self.refused(f"lodged something about {about} and got {status}")
        return attempt, payload, content_type

    async def again(self, last: Lodged, key: str | None) -> None:
        """Lodge the same bytes."""
        attempt, payload, content_type = last
        again = replace(attempt, key=key, answers=[])
        await self.send(again, payload, content_type)

    async def ask_statuses(self, at_most: int = 1000) -> None:
        """The status of what it has receipts for."""
        mine = (one for one in self.history.attempts if one.who == self.name)
        wanted = {receipt["submission"] for one in mine for receipt in one.receipts}
        for submission in self.random.sample(sorted(wanted), min(at_most, len(wanted))):
            status, body = await self.door.request(
                "GET", f"/v1/submissions/{submission}", self._key()
            )
            self.history.statuses[submission] = (status, orjson.loads(body))


class Agency(Client):
    """Reads its feed and answers: at once, hours late, twice, or never."""

    async def run(self, resting: asyncio.Event) -> None:
        """Read until told to rest; answers that were planned are still sent."""
        async with asyncio.TaskGroup() as group:
            idle = 1
            while not resting.is_set():
                fresh = await self.poll(self.random.choice((1, 3, 20)))
                idle = 1 if fresh else min(idle * 2, 8)
                for said in fresh:
                    data = said.get("data", {})
                    if data.get("expects", "nothing") != "nothing":
                        group.create_task(self._answer(said))
                await self.pause(40 * idle)

    async def _answer(self, said: Mapping[str, Any]) -> None:
        chance = self.random.random()
        if chance < 0.2:
            return
        if chance < 0.4:
            await asyncio.sleep(self.random.uniform(0, self.bounds.late_s))
        await self.pause(100)
        payload, content_type = messages.answer(self.name, said, self.random)
        sha256 = hashlib.sha256(payload).hexdigest()
        key = f"{self.random.getrandbits(64):016x}" if self.random.random() < 0.7 else None
        for _ in range(2 if self.random.random() < 0.15 else 1):
            attempt = Attempt(self.name, "/v1/responses", said["id"], sha256, key)
            status = await self.send(attempt, payload, content_type)
            if status not in {200, 202}:
                self.refused(f"answered {said['id']} and got {status}")
            await self.pause(30)
