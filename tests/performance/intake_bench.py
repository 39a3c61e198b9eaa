"""(a) Intake: accepted POSTs a second over 32 connections, beside its floor.

Also of a broker whose pipeline is at work: it begins with a backlog of declarations, which must
outlast the load.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from figures import Figure, median
from road_bench import lodged
from road_loads import FORWARDER, Load

from broker.configuration import installed_families, read

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WORKED = r'^swb_hop_messages_total{station="core"} ([\d.e+]+)$'
BACKLOG_PER_S, START_S = 200, 8
"""More than the pipeline works in a second, and how long before the load it may begin with that."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """The id of a process that listens on the port, ended with SIGTERM."""
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, f"{command} has ended"
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def accepted(port: int, key: str, bodies: Path, seconds: float) -> float:
    """One round of load."""
    done = subprocess.run(
        [sys.executable, str(HERE / "intake_load.py"), str(port), "/v1/submissions", key,
         str(seconds), str(bodies)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def issued(swb: list[str], data: Path, sender: str = "lantern-forwarding") -> str:
    """A sender's key of this data folder."""
    done = subprocess.run(
        [*swb, "keys", "issue", sender, "--data", str(data)],
        cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    return done.stdout.split()[-1]


def backlog(swb: list[str], folder: Path, seconds: float) -> tuple[str, int]:
    """A data folder with declarations of ten items before translation; a key, and how many."""
    key = issued(swb, folder)
    load = Load("backlog", *FORWARDER, items=10, count=int(BACKLOG_PER_S * (seconds + START_S)))
    asyncio.run(lodged(folder, read(ROOT / "config"), load, load.sample))
    return key, load.count


def worked(port: int) -> float:
    """How many messages the core of the broker at this port has worked."""
    shown = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    return sum(float(count) for count in re.findall(WORKED, shown, re.MULTILINE))


def rate_of(command: list[str], key: str, bodies: Path, seconds: float) -> float:
    """Accepted POSTs a second at a server of its own."""
    port = free_port()
    with running([*command, str(port)], port):
        return accepted(port, key, bodies, seconds)


def rates_at_work(
    command: list[str], waiting: tuple[str, int], bodies: Path, seconds: float
) -> tuple[float, float]:
    """The same while the core gets events of the backlog all the time; and how many a second."""
    key, count = waiting
    port = free_port()
    with running([*command, str(port)], port):
        while not (before := worked(port)):
            time.sleep(0.05)
        rate = accepted(port, key, bodies, seconds)
        after = worked(port)
    assert before < after < count, f"from {before} to {after} of {count} that waited"
    return rate, (after - before) / seconds


def figures(seconds: float, rounds: int) -> Iterator[Figure]:
    """Floor, doors alone and whole broker in turns; a ratio is the median of the rounds'."""
    compose = installed_families()["customs"].samples["declaration"]
    with tempfile.TemporaryDirectory() as folder:
        bodies, alone, data, behind = (
            Path(folder, name) for name in ("bodies", "alone", "broker", "backlog")
        )
        bodies.mkdir()
        for number in range(64):
            (bodies / f"{number}.xml").write_bytes(compose(items=1, number=number, seed=1))
        swb = [str(Path(sys.executable).parent / "swb")]
        floor = [sys.executable, str(HERE / "intake_floor.py"), str(Path(folder, "floor"))]
        doors = [sys.executable, str(HERE / "intake_doors.py"), str(alone)]
        whole = [*swb, "serve", "--data", str(data), "--port"]
        key, waiting = issued(swb, alone), backlog(swb, behind, seconds)
        runs = []
        for _ in range(rounds):
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(behind, data)
            bare, mine = (rate_of(one, key, bodies, seconds) for one in (floor, doors))
            runs.append((bare, mine, *rates_at_work(whole, waiting, bodies, seconds)))
    bare, mine, beside, road = (median([run[at] for run in runs]) for at in range(4))
    what = f"a backlog is worked in the same process, {road:,.0f} declarations of 10 items a second"
    yield Figure("intake, 32 connections", median([run[1] / run[0] for run in runs]), ">= 0.6",
                 f"{mine:,.0f} POST/s", f"{bare:,.0f} POST/s")  # fmt: skip
    yield Figure(f"the same, while {what}", median([run[2] / run[0] for run in runs]), ">= 0.15",
                 f"{beside:,.0f} POST/s", f"{bare:,.0f} POST/s")  # fmt: skip
