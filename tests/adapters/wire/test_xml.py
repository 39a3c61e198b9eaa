"""Safe XML: attacks are refused with one problem, and places are the sender's own."""

import pytest
from lxml import etree

from adapters.wire.xml import (
    Limits,
    Positions,
    attribute_name,
    namespace_of,
    parse,
    stray_texts,
    values_below,
    writable,
)
from broker.model.problem import Problem

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "payload",
    [
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;]><a/>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(),
        "<!DOCTYPE a><a/>".encode("utf-16"),
        b"<!DOCTYPE a><a>",
    ],
)
def test_any_doctype_is_refused(payload):
    """With a DOCTYPE, text could vanish, files could be read or memory be eaten: one problem."""
    problem = parse(payload)
    assert isinstance(problem, Problem)
    assert problem.code == "xml.doctype"
    assert problem.where.line


@pytest.mark.parametrize(
    ("payload", "line"),
    [(b"<a>\n<b></a>", 2), (b"", 1), (b"<a/>\nlog line", 2), (b"<a>&undefined;</a>", 1),
     (b"<a b='1' b='2'/>", 1), (b"\x00\x01", 1), (b"<a>\xff\xfe</a>", 1)],
)  # fmt: skip
def test_what_is_not_well_formed_is_one_problem_with_its_place(payload, line):
    """Line and column say where the first mistake is."""
    problem = parse(payload)
    assert isinstance(problem, Problem)
    assert problem.code == "xml.not-well-formed"
    assert problem.where.line == line
    assert problem.where.column


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        (b"<a/>log line", "behind it"), (b"<a><b></c></a>", "its own name"),
        (b"<a><!-- x -- y --></a>", "inside a comment"), (b"<a><!-- x", "'-->'"),
        (b"<a><![CDATA[x", "']]>'"), (b"<a>A & B</a>", "'&amp;'"), (b"<a>&nbsp;</a>", "'&#160;'"),
        (b"<a>x < y</a>", "'&lt;'"), (b"<a>\x01</a>", "control character"),
        (b"<a>\xff</a>", "encoding"), (b"<a b=1/>", "in quotes"), (b"<a b='1' b='2'/>", "keep one"),
        (b"<m:a/>", "declare the prefix"), (b" <?xml version='1.0'?><a/>", "comes first"),
        (b"<?xml version='1.0' encoding='x'?><a/>", "UTF-8"), (b"", "no element"),
        (b"<a b='<'/>", "'&lt;'"), (b"<a>]]></a>", "XML editor"), (b"<a b='x/>", "its quote"),
    ],
)  # fmt: skip
def test_each_usual_fault_of_a_document_has_its_hint(payload, part):
    """What to do is said for the fault that is there, and no other."""
    problem = parse(payload)
    assert isinstance(problem, Problem)
    assert problem.code == "xml.not-well-formed"
    assert part in problem.hint


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    ("text", "element", "inside"),
    [
        ("<a>\n<b><c>te", "c", "(a/b/c)"), ("<a>\n<b><c/><cd", "b", "(a/b)"),
        ("<n:a xmlns:n='u'>\n<b></b", "b", "(n:a/b)"),
        ("<a>\n" + "<b>" * 20, "b", "(.../b/b/b/b/b/b/b/b)"),
    ],
)  # fmt: skip
def test_a_document_that_breaks_off_says_inside_which_element(text, element, inside, codec):
    """The end was lost on the way: where, and what is open there; not a word of the root's end."""
    problem = parse(text.encode(codec))
    assert isinstance(problem, Problem)
    assert repr(element) in problem.text
    assert inside in problem.text
    last = text.rpartition("\n")[2]
    assert (problem.where.line, problem.where.column) == (2, len(last) + 1)
    assert "lost on the way" in problem.hint


def test_what_is_written_and_what_is_kept():
    """A character that XML cannot hold is replaced; of an unknown element every value is told."""
    assert writable("a\x00\ud800b\t") == "a\ufffd\ufffdb\t"
    root = parse(b"<a x='1'> t <b y='2'>u</b> v </a>")
    told = [(element.tag, name, value) for element, name, value in values_below(root)]
    assert told == [
        ("a", "", "t"),
        ("a", "x", "1"),
        ("b", "", "u"),
        ("b", "y", "2"),
        ("b", "", "v"),
    ]
    assert namespace_of(parse(b"<a xmlns='urn:q'/>")) == "the namespace 'urn:q'"
    assert namespace_of(root) == "no namespace"


def test_size_number_and_depth_are_limited():
    """Bytes, tags and levels each have an end, and a code that says which was reached."""
    limits = Limits(payload_bytes=2_000, tags=50)
    assert parse(b"<a>" + b"x" * 2_000 + b"</a>", limits).code == "xml.too-large"
    assert parse(b"<a>" + b"<b/>" * 60 + b"</a>", limits).code == "xml.too-many-elements"
    crowded = b"<a " + b" ".join(b'k%d="v"' % number for number in range(11_000)) + b"/>"
    assert parse(crowded).code == "xml.too-many-attributes"
    deep = b"<a>" * 300 + b"</a>" * 300
    assert parse(deep).code == "xml.too-deep"


def test_comments_and_instructions_leave_no_gap_in_a_text():
    """A value around a comment is one value."""
    root = parse(b"<a>1<!-- x -->2<?y z?>3</a>")
    assert root.text == "123"
    assert len(root) == 0


def test_places_use_the_prefixes_of_the_sender():
    """Names are as they were written; positions stand only where siblings share a name."""
    root = parse(
        b'<p:a xmlns:p="urn:1" xmlns="urn:2" xmlns:q="urn:3">\n<b/><b q:k="v"/>\n<p:b/></p:a>'
    )
    positions = Positions()
    assert [positions.xpath(child) for child in root] == ["/p:a/b[1]", "/p:a/b[2]", "/p:a/p:b"]
    place = positions.place(root[1], "{urn:3}k")
    assert (place.xpath, place.line) == ("/p:a/b[2]/@q:k", 2)
    assert attribute_name(root, "plain") == "plain"


def test_stray_texts_are_those_beside_elements():
    """White space between elements says nothing; anything else does."""
    assert list(stray_texts(etree.fromstring("<a> x <b>in</b>\n<c/>y</a>"))) == [" x ", "y"]
