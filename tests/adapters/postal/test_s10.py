"""S10: numbers of public test suites, and what is said against each kind of wrong one."""

import json
import re

import pytest

from adapters.postal.s10 import check_digit, doubts, normalised, service_of

COUNTRIES = {"GB", "US", "CV", "CF", "FR", "HK", "IT", "BR", "ES", "NL", "IE"}


def _codes(number: str) -> list[str]:
    return [one.code for one in doubts(number, COUNTRIES)]


def test_the_transcribed_numbers_are_judged_as_their_sources_do(corpus):
    """Structure, check digit and country of each published number have the published verdict."""
    said = json.loads((corpus / "postal" / "transcribed" / "s10-numbers.json").read_text())
    for row in said["numbers"]:
        number = normalised(row["id"])
        if row["check_digit_ok"] is None:
            assert number is None, row
            continue
        assert number == row["id"]
        assert ("postal.s10.check-digit" in _codes(number)) != row["check_digit_ok"], row
        if row["verdict"] is not None:
            assert (_codes(number) == []) == (row["verdict"] == "valid"), row
    for row in said["check_digit_only"]:
        assert check_digit(row["serial"]) == str(row["check"])


def test_the_numbers_of_couriers_are_told_apart(corpus):
    """The courier table's S10 are right or doubted as it says; other couriers' are mostly none."""
    folder = corpus / "postal" / "tracking-number-data"
    (s10,) = json.loads((folder / "s10.json").read_text())["tracking_numbers"]
    for number in s10["test_numbers"]["valid"]:
        assert _codes(number) == []
    for number in s10["test_numbers"]["invalid"]:
        assert len(_codes(number)) == 1
    others = json.loads((folder / "yodel.json").read_text())["tracking_numbers"]
    for number in (one for courier in others for one in courier["test_numbers"]["valid"]):
        assert normalised(number) is None


def test_the_courier_table_and_ours_know_the_same_indicators(corpus):
    """Every pair of letters the published table gives a service has one here, and no other has."""
    folder = corpus / "postal" / "tracking-number-data"
    (s10,) = json.loads((folder / "s10.json").read_text())["tracking_numbers"]
    named = next(one for one in s10["additional"] if one["name"] == "Service Type")
    shapes = [re.compile(row["matches_regex"]) for row in named["lookup"] if "matches_regex" in row]
    exact = {row["matches"] for row in named["lookup"] if "matches" in row}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pairs = [first + second for first in letters for second in letters]
    theirs = {pair for pair in pairs if pair in exact or any(one.fullmatch(pair) for one in shapes)}
    assert {pair for pair in pairs if service_of(pair)} == theirs


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("LX123456785US", "LX123456785US"), (" lx 123 456 785 us ", "LX123456785US"),
        ("LX\u00a0123456785\tUS", "LX123456785US"), ("LX12345678US", None), ("", None),
        ("LX1234567855US", None), ("LX12345678\u0665US", None), ("123456785LXUS", None),
        ("LX123456785US/2026", None),
    ],
)  # fmt: skip
def test_an_identifier_is_read_as_it_is_printed(said, number):
    """Blanks and small letters are no part of it; anything but 2, 9 and 2 signs is no S10."""
    assert normalised(said) == number


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("LX123456785US", []),
        ("LX123456784US", ["postal.s10.check-digit"]),
        ("SX123456785US", ["postal.s10.service-unknown"]),
        ("FX123456785US", ["postal.s10.service-unknown"]),
        ("LX123456785XX", ["postal.s10.country-unknown"]),
        ("JX123456780XX",
         ["postal.s10.check-digit", "postal.s10.service-unknown", "postal.s10.country-unknown"]),
    ],
)  # fmt: skip
def test_each_doubt_is_told_and_none_hides_another(number, codes):
    """Check digit, service indicator and country are looked at separately."""
    told = list(doubts(number, COUNTRIES))
    assert [one.code for one in told] == codes
    assert all(one.text and one.expected and one.hint for one in told)


def test_the_expected_digit_is_named():
    """Whoever mistyped a digit reads which one would be right."""
    (told,) = doubts("LX123456784US", COUNTRIES)
    assert told.expected.startswith("5 ")
