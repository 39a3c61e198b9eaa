"""What real senders vary: each variant of one item is read, or told once, clearly and in place.

The items are composed; `BASE` is accepted without a problem by the shipped profile.
"""

import json
import re
from copy import deepcopy
from typing import Any

import pytest

from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt

PIECE = (
    "<ContentPiece><Index>1</Index><Number>2</Number><Description>invented toy</Description>"
    "<HS>950300</HS><NetWeight>0.400</NetWeight><Amount>48.00</Amount>"
    "<CurrencyCd>USD</CurrencyCd><OrigCountryCd>US</OrigCountryCd></ContentPiece>"
)
BASE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ITMATT><MailObject><Id>LX123456785US</Id>'
    "<OrigPostOrgCd>USAA</OrigPostOrgCd><MailClassCd>U</MailClassCd><MailCategoryCd>A"
    "</MailCategoryCd><PostingDt>2026-11-02T15:20:00Z</PostingDt></MailObject><Declaration>"
    "<NatureTypeCd>31</NatureTypeCd><GrossWeight>0.640</GrossWeight>"
    "<Sender><Name>Invented Sender</Name><AddressLine1>1 Fictitious Road</AddressLine1>"
    "<City>Mockbridge</City><ZIP>00000</ZIP><CountryCd>US</CountryCd></Sender>"
    "<Recipient><Name>Invented Addressee</Name><AddressLine1>2 Imaginary Lane</AddressLine1>"
    "<City>Musterstadt</City><ZIP>00001</ZIP><CountryCd>DE</CountryCd></Recipient>"
    f"<ContentPieces>{PIECE}</ContentPieces></Declaration></ITMATT>"
)
NAMELESS = BASE.partition("\n")[2]


def _with(tag: str, written: str) -> str:
    """The item with another text in the first element of this name, or another element."""
    new = written if written.startswith("<") else f"<{tag}>{written}</{tag}>"
    changed = re.sub(f"<{tag}>[^<]*</{tag}>", lambda _: new, BASE, count=1)
    assert changed != BASE
    return changed


def _of(payload: bytes, profile) -> tuple[list[str], list[Any]]:
    translation = Itmatt().translate(payload, profile)
    messages = list(translation.messages)
    told = [*translation.problems, *(one for message in messages for one in message.problems)]
    return [message.verdict for message in messages], told


