"""What files of each syntax are described as, whether any format reads them or not."""

import pytest

from adapters.interchange import EDIFACT
from adapters.syntaxes import JSON, WORKBOOK, XML
from adapters.wire.xlsx_parts import packed
from adapters.wire.xlsx_write import compose
from broker.model.problem import Place

EVERY = (XML, JSON, WORKBOOK, EDIFACT)
BOOK = compose([("Cargo", [["a"]]), ("Stores", [["b"]])])
SOAP = b"""<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>
<s:Body>
<q:B xmlns:q='urn:x'/>"""
CASES = [
    (XML, b"<Order/>", "XML with the root Order", Place(xpath="/Order", line=1)),
    (XML, b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <A/>\n -->\n<q:B xmlns:q='urn:x:1'>",
     "XML with the root B of the namespace urn:x:1", Place(xpath="/B", line=4)),
    (XML, "<A xmlns='urn:y'/>".encode("utf-16"), "XML with the root A of the namespace urn:y",
     Place(xpath="/A", line=1)),
    (XML, SOAP, "XML with a SOAP envelope around B of the namespace urn:x, which begins at line 3",
     Place(xpath="/Envelope/Body/B", line=3)),
    (XML, b"<Envelope><Body><B/>", "XML with the root Envelope", Place(xpath="/Envelope", line=1)),
    (XML, b"<?xml version='1.0'?>", "XML without a root element", Place(line=1)),
    (JSON, b' {"a": 1, "b": {"c": 2}}', "a JSON object with the members a, b, c",
     Place(json_pointer="")),
    (JSON, b'[{"id": 1}]', "a JSON array with the members id", Place(json_pointer="")),
    (JSON, b"[]", "a JSON array", Place(json_pointer="")),
    (WORKBOOK, BOOK, "a workbook with the sheets Cargo, Stores", Place(sheet="Cargo")),
    (WORKBOOK, packed({"word/document.xml": b"<a/>"}), "a ZIP archive that is not a workbook",
     Place(byte=0)),
    (EDIFACT, b"UNB+UNOA:3+A+B+260101:0000+1'UNH+1+CUSREP:D:05B:UN'UNH+2+CUSCAR:D:95B:UN'",
     "a UN/EDIFACT interchange with CUSREP D.05B, CUSCAR D.95B", Place(segment="UNB")),
    (EDIFACT, b"UNH+1+CUSREP:D:05B:UN'", "a UN/EDIFACT interchange with CUSREP D.05B",
     Place(segment="UNH")),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "payload", "words", "place"), CASES)
def test_a_file_is_described_by_its_syntax_and_by_no_other(syntax, payload, words, place):
    """Root and namespace, members, sheets, or types and releases; and where they are."""
    sight = syntax.describe(payload)
    assert sight == (words, place)
    assert [one.name for one in EVERY if one.describe(payload)] == [syntax.name]


@pytest.mark.parametrize("payload", [b"", b"\0" * 99, b"plain words", b"%PDF-1.7", b"\xff\xfe"])
def test_bytes_of_no_syntax_are_not_described(payload):
    """Nothing claims them."""
    assert [one.name for one in EVERY if one.describe(payload)] == []


def test_descriptions_are_bounded():
    """Names of a sender that are long, or many, make no long sentence."""
    name = b"N" * 5_000
    for payload in (
        b"<%b xmlns='%b'/>" % (name, name),
        b"{" + b",".join(b'"m%d": 1' % number for number in range(9_000)) + b"}",
        compose([(f"Sheet {number}", [["a"]]) for number in range(300)]),
        b"UNB+UNOA:3'" + b"".join(b"UNH+1+T%05d:D:05B'" % number for number in range(500)),
    ):
        (sight,) = [found for one in EVERY if (found := one.describe(payload))]
        assert len(sight.words) < 500
