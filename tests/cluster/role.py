"""One role of the broker as a real process on a cluster, and its end, whatever way it comes."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.limits import HANG_S

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(sys.executable).parent / "swb"


class RoleProcess:
    """`swb serve ROLE`, started again as often as it is killed."""

    def __init__(self, name: str, arguments: tuple[str, ...], folder: Path) -> None:
        self.name = name
        self.arguments = arguments
        self.url = ""
        self.slowest_start_s = 0.0
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, config: Path, environment: Mapping[str, str]) -> None:
        """Start it and wait until it listens."""
        clock = asyncio.get_running_loop().time
        began = clock()
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                PROGRAM, "serve", *self.arguments,
                "--config", config, "--port", "0",
                stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**os.environ, **environment},
            )  # fmt: skip
        self._process = process
        assert process.stdout is not None
        async with asyncio.timeout(HANG_S):
            line = (await process.stdout.readline()).decode()
        assert "listening on " in line, f"{self.name}: {self.tail()}"
        self.slowest_start_s = max(self.slowest_start_s, clock() - began)
        self.url = line.split("listening on ")[1].split(",")[0].strip()

    @property
    def pid(self) -> int:
        """Of the process as it runs now."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.returncode is None

    def opens_doors(self) -> bool:
        """Whether it runs, and takes what is lodged."""
        return self.arguments[0] in {"intake", "all"} and self.runs and bool(self.url)

    def signal(self, number: int) -> None:
        """Stop it in its tracks, or let it go on."""
        assert self._process is not None
        assert self.runs, f"{self.name} ended by itself: {self.tail()}"
        self._process.send_signal(number)

    async def kill(self) -> None:
        """SIGKILL, at whatever it is doing."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        assert self._process is not None
        async with asyncio.timeout(HANG_S):
            return await self._process.wait()

    async def ended(self) -> int:
        """The exit code with which it ends by itself."""
        assert self._process is not None
        async with asyncio.timeout(HANG_S):
            return await self._process.wait()

    async def end(self) -> None:
        """Leave nothing running."""
        if self._process is not None and self.runs:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def tail(self) -> str:
        """The last lines of its log."""
        return self._log.read_text(errors="replace")[-2000:]
