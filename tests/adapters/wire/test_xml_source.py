"""Places in XML as it was written: another parser's line and column are the oracle."""

from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire.xml import Positions, parse
from adapters.wire.xml_source import BrokenOff, Source, broken_off, text_of


def _seen_by_expat(text: str) -> list[tuple[int, int]]:
    """Line and column of every start tag, in document order, columns counted in characters."""
    found: list[tuple[int, int]] = []
    parser = expat.ParserCreate()
    data, lines = text.encode(), text.split("\n")

    def start(_name: str, _attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        before = data[: parser.CurrentByteIndex].rpartition(b"\n")[2].decode()
        assert lines[line - 1].startswith(before)
        found.append((line, len(before) + 1))

    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


NAMES = st.sampled_from(["a", "b:c", "d-e.f", "_é"])
TEXTS = st.sampled_from([
    "", "x", "\n", "é\n", "&lt;b&gt;", "<!-- <c> -->", "<!--\n--><?p <d> ?>", "<![CDATA[<e></e>]]>",
    ">", "😀",
])  # fmt: skip
ATTRIBUTES = st.sampled_from(["", ' k="v"', ' k="a>b"', " k='\"/>'", '\n  k="1"\n', ' k="é"'])


@st.composite
def _elements(draw, depth=0):
    name, attributes = draw(NAMES), draw(ATTRIBUTES)
    if draw(st.booleans()) and depth:
        return f"<{name}{attributes}/>"
    below = st.one_of(TEXTS, _elements(depth + 1)) if depth < 3 else TEXTS
    content = "".join(draw(st.lists(below, max_size=4)))
    return f"<{name}{attributes}>{content}</{name}>"


@settings(max_examples=150, deadline=None)
@given(_elements())
def test_start_tags_stand_where_another_parser_sees_them(element):
    """Comments, instructions, CDATA, quoted '>' and characters of any width shift nothing."""
    text = f'<?xml version="1.0"?>\n<r xmlns:b="urn:b">{element}</r>'
    source = Source(text)
    seen = _seen_by_expat(text)
    assert [source.position(number) for number in range(len(seen))] == seen
    assert not source.is_at(len(seen), "")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_columns_are_the_same_in_every_encoding(codec):
    """A column counts characters, whatever bytes they are; the byte order mark is none."""
    text = "<a>é😀<b/>\n<c/></a>"
    root = parse(text.encode(codec))
    positions = Positions(text.encode(codec))
    places = [positions.exact(one) for one in root.iter()]
    assert [(one.line, one.column) for one in places] == [(1, 1), (1, 6), (2, 1)]
    assert [one.xpath for one in places] == ["/a", "/a/b", "/a/c"]


def test_an_encoding_that_is_declared_is_followed():
    """The first line says how the bytes are read; a wrong one costs no more than the column."""
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é<b/></a>'.encode("latin-1")
    assert Positions(declared).exact(parse(declared)[0]).column == 48
    assert text_of(b"<a>\xe9</a>", "utf-8") == "<a>é</a>"
    assert text_of(b"<a/>", "no-such-codec") == "<a/>"
    assert text_of("<a/>".encode("utf-16-le"), None) == "<a/>"
    assert text_of("<a/>".encode("utf-16-be"), "utf-8") == "<a/>"


def test_without_the_bytes_there_is_no_column():
    """Whoever asks with other bytes, or none, is given the parser's line alone."""
    root = parse(b"<a>\n<b/></a>")
    for positions in (Positions(), Positions(b"<a/>")):
        place = positions.exact(root[0])
        assert (place.xpath, place.line, place.column) == ("/a/b", 2, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a><b>te", BrokenOff(("a", "b"), 1, 9)), ("<a>\n<b/>\n<cd", BrokenOff(("a",), 3, 4)),
        ('<a><b c="</a>', BrokenOff(("a",), 1, 14)), ("<a></a", BrokenOff(("a",), 1, 7)),
        ("<a/>", None), ("<a></b>", None), ("<a></a><b>", None), ("", None), ("text", None),
        ("</a>", None),
    ],
)  # fmt: skip
def test_a_text_that_ends_too_early_tells_what_is_open(text, found):
    """Only where every tag before the end matches: else something other than the end is wrong."""
    assert broken_off(text) == found
