"""Safe JSON: limits, strictness, and keys that stand twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.json import PAYLOAD_BYTES_MAX, parse, repeated_keys
from broker.model.problem import Problem


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "json.not-well-formed"),
        (b"{", "json.not-well-formed"),
        (b'{"a": NaN}', "json.not-well-formed"),
        (b'{"a": Infinity}', "json.not-well-formed"),
        (b'{"a": 1} x', "json.not-well-formed"),
        (b'{"a": "\xff"}', "json.not-well-formed"),
        (b"[" * 40 + b"]" * 40, "json.too-deep"),
        (b"[" * 5000 + b"]" * 5000, "json.not-well-formed"),
        (b" " * (PAYLOAD_BYTES_MAX + 1), "json.too-large"),
    ],
)
def test_what_cannot_be_read_is_one_problem(payload, code):
    """Neither a wrong form nor a bomb gets further than one problem."""
    problem = parse(payload)
    assert isinstance(problem, Problem)
    assert problem.code == code


@pytest.mark.parametrize(
    ("payload", "part", "place"),
    [
        (b'{"a":', "whole", (1, 6)), (b'{"a":1},', "comma", (1, 8)),
        (b'{"a":1,}', "behind the last", (1, 7)), (b"{'a':1}", "double quotes", (1, 2)),
        (b'{"a":NaN}', "NaN", (1, 6)), (b'{"a":tru}', "checker", (1, 6)),
        ('{\n"\u00e9":"'.encode() + b'\xf6"}', "UTF-8", (2, 6)),
        ('{"a":1}'.encode("utf-16"), "UTF-8", (None, None)),
        ('{"a":1}'.encode("utf-16-be"), "UTF-8", (None, None)),
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_what_to_do(payload, part, place):
    """Each usual mistake has its hint, and the place where it stands."""
    problem = parse(payload)
    assert isinstance(problem, Problem)
    assert part in problem.hint
    assert (problem.where.line, problem.where.column) == place


def test_a_byte_order_mark_in_front_is_no_part_of_it():
    """Some editors write one; it says nothing."""
    marked = b'\xef\xbb\xbf{"a": 1, "a": 2}'
    assert parse(marked) == {"a": 2}
    assert list(repeated_keys(marked)) == ["/a"]
    assert isinstance(parse(b"\xef\xbb\xbf" * 100_000 + b"{}"), Problem)


def test_keys_that_stand_twice_are_found_everywhere():
    """A repeated key is named by its JSON pointer, escaped as RFC 6901 says."""
    payload = b'{"a": {"b/c": 1, "b/c": 2}, "d": [{"e": 1, "e": {"f": 1, "f": 1}}]}'
    assert sorted(repeated_keys(payload)) == ["/a/b~1c", "/d/0/e", "/d/0/e/f"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_problem(payload):
    """No bytes make an exception."""
    value = parse(payload)
    assert isinstance(value, Problem) or list(repeated_keys(payload)) is not None
