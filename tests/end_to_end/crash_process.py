"""A real `swb serve` that is killed and started again on the same directory, and the way to it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.limits import HANG_S, tries
from tests.simulation.traffic import Outage

ROOT = Path(__file__).resolve().parent.parent.parent


class BrokerProcess:
    """One directory, one process after another; `kill` asks nobody."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.starts = 0
        self.answers = 0
        """Requests that were answered, of all starts."""
        self.port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Start and wait until it listens."""
        self.starts += 1
        log = (self.directory / "stderr.log").open("ab")
        with log:
            process = await asyncio.create_subprocess_exec(
                Path(sys.executable).parent / "swb", "serve", "--config", ROOT / "config",
                "--data", self.directory / "data", "--port", "0",
                stdout=asyncio.subprocess.PIPE, stderr=log, env={**os.environ, "CI": ""},
            )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(HANG_S):
            line = (await process.stdout.readline()).decode()
        assert "listening on " in line, f"start {self.starts}: {self.tail()}"
        url = line.split("listening on ")[1].split(",")[0].strip()
        self._process, self.port = process, httpx.URL(url).port or 0
        limits = httpx.Limits(max_connections=60, max_keepalive_connections=60)
        self._client = httpx.AsyncClient(base_url=url, timeout=HANG_S, limits=limits)

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """SIGKILL, at whatever it is doing."""
        process = self._process
        assert process is not None
        assert process.returncode is None, f"it ended by itself: {self.tail()}"
        await self._ended(process, signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        process = self._process
        assert process is not None
        return await self._ended(process, signal.SIGTERM)

    async def _ended(self, process: asyncio.subprocess.Process, number: int) -> int:
        client, self._client = self._client, None
        process.send_signal(number)
        async with asyncio.timeout(HANG_S):
            code = await process.wait()
        if client is not None:
            await client.aclose()
        return code

    def end(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request; Outage where the process is down or dies meanwhile."""
        client = self._client
        if client is None:
            raise Outage
        try:
            answer = await client.request(method, path, headers=dict(headers), content=body)
        except (httpx.TransportError, RuntimeError) as fault:  # RuntimeError: the client was closed
            raise Outage from fault
        self.answers += 1
        return answer.status_code, answer.content

    async def answered(self) -> None:
        """Wait until it has answered another request."""
        before = self.answers
        for _ in tries("a request is answered"):
            if self.answers > before:
                return
            await asyncio.sleep(0.01)

    def tail(self) -> str:
        """The last lines of its log."""
        return (self.directory / "stderr.log").read_text(errors="replace")[-2000:]
