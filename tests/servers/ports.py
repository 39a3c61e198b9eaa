"""Ports for test servers that stay theirs while a server is down between a kill and a restart.

Rules
    Never from the range the kernel gives to outgoing connections: a client that dials a dead port
    of that range again and again ends up connected to itself, and the server cannot have its port
    back.
    A port is claimed by a name in the kernel (an abstract unix socket) that goes with the process,
    so two workers that look at the same moment find different ports.
"""

import contextlib
import random
import socket
from pathlib import Path

LOWEST = 12_000
TRIES = 500


class Port:
    """A port on 127.0.0.1, ours as long as this object lives."""

    def __init__(self) -> None:
        outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        draw = random.SystemRandom()
        for _ in range(TRIES):
            number = draw.randrange(LOWEST, max(outgoing, LOWEST + 1000))
            claim = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError), socket.socket() as probe:
                claim.bind(f"\0single-window-test-port-{number}")
                probe.bind(("127.0.0.1", number))
                self.number, self.claim = number, claim
                return
            claim.close()
        raise OSError(f"no free port between {LOWEST} and {outgoing}")

    def release(self) -> None:
        """Let others have it."""
        self.claim.close()
