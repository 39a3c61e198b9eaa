"""CUSRES of an authority: answers to requests, changed decisions, and what is wrong with them."""

import pytest

from adapters.airline.cusres_answer import CusresAnswers
from adapters.airline.cusres_wrong import PROBLEMS_MAX
from adapters.airline.paxlst import Paxlst
from adapters.wire.edifact import read, value
from broker.adapter import NumbersAnswers, Original, Outgoing, Profile, Reference, Stamp
from broker.model.problem import Problem
from broker.translation.step import canonical_json
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.adapters.conftest import load_profile
from tests.fuzz.seeds import CORPUS
from tests.read_by import read_by

STAMP = Stamp("d_" + "a1" * 16, "2026-01-15T07:10:00.000Z", 1)
FLIGHT = ("RFF+AF:ZZ35", "DTM+189:2601150810:201", "DTM+232:2601151030:201", "LOC+125+VIE",
          "LOC+87+OSL")  # fmt: skip
HEAD = ("BGM+962", "RFF+TN:T1", *FLIGHT)
CHANGED = ("BGM+132", "RFF+TN:9000001", *FLIGHT)
ALPHA = ("ERP+2", "RFF+AVF:BOOK01", "RFF+ABO:A1", "ERC+0Z", "FTX+AAP+++OK TO BOARD")
BETA = ("ERP+2", "RFF+ABO:A2", "ERC+1Z", "FTX+AAP+++NO BOARD, please:contact us")


@pytest.fixture(scope="module")
def profile() -> Profile:
    """The shipped profile of answers."""
    return load_profile("cusres-answers")


def cusres(*segments: str, **around) -> list[str]:
    """One message of an authority."""
    return message(*segments, unh="CUSRES:D:05B:UN:IATA", **around)


def translated(profile, *messages):
    """Each message with its drafts."""
    payload = interchange(*messages)
    return [(one, list(one.events)) for one in read_by(CusresAnswers(), payload, profile).messages]


def one(profile, *segments, **around):
    """The only message, and its draft."""
    ((found, (draft,)),) = translated(profile, cusres(*segments, **around))
    return found, draft


def codes(found):
    """The problems by their codes."""
    return [problem.code for problem in found.problems]


def test_an_answer_to_a_request_names_the_request_and_its_flight(profile):
    """962: RFF+TN is the carrier's number; the flight stands beside it."""
    found, draft = one(profile, *HEAD, *ALPHA, *BETA)
    assert (found.verdict, found.problems) == ("accepted", ())
    assert (draft.kind, draft.does, draft.package) == ("", "answer", "answer")
    assert [(ref.scheme, ref.value) for ref in draft.references] == [
        ("FLIGHT", "ZZ0035/2026-01-15/VIE"), ("TN", "T1"),
    ]  # fmt: skip
    assert draft.body == {
        "FunctionCode": "962",
        "Declaration": {"FunctionalReferenceID": "T1"},
        "Answer": [
            {"SubjectReference": {"Scheme": "ABO", "ID": "A1"}, "StatusCode": "released",
             "NativeCode": "0Z", "NativeText": "OK TO BOARD"},
            {"SubjectReference": {"Scheme": "ABO", "ID": "A2"}, "StatusCode": "refused",
             "NativeCode": "1Z", "NativeText": "NO BOARD, please contact us"},
        ],
    }  # fmt: skip
    assert canonical_json("answer", draft.body)


def test_a_revision_of_the_request_is_a_reference_of_its_own(profile):
    """RFF+TN:T1:::2 means the list T1 in its revision 2."""
    _, draft = one(profile, "BGM+962", "RFF+TN:T1:::2", *FLIGHT, *ALPHA)
    assert [ref.value for ref in draft.references if ref.scheme == "TN"] == ["T1", "T1/2"]
    assert draft.body["Declaration"] == {"FunctionalReferenceID": "T1", "VersionID": "2"}


def test_the_flight_is_the_one_that_the_carriers_list_names(profile, guide):
    """An answer that repeats flight, times and airports finds the dossier of the list."""
    (listed,) = read_by(Paxlst(), interchange(message(*header(), *person())), guide).messages
    (draft,) = listed.events
    (wanted,) = [ref.value for ref in draft.references if ref.scheme == "FLIGHT"]
    legs = ("RFF+AF:ZZ30", "DTM+189:2601150500:201", "DTM+232:2601150700:201", "LOC+92+GRZ",
            "LOC+92+VIE", *FLIGHT)  # fmt: skip
    by_tdt = ("TDT+20+ZZ35+++ZZ", *FLIGHT[1:])
    for flight in (FLIGHT, legs, by_tdt, ("TDT+20+ZZ35+++ZZ", *FLIGHT)):
        _, answer = one(profile, "BGM+132", "RFF+TN:9", *flight, *ALPHA)
        assert [(ref.scheme, ref.value) for ref in answer.references] == [("FLIGHT", wanted)]