@pytest.mark.parametrize(
    "payload",
    [
        BASE.encode(), BASE.encode("utf-8-sig"), NAMELESS.encode("utf-16"),
        BASE.replace("UTF-8", "UTF-16").encode("utf-16"),
        BASE.replace("UTF-8", "ISO-8859-1").replace("Muster", "M\xfcster").encode("latin-1"),
        NAMELESS.replace("<ITMATT", '<ITMATT xmlns="urn:invented:post"').encode(),
        re.sub(r"<(/?)(\w)", r"<\1p:\2", NAMELESS)
        .replace("<p:ITMATT", '<p:ITMATT xmlns:p="urn:invented:post"').encode(),
        BASE.replace("<ITMATT", '<ITMATT xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                     'xsi:schemaLocation="urn:x y.xsd"').encode(),
        BASE.replace("><", ">\r\n  <").encode(),
        _with("City", "<City><![CDATA[A & B]]></City>").encode(),
        _with("City", "<City>A<!-- no -->B<?none?></City>").encode(),
        _with("GrossWeight", "+.640").encode(), _with("Number", "2.").encode(),
        _with("HS", "9503.00").encode(), _with("HS", "9503 00 75").encode(),
        _with("HS", "950300750").encode(), _with("HS", "9503-00-75-0000").encode(),
        _with("MailClassCd", " U\n").encode(),
        _with("PostingDt", "2026-11-02").encode(), _with("PostingDt", "2026-11-02T15:20").encode(),
        _with("PostingDt", "2026-11-02T15:20:00.123+01:00").encode(),
        _with("PostingDt", "2026-11-02T15:20:00.1234567Z").encode(),
        _with("Id", "lx 123 456 785 us").encode(), _with("HS", "9503004100").encode(),
        _with("NetWeight", "0").encode(), _with("Number", "2.0").encode(),
    ],
)  # fmt: skip
def test_what_says_the_same_is_accepted_without_a_word(payload, itmatt_profile):
    """Encodings, prefixes, white space, comments and precision are the sender's own matter."""
    assert _of(payload, itmatt_profile) == (["accepted"], [])


UNREAD = "number.malformed"


@pytest.mark.parametrize(
    ("tag", "written", "code", "expected", "hint"),
    [
        ("GrossWeight", "15,60", UNREAD, "up to 16 digits, up to 6 of them decimals", "no comma"),
        ("GrossWeight", "-0.6", UNREAD, "up to 16 digits", "sign"),
        ("GrossWeight", "1e3", UNREAD, "up to 16 digits", "exponent"),
        ("GrossWeight", "0.64 kg", UNREAD, "up to 16 digits", "unit"),
        ("GrossWeight", "+-5", UNREAD, "up to 16 digits", "digits, and a point"),
        ("GrossWeight", ".", UNREAD, "up to 16 digits", "digits, and a point"),
        ("GrossWeight", "0.1234567", UNREAD, "up to 6 of them decimals", "digits"),
        ("Amount", "1,234.50", UNREAD, "up to 3 of them decimals", "grouping"),
        ("Amount", "1.234,50", UNREAD, "up to 3 of them decimals", "grouping"),
        ("Number", "two", UNREAD, "up to 8 digits", "digits"),
        ("GrossWeight", "", "postal.gross-mass.missing", "a value", "in kilograms"),
        ("GrossWeight", "<GrossWeight/>", "postal.gross-mass.missing", "a value", "in kilograms"),
        ("GrossWeight", "640", "postal.gross-mass.implausible", "less than 100 kg", "0.640"),
        ("PostingDt", "20261102", "moment.malformed", "YYYY-MM-DD,", "in this order"),
        ("PostingDt", "02/11/2026", "moment.malformed", "YYYY-MM-DD,", "in this order"),
        ("PostingDt", "2026-11-02 15:20", "moment.malformed", "Thh:mm:ss", "ISO 8601"),
        ("PostingDt", "2026-11-02T15:20:00+0100", "moment.malformed", "+hh:mm", "ISO 8601"),
        ("PostingDt", "2026-02-30", "moment.malformed", "YYYY-MM-DD,", "calendar"),
        ("PostingDt", "2026-11", "postal.item.posting-date-missing", "YYYY-MM-DD,", "to the day"),
        ("CountryCd", "us", "value.malformed", "2 letters", "capital letters"),
        ("CountryCd", "USA", "value.malformed", "2 letters", "capital letters"),
        ("OrigCountryCd", "us", "country.unknown", "AD", "capital letters"),
        ("CurrencyCd", "usd", "value.malformed", "3 letters", "capital letters"),
        ("CurrencyCd", "", "currency.missing", "three capital letters", "with its currency"),
        ("NatureTypeCd", "gift", "value.too-long", "up to 3 characters", "not its text"),
        ("NatureTypeCd", "77", "postal.nature.unknown", "11, 21, 31", "list 136"),
        ("MailClassCd", "X", "postal.mail-class.unknown", "U, C, E, T", "T: empty receptacles"),
        ("Description", "x" * 600, "value.too-long", "up to 512 characters", "shorten"),
        ("Id", "LX123456789US", "postal.s10.check-digit", "5 for", "label"),
        ("Id", "LX-123456785-US", "postal.s10.malformed", "2 letters, 9 digits", "label"),
        ("Id", "", "postal.item.identifier-missing", "a value", "label"),
        ("HS", "95.3", "postal.hs.malformed", "4 digits, or 6 to 12", "zeros"),
        ("HS", "95030", "postal.hs.malformed", "4 digits, or 6 to 12", "zeros"),
        ("HS", "9503007500000", "postal.hs.malformed", "4 digits, or 6 to 12", "zeros"),
        ("HS", "9503,00", "postal.hs.malformed", "4 digits, or 6 to 12", "zeros"),
        ("HS", "000000", "postal.hs.implausible", "01 to 99", "ask the sender"),
        ("ZIP", "<ZIP/>", "element.empty", "a value", "leave ZIP out"),
        ("Index", "A", UNREAD, "up to 5 digits", "digits"),
        ("OrigPostOrgCd", "", "postal.operator.missing", "a value", "name the operator"),
        ("Number", "<Number/>", "postal.quantity.missing", "a value", "how many pieces"),
    ],
)  # fmt: skip
def test_each_value_that_is_wrong_is_told_once_where_it_stands(
    tag, written, code, expected, hint, itmatt_profile
):
    """One mistake is one problem: what was expected is a picture, and the hint says what to do."""
    text = _with(tag, written)
    _verdicts, (problem,) = _of(text.encode(), itmatt_profile)
    assert problem.code == code
    assert expected in problem.expected
    assert hint in problem.hint
    line = text.split("\n")[problem.where.line - 1]
    assert line[problem.where.column - 1 :].startswith(f"<{tag}")
    assert problem.where.xpath.endswith(f"/{tag}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("GrossWeight", "GrosWeight", ["element.unknown", "postal.gross-mass.missing"]),
        ("GrossWeight", "grossweight", ["element.unknown", "postal.gross-mass.missing"]),
        ("Recipient", "Recipent", ["element.unknown", "postal.party.missing"]),
        ("Description", "Descripton", ["element.unknown", "postal.description.missing"]),
        ("MailObject", "mailObject", ["element.unknown"]),
        ("Declaration", "Declaraton", ["element.unknown"]),
        ("ContentPieces", "ContentPiecs", ["element.unknown"]),
        ("OrigPostOrgCd", "OrigPostOrg", ["element.unknown", "postal.operator.missing"]),
    ],
)  # fmt: skip
def test_a_misspelt_element_and_what_is_missing_for_it_are_one_pair(old, new, told, itmatt_profile):
    """Both stand where the misspelt element does, and name each other; nothing else is told."""
    changed = re.sub(rf"<(/?){old}>", rf"<\1{new}>", BASE)
    verdicts, problems = _of(changed.encode(), itmatt_profile)
    assert verdicts == ["rejected"]
    assert [one.code for one in problems] == told
    assert problems[0].hint == f"did you mean {old!r}?"
    for one in problems[1:]:
        assert one.where == problems[0].where
        assert f"correct the name of {new!r}" in one.hint


