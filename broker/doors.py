"""What every HTTP door shares: who asks, the body within its limit, and faults as problem+json.

The key is checked before anything else of a request is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response

from broker.access import Principal, digest_of_key, who
from broker.errors import (
    RETRY_AFTER_S,
    BrokerError,
    BusyFault,
    LineFault,
    RequestFault,
    TooLargeFault,
    UnsupportedFault,
)
from broker.gate import Gate, Limit, Passage
from broker.hop import Plumbing
from broker.metrics import METRICS
from broker.state import keys

SHOWN_CHARACTERS = 60
"""Of a name that is not known."""
IGNORED = "x-ignored-query-parameters"
"""In a door's documentation: query parameters that are known, and choose nothing here."""
COUNTED = "broker.counted"
"""In a request's scope: it is counted already."""
KEYS_AGAIN_S = 5.0
"""How long a key that another process has revoked may still open a door here."""


@dataclass(slots=True)
class Keyring:
    """The keys in force, read again when one is not known, and every so often."""

    plumbing: Plumbing
    principals: Mapping[str, Principal]
    known: Mapping[str, str]
    read_at: float = float("-inf")
    gate: Gate | None = None
    """Counts the requests of each holder; None: nothing is counted."""

    async def who(self, request: Request) -> Principal:
        """The holder of the request's key. AccessFault: unknown. BusyFault: too many requests."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        given = key.strip() if scheme.lower() == "bearer" else ""
        ticks = self.plumbing.clock.ticks()
        aged = ticks - self.read_at > KEYS_AGAIN_S
        if given and (aged or digest_of_key(given) not in self.known):
            self.known = await self.plumbing.database.read(keys.live)
            self.read_at = ticks
        principal = who(given, self.known, self.principals)
        if self.gate is not None and COUNTED not in request.scope:  # a door may ask twice
            request.scope[COUNTED] = True
            self.gate.admit(principal)
        return principal


async def body_of(request: Request, limit: Limit, passage: Passage | None = None) -> bytes:
    """The whole body. TooLargeFault beyond the limit, UnsupportedFault if it is encoded.

    `passage` is asked before bytes are read: with a Content-Length before all of them, otherwise
    before each chunk is kept. BusyFault: not now.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedFault("Content-Encoding is not taken; send the bytes as they are")
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise RequestFault("Content-Length is no number")
    asked = int(declared[:18])
    if asked > limit.value:
        raise _too_large(limit)
    if passage is not None and asked:
        await passage.take(asked, declared=True)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit.value:
            raise _too_large(limit)
        if passage is not None and size > asked:
            await passage.take(size - asked, declared=False)
            asked = size
        chunks.append(chunk)
    if not size:
        raise RequestFault("the body is empty; send the bytes of the message")
    return b"".join(chunks)


def _too_large(limit: Limit) -> TooLargeFault:
    return TooLargeFault(
        f"at most {limit.value} bytes are taken: the limit {limit.name} ({limit.set_by}); "
        "split the file",
        limit.shown(),
    )


async def known_query(request: Request) -> None:
    """RequestFault: the query has a parameter that the door does not document. For FastAPI.

    A misspelt one would be ignored in silence, and a whole feed read for a page of it.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    known = [one.alias for one in route.dependant.query_params]
    no_other_query(request, [*known, *(route.openapi_extra or {}).get(IGNORED, ())])


def no_other_query(request: Request, known: Sequence[str] = ()) -> None:
    """RequestFault: the query has a parameter beside those that are known."""
    if not request.scope["query_string"]:
        return  # the doors that everything comes through parse nothing
    for name in request.query_params:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise RequestFault(
                f"query parameter {name[:SHOWN_CHARACTERS]!r} is not known to this door; {takes}"
            )


def content_type_of(request: Request) -> str:
    """The media type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def traceparent_of(request: Request) -> str:
    """The caller's W3C trace, if it is well-formed, else "": intake begins one."""
    given = request.headers.get("traceparent", "")
    parts = given.split("-")
    if [len(part) for part in parts] == [2, 32, 16, 2] and _is_hex("".join(parts)):
        return given
    return ""


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


def json_response(content: object, status: int = 200) -> Response:
    """JSON, as bytes."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def fault_response(
    fault: BrokerError, route: str, method: str, status: int | None = None
) -> Response:
    """A fault as RFC 9457 problem details; `status` where the fault's own is too coarse."""
    status = status or fault.http_status
    METRICS.http.labels(route, method, str(status)).inc()
    shown: dict[str, object] = {
        "type": f"urn:single-window-broker:{fault.code}",
        "title": fault.code,
        "status": status,
        "detail": str(fault),
        "code": fault.code,
    }
    if isinstance(fault, LineFault):
        shown["shared"] = fault.shared
    if isinstance(fault, BusyFault | TooLargeFault) and fault.limit is not None:
        shown["limit"] = fault.limit
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(fault, BusyFault):
        headers["Retry-After"] = str(fault.retry_after_s)
    elif status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Response(orjson.dumps(shown), status, headers, media_type="application/problem+json")
