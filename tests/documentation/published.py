"""The published description of the doors, and answers held to it.

    published = await Published.of(broker)
    published.check(response)         # its status, its media type, and every member of its body

Every object is closed for the check: a member that is not described is found as well as one that
is not as described.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from tests.broker_in_process import Broker

Answered = tuple[str, str, int]


@dataclass
class Published:
    """An OpenAPI document, and what was held to it: answers `seen`, `types` of deliveries."""

    document: dict[str, Any]
    seen: set[Answered] = field(default_factory=set)
    types: set[str] = field(default_factory=set)

    @classmethod
    async def of(cls, broker: Broker) -> "Published":
        """What a broker publishes; from now on each of its answers is checked."""
        published = cls((await broker.call("GET", "/openapi.json")).json())
        broker.client.event_hooks = {"response": [published.checked]}
        return published

    @cached_property
    def components(self) -> dict[str, Any]:
        """The components, with every object closed."""
        return _closed(self.document["components"])

    def door(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """The template and the door of a path; the one with fewest parameters of several."""
        fitting = [
            (template, operation)
            for (known, template), operation in operations_of(self.document).items()
            if known == method and re.fullmatch(_pattern(template), path)
        ]
        return min(fitting, key=lambda one: one[0].count("{"), default=None)

    async def checked(self, response: httpx.Response) -> None:
        """The check as a hook of a client."""
        await response.aread()
        self.check(response)

    def check(self, response: httpx.Response) -> None:
        """AssertionError: the answer is not as it is published."""
        request = response.request
        found = self.door(request.method, request.url.path)
        if found is None:
            return
        template, operation = found
        status = str(response.status_code)
        assert status in operation["responses"], f"{request.method} {template}: {status}"
        self.seen.add((request.method, template, response.status_code))
        content = operation["responses"][status]["content"]
        media = response.headers["content-type"].partition(";")[0]
        assert media in content, f"{request.method} {template} {status}: {media}"
        for header in operation["responses"][status].get("headers", {}):
            assert header in response.headers, f"{template} {status} has no {header}"
        if media.endswith("json") and content[media]["schema"]:  # an original may be no JSON
            self.validate(response.json(), content[media]["schema"])
            if template == "/v1/feed" and response.is_success:
                self.types |= {one["type"] for one in response.json()["deliveries"]}

    def validate(self, value: Any, schema: dict[str, Any]) -> None:
        """AssertionError: the value is not of the schema."""
        whole = {**_closed(schema), "components": self.components}
        errors = sorted(Draft202012Validator(whole).iter_errors(value), key=lambda one: one.path)
        assert not errors, "\n".join(
            f"{one.json_path}: {one.message:.300} {[c.message[:200] for c in one.context or ()]}"
            for one in errors
        )


def operations_of(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every door by method and path."""
    return {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def _pattern(template: str) -> str:
    return re.sub(r"\\\{\w+\\\}", ".+" if "trace" in template else "[^/]+", re.escape(template))


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(one) for one in value]
    if not isinstance(value, dict):
        return value
    shown = {key: _closed(one) for key, one in value.items()}
    if isinstance(value.get("properties"), dict) and value.get("type") == "object":
        shown.setdefault("additionalProperties", False)
    return shown
