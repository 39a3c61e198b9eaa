"""JSON: bytes to plain values, safely, and JSON pointers to what stands in them.

Rules
    Strict JSON in UTF-8: no NaN, no comments. A key may stand once in an object: which of two
    values was meant, nobody can tell.
    Limits on bytes and depth come first, so that time and memory are bounded by the bytes sent.
What does not belong
    Which members an object may have, and what they mean.
"""

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
        )
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return Problem(
            code="json.not-well-formed",
            text=f"the message is not JSON: {error.msg}",
            where=Place(line=error.lineno, column=error.colno),
            expected="one JSON value in UTF-8",
        )
    opened = payload.count(b"{") + payload.count(b"[")
    if opened > DEPTH_MAX and _too_deep(value):
        return Problem(
            code="json.too-deep",
            text="the values nest too deeply",
            where=Place(json_pointer=""),
            expected=f"at most {DEPTH_MAX} levels",
        )
    return value


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
