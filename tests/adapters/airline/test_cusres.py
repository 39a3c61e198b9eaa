"""Replies to carriers: as published answers of an authority are, and right when read again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import compose, compose_pieces
from adapters.wire.edifact import read, value
from broker.model.problem import Place, Problem
from tests.adapters.airline.carriers import (
    answer,
    body_of,
    entries_in,
    left_out,
    of_person,
    read_again,
    replies,
    reply,
)
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.adapters.airline.test_verdicts import VERDICTS
from tests.adapters.conftest import load_profile
from tests.read_by import read_by

GUIDE = load_profile("paxlst-guide")
ASKED = compose(items=2, number=1, seed=1)
NO_BOARD = "NO BOARD, if there is a question, please contact with NIA of China, tel861056095288."

PUBLISHED = [
    ("01", {}), ("02", {}), ("04", {}), ("07", {}), ("08", {2: "refused"}), ("11", {}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "refused"), PUBLISHED)
def test_a_reply_says_what_the_published_answer_of_an_authority_says(case, refused, corpus, guide):
    """Segment by segment between UNH and UNT; the words of a refusal stand behind ours."""
    folder = corpus / "airline" / "cusres-iapi"
    payload = (folder / f"cn_case{case}_1_paxlst_from_carrier.edi").read_bytes()
    persons = body_of(payload, guide)["BorderTransportMeans"]["Passenger"]
    answers = tuple(
        answer(of_person(number), "refused", NativeText=NO_BOARD)
        if number in refused
        else answer(of_person(number))
        for number in range(1, len(persons) + 1)
    )
    ours, (made,) = read_again(reply(payload, guide, answers=answers))
    (published,) = read(
        (folder / f"cn_case{case}_2_cusres_from_authority.edi").read_bytes()
    ).messages
    theirs = published.interchange
    expected = published.segments[1:-1]
    said = [one for one in made.segments[1:-1] if value(one, 4) != "DO NOT BOARD"]
    assert said == expected
    assert made.segments[0] == published.segments[0]
    assert (ours.syntax, ours.version, ours.sender, ours.recipient, ours.application) == (
        theirs.syntax, theirs.version, theirs.sender, theirs.recipient, theirs.application,
    )  # fmt: skip
    assert ours.separators == theirs.separators
    assert made.group is not None
    assert (made.group.type, made.group.sender) == ("CUSRES", published.group.sender)


def test_a_reply_fits_the_transport_that_the_profile_states(guide):
    """Interchanges of at most so many bytes, numbered 01:C to the last, and nothing is lost."""
    payload, found, extent = left_out(250, guide)
    own = {**guide.settings["reply"], "bytes_max": 3_500}
    telegrams = replace(guide, settings={**guide.settings, "reply": own})
    artifacts = replies(payload, telegrams, "noted", problems=found.problems, extent=extent)
    assert [one.name for one in artifacts[:2]] == ["cusres-1.edi", "cusres-2.edi"]
    assert max(len(one.content) for one in artifacts) <= 3_500
    headers, messages = zip(*(read_again(one.content) for one in artifacts), strict=True)
    assert len({one.reference for one in headers}) == len(artifacts)
    marks = [(one.sequence, one.flag) for (one,) in messages]
    middle = [(f"{at:02d}", "") for at in range(2, len(artifacts))]
    assert marks == [("01", "C"), *middle, (f"{len(artifacts):02d}", "F")]
    whole = read_again(reply(payload, guide, "noted", problems=found.problems, extent=extent))[1]
    assert [entry for (one,) in messages for entry in entries_in(one)] == [
        entry for one in whole for entry in entries_in(one)
    ]


def test_one_person_with_many_words_is_divided_between_telegrams(guide):
    """Each piece has the person, the codes, and some of the words, in their order."""
    payload = interchange(message(*header(), *person()))
    reasons = tuple({"Text": f"REASON {at} {'X' * 400}"} for at in range(20))
    answers = (answer(of_person(1), "refused", Reason=reasons),)
    own = {**guide.settings["reply"], "bytes_max": 2_000}
    telegrams = replace(guide, settings={**guide.settings, "reply": own})
    artifacts = replies(payload, telegrams, answers=answers)
    assert max(len(one.content) for one in artifacts) <= 2_000
    entries = [entry for one in artifacts for entry in entries_in(read_again(one.content)[1][0])]
    assert {entry[:2] for entry in entries} == {("2", "A1")}
    assert all(entry[2] == ["1Z"] for entry in entries)
    assert [words for entry in entries for words in entry[3]] == [
        "DO NOT BOARD", *(one["Text"] for one in reasons),
    ]  # fmt: skip


def test_a_decision_that_changed_later_has_a_number_of_ours(guide):
    """BGM 132 names flight and person; RFF+TN is the authority's, as in the published one."""
    payload = interchange(
        message("BGM+745", "RFF+TN:THEIRS", *header(without="RFF")[1:], *person(), tail="+ACC+01:F")
    )
    first = read_again(reply(payload, guide, answers=(answer(of_person(1)),)))[1][0]
    assert (first.segments[1], first.segments[2]) == (
        [["BGM"], ["962"]],
        [["RFF"], ["TN", "THEIRS"]],
    )
    assert (first.reference, first.access_reference, first.sequence) == ("M1", "ACC", "01")
    told = {"answers": (answer(of_person(1), "refused"),), "changes": "d_1"}
    made = read_again(reply(payload, guide, **told))[1][0]
    assert made.segments[1:4] == [
        [["BGM"], ["132"]], [["RFF"], ["TN", "0123456789ABCDEF0123456789ABCDEF"]],
        [["RFF"], ["AF", "ZZ35"]],
    ]  # fmt: skip
    assert (made.reference, made.access_reference, made.sequence) == ("23456789ABCDEF", "", "")
    assert entries_in(made) == [("2", "A1", ["1Z"], ["DO NOT BOARD"])]