def test_a_changed_decision_is_known_by_flight_and_has_the_authoritys_number(profile):
    """132: RFF+TN is the authority's own number; only the flight says what it is about."""
    found, draft = one(profile, *CHANGED, *BETA)
    assert (found.verdict, found.reference) == ("accepted", "9000001")
    assert [ref.scheme for ref in draft.references] == ["FLIGHT"]
    assert draft.body["FunctionalReferenceID"] == "9000001"
    assert "Declaration" not in draft.body


def test_the_number_of_the_document_is_the_authoritys_own_in_both(profile):
    """BGM+962+N1 numbers the answer; a further message of one answer has no number."""
    _, draft = one(profile, "BGM+962+N1", *HEAD[1:], *ALPHA)
    assert draft.body["FunctionalReferenceID"] == "N1"
    _, further = one(profile, *CHANGED, *ALPHA, tail="+X+02:F")
    assert "FunctionalReferenceID" not in further.body


def test_the_door_reads_the_number_of_a_single_answer(profile):
    """Of a 132 its TN, of a 962 that of BGM; none of several messages or of other bytes."""
    adapter = CusresAnswers()
    assert isinstance(adapter, NumbersAnswers)
    assert adapter.answer_id(interchange(cusres(*CHANGED, *BETA))) == "9000001"
    assert adapter.answer_id(interchange(cusres("BGM+962+N1", *HEAD[1:], *ALPHA))) == "N1"
    assert adapter.answer_id(interchange(cusres(*HEAD, *ALPHA))) is None
    assert adapter.answer_id(interchange(cusres(*CHANGED, *BETA), cusres(*HEAD, *ALPHA))) is None
    assert adapter.answer_id(interchange(message(*header(), *person()))) is None
    assert adapter.answer_id(b"UNB") is None


def test_the_whole_stands_before_the_persons(profile):
    """What is said of a person is the last word about that person, wherever ERP+1 stands."""
    _, draft = one(profile, *HEAD, *BETA, "ERP+1", "ERC+0Z")
    assert ["SubjectReference" in answer for answer in draft.body["Answer"]] == [False, True]


def test_a_person_without_abo_is_named_by_the_booking(profile):
    """RFF+AVF alone names a person by scheme AVF; with ABO beside it, ABO counts."""
    _, draft = one(profile, *HEAD, "ERP+2", "RFF+AVF:BOOK01", "ERC+0Z")
    assert draft.body["Answer"][0]["SubjectReference"] == {"Scheme": "AVF", "ID": "BOOK01"}


def test_a_group_without_a_code_is_a_notice(profile):
    """Words alone decide nothing."""
    found, draft = one(profile, *HEAD, "ERP+2", "RFF+ABO:A1", "FTX+AAP+++SEEN")
    assert found.verdict == "accepted"
    assert "StatusCode" not in draft.body["Answer"][0]


def test_the_gravest_of_several_codes_counts(profile):
    """ERC+0Z and ERC+1Z in one group: not to board; the other code is kept as a reason."""
    _, draft = one(profile, *HEAD, "ERP+2", "RFF+ABO:A1", "ERC+0Z", "ERC+1Z")
    (answer,) = draft.body["Answer"]
    assert (answer["StatusCode"], answer["NativeCode"]) == ("refused", "1Z")
    assert answer["Reason"] == [{"Code": "0Z"}]


def test_long_words_go_on_as_reasons(profile):
    """512 characters are the most of one text; nothing is lost."""
    texts = [f"FTX+AAP+++{'A' * 500}:{'B' * 100}", "FTX+AAP+++MORE"]
    _, draft = one(profile, *HEAD, "ERP+2", "RFF+ABO:A1", "ERC+1Z", *texts)
    (answer,) = draft.body["Answer"]
    parts = [answer["NativeText"], *(reason["Text"] for reason in answer["Reason"])]
    assert "".join(parts) == "A" * 500 + " " + "B" * 100 + "MORE"
    assert canonical_json("answer", draft.body)


