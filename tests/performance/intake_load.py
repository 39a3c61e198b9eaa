"""A load of POSTs over keep-alive connections, as light as can be: raw sockets, ready bytes.

Prints how many were answered 202 a second.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop


def request(path: str, key: str, body: bytes) -> bytes:
    """One POST, ready to send."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def connection(port: int, requests: list[bytes], ends: float) -> int:
    """POST one after another until the time is up; how many were accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < ends:
        writer.write(requests[done % len(requests)])
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


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> float:
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
