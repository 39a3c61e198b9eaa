"""The OpenAPI document: whole, with short names, and with all that a caller must know."""

import re

import pytest
from jsonschema import Draft202012Validator

from broker.documentation.document import KEY
from broker.documentation.operations import OPERATIONS
from broker.documentation.types import delivery_types
from broker.model.json_schemas import REFERENCE
from broker.web import Health, application
from tests.broker_in_process import in_process, story
from tests.documentation.published import operations_of

PREFIX = REFERENCE.format("")


async def nothing(*_given):
    """Nothing is missing, and nothing needs to be refreshed."""
    return {}


async def published():
    """The document of a broker."""
    async with in_process() as broker:
        return (await broker.call("GET", "/openapi.json")).json()


def references(value):
    """The names of all schemas that a value refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"].removeprefix(PREFIX)} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(references, value.values()))


@story
async def test_every_door_has_a_short_name_of_its_own():
    """What is documented is what there is; a generated client has functions with such names."""
    doors = operations_of(await published())
    assert {f"{method} {path}" for method, path in doors} == set(OPERATIONS)
    names = [one["operationId"] for one in doors.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]{5,30}", name) for name in names)


@story
async def test_every_schema_is_whole_and_is_referred_to():
    """No reference leads nowhere, no schema is left over, and each is valid JSON Schema 2020-12."""
    document = await published()
    schemas = document["components"]["schemas"]
    assert references(document) == set(schemas)
    for name, schema in schemas.items():
        assert re.fullmatch(r"\w+", name)
        Draft202012Validator.check_schema(schema)


@story
async def test_a_door_says_whether_it_asks_for_a_key():
    """Bearer where there is a key, nothing at the registry and the probes."""
    document = await published()
    assert document["components"]["securitySchemes"][KEY]["scheme"] == "bearer"
    for (_method, path), one in operations_of(document).items():
        keyed = path.startswith("/v1/")
        assert one["security"] == ([{KEY: []}] if keyed else [])
        assert ("401" in one["responses"]) is keyed


@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/responses"])
@story
async def test_the_doors_for_bytes_say_their_headers_and_bodies(path):
    """Idempotency-Key, Swb-Reference and traceparent; a schema for each syntax in JSON."""
    door = operations_of(await published())["POST", path]
    assert [one["name"] for one in door["parameters"] if one["in"] == "header"] == [
        "Idempotency-Key", "Swb-Reference", "traceparent",
    ]  # fmt: skip
    bodies = door["requestBody"]["content"]
    assert bodies["application/xml"]["schema"] == {"type": "string", "format": "binary"}
    named = references(bodies["application/json"])
    assert named == ({"PostalItemPush", "RequestForm"} if "sub" in path else {"AgencyAnswer"})


@story
async def test_every_type_of_delivery_is_described():
    """The page of a feed holds each type, with the schema of what it holds."""
    async with in_process() as broker:
        schemas = (await broker.call("GET", "/openapi.json")).json()["components"]["schemas"]
        kinds = broker.configuration.kinds
    events = [schemas[name] for name in references(schemas["FeedPage"])]
    found = {name for event in events for name in event["properties"]["type"]["enum"]}
    assert found == {name for one in delivery_types(kinds) for name in one.names}
    for one in delivery_types(kinds):
        assert one.data == "Reply" or one.data in schemas


@story
async def test_a_role_without_doors_documents_its_own_routes():
    """Where nothing is lodged or read, only the probes are there, and their schemas."""
    document = application([], Health(nothing, nothing)).openapi()
    assert set(document["paths"]) == {"/livez", "/readyz", "/metrics"}
    assert set(document["components"]["schemas"]) == {
        "Alive", "ProblemDetails", "ReachedLimit", "Readiness",
    }  # fmt: skip
    assert [one["name"] for one in document["tags"]] == ["operations"]
