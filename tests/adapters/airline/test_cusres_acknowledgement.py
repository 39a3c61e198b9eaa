"""CUSRES of a carrier: the acknowledgement of a decision that changed later."""

import pytest

from adapters.airline.cusres_acknowledgement import CusresAcknowledgements
from adapters.airline.own_reference import own_reference, reply_named
from broker.adapter import REPLY, Profile
from tests.adapters.airline.conftest import interchange, message
from tests.read_by import read_by

ID = "d_" + "a1b2" * 8


def read_one(*segments):
    """What becomes of one CUSRES."""
    payload = interchange(message(*segments, unh="CUSRES:D:05B:UN"))
    (made,) = read_by(CusresAcknowledgements(), payload, Profile("", "", "")).messages
    return made, list(made.events)


def test_the_number_of_a_decision_fits_its_element_and_is_found_again():
    """32 characters in capitals; the reply's id comes back of it, also with its prefix's letter."""
    number = own_reference(ID)
    assert (len(number), number) == (32, number.upper())
    assert reply_named(number) == reply_named(f"D{number}") == ID
    assert [reply_named(one) for one in ("", "T1", "1909240821556284716")] == [None] * 3


def test_an_acknowledgement_is_a_note_about_the_decision():
    """RFF+TN of the 132, repeated by the 312, names the reply; it is no number of a list."""
    found, (draft,) = read_one(
        "BGM+312", f"RFF+TN:{own_reference(ID)}", "RFF+AF:ZZ35", "ERP+2", "RFF+ABO:A1", "ERC+1Z"
    )
    assert (found.verdict, found.problems) == ("accepted", ())
    assert (draft.kind, draft.does) == ("flight", "note")
    assert [(one.scheme, one.value) for one in draft.references] == [(REPLY, ID)]


@pytest.mark.parametrize("number", ["1909240821556284716", ""])
def test_an_acknowledgement_of_nothing_sent_from_here_changes_nothing(number):
    """It is accepted with a warning at RFF+TN."""
    found, drafts = read_one("BGM+312", f"RFF+TN:{number}", "RFF+AF:ZZ35")
    assert (found.verdict, drafts) == ("accepted", [])
    assert [(one.code, one.severity) for one in found.problems] == [
        ("cusres.acknowledgement", "warning"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["962", "132", ""])
def test_an_answer_of_an_authority_is_refused_from_a_carrier(kind):
    """Carriers acknowledge; authorities answer at their own door."""
    found, drafts = read_one(*([f"BGM+{kind}"] if kind else []), "RFF+TN:1")
    assert (found.verdict, drafts) == ("rejected", [])
    assert [one.code for one in found.problems] == ["cusres.not-from-carrier"]
