"""What real declarants vary: each variant of one declaration is read, or told once, in place.

The declaration is composed; `BASE` is accepted without a problem by the shipped profile.
"""

import re
from typing import Any

import pytest

from adapters.customs.sample_declaration import compose
from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import Profile

BASE = compose(items=2, number=1, seed=1).decode()
ITEM = "/md:MetaData/Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def _with(tag: str, written: str) -> str:
    """The declaration with another text in the first element of this name."""
    changed = re.sub(
        rf"<{tag}( [^>]*)?>[^<]*</{tag}>",
        lambda found: f"<{tag}{found[1] or ''}>{written}</{tag}>",
        BASE,
        count=1,
    )
    assert changed != BASE
    return changed


def _dated(content: str) -> str:
    """The declaration with a moment that says this."""
    moment = f"<AcceptanceDateTime>{content}</AcceptanceDateTime>"
    return BASE.replace("<TypeCode>", f"{moment}<TypeCode>", 1)


def _of(text: str | bytes, profile: Profile) -> tuple[list[str], list[Any]]:
    payload = text if isinstance(text, bytes) else text.encode()
    translation = WcoDec().translate(payload, profile)
    messages = list(translation.messages)
    told = [*translation.problems, *(one for message in messages for one in message.problems)]
    return [message.verdict for message in messages], told


@pytest.mark.parametrize(
    "payload",
    [
        BASE.encode(), BASE.encode("utf-8-sig"), BASE.replace("UTF-8", "UTF-16").encode("utf-16"),
        BASE.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        BASE.replace("md:", "x:").replace("xmlns:md", "xmlns:x").encode(),
        re.sub(r"<(/?)(?!md:|ds:|\?)(\w)", r"<\1d:\2", BASE.replace("xmlns=", "xmlns:d=")).encode(),
        BASE.replace("<md:MetaData", f'<md:MetaData xmlns:xsi="{XSI}" xsi:schemaLocation="u v"')
        .encode(),
        BASE.replace("><", ">\r\n  <").encode(), _with("TypeCode", " IMA\n").encode(),
        _with("Description", "<![CDATA[A & B]]>").encode(),
        _with("Description", "A<!-- no -->B<?none?>").encode(),
        _with("NetNetWeightMeasure", " 12.5 ").encode(),
        _with("NetNetWeightMeasure", "0").encode(), _with("SequenceNumeric", "001").encode(),
        b"\xef\xbb\xbf" * 2 + BASE.encode(),
        b"\xff\xfe" * 3 + BASE.replace("UTF-8", "UTF-16").encode("utf-16-le"),
        _dated('<ds:DateTimeString formatCode="102"> 20261102\n</ds:DateTimeString>').encode(),
    ],
)  # fmt: skip
def test_what_says_the_same_is_accepted_without_a_word(payload, uk_cds):
    """Encodings, prefixes, white space and comments are the declarant's own matter."""
    assert _of(payload, uk_cds) == (["accepted"], [])


UNREAD = "number.malformed"


@pytest.mark.parametrize(
    ("tag", "written", "code", "expected", "hint"),
    [
        ("NetNetWeightMeasure", "15,60", UNREAD, "up to 6 of them decimals", "no comma"),
        ("NetNetWeightMeasure", "1,234.5", UNREAD, "up to 16 digits", "grouping"),
        ("NetNetWeightMeasure", "1e3", UNREAD, "up to 16 digits", "exponent"),
        ("NetNetWeightMeasure", "12 kg", UNREAD, "up to 16 digits", "unit"),
        ("NetNetWeightMeasure", "", "wco.net-mass.missing", "a value", "in kilograms"),
        ("SequenceNumeric", "1.5", UNREAD, "up to 5 digits", "digits only"),
        ("FunctionCode", "X", "value.malformed", "up to 2 digits", "digits only"),
        ("FunctionCode", "", "value.missing", "a value", "9 for an original"),
        ("FunctionalReferenceID", "X" * 40, "value.too-long", "up to 35", "shorten"),
        ("FunctionalReferenceID", " ", "value.missing", "a value", "LRN"),
        ("TypeCode", "import", "value.too-long", "up to 3 characters", "not its text"),
        ("CountryCode", "G1", "value.malformed", "2 letters", "letters only"),
    ],
)  # fmt: skip
def test_each_value_that_is_wrong_is_told_once_where_it_stands(
    tag, written, code, expected, hint, uk_cds
):
    """One mistake is one problem: what was expected is a picture, and the hint says what to do."""
    text = _with(tag, written)
    verdicts, (problem,) = _of(text, uk_cds)
    assert verdicts == ["rejected"]
    assert problem.code == code
    assert expected in problem.expected
    assert hint in problem.hint
    line = text.split("\n")[problem.where.line - 1]
    assert line[problem.where.column - 1 :].startswith(f"<{tag}")


