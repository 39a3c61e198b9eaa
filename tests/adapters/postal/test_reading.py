"""ITMATT's elements: what each becomes in the body, and what is told about each mistake."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.postal.itmatt import Itmatt
from broker.adapter import Profile
from broker.model.paths import leaves
from broker.model.postal import PostalItem

PLAIN = Profile("plain", "postal", "UPU ITMATT V1")
KEY = "<Id>LX123456785US</Id><PostingDt>2026-11-02T15:20:00Z</PostingDt>"
NAMED = {
    "FunctionalReferenceID": "LX123456785US",
    "AcceptanceDateTime": "2026-11-02T15:20:00Z",
}


def _sent(declaration: str = "", mail: str = KEY) -> bytes:
    return (
        f"<ITMATT><MailObject>{mail}</MailObject><Declaration>{declaration}</Declaration></ITMATT>"
    ).encode()


def _piece(content: str) -> str:
    return f"<ContentPieces><ContentPiece>{content}</ContentPiece></ContentPieces>"


def _one(payload: bytes, profile: Profile = PLAIN):
    translation = Itmatt().translate(payload, profile)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


def _line(content: dict) -> dict:
    return {"GoodsShipment": {"Consignment": {"ConsignmentItem": [content]}}}


@pytest.mark.parametrize(
    ("declaration", "body"),
    [
        ("<NatureTypeCd> 11 </NatureTypeCd>", {"GoodsShipment": {"TransactionNatureCode": "11"}}),
        ("<GrossWeight>0.640</GrossWeight>",
         {"TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"}}),
        ("<PostageCurrencyCd>USD</PostageCurrencyCd><Postage>18.75</Postage>",
         {"GoodsShipment": {"Consignment": {"CustomsValuation": {
             "FreightChargeAmount": {"value": "18.75", "currency": "USD"}}}}}),
        ("<InsuredValue>5</InsuredValue><InsuredValueCurrencyCd>EUR</InsuredValueCurrencyCd>",
         {"GoodsShipment": {"Consignment": {
             "InsuredValueAmount": {"value": "5", "currency": "EUR"}}}}),
        ("<TransportMode>4</TransportMode><TransportDate>2026-11-03</TransportDate>",
         {"GoodsShipment": {"Consignment": {
             "DepartureTransportModeCode": "4", "DepartureDateTime": "2026-11-03"}}}),
        ("<Sender><Name> Two  Words</Name><IdRef>S1</IdRef></Sender>",
         {"GoodsShipment": {"Consignor": {"Name": " Two  Words", "ID": "S1"}}}),
        ("<Recipient><FirstName>Ann</FirstName><LastName>Example</LastName></Recipient>",
         {"GoodsShipment": {"Consignee": {"Name": "Ann Example"}}}),
        (("<Recipient><AddressLine1>L1</AddressLine1><AddressLine2>L2</AddressLine2>"
         "<City>C</City><State>S</State><ZIP>Z</ZIP><CountryCd>NL</CountryCd></Recipient>"),
         {"GoodsShipment": {"Consignee": {"Address": {
             "Line": "L1", "AdditionalLine": "L2", "CityName": "C",
             "CountrySubDivisionName": "S", "PostcodeID": "Z", "CountryCode": "NL"}}}}),
        ("<Sender><Email>a@example.org</Email><Telephone>+1</Telephone><Fax>+2</Fax></Sender>",
         {"GoodsShipment": {"Consignor": {"Communication": [
             {"TypeCode": "EM", "ID": "a@example.org"}, {"TypeCode": "TE", "ID": "+1"},
             {"TypeCode": "FX", "ID": "+2"}]}}}),
        ("<GrossWeight>+.640</GrossWeight>",
         {"TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"}}),
        (("<Documents><Document><DocumentType>invoice</DocumentType><DocumentId>I-1</DocumentId>"
         "</Document><Document><DocumentName>N</DocumentName></Document></Documents>"),
         {"AdditionalDocument": [{"TypeCode": "invoice", "ID": "I-1"}, {"Name": "N"}]}),
        (_piece("<Index>1</Index><Number>2</Number><Description>toy</Description><HS>9503</HS>"
                "<NetWeight>0.4</NetWeight><Amount>48.00</Amount><CurrencyCd>USD</CurrencyCd>"
                "<OrigCountryCd>US</OrigCountryCd>"),
         _line({"SequenceNumeric": "1", "Packaging": [{"QuantityQuantity": {"value": "2"}}],
                "Commodity": {
                    "Description": "toy",
                    "Classification": [{"ID": "9503", "IdentificationTypeCode": "HS"}],
                    "GoodsMeasure": {"NetNetWeightMeasure": {"value": "0.4", "unit": "KGM"}}},
                "CustomsValueAmount": {"value": "48.00", "currency": "USD"},
                "Origin": [{"CountryCode": "US"}]})),
        (_piece("<Amount xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>"
                "<Index>2</Index>"), _line({"SequenceNumeric": "2"})),
        (("<ExtraFieldNames><string>SKU</string><string>GTIN</string></ExtraFieldNames>"
         "<ExtraFieldValues><string>A-1</string><string>0400</string></ExtraFieldValues>"),
         {"AdditionalInformation": [
             {"StatementCode": "SKU", "StatementDescription": "A-1"},
             {"StatementCode": "GTIN", "StatementDescription": "0400"}]}),
        ("<NatureTypeCd>3<!-- no -->1</NatureTypeCd>",
         {"GoodsShipment": {"TransactionNatureCode": "31"}}),
    ],
)  # fmt: skip
def test_values_stand_in_the_body_as_they_were_said(declaration, body):
    """Each element has its place; numbers stay strings, masses are kilograms, empty is absent."""
    message, draft = _one(_sent(declaration))
    assert message.problems == ()
    assert draft.body == {**NAMED, **body}
    assert [one.value for one in draft.unmapped] == [
        one for one in ("+.640", "true") if one in declaration
    ]
    PostalItem.model_validate(draft.body)


@pytest.mark.parametrize(
    ("declaration", "code", "path", "found", "xpath"),
    [
        ("<Nonsense>1</Nonsense>", "element.unknown", "Declaration.Nonsense", "Nonsense",
         "/ITMATT/Declaration/Nonsense"),
        ("<NatureTypeCd>11</NatureTypeCd><NatureTypeCd>31</NatureTypeCd>",
         "element.repeated", "Declaration.GoodsShipment.TransactionNatureCode", None,
         "/ITMATT/Declaration/NatureTypeCd[2]"),
        ("<NatureTypeCd>1111</NatureTypeCd>", "value.too-long",
         "Declaration.GoodsShipment.TransactionNatureCode", "1111",
         "/ITMATT/Declaration/NatureTypeCd"),
        ("<GrossWeight>0,64</GrossWeight>", "number.malformed",
         "Declaration.TotalGrossMassMeasure", "0,64", "/ITMATT/Declaration/GrossWeight"),
        ("<GrossWeight>-1</GrossWeight>", "number.malformed",
         "Declaration.TotalGrossMassMeasure", "-1", "/ITMATT/Declaration/GrossWeight"),
        ("<GrossWeight>1e3</GrossWeight>", "number.malformed",
         "Declaration.TotalGrossMassMeasure", "1e3", "/ITMATT/Declaration/GrossWeight"),
        ("<GrossWeight>0.1234567</GrossWeight>", "number.malformed",
         "Declaration.TotalGrossMassMeasure", "0.1234567", "/ITMATT/Declaration/GrossWeight"),
        ("<TransportDate>2026-02-30</TransportDate>", "moment.malformed",
         "Declaration.GoodsShipment.Consignment.DepartureDateTime", "2026-02-30",
         "/ITMATT/Declaration/TransportDate"),
        ("<Recipient><CountryCd>nl</CountryCd></Recipient>", "value.malformed",
         "Declaration.GoodsShipment.Consignee.Address.CountryCode", "nl",
         "/ITMATT/Declaration/Recipient/CountryCd"),
        ("<Postage>1.00</Postage>", "currency.missing",
         "Declaration.GoodsShipment.Consignment.CustomsValuation.FreightChargeAmount", "1.00",
         "/ITMATT/Declaration/Postage"),
        ("<Postage>1.00</Postage><PostageCurrencyCd>dollar</PostageCurrencyCd>",
         "value.malformed", ("Declaration.GoodsShipment.Consignment.CustomsValuation."
         "FreightChargeAmount.currency"), "dollar", "/ITMATT/Declaration/PostageCurrencyCd"),
        (_piece("<Index>7</Index><Amount>3</Amount>"), "currency.missing",
         "Declaration.GoodsShipment.Consignment.ConsignmentItem[7].CustomsValueAmount", "3",
         "/ITMATT/Declaration/ContentPieces/ContentPiece/Amount"),
        (("<ContentPieces><ContentPiece><Index>1</Index></ContentPiece>"
         "<ContentPiece><Index>1</Index></ContentPiece></ContentPieces>"),
         "sequence.repeated",
         "Declaration.GoodsShipment.Consignment.ConsignmentItem[1].SequenceNumeric", "1",
         "/ITMATT/Declaration/ContentPieces/ContentPiece[2]/Index"),
        ("stray", "text.misplaced", "Declaration", "stray",
         "/ITMATT/Declaration"),
        ("<Sender><Name>N<Title/></Name></Sender>", "element.unknown",
         "Declaration.Title", "Title", "/ITMATT/Declaration/Sender/Name/Title"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_told_once(declaration, code, path, found, xpath):
    """Code, canonical path, value found and place are those of the mistake, and it rejects."""
    message, _draft = _one(_sent(declaration))
    (problem,) = message.problems
    assert (problem.code, problem.path, problem.found) == (code, path, found)
    assert (problem.where.xpath, problem.where.line) == (xpath, 1)
    assert problem.message == 1
    assert problem.expected
    assert problem.hint
    assert message.verdict == "rejected"


@pytest.mark.parametrize(
    ("declaration", "path", "xpath"),
    [
        ("<GrossWeight/>", "TotalGrossMassMeasure", "GrossWeight"),
        ("<GrossWeight> \n </GrossWeight>", "TotalGrossMassMeasure", "GrossWeight"),
        ("<Sender/>", "GoodsShipment.Consignor", "Sender"),
        ("<Documents/>", "Documents", "Documents"),
        ("<Sender><ZIP>&#x200B;</ZIP></Sender>", "GoodsShipment.Consignor.Address.PostcodeID",
         "Sender/ZIP"),
        (_piece("<Index>1</Index></ContentPiece><ContentPiece>"),
         "GoodsShipment.Consignment.ConsignmentItem[#2]", "ContentPieces/ContentPiece[2]"),
        (_piece("<Index>7</Index><HS/>"),
         "GoodsShipment.Consignment.ConsignmentItem[7].Commodity.Classification.ID",
         "ContentPieces/ContentPiece/HS"),
    ],
)  # fmt: skip
def test_an_element_that_is_there_and_empty_is_a_warning(declaration, path, xpath):
    """It says nothing, which is reported at its place, and the item goes on."""
    message, _draft = _one(_sent(declaration))
    (problem,) = message.problems
    assert (problem.code, problem.severity) == ("element.empty", "warning")
    assert (problem.path, problem.where.xpath) == (
        f"Declaration.{path}", f"/ITMATT/Declaration/{xpath}"
    )  # fmt: skip
    assert message.verdict == "accepted"


@pytest.mark.parametrize("tail", ["", ".00", " words "])
def test_an_element_inside_of_a_value_is_reported_once_and_the_value_is_read(tail):
    """The text in front of it is the value, and is not text in a wrong place."""
    line = f"<Index>1</Index><Amount>37.80<foo/>{tail}</Amount><CurrencyCd>EUR</CurrencyCd>"
    message, draft = _one(_sent(_piece(line)))
    piece = draft.body["GoodsShipment"]["Consignment"]["ConsignmentItem"][0]
    assert piece["CustomsValueAmount"] == {"value": "37.80", "currency": "EUR"}
    told = ["element.unknown"] + ["text.misplaced"] * bool(tail)
    assert sorted(one.code for one in message.problems) == told
    assert [one.value for one in draft.unmapped] == [tail.strip()] * bool(tail)


def test_invisible_characters_around_a_code_are_no_part_of_it():
    """What was written is kept where it differed by more than the line breaks of XML."""
    message, draft = _one(_sent("<NatureTypeCd>\u00a011\ufeff\n</NatureTypeCd>"))
    assert message.problems == ()
    assert draft.body["GoodsShipment"] == {"TransactionNatureCode": "11"}
    assert [one.value for one in draft.unmapped] == ["\u00a011\ufeff\n"]


def test_everything_that_has_no_place_is_kept():
    """Fields of the interchange, customs' corrections, attributes and unknown elements are kept."""
    payload = (
        '<ITMATT version="1.5.0">before<Interchange sender="USAA"><Note>n</Note></Interchange>'
        f'<MailObject a="1">{KEY}<LocalId2>L2</LocalId2></MailObject><Declaration>'
        "<PostageCurrencyCd>USD</PostageCurrencyCd><Odd b='2'>x<In>y</In>z</Odd>"
        + _piece("<RevisedHS>950301</RevisedHS>")
        + "<ExtraFieldNames><string>a name that is far too long</string><string>S</string>"
        "<string>alone</string></ExtraFieldNames>"
        "<ExtraFieldValues><string>v</string><string/></ExtraFieldValues>"
        "</Declaration>after</ITMATT>"
    ).encode()
    _message, draft = _one(payload)
    assert sorted(one.value for one in draft.unmapped) == sorted([
        "1.5.0", "before", "after", "USAA", "n", "1", "L2", "USD", "2", "x", "y", "z", "950301",
        "a name that is far too long", "v", "S", "alone",
    ])  # fmt: skip
    assert all(one.place.xpath and one.place.line for one in draft.unmapped)


