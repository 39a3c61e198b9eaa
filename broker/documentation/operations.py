"""Each door as the documentation shows it: a short id, who may, headers, body, and every answer.

A door that is missing here, or is here and not there, is found when the document is made.

What does not belong
    Path and query parameters, and the sentences: those the routes say themselves.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from broker.model.json_schemas import JsonSchema, referred

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
REGISTRY: Final = "application/vnd.schemaregistry.v1+json"
LODGED: Final = "lodged"
"""Stands for the media types that the doors take: an original has the one it came with."""

Content = Mapping[str, Any]


class Operation(NamedTuple):
    """A door. `answers`: the content of each status; `headers`: of the request."""

    id: str
    answers: Mapping[int, Content]
    keyed: bool = False
    headers: tuple[JsonSchema, ...] = ()
    body: Content | None = None


def _shown(shape: str, media: str = JSON) -> Content:
    return {media: {"schema": referred(shape)}}


_REFUSED = _shown("ProblemDetails", PROBLEM)
_NO_KEY, _FORBIDDEN, _NONE, _CONFLICT = 401, 403, 404, 409
_BROKEN = (500, 503)

WORDS: Mapping[int, str] = {
    200: "what was asked for",
    201: "the key, shown this once",
    202: "taken; it is durable",
    400: "the request is malformed, or has a parameter that the door does not know",
    401: "the key is unknown",
    403: "the key may not do this",
    404: "not there, or not yours",
    409: "used before for something else, settled already, or a cursor of another line",
    413: "more bytes than the door takes",
    415: "a Content-Type that none of your formats has, or a Content-Encoding",
    422: "not what the protocol asks for",
    429: "a limit of yours is reached; `limit` names it, `Retry-After` says when to come back",
    500: "a bug; the operators have been told",
    503: "too much is waiting, or something is broken; try again later",
}
_COME_BACK: Mapping[str, JsonSchema] = {
    "Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "seconds"}
}
HEADERS: Mapping[int, Mapping[str, JsonSchema]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}},
    429: _COME_BACK,
    503: _COME_BACK,
}

_VISIBLE = "^[!-~]([ -~]*[!-~])?$"


def _header(name: str, words: str, **schema: Any) -> JsonSchema:
    return {"name": name, "in": "header", "required": False, "description": words,
            "schema": {"type": "string", **schema}}  # fmt: skip


_LODGING = (
    _header(
        "Idempotency-Key", "Your name of this request: sent again, the first receipt is given.",
        minLength=1, maxLength=200, pattern=_VISIBLE,
    ),
    _header(
        "Swb-Reference", "A reference that the bytes do not hold, as SCHEME=VALUE.",
        minLength=3, maxLength=200, pattern="^[!-<>-~]+=([ -~]*[!-~])$",
    ),
    _header(
        "traceparent", "W3C trace context; passed on to the deliveries. Malformed: ignored.",
        pattern="^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    ),
)  # fmt: skip


def _keyed(name: str, answers: Mapping[int, Content], *refused: int, **more: Any) -> Operation:
    """A door for holders of a key."""
    every = {**answers, **dict.fromkeys(sorted({400, _NO_KEY, 429, *refused, *_BROKEN}), _REFUSED)}
    return Operation(name, every, keyed=True, **more)


def _lodging(name: str, *refused: int) -> Operation:
    receipt = _shown("Receipt")
    refused = (_FORBIDDEN, _CONFLICT, 413, 415, *refused)
    return _keyed(name, {200: receipt, 202: receipt}, *refused, headers=_LODGING)


def _of_operators(
    name: str, shape: str, *refused: int, status: int = 200, form: str = ""
) -> Operation:
    if form:
        refused = (413, 415, *refused)
    body = _shown(form) if form else None
    return _keyed(name, {status: _shown(shape)}, _FORBIDDEN, *refused, body=body)


def _of_registry(name: str, schema: JsonSchema, *refused: int) -> Operation:
    """A door of the registry: refusals are the protocol's; a name that nothing can have is ours."""
    error = _shown("RegistryError", REGISTRY)
    every: dict[int, Content] = {200: {REGISTRY: {"schema": schema}}, 400: error}
    every |= dict.fromkeys(refused, error)
    if _NONE in every:
        every[_NONE] = {**error, **_REFUSED}
    every[500] = _REFUSED
    return Operation(name, dict(sorted(every.items())))


