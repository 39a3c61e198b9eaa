"""Amendments drawn at random: what holds for all of them."""

from hypothesis import given
from hypothesis import strategies as st

from broker.dossiers.amending import differences
from broker.model.packages import PACKAGES
from tests.dossiers.amendments import ITEM, LIST, PACKAGE, amended, goods, item

VALUES = st.sampled_from(["1", "01", "2", "2.0"])
COMMODITIES = st.fixed_dictionaries(
    {},
    optional={
        "Description": st.sampled_from(["salt", "pepper"]),
        "Classification": st.lists(
            st.fixed_dictionaries({}, optional={"ID": VALUES, "IdentificationTypeCode": VALUES}),
            max_size=4,
        ).filter(bool),
        "GoodsMeasure": st.fixed_dictionaries(
            {}, optional={"GrossMassMeasure": st.fixed_dictionaries({"value": VALUES})}
        ),
    },
)
BODIES = st.builds(
    lambda quantity, items: {
        "TypeCode": "IMA", **quantity, **goods(*(item(n, **made) for n, made in items.items()))
    },
    st.fixed_dictionaries({}, optional={
        "TotalPackageQuantity": st.fixed_dictionaries({"value": VALUES}, optional={"unit": VALUES}),
    }),
    st.dictionaries(
        st.integers(1, 4),
        st.fixed_dictionaries({}, optional={"Commodity": COMMODITIES, "CustomsValuation":
            st.fixed_dictionaries({}, optional={"MethodCode": VALUES})}),
        min_size=1,
    ),
)  # fmt: skip
COMMODITY = st.integers(1, 5).map(lambda number: f"{ITEM}[{number}].Commodity")
PATHS = st.lists(
    st.one_of(
        st.just("TotalPackageQuantity"),
        st.integers(1, 5).map(lambda number: f"{ITEM}[{number}]"),
        COMMODITY,
        COMMODITY.map(lambda path: f"{path}.Description"),
        COMMODITY.map(lambda path: f"{path}.GoodsMeasure.GrossMassMeasure"),
        st.builds(lambda path, at: f"{path}.Classification[#{at}].ID", COMMODITY,
                  st.integers(1, 5)),
        st.builds(lambda path, at: f"{path}.Classification[#{at}]", COMMODITY, st.integers(1, 5)),
    ),
    max_size=4,
    unique=True,
)  # fmt: skip


@given(BODIES, BODIES, PATHS)
def test_the_deltas_are_the_differences_and_the_result_is_of_the_package(base, body, paths):
    """Deltas say all that has changed; with an error nothing has; the result is valid."""
    after = amended(base, body, *paths)
    assert after.deltas == differences(base, after.tree)
    PACKAGES[PACKAGE].model_validate(after.tree)
    if not after.deltas:
        assert after.tree == base
    assert after == amended(base, body, *paths)


@given(BODIES, BODIES)
def test_applying_nothing_changes_nothing(base, body):
    """Without blocks the version stays as it was, whatever the request says besides."""
    assert amended(base, body).tree == base


@given(BODIES, BODIES, PATHS)
def test_nothing_changes_that_is_not_pointed_at(base, body, paths):
    """A leaf that differs is pointed at, is below what is, or is behind it in a list of ordinals.

    Besides, an element that is new or gone has its number.
    """
    for delta in amended(base, body, *paths).deltas:
        named = [path for path in paths if f"{delta.path}.".startswith(f"{path}.")]
        lists = [path.partition(".Classification[")[0] for path in paths if "[#" in path]
        moved = [path for path in lists if delta.path.startswith(f"{path}.Classification[")]
        number = delta.path.endswith("].SequenceNumeric") and None in delta[1:]
        assert named or moved or number, delta


@given(BODIES, BODIES, PATHS)
def test_the_same_amendment_again_changes_nothing_more(base, body, paths):
    """What was changed or added is there; only a removal by ordinal meets another element."""
    first = amended(base, body, *paths)
    second = amended(first.tree, body, *paths)
    gone = {delta.path.partition(".Classification[")[0] for delta in first.deltas
            if delta.after is None and "Classification[" in delta.path}  # fmt: skip
    if not gone:
        assert differences(first.tree, second.tree) == ()


@given(BODIES, BODIES)
def test_a_tree_becomes_another_by_pointing_at_what_differs(base, body):
    """Blocks about all items and totals that differ make the version equal to the request."""
    base, body = (
        goods(*(made | {"TransactionNatureCode": "1"} for made in tree["GoodsShipment"][LIST]),
              **{name: leaf for name, leaf in tree.items() if name != "GoodsShipment"})
        for tree in (base, body)
    )  # fmt: skip
    paths = {".".join(delta.path.split(".")[:2]) if delta.path.startswith(ITEM)
             else "TotalPackageQuantity" for delta in differences(base, body)}  # fmt: skip
    after = amended(base, body, *sorted(paths))
    assert not [problem for problem in after.problems if problem.severity == "error"]
    assert differences(after.tree, body) == ()
