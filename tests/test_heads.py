"""The head of a request is bounded before any key is checked."""

import asyncio

import uvicorn

from broker.heads import HEAD_BYTES_MAX, BoundedHead
from tests.limits import HANG_S


async def app(_scope, _receive, send):
    """Answer everything."""
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def answered(pieces):
    """The first line of the server's answer to these pieces, sent one after another."""
    config = uvicorn.Config(app, port=0, http=BoundedHead, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        async with asyncio.timeout(HANG_S):
            return (await reader.readline()).decode().strip()
    finally:
        writer.close()
        await server.shutdown()


def test_a_head_without_end_is_refused():
    """Headers beyond the limit close the connection with 431."""
    line = b"X-Filler: " + b"a" * 1000 + b"\r\n"
    pieces = [b"GET / HTTP/1.1\r\nHost: x\r\n", *[line * 16] * (HEAD_BYTES_MAX // 16_000 + 2)]
    assert asyncio.run(answered(pieces)) == (
        "HTTP/1.1 431 Request Header Fields Too Large"
    )  # fmt: skip


def test_a_large_body_is_no_head():
    """A body larger than the limit, sent in pieces behind its head, is passed on."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
    pieces = [head, *[b"a" * 50_000] * 4]
    assert asyncio.run(answered(pieces)) == "HTTP/1.1 204 No Content"


def test_a_head_in_pieces_is_taken():
    """A small head may come byte by byte."""
    head = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    assert asyncio.run(answered([head[i : i + 1] for i in range(len(head))])).endswith(
        "204 No Content"
    )
