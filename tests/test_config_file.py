"""A file of the configuration: whatever its bytes are, values or findings with line and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.config_file import ConfigFile, Finding, parse

FILE = "routes/plants.yaml"
CASES = (
    # the bytes, then line, column, and what is said
    (b"a: 1\nb: [", 2, 5, "while parsing a flow node"),
    (b"a: b: c\n", 1, 5, "mapping values are not allowed here; correct it there"),
    (b"a:\n\t- 1\n", 2, 1, "found character '\\t' that cannot start any token"),
    (b"a: !mystery 1\n", 1, 4, "could not determine a constructor for the tag '!mystery'"),
    (b"a: 1\n---\nb: 2\n", 2, 1, "expected a single document in the stream"),
    (b"a: *nowhere\n", 1, 4, "found undefined alias"),
    (b"a: \x07\n", 1, 4, "the character U+0007 may not occur; remove it"),
    (b"? [a, b]\n: 1\n", 1, 3, "found unhashable key"),
    (b"a: caf\xe9\n", 1, 7, "the byte E9 is not UTF-8; save the file as UTF-8"),
    ("a: 1\n".encode("utf-16"), 1, 1, "is written in UTF-16; save it as UTF-8"),
    (b"a: 1\nb: 2\na: 3\n", 3, 1, "the key 'a' occurs twice, on lines 1 and 3; remove one"),
    (b"x:\n  - {b: 1, b: 2}\n", 2, 12, "the key 'b' occurs twice, on lines 2 and 2"),
    (b"codes: [0601, 0603]\n", 1, 9, "0601 is read as the number 385; write '0601' in quotes"),
    (b"0603: cut flowers\n", 1, 1, "0603 is read as the number 387; write '0603' in quotes"),
    (b"at: 10:30\n", 1, 5, "10:30 is read as the number 630; write '10:30' in quotes"),
    (b"call: +4420\n", 1, 7, "+4420 is read as the number 4420; write '+4420' in quotes"),
    (b"id: 99999999999999999999\n", 1, 5, "is too large for a number"),
    (b"country: NO\n", 1, 10, "NO is read as false; write 'NO' in quotes, or false"),
    (b"'no': 1\non: true\n", 2, 1, "on is read as true; write 'on' in quotes, or true"),
    (b"day: 2026-13-45\n", 1, 6, "'2026-13-45': month must be in 1..12; correct it"),
)


@pytest.mark.parametrize(("content", "line", "column", "text"), CASES)
def test_what_cannot_be_meant_is_told_with_its_line_and_column(content, line, column, text):
    """Syntax, encoding, keys that occur twice, and values that YAML takes for something else."""
    findings = parse(FILE, content).findings
    assert [one.file for one in findings] == [FILE] * len(findings)
    first = next(one for one in findings if text in one.text)
    assert (first.line, first.column) == (line, column), first
    assert str(first).startswith(f"{FILE}:{line}:{column}: ")


MEANT = (
    (b"", None),
    (b"# nothing yet\n", None),
    (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
    (b"codes: ['0603', \"0604\", 0803]\n", {"codes": ["0603", "0604", "0803"]}),
    (b"size: 10_485_760\nport: 0\nlow: -5\nshare: 0.5\n",
     {"size": 10485760, "port": 0, "low": -5, "share": 0.5}),
    (b"a: &x {b: 1}\nc: *x\nd: {<<: *x, b: 2}\n",
     {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 2}}),
)  # fmt: skip


@pytest.mark.parametrize(("content", "values"), MEANT)
def test_what_is_meant_as_it_is_read_is_no_finding(content, values):
    """Quoted codes, numbers as people write them, a byte order mark, anchors, an empty file."""
    file = parse(FILE, content)
    assert file == ConfigFile(FILE, values, (), file.root)


def test_what_is_neither_text_nor_number_is_a_finding():
    """Bytes, and a list that holds itself, could not be kept with a decision."""
    for content in (b"a: !!binary aGVsbG8=\n", b"a: &x [*x]\n"):
        (finding,) = parse(FILE, content).findings
        assert "holds what is neither text, number, list nor map" in finding.text


def test_a_file_nested_too_deeply_is_a_finding():
    """It is not read at all, and nothing else falls with it."""
    file = parse(FILE, b"[" * 20_000)
    assert file.values is None
    assert file.findings


PLACES = (
    ("rules[1].when.Goods.Code.equals", 7),
    ("rules[1].because", 4),
    ("rules.0.name", 3),
    ("rules[9]", 2),
    ("title", 1),
    ("nothing.there", 1),
)


@pytest.mark.parametrize(("path", "line"), PLACES)
def test_a_finding_gets_the_line_of_its_path(path, line):
    """Keys may hold dots; of what is missing it is the line of what should hold it."""
    text = (
        "title: two rows\nrules:\n- name: first\n- name: second\n  when:\n    Goods.Weight: 1\n"
        "    Goods.Code: {equals: a}\n"
    )
    file = parse(FILE, text.encode())
    assert file.located(Finding(FILE, path, "wrong")).line == line
    assert file.located(Finding("another.yaml", path, "wrong")).line == 0


@given(st.binary(max_size=60) | st.text("ab:[]{}-&*!'\"\n 0#?|>%@\t", max_size=40).map(str.encode))
def test_any_bytes_are_values_or_findings(content):
    """Never an exception."""
    file = parse(FILE, content)
    assert file.values is None or file.root is not None
    assert all(one.text and one.path for one in file.findings)