def _open(name: str, answers: Mapping[int, Content]) -> Operation:
    return Operation(name, {**answers, 400: _REFUSED, 500: _REFUSED})


def _listing(items: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": items}


_ANY: JsonSchema = {"description": "the schema, as Avro writes it in JSON"}
_LOOKED_UP: Content = {media: {"schema": referred("SchemaText")} for media in (JSON, REGISTRY)}
_READINESS = _shown("Readiness")

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/submissions": _lodging("submit"),
    "POST /v1/responses": _lodging("answer", _NONE),
    "GET /v1/feed": _keyed("read_feed", {200: _shown("FeedPage")}, _FORBIDDEN, _CONFLICT),
    "GET /v1/deliveries": _keyed("read_again", {200: _shown("FeedPage")}, _FORBIDDEN),
    "GET /v1/submissions/{submission}": _keyed(
        "read_status", {200: _shown("SubmissionStatus")}, _NONE
    ),
    "GET /v1/submissions/{submission}/raw": _keyed("read_original", {200: {LODGED: {}}}, _NONE),
    "POST /v1/keys": _of_operators("issue_key", "IssuedKey", status=201, form="KeyForm"),
    "GET /v1/keys": _of_operators("list_keys", "KeyList"),
    "DELETE /v1/keys/{name}": _of_operators("revoke_keys", "RevokedKeys", _NONE),
    "GET /v1/parked": _of_operators("list_parked", "ParkedList"),
    "GET /v1/parked/{name}": _of_operators("read_parked", "ParkedWhole", _NONE),
    "POST /v1/parked/{name}/resume": _of_operators(
        "resume_parked", "ParkedDecision", _NONE, _CONFLICT, status=202, form="ReasonForm"
    ),
    "POST /v1/parked/{name}/discard": _of_operators(
        "discard_parked", "ParkedDecision", _NONE, _CONFLICT, status=202, form="ReasonForm"
    ),
    "GET /v1/trace/{name}": _of_operators("read_trace", "Trace", _NONE),
    "GET /registry/schemas/types": _of_registry("schema_types", _listing({"type": "string"})),
    "GET /registry/schemas/ids/{schema_id}": _of_registry(
        "schema_by_id", referred("SchemaText"), _NONE
    ),
    "GET /registry/schemas/ids/{schema_id}/schema": _of_registry("bare_schema_by_id", _ANY, _NONE),
    "GET /registry/schemas/ids/{schema_id}/subjects": _of_registry(
        "subjects_of_schema", _listing({"type": "string"}), _NONE
    ),
    "GET /registry/schemas/ids/{schema_id}/versions": _of_registry(
        "versions_of_schema", _listing(referred("SchemaVersion")), _NONE
    ),
    "GET /registry/subjects": _of_registry("list_subjects", _listing({"type": "string"})),
    "GET /registry/subjects/{subject}/versions": _of_registry(
        "list_versions", _listing({"type": "integer"}), _NONE
    ),
    "GET /registry/subjects/{subject}/versions/{version}": _of_registry(
        "read_version", referred("SubjectVersion"), _NONE, 422
    ),
    "GET /registry/subjects/{subject}/versions/{version}/schema": _of_registry(
        "bare_schema_of_version", _ANY, _NONE, 422
    ),
    "POST /registry/subjects/{subject}": _of_registry(
        "look_up_schema", referred("SubjectVersion"), _NONE, 413, 415, 422
    )._replace(body=_LOOKED_UP),
    "GET /registry/config": _of_registry("read_compatibility", referred("Compatibility")),
    "GET /registry/config/{subject}": _of_registry(
        "read_compatibility_of_subject", referred("Compatibility"), _NONE
    ),
    "GET /livez": _open("livez", {200: _shown("Alive")}),
    "GET /readyz": _open("readyz", {200: _READINESS, 503: _READINESS}),
    "GET /metrics": _open(
        "metrics", {200: {"text/plain": {"schema": {"type": "string"}}}, 503: _REFUSED}
    ),
}
"""By method and path."""


def words_of(status: int) -> str:
    """What a status means at a door."""
    return WORDS.get(status) or HTTPStatus(status).phrase
