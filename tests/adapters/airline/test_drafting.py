"""What a message does to its flight: functions, parts, pieces, those who are left out."""

import pytest

from broker.model.dossier import Change
from tests.adapters.airline.conftest import header, person

NAMELESS = {"NAD": "NAD+FL+++"}
FUNCTIONS = [
    ("BGM+745", ["put passengers"]),
    ("BGM+745+CI:1.0", ["put passengers"]),
    ("BGM+745+CP", ["merge passengers"]),
    ("BGM+745+XR", ["patch passengers"]),
    ("BGM+745+RP", ["patch passengers"]),
    ("BGM+250", ["put crew"]),
    ("BGM+250+C", ["put crew"]),
    ("BGM+250+CC", ["merge crew"]),
    ("BGM+266+CL", ["close passengers"]),
    ("BGM+266+XF", ["withdraw"]),
    ("BGM+266+CF", ["note"]),
    ("BGM+266+CLNB", ["patch passengers", "close passengers"]),
    ("BGM+266+CLOB", ["patch passengers", "close passengers"]),
]


@pytest.mark.parametrize(("bgm", "expected"), FUNCTIONS)
def test_the_letters_of_bgm_say_what_a_list_does(bgm, expected, one):
    """Each function gives its drafts, all about the flight and saying so in their bodies."""
    found, drafts = one(*header(BGM=bgm), *person())
    assert found.verdict == "accepted"
    assert [f"{draft.does} {draft.part}".strip() for draft in drafts] == expected
    for draft in drafts:
        assert draft.kind == "flight"
        assert draft.package == "persons-report"
        assert [(reference.scheme, reference.value) for reference in draft.references] == [
            ("FLIGHT", "ZZ0035/2026-01-15/VIE"), ("TN", "T1"),
        ]  # fmt: skip
        assert draft.references[0].place.segment == "TDT 6"
        assert draft.body["TypeCode"] == bgm[4:7]
        assert draft.body.get("FunctionCode", "") == bgm[8:].partition(":")[0]


def test_a_closed_flight_names_those_on_board_or_those_who_are_not(one):
    """CLOB names who is on board, CLNB who is not; passengers and crew each in their part."""
    listed = ("NAD+ZZZ", "RFF+ABO:A1", "NAD+FM+++EXAMPLE:BRAVO")
    for bgm, does in (("BGM+266+CLOB", "keep"), ("BGM+266+CLNB", "absent")):
        _found, drafts = one(*header(BGM=bgm), *listed)
        assert [draft.part for draft in drafts] == ["passengers", "crew", "passengers"]
        passenger = {"SequenceNumeric": "1", "RoleCode": "ZZZ", "CarrierReferenceID": "A1"}
        member = {"SequenceNumeric": "1", "RoleCode": "FM", "FamilyName": "EXAMPLE",
                  "GivenName": "BRAVO"}  # fmt: skip
        assert drafts[0].changes == (Change(does, "BorderTransportMeans.Passenger", passenger),)
        assert drafts[1].changes == (Change(does, "BorderTransportMeans.Crew", member),)
        assert drafts[2].changes == ()


def test_a_cancelled_person_is_removed_as_he_was_listed(one):
    """XR removes the persons it lists, who are known by the keys of the model."""
    _found, (draft,) = one(*header(BGM="BGM+745+XR"), *person())
    (change,) = draft.changes
    assert (change.does, change.path) == ("remove", "BorderTransportMeans.Passenger")
    assert change.element["CarrierReferenceID"] == "A1"
    assert change.element["AdditionalDocument"][0]["ID"] == "SPECIMEN1"


def test_who_is_on_board_is_kept_although_something_is_wrong_with_him(one):
    """A person who is left out of the body is not taken off the flight by a list of those on it."""
    _found, drafts = one(*header(BGM="BGM+266+CLOB"), *person(**NAMELESS), *person())
    assert len(drafts[0].changes) == 2
    assert len(drafts[0].body["BorderTransportMeans"]["Passenger"]) == 1


