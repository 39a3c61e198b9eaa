"""What the clients of a broker saw: every request with its answer, every page of every feed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.said import said


@dataclass(frozen=True, slots=True)
class Said:
    """One message of what is lodged, as its sender means it.

    `says`: put, merge, remove, keep, absent, close, note, patch, withdraw; bad is rejected.
    `about` and `part`: the thing; `content` names what a put says: the same is the same text.
    `who`: the persons named; `left`: who is named wrongly, and so left out. `events`: how many
    come of it.
    """

    says: str
    about: str = ""
    part: str = ""
    content: str = ""
    who: tuple[str, ...] = ()
    events: int = 1
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class Attempt:
    """One thing a client sends, however often it has to try; `answers` are (status, body).

    `about`: the thing it concerns, of which one client speaks in order. `messages`: what is in it,
    where somebody can know that; `reference` goes beside the bytes.
    """

    who: str
    door: str
    about: str
    sha256: str
    key: str | None = None
    messages: tuple[Said, ...] = ()
    reference: str = ""
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """The receipts it got."""
        return [body for status, body in self.answers if status in {200, 202}]


@dataclass(frozen=True, slots=True)
class Given:
    """A delivery as it stood in a page: its number, its bytes, and what they say."""

    seq: int
    content: bytes
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One poll of a feed: the cursor it was asked with, what came, the cursor it answered."""

    who: str
    cursor: str | None
    given: tuple[Given, ...]
    next: str


@dataclass(slots=True)
class History:
    """Everything all clients saw, in the order they saw it."""

    attempts: list[Attempt] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    statuses: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def given(self) -> dict[str, list[Given]]:
        """Every delivery by reader, as often as it was read."""
        found: dict[str, list[Given]] = {}
        for page in self.pages:
            found.setdefault(page.who, []).extend(page.given)
        return found


def meant(
    history: History, submissions: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, int], Said]:
    """What each message says, by (submission, number), in the order of acceptance."""
    known = {(one.who, one.sha256): one.messages for one in history.attempts}
    return {
        (row["id"], number): one
        for row in sorted(submissions, key=lambda row: row["number"])
        for number, one in enumerate(known.get((row["sender"], row["sha256"]), ()), 1)
    }


def page_of(who: str, cursor: str | None, body: bytes) -> Page:
    """A page, with the very bytes of each delivery in it."""
    text = body.decode()
    reader = json.JSONDecoder()
    at = text.index("[") + 1
    given = []
    while text[at] != "]":
        event, end = reader.raw_decode(text, at)
        given.append(Given(event["swbseq"], text[at:end].encode(), said(event)))
        at = end + 1 if text[end] == "," else end
    return Page(who, cursor, tuple(given), json.loads(body)["cursor"])
