"""Since when each element that a target was shown is unchanged, and how that is stored."""

from hypothesis import given
from hypothesis import strategies as st

from broker.model.vector import (
    DIGEST_BYTES,
    EMPTY,
    Basis,
    ElementBases,
    Mark,
    Vector,
    advance,
    pack,
    restate,
    unpack,
)

REST = Basis(b"rest....")
ONE, OTHER = b"the one.", b"another."


def bases(rest=REST, **elements):
    """Bases of elements by the last letter of their path."""
    return ElementBases(rest, {f"Item[{key[-1]}]": Basis(one) for key, one in elements.items()})


def since(vector):
    """The showing from which each element is unchanged, by path."""
    return {path: mark.since for path, mark in vector.elements.items()}


def shown(*versions):
    """The vector after these versions, shown one after the other from showing 1."""
    vector = EMPTY
    for showing, version in enumerate(versions, 1):
        vector = advance(vector, version, showing)
    return vector


def test_what_stays_as_it_was_is_unchanged_since_it_was_first_shown():
    """However often it is shown again."""
    vector = shown(bases(_1=ONE), bases(_1=ONE, _2=ONE), bases(_1=ONE, _2=ONE))
    assert since(vector) == {"Item[1]": 1, "Item[2]": 2}
    assert vector.rest == Mark(REST.digest, 1)


def test_what_changes_begins_with_the_showing_of_the_change():
    """Only that element: an answer about another one on an older showing still holds."""
    assert since(shown(bases(_1=ONE, _2=ONE), bases(_1=OTHER, _2=ONE))) == {
        "Item[1]": 2, "Item[2]": 1,
    }  # fmt: skip


def test_what_is_changed_and_changed_back_begins_again():
    """An answer on the first showing does not settle the third: in between it was different."""
    assert since(shown(bases(_1=ONE), bases(_1=OTHER), bases(_1=ONE))) == {"Item[1]": 3}


def test_what_goes_and_comes_back_begins_again():
    """An element that was away has no basis in common with the one before."""
    assert since(shown(bases(_1=ONE), bases(), bases(_1=ONE))) == {"Item[1]": 3}


def test_the_rest_changes_by_itself():
    """What is outside the elements has a mark of its own, with the checks that are asked of it."""
    vector = shown(bases(_1=ONE), bases(Basis(OTHER, ("seal",)), _1=ONE))
    assert vector.rest == Mark(OTHER, 2, ("seal",))
    assert since(vector) == {"Item[1]": 1}


def test_other_checks_alone_change_no_since():
    """The digest decides; the checks are those of the newest version."""
    old = advance(EMPTY, ElementBases(REST, {"Item[1]": Basis(ONE, ("a",))}), 1)
    new = advance(old, ElementBases(REST, {"Item[1]": Basis(ONE, ("a", "b"))}), 2)
    assert new.elements["Item[1]"] == Mark(ONE, 1, ("a", "b"))


def test_a_version_described_anew_keeps_since():
    """Under another view the same version has other digests; nothing of it was shown again.

    An element that the vector did not hold is not made one that was shown.
    """
    old = shown(bases(_1=ONE), bases(_1=ONE, _2=ONE))
    anew = restate(old, bases(Basis(OTHER), _1=OTHER, _2=OTHER, _3=OTHER))
    assert since(anew) == {"Item[1]": 1, "Item[2]": 2}
    assert {mark.digest for mark in (anew.rest, *anew.elements.values())} == {OTHER}


def test_a_target_that_was_shown_nothing_stays_without_a_vector():
    """Databases of before know targets without one: their next version is asked anew."""
    assert restate(EMPTY, bases(_1=ONE)) == EMPTY
    assert pack(EMPTY) == b""
    assert unpack(b"") == EMPTY


def test_thousands_of_elements_take_their_digests_and_little_more():
    """Numbers, since and checks are runs: 9,999 persons take eight bytes each."""
    paths = [f"BorderTransportMeans.Passenger[{number}]" for number in range(1, 10_000)]
    vector = advance(EMPTY, ElementBases(REST, dict.fromkeys(paths, Basis(ONE, ("no-fly",)))), 1)
    packed = pack(vector)
    assert len(packed) < 10_000 * DIGEST_BYTES + 500
    assert unpack(packed) == vector


DIGESTS = st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES)
CHECKS = st.sampled_from([(), ("no-fly",), ("no-fly", "visa")])
MARKS = st.builds(Mark, DIGESTS, st.integers(1, 9), CHECKS)
KEYS = st.integers(1, 12).map(str) | st.sampled_from(["0", "#1", "#12", "A-1", "00", "01"])
PATHS = st.builds("{}[{}]".format, st.sampled_from(["A.Item", "B[2].Box", "C"]), KEYS)


@given(st.builds(Vector, MARKS, st.dictionaries(PATHS, MARKS, max_size=30)))
def test_what_is_packed_comes_back(vector):
    """Every mark, in order, whatever the paths, showings and checks; digests hold any byte."""
    found = unpack(pack(vector))
    assert found == vector
    assert list(found.elements) == list(vector.elements)