def test_more_content_pieces_than_may_be_go_to_unmapped():
    """Beyond the maximum of the table nothing enters the body, and nothing is lost."""
    pieces = "".join(
        f"<ContentPiece><Index>{number}</Index></ContentPiece>" for number in range(1, 1002)
    )
    message, draft = _one(_sent(f"<ContentPieces>{pieces}</ContentPieces>"))
    assert [problem.code for problem in message.problems] == ["element.repeated"] * 2
    assert len(draft.body["GoodsShipment"]["Consignment"]["ConsignmentItem"]) == 999
    assert [one.value for one in draft.unmapped] == ["1000", "1001"]


def test_an_item_full_of_breaches_is_judged_in_bounded_time(itmatt_profile):
    """Of demands that hundreds of lines break, a hundred are told; then the verdict is known."""
    pieces = "<ContentPiece/>" * 999
    message, _draft = _one(_sent(f"<ContentPieces>{pieces}</ContentPieces>"), itmatt_profile)
    assert len(message.problems) == 101
    assert message.verdict == "rejected"


def test_a_flood_of_problems_is_counted_not_told():
    """The answer to an item full of mistakes stays readable, and rejects all the same."""
    message, draft = _one(_sent("<Wrong>1</Wrong>" * 30_000))
    assert len(message.problems) == 101
    assert message.problems[-1].code == "problems.more"
    assert message.verdict == "rejected"
    assert len(draft.unmapped) <= 20_000


