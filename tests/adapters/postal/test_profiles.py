"""The shipped profiles: what is demanded of an item, since when; and published scenarios."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from adapters.postal.kinds import family
from adapters.postal.s10 import check_digit
from adapters.postal.sample_item import trees
from broker.adapter import Profile
from broker.configuration import Configuration, examine

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return examine(CONFIG, {"postal": family()})[0]


def _profile(configuration: Configuration, day: str) -> Profile:
    return configuration.profile_of("postal-items", "postal item JSON 1", f"{day}T00:00:00Z")


def _tree(**changes: Any) -> dict[str, Any]:
    """A composed sale with some values changed by their path; None takes one out."""
    (tree,) = trees(items=1, number=1, seed=1)
    tree["GoodsShipment"]["TransactionNatureCode"] = "11"
    del tree["GoodsShipment"]["Consignment"]["ConsignmentItem"][1:]
    for path, value in changes.items():
        *way, name = path.split("__")
        at: Any = tree
        for step in way:
            at = at[step]
            at = at[0] if isinstance(at, list) else at
        if value is None:
            del at[name]
        else:
            at[name] = value
    return tree


def _problems(tree: dict[str, Any], profile: Profile):
    (message,) = ItemJson().translate(orjson.dumps(tree), profile).messages
    return message.verdict, [(one.code, one.severity) for one in message.problems]


IN_LINE = "GoodsShipment__Consignment__ConsignmentItem__"


@pytest.mark.parametrize(
    ("path", "value", "code", "severity"),
    [
        ("MailClassCode", "X", "postal.mail-class.unknown", "error"),
        ("MailCategoryCode", "Z", "postal.mail-category.unknown", "error"),
        ("OriginOperator", None, "postal.operator.missing", "error"),
        ("OriginOperator__ID", "ZZZZ", "postal.operator.unknown", "warning"),
        ("DestinationOperator__ID", "ZZZZ", "postal.operator.unknown", "warning"),
        ("TotalGrossMassMeasure", None, "postal.gross-mass.missing", "error"),
        ("TotalGrossMassMeasure__value", "640", "postal.gross-mass.implausible", "warning"),
        ("TotalGrossMassMeasure__value", "0.000", "postal.gross-mass.implausible", "warning"),
        ("TotalGrossMassMeasure__unit", None, "postal.mass-unit.unknown", "error"),
        ("TotalGrossMassMeasure__unit", "GRM", "postal.mass-unit.unknown", "error"),
        ("GoodsShipment", None, "postal.declaration.missing", "error"),
        ("GoodsShipment__TransactionNatureCode", None, "postal.nature.missing", "error"),
        ("GoodsShipment__TransactionNatureCode", "77", "postal.nature.unknown", "error"),
        ("GoodsShipment__Consignor", None, "postal.party.missing", "error"),
        ("GoodsShipment__Consignee__Name", None, "postal.party.missing", "error"),
        ("GoodsShipment__Consignee__Address", None, "postal.party.missing", "error"),
        ("GoodsShipment__Consignee__Address__CityName", None, "postal.party.missing", "error"),
        ("GoodsShipment__Consignee__Address__Line", None, "postal.address.incomplete", "warning"),
        ("GoodsShipment__Consignor__Address__CountryCode", "XX", "country.unknown",
         "error"),
        ("GoodsShipment__Consignment", None, "postal.content.missing", "error"),
        ("GoodsShipment__Consignment__ConsignmentItem", None, "postal.content.missing", "error"),
        (IN_LINE + "Commodity__Description", None, "postal.description.missing", "error"),
        (IN_LINE + "Packaging", None, "postal.quantity.missing", "error"),
        (IN_LINE + "CustomsValueAmount", None, "postal.value.missing", "error"),
        (IN_LINE + "Commodity__Classification", None, "postal.hs.missing", "error"),
        (IN_LINE + "Commodity__Classification__IdentificationTypeCode", None,
         "postal.hs.type-missing", "error"),
        (IN_LINE + "Commodity__Classification__ID", "9503.0", "postal.hs.malformed", "error"),
        (IN_LINE + "Commodity__Classification__ID", "000000", "postal.hs.implausible", "warning"),
        (IN_LINE + "Commodity__Classification__ID", "95030", "postal.hs.malformed", "error"),
        (IN_LINE + "Commodity__Classification__ID", "9503", "postal.hs.too-short", "error"),
        (IN_LINE + "Commodity__GoodsMeasure__NetNetWeightMeasure__unit", "LBR",
         "postal.mass-unit.unknown", "error"),
        (IN_LINE + "Origin__CountryCode", "XX", "country.unknown", "error"),
        ("GoodsShipment__Consignment__PostalReceptacle", [{"ID": "USJFKAQZ"}],
         "postal.receptacle.malformed", "warning"),
        ("FunctionalReferenceID", "LX123456785XX", "postal.s10.country-unknown", "warning"),
    ],
)  # fmt: skip
def test_each_demand_is_told_by_its_code(path, value, code, severity, configuration):
    """A value that is missing or wrong is one problem; only an error rejects."""
    profile = _profile(configuration, "2026-11-26")
    verdict, problems = _problems(_tree(**{path: value}), profile)
    assert problems == [(code, severity)]
    assert verdict == ("rejected" if severity == "error" else "accepted")


@pytest.mark.parametrize("digits", range(6, 13))
def test_longer_codes_of_goods_are_taken_as_they_are(digits, configuration):
    """National codes of up to 12 digits pass as they are; nothing is filled up or cut."""
    code = "950300750000"[:digits]
    tree = _tree(**{IN_LINE + "Commodity__Classification__ID": code})
    assert _problems(tree, _profile(configuration, "2026-11-26")) == ("accepted", [])


def test_a_receptacle_s_own_form_passes(configuration):
    """An S9 of 29 characters is taken."""
    receptacle = [{"ID": "USJFKANLHAGIAUN60123001000125"}]
    tree = _tree(GoodsShipment__Consignment__PostalReceptacle=receptacle)
    assert _problems(tree, _profile(configuration, "2026-11-26")) == ("accepted", [])


@pytest.mark.parametrize(
    ("nature", "day", "demanded"),
    [
        ("11", "2025-08-31", False), ("11", "2025-09-01", True), ("31", "2026-11-26", False),
        ("91", "2026-11-26", False),
    ],
)  # fmt: skip
def test_a_sale_needs_an_hs_code_since_september_2025(nature, day, demanded, configuration):
    """Before that day, and for gifts and documents after it, an item without one goes on."""
    tree = _tree(
        **{IN_LINE + "Commodity__Classification": None},
        GoodsShipment__TransactionNatureCode=nature,
    )
    verdict, problems = _problems(tree, _profile(configuration, day))
    assert verdict == ("rejected" if demanded else "accepted")
    assert problems == ([("postal.hs.missing", "error")] if demanded else [])


def test_documents_need_no_contents_of_value(configuration):
    """An item of documents is taken without lines; one of goods is not."""
    tree = _tree(GoodsShipment__TransactionNatureCode="91", GoodsShipment__Consignment=None)
    assert _problems(tree, _profile(configuration, "2026-11-26")) == ("accepted", [])


def test_before_advance_data_was_law_only_the_key_was_needed(configuration):
    """Demands are dated: in 2020 an item without a declaration went on."""
    tree = _tree(GoodsShipment=None, TotalGrossMassMeasure=None, OriginOperator=None)
    assert _problems(tree, _profile(configuration, "2020-12-31")) == ("accepted", [])


def test_the_broker_gives_the_profile_the_countries_it_judges_numbers_by(configuration):
    """The list named in the settings is one that a constraint brings along."""
    for name in ("upu-itmatt", "postal-items"):
        profile = configuration.profiles[name]
        assert len(profile.codelists[profile.settings["countries"]].codes) == 251


def _element(name: str, value: str) -> str:
    return f"<{name}>{value}</{name}>" if value else ""


def _scenario(said: dict[str, str]) -> bytes:
    """A published scenario's item as ITMATT; names, day and operators are invented."""
    serial = "00000042"
    number = f"{said['ItemIdPrefix']}{serial}{check_digit(serial)}{said['ItemIdSuffix']}"
    street = f"{said['ReceiverStreet']} {said['ReceiverHouseNumber']}".strip()
    return (
        f"<ITMATT><MailObject><Id>{number}</Id>"
        f"<OrigPostOrgCd>{said['OriginCountry']}AA</OrigPostOrgCd>"
        f"<MailClassCd>{said['MailClass']}</MailClassCd>"
        "<PostingDt>2026-11-02</PostingDt></MailObject><Declaration>"
        f"<NatureTypeCd>{'31' if said['Gift'] == 'true' else '11'}</NatureTypeCd>"
        f"<GrossWeight>{said['TotalWeight']}</GrossWeight>"
        f"<Postage>{said['TransportCosts']}</Postage>"
        f"<PostageCurrencyCd>{said['TransportCurrency']}</PostageCurrencyCd>"
        f"<Sender><Name>Invented</Name><AddressLine1>{said['SenderStreetAndNumber']}"
        f"</AddressLine1><City>{said['SenderCity']}</City><ZIP>{said['SenderPostCode']}</ZIP>"
        f"<CountryCd>{said['SenderCountry']}</CountryCd></Sender>"
        f"<Recipient><Name>Invented</Name>{_element('AddressLine1', street)}"
        f"<City>{said['ReceiverCity']}</City>{_element('ZIP', said['ReceiverPostCode'])}"
        f"<CountryCd>{said['ReceiverCountry']}</CountryCd></Recipient>"
        "<ContentPieces><ContentPiece><Index>1</Index>"
        f"<Number>{said['ContentPieceNumberOfPieces']}</Number>"
        f"<Description>{said['ContentPieceDescription']}</Description>"
        f"<HS>{said['ContentPieceHSCode']}</HS><NetWeight>{said['ContentPieceWeight']}</NetWeight>"
        f"<Amount>{said['ContentPieceValue']}</Amount>"
        f"<CurrencyCd>{said['ContentPieceCurrency']}</CurrencyCd>"
        f"<OrigCountryCd>{said['ContentPieceOriginCountry']}</OrigCountryCd>"
        "</ContentPiece></ContentPieces></Declaration></ITMATT>"
    ).encode()


def test_published_scenarios_go_through_and_incomplete_addresses_are_told(corpus, configuration):
    """Each item of a post's acceptance tests is accepted; without a street its sender is warned."""
    file = corpus / "postal" / "transcribed" / "postnl-message-scenarios.json"
    profile = configuration.profile_of("upu-itmatt", "UPU ITMATT V1", "2026-11-26T00:00:00Z")
    items = [
        one["itmatt"]
        for scenario in json.loads(file.read_text())["scenarios"]
        for one in scenario["send"]
        if "itmatt" in one
    ]
    assert len(items) >= 5
    for said in items:
        (message,) = Itmatt().translate(_scenario(said), profile).messages
        warned = [] if said["ReceiverStreet"] else ["postal.address.incomplete"]
        assert message.verdict == "accepted"
        assert [problem.code for problem in message.problems] == warned
        body = next(message.events).body
        assert body["FunctionalReferenceID"].startswith(said["ItemIdPrefix"])
        line = body["GoodsShipment"]["Consignment"]["ConsignmentItem"][0]
        assert line["CustomsValueAmount"] == {
            "value": said["ContentPieceValue"], "currency": said["ContentPieceCurrency"]
        }  # fmt: skip
