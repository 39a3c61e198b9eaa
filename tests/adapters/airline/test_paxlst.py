"""The format as the broker meets it: recognition, neighbours, refusals, any bytes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.airline.cusres_acknowledgement import CusresAcknowledgements
from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import compose
from broker.adapter import Profile
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from broker.model.problem import rejects
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.adapters.conftest import load_profile
from tests.read_by import read_by

GUIDE = load_profile("paxlst-guide")
ORDERS = ["UNH+O1+ORDERS:D:96A:UN", "BGM+220+1+9", "UNT+3+O1"]
SAMPLE = compose(items=3, number=1, seed=1)


def test_any_edifact_is_recognised_and_a_list_surely():
    """A stray message of another type still gets a clear answer; other bytes do not."""
    found = Paxlst().recognises(SAMPLE)
    assert found is not None
    assert found.certainty == 90
    stray = Paxlst().recognises(interchange(ORDERS))
    assert stray is not None
    assert stray.certainty == 10
    mixed = Paxlst().recognises(
        interchange([one.replace("96A", "05B") for one in ORDERS], message(*header()), ORDERS)
    )
    assert mixed is not None
    assert mixed.certainty == 90
    assert Paxlst().recognises(b"<?xml version='1.0'?><MetaData/>") is None
    assert Paxlst().recognises(b"") is None


def test_a_message_nobody_claims_is_one_problem_and_its_neighbours_go_on(guide):
    """The problem stands at its UNH and names the types understood."""
    good = message(*header(), *person())
    payload = interchange(good, ORDERS, good)
    found = list(read_by(Paxlst(), payload, guide).messages)
    assert [one.verdict for one in found] == ["accepted", "rejected", "accepted"]
    (problem,) = found[1].problems
    assert (problem.code, problem.found, problem.expected) == (
        "edifact.message-unknown", "ORDERS", "PAXLST",
    )  # fmt: skip
    assert (problem.where.segment, problem.where.element) == ("UNH 1", "2.1")
    assert payload[problem.where.byte :].startswith(b"ORDERS")
    assert list(found[1].events) == []


REFUSED = [
    (header(BGM="BGM+336+G"), {}, "paxlst.type-refused", "BGM 2", "1.1"),
    (header(BGM="BGM+655"), {}, "paxlst.type-refused", "BGM 2", "1.1"),
    (
        header(BGM="BGM+10+ZZZZ1+4"),
        {"unh": "PAXLST:D:03B:UN"},
        "paxlst.type-refused",
        "BGM 2",
        "1.1",
    ),
    (header(), {"unh": "PAXLST:001:000:NZ"}, "paxlst.version-unknown", "UNH 1", "2.2"),
]
TRUCK = (
    "TDT+11++++ZZZZ:172",
    "NAD+VW+00001:109++EXAMPLE:ALPHA::::1",
    "EMP+4+++1++7",
    "NAT+2+US::5",
)


@pytest.mark.parametrize(("lines", "around", "code", "segment", "element"), REFUSED)
def test_lists_of_another_kind_are_refused_with_one_problem(
    lines, around, code, segment, element, one
):
    """Master crew lists, truck manifests, the older layout: one sentence, and no draft."""
    found, drafts = one(*lines, *TRUCK, *person(NAD="NAD+FL+++"), **around)
    (problem,) = found.problems
    assert (found.verdict, problem.code, drafts) == ("rejected", code, [])
    assert (problem.where.segment, problem.where.element) == (segment, element)
    assert problem.path
    assert problem.expected
    assert problem.hint


def test_a_type_that_nobody_knows_hides_no_other_problem(one):
    """BGM, the missing flight, a person without a name and the count of UNT are told at once."""
    for bgm, place in (("BGM+999", "BGM 2"), ("", "UNH 1")):
        lines = [line for line in header(BGM=bgm, TDT="") if line]
        found, drafts = one(*lines, *person(), *person(NAD="NAD+FL+++"), count=99)
        told = {problem.code: problem for problem in found.problems}
        assert (found.verdict, drafts) == ("rejected", [])
        assert set(told) >= {
            "paxlst.type-unknown", "paxlst.flight-unknown", "value.missing",
            "edifact.count-wrong",
        }  # fmt: skip
        assert told["paxlst.type-unknown"].where.segment == place


def test_warnings_stand_in_the_order_of_the_file(one):
    """Syntax, the walk, the profile and what several values show, each where it stands."""
    lines = (*header(TDT="TDT+20+ZZ35+++ZY"), *person(NAT="NAT+2+QQQ"), "RFF+QQ:1",
             *person(ATT="ATT+2++W"), "CNT+42:3")  # fmt: skip
    found, _drafts = one(*lines, unh="PAXLST:D:99Z:UN:IATA", count=99)
    places = [problem.where.byte for problem in found.problems]
    assert places == sorted(places)
    assert [problem.code for problem in found.problems] == [
        "paxlst.release-unknown", "paxlst.carrier-differs", "code.unknown",
        "element.unknown", "code.unknown", "paxlst.person-repeated",
        "document.repeated", "list.count-differs", "edifact.count-wrong",
    ]  # fmt: skip


ALTERNATES = {"+": "(", "'": "-"}


def test_a_list_of_a_relay_with_separators_of_its_own_is_read(guide):
    """UNA with `(`, a blank for release and `-`, between the lines of a telegram."""
    plain = interchange(message(*header(), *person(), "CNT+42:1")).decode()
    for una in ("UNA:(.) -", "UNA:(.  -"):
        sent = una + plain.translate(str.maketrans(ALTERNATES))
        telegram = f"\x01QK QZAPISZZ\r\n.ZZAIRZZ 150700\r\n\x02{sent}\r\n\x03\r\nNNNN\r\n"
        reading = read_by(Paxlst(), telegram.encode(), guide)
        assert [problem.code for problem in reading.problems] == ["edifact.dirt"] * 2
        (found,), (other,) = reading.messages, read_by(Paxlst(), plain.encode(), guide).messages
        assert (found.verdict, found.problems) == ("accepted", ())
        assert [draft.body for draft in found.events] == [draft.body for draft in other.events]


def test_a_group_that_writes_its_date_as_a_moment_is_no_matter(guide):
    """UNG with 2601150700:201 in the place of date and time is read like any other."""
    payload = interchange(message(*header(), *person())).decode()
    group = "UNG+PAXLST+ZZAIR+QZAPIS+2601150700:201+G1+UN+D:05B'"
    payload = payload.replace("UNH+", f"{group}UNH+").replace("UNZ+", "UNE+1+G1'UNZ+")
    reading = read_by(Paxlst(), payload.encode(), guide)
    (found,) = reading.messages
    assert (reading.problems, found.problems, found.verdict) == ((), (), "accepted")


def test_persons_in_transit_are_passengers_and_crew(one):
    """DDU is a passenger, DDT crew; both stay in the list, with their roles."""
    lines = (*person(NAD="NAD+DDU+++EXAMPLE:ALPHA"), "NAD+DDT+++EXAMPLE:BRAVO")
    found, (draft,) = one(*header(), *lines, "CNT+42:1")
    means = draft.body["BorderTransportMeans"]
    assert (found.verdict, found.problems) == ("accepted", ())
    assert [means[name][0]["RoleCode"] for name in ("Passenger", "Crew")] == ["DDU", "DDT"]


def test_a_message_without_its_interchange_is_one_clear_problem(guide):
    """A bare UNH is read, shown and rejected: it says neither from whom nor to whom it is."""
    payload = "".join(f"{line}'" for line in message(*header(), *person())).encode()
    reading = read_by(Paxlst(), payload, guide)
    (found,) = reading.messages
    assert (reading.problems, found.verdict) == ((), "rejected")
    assert [problem.code for problem in found.problems] == ["edifact.unb-missing"]
    assert len(list(found.events)) == 1


def test_a_cut_list_is_told_once_as_cut(guide):
    """Neither the rest of its last segment nor what its last person lacks is a problem too."""
    payload = interchange(message(*header(), *person(), *person(RFF="RFF+ABO:A2")))
    at = payload.rindex(b"RFF+ABO")
    for end in (at + 2, at + 3, at + 5, at + 9):
        (found,) = read_by(Paxlst(), payload[:end], guide).messages
        (problem,) = found.problems
        assert (found.verdict, problem.code) == ("rejected", "edifact.truncated")
        assert problem.where.byte == at
        (draft,) = found.events
        last = draft.body["BorderTransportMeans"]["Passenger"][-1]
        assert "CarrierReferenceID" not in last
    (found,) = read_by(Paxlst(), payload[: payload.index(b"LOC+87") + 3], guide).messages
    assert [problem.code for problem in found.problems] == ["edifact.truncated"]


WRONG = [
    (header(BGM="BGM+745+QQ+1"), "paxlst.function-unknown", "Declaration.FunctionCode", "BGM 2"),
    (header(TDT="TDT+20"), "paxlst.flight-unknown", "Declaration.BorderTransportMeans", "TDT 6"),
    (header(without="TDT"), "paxlst.flight-unknown", "Declaration.BorderTransportMeans", "UNH 1"),
    (header(DTM="DTM+999:1"), "paxlst.flight-unknown", "Declaration.BorderTransportMeans", "TDT 6"),
    (header(TDT="TDT+20+QQQQ"), "paxlst.flight-malformed",
     "Declaration.BorderTransportMeans.JourneyID", "TDT 6"),
    (header(DTM="DTM+189:2699990810:201"), "moment.malformed",
     "Declaration.BorderTransportMeans.Itinerary[1].DepartureDateTime", "DTM 8"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "code", "path", "segment"), WRONG)
def test_what_is_wrong_with_the_flight_rejects_the_list(lines, code, path, segment, one):
    """Without function or flight nobody can tell what is meant; the drafts can still be seen."""
    found, drafts = one(*lines, *person())
    told = next(problem for problem in found.problems if problem.code == code)
    assert (found.verdict, told.severity, told.path) == ("rejected", "error", path)
    assert told.where.segment == segment
    assert len(drafts) == 1


WARNED = [
    (header(TDT="TDT+20+ZZ35+++ZY"), "paxlst.carrier-differs", "TDT 6"),
    (["RFF+AB:1", *header()], "element.unknown", "RFF 2"),
    ([*header(), "CNT+3:2"], "element.unknown", "CNT 11"),
    ([*header(), "CNT+42+1"], "paxlst.number-misplaced", "CNT 11"),
    (["COM+1:TE", *header()], "element.misplaced", "COM 2"),
    ([*header()[:-1], "DTM+232:2601130810:201"], "paxlst.times-disordered", "DTM 10"),
    (header(without="LOC+87"), "paxlst.arrival-missing", "LOC 7"),
    (header(without="LOC+87"), "element.misplaced", "DTM 9"),
    (header(without="LOC+125"), "paxlst.departure-missing", "LOC 8"),
    (header(without="DTM+232"), "value.missing", "LOC 9"),
    ([*header(), "CNT+42:2"], "list.count-differs", "CNT 11"),
    (header(LOC="LOC+125+AUVIE"), "paxlst.airport-unlike", "LOC 7"),
]


@pytest.mark.parametrize(("lines", "code", "segment"), WARNED)
def test_what_is_untidy_about_the_flight_is_a_warning(lines, code, segment, one):
    """The list is taken, and its sender hears of it."""
    found, drafts = one(*lines, *person())
    told = [problem for problem in found.problems if problem.code == code]
    assert told
    assert told[0].where.segment == segment
    assert {problem.severity for problem in found.problems} == {"warning"}
    assert (found.verdict, len(drafts)) == ("accepted", 1)


def test_an_interchange_without_a_message_is_rejected_by_what_the_adapter_says(guide):
    """The broker and a reader of the translation alone come to the same verdict."""
    for body, codes in (
        ("UNZ+0+R1'", ["edifact.no-message"]),
        ("BGM+745'UNZ+0+R1'", ["edifact.no-message", "edifact.segment-misplaced"]),
    ):
        payload = f"UNB+UNOA:3+ZZAIR+QZAPIS+260115:0700+R1'{body}".encode()
        reading = read_by(Paxlst(), payload, guide)
        assert [problem.code for problem in reading.problems] == codes
        assert rejects(reading.problems)
        assert list(reading.messages) == []


def test_an_interchange_that_lost_messages_is_an_error_and_what_is_there_goes_on(guide):
    """UNZ states three of which one was read; a count that is too low stays a warning."""
    payload = interchange(message(*header(), *person()))
    for count, code, rejected in (
        (b"3", "edifact.messages-lost", True), (b"0", "edifact.count-wrong", False),
    ):  # fmt: skip
        reading = read_by(Paxlst(), payload.replace(b"UNZ+1", b"UNZ+" + count), guide)
        assert [problem.code for problem in reading.problems] == [code]
        assert rejects(reading.problems) is rejected
        assert [one.verdict for one in reading.messages] == ["accepted"]


def test_names_in_a_set_of_windows_are_read_with_their_letters(guide):
    """Under UNOC byte 8A is a control character: the name is read as Windows-1252, and told."""
    payload = interchange(message(*header(), *person(NAD="NAD+FL+++QIMEK:QAN"))).replace(
        b"UNOA", b"UNOC"
    )
    payload = payload.replace(b"QIMEK", b"\x8aIMEK").replace(b"QAN", b"\x8eAN")
    (found,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = found.events
    passenger = draft.body["BorderTransportMeans"]["Passenger"][0]
    assert (passenger["FamilyName"], passenger["GivenName"]) == ("ŠIMEK", "ŽAN")
    (told,) = found.problems
    assert (told.code, told.severity) == ("edifact.characters-wrong", "warning")
    assert "CP1252" in (told.hint or "")


def test_wrong_counts_are_warnings_by_the_profile(guide):
    """UNT is wrong in most real lists; a profile of the syntax that says nothing rejects them."""
    payload = interchange(message(*header(), *person())).replace(b"UNT+20+", b"UNT+99+")
    verdicts = [
        next(iter(read_by(Paxlst(), payload, guide, envelope).messages)).verdict
        for envelope in (None, Profile("strict", "", "UN/EDIFACT"))
    ]
    assert verdicts == ["accepted", "rejected"]


def test_an_acknowledgement_of_a_carrier_changes_nothing(guide):
    """CUSRES 312 of a number that is none of ours is accepted with a word; 962 is refused."""
    for kind, verdict, code, found_value, place in (
        ("312", "accepted", "cusres.acknowledgement", "1", ("RFF 3", "1.2")),
        ("962", "rejected", "cusres.not-from-carrier", "962", ("BGM 2", "1.1")),
    ):
        lines = ["UNH+C1+CUSRES:D:05B:UN", f"BGM+{kind}", "RFF+TN:1", "UNT+4+C1"]
        (found,) = read_by(CusresAcknowledgements(), interchange(lines), guide).messages
        (problem,) = found.problems
        assert (found.verdict, problem.code, problem.found) == (verdict, code, found_value)
        assert (problem.where.segment, problem.where.element) == place
        assert list(found.events) == []


def test_an_unreadable_segment_costs_one_person(one):
    """A terminator in a name without its release character leaves that person out."""
    second = person(NAD="NAD+FL+++O'BRIEN:ALPHA", RFF="RFF+ABO:A2")
    found, (draft,) = one(*header(), *person(), *second)
    assert "edifact.segment-unreadable" in {problem.code for problem in found.problems}
    assert found.verdict == "accepted"
    assert len(draft.body["BorderTransportMeans"]["Passenger"]) == 1


def test_places_are_those_of_the_values(guide):
    """Each value of the body has its segment, element and byte; other messages have none."""
    payload = interchange(message(*header(), *person()), ORDERS)
    (first, _other) = read_by(Paxlst(), payload, guide).messages
    (draft,) = first.events
    placed = dict(Paxlst().places(payload, 1, guide))
    assert set(placed) == {path for path, _value in leaves(draft.body)}
    name = placed["BorderTransportMeans.Passenger[1].GivenName"]
    assert (name.segment, name.element) == ("NAD 11", "4.2")
    assert payload[name.byte :].startswith(b"ALPHA")
    issuer = placed["BorderTransportMeans.Passenger[1].AdditionalDocument[#1].IssueCountryCode"]
    assert (issuer.segment, issuer.element) == ("LOC 19", "2.1")
    for number in (0, 2, 3):
        assert list(Paxlst().places(payload, number, guide)) == []


BOMBS = [
    ["NAD+FL"] * 30_000,
    ["NAD+FL+++EXAMPLE", "DOC+P+N1", *["DTM+36:999999"] * 60_000],
    [*["NAD+FL+++EXAMPLE", "RFF+ABO:A1", "DOC+P+N1"] * 9_000],
    ["TDT+20+ZZ1", "LOC+92+VIE"] * 40_000,
    ["FTX+BAG+++A"] * 60_000,
    ["NAD+QQ+++EXAMPLE"] * 9_000,
]


@pytest.mark.parametrize("lines", BOMBS, ids=range(len(BOMBS)))
def test_a_list_without_end_is_judged_in_bounded_time(lines, guide):
    """Tens of thousands of persons, documents, legs or faults take seconds, not minutes."""
    payload = interchange(message(*header(), *lines))
    begun = time.process_time()
    (found,) = read_by(Paxlst(), payload, guide).messages
    list(found.events)
    assert time.process_time() - begun < 10
    assert len(found.problems) <= 101


def test_more_persons_than_an_aircraft_holds_are_refused(one):
    """After 9,999 persons nothing more is read, and the list is rejected."""
    found, _drafts = one(*header(), *(["NAD+FL+++EXAMPLE"] * 10_005))
    told = [problem for problem in found.problems if problem.code == "paxlst.persons-too-many"]
    assert (found.verdict, len(told)) == ("rejected", 1)


def _judged(payload: bytes) -> None:
    """Any bytes give verdicts, bodies that validate, and places."""
    translation = read_by(Paxlst(), payload, GUIDE)
    for found in translation.messages:
        assert found.verdict in {"accepted", "rejected"}
        errors = [one for one in found.problems if one.severity == "error"]
        assert found.verdict == "accepted" or errors
        for draft in found.events:
            PACKAGES[draft.package].model_validate(draft.body)
        for _path, place in Paxlst().places(payload, found.number, GUIDE):
            assert place.byte is not None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_verdicts(noise):
    """Noise, and noise after a header, is judged and never raises."""
    Paxlst().recognises(noise)
    _judged(noise)
    _judged(SAMPLE[:120] + noise)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SAMPLE) - 1), st.sampled_from(list(b"'+:?*\x00A9 \n\xff"))),
        max_size=12,
    )
)
def test_a_spoiled_list_is_judged(spoiled):
    """Bytes changed anywhere in a valid list give verdicts, valid bodies and places."""
    payload = bytearray(SAMPLE)
    for at, byte in spoiled:
        payload[at] = byte
    _judged(bytes(payload))


LINES = SAMPLE.decode().split("'")[:-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_segments_in_any_order_are_judged(lines):
    """Segments of a list, left out, repeated or shuffled, are judged and never raise."""
    _judged("".join(f"{line}'" for line in (*LINES[:4], *lines)).encode())
