"""Where two bodies differ: keys, numbers, codes, order."""

import pytest

from broker.dossiers.differing import differences
from broker.model.leaf import Amount, Measure
from broker.model.packages import PACKAGES, index
from tests.dossiers.amendments import item


def test_names_say_which_leaves_are_numbers():
    """Every number of every package is a Numeric or the value of a pair, and no text is."""
    for package in PACKAGES:
        for node in index(package).values():
            if node.is_leaf:
                name = node.pattern.rpartition(".")[2]
                pair = node.field.model in {Amount, Measure} and name == "value"
                assert (node.kind == "number") == (pair or name.endswith("Numeric")), node.pattern
                assert pair == node.pattern.endswith(".value"), node.pattern


DIFFERENT = (
    ({"RateNumeric": "1"}, {"RateNumeric": "01.0"}, []),
    ({"A": {"value": "10.00", "unit": "KGM"}}, {"A": {"value": "10", "unit": "KGM"}}, []),
    ({"CurrentCode": "00"}, {"CurrentCode": "000"}, [("CurrentCode", "00", "000")]),
    ({"ID": "007"}, {"ID": "7"}, [("ID", "007", "7")]),
    ({"A": {"B": "1"}}, {}, [("A.B", "1", None)]),
    ({}, {"A": [{"B": "1"}]}, [("A[#1].B", None, "1")]),
    ({"A": {}}, {}, []),
    ({"A": "1", "C": "3"}, {"A": "1", "B": "2"}, [("C", "3", None), ("B", None, "2")]),
    ({"L": [item(1, B="1"), item(2, B="2")]}, {"L": [item("02.0", B="2"), item(1, B="1")]}, []),
    ({"L": [item(1, B="1"), item(1, B="2")]}, {"L": [item(1, B="1")]},
     [("L[1].SequenceNumeric", "1", None), ("L[1].B", "2", None)]),
    ({"L": [{"B": "1"}, {"B": "2"}]}, {"L": [{"B": "2"}]},
     [("L[#1].B", "1", "2"), ("L[#2].B", "2", None)]),
    ({"L": [item(1, B="1")]}, {"L": [item(0, B="0"), item(1, B="1"), item(2, B="2")]},
     [("L[0].SequenceNumeric", None, "0"), ("L[0].B", None, "0"),
      ("L[2].SequenceNumeric", None, "2"), ("L[2].B", None, "2")]),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "deltas"), DIFFERENT)
def test_two_trees_differ_leaf_by_leaf(before, after, deltas):
    """Elements are compared by key, numbers as numbers, codes as they are written."""
    assert [tuple(delta) for delta in differences(before, after)] == deltas
