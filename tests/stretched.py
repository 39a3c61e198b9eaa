"""Messages in which one value is very long: each value of a message in its turn, in any syntax."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import orjson

LONG = 20_000
_VALUE = "Q" * LONG
_XML = re.compile(rb'(?<=>)[^<>\s][^<>]*(?=</)|(?<==")[^"<>]+(?=")')
_EDIFACT = re.compile(rb"(?<=[+:])[^+:'\r\n]+(?=[+:'])")


def stretched(payload: bytes) -> Iterator[bytes]:
    """The message, each time with another value of 20,000 characters."""
    if payload.startswith(b"PK"):
        yield from _workbooks(payload)
    elif payload.lstrip()[:1] == b"<":
        yield from _replaced(payload, _XML)
    elif payload[:1] == b"{":
        first, _, rest = payload.partition(b"\n")
        for tree in _trees(orjson.loads(first)):
            yield orjson.dumps(tree) + b"\n" + rest
    else:
        yield from _replaced(payload, _EDIFACT)


def _replaced(payload: bytes, values: "re.Pattern[bytes]") -> Iterator[bytes]:
    for found in values.finditer(payload):
        yield payload[: found.start()] + _VALUE.encode() + payload[found.end() :]


def _trees(value: Any) -> Iterator[Any]:
    """The tree with each of its texts replaced in turn."""
    if isinstance(value, str):
        yield _VALUE
    elif isinstance(value, dict):
        for name, below in value.items():
            for changed in _trees(below):
                yield {**value, name: changed}
    elif isinstance(value, list):
        for at, below in enumerate(value):
            for changed in _trees(below):
                yield [*value[:at], changed, *value[at + 1 :]]


def _workbooks(payload: bytes) -> Iterator[bytes]:
    """The workbook with each text of its sheets replaced in turn."""
    with zipfile.ZipFile(io.BytesIO(payload)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for name, content in parts.items():
        if "sheet" in name.lower() or "strings" in name.lower():
            for changed in _replaced(content, re.compile(rb"(?<=[\">])[^<>\"]+(?=</t>)")):
                written = io.BytesIO()
                with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
                    for one, held in parts.items():
                        made.writestr(one, changed if one == name else held)
                yield written.getvalue()
