"""What an answer depends on: which changes of a document open what was answered, and which not."""

import copy

import pytest

from broker.routing.decision import Result
from broker.routing.elements import Element, Matched
from broker.routing.listing import ViewFile
from broker.routing.view import apply, bases, compile_view

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
PASSENGERS = "BorderTransportMeans.Passenger"


def view(*paths, package="goods-declaration", **more):
    """A view of these lines."""
    raw = {"name": "v", "title": "a view", "package": package, "paths": paths, **more}
    return compile_view(ViewFile.model_validate(raw))


def result(matched=None, checks=(), codes=(), answers="element"):
    """What a row came to."""
    return Result("", "r", "p", ("row",), "v", matched, None, checks, codes, (), (), answers)


def based(shape, tree, how=None):
    """The bases of what the view passes of the tree."""
    how = how or result()
    return bases(shape, tree, apply(shape, tree, how.matched), how)


def digests(shape, tree, how=None):
    """The digest of each element by its path, and of the rest under ""."""
    found = based(shape, tree, how)
    return {"": found.rest.digest, **{path: one.digest for path, one in found.elements.items()}}


def changed(shape, tree, change, how=None):
    """Whose basis is another one after the change: paths of elements, "" for the rest."""
    other = copy.deepcopy(tree)
    change(other)
    before, after = digests(shape, tree, how), digests(shape, other, how)
    return {path for path in before | after if before.get(path) != after.get(path)}


def item(number, **more):
    """A goods item."""
    return {"SequenceNumeric": str(number), "Commodity": {"CargoDescription": f"goods {number}"},
            **more}  # fmt: skip


def declaration(*items):
    """A declaration of these items."""
    return {
        "ID": "26QZ1", "FunctionCode": "9", "FunctionalReferenceID": "L1", "IssueDateTime": "2026",
        "Declarant": {"ID": "QZ1", "Name": "Lantern"},
        "GoodsShipment": {"GovernmentAgencyGoodsItem": list(items)},
    }  # fmt: skip


TWO = declaration(item(1), item(2))
EVERYTHING = view(
    "ID",
    "FunctionCode",
    "FunctionalReferenceID",
    "IssueDateTime",
    "Declarant.**",
    "GoodsShipment.**",
)


def items_of(tree):
    """The list of goods items."""
    return tree["GoodsShipment"]["GovernmentAgencyGoodsItem"]


def test_a_change_of_an_element_is_its_own():
    """The answers about the other elements and about the whole hold."""

    def change(tree):
        items_of(tree)[1]["Commodity"]["CargoDescription"] = "roses"

    assert changed(EVERYTHING, TWO, change) == {f"{ITEMS}[2]"}


def test_a_change_outside_the_elements_opens_all():
    """An item is judged with who declares it: another declarant is another consignment."""

    def change(tree):
        tree["Declarant"]["Name"] = "Pebble"

    assert changed(EVERYTHING, TWO, change) == {"", f"{ITEMS}[1]", f"{ITEMS}[2]"}


@pytest.mark.parametrize("leaf", ["FunctionCode", "FunctionalReferenceID", "IssueDateTime"])
def test_what_belongs_to_the_message_opens_nothing(leaf):
    """Function, number and time say how the message came, not what is declared."""
    assert changed(EVERYTHING, TWO, lambda tree: tree.update({leaf: "5"})) == set()


def test_what_the_view_does_not_pass_opens_nothing():
    """Who cannot see a change did not decide on it."""
    shape = view("ID", f"{ITEMS}.SequenceNumeric", f"{ITEMS}.Commodity.CargoDescription")
    assert changed(shape, TWO, lambda tree: tree["Declarant"].update(Name="Pebble")) == set()


def test_what_is_beside_opens_nothing():
    """The view passes it, and says why no answer depends on it; inside elements as outside."""
    beside = [
        {"path": "Declarant.Name", "because": "the identifier decides, the name only helps"},
        {"path": f"{ITEMS}.Commodity.CargoDescription", "because": "the code decides here"},
    ]
    shape = view("Declarant.**", "GoodsShipment.**", beside=beside)

    def change(tree):
        tree["Declarant"]["Name"] = "Pebble"
        items_of(tree)[0]["Commodity"]["CargoDescription"] = "roses"

    assert changed(shape, TWO, change) == set()
    by_number = {f"{ITEMS}[1]", f"{ITEMS}[2]", ""}
    assert changed(shape, TWO, lambda tree: tree["Declarant"].update(ID="QZ2")) == by_number


def test_a_number_is_no_part_of_an_element():
    """Two items that swap their numbers have swapped their bases."""
    before = digests(EVERYTHING, TWO)
    one, two = copy.deepcopy(items_of(TWO))
    one["SequenceNumeric"], two["SequenceNumeric"] = "2", "1"
    after = digests(EVERYTHING, declaration(two, one))
    assert before[f"{ITEMS}[1]"] == after[f"{ITEMS}[2]"]
    assert before[f"{ITEMS}[2]"] == after[f"{ITEMS}[1]"]


def test_the_order_of_elements_opens_nothing():
    """A list that is sorted otherwise says the same; so for an answer about the whole."""
    for answers in ("element", "whole", "dossier"):
        how = result(answers=answers)
        assert changed(EVERYTHING, TWO, lambda tree: items_of(tree).reverse(), how) == set()


