"""Patterns of packages: leaves, pairs, classes."""

from broker.model.packages import PACKAGES
from broker.routing.listing import Listed
from broker.routing.patterns import model_packages, patterns_of, within

PATTERNS = patterns_of(
    {
        "ID": "public",
        "Party.Name": "personal",
        "Party.Address.Line": "personal",
        "Item.Mass.value": "commercial",
        "Item.Mass.unit": "commercial",
    }
)


def test_leaves_pairs_and_classes_are_told_apart():
    """Members of a pair are leaves, the pair is one thing for a view, what is above is a class."""
    assert dict(PATTERNS.pairs) == {"Item.Mass": "commercial"}
    assert PATTERNS.classes == {"Party", "Party.Address", "Item"}
    assert PATTERNS.is_viewable("Item.Mass")
    assert PATTERNS.is_viewable("Item.Mass.value")
    assert not PATTERNS.is_viewable("Party")
    assert PATTERNS.is_known("Party")
    assert not PATTERNS.is_known("Party.Age")


def test_a_subtree_lists_all_leaves_below_less_the_dropped():
    """A line stands for the leaves and pairs it lets through."""
    line = Listed(path="Party.**", drop=("Address",))
    assert list(PATTERNS.listed(line)) == ["Party.Name"]
    assert list(PATTERNS.listed(Listed(path="Item.**"))) == ["Item.Mass"]
    assert list(PATTERNS.listed(Listed(path="Party"))) == []


def test_near_patterns_are_suggested():
    """A misspelt pattern is told what is like it, a strange one nothing."""
    assert PATTERNS.near("Party.Nane").startswith("; near it: Party.Name")
    assert PATTERNS.near("zzzzzzzz") == ""


def test_names_that_begin_alike_are_not_within():
    """`Party` is not above `PartyTwo`."""
    assert within("Party.Name", "Party")
    assert not within("PartyTwo.Name", "Party")


def test_all_packages_of_the_model_are_known():
    """Each package of the model has leaves with a data class."""
    found = model_packages()
    assert found.keys() == PACKAGES.keys()
    assert found["goods-declaration"]["Declarant.Name"] == "personal"
    classes = {data for leaves in found.values() for data in leaves.values()}
    assert classes <= {"public", "commercial", "personal", "sensitive"}
