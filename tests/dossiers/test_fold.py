"""Folding one event into one dossier."""

from dataclasses import replace

import pytest

from broker.dossiers.fold import fold
from broker.model.dossier import Change, Dossier
from broker.model.events import body_of
from broker.model.extent import Extent
from tests.sample_events import DOSSIER, event

NEW = Dossier(DOSSIER, "declaration")
A, B = {"TypeCode": "IMA"}, {"TypeCode": "IMD"}
OPEN = fold(NEW, event("put", 5, body=A)).dossier
WITHDRAWN = fold(OPEN, event("withdraw", 6)).dossier
CLOSED = replace(OPEN, state="closed")
SEEN = replace(OPEN, outcomes=frozenset({"e_9"}))

CASES = (
    # dossier, event, outcome, problem
    (NEW, event("put", 1, body=A), "applied", ""),
    (OPEN, event("put", 9, body=B), "applied", ""),
    (OPEN, event("put", 5, body=B, id="e_x"), "applied", ""),
    (OPEN, event("put", 9, body=A), "repeated", ""),
    (OPEN, event("put", 1, body=A), "repeated", ""),
    (SEEN, event("put", 9, body=B), "repeated", ""),
    (OPEN, event("put", 1, body=B), "late", "event.late"),
    (OPEN, event("put", 9, body=B, party="pebble"), "declined", "event.not-the-owner"),
    (OPEN, event("put", 9, body=A, party="pebble"), "declined", "event.not-the-owner"),
    (WITHDRAWN, event("put", 9, body=B), "applied", ""),
    (WITHDRAWN, event("put", 9, body=B, party="pebble"), "declined", "reference.reused"),
    (CLOSED, event("put", 9, body=B), "applied", ""),
    (OPEN, event("withdraw", 9), "applied", ""),
    (OPEN, event("withdraw", 9, party="pebble"), "declined", "reference.unknown"),
    (NEW, event("withdraw", 9), "declined", "reference.unknown"),
    (WITHDRAWN, event("withdraw", 9), "declined", "reference.unknown"),
    (OPEN, event("present", 9), "applied", ""),
    (OPEN, event("present", 9, party="pebble"), "declined", "reference.unknown"),
    (NEW, event("release", 9), "declined", "reference.unknown"),
    (OPEN, event("note", 9), "applied", ""),
    (WITHDRAWN, event("note", 9), "declined", "event.already-withdrawn"),
    (OPEN, event("patch", 9, body={}), "repeated", ""),
    (OPEN, event("patch", 9, body={}, changes=(Change("amend", "ID", {}),)), "declined",
     "amendment.fixed"),
    (NEW, event("put", 9, body=A, problem="reference.missing"), "declined", "reference.missing"),
    (OPEN, event("note", 9, problem="reference.ambiguous"), "declined", "reference.ambiguous"),
    (SEEN, event("note", 9, problem="reference.ambiguous"), "repeated", ""),
)  # fmt: skip


@pytest.mark.parametrize(("dossier", "one", "outcome", "code"), CASES)
def test_an_event_has_one_outcome(dossier, one, outcome, code):
    """Each event is applied, repeated, late or declined, with the problem that says why."""
    folded = fold(dossier, one)
    assert folded.outcome == outcome
    assert [problem.code for problem in folded.problems] == ([code] if code else [])


@pytest.mark.parametrize(("dossier", "one", "outcome", "code"), CASES)
def test_what_is_not_applied_leaves_the_dossier_as_it_was(dossier, one, outcome, code):
    """A repeated or declined event changes nothing; a late one only uses up a number."""
    folded = fold(dossier, one)
    if outcome in {"repeated", "declined"}:
        assert folded.dossier is dossier
        assert folded.document is None
    if outcome == "late":
        assert replace(folded.dossier, versions=dossier.versions) == dossier


@pytest.mark.parametrize(("dossier", "one", "outcome", "code"), CASES)
def test_folding_twice_gives_the_same(dossier, one, outcome, code):
    """The fold is a function of its inputs: ids, versions and problems are the same again."""
    assert fold(dossier, one) == fold(dossier, one)


def test_versions_count_up_and_each_has_an_id_of_its_own():
    """Every applied or late put takes the next number of its part, and its id is made of it."""
    dossier, made = NEW, []
    for one in (event("put", 5, body=A), event("put", 3, body=B), event("put", 4, body={}),
                event("put", 7, body=B), event("put", 8, body=A)):  # fmt: skip
        folded = fold(dossier, one)
        assert folded.document is not None
        made.append((folded.document.version, folded.document.state, folded.outcome))
        dossier = folded.dossier
    assert made == [
        (1, "live", "applied"),
        (2, "late", "late"),
        (3, "late", "late"),
        (4, "live", "applied"),
        (5, "live", "applied"),
    ]
    assert dossier.live[""].version == 5
    assert dossier.versions == {"": 5}


