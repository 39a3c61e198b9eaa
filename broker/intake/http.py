"""The doors over HTTP: submissions from senders, responses from agencies.

Order of a request: the key and how many requests it has made; the family; the content type; what
its sender has in flight; the body within its limits; which format it seems to be; then one
transaction, and the receipt. Nothing is parsed here beyond what
recognition looks at: translation judges.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from broker.access import Principal
from broker.adapter import Adapter
from broker.clock import stamp
from broker.configuration import Configuration
from broker.doors import (
    Keyring,
    body_of,
    content_type_of,
    json_response,
    no_other_query,
    traceparent_of,
)
from broker.errors import (
    ConflictFault,
    ForbiddenFault,
    NotFoundFault,
    RequestFault,
    UnsupportedFault,
)
from broker.formats import choose, uses_of
from broker.gate import Gate, Passage
from broker.hop import Plumbing
from broker.intake.accept import Acceptance, Arrival, Receipt
from broker.intake.reuse import is_other, number_in
from broker.metrics import METRICS
from broker.state import answer_ids, queue

KEY_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one principal may send: adapters, formats by content type, profiles by format.

    What recognises the bytes best determines the topic that carries them; translation chooses the
    format of each message.
    """

    adapters: tuple[Adapter, ...]
    takes: Mapping[str, tuple[str, ...]]
    profiles: Mapping[str, str]


