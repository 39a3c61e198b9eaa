"""Which message named which element of a part last, and by which number."""

import pytest

from broker.dossiers.fold import fold
from broker.dossiers.naming import names_in, names_of, scope_of
from broker.model.dossier import Dossier
from tests.sample_events import DOSSIER, event

LIST = "BorderTransportMeans.Passenger"


def listed(does, number, *names):
    """A list of these persons, known by their first letter."""
    persons = [{"SequenceNumeric": str(at), "CarrierReferenceID": name[0], "FamilyName": name}
               for at, name in enumerate(names, 1)]  # fmt: skip
    body = {"BorderTransportMeans": {"Passenger": persons}}
    return event(does, number, kind="flight", part="passengers", package="persons-report",
                 body=body)  # fmt: skip


def played(*happened):
    """The dossier after these events."""
    dossier = Dossier(DOSSIER, "flight")
    for one in happened:
        dossier = fold(dossier, one).dossier
    return dossier


def named(dossier):
    """Version: the elements that its message was the last to name, dossier's number -> its own."""
    known = [dossier.live["passengers"], *dossier.messages.values()]
    return {one.version: {mine(path): mine(own) for path, own in names_of(one, dossier).items()}
            for one in known}  # fmt: skip


def mine(path):
    """The number in a path."""
    return int(path.removesuffix("]").rpartition("[")[2])


ANN, BEA, BO, CAL, DOT = "ANN", "BEA", "BO", "CAL", "DOT"
STORIES = (
    ([("put", ANN, BEA)], {1: {1: 1, 2: 2}}),
    ([("put", ANN, BEA), ("put", BEA, ANN)], {2: {1: 2, 2: 1}}),
    ([("put", ANN, BEA), ("merge", DOT)], {1: {1: 1, 2: 2}, 2: {3: 1}}),
    ([("put", ANN, BEA), ("merge", DOT, BEA)], {1: {1: 1}, 2: {3: 1, 2: 2}}),
    ([("put", ANN, BEA), ("merge", DOT), ("merge", BO, DOT)], {1: {1: 1}, 3: {2: 1, 3: 2}}),
    ([("put", ANN, BEA), ("merge", DOT), ("merge", BEA, DOT)], {1: {1: 1, 2: 2}, 2: {3: 1}}),
    ([("merge", ANN), ("merge", BEA), ("merge", CAL)], {1: {1: 1}, 2: {2: 1}, 3: {3: 1}}),
    ([("put", ANN, BEA, CAL), ("put", CAL, ANN)], {2: {1: 2, 3: 1}}),
    ([("put", ANN, BEA), ("put", ANN, DOT)], {1: {2: 2}, 2: {1: 1, 3: 2}}),
)  # fmt: skip


@pytest.mark.parametrize(("story", "found"), STORIES)
def test_each_element_is_named_by_the_last_message_that_named_it(story, found):
    """By that message's own number; one that is the last of none, or repeated, is not kept."""
    happened = [listed(does, at, *names) for at, (does, *names) in enumerate(story, 1)]
    assert named(played(*happened)) == found


def test_what_a_message_named_is_known_by_both_numbers():
    """Runs of numbers are paths again, from the dossier's to the message's."""
    assert names_in({LIST: ((1, 5, 2), (3, 1, 1))}) == {
        f"{LIST}[5]": f"{LIST}[1]", f"{LIST}[6]": f"{LIST}[2]", f"{LIST}[1]": f"{LIST}[3]"
    }  # fmt: skip


def test_a_scope_renames_what_its_message_named_and_knows_nothing_else():
    """Below an element as well; what stands in no numbered list has one name for all."""
    scope = scope_of({f"{LIST}[5]": f"{LIST}[1]"}, "persons-report")
    assert scope is not None
    for path, own in (
        (f"{LIST}[5]", f"{LIST}[1]"),
        (f"{LIST}[1]", None),
        ("BorderTransportMeans.JourneyID", "BorderTransportMeans.JourneyID"),
        ("", ""),
    ):
        assert scope(path) == own, path


def test_where_the_sender_numbers_the_elements_no_names_are_needed():
    """A declaration's items have one number everywhere."""
    assert scope_of({}, "goods-declaration") is None


def test_a_part_that_is_taken_back_names_nothing():
    """Nor does a dossier that was withdrawn: its messages are forgotten."""
    first, second = listed("merge", 1, ANN), listed("merge", 2, BEA)
    for gone in (event("withdraw", 3, part="passengers"), event("withdraw", 3)):
        dossier = played(first, second, gone)
        assert (dossier.messages, dossier.parts["passengers"].older) == ({}, {})
        assert dossier.parts["passengers"].marks[LIST] == 2
