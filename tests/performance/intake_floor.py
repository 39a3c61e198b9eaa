"""The floor of intake: the same server, a bare handler that appends the bytes to the same log.

Nothing is authenticated, recognised or remembered; the answer comes when the append is durable.
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn

from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record

ANSWER = [(b"content-type", b"application/json"), (b"content-length", b"2")]


def application(file: SqliteFile) -> Any:
    """A bare ASGI application."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await file.append([Record("submissions.customs", "floor", {}, body)])
        await send({"type": "http.response.start", "status": 202, "headers": ANSWER})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


if __name__ == "__main__":
    log = SqliteFile(Path(sys.argv[1]))
    uvicorn.run(
        application(log), port=int(sys.argv[2]), log_config=None, access_log=False, lifespan="off"
    )
