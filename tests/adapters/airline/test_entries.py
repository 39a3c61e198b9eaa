"""What replies say: of the list, of each person who is answered or left out, of warnings."""

from dataclasses import replace

import pytest

from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import compose
from adapters.wire.edifact import value
from broker.adapter import Extent
from tests.adapters.airline.carriers import (
    answer,
    entries_in,
    left_out,
    of_person,
    read_again,
    reply,
)
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.read_by import read_by


def test_persons_are_named_by_the_original_and_no_one_else_is(guide):
    """Numbers are those of the message; what is no person of it has no entry."""
    payload = interchange(message(*header(), *person(), *person(RFF="RFF+ABO:A2")))
    answers = (answer(of_person(2), "held"), answer(of_person(7), "refused"))
    made = read_again(reply(payload, guide, answers=answers))[1][0]
    assert entries_in(made) == [("2", "A2", ["1Z"], ["DO NOT BOARD YET"])]


def test_an_element_whose_answer_is_open_has_no_entry(guide):
    """An open person is left to a later reply; an open list is the status in words, no code."""
    payload = interchange(message(*header(), *person(), *person(RFF="RFF+ABO:A2")))
    answers = (answer(of_person(1), "released"), answer(of_person(2), "waiting"))
    made = read_again(reply(payload, guide, "waiting", answers=answers))[1][0]
    assert entries_in(made) == [("2", "A1", ["0Z"], ["OK TO BOARD"])]
    for application in ("APIS", "IAPI"):
        payload = interchange(message(*header(), *person()), application=application)
        made = read_again(reply(payload, guide, "waiting", answers=(answer("", "waiting"),)))[1][0]
        assert entries_in(made) == [("1", "", [], ["RECEIVED, NOT DECIDED YET"])]


def test_the_gravest_of_several_answers_about_a_person_is_the_code(guide):
    """Two agencies about one person are one entry: the graver code, the words of both in UNOA."""
    payload = interchange(message(*header(), *person()))
    answers = (
        answer(of_person(1), "released", NativeText="customs has no objection"),
        answer(f"{of_person(1)}.AdditionalDocument[#1]", "refused",
               Reason=[{"Text": "document expired"}]),
    )  # fmt: skip
    _ours, (made,) = read_again(reply(payload, guide, answers=answers))
    assert [one for one in made.segments if one[0] == ["ERP"]] == [[["ERP"], ["2"]]]
    assert [value(one, 1) for one in made.segments if one[0] == ["ERC"]] == ["1Z"]
    assert [value(one, 4) for one in made.segments if one[0] == ["FTX"]] == [
        "DO NOT BOARD", "CUSTOMS HAS NO OBJECTION", "DOCUMENT EXPIRED",
    ]  # fmt: skip


def test_what_an_agency_wants_and_states_is_in_words(guide):
    """Documents with their limit, payments and remarks are texts of the entry, one each."""
    payload = interchange(message(*header(), *person()))
    stated = answer(
        of_person(1), "held",
        WantedDocument=[{"TypeCode": "VISA", "LimitDateTime": "2026-12-02"}],
        Payment=[{"PaymentAmount": {"value": "60.00", "currency": "EUR"}, "ReferenceID": "P-1"}],
        Limit=[{"DateTime": "2026-12-03", "Text": "desk closes"}],
        Remark=[{"Text": "go to desk 7"}],
    )  # fmt: skip
    _ours, (made,) = read_again(reply(payload, guide, answers=(stated,)))
    assert [value(one, 4) for one in made.segments if one[0] == ["FTX"]] == [
        "DO NOT BOARD YET", "VISA, UNTIL 2026-12-02", "PAYMENT: TO PAY 60.00 EUR, REFERENCE P-1",
        "UNTIL 2026-12-03: DESK CLOSES", "GO TO DESK 7",
    ]  # fmt: skip


def test_an_answer_about_the_list_is_told_once_or_for_each_person(guide):
    """Batch lists get one ERP+1; under IAPI each person is named, those answered first."""
    for application, expected in ((b"APIS", ["1"]), (b"IAPI", ["2", "2", "2"])):
        payload = compose(items=3, number=1, seed=1).replace(b"APIS'", application + b"'")
        answers = (answer(of_person(2), "refused"), answer("", "released"))
        _ours, (made,) = read_again(reply(payload, guide, answers=answers))
        entries = [value(one, 1) for one in made.segments if one[0] == ["ERP"]]
        assert entries == (expected if application == b"IAPI" else [*expected, "2"])
        references = [value(one, 1, 2) for one in made.segments if value(one, 1) == "ABO"]
        codes = [value(one, 1) for one in made.segments if one[0] == ["ERC"]]
        if application == b"IAPI":
            assert references == ["SAMPLE00002", "SAMPLE00001", "SAMPLE00003"]
            assert codes == ["1Z", "0Z", "0Z"]