def test_a_changed_decision_is_what_the_published_one_is(corpus, guide):
    """Segment by segment but for the number, which is the authority's own."""
    folder = corpus / "airline" / "cusres-iapi"
    payload = (folder / "cn_case09_1_paxlst_from_carrier.edi").read_bytes()
    told = {"answers": (answer(of_person(1), "refused"),), "changes": "d_1"}
    made = read_again(reply(payload, guide, **told))[1][0]
    raw = (folder / "cn_case09_3_cusres_from_authority.edi").read_bytes()
    (published,) = read(raw).messages
    ours = [one for one in made.segments[1:-1] if one[0] != ["FTX"] and value(one, 1) != "TN"]
    assert ours == [one for one in published.segments[1:-1] if value(one, 1) != "TN"]
    assert len(made.segments[0]) == len(published.segments[0])


def test_the_qualifiers_of_a_group_come_back(guide):
    """Sender and recipient of UNG change places with their qualifiers."""
    payload = interchange(message(*header(), *person())).decode()
    group = "UNG+PAXLST+ZZ AIR:XA+QZAPIS:ZZ+260115:0700+G1+UN+D:05B'"
    payload = payload.replace("UNH+", f"{group}UNH+").replace("UNZ+", "UNE+1+G1'UNZ+").encode()
    made = read_again(reply(payload, guide))[1][0]
    assert made.group is not None
    assert (made.group.sender, made.group.sender_qualifier) == ("QZAPIS", "ZZ")
    assert (made.group.recipient, made.group.recipient_qualifier) == ("ZZ AIR", "XA")


