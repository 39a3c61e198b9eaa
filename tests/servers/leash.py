"""Processes of the test servers: none outlives the tests that asked for it.

    leash = Leash(["postgres", "-D", "..."], log, owner=os.getpid())
    leash.send(signal.SIGSTOP)
    leash.end(signal.SIGKILL)

Rules
    Between owner and server stands a guardian, this file run as a script. It kills the server when
    the owner is gone, however it went, and is itself followed into death by the server. A plain
    parent-death signal on the server would not do: it fires when the *thread* that started the
    server ends, and a server shared by a run must outlive the worker that happened to start it.
    The guardian adopts what the server leaves behind: when `end` returns, the server's children are
    gone as well, with their locks and shared memory.

Does not belong here: what a server is called with, and when it is ready (`kafka`, `postgres`).
"""

import ctypes
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36
TAIL_BYTES = 4000


class ServerMissing(Exception):
    """This machine cannot run the server: says what is absent. Tests are skipped, or fail in CI."""


class ServerFailed(Exception):
    """The server is there and does not do what it should: holds the tail of its log."""


class Leash:
    """One running server; `owner` is the process it may not outlive, by default this one.

    `user` is whom the server runs as; `folder` is removed when the owner is gone.
    """

    def __init__(
        self,
        command: list[str],
        log: Path,
        *,
        owner: int | None = None,
        user: str | None = None,
        folder: Path | None = None,
    ) -> None:
        self.log = log
        guardian = [sys.executable, "-I", "-S", __file__, str(owner or os.getpid())]
        with log.open("ab") as output:
            self.guardian = subprocess.Popen(
                [*guardian, user or "", str(folder or ""), *command],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        assert self.guardian.stdout is not None
        with self.guardian.stdout as said:
            answer = said.readline()
        if not answer:
            self.guardian.wait()
            raise ServerFailed(f"{command[0]} could not be started: {self.tail()}")
        self.pid = int(answer)

    def runs(self) -> bool:
        """Whether the server is there; a stopped (SIGSTOP) one is."""
        return self.guardian.poll() is None

    def send(self, number: int) -> None:
        """Send a signal to the server, if it is there."""
        if self.runs():
            os.kill(self.pid, number)

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send a signal and wait until the server and its children are gone."""
        from tests.limits import HANG_S  # the guardian is this file alone

        self.send(number)
        try:
            self.guardian.wait(HANG_S)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.guardian.wait(HANG_S)

    def tail(self) -> str:
        """The end of what the server said."""
        return self.log.read_bytes()[-TAIL_BYTES:].decode(errors="replace")


def guard(owner: int, user: str, folder: str, command: list[str]) -> int:
    """Run a server until it ends or its owner does; then nothing of it is left."""
    libc = ctypes.CDLL(None)
    libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    watched = os.pidfd_open(owner)
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr,
        # Set after the change of user, which would clear it; a guardian has one thread only.
        preexec_fn=lambda: libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0),  # noqa: PLW1509
        user=user or None, group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )  # fmt: skip
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    select.select([watched, os.pidfd_open(server.pid)], [], [])
    owner_is_gone = bool(select.select([watched], [], [], 0)[0])
    if owner_is_gone:
        server.kill()
    code = server.wait()
    kill_children()
    if owner_is_gone and folder:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def kill_children() -> None:
    """Kill and await the orphans that came to us when the server ended."""
    while True:
        for child in children(os.getpid()):
            os.kill(child, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def children(parent: int) -> list[int]:
    """The processes whose parent is this one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold blanks: the fields are counted after it.
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


if __name__ == "__main__":
    sys.exit(guard(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