@pytest.mark.parametrize(
    ("old", "new", "attribute", "path"),
    [
        ("<MailObject><Id>LX123456785US</Id>", '<MailObject Id="LX123456785US">', "Id",
         "Declaration.FunctionalReferenceID"),
        ("<ZIP>00001</ZIP>", "", "ZIP", "Declaration.GoodsShipment.Consignee.Address.PostcodeID"),
    ],
)  # fmt: skip
def test_a_value_in_an_attribute_is_told_instead_of_lost(old, new, attribute, path, itmatt_profile):
    """What should be an element is one problem, whether the value is demanded or not."""
    changed = BASE.replace(old, new)
    if not new:
        changed = changed.replace("<Recipient>", '<Recipient ZIP="00001">')
    _verdicts, (problem,) = _of(changed.encode(), itmatt_profile)
    assert (problem.code, problem.path) == ("attribute.misplaced", path)
    assert problem.where.xpath.endswith(f"/@{attribute}")
    assert f"<{attribute}>" in problem.hint


def test_errors_come_first_each_in_the_order_of_the_file(itmatt_profile):
    """A file is corrected from top to bottom, errors before warnings, on one line too."""
    changed = BASE.replace("<CountryCd>DE", "<CountryCd>XX").replace("LX123456785", "LX123456789")
    changed = changed.replace("0.640", "0,640").replace("<Name>Invented Sender</Name>", "")
    changed = changed.replace("48.00", "48.00.0").replace("950300", "9503.X0")
    _verdicts, problems = _of(changed.encode(), itmatt_profile)
    assert [one.code for one in problems] == [
        UNREAD, "postal.party.missing", "country.unknown", "postal.hs.malformed", UNREAD,
        "postal.s10.check-digit",
    ]  # fmt: skip
    places = [(one.where.line, one.where.column) for one in problems[:-1]]
    assert places == sorted(places)


def test_each_misspelt_mail_object_opens_an_item_of_its_own(itmatt_profile):
    """One misspelling in every item leaves as many items, each with its one problem."""
    item = NAMELESS.removeprefix("<ITMATT>").removesuffix("</ITMATT>")
    text = "<ITMATT>" + item.replace("MailObject", "Mailobject") * 3 + "</ITMATT>"
    verdicts, problems = _of(text.encode(), itmatt_profile)
    assert verdicts == ["rejected"] * 3
    assert [(one.code, one.message) for one in problems] == [
        ("element.unknown", 1), ("element.unknown", 2), ("element.unknown", 3)
    ]  # fmt: skip


