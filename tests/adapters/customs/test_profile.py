"""The shipped profile of UK declarations: what it demands of which data set, and how severely."""

import re

import pytest

from adapters.customs.sample_declaration import compose
from adapters.customs.wco_dec import WcoDec
from broker.model.problem import Problem

BASE = compose(items=2, number=1, seed=1).decode()
NET = "wco.net-mass.missing"


def _problems(text: str | bytes, profile) -> tuple[str, tuple[Problem, ...]]:
    payload = text.encode() if isinstance(text, str) else text
    (message,) = WcoDec().translate(payload, profile).messages
    return message.verdict, message.problems


def _declared(kind: str, procedure: str, additional: str) -> str:
    """The first item without net mass, under these procedures."""
    text = BASE.replace("<TypeCode>IMA<", f"<TypeCode>{kind}<", 1)
    text = re.sub(r"<NetNetWeightMeasure.*?</NetNetWeightMeasure>", "", text, count=1)
    text = text.replace("<CurrentCode>40<", f"<CurrentCode>{procedure}<", 1)
    return text.replace("<CurrentCode>000<", f"<CurrentCode>{additional}<", 1)


@pytest.mark.parametrize(
    ("kind", "procedure", "additional", "severity"),
    [
        ("IMA", "40", "000", "error"), ("IMD", "42", "000", "error"), ("IMY", "44", "E01", "error"),
        ("IMZ", "61", "000", "error"), ("IMA", "51", "000", "error"), ("COA", "40", "000", "error"),
        ("IMA", "71", "000", None), ("IMD", "53", "000", None), ("IMA", "40", "1H7", None),
        ("IMQ", "00", "97F", None), ("IMJ", "00", "000", None), ("IMA", "00", "000", None),
        ("IMB", "40", "000", "warning"), ("IME", "40", "1H7", None), ("IMC", "40", "000", None),
    ],
)  # fmt: skip
def test_net_mass_is_demanded_by_the_data_set_of_the_item(
    kind, procedure, additional, severity, uk_cds
):
    """H1, H4 and H5 need it, I1 B&E is warned; H2, H3, H7, clearance requests and Q need none."""
    verdict, problems = _problems(_declared(kind, procedure, additional), uk_cds)
    assert verdict == ("rejected" if severity == "error" else "accepted")
    assert [(one.code, one.severity) for one in problems] == ([(NET, severity)] if severity else [])


def test_each_item_has_its_own_data_set(uk_cds):
    """The second item has the first one's data set no more than its net mass."""
    first = re.sub(r"<NetNetWeightMeasure.*?</NetNetWeightMeasure>", "", BASE)
    text = first.replace("<CurrentCode>40<", "<CurrentCode>71<", 1)
    _verdict, problems = _problems(text, uk_cds)
    assert [(one.code, one.path.split(".")[2]) for one in problems] == [
        (NET, "GovernmentAgencyGoodsItem[2]")
    ]


def _number(tag: str, written: str) -> str:
    return re.sub(rf"(<{tag}[^>]*>)[^<]*<", rf"\g<1>{written}<", BASE, count=1)


@pytest.mark.parametrize(
    ("tag", "written", "code", "validation", "severity"),
    [
        ("GrossMassMeasure", "-1", "number.negative", "CDS10021", "error"),
        ("TariffQuantity", "-.5", "number.negative", "CDS10021", "error"),
        ("QuantityQuantity", "-48", "number.negative", "CDS10021", "error"),
        ("GoodsItemQuantity", "3", "list.count-differs", "CDS11003", "warning"),
        ("NetNetWeightMeasure", "999999999", "wco.net-mass.above-gross", "CDS11006", "warning"),
    ],
)  # fmt: skip
def test_implausible_numbers_have_their_published_codes(
    tag, written, code, validation, severity, uk_cds
):
    """Negative numbers are errors; totals that do not agree are warnings of this profile."""
    verdict, problems = _problems(_number(tag, written), uk_cds)
    named = [one for one in problems if one.code == code]
    assert [one.severity for one in named] == [severity]
    assert verdict == ("rejected" if severity == "error" else "accepted")
    assert uk_cds.settings["error_codes"][code] == validation


def test_items_that_could_not_be_read_are_not_counted(uk_cds):
    """A misspelt item is one problem; that the count differs for it is not another."""
    text = re.sub(r"<(/?)GovernmentAgencyGoodsItem>", r"<\1GovernmentAgencyGoodItem>", BASE)
    _verdict, problems = _problems(text, uk_cds)
    assert {one.code for one in problems} == {"element.unknown"}


CASES = {
    "a06_other_env_version": None, "g05_soap": None,
    "c10_bom_twice": "accepted", "e01_empty_leaf": "accepted", "e02_blank_leaf": "accepted",
    "e03_empty_amount": "accepted", "e07_empty_class": "accepted", "f04_plus": "accepted",
    "f06_dot5": "accepted", "f07_5dot": "accepted", "g02_itemcount": "accepted",
    "g03_net_gt_gross": "accepted", "g16_h2_no_netmass": "accepted",
    "g17_h7_no_netmass": "accepted", "m1_negmass": "rejected", "m2_negpack": "rejected",
    "m3_netdot": "accepted", "s2_1_01": "rejected", "s3_1_1.0": "rejected",
    "s4_001_002": "accepted",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_known_case_has_its_verdict(name, corpus, uk_cds):
    """What was once judged wrongly is judged as its source says."""
    file = corpus.parent / "cases" / "customs" / f"{name}.xml"
    if not file.is_file():
        pytest.skip("the folder ../shared/cases is not beside this checkout")
    translation = WcoDec().translate(file.read_bytes(), uk_cds)
    verdicts = [message.verdict for message in translation.messages]
    assert verdicts == ([] if CASES[name] is None else [CASES[name]])


def test_a_reply_repeats_the_codes_that_the_authority_answers_by(uk_cds, uk_responses):
    """Notices and statuses are those of the profile by which customs is read."""
    for name in ("notices", "statuses"):
        assert uk_cds.settings[name] == uk_responses.settings[name]
