"""The registry as stock clients use it, over a server that really listens."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.delivery.registry_http import LOOKED_UP_BYTES_MAX, MEDIA_TYPE, PROTOCOL, router
from broker.model.avro import encoded
from broker.model.kept import read, registry
from broker.model.subjects import subjects
from broker.web import Health, application
from tests.broker_in_process import in_process, story
from tests.limits import HANG_S, tries
from tests.model.payloads_drawn import BOARD, payloads

PARCEL = "toy.v1.Parcel"
TWO = files("tests.model").joinpath("kept")


@contextlib.contextmanager
def served(known: Any = None) -> Iterator[str]:
    """The registry's URL, while a server in a thread of its own answers there."""

    async def nothing() -> dict[str, str]:
        return {}

    app = application([router(known)], Health(probe=nothing, refresh=nothing))
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            for _ in tries("the registry's server has started"):
                if server.started:
                    break
                assert thread.is_alive(), "the registry's server ended before it started"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}/registry"
        finally:
            server.should_exit = True
            thread.join(HANG_S)


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    """The registry of the schemas that are kept."""
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def deserialiser(ours) -> AvroDeserializer:
    """Confluent's, told nothing but where the registry is."""
    return AvroDeserializer(client(ours))


@pytest.fixture(scope="module")
def two() -> Iterator[str]:
    """A registry of one subject with two versions."""
    with served(read(TWO)) as url:
        yield url


def client(url: str) -> SchemaRegistryClient:
    """Confluent's client."""
    return SchemaRegistryClient({"url": url})