def test_a_warning_about_a_value_takes_the_place_of_no_error(itmatt_profile):
    """Where a profile only warns of what cannot be read, a value it demands is still missing."""
    settings = {"severities": {UNREAD: "warning", "moment.malformed": "warning"}}
    lenient = type(itmatt_profile)(
        "lenient", "postal", "", itmatt_profile.constraints, itmatt_profile.codelists, settings
    )
    for tag, code in (("GrossWeight", "postal.gross-mass.missing"),
                      ("PostingDt", "postal.item.posting-date-missing")):  # fmt: skip
        verdicts, problems = _of(_with(tag, "x").encode(), lenient)
        assert verdicts == ["rejected"]
        assert [one.severity for one in problems] == ["error", "warning"]
        assert problems[0].code == code


TREE: dict[str, Any] = {
    "FunctionalReferenceID": "LX123456785US", "AcceptanceDateTime": "2026-11-02",
    "MailClassCode": "U", "OriginOperator": {"ID": "USAA"},
    "TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"},
    "GoodsShipment": {
        "TransactionNatureCode": "31",
        "Consignor": {"Name": "Invented Sender", "Address": {
            "Line": "1 Fictitious Road", "CityName": "Mockbridge", "CountryCode": "US"}},
        "Consignee": {"Name": "Invented Addressee", "Address": {
            "Line": "2 Imaginary Lane", "CityName": "Musterstadt", "CountryCode": "DE"}},
        "Consignment": {"ConsignmentItem": [{
            "CustomsValueAmount": {"value": "48.00", "currency": "USD"},
            "Commodity": {"Description": "invented toy"},
            "Packaging": [{"QuantityQuantity": {"value": "2"}}], "SequenceNumeric": "1"}]},
    },
}  # fmt: skip
LINE = "GoodsShipment/Consignment/ConsignmentItem/0/"


def _changed(pointer: str, value: Any, name: str = "") -> dict[str, Any]:
    """The item with another value at a pointer, under another name if one is given."""
    tree = deepcopy(TREE)
    at: Any = tree
    *way, last = pointer.split("/")
    for step in way:
        at = at[int(step) if step.isdecimal() else step]
    if name:
        at[name] = at.pop(last)
    else:
        at[last] = value
    return tree


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(TREE).encode(), json.dumps(TREE, indent=1).encode(),
        b"\xef\xbb\xbf" + json.dumps(TREE).encode(), b"\r\n" + json.dumps(TREE).encode() + b"\r\n",
        json.dumps(_changed("TotalGrossMassMeasure/value", 0.64)).encode(),
        json.dumps(_changed("AcceptanceDateTime", "2026-11-02T15:20:00.1234567Z")).encode(),
        json.dumps(_changed(LINE + "SequenceNumeric", 1)).encode(),
        json.dumps(_changed("MailClassCode", " U ")).encode(),
        json.dumps(_changed("GoodsShipment/Consignee/Address/CountryCode", "DE\u00a0")).encode(),
    ],
)  # fmt: skip
def test_what_says_the_same_in_json_is_accepted_without_a_word(payload, items_profile):
    """Spread over lines, behind a byte order mark, numbers as numbers: it is the same item."""
    (message,) = ItemJson().translate(payload, items_profile).messages
    assert (message.verdict, message.problems) == ("accepted", ())


