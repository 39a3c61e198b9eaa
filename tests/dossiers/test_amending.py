"""Amendments applied to a version: each rule with its cases, and what no amendment may do."""

import pytest

from broker.dossiers import amending
from broker.dossiers.amending import DIFFERENCES_MAX, Delta, amend
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from broker.model.problem import Place
from tests.dossiers.amendments import (
    ITEM,
    PACKAGE,
    amended,
    document,
    documents,
    goods,
    gross,
    item,
)

BASE = {
    "FunctionCode": "9",
    "FunctionalReferenceID": "QZ-LRN-1",
    "TypeCode": "IMA",
    "TotalPackageQuantity": {"value": "65"},
    "Exporter": {"Name": "Lantern", "Address": {"CityName": "Port A", "CountryCode": "QZ"}},
    **goods(
        item(1, **documents(1, 2, 3), **gross("10.00"), Packaging=[item(1, TypeCode="BX")]),
        item(2, **documents(4), **gross("20")),
    ),
}

LEAVES = (
    # what it is, body, path, (path, before, after) of each delta
    ("changed", {"TotalPackageQuantity": {"value": "80"}}, "TotalPackageQuantity",
     [("TotalPackageQuantity.value", "65", "80")]),
    ("half of a pair", {"TotalPackageQuantity": {"value": "80", "unit": "NMP"}},
     "TotalPackageQuantity.unit",
     [("TotalPackageQuantity.value", "65", "80"), ("TotalPackageQuantity.unit", None, "NMP")]),
    ("added", {"Exporter": {"ID": "QZ77"}}, "Exporter.ID", [("Exporter.ID", None, "QZ77")]),
    ("added with its classes", {"Declarant": {"Address": {"CityName": "Port B"}}},
     "Declarant.Address.CityName", [("Declarant.Address.CityName", None, "Port B")]),
    ("removed", {}, "Exporter.Name", [("Exporter.Name", "Lantern", None)]),
    ("a class that occurs once ignores its number", {"Exporter": {"Name": "Beacon"}},
     "Exporter[3].Name", [("Exporter.Name", "Lantern", "Beacon")]),
    ("a missing number is 1", goods(item(1, **gross("11"))),
     f"{ITEM}.Commodity.GoodsMeasure.GrossMassMeasure",
     [(f"{ITEM}[1].Commodity.GoodsMeasure.GrossMassMeasure.value", "10.00", "11")]),
    ("the same number in another spelling", goods(item("01", **gross("10"))),
     f"{ITEM}[1].Commodity.GoodsMeasure.GrossMassMeasure", []),
    ("by number, wherever it stands", goods(item("2.0", **gross("21"))),
     f"{ITEM}[2].Commodity.GoodsMeasure.GrossMassMeasure",
     [(f"{ITEM}[2].Commodity.GoodsMeasure.GrossMassMeasure.value", "20", "21")]),
    ("by ordinal behind its repeated siblings",
     goods(item(1, AdditionalDocument=[document(1), {"ID": "NEW"}])),
     f"{ITEM}[1].AdditionalDocument[#2].ID",
     [(f"{ITEM}[1].AdditionalDocument[#2].ID", "D2", "NEW")]),
    ("by ordinal behind empty siblings", goods(item(1, AdditionalDocument=[{}, {"ID": "NEW"}])),
     f"{ITEM}[1].AdditionalDocument[2].ID",
     [(f"{ITEM}[1].AdditionalDocument[#2].ID", "D2", "NEW")]),
    ("by ordinal where the request has no numbers", goods(gross("12")),
     f"{ITEM}[1].Commodity.GoodsMeasure.GrossMassMeasure",
     [(f"{ITEM}[1].Commodity.GoodsMeasure.GrossMassMeasure.value", "10.00", "12")]),
    ("added in a new numbered element", goods(item(2, Packaging=[item(7, TypeCode="PK")])),
     f"{ITEM}[2].Packaging[7].TypeCode",
     [(f"{ITEM}[2].Packaging[7].SequenceNumeric", None, "7"),
      (f"{ITEM}[2].Packaging[7].TypeCode", None, "PK")]),
    ("the last leaf of an element takes the element along", {}, f"{ITEM}[1].Packaging[1].TypeCode",
     [(f"{ITEM}[1].Packaging[1].SequenceNumeric", "1", None),
      (f"{ITEM}[1].Packaging[1].TypeCode", "BX", None)]),
)  # fmt: skip


