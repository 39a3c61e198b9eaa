"""Aliases: what dossier a reference means."""

from broker.state import aliases
from broker.state.aliases import Alias

KEY = ("LRN", "lantern", "L-1")


def alias(dossier, key=KEY, generation=0):
    """A reference that means this dossier."""
    return Alias(*key, dossier, "declaration", generation)


def meaning(connection, key=KEY):
    """The dossier a reference means now, with its generation."""
    found = aliases.meanings(connection, [key])[key].alias
    return found.dossier, found.generation


def test_who_comes_first_binds_and_who_comes_second_joins(connection):
    """Two that race for one reference agree on its dossier after re-reading."""
    aliases.bind(connection, [alias("o_a")])
    aliases.bind(connection, [alias("o_b")])
    assert meaning(connection) == ("o_a", 0)


def test_one_batch_binds_each_reference_once(connection):
    """The same reference twice in a batch is one row, whatever the order it is said in."""
    other = ("LRN", "pebble", "L-1")
    aliases.bind(connection, [alias("o_b"), alias("o_a"), alias("o_c", other), alias("o_a")])
    assert meaning(connection) == ("o_a", 0)
    assert meaning(connection, other) == ("o_c", 0)


def test_an_unbound_reference_means_nothing(connection):
    """What nobody bound is not among the meanings."""
    assert aliases.meanings(connection, [KEY]) == {}


def test_a_reference_is_renewed_once(connection):
    """Of two that renew the same generation, the first gives the next one, the second nothing."""
    aliases.bind(connection, [alias("o_a")])
    aliases.renew(connection, alias("o_a"), "o_b")
    aliases.renew(connection, alias("o_a"), "o_c")
    assert meaning(connection) == ("o_b", 1)
    aliases.renew(connection, alias("o_b", generation=1), "o_d")
    assert meaning(connection) == ("o_d", 2)


def test_a_dossiers_references_are_listed(connection):
    """Every reference of a dossier, by scheme and value."""
    aliases.bind(
        connection,
        [alias("o_a"), alias("o_a", ("MRN", "", "M-1")), alias("o_b", ("MRN", "", "M-2"))],
    )
    assert aliases.of_dossiers(connection, ["o_a"]) == {
        "o_a": [("LRN", "L-1", "lantern"), ("MRN", "M-1", "")]
    }
