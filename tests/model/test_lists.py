"""The lists whose elements answers, rules and changes can be about."""

import pytest

from broker.model.lists import (
    elements_at,
    lists_of,
    numbered_lists,
    parts_of,
    values_of,
    with_elements,
)

MEANS = "BorderTransportMeans"


@pytest.mark.parametrize(
    ("package", "paths"),
    [
        ("goods-declaration", {
            "GoodsShipment.GovernmentAgencyGoodsItem", "Consignment.ConsignmentItem",
            "GoodsShipment.Consignment.ConsignmentItem", "Consignment.TransportEquipment",
            "GoodsShipment.Consignment.TransportEquipment", "Consignment.Itinerary",
            "GoodsShipment.Consignment.Itinerary",
        }),
        ("postal-item", {"GoodsShipment.Consignment.ConsignmentItem"}),
        ("persons-report", {f"{MEANS}.Crew", f"{MEANS}.Passenger", f"{MEANS}.Itinerary"}),
        ("conveyance-report", {f"{MEANS}.Itinerary"}),
    ],
)  # fmt: skip
def test_each_package_has_these_lists(package, paths):
    """Goods items, pieces, containers, ports of call, passengers and crew."""
    assert {one.path for one in lists_of(package)} == paths


def test_the_broker_numbers_persons_and_nothing_else():
    """The standard lets the sender number items, pieces and containers."""
    assert [one.path for one in numbered_lists("persons-report")] == [
        f"{MEANS}.Crew", f"{MEANS}.Passenger",
    ]  # fmt: skip
    assert numbered_lists("goods-declaration") == ()


def test_a_person_is_identified_by_reference_document_or_name_and_birth():
    """The carrier's reference first; name and date of birth only where nothing else is there."""
    crew = next(one for one in lists_of("persons-report") if one.path == f"{MEANS}.Crew")
    assert crew.keys == (
        parts_of("CarrierReferenceID"),
        parts_of("AdditionalDocument.ID+AdditionalDocument.IssueCountryCode"),
        parts_of("AdditionalDocument.ID"),
        parts_of("FamilyName+GivenName+BirthDateTime"),
    )
    assert crew.strong == (0, 1, 2)


def test_a_key_counts_where_all_of_it_is_there():
    """Each document of a person counts; one without its country does not under that key."""
    parts = parts_of("AdditionalDocument.ID+AdditionalDocument.IssueCountryCode")
    documents = [{"ID": "P1", "IssueCountryCode": "QZ"}, {"ID": "P2"}, {"IssueCountryCode": "QZ"}]
    assert values_of({"AdditionalDocument": documents}, parts) == {("P1", "QZ")}
    assert values_of({}, parts) == frozenset()
    assert values_of({"ID": "C1"}, parts_of("ID")) == {("C1",)}
    assert values_of({"ID": ""}, parts_of("ID")) == frozenset()


def test_elements_are_put_back_without_touching_the_tree():
    """The classes on the way are copied: a version that is stored never changes."""
    tree = {"A": {"B": {"Item": [{"ID": "1"}]}, "C": "c"}}
    steps = ("A", "B", "Item")
    other = with_elements(tree, steps, [{"ID": "2"}])
    assert other == {"A": {"B": {"Item": [{"ID": "2"}]}, "C": "c"}}
    assert tree == {"A": {"B": {"Item": [{"ID": "1"}]}, "C": "c"}}
    assert elements_at(other, steps) == [{"ID": "2"}]
    assert elements_at({"A": {}}, steps) == elements_at({"A": "x"}, steps) == []
    assert with_elements({}, steps, [{"ID": "3"}]) == {"A": {"B": {"Item": [{"ID": "3"}]}}}