def test_problems_of_the_message_and_of_persons_are_told_apart(guide):
    """The status, ERP+1 for the list, ERP+2 with references for a person, with code and words."""
    lines = [*header(BGM="BGM+745+QQ+1"), *person(), *person(NAD="NAD+FL+++", RFF="RFF+ABO:A2")]
    payload = interchange(message(*lines))
    (found,) = read_by(Paxlst(), payload, guide).messages
    made = read_again(reply(payload, guide, "rejected", problems=found.problems))[1][0]
    first, function, faulty = entries_in(made)
    assert first == ("1", "", [], ["REJECTED"])
    assert function[:3] == ("1", "", ["14"])
    assert "EXPECTED: NONE, CI, DC, CP, XR, RP" in function[3][0]
    assert "SEGMENT BGM 2 ELEMENT 2.1" in function[3][0]
    assert faulty[:3] == ("2", "A2", ["13"])
    assert "FAMILYNAME IS MISSING" in faulty[3][0]
    assert "BGM+745+CP" in faulty[3][0]
    assert faulty[3][1].startswith("WARNING: TWO PERSONS OF THE LIST HAVE THE SAME DOCUMENT")


@pytest.mark.parametrize("count", [2, 250])
def test_each_person_who_is_left_out_is_named_however_many(count, guide):
    """ERP+2 with a code for each, with or without an extent, though 100 problems are listed."""
    payload, found, extent = left_out(count, guide)
    assert found.verdict == "accepted"
    assert len(found.problems) <= 101
    for given_extent in (None, extent):
        _ours, messages = read_again(
            reply(payload, guide, "noted", problems=found.problems, extent=given_extent)
        )
        entries = [entry for made in messages for entry in entries_in(made)]
        words = f"ACCEPTED, WITH REMARKS, WITHOUT {count} OF {count + 1} PERSONS"
        assert entries[0] == ("1", "", [], [words])
        named = {entry[1]: entry[2] for entry in entries if entry[0] == "2"}
        assert list(named) == [f"B{at}" for at in range(1, count + 1)]
        assert all(codes in (["13"], ["18"]) for codes in named.values())


def test_a_board_says_in_every_round_who_is_not_on_the_list(guide):
    """After release too: in the words of the list, and for each person, who is never cleared."""
    payload, _found, extent = left_out(2, guide)
    made = read_again(reply(payload, guide, answers=(answer(),), extent=extent))[1][0]
    assert entries_in(made)[0] == ("1", "", ["0Z"], ["OK TO BOARD, WITHOUT 2 OF 3 PERSONS"])
    assert [entry[:3] for entry in entries_in(made)[1:]] == [
        ("2", "B1", ["18"]),
        ("2", "B2", ["18"]),
    ]
    payload = payload.replace(b"APIS'", b"IAPI'")
    made = read_again(reply(payload, guide, answers=(answer(),), extent=extent))[1][0]
    assert [entry[:3] for entry in entries_in(made)] == [
        ("1", "", []), ("2", "B1", ["18"]), ("2", "B2", ["18"]), ("2", "A1", ["0Z"]),
    ]  # fmt: skip
    assert entries_in(made)[0][3] == ["THE LIST WAS TAKEN, WITHOUT 2 OF 3 PERSONS"]


def test_persons_who_are_not_confirmed_are_counted_and_not_named(guide):
    """They are persons of another message: their number is told, and what a total says."""
    payload = interchange(message(*header(), *person()))
    extent = Extent(9, 1, cut=True, not_confirmed=(of_person(4), of_person(5)))
    made = read_again(reply(payload, guide, answers=(answer(),), extent=extent))[1][0]
    assert entries_in(made) == [("1", "", ["0Z"], [
        ("OK TO BOARD, THE LIST STATES 9 PERSONS, BUT HOLDS 1, 2 PERSONS OF AN EARLIER LIST ARE "
         "NOT CONFIRMED BY THIS ONE AND STAY ON THE LIST"),
    ])]  # fmt: skip