@pytest.mark.parametrize(
    ("content", "code", "expected", "hint"),
    [
        ("2026-11-02", "text.misplaced", "a DateTimeString", 'formatCode="102">YYYYMMDD'),
        ('<ds:DateTimeString formatCode="102">2026-11-02</ds:DateTimeString>',
         "moment.malformed", "203 (YYYYMMDDhhmm)", "formatCode 102 is YYYYMMDD"),
        ('<ds:DateTimeString formatCode="204">20261102</ds:DateTimeString>',
         "moment.malformed", "102 (YYYYMMDD)", "formatCode 204 is YYYYMMDDhhmmss"),
        ('<ds:DateTimeString formatCode="102">20260230</ds:DateTimeString>',
         "moment.malformed", "102 (YYYYMMDD)", "calendar"),
        ("<ds:DateTimeString>20261102</ds:DateTimeString>", "moment.malformed",
         "102 (YYYYMMDD)", "state in formatCode"),
        ('<DateTimeString formatCode="102">20261102</DateTimeString>', "element.unknown",
         "the namespace urn:wco:datamodel:WCO:Declaration_DS:DMS:2", "prefix"),
        ("<ds:DateTime>2026-11-02T10:00:00</ds:DateTime>", "element.unknown",
         "one of DateTimeString", "did you mean 'DateTimeString'?"),
    ],
)  # fmt: skip
def test_each_moment_that_is_none_is_told_how_to_be_one(content, code, expected, hint, uk_cds):
    """Format codes are shown as pictures, and the hint is about the one that was meant."""
    verdicts, (problem,) = _of(_dated(content), uk_cds)
    assert (verdicts, problem.code) == (["rejected"], code)
    assert expected in problem.expected
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("FunctionalReferenceID", "FunctionalReferenceId",
         ["element.unknown", "value.missing"]),
        ("FunctionCode", "FunctonCode", ["element.unknown", "value.missing"]),
        ("NetNetWeightMeasure", "NetWeightMeasure",
         ["element.unknown", "wco.net-mass.missing"] * 2),
        ("GoodsShipment", "GoodShipment", ["element.unknown"]),
    ],
)  # fmt: skip
def test_a_misspelt_element_and_what_is_missing_for_it_are_one_pair(old, new, told, uk_cds):
    """Both stand where the misspelt element does, and name each other; nothing else is told."""
    _verdicts, problems = _of(re.sub(rf"<(/?){old}\b", rf"<\1{new}", BASE), uk_cds)
    assert [one.code for one in problems] == told
    for unknown, absent in zip(problems[::2], problems[1::2], strict=False):
        assert unknown.hint == f"did you mean {old!r}?"
        assert absent.where == unknown.where
        assert f"correct the name of {new!r}" in absent.hint


