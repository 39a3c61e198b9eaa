"""(a) Intake: accepted POSTs a second over 32 connections, beside its floor."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, median

from broker.configuration import installed_families

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


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


def accepted(port: int, path: str, key: str, bodies: Path, seconds: float) -> float:
    """One round of load."""
    done = subprocess.run(
        [sys.executable, str(HERE / "intake_load.py"), str(port), path, key, str(seconds),
         str(bodies)],
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


def figures(seconds: float, rounds: int) -> Iterator[Figure]:
    """Floor, doors alone and whole broker in turns; a ratio is the median of the rounds'."""
    compose = installed_families()["customs"].samples["declaration"]
    with tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder, "bodies")
        bodies.mkdir()
        for number in range(64):
            (bodies / f"{number}.xml").write_bytes(compose(items=1, number=number, seed=1))
        swb = [str(Path(sys.executable).parent / "swb")]
        alone, data = Path(folder, "alone"), Path(folder, "broker")
        keys = {"floor": "none", "doors": issued(swb, alone), "whole": issued(swb, data)}
        path = "/v1/submissions"
        servers = {
            "floor": [sys.executable, str(HERE / "intake_floor.py"), str(Path(folder, "floor"))],
            "doors": [sys.executable, str(HERE / "intake_doors.py"), str(alone)],
            "whole": [*swb, "serve", "--data", str(data), "--port"],
        }
        rates: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, command in servers.items():
                port = free_port()
                with running([*command, str(port)], port):
                    rates[name].append(accepted(port, path, keys[name], bodies, seconds))
    bare = rates["floor"]
    for name, what, aim in (
        ("doors", "intake, 32 connections", ">= 0.6"),
        ("whole", "the same, with the whole road at work in the same process", "-"),
    ):
        ratio = median([ours / floor for ours, floor in zip(rates[name], bare, strict=True)])
        yield Figure(what, ratio, aim, f"{median(rates[name]):,.0f} POST/s",
                     f"{median(bare):,.0f} POST/s")  # fmt: skip
