"""Views: an allow-list, transforms, cuts, and that nothing else ever gets out."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from broker.model.paths import leaves, pattern_of
from broker.routing.elements import Element, Matched
from broker.routing.listing import ViewFile
from broker.routing.view import apply, compile_view


def view(*paths, spans=()):
    """A view of these lines."""
    raw = {"name": "v", "title": "a view", "package": "p", "paths": paths, "spans": spans}
    return compile_view(ViewFile.model_validate(raw))


def matched(each, *indices):
    """Elements of a list by index."""
    return Matched(each, tuple(Element((index,), (f"#{index + 1}",)) for index in indices))


def test_what_is_not_listed_is_withheld():
    """Only listed leaves pass; what had a value is told as a pattern, topmost."""
    tree = {"ID": "1", "New": "x", "Party": {"Name": "n", "Address": {"Line": "l"}}, "Empty": {}}
    cut = apply(view("ID", "Party.Address.Line"), tree)
    assert cut.tree == {"ID": "1", "Party": {"Address": {"Line": "l"}}}
    assert cut.withheld == ("New", "Party.Name")


def test_empty_classes_are_dropped():
    """A class of which nothing may be seen is not there, and is not told when it said nothing."""
    cut = apply(
        view("Party.ID", "ID"), {"Party": {"Name": "n"}, "Other": {"a": [{}, ""]}, "ID": ""}
    )
    assert cut.tree == {}
    assert cut.withheld == ("Party.Name",)


def test_a_subtree_passes_less_what_is_dropped():
    """`Party.**` lists all below, new fields too; `drop` withholds leaves and classes inside."""
    tree = {
        "Party": {
            "Name": "n",
            "Contact": {"Name": "c"},
            "Address": [{"Line": "l", "City": "x"}, {"Line": "m"}],
        }
    }
    cut = apply(view({"path": "Party.**", "drop": ["Contact", "Address.Line"]}), tree)
    assert cut.tree == {"Party": {"Name": "n", "Address": [{"City": "x"}]}}
    assert cut.withheld == ("Party.Address.Line", "Party.Contact")
    everything = apply(view("Party.**"), tree)
    assert everything.tree == tree
    assert everything.withheld == ()


def test_dropping_a_class_wins_over_dropping_inside_it():
    """Where a class and a part of it are dropped, the class is."""
    for drop in (["Address", "Address.Line"], ["Address.Line", "Address"]):
        tree = {"Party": {"Address": {"Line": "l", "City": "x"}, "ID": "1"}}
        cut = apply(view({"path": "Party.**", "drop": drop}), tree)
        assert cut.tree == {"Party": {"ID": "1"}}


def test_a_list_is_cut_to_the_matched_elements_and_its_totals_left_out():
    """Elements keep their keys; totals are left out only if something was cut."""
    tree = {
        "Total": {"value": "3"},
        "Item": [{"SequenceNumeric": "1", "X": "a"}, {"SequenceNumeric": "2"}, {"X": "c"}],
    }
    shape = view("Total", "Item.SequenceNumeric", spans=["Total"])
    cut = apply(shape, tree, matched("Item", 1))
    assert cut.tree == {"Item": [{"SequenceNumeric": "2"}]}
    assert cut.withheld == ("Item", "Total")
    whole = apply(shape, tree, matched("Item", 0, 1, 2))
    assert whole.tree["Total"] == {"value": "3"}
    assert whole.withheld == ("Item.X",)


def test_ordinals_of_elements_without_key_do_not_shift():
    """An element of which nothing may be seen leaves an empty place before one that is seen."""
    tree = {"Doc": [{"Secret": "x"}, {"ID": "2"}, {"Secret": "y"}]}
    assert apply(view("Doc.ID"), tree).tree == {"Doc": [{}, {"ID": "2"}]}
    assert apply(view("Doc.ID"), {"Doc": [{"Secret": "x"}]}).tree == {}


def test_the_document_is_never_written_to():
    """Applying a view leaves the tree as it was."""
    tree = {"Total": "3", "Item": [{"ID": "1", "X": "a"}, {"ID": "2"}]}
    before = copy.deepcopy(tree)
    apply(view("Total", "Item.ID", spans=["Total"]), tree, matched("Item", 0))
    apply(view({"path": "Item.**", "drop": ["X"], "transform": "mask"}), tree)
    assert tree == before


def test_the_digest_names_the_view():
    """The same lines have the same digest, others another."""
    assert view("A", "B").digest == view("A", "B").digest
    assert view("A").digest != view("A", "B").digest


NAMES = st.sampled_from(["A", "B", "C", "D", "value", "SequenceNumeric"])
TEXTS = st.sampled_from(["x", "2026-01-01", "NLRTM", ""])
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        TEXTS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)
        ),
        max_leaves=12,
    ),
    max_size=4,
)
LINES = st.lists(
    st.builds(
        lambda steps, subtree, transform: {
            "path": ".".join(steps) + (".**" if subtree else ""),
            "transform": transform,
        },
        st.lists(NAMES, min_size=1, max_size=3),
        st.booleans(),
        st.sampled_from(["pass", "mask", "generalise:year"]),
    ),
    min_size=1,
    max_size=4,
)


def allowed(pattern, lines):
    """Whether one of the lines lists the pattern, or the pair it is a member of."""
    for line in lines:
        top = line["path"].removesuffix(".**")
        if pattern in {top, f"{top}.value"}:
            return True
        if line["path"].endswith(".**") and pattern.startswith(f"{top}."):
            return True
    return False


@given(LINES, TREES, st.sets(st.integers(0, 2), min_size=1))
def test_no_path_outside_the_list_ever_gets_out(lines, tree, indices):
    """For any view and any tree, cut or whole, each leaf that comes out is listed."""
    shape = view(*lines)
    cuts = [apply(shape, tree)]
    if isinstance(tree.get("A"), list):
        chosen = sorted(index for index in indices if index < len(tree["A"]))
        if chosen and not any(isinstance(one, list) for one in tree["A"]):
            cuts.append(apply(shape, tree, matched("A", *chosen)))
    for cut in cuts:
        for path, _ in leaves(cut.tree):
            assert allowed(pattern_of(path), lines)


@given(TREES)
def test_applying_a_view_twice_changes_nothing(tree):
    """What may be seen of what may be seen is the same: views do not depend on order."""
    shape = view("A.**", "B", "C.A", "C.D.**")
    once = apply(shape, tree)
    assert apply(shape, once.tree).tree == once.tree
    assert apply(shape, tree) == once


@given(st.sets(st.integers(0, 11), min_size=1))
def test_cutting_never_renumbers(indices):
    """Whatever is cut, each element that stays has the number it had."""
    items = [{"SequenceNumeric": str(number), "X": f"of {number}"} for number in range(1, 13)]
    cut = apply(view("Item.**"), {"Item": items}, matched("Item", *sorted(indices)))
    assert cut.tree["Item"] == [items[index] for index in sorted(indices)]