TAGS = st.sampled_from(["Declaration", "Sender", "Email", "ContentPieces", "ContentPiece", "HS",
                        "Amount", "CurrencyCd", "Documents", "Document", "ExtraFieldNames",
                        "ExtraFieldValues", "string", "Postage", "LocalId2", "Odd"])  # fmt: skip
WORDS = st.sampled_from(["1.5", "-1", "EUR", "eur", "2026-11-02", "950300", "words", "x" * 600, ""])
TREES = st.recursive(
    st.tuples(TAGS, WORDS, WORDS),
    lambda below: st.tuples(TAGS, WORDS, st.lists(below, max_size=4)),
    max_leaves=15,
)


def _element(said: tuple) -> str:
    tag, word, below = said
    inside = below if isinstance(below, str) else "".join(map(_element, below)) + word
    return f'<{tag} a="{word}">{inside}</{tag}>'


@settings(max_examples=200, deadline=None)
@given(said=st.lists(TREES, max_size=4))
def test_no_value_of_an_item_is_lost(said):
    """Whatever stands where, each text and attribute is in the body or among the unmapped."""
    payload = _sent("".join(map(_element, said)))
    _message, draft = _one(payload)
    root = etree.fromstring(payload)
    sent = Counter(text.strip() for text in root.itertext() if text.strip())
    sent.update(value for one in root.iter() for value in one.attrib.values() if value)
    kept = Counter(value for _path, value in leaves(draft.body))
    kept.update(one.value.strip() for one in draft.unmapped)
    assert sent - kept == Counter()