def test_an_element_that_comes_or_goes_is_its_own():
    """Where answers are about elements; where they are about the whole, all of it is open."""

    def change(tree):
        items_of(tree).append(item(3))

    assert changed(EVERYTHING, TWO, change) == {f"{ITEMS}[3]"}
    whole = {"", f"{ITEMS}[1]", f"{ITEMS}[2]", f"{ITEMS}[3]"}
    for answers in ("whole", "dossier"):
        assert changed(EVERYTHING, TWO, change, result(answers=answers)) == whole


@pytest.mark.parametrize("transform", ["mask", "generalise:country", "generalise:prefix-2"])
def test_a_value_that_is_passed_in_another_form_counts_as_it_was_lodged(transform):
    """A view shows the first letters only; a change behind them is a change still."""
    line = {"path": "Declarant.ID", "transform": transform}
    shape = view(line, f"{ITEMS}.SequenceNumeric", f"{ITEMS}.Commodity.CargoDescription")
    everything = {"", f"{ITEMS}[1]", f"{ITEMS}[2]"}
    assert changed(shape, TWO, lambda tree: tree["Declarant"].update(ID="QZ9")) == everything
    inside = view({"path": f"{ITEMS}.Commodity.CargoDescription", "transform": transform})

    def change(tree):
        items_of(tree)[0]["Commodity"]["CargoDescription"] = "goods 1 and more"

    assert changed(inside, TWO, change) == {f"{ITEMS}[1]"}


def row_of(*numbers, checks=(), codes=()):
    """A row that matches these items, with these checks and codes for each."""
    elements = [
        Element((number - 1,), (str(number),), ("row",), tuple(checks), tuple(codes))
        for number in numbers
    ]
    return result(Matched(ITEMS, tuple(elements)), tuple(checks), tuple(codes))


def test_elements_of_a_row_are_those_that_it_matched():
    """What happens to an item that the agency does not get opens nothing."""

    def change(tree):
        items_of(tree)[1]["Commodity"]["CargoDescription"] = "roses"

    assert set(digests(EVERYTHING, TWO, row_of(1))) == {"", f"{ITEMS}[1]"}
    assert changed(EVERYTHING, TWO, change, row_of(1)) == set()
    assert changed(EVERYTHING, TWO, change, row_of(1, 2)) == {f"{ITEMS}[2]"}


def test_checks_and_codes_of_the_row_are_part_of_the_basis():
    """An answer to other questions is another answer; their order is none."""
    plain = digests(EVERYTHING, TWO, row_of(1))
    for more in ({"checks": ("phyto",)}, {"codes": ("C085",)}):
        other = digests(EVERYTHING, TWO, row_of(1, **more))
        assert other[f"{ITEMS}[1]"] != plain[f"{ITEMS}[1]"]
    asked = based(EVERYTHING, TWO, row_of(1, checks=("phyto",)))
    assert asked.elements[f"{ITEMS}[1]"].checks == ("phyto",)


def test_totals_of_a_list_that_was_cut_open_nothing():
    """They are left out of what is shown, for they would tell of what was cut."""
    tree = {**TWO, "GoodsItemQuantity": "2"}
    shape = view("GoodsItemQuantity", "GoodsShipment.**", spans=["GoodsItemQuantity"])

    def change(tree):
        tree["GoodsItemQuantity"] = "3"

    assert changed(shape, tree, change, row_of(1)) == set()
    assert changed(shape, tree, change) == {"", f"{ITEMS}[1]", f"{ITEMS}[2]"}


PERSON = {
    "SequenceNumeric": "1", "FamilyName": "OSTREM", "GivenName": "ADA", "SexCode": "2",
    "AdditionalDocument": [{"ID": "P1", "IssueCountryCode": "QZ"}],
}  # fmt: skip


def test_match_keys_count_though_the_view_hides_them():
    """A decision that an agency took without seeing the passport is about that passport's holder.

    Another passport is another person: the decision does not pass on.
    """
    tree = {"BorderTransportMeans": {"Passenger": [PERSON]}}
    shape = view(f"{PASSENGERS}.SequenceNumeric", f"{PASSENGERS}.SexCode",
                 package="persons-report")  # fmt: skip

    def change(tree):
        tree["BorderTransportMeans"]["Passenger"][0]["AdditionalDocument"][0]["ID"] = "P2"

    assert changed(shape, tree, change) == {f"{PASSENGERS}[1]"}


def test_two_elements_of_one_number_have_one_basis():
    """A sender that numbers twice alike: an answer about the number is about both."""
    twice = declaration(item(1), item(1, Origin={"CountryCode": "QZ"}))

    def change(tree):
        items_of(tree)[1]["Origin"]["CountryCode"] = "QX"

    assert changed(EVERYTHING, twice, change) == {f"{ITEMS}[1]"}


def test_a_number_in_another_spelling_is_the_same_element():
    """001 and 1 are one number: neither the path nor the basis is another."""
    assert changed(
        EVERYTHING, TWO, lambda tree: items_of(tree)[0].update(SequenceNumeric="001")
    ) == set()  # fmt: skip