@pytest.mark.parametrize(
    ("pointer", "value", "code", "expected", "hint"),
    [
        ("TotalGrossMassMeasure/value", "15,60", UNREAD, "up to 6 of them decimals", "no comma"),
        ("TotalGrossMassMeasure/value", -1, UNREAD, "up to 16 digits", "sign"),
        ("TotalGrossMassMeasure", 15.6, "value.malformed", "an object", '"unit": "KGM"'),
        ("TotalGrossMassMeasure", {"unit": "KGM"}, UNREAD, "up to 16 digits", "value and unit"),
        ("TotalGrossMassMeasure", None, "postal.gross-mass.missing", "a value", "kilograms"),
        ("TotalGrossMassMeasure/unit", "GRM", "postal.mass-unit.unknown", "KGM", "convert"),
        ("GoodsShipment/TransactionNatureCode", 31, "value.malformed", "a string", "quotes"),
        ("GoodsShipment/TransactionNatureCode", True, "value.malformed", "string", "quotes"),
        ("AcceptanceDateTime", 20261102, "value.malformed", "YYYY-MM-DD", "quotes"),
        ("AcceptanceDateTime", "02.11.2026", "moment.malformed", "YYYY-MM-DD", "order"),
        ("MailClassCode", " U A ", "value.too-long", "up to 1 character", "shorten"),
        ("GoodsShipment/Consignee/Address/CountryCode", "D E", "value.malformed",
         "2 letters", "capital letters"),
        ("GoodsShipment/Consignee", [1], "value.malformed", "an object", "its members are"),
        ("GoodsShipment/Consignment/ConsignmentItem", {}, "value.malformed",
         "an array of objects", "also of one"),
        (LINE + "Packaging", [{"QuantityQuantity": {"value": "two"}}], UNREAD, "digits", "digits"),
        (LINE + "Packaging", [7], "value.malformed", "an object", "QuantityQuantity"),
        (LINE + "CustomsValueAmount/currency", "usd", "value.malformed", "three capital",
         "in quotes"),
    ],
)  # fmt: skip
def test_each_member_that_is_wrong_is_told_once(
    pointer, value, code, expected, hint, items_profile
):
    """Wrong kinds and wrong forms are one problem each; what they leave empty is not missing."""
    payload = json.dumps(_changed(pointer, value)).encode()
    (message,) = ItemJson().translate(payload, items_profile).messages
    (problem,) = message.problems
    assert (message.verdict, problem.code) == ("rejected", code)
    assert expected in problem.expected
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("pointer", "name", "told"),
    [
        ("TotalGrossMassMeasure", "TotalGrossMasMeasure", "postal.gross-mass.missing"),
        ("GoodsShipment", "goodsShipment", "postal.declaration.missing"),
        ("TotalGrossMassMeasure/value", "val", UNREAD),
        ("GoodsShipment/Consignee/Address/CityName", "Cityname", "postal.party.missing"),
    ],
)  # fmt: skip
def test_a_misspelt_member_and_what_is_missing_for_it_are_one_pair(
    pointer, name, told, items_profile
):
    """Both point at the misspelt member, and name each other."""
    payload = json.dumps(_changed(pointer, None, name)).encode()
    (message,) = ItemJson().translate(payload, items_profile).messages
    first, second = message.problems
    assert (first.code, second.code) == ("element.unknown", told)
    assert first.where == second.where
    assert f"correct the name of {name!r}" in second.hint


def test_problems_of_a_line_stand_in_its_order_and_name_elements_by_their_keys(items_profile):
    """A key that comes last names its element all the same; the order is that of the bytes."""
    tree = _changed(LINE + "CustomsValueAmount/value", "x")
    tree["MailClassCode"] = "X"
    tree["GoodsShipment"]["Consignor"]["Name"] = ""
    tree["Nonsense"] = 1
    (message,) = ItemJson().translate(json.dumps(tree).encode(), items_profile).messages
    assert [one.path for one in message.problems] == [
        "Declaration.MailClassCode", "Declaration.GoodsShipment.Consignor.Name",
        "Declaration.GoodsShipment.Consignment.ConsignmentItem[1].CustomsValueAmount.value",
        "Declaration.Nonsense",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "certainty"),
    [
        (json.dumps([TREE]).encode(), 90), (json.dumps(TREE).encode("utf-16"), 90),
        (b"\xef\xbb\xbf" + json.dumps(TREE).encode(), 90), (b"[1]", None), (b"[]", None),
    ],
)  # fmt: skip
def test_what_resembles_items_is_recognised_to_be_told_what_is_wrong(
    payload, certainty, items_profile
):
    """An array of items and items in UTF-16 are not taken, but nor are they of no format."""
    seen = ItemJson().recognises(payload)
    assert (seen and seen.certainty) == certainty
    if seen:
        (message,) = ItemJson().translate(payload, items_profile).messages
        assert message.verdict == ("accepted" if payload.startswith(b"\xef") else "rejected")