def test_content_that_comes_back_is_a_new_version():
    """Workbook A, then B, then A again is three versions."""
    dossier = NEW
    for number, content in enumerate((A, B, A), 1):
        folded = fold(dossier, event("put", number, body=content))
        assert folded.outcome == "applied"
        dossier = folded.dossier
    assert dossier.versions == {"": 3}


def test_the_opener_owns_the_dossier():
    """Party, sender and time of the first put are the dossier's; later senders change nothing."""
    dossier = fold(OPEN, event("put", 9, body=B, sender="lantern-two")).dossier
    assert (dossier.party, dossier.sender) == ("lantern", "lantern-forwarding")
    assert dossier.opened_at == OPEN.opened_at
    assert dossier.live[""].sender == "lantern-two"


def test_parts_have_their_own_versions_and_owners():
    """Another part begins at 1 and belongs to whoever put it."""
    folded = fold(OPEN, event("put", 9, body=B, part="crew", party="pebble"))
    assert folded.outcome == "applied"
    assert folded.dossier.versions == {"": 1, "crew": 1}
    refused = fold(folded.dossier, event("put", 10, body=A, part="crew"))
    assert [problem.code for problem in refused.problems] == ["event.not-the-owner"]


def test_a_withdrawal_ends_the_dossier():
    """No part is live any more, and the moment is kept for the reuse of its references."""
    assert WITHDRAWN.state == "withdrawn"
    assert WITHDRAWN.live == {}
    assert WITHDRAWN.closed_at == event("withdraw").received_at


def test_a_verb_nobody_folds_is_a_bug_of_ours():
    """A verb that the core does not send here is no problem of the sender: it raises."""
    with pytest.raises(KeyError, match="link"):
        fold(OPEN, event("link", 9))


def persons(*names, **more):
    """A list of these passengers, as a message says it."""
    listed = [{"SequenceNumeric": str(at), "FamilyName": name, "GivenName": "IMA",
               "BirthDateTime": "1990-01-01"} for at, name in enumerate(names, 1)]  # fmt: skip
    return {**more, "BorderTransportMeans": {"Passenger": listed}}


def listing(does, number, *names, **more):
    """An event about the part `passengers`."""
    said = {"part": "passengers", "package": "persons-report", "kind": "flight"}
    return event(does, number, body=persons(*names, **more.pop("body", {})), **{**said, **more})


def on_board(dossier):
    """Who is on the live list."""
    tree = body_of(dossier.live["passengers"].payload)
    return [one["FamilyName"] for one in tree["BorderTransportMeans"]["Passenger"]]


def folded(*happened):
    """The dossier after these events, and each one's outcome."""
    dossier, outcomes = Dossier(DOSSIER, "flight"), []
    for one in happened:
        made = fold(dossier, one)
        dossier = made.dossier
        outcomes.append(made.outcome)
    return dossier, outcomes


LISTED = "BorderTransportMeans.Passenger"
TWO = {"FamilyName": "TWO", "GivenName": "IMA", "BirthDateTime": "1990-01-01"}
REMOVED = (Change("remove", LISTED, TWO),)
NEVER = (Change("remove", LISTED, {"CarrierReferenceID": "9"}),)


def test_pieces_of_a_list_add_up_to_one_live_version():
    """Each piece is a version with everybody so far; the same piece again is repeated."""
    dossier, outcomes = folded(listing("merge", 1, "ONE"), listing("merge", 2, "TWO"),
                               listing("merge", 3, "TWO"))  # fmt: skip
    assert outcomes == ["applied", "applied", "repeated"]
    assert on_board(dossier) == ["ONE", "TWO"]
    assert dossier.versions == {"passengers": 2}


def test_a_change_list_takes_persons_off_and_reports_those_it_missed():
    """Whom it matches is removed, whom it does not is a warning; if no one, it is declined."""
    two = (listing("merge", 1, "ONE", "TWO"),)
    dossier, _ = folded(*two, listing("patch", 2, changes=REMOVED))
    assert on_board(dossier) == ["ONE"]
    both = fold(folded(*two)[0], listing("patch", 2, changes=(*REMOVED, *NEVER)))
    assert [(one.code, one.severity) for one in both.problems] == [
        ("event.element-unknown", "warning")
    ]
    none = fold(folded(*two)[0], listing("patch", 2, changes=NEVER))
    assert (none.outcome, none.problems[0].code) == ("declined", "event.nothing-matched")


def test_a_closed_dossier_says_so_and_takes_what_completes_it():
    """The closing is a version of its part; what is lodged later counts; it stays closed."""
    close = event("close", 2, body={"FunctionCode": "CL"}, part="passengers")
    dossier, outcomes = folded(listing("merge", 1, "ONE"), close, listing("merge", 3, "TWO"),
                               listing("put", 4, "THREE"))  # fmt: skip
    assert outcomes == ["applied", "applied", "applied", "applied"]
    assert (dossier.state, on_board(dossier)) == ("closed", ["THREE", "ONE", "TWO"])
    assert "FunctionCode" not in body_of(dossier.live["passengers"].payload)


