"""Requests drawn from the published description, valid and not: no answer is undocumented."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.broker_in_process import OPERATOR, SENDER, Broker, declaration, in_process
from tests.documentation.published import operations_of

CHECKS = [status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance]  # fmt: skip
EXAMPLES = 8
"""For each door, mode and key; without a key nothing of a request is looked at."""

KEYS = {"submit": SENDER, "answer": "customs", "read_feed": "customs"}
"""Whose key opens a door; the others are an operator's."""


@contextmanager
def running() -> Iterator[tuple[asyncio.Runner, Broker]]:
    """A broker with a declaration in it, on a loop that stands still between two requests."""
    opened = in_process(feed_wait_s_max=0.01)
    with asyncio.Runner() as runner:
        broker = runner.run(opened.__aenter__())
        try:
            runner.run(broker.lodge(declaration("QZ-1", "06031100")))
            yield runner, broker
        finally:
            runner.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def broker() -> Iterator[tuple[asyncio.Runner, Broker]]:
    """One for all doors: what is refused changes nothing, and what is taken harms nothing."""
    with running() as found:
        yield found


def sent(found: tuple[asyncio.Runner, Broker], case: schemathesis.Case, key: str) -> httpx.Response:
    """The answer to a case, with this key."""
    runner, broker = found
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://broker")).prepare()
    headers = {name: value for name, value in asked.headers.items() if name != "Authorization"}
    if key:
        headers["Authorization"] = f"Bearer key-{key}"
    request = httpx.Request(asked.method, asked.url, headers=headers, content=asked.body)
    return runner.run(broker.client.send(request))


@pytest.mark.long
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_no_answer_is_undocumented(broker, mode):
    """Whatever is asked with or without a key, status, type, headers and body are as published."""
    runner, one = broker
    document = runner.run(one.call("GET", "/openapi.json")).json()
    schema = from_dict(document)
    tried = set()
    for (method, path), shown in operations_of(document).items():
        operation = schema[path][method]
        known = KEYS.get(shown["operationId"], OPERATOR)
        for key in (known,) if mode.is_negative else (known, ""):
            with nothing_to_get_wrong(mode):
                check(operation, mode, lambda case, key=key: sent(broker, case, key))
                tried.add(shown["operationId"])
    assert {"submit", "answer", "read_feed", "read_trace", "look_up_schema"} <= tried
    assert mode.is_negative or len(tried) == len(operations_of(document))


@contextmanager
def nothing_to_get_wrong(mode):
    """A door that takes any name, and nothing else, has no malformed request."""
    try:
        yield
    except Unsatisfiable:
        if not mode.is_negative:
            raise


def check(operation, mode, send):
    """Draw cases of a door and hold the answers to what is published of it."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case):
        case.validate_response(send(case), checks=CHECKS)

    held()