class Doors:
    """What the doors need; one for a process."""

    def __init__(
        self,
        configuration: Configuration,
        plumbing: Plumbing,
        keyring: Keyring,
        acceptance: Acceptance,
        gate: Gate,
    ) -> None:
        self._configuration = configuration
        self._plumbing = plumbing
        self._keyring = keyring
        self._acceptance = acceptance
        self._gate = gate
        self._desks: dict[str, _Desk] = {}
        kinds = configuration.kinds.values()
        self._schemes = {scheme.name for kind in kinds for scheme in kind.schemes}

    @property
    def posts(self) -> dict[str, Callable[[Request], Awaitable[Response]]]:
        """The doors by their path."""
        return {"/v1/submissions": self.submissions, "/v1/responses": self.responses}

    def bodies(self, *, agency: bool) -> dict[str, Any]:
        """What a door takes, as OpenAPI says it: media types, and the schemas where there are."""
        known: dict[str, list[Any]] = {}
        for family in self._configuration.families.values():
            for adapter in family.adapters:
                if (adapter.family == "agency") is agency:
                    for kind in adapter.content_types:
                        shown = family.schemas.get(kind, {})
                        one = known.setdefault(kind, [])
                        one += [each for each in _alternatives(shown) if each not in one]
        content = {kind: {"schema": _any_of(schemas)} for kind, schemas in known.items()}
        return {"requestBody": {"required": True, "content": content}}

    async def submissions(self, request: Request) -> Response:
        """Lodge a submission: the bytes of a message in any format of your families.

        202 with a receipt once it is durable; 200 with the first receipt for a known
        `Idempotency-Key`; 409 if that key named other bytes. `Swb-Reference: SCHEME=VALUE` adds a
        reference that the bytes do not hold.
        """
        principal = await self._keyring.who(request)
        principal.must_be("sender")
        no_other_query(request)
        return await self._accepted(request, principal, principal.families)

    async def responses(self, request: Request) -> Response:
        """Answer a delivery: JSON, or an agency format such as WCO Response XML or CUSRES.

        404 if the delivery it names was not given to you; 409 if your number of the answer was
        used before for another answer.
        """
        principal = await self._keyring.who(request)
        principal.must_be("recipient")
        no_other_query(request)
        return await self._accepted(request, principal, ("agency",))

    async def _accepted(
        self, request: Request, principal: Principal, families: tuple[str, ...]
    ) -> Response:
        began = self._plumbing.clock.ticks()
        desk = self._desk(principal, families)
        content_type = content_type_of(request)
        if content_type not in desk.takes:
            taken = ", ".join(f"{kind} ({', '.join(desk.takes[kind])})" for kind in desk.takes)
            raise UnsupportedFault(
                f"Content-Type {content_type[:80]!r} is not taken; use one of: {taken}"
            )
        async with self._gate.passage(principal) as passage:
            arrival = await self._arrival(request, principal, families, passage)
            receipt = await self._acceptance.accept(arrival)
            if not receipt.again:
                passage.end(receipt.submission)
        METRICS.intake_seconds.observe(self._plumbing.clock.ticks() - began)
        return _receipt_response(receipt)

    async def _arrival(
        self, request: Request, principal: Principal, families: tuple[str, ...], passage: Passage
    ) -> Arrival:
        """What came, read within its limits."""
        desk, content_type = self._desk(principal, families), content_type_of(request)
        payload = await body_of(request, passage.body, passage)
        chosen = choose(desk.adapters, payload)
        adapter = chosen[0] if chosen else None
        arrival = Arrival(
            principal=principal,
            payload=payload,
            family=adapter.family if adapter else families[0],
            format=adapter.format if adapter else "",
            profile=desk.profiles[adapter.format] if adapter else "",
            content_type=content_type,
            idempotency_key=_short(request, "idempotency-key"),
            reference=self._reference(request),
            delivery=await self._delivery(principal, payload) if families == ("agency",) else None,
            declared=content_type if adapter and content_type not in adapter.content_types else "",
            trace=traceparent_of(request),
        )
        if adapter is not None and families == ("agency",):
            await self._refuse_reused(adapter, arrival)
        return arrival

    async def _refuse_reused(self, adapter: Adapter, arrival: Arrival) -> None:
        """ConflictFault: the number of this answer was used before, for another answer."""
        number = number_in(adapter, arrival.payload)
        if number is None:
            return
        key = (arrival.principal.name, number)
        known = await self._plumbing.database.read(partial(answer_ids.known, keys=[key]))
        if key not in known:
            return
        received_at = stamp(self._plumbing.clock.now())
        usable = self._configuration.usable(arrival.principal.name, received_at)
        uses = uses_of(self._configuration.adapters, usable)
        besides = [arrival.reference] if arrival.reference else []
        if is_other(arrival.payload, uses, known[key], besides):
            raise ConflictFault(
                f"answer.id-reused: the answer's number {number[:35]!r} was used before, for "
                "another answer; give each answer a number of its own"
            )

    def _desk(self, principal: Principal, families: tuple[str, ...]) -> "_Desk":
        """What this principal may send, looked up once. ForbiddenFault: nothing."""
        desk = self._desks.get(principal.name)
        if desk is None:
            adapters = self._configuration.adapters_of(families)
            takes: dict[str, tuple[str, ...]] = {}
            for one in adapters:
                for kind in sorted(one.content_types):
                    takes[kind] = (*takes.get(kind, ()), one.format)
            name_of = self._configuration.profile_name
            profiles = {one.format: name_of(principal.profiles, one.format) for one in adapters}
            desk = self._desks[principal.name] = _Desk(adapters, takes, profiles)
        if not desk.adapters:
            raise ForbiddenFault(f"{principal.name!r} has no family that is installed")
        return desk

    def _reference(self, request: Request) -> str | None:
        """What a client says beside the bytes. RequestFault: it is no reference at all."""
        value = _short(request, "swb-reference")
        if value is None:
            return None
        scheme, _, said = value.partition("=")
        if not said or scheme not in self._schemes:
            known = ", ".join(sorted(self._schemes))
            raise RequestFault(f"Swb-Reference must be SCHEME=VALUE; schemes are {known}")
        return value

    async def _delivery(self, principal: Principal, payload: bytes) -> str | None:
        """The delivery a JSON answer names, if it was given to this recipient."""
        try:
            said = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return None
        delivery = said.get("delivery") if isinstance(said, dict) else None
        if not isinstance(delivery, str):
            return None
        name = delivery[:200].replace("\0", "")  # no id has it, and not every database takes it
        row = await self._plumbing.database.read(
            lambda connection: queue.delivery_of(connection, name, principal.name)
        )
        if row is None or name != delivery:
            raise NotFoundFault("there is no such delivery of yours; use the id your feed gave")
        return delivery


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = schema.get("anyOf", [schema] if schema else [])
    return found


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Bytes where no family describes them."""
    if not schemas:
        return {"type": "string", "format": "binary"}
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _receipt_response(receipt: Receipt) -> Response:
    shown = {
        "submission": receipt.submission,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at,
        "status_url": f"/v1/submissions/{receipt.submission}",
        "same_bytes_as": receipt.same_bytes_as,
    }
    return json_response(shown, 200 if receipt.again else 202)


def _short(request: Request, header: str) -> str | None:
    """A header of visible ASCII within its limit. RequestFault otherwise."""
    value = request.headers.get(header)
    if value is None:
        return None
    if (
        not value
        or len(value) > KEY_CHARACTERS_MAX
        or not value.isascii()
        or not value.isprintable()
    ):
        raise RequestFault(f"{header} must be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters")
    return value


def router(doors: Doors) -> APIRouter:
    """The doors' routes."""
    routes = APIRouter(tags=["intake"])
    routes.add_api_route(
        "/v1/submissions", doors.submissions, methods=["POST"], status_code=202,
        summary="Lodge a submission", response_class=Response,
        openapi_extra=doors.bodies(agency=False),
    )  # fmt: skip
    routes.add_api_route(
        "/v1/responses", doors.responses, methods=["POST"], status_code=202,
        summary="Answer a delivery", response_class=Response,
        openapi_extra=doors.bodies(agency=True),
    )  # fmt: skip
    return routes
