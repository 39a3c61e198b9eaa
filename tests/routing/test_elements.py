"""Elements by index, keys for showing, and cutting a list."""

from broker.routing.elements import Element, Matched, instances, kept

STEPS = ("Item", "Doc")
TREE = {
    "Item": [
        {"SequenceNumeric": "4", "Doc": [{"ID": "a"}, {"ID": "b"}]},
        {"SequenceNumeric": "4", "Doc": {"ID": "c"}},
        {"Doc": []},
    ],
    "Other": "x",
}


def test_instances_have_an_index_and_a_key_for_each_list():
    """Doubled and missing keys do not confuse elements: indices tell them apart."""
    found = list(instances(TREE, STEPS))
    assert [(indices, keys) for indices, keys, _ in found] == [
        ((0, 0), ("4", "#1")),
        ((0, 1), ("4", "#2")),
        ((1,), ("4",)),
    ]
    assert [value["ID"] for _, _, value in found] == ["a", "b", "c"]


def test_cutting_keeps_the_chosen_elements_of_nested_lists():
    """Of a list inside a list only the chosen elements stay, the rest of the tree is shared."""
    matched = Matched("Item.Doc", (Element((0, 1), ("4", "#2")),))
    tree, cut = kept(TREE, matched)
    assert cut
    assert tree == {"Item": [{"SequenceNumeric": "4", "Doc": [{"ID": "b"}]}], "Other": "x"}
    assert len(TREE["Item"]) == 3


def test_cutting_keeps_the_order_of_the_document():
    """In whatever order elements are named, they stay in the order of the document."""
    chosen = (Element((2,), ("#3",)), Element((0,), ("4",)))
    tree, _ = kept(TREE, Matched("Item", chosen))
    assert tree["Item"] == [TREE["Item"][0], TREE["Item"][2]]


def test_cutting_to_all_elements_cuts_nothing():
    """When every element is matched the tree is the same object."""
    every = tuple(Element(indices, keys) for indices, keys, _ in instances(TREE, ("Item",)))
    tree, cut = kept(TREE, Matched("Item", every))
    assert not cut
    assert tree is TREE


def test_a_class_that_does_not_repeat_can_be_an_element():
    """Where the document has one instance and no list, it is kept whole."""
    tree = {"Item": {"ID": "a"}}
    assert kept(tree, Matched("Item", (Element((), ()),))) == (tree, False)


def test_shown_keys_of_nested_elements_are_joined():
    """Document 2 of item 4 is shown as 4.#2."""
    assert Element((0, 1), ("4", "#2")).shown == "4.#2"