def test_another_party_changes_nothing_of_a_part():
    """Pieces, changes, closing and withdrawal are for whoever lodged the part."""
    dossier, _ = folded(listing("merge", 1, "ONE", "TWO"))
    for does in ("merge", "patch", "close", "withdraw"):
        made = fold(dossier, listing(does, 2, "TWO", party="pebble", changes=REMOVED))
        assert (made.outcome, made.dossier) == ("declined", dossier), does


def test_a_part_is_taken_back_alone():
    """Its next version says so; the rest of the dossier stays, and it may be lodged again."""
    crew = listing("merge", 2, "CREW", part="crew")
    gone = event("withdraw", 3, part="passengers")
    dossier, _ = folded(listing("merge", 1, "ONE"), crew, gone)
    assert (dossier.state, set(dossier.live)) == ("open", {"crew"})
    assert dossier.versions == {"passengers": 2, "crew": 1}
    again = fold(dossier, listing("put", 4, "ONE"))
    assert (again.outcome, again.dossier.versions["passengers"]) == ("applied", 3)


def test_a_decline_about_a_reference_says_where_its_sender_wrote_it():
    """The place of the reference travels with the event, so that its cell can be marked."""
    where = {("VISIT", "V-1"): {"sheet": "FAL 5", "cell": "B1"}}
    one = listing("patch", 1, changes=REMOVED, places=where)
    (problem,) = fold(NEW, one).problems
    assert (problem.code, problem.where.cell, problem.found) == ("reference.unknown", "B1", "V-1")


def test_a_message_that_was_cut_says_who_is_not_confirmed():
    """What was left out is known by its own numbers, who was not named by the dossier's."""
    whole = Extent(declared=2, taken=2)
    cut = Extent(declared=3, taken=1, left_out=(f"{LISTED}[2]",), cut=True)
    dossier, _ = folded(listing("put", 1, "ONE", "TWO", extent=whole))
    assert dossier.live["passengers"].extent == whole
    made = fold(dossier, listing("put", 2, "TWO", extent=cut))
    assert made.extent == replace(cut, not_confirmed=(f"{LISTED}[1]",))
    assert made.document is not None
    assert made.document.extent == made.extent
    assert on_board(made.dossier) == ["TWO", "ONE"]
    again = fold(made.dossier, listing("put", 3, "ONE", "TWO", extent=whole))
    assert (again.outcome, again.extent) == ("applied", whole)


@pytest.mark.parametrize("extent", [None, Extent(declared=1, taken=1)])
def test_a_person_who_matches_none_makes_a_list_unsure(extent):
    """Whatever the sender counted: who is not named then stays, and is not confirmed."""
    dossier, _ = folded(listing("put", 1, "ONE", "TWO"))
    made = fold(dossier, listing("put", 2, "ONE", "THREE", extent=extent))
    assert made.extent is not None
    assert made.extent.not_confirmed == (f"{LISTED}[2]",)
    assert on_board(made.dossier) == ["ONE", "THREE", "TWO"]


def test_a_repeated_message_says_what_it_named_and_how_much_was_taken():
    """It makes no version, and has a reply of its own all the same."""
    extent = Extent(declared=2, taken=2)
    dossier, _ = folded(listing("put", 1, "ONE", "TWO"))
    made = fold(dossier, listing("put", 2, "ONE", "TWO", extent=extent))
    assert (made.outcome, made.named, made.extent) == ("repeated", {LISTED: ((1, 1, 2),)}, extent)
    assert made.dossier is dossier


def test_who_is_taken_off_by_name_is_known_by_number():
    """And only they: who is not on a list that is put again was not named as removed."""
    two = listing("merge", 1, "ONE", "TWO")
    patched = fold(folded(two)[0], listing("patch", 2, changes=REMOVED))
    assert patched.removed == {LISTED: (2,)}
    assert fold(folded(two)[0], listing("put", 2, "ONE")).removed == {}


def test_a_number_is_not_used_again_whatever_happens_to_its_part():
    """Taken off, taken back, lodged anew: who comes then has a number above all that were given."""
    dossier, outcomes = folded(
        listing("merge", 1, "ONE", "TWO"),
        listing("patch", 2, changes=REMOVED),
        event("withdraw", 3, part="passengers"),
        listing("put", 4, "TWO"),
    )
    assert outcomes == ["applied"] * 4
    assert dossier.parts["passengers"].marks[LISTED] == 3
    (one,) = body_of(dossier.live["passengers"].payload)["BorderTransportMeans"]["Passenger"]
    assert one["SequenceNumeric"] == "3"
