"""The operators' doors over HTTP: keys, what is parked, and the trace of anything.

Rules
    An operator's key is checked before anything of a request is parsed. Whatever changes
    something leaves a row in `actions`: who, what, why. So does looking at what may hold a
    personal value: a trace (`trace.bodies`; without them `trace.read`, for problems name what was
    found and rows what they tested) and a parked record (`parked.read`). The row is on disk before
    the answer goes out.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from broker.access import Principal, digest_of_key
from broker.clock import secret, stamp
from broker.doors import Keyring, body_of, json_response, known_query
from broker.errors import ConflictFault, NotFoundFault, RequestFault
from broker.gate import Limit
from broker.hop import Plumbing
from broker.ledger import parking
from broker.ledger.parking import Decided, Decision
from broker.ledger.trace import Asked, trace
from broker.state import actions, configurations, keys

BODY_BYTES_MAX = 10_000
BODY = Limit("operator_body_bytes", BODY_BYTES_MAX, "the operators' doors")
WHY_CHARACTERS_MAX = 500

Done = TypeVar("Done")


def fresh_key() -> str:
    """A new access key: 256 random bits."""
    return f"swb_{secret()}"


class Operators:
    """What the operators' doors need; `running` is the digest of the configuration in force."""

    def __init__(self, plumbing: Plumbing, keyring: Keyring, running: str) -> None:
        self._plumbing = plumbing
        self._keyring = keyring
        self._running = running

    async def who(self, request: Request) -> Principal:
        """The operator whose key it is."""
        principal = await self._keyring.who(request)
        principal.must_be("operator")
        return principal

    async def issue(self, request: Request) -> Response:
        """Issue a key to a sender, recipient or operator: `{"name": "..."}`; shown this once."""
        operator = await self.who(request)
        name = _text(await _json(request), "name")
        known = self._keyring.principals
        if name not in known:
            raise RequestFault(f"{name[:60]!r} is nobody here; known: {', '.join(sorted(known))}")
        key, at = fresh_key(), self._now()

        def work(connection: Connection) -> None:
            issue_key(connection, (name, key), operator.name, at)

        await self._written(work)
        return json_response({"name": name, "key": key, "issued_at": at}, 201)

    async def keys(self, request: Request) -> Response:
        """Every key that was issued, by its name and the beginning of its digest."""
        await self.who(request)
        return json_response({"keys": await self._plumbing.database.read(keys.listed)})

    async def revoke(self, request: Request, name: str) -> Response:
        """Revoke all keys of a name; from now on they are unknown."""
        operator = await self.who(request)
        at = self._now()

        def work(connection: Connection) -> int:
            return revoke_keys(connection, (name, self._operators()), operator.name, at)

        count = await self._written(work)
        self._keyring.known = await self._plumbing.database.read(keys.live)
        return json_response({"name": name, "revoked": count})

    async def parked(self, request: Request, state: str) -> Response:
        """What waits for a person, and what did."""
        await self.who(request)
        wanted = None if state == "all" else state
        rows = await self._plumbing.database.read(partial(parking.listed, state=wanted))
        return json_response({"parked": rows})

    async def parked_one(self, request: Request, name: str) -> Response:
        """One parked thing: its reason, its headers, what was done about it; never its bytes."""
        operator = await self.who(request)
        found = await self._plumbing.database.read(partial(parking.one, name=name))
        await self._noted(operator, "parked.read", name)
        return json_response(found)

    async def decide(self, request: Request, name: str, decision: Decision) -> Response:
        """Resume or discard what is parked."""
        operator = await self.who(request)
        why = _text(await _json(request), "why")
        database = self._plumbing.database
        decided = Decided(name, decision, operator.name, why, self._now(), self._running)
        state = await self._written(partial(parking.decide, database=database, decided=decided))
        self._plumbing.queued.ring()
        return json_response({"parked": name, "decision": decision, "state": state}, 202)

    async def trace(self, request: Request, name: str, *, bodies: bool) -> Response:
        """The whole road of an id or reference."""
        operator = await self.who(request)
        asked = Asked(name, bodies, self._running)
        found = await self._plumbing.database.read(partial(trace, asked=asked))
        await self._noted(operator, "trace.bodies" if bodies else "trace.read", name)
        return json_response(found)

    async def _noted(self, operator: Principal, what: str, target: str) -> None:
        """Record what an operator looked at."""
        at = self._now()

        def looked(connection: Connection) -> None:
            actions.put(connection, at, operator.name, what, target=target, why="")

        await self._written(looked)

    async def _written(self, work: Callable[[Connection], Done]) -> Done:
        """Do this in a transaction that proves the configuration. SupersededFault: it is older."""

        def proven(connection: Connection) -> Done:
            configurations.must_be_newest(connection, self._plumbing.configuration)
            return work(connection)

        return await self._plumbing.database.write(proven)

    def _operators(self) -> frozenset[str]:
        return operators_of(self._keyring.principals)

    def _now(self) -> str:
        return stamp(self._plumbing.clock.now())