PIECES = [
    ("", "", "APIS", "put", None),
    ("+ACC+01:F", "CNT+42:1", "APIS", "put", ("ACC", "1", "F")),
    ("+ACC+01:F", "", "APIS", "put", ("ACC", "1", "F")),
    ("+ACC+01:F", "CNT+42:160", "APIS", "merge", ("ACC", "1", "F")),
    ("+ACC+01:C", "CNT+42:1", "APIS", "merge", ("ACC", "1", "C")),
    ("+ACC+02", "CNT+42:1", "APIS", "merge", ("ACC", "2", None)),
    ("+ACC+02:F", "", "APIS", "merge", ("ACC", "2", "F")),
    ("++01:C", "", "APIS", "merge", ("ZZ0035/2026-01-15/VIE", "1", "C")),
    ("+ACC+01:F", "CNT+42:1", "IAPI", "merge", ("ACC", "1", "F")),
    ("", "CNT+42:1", "IAPI", "merge", None),
]


@pytest.mark.parametrize(("tail", "total", "application", "does", "piece"), PIECES)
def test_a_whole_list_replaces_and_a_piece_is_merged(tail, total, application, does, piece, one):
    """S010, the total, and the profile's application references say which a message is."""
    totals = (total,) if total else ()
    found, (draft,) = one(*header(), *person(), *totals, tail=tail, application=application)
    assert found.verdict == "accepted"
    assert draft.does == does
    rows = draft.body.get("ListPart")
    if piece is None:
        assert rows is None
    else:
        said = rows[0]
        assert (said["ReferenceID"], said["SequenceNumeric"], said.get("TransferCode")) == piece


def test_a_part_without_a_number_is_told_and_still_a_piece(one):
    """What cannot be numbered is merged, and nothing is said about which piece it is."""
    found, (draft,) = one(*header(), *person(), tail="+ACC+A1:F")
    assert [problem.code for problem in found.problems] == ["paxlst.part-malformed"]
    assert draft.does == "merge"
    assert "ListPart" not in draft.body


def test_a_bad_person_is_left_out_and_the_others_go_on(one):
    """His values are kept aside with his number, and the others keep their numbers."""
    found, (draft,) = one(*header(), *person(), *person(**NAMELESS), *person(RFF="RFF+ABO:A3"))
    assert found.verdict == "accepted"
    total, problem = [one for one in found.problems if one.severity == "error"]
    assert (total.code, total.text, total.found, total.where.segment) == (
        "list.incomplete", "1 of 3 persons were left out", "Passenger 2", "UNH 1",
    )  # fmt: skip
    assert (problem.code, problem.path, problem.where.segment) == (
        "value.missing", "Declaration.BorderTransportMeans.Passenger[2].FamilyName",
        "NAD 20",
    )  # fmt: skip
    numbers = [one["SequenceNumeric"] for one in draft.body["BorderTransportMeans"]["Passenger"]]
    assert numbers == ["1", "3"]
    kept = {one.path: one.value for one in draft.unmapped}
    path = "BorderTransportMeans.Passenger[2]"
    assert kept[f"{path}.AdditionalDocument[#1].ID"] == "SPECIMEN1"
    assert all(one.path.startswith(path) for one in draft.unmapped)


def test_a_list_of_which_nobody_is_left_is_rejected(one):
    """Partial acceptance needs somebody to accept; the drafts are still there to be seen."""
    found, (draft,) = one(*header(), *person(**NAMELESS))
    assert found.verdict == "rejected"
    assert found.problems[0].text == "1 of 1 persons were left out"
    assert "Passenger" not in draft.body["BorderTransportMeans"]


def test_a_list_that_is_rejected_anyway_counts_nobody(one):
    """Where no one goes on, how many were left out of those who do is no question."""
    found, _drafts = one(*header(BGM="BGM+745+QQ+1"), *person(), *person(**NAMELESS))
    assert found.verdict == "rejected"
    assert "list.incomplete" not in {problem.code for problem in found.problems}


def test_a_list_of_nobody_is_taken_only_if_it_says_so(one):
    """CNT+42:0 is a flight without passengers; no person and no total is a mistake."""
    assert one(*header(), "CNT+42:0")[0].verdict == "accepted"
    found, _drafts = one(*header())
    assert (found.verdict, found.problems[0].code) == ("rejected", "list.empty")
    found, _drafts = one(*header(BGM="BGM+745+XR"))
    assert found.problems[0].code == "list.empty"
