"""A load of declarations for a cluster: each once, with its sender's key, at a rate or at once.

    cluster_load.py PORT BODIES CONNECTIONS RATE

BODIES is a folder of files named NUMBER.SENDER, sent in that order; RATE 0: as fast as the
connections go. SIGTERM ends it early. Prints a JSON list of [submission, due or sent at, answered
at].
"""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import uvloop

Told = tuple[str, float, float]


async def connection(port: int, left: list[tuple[float, bytes]]) -> list[Told]:
    """POST what is next, again and again, until nothing is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = []
    while left:
        due, request = left.pop()
        wait = due - time.time()
        if wait > 0:
            await asyncio.sleep(wait)
        sent = due or time.time()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = [line.split(b":", 1) for line in head.lower().split(b"\r\n") if b":" in line]
        body = await reader.readexactly(int(dict(lines)[b"content-length"]))
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"{head.decode()}{body.decode()}")
        answer: dict[str, Any] = orjson.loads(body)
        told.append((answer.get("submission", ""), sent, time.time()))
    writer.close()
    return told


def request(path: Path) -> bytes:
    """One POST, ready to send."""
    body, sender = path.read_bytes(), path.suffix[1:]
    head = (
        f"POST /v1/submissions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer key-{sender}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(port: int, requests: list[bytes], connections: int, rate: float) -> list[Told]:
    """Every request once."""
    begin = time.time()
    left = [(begin + number / rate if rate else 0.0, one) for number, one in enumerate(requests)]
    left.reverse()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, left.clear)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(connection(port, left)) for _ in range(connections)]
    return sorted((one for task in tasks for one in task.result()), key=lambda one: one[1])


if __name__ == "__main__":
    ready = [request(path) for path in sorted(Path(sys.argv[2]).iterdir())]
    answers = uvloop.run(load(int(sys.argv[1]), ready, int(sys.argv[3]), float(sys.argv[4])))
    print(orjson.dumps(answers).decode())
