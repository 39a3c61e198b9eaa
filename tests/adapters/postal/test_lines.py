"""Lines of an item push: what is one item, what is many, and how a number is kept."""

import pytest

from adapters.postal.lines import REPEATED, Number, line_of, lines_of, plain, value_of
from broker.model.problem import Problem


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        (b"", []), (b" \n\n ", []),
        (b'{"a":1}', [(1, None)]), (b'{"a":1}\n', [(1, None)]), (b"{", [(1, None)]),
        (b'{\n "a": {\n"b":1}\n}\n', [(1, None)]),
        (b'{"a":\n{}\n}', [(1, None)]),
        (b'{"a":1}\n{"a":2}', [(1, 1), (2, 2)]),
        (b'{"a":1}\r\n\r\n  \n{"a":2}\r\n', [(1, 1), (2, 4)]),
        (b'broken\n{"a":2}\n', [(1, 1), (2, 2)]),
        (b'{"a":\n{"a":2}\n{"a":3', [(1, 1), (2, 2), (3, 3)]),
        (b'{"a":1},\n{"a":2},\n', [(1, 1), (2, 2)]),
        (b'\xef\xbb\xbf{"a":1}\n{"a":2}', [(1, 1), (2, 2)]),
        (b'[{"a":1},\n{"a":2}]', [(1, None)]),
    ],
)  # fmt: skip
def test_the_bytes_say_whether_they_are_one_item_or_many(payload, lines):
    """An item may be spread over lines; many stand one a line; an empty line is none."""
    assert [(line.number, line.line) for line in lines_of(payload)] == lines


def test_a_line_is_found_by_its_number():
    """The lines before are passed over, whatever they hold."""
    payload = b'{"a":1}\nbroken\n\n{"a":3}\n'
    found = line_of(payload, 3)
    assert found is not None
    assert (found.number, found.line, found.content) == (3, 4, b'{"a":3}')
    assert line_of(payload, 4) is None


def test_a_number_is_kept_as_it_is_written():
    """Neither digits nor zeros at the end are lost to a binary float."""
    (line,) = lines_of(b'{"a":[0.10,12345678901234567890,1e5,-0]}')
    assert value_of(line) == {"a": [Number("0.10"), Number("12345678901234567890"),
                                    Number("1e5"), Number("-0")]}  # fmt: skip
    assert plain(value_of(line)) == '{"a":[0.10,12345678901234567890,1e5,-0]}'


def test_of_two_values_under_one_name_the_first_is_taken():
    """The others are named, so that whoever reads can say so."""
    (line,) = lines_of(b'{"a":1,"b":2,"a":3}')
    assert value_of(line) == {"a": Number("1"), "b": Number("2"), REPEATED: ["a"]}
    assert plain(value_of(line)) == '{"a":1,"b":2}'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "json.not-well-formed"), (b"\xff", "json.not-well-formed"),
        (b'{"a":NaN}', "json.not-well-formed"), (b'{"a":"\\ud800"}', "json.not-well-formed"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "json.too-deep"),
        (b"[" * 100_000, "json.not-well-formed"),
        (b'{"a":"' + b"x" * 1_100_000 + b'"}', "json.too-large"),
        (b"[1]", "value.malformed"), (b'"text"', "value.malformed"),
        (b"null", "value.malformed"), (b"1", "value.malformed"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_object_is_one_problem_with_its_line(content, code):
    """Syntax, depth, length and kind are told with the number of the line in the file."""
    lines = list(lines_of(b'{"a":1}\n' + content + b"\n"))
    assert len(lines) == 2
    problem = value_of(lines[1])
    assert isinstance(problem, Problem)
    assert (problem.code, problem.message, problem.where.line) == (code, 2, 2)


def test_a_byte_order_mark_is_no_part_of_an_item():
    """Files of one item each, put behind each other, keep the mark of each."""
    marked = b'\xef\xbb\xbf{"a":1}\n'
    assert [value_of(line) for line in lines_of(marked * 2)] == [{"a": Number("1")}] * 2
    assert [value_of(line) for line in lines_of(marked)] == [{"a": Number("1")}]


@pytest.mark.parametrize(
    ("payload", "text"),
    [(b'[{"a":1}]', "the message is an array"), (b"7", "the message is no object"),
     (b'{"a":1}\n[]', "the line is an array")],
)  # fmt: skip
def test_what_is_no_object_is_told_what_to_send(payload, text):
    """An array of items is the usual mistake: its sender hears of one object a line."""
    problem = value_of(list(lines_of(payload))[-1])
    assert isinstance(problem, Problem)
    assert problem.text == text
    assert "one a line" in problem.hint


def test_lines_are_cut_out_one_by_one():
    """The first of very many lines is there before the last one has been looked at."""
    payload = b'{"a":1}\n' * 500_000
    line = next(iter(lines_of(payload)))
    assert (line.number, line.content) == (1, b'{"a":1}')
