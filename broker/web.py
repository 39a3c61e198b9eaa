"""The web application of a process: its doors, health, metrics and documentation.

Every fault becomes problem+json here; what is no fault of ours to name is a 500 that says
nothing, is logged by its kind, and counted.
"""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broker.delivery import registry_http
from broker.documentation import page
from broker.documentation.document import described
from broker.doors import fault_response, json_response, known_query
from broker.errors import BrokerError, NotFoundFault, RequestFault
from broker.logs import logger
from broker.metrics import METRICS

log = logger("web")

Probe = Callable[[], Awaitable[dict[str, str]]]
"""What is not ready, by name, each in a sentence; {} is ready."""


Door = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Health:
    """What readiness asks, and what metrics must be refreshed before they are shown.

    `kinds`: of the dossiers whose deliveries are documented.
    """

    probe: Probe
    refresh: Callable[[], Awaitable[None]]
    title: str = "Single Window broker"
    kinds: Sequence[str] = ()


def application(routers: Sequence[APIRouter], health: Health) -> FastAPI:
    """The application with these routes."""
    app = FastAPI(
        title=health.title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,  # a name may be empty by mistake; a listing is no answer to that
    )
    for router in routers:
        app.include_router(router)
    _operations(app, health)
    app.add_exception_handler(BrokerError, _on_fault)
    app.add_exception_handler(RequestValidationError, _on_malformed)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Guard)
    made = cache(partial(_described, app.openapi, health.kinds))
    setattr(app, "openapi", made)  # noqa: B010  the framework's hook
    return app


def _described(plain: Callable[[], dict[str, Any]], kinds: Sequence[str]) -> dict[str, Any]:
    """The framework's document with all that it does not know; made when it is first read."""
    return described(plain(), kinds)


def _operations(app: FastAPI, health: Health) -> None:
    async def livez() -> Response:
        """The process answers."""
        return json_response({"status": "alive"})

    async def readyz() -> Response:
        """The process can do its work; else 503 and what is missing."""
        missing = await health.probe()
        shown = {"status": "not ready" if missing else "ready", "missing": missing}
        return json_response(shown, 503 if missing else 200)

    async def metrics() -> Response:
        """Prometheus metrics."""
        await health.refresh()
        return Response(METRICS.exposition(), media_type="text/plain; version=0.0.4")

    async def docs() -> Response:
        """The documentation of these routes."""
        return page.page(health.title)

    async def start() -> Response:
        """What starts the viewer of the documentation."""
        return page.script()

    for path, endpoint in (("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_api_route(
            path, endpoint, tags=["operations"], response_class=Response,
            dependencies=[Depends(known_query)],
        )  # fmt: skip
    app.add_api_route(page.PATH, docs, include_in_schema=False)
    app.add_api_route(page.SCRIPT, start, include_in_schema=False)
    app.mount(page.ASSETS, page.assets())


def _route(request: Request) -> str:
    """The route's template: a path may hold ids, which are no labels."""
    route = request.scope.get("route")
    return getattr(route, "path", "none")


# These are coroutines although they await nothing: a plain function would be run in a thread.


async def _on_fault(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, BrokerError)
    if fault.http_status >= 500:
        log.warning("http.fault", code=fault.code, route=_route(request), method=request.method)
    response = fault_response(fault, _route(request), request.method)
    of_registry = request.url.path.startswith(f"{registry_http.PREFIX}/")
    return registry_http.refusal(fault) if of_registry else response


async def _on_malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(
        f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()
    )
    return fault_response(RequestFault(wrong), _route(request), request.method)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        fault: BrokerError = NotFoundFault("there is nothing at this path; see /docs")
        return fault_response(fault, "none", request.method)
    fault = RequestFault(str(error.detail).lower())
    response = fault_response(fault, _route(request), request.method, error.status_code)
    response.headers.update(error.headers or {})
    return response


class Guard:
    """A bug of ours becomes a 500 that says nothing; its text, which may hold a value, stays here.

    It stands inside the framework's own net, which would hand the text on to the server's log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer for it where nobody else does."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            if "\0" in scope.get("path", ""):  # no name has it, and no database takes it
                await _nobody_there(scope, receive, send)
                return
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # who went away in the middle of a request is told nothing
        except Exception as error:  # noqa: BLE001  the HTTP edge: log, count, say nothing
            request = Request(scope)
            # Its kind only: a traceback's last line is the text.
            log.error("http.bug", reason=type(error).__name__, route=_route(request))  # noqa: TRY400
            bug = BrokerError("the broker failed; the operators have been told")
            response = fault_response(bug, _route(request), request.method)
            if not begun:
                await response(scope, receive, send)


async def _nobody_there(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    fault = NotFoundFault("there is nothing of this name")
    await fault_response(fault, "unknown", request.method)(scope, receive, send)


class Access:
    """A line for each request: method, route, status, seconds. Never a path, which may hold ids."""

    def __init__(self, app: ASGIApp, ticks: Callable[[], float], doors: Container[str]) -> None:
        self._app = app
        self._ticks = ticks
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say how it ended; status 0: nothing was answered."""
        began, status = self._ticks(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            direct = scope["path"] in self._doors
            route = scope["path"] if direct else getattr(scope.get("route"), "path", "none")
            seconds = round(self._ticks() - began, 6)
            log.info("http.request", method=scope["method"], route=route, status=status,
                     seconds=seconds)  # fmt: skip


class Direct:
    """The doors that everything comes through, without the framework's detour.

    The application has the same doors with the same endpoints: what it does for a request that
    needs nothing of it (matching, dependencies, a dozen layers) costs as much as the receipt. Any
    other path and method goes to the application.
    """

    def __init__(self, app: ASGIApp, doors: Mapping[str, Door]) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST at one of the doors; pass everything else on."""
        door = self._doors.get(scope["path"]) if scope["type"] == "http" else None
        if door is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await door(request)
        except BrokerError as fault:
            if fault.http_status >= 500:
                log.warning("http.fault", code=fault.code, route=scope["path"], method="POST")
            response = fault_response(fault, scope["path"], "POST")
        await response(scope, receive, send)
