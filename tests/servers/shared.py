"""One server for a whole run of tests, however many workers share the run.

Rules
    The first worker that asks starts it, under a lock; the others read where it is from a file in
    the folder that all workers of the run have in common.
    The server belongs to the process that leads the run and ends with it, not with the worker that
    started it (`leash`): no worker has to be the last.
    What a server cannot survive (a kill, a pause) is done to a server of one's own, never to this;
    so the shared PostgreSQL need not wait for the disk.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.kafka import Kafka
from tests.servers.leash import Leash, ServerMissing
from tests.servers.postgres import Postgres


@contextlib.contextmanager
def real_server() -> Iterator[None]:
    """A server that cannot be had here: skipped with the reason, in CI a failure."""
    try:
        yield
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def run_folder(temporary: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run have in common, and no other run."""
    mine = temporary.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


def run_leader() -> int:
    """The process that ends last: who distributes tests to workers, or this one if alone."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def shared(place: Path, start: Callable[[], tuple[str, Leash]]) -> str:
    """The address of the server known at `place`; started when there is none, or none any more."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            known = json.loads(place.read_text())
            if Path(f"/proc/{known['process']}").exists():
                return str(known["address"])
        address, leash = start()
        # It holds a password: for nobody else on the machine.
        place.touch(mode=0o600)
        place.write_text(json.dumps({"address": address, "process": leash.pid}))
        return address


def kafka_of_the_run(folder: Path) -> str:
    """The bootstrap address of the run's single node."""

    def start() -> tuple[str, Leash]:
        server = Kafka(owner=run_leader()).__enter__()
        return server.bootstrap, server.process()

    return shared(folder / "kafka.json", start)


def postgres_of_the_run(folder: Path) -> str:
    """The URL of the run's PostgreSQL, for a user who may create databases."""

    def start() -> tuple[str, Leash]:
        server = Postgres(owner=run_leader(), relaxed=True).__enter__()
        assert server.leash is not None
        return server.administration, server.leash

    return shared(folder / "postgres.json", start)