@pytest.mark.parametrize(("body", "path", "deltas"), [case[1:] for case in LEAVES],
                         ids=[case[0] for case in LEAVES])  # fmt: skip
def test_a_leaf_is_changed_added_or_removed(body, path, deltas):
    """What is in version and request decides what happens to the leaf that is pointed at."""
    after = amended(BASE, body, path)
    assert [tuple(delta) for delta in after.deltas] == deltas
    assert not [problem for problem in after.problems if problem.severity == "error"]
    PACKAGES[PACKAGE].model_validate(after.tree)


def test_a_class_is_added_in_its_place():
    """A new item stands by its number among the others, a new field in the schema's order."""
    base = goods(item(1, **gross("1")), item(3, **gross("3")))
    after = amended(base, goods(item(2, **gross("2"))), f"{ITEM}[2]")
    assert after.tree == goods(*(item(n, **gross(str(n))) for n in (1, 2, 3)))
    first = amended({"TypeCode": "IMA", "Exporter": {"Name": "A"}},
                    {"Declarant": {"ID": "B"}}, "Declarant")  # fmt: skip
    assert list(first.tree) == ["TypeCode", "Declarant", "Exporter"]


def test_a_class_is_removed_and_nothing_is_renumbered():
    """The items behind the one that is removed keep their numbers, and each lost leaf is listed."""
    base = goods(*(item(n, **gross(str(n))) for n in (1, 2, 3)))
    after = amended(base, {}, f"{ITEM}[2]")
    assert after.tree == goods(item(1, **gross("1")), item(3, **gross("3")))
    assert after.deltas == tuple(
        Delta(path, value, None) for path, value in leaves(base) if path.startswith(f"{ITEM}[2].")
    )


def test_a_class_is_replaced_whole():
    """What the request does not say of a class in both is removed, and listed; its number stays."""
    after = amended(BASE, {"Exporter": {"Name": "Lantern"}}, "Exporter")
    assert after.tree["Exporter"] == {"Name": "Lantern"}
    assert [tuple(delta) for delta in after.deltas] == [
        ("Exporter.Address.CityName", "Port A", None),
        ("Exporter.Address.CountryCode", "QZ", None),
    ]
    base = goods(item(1, **gross("1")))
    assert amended(base, goods(gross("2")), ITEM).tree == goods(item(1, **gross("2")))


@pytest.mark.parametrize("body", [{}, goods(item(2))])
def test_a_class_without_a_value_in_the_request_is_not_there(body):
    """An item of which the request writes the number alone is removed, not emptied."""
    assert amended(BASE, body, f"{ITEM}[2]").tree == {
        **BASE, **goods(BASE["GoodsShipment"]["GovernmentAgencyGoodsItem"][0])
    }  # fmt: skip


def test_removals_come_last():
    """What is added behind an element that is removed finds its ordinal in the version."""
    base, body = goods(item(1, **documents(1, 2, 3))), goods(item(1, **documents(1, 0, 3, 4)))
    for order in ((2, 4), (4, 2)):
        after = amended(base, body, *(f"{ITEM}[1].AdditionalDocument[#{n}]" for n in order))
        assert after.tree == goods(item(1, **documents(1, 3, 4)))


def test_several_removals_are_counted_in_the_version():
    """The second removal of a list is not misled by the first."""
    base = goods(item(1, **documents(1, 2, 3, 4)))
    after = amended(base, {}, *(f"{ITEM}[1].AdditionalDocument[#{n}]" for n in (1, 3)))
    assert after.tree == goods(item(1, **documents(2, 4)))


def test_an_element_is_added_leaf_by_leaf_in_any_order():
    """Blocks about the leaves of two new documents make both, whatever comes first."""
    base, body = goods(item(1, **documents(1))), goods(item(1, **documents(1, 2, 3)))
    paths = [f"{ITEM}[1].AdditionalDocument[#{number}].{leaf}"
             for number in (3, 2) for leaf in document(1)]  # fmt: skip
    assert amended(base, body, *paths).tree == body


def test_leaves_below_a_class_that_is_pointed_at_say_nothing_more():
    """A block about an item and one about a leaf of it ask for the same thing."""
    body = goods(item(3, **gross("3")))
    whole = amended(BASE, body, f"{ITEM}[3]")
    both = amended(BASE, body, f"{ITEM}[3].Commodity.GoodsMeasure.GrossMassMeasure", f"{ITEM}[3]")
    assert both.tree == whole.tree
    assert not both.problems