def test_a_warning_reads_as_no_refusal(guide):
    """It has no code, or the one that the profile gives it, and words of its own."""
    payload = interchange(message(*header(), *person(NAT="NAT+2+QQQ")))
    (found,) = read_by(Paxlst(), payload, guide).messages
    made = read_again(reply(payload, guide, "noted", problems=found.problems))[1][0]
    accepted, remark = entries_in(made)
    assert accepted == ("1", "", [], ["ACCEPTED, WITH REMARKS"])
    assert remark[:3] == ("2", "A1", [])
    assert remark[3][0].startswith("WARNING: PASSENGER.NATIONALITYCODE IS NONE OF THE CODES")
    own = {**guide.settings["reply"], "warning": {"code": "W1", "words": "NOTE"}}
    other = replace(guide, settings={**guide.settings, "reply": own})
    made = read_again(reply(payload, other, "noted", problems=found.problems))[1][0]
    assert entries_in(made)[1][2] == ["W1"]
    assert entries_in(made)[1][3][0].startswith("NOTE: ")


def test_equal_warnings_of_a_whole_list_are_a_short_reply(guide):
    """Three hundred persons with the same three warnings take less than a telegram."""
    persons = [line for at in range(300) for line in ("NAD+FL+++EXAMPLE:ALPHA", f"RFF+ABO:C{at}")]
    payload = interchange(message(*header(), *persons))
    (found,) = read_by(Paxlst(), payload, guide).messages
    assert found.verdict == "accepted"
    assert len(reply(payload, guide, "noted", problems=found.problems)) < 3_500


def test_each_interactive_request_is_answered_about_its_own_persons(guide):
    """Three requests about one flight: each reply names those whom its request names."""
    requests = [("A1", "A2"), ("A3",), ("A2",)]
    for names in requests:
        lines = [line for name in names for line in person(RFF=f"RFF+ABO:{name}")]
        payload = interchange(message(*header(), *lines), application="IAPI")
        made = read_again(reply(payload, guide, answers=(answer(),)))[1][0]
        assert [entry[1] for entry in entries_in(made)] == list(names)


@pytest.mark.parametrize(
    "status", ["waiting", "acknowledged", "not_required", "declined", "noted", "waiting_reference"]
)
def test_a_status_without_answers_is_said_in_words(status, guide):
    """A reply is never empty: the status stands in the message's entry."""
    payload = interchange(message(*header(), *person()))
    _ours, (made,) = read_again(reply(payload, guide, status))
    (text,) = [value(one, 4) for one in made.segments if one[0] == ["FTX"]]
    assert text == guide.settings["status_words"][status]
    assert not [one for one in made.segments if one[0] == ["ERC"]]


def test_a_question_stands_at_its_person_with_its_number_and_its_time(guide):
    """A response names the number; one about the list, and a report, are entries of their own."""
    payload = interchange(message(*header(), *person()))
    asked = {"SequenceNumeric": "3", "AgencyID": "border-police", "TypeCode": "information",
             "DueDateTime": "2026-12-02T12:00:00.000Z"}  # fmt: skip
    tree = {
        "Question": [{**asked, "Subject": of_person(1)}, {**asked, "SequenceNumeric": "4"}],
        "Reported": [{"TypeCode": "arrived", "AgencyID": "customs"}],
    }
    answers = (answer(of_person(1), "information_wanted"),)
    made = read_again(reply(payload, guide, answers=answers, tree=tree))[1][0]
    words = "QUESTION {} OF BORDER-POLICE: INFORMATION WANTED, UNTIL 2026-12-02T12:00:00.000Z"
    (first, *rest) = entries_in(made)
    assert (first[:2], first[3][-1]) == (("2", "A1"), words.format(3))
    assert rest == [
        ("1", "", [], [words.format(4)]),
        ("1", "", [], ["ARRIVED, AS CUSTOMS HAS STATED"]),
    ]


def test_a_report_alone_keeps_the_status_in_words(guide):
    """The entry of the list comes first as it would without it."""
    payload = interchange(message(*header(), *person()))
    tree = {"Reported": [{"TypeCode": "arrived", "AgencyID": "customs"}]}
    plain = entries_in(read_again(reply(payload, guide, "waiting"))[1][0])
    told = entries_in(read_again(reply(payload, guide, "waiting", tree=tree))[1][0])
    assert told == [*plain, ("1", "", [], ["ARRIVED, AS CUSTOMS HAS STATED"])]
