"""JSON as an operator pushes it: one item, or one item a line (NDJSON), read strictly.

Rules
    Which of the two it is, the bytes say: what can be read as a whole is one item, be it spread
    over lines; else one of the first lines is an object by itself, and each line is an item.
    Lines are cut out one by one: memory does not grow with their number. An empty line is none.
    A line is bounded as any JSON document is (`adapters.wire.json`), the whole by
    PAYLOAD_BYTES_MAX, and by LINES_MAX lines, empty ones among them.
    A number is kept as it is written, never a binary float. An array of items is none, and says so.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import orjson

from adapters.wire.json import parse, unmarked
from broker.model.problem import Place, Problem

PAYLOAD_BYTES_MAX = 10 * 1024 * 1024
LINES_MAX = 20_000
"""Real items have 500 bytes and more; a profile may say otherwise (`lines_max`)."""
_LOOKED_AT = 8


class Line(NamedTuple):
    """One item as bytes: its number among the items, and its line, if it has one to itself."""

    number: int
    line: int | None
    content: bytes


class Number(NamedTuple):
    """A number as it is written."""

    text: str


class _Repeated:
    """The key under which an object keeps the names that stand twice in it."""


REPEATED = _Repeated()


def too_many(payload: bytes, most: int) -> Problem | None:
    """Whether there are more lines than are read; one item may be spread over any number."""
    lines = payload.count(b"\n") + (not payload.endswith(b"\n"))
    if lines <= most or not isinstance(parse(payload), Problem):
        return None
    return Problem(
        code="postal.too-many-lines",
        text=f"the request has {lines} lines",
        expected=f"at most {most} lines, one item a line",
        hint="send the lines in several requests",
    )


def lines_of(payload: bytes) -> Iterator[Line]:
    """Each item with its number from 1."""
    if _is_one(payload):
        if not payload.isspace() and payload:
            yield Line(1, None, payload)
        return
    for number, (at, start, end) in enumerate(_cut(payload), 1):
        yield Line(number, at, payload[start:end])


def line_of(payload: bytes, number: int) -> Line | None:
    """The item with this number; the others are passed over unread."""
    if _is_one(payload):
        return next(lines_of(payload), None) if number <= 1 else None
    wanted = max(number, 1)
    found = next(islice(_cut(payload), wanted - 1, wanted), None)
    if found is None:
        return None
    at, start, end = found
    return Line(wanted, at, payload[start:end])


def _cut(payload: bytes) -> Iterator[tuple[int, int, int]]:
    """Line from 1, first and last byte of each line that is not empty."""
    start, at = 0, 1
    while start < len(payload):
        end = payload.find(b"\n", start)
        end = len(payload) if end < 0 else end
        if end > start and not payload[start:end].isspace():
            yield at, start, end
        start, at = end + 1, at + 1


def _is_one(payload: bytes) -> bool:
    """Whether the bytes are one item, be it spread over lines."""
    looked = [payload[start:end] for _at, start, end in islice(_cut(payload), _LOOKED_AT)]
    if len(looked) <= 1 or not isinstance(parse(payload), Problem):
        return True
    return not any(map(_is_object, looked))


def _is_object(content: bytes) -> bool:
    plain = unmarked(content).rstrip(b" \t\r,")
    if not plain.startswith(b"{") or isinstance(parse(plain), Problem):
        return False
    return plain.endswith(b"}")


def value_of(line: Line) -> Any | Problem:
    """What a line says, with numbers as they are written and names that stand twice."""
    checked = parse(line.content)
    if isinstance(checked, Problem):
        return _placed(checked, line)
    if not isinstance(checked, dict):
        what = "an array" if isinstance(checked, list) else "no object"
        return Problem(
            code="value.malformed",
            text=f"the {'line' if line.line else 'message'} is {what}",
            message=line.number,
            where=Place(line=line.line, json_pointer=""),
            expected="an object with the members of a postal item",
            hint="send one object, or one a line without brackets around or commas between them",
        )
    return json.loads(
        unmarked(line.content), parse_float=Number, parse_int=Number, object_pairs_hook=_object
    )


def _placed(problem: Problem, line: Line) -> Problem:
    """The problem in the coordinates of the whole file."""
    where = problem.where
    if line.line is not None:
        where = Place(line=line.line, column=where.column, json_pointer=where.json_pointer)
    return Problem(
        code=problem.code,
        text=problem.text,
        message=line.number,
        where=where,
        expected=problem.expected,
        hint=problem.hint,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    """An object; of two values under one name the first is taken."""
    found: dict[Any, Any] = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    repeated: list[str] = []
    for name, value in pairs:
        if name in found:
            repeated.append(name)
        else:
            found[name] = value
    return {**found, REPEATED: repeated}


def plain(value: Any) -> str:
    """A value as JSON again, for what has no place in the body."""
    return orjson.dumps(_plain(value)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return orjson.Fragment(value.text)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name is not REPEATED}
    return [_plain(one) for one in value] if isinstance(value, list) else value
