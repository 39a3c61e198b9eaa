"""The persons of a list: names and numbers as people and spreadsheets write them."""

from typing import Any

import pytest

from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal5
from broker.adapter import Message
from broker.model.persons import PERSON_KEYS
from tests.adapters.conftest import load_profile
from tests.adapters.maritime.conftest import changed, formatted, found_in, workbook

PROFILE = load_profile("uk-nmsw-fal5")
PAYLOAD = compose_fal5(items=3, number=1, seed=7)


def message_of(payload: bytes) -> Message:
    (message,) = Fal5().translate(payload, PROFILE).messages
    return message


def crew_of(message: Message) -> list[dict[str, Any]]:
    (draft,) = message.events
    return draft.body["BorderTransportMeans"]["Crew"]


def keys_of(person: dict[str, Any]) -> list[tuple[str, ...]]:
    """The values of each match key of a person."""
    (document,) = person["AdditionalDocument"]
    flat = person | {f"AdditionalDocument.{name}": value for name, value in document.items()}
    return [tuple(flat.get(path, "") for path in key.split("+")) for key in PERSON_KEYS]


NAMES = [
    "O'Brien", "D\u2019Souza", "Le Gall, Jr.", "St. Petersburg", "Smith (born Jones)", "A: B; C",
    "Jean-Luc", "Jean\u2011Luc", "Nguyễn", "Ştefan", "Müller", "Łukasz", "Þór", "N\u02bcDiaye",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_have_the_signs_that_names_have(fal5, fal5_rows, name):
    """Apostrophes, stops, commas, colons, hyphens and accents go on as they are written."""
    message = fal5(fal5_rows, F5=name, G6=name, J7=name, E5=name)
    assert message.problems == ()
    first, second, third = crew_of(message)
    written = (first["FamilyName"], second["GivenName"], third["BirthPlaceName"])
    assert (*written, first["RankName"]) == (name,) * 4


@pytest.mark.parametrize("name", ["Пример", "Smith!", "山田", "A&B", "'.", "-"])
def test_other_signs_and_signs_alone_are_refused(fal5, fal5_rows, name):
    """Letters of other scripts, and names without a letter; the text names the signs."""
    message = fal5(fal5_rows, F5=name)
    assert found_in(message)[1:] == [("F5", "fal.characters-refused")]


def test_a_number_keeps_the_zeros_that_its_format_shows():
    """A document number, a name of a rank and the reference are what the cells show."""
    payload = formatted(
        PAYLOAD, D5=(12345678, "000000000"), D6=(123456, "0000-00"), D7=(12345678, "General"),
        B1=(7, "0000"), E5=(2, '"Engineer "0'),
    )  # fmt: skip
    message = message_of(payload)
    (draft,) = message.events
    assert message.problems == ()
    crew = draft.body["BorderTransportMeans"]["Crew"]
    assert [one["AdditionalDocument"][0]["ID"] for one in crew] == [
        "012345678", "1234-56", "12345678",
    ]  # fmt: skip
    assert crew[0]["RankName"] == "Engineer 2"
    assert [one.value for one in draft.references] == ["0007", "0007"]


SHOWN = [
    (12345678, "#,##0", "12,345,678"),
    (12345678, "0.00", "12345678.00"),
    (12345678, "0.00E+00", "1.23E+7"),
    (123456789012, "General", "1.23457E+11"),
    (12345678, "0%", "1234567800%"),
]


@pytest.mark.parametrize(("number", "number_format", "shown"), SHOWN)
def test_a_number_that_is_shown_otherwise_is_passed_on_with_a_warning(number, number_format, shown):
    """What is stored goes on, and the sender learns what the cell shows instead."""
    message = message_of(formatted(PAYLOAD, D5=(number, number_format)))
    (problem,) = message.problems
    assert (message.verdict, problem.severity) == ("accepted", "warning")
    assert (problem.where.cell, problem.code) == ("D5", "value.shown-otherwise")
    assert problem.text == (
        f"the cell of TD_number stores {str(number)!r} and is shown as {shown!r}"
    )
    (draft,) = message.events
    person = draft.body["BorderTransportMeans"]["Crew"][0]
    assert person["AdditionalDocument"][0]["ID"] == str(number)


def test_a_format_that_cannot_be_worked_out_is_a_warning_too():
    """A fraction may show anything; a reference is warned of as well, and rejects nothing."""
    message = message_of(formatted(PAYLOAD, D5=(1234, "00/00"), B1=(1234, "# ?/?")))
    assert (message.verdict, found_in(message)) == (
        "accepted", [("B1", "value.shown-otherwise"), ("D5", "value.shown-otherwise")]
    )  # fmt: skip


def test_the_same_crew_in_another_order_has_the_same_match_keys(fal5, fal5_rows):
    """Also where spaces, invisible signs, split accents and number formats differ."""
    people = [list(row) for row in fal5_rows[4:]]
    people[0][5], people[1][3] = "Ólafsdóttir", "0012345"
    again = [list(row) for row in people]
    again[0][5] = "\u200eO\u0301lafsdo\u0301ttir \u200b"
    again[0][6] = f"\t{again[0][6]}\n"
    again[2][3] = f"\ufeff {again[2][3]}\u00a0"
    again[2][8] = f"\u200e{again[2][8]}"
    again.reverse()
    first = crew_of(fal5([*fal5_rows[:4], *people]))
    payload = workbook("FAL 5", changed([*fal5_rows[:4], *again], {}))
    at = next(row for row, one in enumerate(again, 5) if one[3] == "0012345")
    second = crew_of(message_of(formatted(payload, **{f"D{at}": (12345, "0000000")})))
    assert sorted(map(keys_of, first)) == sorted(map(keys_of, second))
    assert [one["SequenceNumeric"] for one in second] == ["1", "2", "3"]


def test_capitals_of_documents_and_names_stay_as_written(fal5, fal5_rows):
    """ab123 and AB123 are written as their sender wrote them."""
    person = crew_of(fal5(fal5_rows, D5="ab123", F5="van der BERG"))[0]
    assert (person["AdditionalDocument"][0]["ID"], person["FamilyName"]) == (
        "ab123", "van der BERG",
    )  # fmt: skip
