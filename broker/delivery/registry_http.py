"""The kept schemas over HTTP: the read side of the Confluent schema registry's REST protocol.

Stock deserialisers take the broker's URL with `/registry` behind it as their registry.

Rules
    Schemas are public, there is no data in them: no key is asked for.
    Errors are the protocol's own (`error_code`, `message`).
    A schema has one form and stands in one context: the protocol's parameters that choose another
    are let pass (`PROTOCOL`). A parameter that the protocol does not have is refused.
    The one POST asks which version a schema is; it changes nothing.
What does not belong
    The write side: schemas are kept by `broker.delivery.schemas`, in the sources.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from broker.doors import IGNORED, body_of, known_query
from broker.errors import BrokerError
from broker.gate import Limit
from broker.model.kept import COMPATIBILITY, Kept, Registry, registry

PREFIX = "/registry"
MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
LOOKED_UP_BYTES_MAX = 256 * 1024
"""Of a request that asks which version a schema is; it is read although nobody showed a key."""
LOOKED_UP = Limit("schema_bytes", LOOKED_UP_BYTES_MAX, "the registry's door")

PROTOCOL = (
    "deleted", "deletedOnly", "deleted_only", "deletedAsNegative", "lookupDeletedSchema",
    "fetchMaxId", "format", "referenceFormat", "reference_format", "findTags", "normalize",
    "subject", "defaultToGlobal", "offset", "limit",
)  # fmt: skip
"""Parameters of stock readers, in the spellings of several versions of them."""

_NO_SUBJECT, _NO_VERSION, _NO_SCHEMA = 40401, 40402, 40403
_BAD_SCHEMA, _BAD_VERSION = 42201, 42202
_DIGITS_MAX = 10
_SHOWN_CHARACTERS = 80
"""Of what was asked for, in the sentence that says it is not there."""

_ALL_CONTEXTS = ":*:"
"""The prefix by which some clients ask for every subject."""

Shown = Callable[[Kept], Any]
Endpoint = Callable[..., Any]


def router(known: Registry | None = None) -> APIRouter:
    """The registry's routes, over the schemas of this package or those given."""
    known = known or registry()
    routes = APIRouter(prefix=PREFIX, tags=["schemas"], dependencies=[Depends(known_query)])
    extra = {IGNORED: list(PROTOCOL)}
    for path, (summary, endpoint) in {
        "/schemas/types": ("The types of schemas", _constant(["AVRO"])),
        "/schemas/ids/{schema_id}": ("The schema with this id", _by_id(known, _wrapped)),
        "/schemas/ids/{schema_id}/schema": ("The same, unwrapped", _by_id(known, _bare)),
        "/schemas/ids/{schema_id}/subjects": ("Its subject", _by_id(known, _subjects)),
        "/schemas/ids/{schema_id}/versions": ("Its version", _by_id(known, _versions)),
        "/subjects": ("Every subject", _listed(known)),
        "/subjects/{subject}/versions": ("A subject's versions", _versions_of(known)),
        "/subjects/{subject}/versions/{version}": ("One of them", _by_version(known, _whole)),
        "/subjects/{subject}/versions/{version}/schema": (
            "Its schema, unwrapped",
            _by_version(known, _bare),
        ),
        "/config": ("What holds between versions", _constant(_CONFIG)),
        "/config/{subject}": ("The same", _config_of(known)),
    }.items():
        routes.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            summary=summary,
            description=f"{summary}, as a Confluent schema registry answers. No key is needed.",
            response_class=Response,
            openapi_extra=extra,
        )
    routes.add_api_route(
        "/subjects/{subject}", _looked_up(known), methods=["POST"],
        summary="Which version of a subject a schema is", response_class=Response,
        openapi_extra=extra,
        description="Looks a schema up, as a Confluent schema registry does; nothing is written.",
    )  # fmt: skip
    return routes


_CONFIG = {"compatibilityLevel": COMPATIBILITY}


