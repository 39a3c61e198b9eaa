"""JSON: bytes to plain values, safely, and JSON pointers to what stands in them.

Rules
    Strict JSON in UTF-8: no NaN, no comments. A key may occur once in an object: which of two
    values was meant cannot be known. A byte order mark in front is no part of it.
    Limits on bytes and depth come first, so that time and memory are bounded by the bytes sent.
What does not belong
    Which members an object may have, and what they mean.
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from broker.model.problem import Place, Problem

PAYLOAD_BYTES_MAX = 1024 * 1024
DEPTH_MAX = 32


@dataclass(frozen=True, slots=True)
class _Pairs:
    """An object as it was written: repeated keys are still there."""

    pairs: list[tuple[str, Any]]


def parse(payload: bytes) -> Any | Problem:
    """The value, or the first thing that keeps it from being read."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        return Problem(
            code="json.too-large",
            text=f"the message has {len(payload)} bytes",
            expected=f"at most {PAYLOAD_BYTES_MAX} bytes",
            hint="send less at once",
        )
    payload = unmarked(payload)
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return _not_well_formed(payload, error)
    opened = payload.count(b"{") + payload.count(b"[")
    if opened > DEPTH_MAX and _too_deep(value):
        return Problem(
            code="json.too-deep",
            text="the values nest too deeply",
            where=Place(json_pointer=""),
            expected=f"at most {DEPTH_MAX} levels",
            hint="correct the program that writes it",
        )
    return value


def unmarked(payload: bytes) -> bytes:
    """The bytes without a byte order mark of UTF-8."""
    return payload.removeprefix(codecs.BOM_UTF8)


def _not_well_formed(payload: bytes, error: orjson.JSONDecodeError) -> Problem:
    """What is wrong, where, and what to do about it."""
    words, where = error.msg, Place(line=error.lineno, column=error.colno)
    hint = next((one for part, one in _HINTS if part in words), _HINT)
    undecoded = _not_utf8(payload)
    if undecoded is not None:
        words, where = undecoded
        hint = "save the file in UTF-8"
    return Problem(
        code="json.not-well-formed",
        text=f"the message is not JSON: {words}",
        where=where,
        expected="one JSON value in UTF-8",
        hint=hint,
    )


def _not_utf8(payload: bytes) -> tuple[str, Place] | None:
    """That the bytes are no UTF-8, and the first that cannot be."""
    if payload.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in payload[:2]:
        return "the bytes are UTF-16 or UTF-32", Place(byte=0)
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        at = error.start
        line, start = payload.count(b"\n", 0, at) + 1, payload.rfind(b"\n", 0, at) + 1
        return (
            f"byte 0x{payload[at]:02x} is not UTF-8",
            Place(line=line, column=len(payload[start:at].decode()) + 1, byte=at),
        )
    return None


_HINT = "correct the program that writes it: any JSON checker shows the place"
_HINTS = (
    ("unexpected end of data", "the end was lost on the way: send it again, whole"),
    ("unexpected content after document", "nothing may follow the value, not even a comma"),
    ("expected a string key", "write names in double quotes, and no comma behind the last member"),
    ("trailing comma", "no comma may stand behind the last member or element"),
    ("expected a JSON value", "there is no NaN, Infinity, comment or single quote in JSON"),
)
"""What to do, by what the parser says."""


def repeated_keys(payload: bytes) -> Iterator[str]:
    """JSON pointers of members whose key stands more than once; for bytes that `parse` took."""
    seen = json.loads(payload, object_pairs_hook=_Pairs)
    pending: list[tuple[str, Any]] = [("", seen)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, list):
            pending += [
                (f"{pointer}/{index}", below)
                for index, below in enumerate(value)
                if isinstance(below, list | _Pairs)
            ]
        elif isinstance(value, _Pairs):
            keys: set[str] = set()
            for key, below in value.pairs:
                if key in keys:
                    yield child(pointer, key)
                keys.add(key)
                if isinstance(below, list | _Pairs):
                    pending.append((child(pointer, key), below))


def child(pointer: str, key: str) -> str:
    """The pointer of a member (RFC 6901)."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


_NESTING = frozenset({dict, list})


def _too_deep(value: Any) -> bool:
    level = [value]
    for _depth in range(DEPTH_MAX + 1):
        below: list[Any] = []
        for one in level:
            kind = one.__class__
            if kind is dict:
                below += [each for each in one.values() if each.__class__ in _NESTING]
            elif kind is list:
                below += [each for each in one if each.__class__ in _NESTING]
        level = below
    return bool(level)