WRONG = [
    ("of a type that is none", ("BGM+312", *HEAD[1:], *ALPHA), "cusres.type-unknown", "BGM 2"),
    ("without BGM", (*HEAD[1:], *ALPHA), "cusres.type-unknown", "UNH 1"),
    ("without the request", ("BGM+962", *FLIGHT, *ALPHA), "cusres.reference-missing", "BGM 2"),
    ("without a flight", (*CHANGED[:2], *BETA), "cusres.flight-missing", "BGM 2"),
    ("without the day", (*CHANGED[:3], *FLIGHT[3:], *BETA), "cusres.flight-missing", "BGM 2"),
    ("without an answer", HEAD, "cusres.answers-missing", "UNH 1"),
    ("about nothing known", (*HEAD, "ERP+7", "ERC+0Z"), "cusres.level-unknown", "ERP 9"),
    ("about no person", (*HEAD, "ERP+2", "ERC+0Z"), "cusres.person-missing", "ERP 9"),
    ("twice, differently", (*HEAD, *ALPHA, "ERP+2", "RFF+ABO:A1", "ERC+1Z"),
     "cusres.person-repeated", "RFF 15"),
    ("with a code that is none", (*HEAD, "ERP+2", "RFF+ABO:A1", "ERC+9Q"),
     "code.unknown", "ERC 11"),
]  # fmt: skip


@pytest.mark.parametrize(("segments", "code", "place"), [one[1:] for one in WRONG],
                         ids=[one[0] for one in WRONG])  # fmt: skip
def test_what_keeps_a_message_from_being_an_answer(profile, segments, code, place):
    """Each rejects the message, with the place of the segment that is wrong."""
    found, _ = one(profile, *segments)
    assert (found.verdict, codes(found)) == ("rejected", [code])
    assert found.problems[0].where.segment == place
    assert found.problems[0].expected
    assert found.problems[0].hint


def test_an_unknown_code_is_told_with_some_that_are_known(profile):
    """The profile's codes are named briefly; the code that was found is shown."""
    found, _ = one(profile, *HEAD, "ERP+2", "RFF+ABO:A1", "ERC+9Q")
    assert (found.problems[0].found, found.problems[0].expected) == (
        "9Q", "a code of the profile: 0Z, 1Z",
    )  # fmt: skip


def test_no_reference_of_a_person_stands_in_a_problem(profile):
    """A person who is answered twice is found by the place, not by the reference."""
    found, _ = one(profile, *HEAD, *ALPHA, "ERP+2", "RFF+ABO:A1", "ERC+1Z")
    assert "A1" not in str([(p.text, p.found, p.expected, p.hint) for p in found.problems])


def test_a_segment_without_a_place_is_a_warning_and_kept(profile):
    """It never rejects; its values are unmapped."""
    found, draft = one(profile, *HEAD, "NAD+MS+X", *ALPHA)
    assert (found.verdict, codes(found)) == ("accepted", ["element.unknown"])
    assert [one.value for one in draft.unmapped] == ["MS", "X"]


def test_more_problems_than_are_listed_still_reject(profile):
    """The limit is one of listing: errors come first, and the last line says how many follow."""
    wrong = [
        line for at in range(PROBLEMS_MAX + 5) for line in ("ERP+2", f"RFF+ABO:B{at}", "ERC+Q")
    ]
    found, _ = one(profile, *HEAD, "NAD+MS", *wrong)
    assert found.verdict == "rejected"
    assert len(found.problems) == PROBLEMS_MAX + 1
    assert codes(found)[-1] == "problems.more"
    assert found.problems[-1].severity == "error"


def test_another_type_of_message_is_refused_and_its_neighbour_goes_on(profile):
    """A PAXLST among answers is one problem at its UNH."""
    (first, _), (second, _) = translated(
        profile, message(*header(), *person()), cusres(*HEAD, *ALPHA)
    )
    assert (first.verdict, codes(first)) == ("rejected", ["edifact.message-unknown"])
    assert second.verdict == "accepted"


def test_edifact_is_recognised_surely_with_cusres_alone():
    """A stray list is taken with little certainty, to be refused by its name."""
    adapter = CusresAnswers()
    assert adapter.recognises(interchange(cusres(*HEAD, *ALPHA))).certainty == 90
    assert adapter.recognises(interchange(message(*header(), *person()))).certainty == 10
    assert adapter.recognises(b"{}") is None