def _wrapped(one: Kept) -> Any:
    return {"schema": _text(one)}


def _bare(one: Kept) -> Any:
    return one.schema


def _subjects(one: Kept) -> Any:
    return [one.subject]


def _versions(one: Kept) -> Any:
    return [{"subject": one.subject, "version": one.version}]


def _whole(one: Kept) -> Any:
    return {"subject": one.subject, "id": one.id, "version": one.version, "schema": _text(one)}


def _constant(content: object) -> Endpoint:
    async def answer() -> Response:
        return _json(content)

    return answer


def _by_id(known: Registry, shown: Shown) -> Endpoint:
    async def answer(schema_id: str) -> Response:
        one = known.by_id.get(_number(schema_id))
        if one is None:
            return _refused(_NO_SCHEMA, f"schema {_named(schema_id)} not found")
        return _json(shown(one))

    return answer


def _by_version(known: Registry, shown: Shown) -> Endpoint:
    async def answer(subject: str, version: str) -> Response:
        kept = known.by_subject.get(subject)
        if kept is None:
            return _no_subject(subject)
        number = len(kept) if version in {"latest", "-1"} else _number(version)
        if number < 1:
            return _refused(_BAD_VERSION, f"{_named(version)} is no version; a number or 'latest'")
        if number > len(kept):
            return _refused(_NO_VERSION, f"version {number} not found")
        return _json(shown(kept[number - 1]))

    return answer


def _listed(known: Registry) -> Endpoint:
    async def answer(subjectPrefix: str = "") -> Response:  # noqa: N803  the protocol's name
        prefix = subjectPrefix.removeprefix(_ALL_CONTEXTS)
        return _json([name for name in sorted(known.by_subject) if name.startswith(prefix)])

    return answer


def _versions_of(known: Registry) -> Endpoint:
    async def answer(subject: str) -> Response:
        kept = known.by_subject.get(subject)
        return _no_subject(subject) if kept is None else _json([one.version for one in kept])

    return answer


def _config_of(known: Registry) -> Endpoint:
    async def answer(subject: str) -> Response:
        return _json(_CONFIG) if subject in known.by_subject else _no_subject(subject)

    return answer


def _looked_up(known: Registry) -> Endpoint:
    async def answer(subject: str, request: Request) -> Response:
        kept = known.by_subject.get(subject)
        if kept is None:
            return _no_subject(subject)
        try:
            schema = orjson.loads(_schema_of(await body_of(request, LOOKED_UP)))
        except BrokerError as fault:
            return refusal(fault)
        except ValueError:
            return _refused(_BAD_SCHEMA, "the body is no JSON with a schema as text")
        found = [one for one in kept if one.schema == schema]
        return _json(_whole(found[-1])) if found else _refused(_NO_SCHEMA, "schema not found")

    return answer


def _schema_of(body: bytes) -> str:
    """The schema inside the request, still text. ValueError: there is none."""
    asked = orjson.loads(body)
    schema = asked.get("schema") if isinstance(asked, Mapping) else None
    if not isinstance(schema, str):
        raise ValueError("no schema")  # noqa: TRY004  it is a value of theirs
    return schema


def _text(one: Kept) -> str:
    return orjson.dumps(one.schema).decode()


def _number(text: str) -> int:
    """The number that digits say; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else 0


def _named(text: str) -> str:
    return repr(text[:_SHOWN_CHARACTERS])


def refusal(fault: BrokerError) -> Response:
    """A fault as the protocol has it."""
    return _refused(fault.http_status, str(fault))


def _no_subject(subject: str) -> Response:
    return _refused(_NO_SUBJECT, f"subject {_named(subject)} not found")


def _refused(code: int, message: str) -> Response:
    """The protocol's codes begin with the status; a plain status is one."""
    return _json({"error_code": code, "message": message}, code // 100 if code > 999 else code)


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type=MEDIA_TYPE)
