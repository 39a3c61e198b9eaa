"""A load of POSTs over keep-alive connections, as light as can be: raw sockets, ready bytes.

Prints how many were answered 202 a second.
"""

import asyncio
import itertools
import sys
import time
from pathlib import Path

import uvloop

REFERENCE = b"<FunctionalReferenceID>"


def request(path: str, key: str, body: bytes) -> tuple[bytes, bytes]:
    """One POST, ready to send, in two pieces: between them stands the declaration's reference."""
    before, _, rest = body.partition(REFERENCE)
    before, rest = before + REFERENCE, rest[rest.index(b"<") :]
    body = before + b"%014d" % 0 + rest
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + before, rest


async def connection(port: int, requests: list[tuple[bytes, bytes]], ends: float) -> int:
    """POST one after another, each with its own reference, until the time is up; how many."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < ends:
        before, rest = requests[done % len(requests)]
        writer.write(b"%s%014d%s" % (before, next(NUMBERS), rest))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(head.split(b"\r\n")[0].decode())
        done += 1
    writer.close()
    return done


NUMBERS = itertools.count(time.time_ns() % 10**13)


async def load(
    port: int, requests: list[tuple[bytes, bytes]], connections: int, seconds: float
) -> float:
    """Accepted POSTs a second over so many connections."""
    began = time.monotonic()
    ends = began + seconds
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(connection(port, requests[number::connections] or requests, ends))
            for number in range(connections)
        ]
    return sum(task.result() for task in tasks) / (time.monotonic() - began)


if __name__ == "__main__":
    where, path, key, seconds = sys.argv[1:5]
    ready = [request(path, key, file.read_bytes()) for file in sorted(Path(sys.argv[5]).iterdir())]
    print(uvloop.run(load(int(where), ready, 32, float(seconds))))