REFUSED = (
    # code, body, paths, fixed
    ("amendment.path-unknown", {}, ["GoodsShipment.Colour"], ()),
    ("amendment.path-unknown", {}, [""], ()),
    ("amendment.path-unknown", {}, [f"{ITEM}[one].AdditionalDocument"], ()),
    ("amendment.element-absent", {}, ["Declarant.ID"], ()),
    ("amendment.element-absent", {}, ["Declarant"], ()),
    ("amendment.element-absent", {}, [f"{ITEM}[0]"], ()),
    ("amendment.element-absent", goods(item(1)), [f"{ITEM}[9]"], ()),
    ("amendment.element-absent", goods(item(1, **documents(1))),
     [f"{ITEM}[1].AdditionalDocument[#9].ID"], ()),
    ("amendment.element-repeated", {}, ["Exporter.Name", "Exporter[2].Name"], ()),
    ("amendment.element-repeated", {}, [ITEM, f"{ITEM}[01]"], ()),
    ("amendment.element-repeated", {}, ["TotalPackageQuantity", "TotalPackageQuantity.value"],
     ()),
    ("amendment.fixed", {"Exporter": {"Name": "B"}}, ["Exporter.Name"], ["Exporter.Name"]),
    ("amendment.fixed", {"Exporter": {"Name": "Lantern"}}, ["Exporter.Name"], ["Exporter"]),
    ("amendment.fixed", {}, ["Exporter"], ["Exporter.Address.CityName"]),
    ("amendment.fixed", {}, ["Exporter"], ["Exporter.Address"]),
    ("amendment.fixed", {"TypeCode": "COR"}, ["TypeCode"], ()),
    ("amendment.fixed", {"ID": "26QZMRN"}, ["ID"], ()),
    ("amendment.fixed", {"IssueDateTime": "2026-11-22"}, ["IssueDateTime"], ()),
    ("amendment.fixed", {"Amendment": [{"ChangeReasonCode": "21"}]},
     ["Amendment[#1].ChangeReasonCode"], ()),
    ("amendment.number-skipped", goods(item(1, **documents(1, 2, 3, 4, 5))),
     [f"{ITEM}[1].AdditionalDocument[#5]"], ()),
    ("amendment.number-skipped", goods(item(3, **documents(1, 2))),
     [f"{ITEM}[3].AdditionalDocument[#2].ID"], ()),
)  # fmt: skip


@pytest.mark.parametrize(("code", "body", "paths", "fixed"), REFUSED)
def test_what_cannot_be_applied_is_refused_at_its_block(code, body, paths, fixed):
    """One error at the last block says what and where; the version stays as it was."""
    after = amended(BASE, body, *paths, fixed=fixed)
    (error,) = [problem for problem in after.problems if problem.severity == "error"]
    assert (error.code, error.where) == (code, Place(line=10 * len(paths)))
    assert error.pointer == f"42A/06A[{len(paths)}]"
    assert f"block {len(paths)} " in error.text
    assert error.path is not None
    assert error.expected
    assert error.hint
    assert (after.tree, after.deltas) == (BASE, ())


def test_an_error_names_target_and_pointer():
    """The text has the pointer of the element, and the path has all its keys."""
    after = amended(BASE, {}, f"{ITEM}.AdditionalDocument[9].ID")
    assert after.problems[0].path == f"{ITEM}[1].AdditionalDocument[#9].ID"
    assert "AdditionalDocument.ID (42A/67A[1]/68A[1]/02A[9]/D005)" in after.problems[0].text


def test_all_that_is_wrong_is_found_at_once():
    """Each block that cannot be applied has its problem; no sound block is applied without them."""
    paths = ["Exporter.Name", "TypeCode", "Declarant", "Nothing", "Exporter.Name"]
    after = amended(BASE, {}, *paths)
    assert [problem.code for problem in after.problems] == [
        "amendment.fixed", "amendment.element-absent", "amendment.path-unknown",
        "amendment.element-repeated",
    ]  # fmt: skip
    assert after.tree == BASE


def test_what_is_fixed_in_a_list_holds_for_its_elements_and_not_for_the_list():
    """Items may be added and removed whole; inside of one that stays nothing fixed may change."""
    fixed = [f"{ITEM}.Commodity"]
    assert amended(BASE, {}, f"{ITEM}[2]", fixed=fixed).deltas
    assert amended(BASE, goods(item(3, **gross("1"))), f"{ITEM}[3]", fixed=fixed).deltas
    assert not amended(BASE, goods(item(2, **gross("1"))), f"{ITEM}[2]", fixed=fixed).deltas
    same = goods(item(2, **gross("20.0")))
    assert amended(BASE, same, f"{ITEM}[2]", fixed=fixed).deltas


