"""Envelopes: what is recognised, and what a document must have around its bodies."""

import pytest

from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import Profile

ENVELOPE = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
BODY = "urn:wco:datamodel:WCO:DEC-DMS:2"
PLAIN = Profile("plain", "customs", "")
GOOD = "<FunctionCode>9</FunctionCode><FunctionalReferenceID>L</FunctionalReferenceID>"


@pytest.mark.parametrize(
    ("payload", "declaration", "response"),
    [
        (b'<?xml version="1.0"?><!-- <Response> --><m:MetaData><Declaration>', 90, None),
        (b"<Declaration/>", 90, None),
        (b"\xef\xbb\xbf<Response>", None, 90),
        (b"<MetaData><x:Response><Declaration>", None, 90),
        ("<MetaData><Declaration/></MetaData>".encode("utf-16"), 90, None),
        (b"<other><Declaration/></other>", 10, None),
        (b"<CC315A><HEAHEA/></CC315A>", None, None),
        (b'{"answers": []}', None, None),
        (b"", None, None),
    ],
)
def test_recognition_goes_by_the_first_wco_class(payload, declaration, response):
    """A right root is certain, a known body in a strange root possible, the rest not ours."""
    found = (WcoDec().recognises(payload), WcoRes().recognises(payload))
    assert tuple(one and one.certainty for one in found) == (declaration, response)


@pytest.mark.parametrize(
    "payload",
    [
        f'<MetaData xmlns="{ENVELOPE}"/>',
        f'<MetaData xmlns="{ENVELOPE}"><Response/></MetaData>',
        "<Declaration/>",
        f'<declaration xmlns="{BODY}"/>',
        f'<submit><Declaration xmlns="{BODY}"/></submit>',
    ],
)
def test_another_root_is_one_problem(payload):
    """Nothing is read of a document whose root is not known, and one problem says so."""
    translation = WcoDec().translate(payload.encode(), PLAIN)
    assert [problem.code for problem in translation.problems] == ["root.unknown"]
    assert translation.problems[0].where.line == 1
    assert list(translation.messages) == []


def test_what_the_envelope_says_is_kept_with_its_place():
    """Envelope fields, unknown ones and attributes are unmapped values; the unknown one rejects."""
    payload = (
        f'<m:MetaData xmlns:m="{ENVELOPE}" m:hint="h"><m:WCOTypeName>DEC</m:WCOTypeName>'
        f'<m:New>n</m:New><Declaration xmlns="{BODY}">{GOOD}</Declaration></m:MetaData>'
    )
    (message,) = WcoDec().translate(payload.encode(), PLAIN).messages
    (draft,) = message.events
    assert {(one.path, one.place.xpath, one.value) for one in draft.unmapped} == {
        ("MetaData.WCOTypeName", "/m:MetaData/m:WCOTypeName", "DEC"),
        ("MetaData.New", "/m:MetaData/m:New", "n"),
        ("MetaData@m:hint", "/m:MetaData/@m:hint", "h"),
    }
    assert [problem.code for problem in message.problems] == ["element.unknown"]


def test_a_second_declaration_is_too_many():
    """An envelope holds one declaration; a second one is told and kept unmapped."""
    one = f'<Declaration xmlns="{BODY}">{GOOD}</Declaration>'
    payload = f'<MetaData xmlns="{ENVELOPE}">{one}{one}</MetaData>'
    (message,) = WcoDec().translate(payload.encode(), PLAIN).messages
    (draft,) = message.events
    assert [problem.code for problem in message.problems] == ["element.repeated"]
    assert sorted(one.value for one in draft.unmapped) == ["9", "L"]


@pytest.mark.parametrize(
    ("wrapper", "name"),
    [("soap:Envelope", "MetaData"), ("submitDeclarationRequest", "MetaData"),
     ("soap:Envelope", "Declaration")],
)  # fmt: skip
def test_a_message_inside_another_envelope_is_to_be_sent_alone(wrapper, name):
    """The problem is at the message inside, with its line; the hint names what is around it."""
    inner = f'<Declaration xmlns="{BODY}">{GOOD}</Declaration>'
    if name == "MetaData":
        inner = f'<MetaData xmlns="{ENVELOPE}">{inner}</MetaData>'
    payload = f'<{wrapper} xmlns:soap="urn:s">\n<soap:Body>\n{inner}</soap:Body></{wrapper}>'
    (problem,) = WcoDec().translate(payload.encode(), PLAIN).problems
    assert problem.code == "root.unknown"
    assert problem.text == f"{name} begins at line 3, inside {wrapper!r}"
    assert problem.hint == f"send {name} alone, without {wrapper!r} around it"
    assert (problem.where.line, problem.where.column) == (3, 1)


def test_empty_fields_of_the_envelope_are_no_problem():
    """Published notifications hold the fields of MetaData without a value."""
    payload = (
        f'<MetaData xmlns="{ENVELOPE}"><ResponsibleCountryCode/><ResponsibleAgencyName> '
        f'</ResponsibleAgencyName><Declaration xmlns="{BODY}">{GOOD}</Declaration></MetaData>'
    )
    (message,) = WcoDec().translate(payload.encode(), PLAIN).messages
    assert message.problems == ()
