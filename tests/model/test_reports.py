"""Postal items, conveyance and persons reports against the WCO dictionary and their own rules."""

import pytest

from broker.model.packages import PACKAGES, fields_of, index
from broker.model.persons import PERSON_KEYS
from tests.model.test_declaration import classes_below

REPORTS = ("postal-item", "conveyance-report", "persons-report")
ELSEWHERE = {
    "149": "JourneyID: EU ICS2 tables",
    "D023": "TransportContractDocument.ID: EU ICS2 tables, F43",
    "D024": "TransportContractDocument.TypeCode: EU ICS2 tables, F43",
}
"""Identifiers that other published tables of the WCO Data Model name; the dictionary has none."""


@pytest.mark.parametrize("package", REPORTS)
def test_every_wco_identifier_is_one_of_the_dictionary(package, dictionary):
    """A class and an element that name an identifier name one that the WCO has published."""
    nodes = [*dictionary["declaration"], *dictionary["response"]]
    classes = {node["wco_id"] for node in nodes if node["kind"] == "class"}
    leaves = {node.get("wco_id") for node in nodes if node["kind"] != "class"} | set(ELSEWHERE)
    for model in classes_below(PACKAGES[package]):
        assert model.WCO in {None, *classes}, model
        for field in fields_of(model).values():
            if field.element.wco is not None:
                assert field.element.wco in leaves, f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("package", REPORTS)
def test_what_names_a_person_is_personal(package):
    """Names, births, documents and addresses of persons have a data class that views look at."""
    for pattern, node in index(package).items():
        person = any(one in pattern.split(".") for one in ("Crew", "Passenger", "Master"))
        said = node.field.name in {"FamilyName", "GivenName", "BirthDateTime", "NationalityCode",
                                   "GenderCode"} or "AdditionalDocument." in pattern  # fmt: skip
        if node.is_leaf and person and said:
            assert node.element.data == "personal", pattern


def test_a_conveyance_report_has_no_place_for_a_list_of_persons():
    """Whoever sees a ship's report sees counts: nobody can be listed in it."""
    steps = {step for pattern in index("conveyance-report") for step in pattern.split(".")}
    assert not steps & {"Crew", "Passenger", "FamilyName", "GivenName"}


def test_persons_have_their_match_keys_and_each_names_fields_there_are():
    """Carrier's reference, document and issuer, document, name and birth: in this order."""
    nodes = index("persons-report")
    for kind in ("Crew", "Passenger"):
        pattern = f"BorderTransportMeans.{kind}"
        assert nodes[pattern].element.keys == PERSON_KEYS
        for key in PERSON_KEYS:
            for leaf in key.split("+"):
                assert f"{pattern}.{leaf}" in nodes
