"""A request to an ASGI application in this loop, without a network."""

from collections.abc import Mapping
from typing import Any


async def asked(
    app: Any, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """Status and body of one request."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    given = [{"type": "http.request", "body": body, "more_body": False}]
    status, chunks = 0, list[bytes]()

    async def receive() -> dict[str, Any]:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(chunks)