@pytest.mark.parametrize("name", VERDICTS)
def test_the_problems_of_every_published_file_make_a_right_reply(name, corpus, guide):
    """Whatever the original looked like, the reply is read again without a problem."""
    payload = (corpus / "airline" / name).read_bytes()
    for found in read_by(Paxlst(), payload, guide).messages:
        content = reply(payload, guide, "rejected", found.number, problems=found.problems)
        ours, messages = read_again(content)
        (theirs,) = read(payload).interchanges
        assert ours.separators == theirs.separators
        assert (ours.recipient, ours.sender or "SINGLEWINDOW") == (
            theirs.sender, theirs.recipient or "SINGLEWINDOW",
        )  # fmt: skip
        assert messages[0].reference == found.reference


def test_what_cannot_be_read_is_answered_as_well(guide):
    """Bytes without an interchange get a reply in the usual syntax, with what is wrong."""
    problem = Problem(
        code="edifact.no-interchange", text="there is no UNB and no UNH in it", where=Place(byte=0)
    )
    ours, (made,) = read_again(reply(b"noise", guide, "rejected", 0, problems=(problem,)))
    assert (ours.syntax, ours.sender) == ("UNOA", "SINGLEWINDOW")
    assert [value(one, 1) for one in made.segments if one[0] == ["RFF"]] == ["AF"]
    assert [value(one, 1) for one in made.segments if one[0] == ["ERC"]] == ["12"]


def test_more_persons_than_a_message_holds_go_on_in_the_next(guide):
    """Ninety-nine entries a message, numbered 01:C, 02, 03:F, each with all about the flight."""
    payload = compose(items=210, number=1, seed=1).replace(b"APIS'", b"IAPI'")
    _ours, messages = read_again(reply(payload, guide, answers=(answer(),)))
    assert [(one.sequence, one.flag) for one in messages] == [("01", "C"), ("02", ""), ("03", "F")]
    counts = [sum(one[0] == ["ERP"] for one in made.segments) for made in messages]
    assert counts == [99, 99, 12]
    assert len({one.reference for one in messages}) == 3
    for made in messages:
        assert [value(one, 1) for one in made.segments if one[0] == ["LOC"]] == ["125", "87"]


def test_a_reply_is_about_its_message_of_the_interchange(guide):
    """The second piece of three is answered with its own reference and its own persons."""
    payload = compose_pieces(items=9, number=1, seed=1).replace(b"APIS'", b"IAPI'")
    _ours, (made,) = read_again(reply(payload, guide, number=2, answers=(answer(),)))
    references = [value(one, 1, 2) for one in made.segments if value(one, 1) == "ABO"]
    assert references == ["SAMPLE00004", "SAMPLE00005", "SAMPLE00006"]
    assert (made.reference, made.sequence, made.flag) == ("2", "01", "F")


def test_dates_are_as_long_as_the_original_writes_them(guide):
    """A carrier that says the century hears it, one that does not, does not."""
    payload = interchange(message(*header(), *person()))
    assert read_again(reply(payload, guide))[0].prepared == "260115:0930"
    long = payload.replace(b"260115:0700", b"20260115:0700")
    assert read_again(reply(long, guide))[0].prepared == "20260115:0930"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(ASKED) - 1), st.sampled_from(list(b"'+:?*\x00A9 \n\xff"))),
        max_size=10,
    )
)
def test_a_spoiled_original_still_gets_a_right_reply(spoiled):
    """Counts, references and separators of the reply are right whatever was sent."""
    payload = bytearray(ASKED)
    for at, byte in spoiled:
        payload[at] = byte
    for found in read_by(Paxlst(), bytes(payload), GUIDE).messages:
        content = reply(bytes(payload), GUIDE, "rejected", found.number, problems=found.problems)
        reading = read(content)
        told = [*reading.problems, *(one for made in reading.messages for one in made.problems)]
        assert {one.code for one in told} <= {"edifact.characters-wrong"}


def test_every_code_of_the_profile_fits_its_element(guide):
    """ERC holds at most eight characters, and every status of an answer has its words."""
    said = guide.settings
    assert max(len(code) for code in said["error_codes"].values()) <= 8
    assert max(len(code) for code in said["status_codes"].values()) <= 8
    assert set(said["status_codes"]) <= set(said["status_words"])
