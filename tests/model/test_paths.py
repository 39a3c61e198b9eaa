"""Paths: what names an element, and that numbers compare as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.model.paths import (
    canonical_number,
    canonical_path,
    element_key,
    exists,
    leaves,
    pattern_of,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", "1"), ("01", "1"), ("001", "1"), ("1.0", "1"), ("+1", "1"), (" 1 ", "1"), ("0", "0"),
     ("000", "0"), ("10", "10"), ("1.5", "1.5"), ("A1", "A1"), ("#01", "#01"), ("", "")],
)  # fmt: skip
def test_a_number_has_one_spelling(text, number):
    """1, 01, 001 and 1.0 are the same number; what is not a number stays as it is."""
    assert canonical_number(text) == number


@given(st.integers(0, 10**9), st.integers(0, 4))
def test_zeros_in_front_say_nothing(number, zeros):
    """However many a sender writes."""
    assert canonical_number("0" * zeros + str(number)) == str(number)


def test_a_path_is_spelt_with_its_numbers():
    """Only what stands in brackets is a number of an element."""
    assert canonical_path("A01.Item[003].Code[#02].X9") == "A01.Item[3].Code[#02].X9"
    assert pattern_of("A01.Item[003].Code[#2].X9") == "A01.Item.Code.X9"


def test_an_element_is_named_by_its_number_or_its_ordinal():
    """A pointer's number counts what it points at and names nothing."""
    assert element_key({"SequenceNumeric": "007"}, 3) == "7"
    assert element_key({"ID": "x"}, 3) == element_key({"SequenceNumeric": ""}, 3) == "#3"
    assert element_key({"DocumentSectionCode": "68A", "SequenceNumeric": "1"}, 3) == "#3"
    assert element_key("text", 3) == "#3"


TREE = {
    "Item": [{"SequenceNumeric": "02", "Code": [{"ID": "a"}, {"ID": "b"}]}, {"X": "y"}],
    "Rate": {"value": "1"},
    "None": None,
}


def test_leaves_are_found_with_their_paths():
    """Nothing that has no value is a leaf."""
    assert dict(leaves(TREE)) == {
        "Item[2].SequenceNumeric": "02", "Item[2].Code[#1].ID": "a", "Item[2].Code[#2].ID": "b",
        "Item[#2].X": "y", "Rate.value": "1",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["Item[2].Code[#2].ID", "Item[002]", "Item[#2].X", "Rate"])
def test_what_a_path_names_is_there(path):
    """By number in any spelling, or by ordinal."""
    assert exists(TREE, path)


@pytest.mark.parametrize(
    "path", ["Item[1]", "Item[3]", "Item[2].Code[#3]", "Rate.x", "None", "X.y", "Item[2].X", "Item"]
)
def test_what_no_element_has_is_not_there(path):
    """A path names one element: a list without a number, or an ordinal for a number, names none."""
    assert not exists(TREE, path)