STATEMENT = {"StatementDescription": "corrected by the buyer", "StatementTypeCode": "AES",
             "Pointer": [{"DocumentSectionCode": "42A"},
                         {"SequenceNumeric": "1", "DocumentSectionCode": "06A"}]}  # fmt: skip
OF_MESSAGE = {
    "FunctionCode": "13", "FunctionalReferenceID": "R1", "ID": "26QZMRN", "TypeCode": "COR",
    "IssueDateTime": "2026-11-22", "Amendment": [{"ChangeReasonCode": "21"}],
    "AdditionalInformation": [STATEMENT],
}  # fmt: skip


def test_what_the_message_says_of_itself_is_no_difference():
    """Function, type, references, blocks and their reasons stay out of the version, unremarked."""
    after = amended(BASE, {**OF_MESSAGE, "TotalPackageQuantity": {"value": "80"}},
                    "TotalPackageQuantity")  # fmt: skip
    assert after.problems == ()
    assert after.tree == {**BASE, "TotalPackageQuantity": {"value": "80"}}


def test_reasons_are_not_counted_among_the_statements():
    """The first statement of a request is the first that is no reason of a block."""
    added = {"StatementCode": "QZ1"}
    body = {**OF_MESSAGE, "AdditionalInformation": [STATEMENT, added]}
    after = amended(BASE, body, "AdditionalInformation[#1]")
    assert after.tree == {**BASE, "AdditionalInformation": [added]}


def test_a_request_without_blocks_changes_nothing():
    """It is a request like any other: no change, no error."""
    assert amend(BASE, OF_MESSAGE, (), PACKAGE) == (BASE, (), ())


NOT_NAMED = (
    ({"TotalPackageQuantity": {"value": "80"}}, [("TotalPackageQuantity.value", "80")]),
    ({"TotalPackageQuantity": {"value": "65.0"}}, []),
    ({"Exporter": {"Name": "Lantern", "ID": "QZ1"}}, [("Exporter.ID", "QZ1")]),
    ({"Declarant": {"ID": "QZ1", "Name": "X"}}, [("Declarant", None)]),
    (goods(item(1, **documents(0, 2))), []),
    (goods(item(1, **documents(1, 9))), [(f"{ITEM}[1].AdditionalDocument[#2].ID", "D9")]),
    (goods(item(5, **documents(1))), [(f"{ITEM}[5]", None)]),
    (goods(item("02", **documents(4))), []),
)


@pytest.mark.parametrize(("body", "differing"), NOT_NAMED)
def test_a_difference_that_no_block_names_is_a_warning(body, differing):
    """It is told with its path and value, a class that the version lacks once; nothing changes."""
    after = amended(BASE, body)
    assert after.tree == BASE
    assert [(problem.path, problem.found) for problem in after.problems] == differing
    assert {problem.code for problem in after.problems} <= {"amendment.difference-not-named"}
    assert all(problem.severity == "warning" for problem in after.problems)


def test_beside_a_named_leaf_the_rest_of_a_new_element_is_a_warning():
    """A new document with two leaves and a block for one of them: the other is a warning."""
    body = goods(item(2, AdditionalDocument=[document(4), {"ID": "D5", "TypeCode": "X"}]))
    after = amended(BASE, body, f"{ITEM}[2].AdditionalDocument[#2].ID")
    assert [problem.path for problem in after.problems] == [
        f"{ITEM}[2].AdditionalDocument[#2].TypeCode"
    ]
    assert [tuple(delta) for delta in after.deltas] == [
        (f"{ITEM}[2].AdditionalDocument[#2].ID", None, "D5")
    ]


def test_many_differences_are_counted():
    """At most DIFFERENCES_MAX are listed; how many more there are is told once."""
    many = goods(*(item(number, **gross("1")) for number in range(10, 20 + DIFFERENCES_MAX)))
    after = amended(BASE, many)
    assert len(after.problems) == DIFFERENCES_MAX + 1
    assert after.problems[-1].text.startswith("10 more values")


def test_an_implementation_by_index_would_be_found_out(monkeypatch):
    """With elements taken by ordinal alone, an item is mistaken for another."""
    body, path = goods(item(2, **gross("21"))), f"{ITEM}[2]"
    right = amended(BASE, body, path)
    monkeypatch.setattr(amending, "element_key", lambda _element, ordinal: f"#{ordinal}")
    assert amended(BASE, body, path) != right