def said(tree: Any) -> Any:
    """What a tree says: without nulls, empty lists and what JSON has a word for."""
    if isinstance(tree, dict):
        return {key: said(one) for key, one in tree.items()
                if one is not None and one not in ([], "whole", "nothing")}  # fmt: skip
    return [said(one) for one in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("subject", subjects())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_stock_deserialiser_reads_every_subject(deserialiser, subject, data):
    """Confluent's deserialiser gives the same content, under the topic's name as ever."""
    payload = data.draw(payloads(subject))
    on = SerializationContext("agency.customs", MessageField.VALUE)
    shown = deserialiser(encoded(subject, payload), on)
    assert said(shown) == said(payload)


def test_a_reader_with_its_own_older_schema_reads_newer_records(two):
    """What the reader's version does not have is skipped; what it misses is its default."""
    known = client(two)
    old, new = (known.get_version(PARCEL, number).schema for number in (1, 2))
    write = AvroSerializer(known, new, conf={"auto.register.schemas": False,
                                             "subject.name.strategy.type": "RECORD"})  # fmt: skip
    on = SerializationContext("agency.toys", MessageField.VALUE)
    written = write({"number": "7", "contents": [{"code": "c", "origin": "NZ"}]}, on)
    assert written[:5] == b"\0" + (7).to_bytes(4, "big")
    assert AvroDeserializer(known, old)(written, on) == {
        "number": "7", "remark": None, "contents": [{"code": "c"}],
    }  # fmt: skip


def test_a_stock_client_finds_every_schema_in_every_way(ours):
    """By id, by subject, by version, as the latest, and by the schema itself."""
    known = client(ours)
    versions: dict[str, list[int]] = {}
    for one in registry().by_id.values():
        versions.setdefault(one.subject, []).append(one.version)
    assert known.get_subjects() == sorted(subjects())
    assert known.get_subjects(subject_prefix="single_window.v1.B") == [BOARD]
    assert known.get_schema_types() == ["AVRO"]
    assert known.get_config().compatibility_level == "FULL_TRANSITIVE"
    for one in registry().by_id.values():
        schema = known.get_schema(one.id)
        assert orjson.loads(schema.schema_str) == one.schema
        assert known.get_versions(one.subject) == sorted(versions[one.subject])
        assert known.get_subjects_by_schema_id(one.id) == [one.subject]
        (version,) = known.get_schema_versions(one.id)
        assert (version.subject, version.version) == (one.subject, one.version)
        latest = one.version == max(versions[one.subject])
        for found in (
            *([known.get_latest_version(one.subject)] if latest else ()),
            known.get_version(one.subject, one.version),
            known.lookup_schema(one.subject, schema),
        ):
            assert (found.schema_id, found.subject, found.version) == (
                one.id, one.subject, one.version,
            )  # fmt: skip
        assert known.get_config(one.subject).compatibility_level == "FULL_TRANSITIVE"


def test_each_version_of_a_subject_has_its_own_schema(two):
    """Numbers name versions; `latest` and -1 are the newest."""
    with httpx.Client(base_url=two) as door:
        assert door.get(f"/subjects/{PARCEL}/versions").json() == [1, 2]
        shown = {name: door.get(f"/subjects/{PARCEL}/versions/{name}/schema").json()
                 for name in ("1", "2", "latest", "-1")}  # fmt: skip
        assert shown["1"] != shown["2"] == shown["latest"] == shown["-1"]
        assert door.get("/schemas/ids/4/schema").json() == shown["1"]
        whole = door.get(f"/subjects/{PARCEL}/versions/1")
    assert (whole.json()["id"], whole.json()["version"]) == (4, 1)
    assert whole.headers["content-type"] == MEDIA_TYPE


MISSES = {
    "/schemas/ids/99": (404, 40403),
    "/schemas/ids/none": (404, 40403),
    "/schemas/ids/" + "9" * 5000: (404, 40403),
    "/schemas/ids/99/schema": (404, 40403),
    "/schemas/ids/99/subjects": (404, 40403),
    "/schemas/ids/99/versions": (404, 40403),
    "/subjects/other/versions": (404, 40401),
    "/subjects/other/versions/1": (404, 40401),
    "/subjects/other/versions/latest/schema": (404, 40401),
    f"/subjects/{PARCEL}/versions/3": (404, 40402),
    f"/subjects/{PARCEL}/versions/3/schema": (404, 40402),
    f"/subjects/{PARCEL}/versions/0": (422, 42202),
    f"/subjects/{PARCEL}/versions/newest": (422, 42202),
    f"/subjects/{PARCEL}/versions/" + "9" * 5000: (422, 42202),
    "/config/other": (404, 40401),
}


@pytest.mark.parametrize("path", MISSES, ids=lambda path: path[:40])
def test_what_is_not_there_is_said_in_the_protocols_own_codes(two, path):
    """A status, its code, and a sentence that does not grow with what was asked."""
    answer = httpx.get(two + path)
    shown = answer.json()
    assert (answer.status_code, shown["error_code"]) == MISSES[path]
    assert 0 < len(shown["message"]) < 200
    assert answer.headers["content-type"] == MEDIA_TYPE


@story
async def test_a_parameter_that_the_protocol_does_not_have_is_refused_in_its_words():
    """400 with its `error_code`; those of the protocol that choose nothing here are let pass."""
    async with in_process() as broker:
        for path in ("/registry/subjects", "/registry/schemas/ids/1", "/registry/config"):
            told = await broker.call("GET", f"{path}?misspelt=1")
            assert (told.status_code, told.json()["error_code"]) == (400, 400)
            assert "'misspelt'" in told.json()["message"]
            assert told.headers["content-type"] == MEDIA_TYPE
            told = await broker.call("GET", path, params=dict.fromkeys(PROTOCOL, "1"))
            assert told.status_code == 200


def test_a_schema_that_is_not_kept_is_looked_up_in_vain(two):
    """Another schema is 40403, another subject 40401; stock clients raise what they know."""
    known = client(two)
    other = Schema('{"type":"record","name":"Parcel","namespace":"toy.v1","fields":[]}', "AVRO")
    for subject, code in ((PARCEL, 40403), ("other", 40401)):
        with pytest.raises(SchemaRegistryError) as refused:
            known.lookup_schema(subject, other)
        assert (refused.value.http_status_code, refused.value.error_code) == (404, code)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, 400)),
        (b"no json", (422, 42201)),
        (b"[]", (422, 42201)),
        (b'{"schema":7}', (422, 42201)),
        (b'{"schema":"{"}', (422, 42201)),
        (b'{"schema":"' + b"[" * 200_000 + b'"}', (422, 42201)),
        (b" " * (LOOKED_UP_BYTES_MAX + 1), (413, 413)),
    ],
    ids=["empty", "text", "list", "number", "half", "deep", "long"],
)
def test_whatever_is_looked_up_is_bounded_and_answered(two, body, expected):
    """Any bytes get an answer of the protocol."""
    answer = httpx.post(f"{two}/subjects/{PARCEL}", content=body)
    assert (answer.status_code, answer.json()["error_code"]) == expected


@pytest.mark.parametrize("kept", registry().by_id.values(), ids=lambda one: one.subject)
def test_every_kept_schema_can_be_looked_up_however_it_is_laid_out(ours, kept):
    """The limit holds the longest schema, indented, as JSON inside JSON."""
    text = orjson.dumps(kept.schema, option=orjson.OPT_INDENT_2).decode()
    answer = httpx.post(f"{ours}/subjects/{kept.subject}", json={"schema": text})
    assert (answer.status_code, answer.json()["id"]) == (200, kept.id)


def test_nothing_can_be_written(ours):
    """The write side is not there: registering, deleting and configuring are refused."""
    before, schema = client(ours).get_versions(BOARD), {"schema": '"string"'}
    for method, path in (
        ("POST", f"/subjects/{BOARD}/versions"),
        ("DELETE", f"/subjects/{BOARD}"),
        ("DELETE", f"/subjects/{BOARD}/versions/1"),
        ("PUT", "/config"),
    ):
        answer = httpx.request(method, ours + path, json=schema)
        assert answer.status_code == 405, path
    assert client(ours).get_versions(BOARD) == before
