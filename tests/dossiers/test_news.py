"""What of an answer is news, and the version that an agency has given last."""

import pytest

from broker.dossiers.board import Reader, board_of, declarant_tree
from broker.dossiers.news import NEWS, state_once, version_of
from broker.model.dossier import Dossier, Target
from tests.sample_events import CUSTOMS, DOSSIER, PLANTS, answer

FULL = {
    "StatusCode": "held",
    "NativeCode": "50",
    "NativeText": "words",
    "AcceptanceDateTime": "2026-11-22",
    "CancellationDateTime": "2026-11-22",
    "RejectionDateTime": "2026-11-22",
    "Reason": [{"Code": "R1"}],
    "Condition": [{"Text": "keep apart"}],
    "WantedDocument": [{"TypeCode": "N851"}],
    "Payment": [{"ReferenceID": "P-1"}],
    "Limit": [{"DateTime": "2026-12-01"}],
    "Remark": [{"Text": "a remark"}],
    "Error": [{"Code": "E1"}],
    "Correction": [{"ReasonCode": "16"}],
    "ProcessingStatus": [{"NameCode": "4"}],
}
LASTS = {"StatusCode", "NativeCode", "Reason", "Condition", "WantedDocument"}


def state(answers, event):
    """How these answers are told in the reply to this event."""
    return list(state_once([(each, dict(each.content)) for each in answers], event))


def test_news_is_told_with_its_event_and_the_rest_as_long_as_it_is_in_force():
    """Status, reasons, conditions and documents wanted are repeated; nothing else is."""
    each = answer(CUSTOMS, "held", content=FULL)
    assert state([each], each.event) == [FULL]
    (again,) = state([each], "another")
    assert set(again) == LASTS == set(FULL) - NEWS


def test_a_notice_is_told_once():
    """It decides nothing: in the replies to other events it is not there."""
    notice = answer(CUSTOMS, None, content={"NativeCode": "13"})
    assert state([notice], notice.event) == [{"NativeCode": "13"}]
    assert state([notice], "another") == []


def test_the_code_of_an_acknowledgement_is_news():
    """What was accepted may have been an earlier version."""
    each = answer(
        CUSTOMS, "acknowledged", content={"StatusCode": "acknowledged", "NativeCode": "01"}
    )
    assert state([each], "another") == [{"StatusCode": "acknowledged"}]


@pytest.mark.parametrize(
    ("other", "payments"),
    [({"target": CUSTOMS, "ordinal": 1}, 1), ({"target": CUSTOMS, "ordinal": 1, "more": True}, 2),
     ({"target": PLANTS}, 2)],
)  # fmt: skip
def test_an_answer_under_several_purposes_states_a_payment_once(other, payments):
    """The same content of the same agency and event is stated once; its status stands twice."""
    content = {**FULL, "Remark": []} if other.pop("more", False) else FULL
    first = answer(CUSTOMS, "held", content=FULL)
    second = answer(other.pop("target"), "held", content=content, **other)
    trees = state([first, second], first.event)
    assert [each["StatusCode"] for each in trees] == ["held", "held"]
    assert sum("Payment" in each for each in trees) == payments


def test_the_version_is_the_one_given_last():
    """By arrival; an answer without one changes nothing."""
    answers = [
        answer(CUSTOMS, None, order=1, content={"NativeVersionID": "1"}),
        answer(CUSTOMS, None, order=3, content={"NativeVersionID": "2"}),
        answer(PLANTS, None, order=4),
    ]
    assert version_of(answers) == "2"
    assert version_of([]) == ""
    board = board_of(Dossier(DOSSIER, "declaration", answers=tuple(answers)))
    assert declarant_tree(board, Reader(""))["VersionID"] == "2"
    empty = board_of(Dossier(DOSSIER, "declaration", answers=(answers[2],)))
    assert "VersionID" not in declarant_tree(empty, Reader(""))


PERSON = "BorderTransportMeans.Passenger[9]"
POLICE = Target("passengers", "border-police", "border-control")


@pytest.mark.parametrize(("own", "stated"), [(PERSON, True), (None, False)])
def test_what_was_stated_about_a_person_is_for_those_who_name_them(own, stated):
    """A person who has gone may be another sender's: the hold counts, the words stay away."""
    gone = answer(POLICE, "held", PERSON, changed_at=1, content=FULL)
    board = board_of(Dossier(DOSSIER, "flight", answers=(gone,)))
    reader = Reader("passengers", {PERSON: own}.get, gone.event)
    (found,) = declarant_tree(board, reader)["Answer"]
    assert found["StatusCode"] == "held"
    assert ("Remark" in found, "NativeText" in found) == (stated, stated)
