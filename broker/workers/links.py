"""A worker process: a socket to it, and limits that hold from outside.

Rules
    Processor time is that of the worker itself, never time that passes: on a busy machine a
    turn may take long and cost little. Memory is what is resident. Both are looked at while a turn
    is made. There is no limit on address space: a parser that is refused memory reports a
    well-formed file as malformed.
    A worker that reaches a limit is killed. What it was doing is lost, and begun anew.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from broker.workers.frames import HEAD, Frame, decode, encode
from broker.workers.pool import End, Limits, WorkerEnded

CHECK_S = 0.02
SWOLLEN_BYTES = 120_000_000
FRAME_BYTES_MAX = 256_000_000
READY = b"."
START_S = 60.0
"""How long the template may take to load what workers need."""


class Template:
    """The process that workers are forked from; it is started when the first one is wanted."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def start_worker(self) -> "ProcessLink":
        """A fresh worker. WorkerEnded, OSError: it could not be started."""
        async with self._turn:
            if self._process is None or self._process.poll() is not None:
                await self._start()
            assert self._control is not None
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    pid = await asyncio.to_thread(_fork, self._control, theirs)
                except OSError:
                    ours.close()
                    self.close()
                    raise
        return await ProcessLink.open(ours, pid, self._limits)

    async def _start(self) -> None:
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603  a fork of a moment
                [sys.executable, "-m", "broker.workers.template", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2], start_new_session=True,
                env={},  # workers read the files of strangers: no secret is within their reach
            )  # fmt: skip
        ours.settimeout(START_S)
        self._control = ours
        if await asyncio.to_thread(ours.recv, 1) != READY:
            self.close()
            raise WorkerEnded("ended")

    def close(self) -> None:
        """End the template and all its workers; one that has ended leaves its workers at work."""
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._control = self._process = None


def _fork(control: socket.socket, theirs: socket.socket) -> int:
    """Hand the template a socket; the process id of the worker that it forks for it."""
    socket.send_fds(control, [READY], [theirs.fileno()])
    told = control.recv(8)
    if len(told) < 8:
        raise ConnectionError("the template has ended")
    return int.from_bytes(told, "big")


class ProcessLink:
    """One worker process."""

    def __init__(
        self,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        process: psutil.Process,
        limits: Limits,
    ) -> None:
        self._reader, self._writer = streams
        self._process = process
        self._limits = limits
        self._end: End = "ended"
        self._cpu_began = 0.0
        self._watch: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, ours: socket.socket, pid: int, limits: Limits) -> "ProcessLink":
        """The link over this socket. WorkerEnded: the process is gone already."""
        try:
            process = psutil.Process(pid)
        except psutil.NoSuchProcess as gone:
            ours.close()
            raise WorkerEnded("ended") from gone
        ours.setblocking(False)
        return cls(await asyncio.open_connection(sock=ours), process, limits)

    def drop(self, command: Frame) -> None:
        """Send a `drop`; a worker that is gone is noticed at the next call."""
        self._writer.writelines(encode(command))

    async def call(self, command: Frame) -> Frame:
        """What the worker answers to `begin` and `go_on`. WorkerEnded: it is gone."""
        try:
            self._cpu_began = self._cpu_s()
            self._writer.writelines(encode(command))
            self._watch = asyncio.get_running_loop().call_later(CHECK_S, self._look)
            await self._writer.drain()
            return await self._read()
        except (OSError, asyncio.IncompleteReadError, psutil.NoSuchProcess) as gone:
            raise WorkerEnded(self._end) from gone
        finally:
            if self._watch is not None:
                self._watch.cancel()

    async def _read(self) -> Frame:
        head = await self._reader.readexactly(HEAD.size)
        envelope, blobs = HEAD.unpack(head)
        if envelope + blobs > FRAME_BYTES_MAX:
            raise ConnectionError("the frame is larger than any that a worker makes")
        return decode(
            await self._reader.readexactly(envelope), await self._reader.readexactly(blobs)
        )

    def _look(self) -> None:
        """Kill it if it has reached a limit; else look again, for as long as the turn lasts."""
        try:
            if self._cpu_s() - self._cpu_began > self._limits.cpu_s:
                self._kill("cpu")
            elif self._process.memory_info().rss > self._limits.rss_bytes_max:
                self._kill("memory")
            else:
                self._watch = asyncio.get_running_loop().call_later(CHECK_S, self._look)
        except psutil.NoSuchProcess:
            return  # its socket has ended too, which ends the call

    def _kill(self, end: End) -> None:
        self._end = end
        self._process.kill()

    def _cpu_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def is_swollen(self) -> bool:
        """Whether it keeps more memory than an idle worker should."""
        try:
            return int(self._process.memory_info().rss) > SWOLLEN_BYTES
        except psutil.NoSuchProcess:
            return True

    async def close(self) -> None:
        """End it: a worker whose socket ends, ends; one that computes is killed."""
        self._writer.close()
        try:
            self._process.kill()
        except psutil.NoSuchProcess:
            return