def test_an_element_of_another_namespace_is_told_which_is_right(uk_cds):
    """The name is right: the problem is about the namespace alone."""
    text = BASE.replace("<FunctionCode>", '<FunctionCode xmlns="urn:other">')
    _verdicts, problems = _of(text, uk_cds)
    assert [one.code for one in problems] == ["element.unknown", "value.missing"]
    assert problems[0].text == "FunctionCode is in the namespace 'urn:other'"
    assert problems[0].expected == "the namespace urn:wco:datamodel:WCO:DEC-DMS:2"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [("xmlns=", "xmlns:z=", "'Declaration' is in no namespace"),
     ("DEC-DMS:2", "DEC:9", "'Declaration' is in the namespace 'urn:wco:datamodel:WCO:DEC:9'"),
     ("Data-DMS:2", "Data:1",
      "'md:MetaData' is in the namespace 'urn:wco:datamodel:WCO:DocumentMetaData:1'")],
)  # fmt: skip
def test_the_element_of_another_namespace_is_named(old, new, text, uk_cds):
    """The problem is at the element, envelope or body, whose namespace is not the right one."""
    verdicts, (problem,) = _of(BASE.replace(old, new), uk_cds)
    assert (verdicts, problem.code) == ([], "root.unknown")
    assert problem.text == text
    assert problem.expected.startswith(text.split("'")[1].removeprefix("md:"))
    assert problem.where.line == 2
    assert problem.where.xpath.endswith(text.split("'")[1])


def test_a_value_in_an_attribute_is_told_instead_of_lost(uk_cds):
    """What should be an element is one problem, at the attribute."""
    text = BASE.replace("<GovernmentAgencyGoodsItem><SequenceNumeric>1</SequenceNumeric>",
                        '<GovernmentAgencyGoodsItem SequenceNumeric="1">')  # fmt: skip
    _verdicts, (problem,) = _of(text, uk_cds)
    assert problem.code == "attribute.misplaced"
    assert problem.path.endswith("GovernmentAgencyGoodsItem[#1].SequenceNumeric")
    assert problem.where.xpath == f"{ITEM}/@SequenceNumeric"
    assert "<SequenceNumeric>" in problem.hint


def test_problems_stand_in_the_order_of_the_file(uk_cds):
    """Those of the walk and those of the profile are one list, by line and column."""
    text = _with("FunctionalReferenceID", "X" * 23).replace("<TypeCode>IMA", "<TypeCode>QQQ")
    text = text.replace("10746.000</NetNet", "x</NetNet").replace("<ModeCode>1", "<ModeCode>X", 1)
    _verdicts, problems = _of(text, uk_cds)
    assert [one.code for one in problems] == [
        "wco.lrn.too-long", "wco.declaration.type-unknown", "value.malformed", UNREAD
    ]  # fmt: skip
    places = [(one.where.line, one.where.column) for one in problems]
    assert places == sorted(places)


def test_a_warning_about_a_value_takes_the_place_of_no_error(uk_cds):
    """Where a profile only warns of what cannot be read, a value it demands is still missing."""
    settings = {**uk_cds.settings, "severities": {UNREAD: "warning"}}
    lenient = Profile("lenient", "customs", "", uk_cds.constraints, uk_cds.codelists, settings)
    verdicts, problems = _of(_with("NetNetWeightMeasure", "x"), lenient)
    assert verdicts == ["rejected"]
    assert [(one.code, one.severity) for one in problems] == [
        ("wco.net-mass.missing", "error"), (UNREAD, "warning")
    ]  # fmt: skip


def test_a_response_tells_each_mistake_once(uk_responses):
    """The same holds for what an agency sends."""
    space = "urn:wco:datamodel:WCO:RES-DMS:2"
    payload = (
        f'<Response xmlns="{space}"><FunctionCode>X</FunctionCode><Declaration>'
        f"<ID>{'M' * 80}</ID></Declaration></Response>"
    ).encode()
    (message,) = WcoRes().translate(payload, uk_responses).messages
    assert [(one.code, one.path) for one in message.problems] == [
        ("value.malformed", "Response.FunctionCode"),
        ("value.too-long", "Response.Declaration.ID"),
    ]
