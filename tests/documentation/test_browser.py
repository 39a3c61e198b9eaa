"""`/docs` in a real browser: it shows every door, and a call can be tried."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from tests.broker_in_process import OPERATOR, Broker, in_process, story
from tests.documentation.published import operations_of
from tests.limits import HANG_S
from tests.servers.chromium import browser

HANG_MS = HANG_S * 1000


@asynccontextmanager
async def listening(broker: Broker) -> AsyncIterator[str]:
    """The broker on a free port; its address."""
    config = uvicorn.Config(broker.client._transport.app, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.ensure_future(server.serve(sockets=[door]))
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def visited(program, broker):
    """The page of the documentation, and what it loaded and complained of."""
    async with listening(broker) as url, browser(program) as opened:
        page = await opened.new_page()
        page.set_default_timeout(HANG_MS)
        loaded, complaints = [], []
        page.on("request", lambda request: loaded.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{url}/docs")
        await page.locator(".opblock").first.wait_for()
        yield page, [url, loaded, complaints]


@story
async def test_every_visitor_sees_every_door(chromium):
    """No error is shown, the policy of the page stops nothing, and all comes from the broker."""
    async with in_process() as broker, visited(chromium, broker) as (page, seen):
        url, loaded, complaints = seen
        document = (await broker.call("GET", "/openapi.json")).json()
        assert await page.locator(".opblock").count() == len(operations_of(document))
        assert await page.locator(".errors-wrapper").count() == 0
        assert complaints == []
        assert all(one.startswith(f"{url}/") for one in loaded)


@story
async def test_a_call_can_be_tried_with_a_key(chromium):
    """Without a key it is 401; with one that is entered the door answers, in the page itself."""
    async with in_process() as broker, visited(chromium, broker) as (page, seen):
        door = page.locator("#operations-operators-list_keys")
        await door.locator(".opblock-summary-control").click()
        await door.locator(".execute").click()
        answer = door.locator(".live-responses-table .response").first
        await answer.get_by_text("access.key-unknown").first.wait_for()
        assert (await answer.locator(".response-col_status").inner_text()).startswith("401")
        await page.locator(".btn.authorize").click()
        await page.locator(".auth-container input").fill(f"key-{OPERATOR}")
        await page.locator(".auth-btn-wrapper .authorize").click()
        await page.locator(".auth-btn-wrapper .btn-done").click()
        await door.locator(".execute").click()
        await answer.get_by_text(OPERATOR).first.wait_for()
        assert (await answer.locator(".response-col_status").inner_text()).startswith("200")
        assert [one for one in seen[2] if "401" not in one] == []