def issue_key(connection: Connection, issued: tuple[str, str], who: str, at: str) -> None:
    """Store the digest of a key that is issued as (name, key), and who issued it."""
    name, key = issued
    keys.put(connection, digest_of_key(key), name, at)
    actions.put(connection, at, who, "keys.issue", target=name, why="")


def operators_of(known: Mapping[str, Principal]) -> frozenset[str]:
    """The names that an operator's key may have."""
    return frozenset(name for name, principal in known.items() if principal.role == "operator")


def revoke_keys(
    connection: Connection, revoked: tuple[str, frozenset[str]], who: str, at: str
) -> int:
    """Revoke all keys of a name, given with the names of all operators.

    NotFoundFault: it has none in force. ConflictFault: no operator would have one after it.
    """
    name, operators = revoked
    holders = keys.holders(connection)
    if name not in holders:
        raise NotFoundFault(f"{name[:60]!r} has no key in force; see 'swb keys list'")
    if name in operators and not (holders - {name}) & operators:
        raise ConflictFault(
            f"{name[:60]!r} is the only operator with a key in force; without it no key can "
            "be issued: first issue a key to another of the operators in broker.yaml"
        )
    count = keys.revoke(connection, name, at)
    actions.put(connection, at, who, "keys.revoke", target=name, why="")
    return count


async def _json(request: Request) -> dict[str, Any]:
    try:
        said = orjson.loads(await body_of(request, BODY))
    except orjson.JSONDecodeError as error:
        raise RequestFault("the body is no JSON") from error
    if not isinstance(said, dict):
        raise RequestFault("the body must be a JSON object")
    return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= WHY_CHARACTERS_MAX or "\0" in text:
        raise RequestFault(f"{name!r} must be a text of 1 to {WHY_CHARACTERS_MAX} characters")
    return text


def router(plumbing: Plumbing, keyring: Keyring, running: str) -> APIRouter:
    """The operators' routes; `running` is the digest of the configuration in force."""
    doors = Operators(plumbing, keyring, running)
    # The key first: a dependency of the router runs before any parameter is looked at.
    routes = APIRouter(tags=["operators"], dependencies=[Depends(doors.who), Depends(known_query)])

    async def parked(
        request: Request,
        state: Literal["parked", "resumed", "discarded", "all"] = "parked",
    ) -> Response:
        """What waits for a person, newest first; state `all`: what was settled too."""
        return await doors.parked(request, state)

    async def resume(request: Request, name: str) -> Response:
        """Work it again: `{"why": "..."}`, which is kept."""
        return await doors.decide(request, name, "resume")

    async def discard(request: Request, name: str) -> Response:
        """Give it up, and tell its sender: `{"why": "..."}`, which is kept."""
        return await doors.decide(request, name, "discard")

    async def read_trace(
        request: Request, name: str, *, bodies: Annotated[bool, Query()] = False
    ) -> Response:
        """Who was told what, when, by which row and law; who was not, and what failed.

        `name` is any id, or a reference as VALUE or SCHEME=VALUE. With `bodies` the documents,
        answers and deliveries themselves are shown. Who looked is recorded, with or without.
        """
        return await doors.trace(request, name, bodies=bodies)

    for path, method, endpoint, summary in (
        ("/v1/keys", "POST", doors.issue, "Issue a key"),
        ("/v1/keys", "GET", doors.keys, "Keys that were issued"),
        ("/v1/keys/{name}", "DELETE", doors.revoke, "Revoke the keys of a name"),
        ("/v1/parked", "GET", parked, "What waits for a person"),
        ("/v1/parked/{name}", "GET", doors.parked_one, "One parked thing"),
        ("/v1/parked/{name}/resume", "POST", resume, "Resume what is parked"),
        ("/v1/parked/{name}/discard", "POST", discard, "Discard what is parked"),
        ("/v1/trace/{name:path}", "GET", read_trace, "The whole road of an id or reference"),
    ):
        routes.add_api_route(
            path, endpoint, methods=[method], summary=summary, response_class=Response
        )
    return routes
