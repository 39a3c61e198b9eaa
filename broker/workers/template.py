"""The process that workers are forked from: adapters are loaded once, a fork takes milliseconds.

It has one thread, so that a fork copies no lock that another thread holds. It ends, with all its
workers, when its socket to the broker ends, however the broker ended.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from broker.adapter import Adapter
from broker.clock import cpu_s
from broker.configuration import installed_families
from broker.workers.frames import HEAD, decode, encode
from broker.workers.jobs import Jobs
from broker.workers.links import READY

PID_BYTES = 8
FIRST_TO_GO = "1000"
"""When memory runs out on the machine, the kernel ends a worker and not the broker."""


def main() -> None:
    """Fork a worker for each socket that the broker hands over."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers leave nothing behind
    adapters = {
        one.format: one for family in installed_families().values() for one in family.adapters
    }
    gc.collect()
    gc.freeze()
    control.sendall(READY)
    while True:
        told, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not told:
            os.killpg(0, signal.SIGKILL)
        pid = os.fork()
        if pid == 0:
            control.close()
            _work(socket.socket(fileno=sockets[0]), adapters)
            os._exit(0)
        os.close(sockets[0])
        control.sendall(pid.to_bytes(PID_BYTES, "big"))


def _work(broker: socket.socket, adapters: Mapping[str, Adapter]) -> None:
    """Answer commands until the broker closes the socket."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    jobs = Jobs(adapters, cpu_s)
    with contextlib.suppress(OSError, EOFError), broker.makefile("rb") as stream:
        while True:
            envelope, blobs = HEAD.unpack(_exactly(stream, HEAD.size))
            command = decode(_exactly(stream, envelope), _exactly(stream, blobs))
            answer = jobs.answer(command)
            for part in encode(answer) if answer is not None else ():
                broker.sendall(part)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    read = stream.read(size)
    if len(read) < size:
        raise EOFError
    return read


if __name__ == "__main__":
    main()