def test_each_value_has_its_place(profile):
    """The number, each code and each reference of a person are found in the file."""
    payload = interchange(cusres(*CHANGED, *ALPHA))
    places = dict(CusresAnswers().places(payload, 1, profile))
    assert places["FunctionalReferenceID"].segment == "RFF 3"
    assert places["Answer[#1].NativeCode"].segment == "ERC 12"
    assert places["Answer[#1].SubjectReference.ID"].segment == "RFF 11"
    assert dict(CusresAnswers().places(payload, 2, profile)) == {}


def replied(profile, payload, status, *problems):
    """The segments of the reply to the first message."""
    out = Outgoing(status, (), STAMP, problems=problems)
    (made,) = CusresAnswers().reply(out, Original("s_1", payload, 1), profile)
    reading = read(made.content)
    assert reading.problems == ()
    return reading, [one for found in reading.messages for one in found.segments]


def test_a_rejection_names_the_person_and_repeats_the_number(profile):
    """BGM 313, RFF+TN, and for the answer with the unknown code an ERP+2 with its ABO."""
    payload = interchange(cusres(*HEAD, *ALPHA, "ERP+2", "RFF+ABO:A2", "ERC+9Q"))
    (found,) = read_by(CusresAnswers(), payload, profile).messages
    reading, segments = replied(profile, payload, "rejected", *found.problems)
    lines = ["+".join(":".join(one) for one in segment) for segment in segments]
    assert lines[1:6] == ["BGM+313", "RFF+TN:T1", "RFF+AF:ZZ35", "ERP+2", "RFF+ABO:A2"]
    assert lines[6] == "ERC+14"
    assert "EXPECTED: A CODE OF THE PROFILE: 0Z, 1Z" in lines[7]
    (sender,) = {one.sender for one in reading.interchanges}
    assert sender == "QZAPIS"


def test_remarks_are_an_acknowledgement_and_no_refusal(profile):
    """BGM 312; a warning has no ERC and says that it is one."""
    warning = Problem(code="answer.check-not-asked", text="check not asked", severity="warning")
    _, segments = replied(profile, interchange(cusres(*HEAD, *ALPHA)), "noted", warning)
    assert [value(one, 1) for one in segments if one[0][0] == "BGM"] == ["312"]
    assert [one for one in segments if one[0][0] == "ERC"] == []
    (words,) = [one[4][0] for one in segments if one[0][0] == "FTX"]
    assert words.startswith("WARNING: CHECK NOT ASKED")


@pytest.mark.parametrize("payload", [b"", b"UNB+UNOA:3+A+B+260115:0700+1'UNZ+0+1'", b"\xff\x00"])
def test_a_reply_to_bytes_that_cannot_be_read_is_written_all_the_same(profile, payload):
    """It says the status in words."""
    _, segments = replied(profile, payload, "rejected")
    assert [one[4] for one in segments if one[0][0] == "FTX"] == [["REJECTED"]]


def test_many_problems_go_on_in_further_messages(profile):
    """99 ERP are the most of one message."""
    many = [Problem(code="code.unknown", text=f"number {at}") for at in range(120)]
    reading, segments = replied(profile, interchange(cusres(*HEAD, *ALPHA)), "rejected", *many)
    assert [one.sequence for one in reading.messages] == ["01", "02"]
    assert len([one for one in segments if one[0][0] == "ERP"]) == 120


def test_a_board_is_written_for_one_that_reads_this_format(profile):
    """Each answer is an ERP with its code and what it is about in words."""
    answers = ({"Subject": "BorderTransportMeans.Passenger[2]", "StatusCode": "refused"},)
    out = Outgoing("refused", (Reference("TN", "T1"),), STAMP, answers=answers)
    (made,) = CusresAnswers().render(out, profile)
    (found,) = read(made.content).messages
    tags = [one[0][0] for one in found.segments]
    assert tags == ["UNH", "BGM", "RFF", "ERP", "ERC", "FTX", "UNT"]
    assert value(found.segments[4], 1) == "1Z"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
def test_published_answers_are_read_and_their_acknowledgements_refused(profile):
    """Every CUSRES of an authority in the published interactive dialogues is an answer."""
    files = sorted((CORPUS / "airline/cusres-iapi").glob("*cusres_from_*.edi"))
    verdicts = {"authority": set(), "carrier": set()}
    for file in files:
        for found in read_by(CusresAnswers(), file.read_bytes(), profile).messages:
            verdicts[file.stem.rpartition("_")[2]].add(found.verdict)
            (draft,) = found.events
            assert canonical_json("answer", draft.body)
    assert verdicts == {"authority": {"accepted"}, "carrier": {"rejected"}}
