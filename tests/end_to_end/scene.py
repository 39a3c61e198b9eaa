"""A broker in which something full of canaries was lodged, and all that anybody gets out of it."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import orjson
import pytest
import structlog

from broker import logs
from tests.broker_in_process import JSON, XML, Broker, declaration
from tests.canaries import Plot

MARK = re.compile(rb"ZQ[0-9A-Z]{4}|2087-03-[0-9]{2}T[0-9:]{8}Z|2007-[0-9]{2}-[0-9]{2}|[0-9]{6,9}")
"""What a canary looks like: text, moment, day of birth, number."""
ASKED = (
    "/v1/feed", "/v1/feed?cursor=c0", "/v1/feed?cursor=c1", "/v1/feed?cursor=c999", "/v1/parked",
    "/v1/parked?state=all", "/v1/keys", "/metrics", "/docs", "/openapi.json", "/livez", "/readyz",
    "/v1/nothing", "/",
)  # fmt: skip


class Scene:
    """A broker with one full thing in it, released by everybody.

    `references` are what it is called; whoever asks for it does so by them. `subject` is an
    element of it.
    """

    def __init__(
        self,
        broker: Broker,
        plot: Plot,
        tree: dict[str, Any],
        sender: str,
        references: Sequence[Sequence[str]],
        subject: str,
    ) -> None:
        self.broker, self.plot, self.tree, self.sender = broker, plot, tree, sender
        self.references, self.subject = references, subject
        self.submission = ""
        self.recipients = sorted(broker.configuration.recipients)

    async def lodge(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """Lodge it; all of it is accepted."""
        self.submission = await self.broker.lodge(payload, self.sender, **headers)
        for message in (await self.broker.status(self.submission))["messages"]:
            assert message["verdict"] == "accepted", message["problems"]

    async def release(self) -> None:
        """Everybody who is asked releases the part that he was given."""
        message, *_ = (await self.broker.status(self.submission))["messages"]
        for ask in message["board"]["asks"]:
            given = [
                one for one in await self.broker.feed(ask["recipient"], cursor="c0", limit=500)
                if one.get("data", {}).get("part") == ask["part"] and "document" in one["data"]
            ]  # fmt: skip
            await self.broker.decide(ask["recipient"], given[-1]["id"], "released")
        assert (await self.broker.status(self.submission))["overall"] == "released"

    async def everything(self, key: str) -> bytes:
        """Every byte that a key gets out of any door."""
        dossier = (await self.broker.status(self.submission))["messages"][0]["dossier"]
        named = [f"{scheme}={value}" for scheme, value in self.references]
        gets = [
            *ASKED, f"/v1/submissions/{self.submission}", f"/v1/submissions/{self.submission}/raw",
            f"/v1/submissions/{dossier}", f"/v1/trace/{dossier}",
            *(f"/v1/trace/{name}?bodies=true" for name in named),
        ]  # fmt: skip
        told = [await self.broker.call("GET", path, key) for path in gets]
        held, subject = {"status": "held"}, {"subject": {"path": self.subject}}
        answers: list[dict[str, Any]] = [
            {"id": f"A-{number}", "references": [list(one)], "answers": [{**held, **subject}]}
            for number, one in enumerate(self.references)
        ]
        answers += [
            {"id": "A-W", "references": [list(self.references[0])], "answers": [held]},
            {"id": "A-D", "delivery": dossier, "answers": [held]},
        ]
        told += [await self.broker.respond(key, said) for said in answers]
        told.append(
            await self.broker.call("POST", "/v1/responses", key, content=b"{", headers=JSON)
        )
        told.append(await self.broker.call("POST", "/v1/submissions", key, headers=XML,
                                           content=declaration("QZ-9")))  # fmt: skip
        await self.broker.settle()
        told.append(await self.broker.call("GET", "/v1/feed?cursor=c0&limit=500", key))
        for one in list(told):
            if one.status_code == 202:
                url = one.json()["status_url"]
                told += [await self.broker.call("GET", f"{url}{end}", key) for end in ("", "/raw")]
        return b"\n".join(_bytes_of(one) for one in told)

    def log(self) -> bytes:
        """Keys and headers of everything on the log, and the names of its topics."""
        entries = self.broker.plumbing.log._entries  # type: ignore[attr-defined]
        return b"\n".join(
            orjson.dumps([topic, entry.key, dict(entry.headers)])
            for (topic, _), found in entries.items()
            for entry in found
        )


def _bytes_of(told: httpx.Response) -> bytes:
    """Head and body of an answer, with what it holds in base64 besides."""
    head = b"\n".join(b": ".join(pair) for pair in told.headers.raw)
    packed = re.findall(rb'"(?:data|content)_base64":"([^"]*)"', told.content)
    return b"\n".join([head, told.content, *map(_unpacked, packed)])


def _unpacked(packed: bytes) -> bytes:
    """What stands behind base64; of a workbook the text of its parts."""
    content = base64.b64decode(packed)
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as book:
        return b"\n".join(book.read(name) for name in book.namelist())


def found_in(content: bytes, planted: set[str]) -> set[str]:
    """The canaries that stand in these bytes."""
    return {one.decode() for one in MARK.findall(content)} & planted


@contextmanager
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What is logged meanwhile, all levels, as a process writes it."""
    capsys.readouterr()
    logs.set_up("DEBUG")
    written: list[str] = []
    try:
        yield written
    finally:
        written.append("".join(capsys.readouterr()))
        structlog.reset_defaults()
