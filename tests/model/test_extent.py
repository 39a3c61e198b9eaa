"""How much of a list a message holds, and how that is stored."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.model.extent import Extent, extent_json, extent_of

PATHS = st.lists(st.sampled_from(["A[1]", "A[2]", "B[#3]"]), max_size=3).map(tuple)


@given(st.none() | st.builds(Extent, st.integers(0, 9), st.integers(0, 9), PATHS, st.booleans(),
                             PATHS))  # fmt: skip
def test_what_is_stored_comes_back(extent):
    """By way of JSON, and "no list" stays different from "an empty list"."""
    stored = orjson.loads(orjson.dumps(extent_json(extent)))
    assert extent_of(stored) == extent


@pytest.mark.parametrize(
    ("extent", "complete"),
    [
        (Extent(3, 3), True),
        (Extent(3, 2, ("A[1]",)), False),
        (Extent(3, 3, cut=True), False),
        (Extent(3, 3, not_confirmed=("A[4]",)), False),
    ],
)
def test_a_list_is_complete_when_all_was_taken_and_confirmed(extent, complete):
    """Each way of not being complete counts."""
    assert extent.complete is complete
