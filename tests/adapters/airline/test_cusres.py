"""Replies to carriers: as published answers of an authority are, and right when read again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import compose, compose_pieces
from adapters.wire.edifact import read, value
from broker.adapter import Original, Outgoing, Reference, Stamp
from broker.model.answer import BoardAnswer
from broker.model.problem import Place, Problem
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.adapters.airline.test_verdicts import VERDICTS
from tests.adapters.conftest import load_profile

GUIDE = load_profile("paxlst-guide")
ASKED = compose(items=2, number=1, seed=1)
STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-01-15T09:30:00.123Z", 3)
KNOWN = (Reference("FLIGHT", "ZZ0035/2026-01-15/VIE"),)
NO_BOARD = "NO BOARD, if there is a question, please contact with NIA of China, tel861056095288."


def reply(payload, guide, status="released", number=1, **told):
    out = Outgoing(status, KNOWN, STAMP, **told)
    (artifact,) = Paxlst().reply(out, Original("s_1", payload, number), guide)
    assert artifact.content_type == "application/edifact"
    assert artifact.name == "cusres.edi"
    return artifact.content


def read_again(content):
    """The interchange of a reply, which must be right in all its counts and references."""
    reading = read(content)
    assert reading.problems == ()
    messages = list(reading.messages)
    assert [problem for one in messages for problem in one.problems] == []
    for one in messages:
        assert (one.type, one.version, one.release) == ("CUSRES", "D", "05B")
    return reading.interchanges[0], messages


def document_of(payload, guide):
    (found,) = Paxlst().translate(payload, guide).messages
    (draft,) = found.events
    return draft.body


def answer(subject="", status="released", **more):
    made = {"AgencyID": "border-police", "PurposeCode": "entry", "StatusCode": status, **more}
    if subject:
        made["Subject"] = subject
    BoardAnswer.model_validate(made)
    return made


def of_person(number):
    return f"BorderTransportMeans.Passenger[{number}]"


PUBLISHED = [
    ("01", {}), ("02", {}), ("04", {}), ("07", {}), ("08", {2: "refused"}), ("11", {}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "refused"), PUBLISHED)
def test_a_reply_says_what_the_published_answer_of_an_authority_says(case, refused, corpus, guide):
    """Segment by segment between UNH and UNT; the words of a refusal stand behind ours."""
    folder = corpus / "airline" / "cusres-iapi"
    payload = (folder / f"cn_case{case}_1_paxlst_from_carrier.edi").read_bytes()
    document = document_of(payload, guide)
    persons = document["BorderTransportMeans"]["Passenger"]
    answers = tuple(
        answer(of_person(number), "refused", NativeText=NO_BOARD)
        if number in refused
        else answer(of_person(number))
        for number in range(1, len(persons) + 1)
    )
    ours, (made,) = read_again(reply(payload, guide, answers=answers, document=document))
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


def test_persons_are_named_by_the_live_document_not_by_their_place_in_the_original(guide):
    """Numbers of the dossier are not those of a message: references come from the document."""
    payload = interchange(message(*header(), *person()))
    document = {"BorderTransportMeans": {"Passenger": [
        {"SequenceNumeric": "1", "CarrierReferenceID": "OTHER"},
        {"SequenceNumeric": "7", "CarrierReferenceID": "A1", "BookingReferenceID": "B1"},
    ]}}  # fmt: skip
    _ours, (made,) = read_again(
        reply(payload, guide, answers=(answer(of_person(7), "held"),), document=document)
    )
    at = made.segments.index([["ERP"], ["2"]])
    assert made.segments[at : at + 5] == [
        [["ERP"], ["2"]], [["RFF"], ["AVF", "B1"]], [["RFF"], ["ABO", "A1"]], [["ERC"], ["1Z"]],
        [["FTX"], ["AAP"], [""], [""], ["DO NOT BOARD YET"]],
    ]  # fmt: skip


def test_the_gravest_of_several_answers_about_a_person_is_the_code(guide):
    """Two agencies about one person are one entry: the graver code, the words of both in UNOA."""
    payload = interchange(message(*header(), *person()))
    answers = (
        answer(of_person(1), "released", NativeText="customs has no objection"),
        answer(f"{of_person(1)}.AdditionalDocument[#1]", "refused",
               Reason=[{"Text": "document expired"}]),
    )  # fmt: skip
    _ours, (made,) = read_again(
        reply(payload, guide, answers=answers, document=document_of(payload, guide))
    )
    assert [one for one in made.segments if one[0] == ["ERP"]] == [[["ERP"], ["2"]]]
    assert [value(one, 1) for one in made.segments if one[0] == ["ERC"]] == ["1Z"]
    assert [value(one, 4) for one in made.segments if one[0] == ["FTX"]] == [
        "DO NOT BOARD", "CUSTOMS HAS NO OBJECTION", "DOCUMENT EXPIRED",
    ]  # fmt: skip


def test_an_answer_about_the_list_is_told_once_or_for_each_person(guide):
    """Batch lists get one ERP+1; under IAPI each person of the original is named, in his order."""
    document = document_of(compose(items=3, number=1, seed=1), guide)
    for application, expected in ((b"APIS", ["1"]), (b"IAPI", ["2", "2", "2"])):
        payload = compose(items=3, number=1, seed=1).replace(b"APIS'", application + b"'")
        answers = (answer(of_person(2), "refused"), answer("", "released"))
        _ours, (made,) = read_again(reply(payload, guide, answers=answers, document=document))
        entries = [value(one, 1) for one in made.segments if one[0] == ["ERP"]]
        assert entries == (expected if application == b"IAPI" else ["2", *expected])
        references = [value(one, 1, 2) for one in made.segments if value(one, 1) == "ABO"]
        codes = [value(one, 1) for one in made.segments if one[0] == ["ERC"]]
        if application == b"IAPI":
            assert references == ["SAMPLE00002", "SAMPLE00001", "SAMPLE00003"]
            assert codes == ["1Z", "0Z", "0Z"]


def test_problems_of_the_message_and_of_persons_are_told_apart(guide):
    """ERP+1 for the list, ERP+2 with his references for a person, each with code and words."""
    lines = [*header(BGM="BGM+745+QQ"), *person(), *person(NAD="NAD+FL+++", RFF="RFF+ABO:A2")]
    payload = interchange(message(*lines))
    (found,) = Paxlst().translate(payload, guide).messages
    _ours, (made,) = read_again(reply(payload, guide, "rejected", problems=found.problems))
    shown = [one for one in made.segments if one[0][0] in {"ERP", "ERC"} or value(one, 1) == "ABO"]
    assert shown == [
        [["ERP"], ["1"]], [["ERC"], ["14"]],
        [["ERP"], ["2"]], [["RFF"], ["ABO", "A2"]], [["ERC"], ["13"]], [["ERC"], ["12"]],
    ]  # fmt: skip
    texts = " ".join(value(one, 4) for one in made.segments if one[0] == ["FTX"])
    assert "EXPECTED: NONE, CI, DC, CP, XR, RP" in texts
    assert "SEGMENT BGM 2 ELEMENT 2.1" in texts
    assert "FAMILYNAME IS MISSING" in texts
    assert "BGM+745+CP" in texts


def test_a_list_that_went_on_without_some_says_how_many_and_names_each(guide):
    """One ERP+1 with the number, one ERP+2 for each who was left out, nothing of the others."""
    nameless = [person(NAD="NAD+FL+++", RFF=f"RFF+ABO:B{at}", DOC="") for at in (1, 2)]
    lines = [*header(), *person(), *nameless[0], *nameless[1]]
    payload = interchange(message(*(line for line in lines if line)))
    (found,) = Paxlst().translate(payload, guide).messages
    assert found.verdict == "accepted"
    _ours, (made,) = read_again(reply(payload, guide, "noted", problems=found.problems))
    entries = [value(one, 1) for one in made.segments if one[0] == ["ERP"]]
    assert entries == ["1", "2", "2"]
    assert [value(one, 1, 2) for one in made.segments if value(one, 1) == "ABO"] == ["B1", "B2"]
    at = made.segments.index([["ERP"], ["1"]])
    assert made.segments[at + 1] == [["ERC"], ["18"]]
    assert value(made.segments[at + 2], 4).startswith("2 OF 3 PERSONS WERE LEFT OUT")


@pytest.mark.parametrize("name", VERDICTS)
def test_the_problems_of_every_published_file_make_a_right_reply(name, corpus, guide):
    """Whatever the original looked like, the reply is read again without a problem."""
    payload = (corpus / "airline" / name).read_bytes()
    for found in Paxlst().translate(payload, guide).messages:
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


@pytest.mark.parametrize("status", ["waiting", "acknowledged", "not_required", "declined", "noted"])
def test_a_status_without_answers_is_said_in_words(status, guide):
    """A reply is never empty: the status stands in the message's entry."""
    payload = interchange(message(*header(), *person()))
    _ours, (made,) = read_again(reply(payload, guide, status))
    (text,) = [value(one, 4) for one in made.segments if one[0] == ["FTX"]]
    assert text == guide.settings["status_words"][status]
    assert not [one for one in made.segments if one[0] == ["ERC"]]


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
    for found in Paxlst().translate(bytes(payload), GUIDE).messages:
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
