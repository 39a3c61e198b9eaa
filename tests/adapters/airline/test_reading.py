"""Each segment of a list and the value it gives; every way in which it may be odd."""

import pytest

from adapters.airline.paxlst import Paxlst
from broker.model.packages import PACKAGES
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.read_by import read_by

VALUES = [
    ("NAD+FL+++EXAMPLE:ALPHA:BRAVO", {"FamilyName": "EXAMPLE", "GivenName": "ALPHA",
                                      "MiddleName": "BRAVO", "RoleCode": "FL"}),
    ("NAD+FL+++EXAMPLE:ALPHA:BRAVO: CHARLIE :DELTA",
     {"FamilyName": "EXAMPLE", "GivenName": "ALPHA", "MiddleName": "BRAVO CHARLIE DELTA"}),
    ("NAD+FL+++EXAMPLE:ALPHA::CHARLIE", {"GivenName": "ALPHA", "MiddleName": "CHARLIE"}),
    ("NAD+FL+++ EXAMPLE : ALPHA ", {"FamilyName": "EXAMPLE", "GivenName": "ALPHA"}),
    ("NAD+DDU+++EXAMPLE", {"RoleCode": "DDU", "FamilyName": "EXAMPLE"}),
    ("NAD+FL+++EXAMPLE+1 SAMPLE ROAD+SAMPLETON+EX+ 96761+AUT",
     {"Address": [{"Line": "1 SAMPLE ROAD", "CityName": "SAMPLETON", "PostcodeID": "96761",
                   "CountrySubDivisionName": "EX", "CountryCode": "AUT"}]}),
    ("NAD+FL+++EXAMPLE+++:::SAMPLESHIRE",
     {"Address": [{"CountrySubDivisionName": "SAMPLESHIRE"}]}),
    ("ATT+2++X", {"GenderCode": "X"}),
    ("DTM+329:800229", {"BirthDateTime": "1980-02-29"}),
    ("DTM+329:19800229:102", {"BirthDateTime": "1980-02-29"}),
    ("GEI+4+173", {"VerificationCode": "173"}),
    ("LOC+22+OSL", {"ClearanceLocationID": "OSL"}),
    ("LOC+174+AUT", {"ResidenceCountryCode": "AUT"}),
    ("LOC+178+VIE", {"EmbarkationLocationID": "VIE"}),
    ("LOC+179+OSL", {"DisembarkationLocationID": "OSL"}),
    ("LOC+180+ABC:::SAMPLETON", {"BirthCountryCode": "ABC", "BirthPlaceName": "SAMPLETON"}),
    ("LOC+180+:::SAMPLETON AUT", {"BirthPlaceName": "SAMPLETON AUT"}),
    ("COM+000 555 0100:TE+A.AT.B:EM", {"Communication": [{"ID": "000 555 0100", "TypeCode": "TE"},
                                                         {"ID": "A.AT.B", "TypeCode": "EM"}]}),
    ("NAT+2+AUT", {"NationalityCode": "AUT"}),
    ("RFF+AVF:Z9", {"BookingReferenceID": "Z9"}),
    ("RFF+ABO:A1", {"CarrierReferenceID": "A1"}),
    ("RFF+SEA:17B", {"SeatID": "17B"}),
    ("RFF+AEA:G1", {"GovernmentReferenceID": "G1"}),
    ("RFF+CR:C1", {"CustomerReferenceID": "C1"}),
    ("RFF+YZY:T1", {"TicketID": "T1"}),
    ("MEA+CT++:2", {"Baggage": [{"PieceQuantity": {"value": "2"}}]}),
    ("MEA+WT++KGM:12,5", {"Baggage": [{"GrossMassMeasure": {"value": "12.5", "unit": "KGM"}}]}),
    ("FTX+BAG+++ZZ1:2", {"Baggage": [{"TagID": "ZZ1", "PieceQuantity": {"value": "2"}}]}),
    ("FTX+BAG+++NULL", {}),
    ("DOC+V:110:111+N1", {"AdditionalDocument": [{"TypeCode": "V", "ID": "N1"}]}),
    ("DOC+P+N1", {"AdditionalDocument": [{"TypeCode": "P", "ID": "N1"}]}),
    ("DOC+V:::SAMPLE VISA+N1",
     {"AdditionalDocument": [{"TypeCode": "V", "Name": "SAMPLE VISA", "ID": "N1"}]}),
    ("DOC++N1", {"AdditionalDocument": [{"ID": "N1"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("segment", "expected"), VALUES)
def test_each_segment_of_a_passenger_gives_its_values(segment, expected, one):
    """The value stands where the table says, alone, and nothing is left over."""
    begin = () if segment.startswith("NAD") else ("NAD+FL+++EXAMPLE",)
    found, (draft,) = one(*header(), *begin, segment)
    assert not [problem for problem in found.problems if problem.severity == "error"]
    (made,) = draft.body["BorderTransportMeans"]["Passenger"]
    known = {} if not begin else {"RoleCode": "FL", "FamilyName": "EXAMPLE"}
    rest = {name: said for name, said in made.items() if known.get(name) != said}
    assert rest.pop("SequenceNumeric") == "1"
    assert {name: rest[name] for name in expected} == expected
    assert set(rest) - {"RoleCode", "FamilyName"} <= set(expected)
    assert draft.unmapped == ()


DOCUMENTED = [
    ("DTM+36:300101", {"ExpirationDateTime": "2030-01-01"}),
    ("DTM+36:990101", {"ExpirationDateTime": "1999-01-01"}),
    ("DTM+182:200101", {"IssueDateTime": "2020-01-01"}),
    ("LOC+91+AUT", {"IssueCountryCode": "AUT"}),
]


@pytest.mark.parametrize(("segment", "expected"), DOCUMENTED)
def test_what_follows_a_document_belongs_to_it(segment, expected, one):
    """Expiry, issue and issuer are the last document's; persons' segments may stand between."""
    lines = ("NAD+FL+++EXAMPLE", "DOC+P+N1", "DOC+V+N2", "ATT+2++F", segment)
    _found, (draft,) = one(*header(), *lines)
    (made,) = draft.body["BorderTransportMeans"]["Passenger"]
    assert made["AdditionalDocument"] == [
        {"TypeCode": "P", "ID": "N1"},
        {"TypeCode": "V", "ID": "N2", **expected},
    ]
    assert made["GenderCode"] == "F"


def test_crew_have_ranks_and_no_bookings(one):
    """EMP is a crew member's; a booking reference has no place there and is kept aside."""
    lines = ("NAD+FM+++EXAMPLE:BRAVO", "EMP+1+CR1:110:111", "RFF+AVF:Z9", "RFF+AEA:G1")
    found, (draft,) = one(*header(BGM="BGM+250"), *lines, "CNT+41:1")
    means = draft.body["BorderTransportMeans"]
    assert means["Crew"] == [
        {"SequenceNumeric": "1", "RoleCode": "FM", "FamilyName": "EXAMPLE", "GivenName": "BRAVO",
         "RankCode": "CR1", "GovernmentReferenceID": "G1"}
    ]  # fmt: skip
    assert means["CrewQuantity"] == {"value": "1"}
    assert [(one.path, one.value) for one in draft.unmapped] == [
        ("BorderTransportMeans.Crew[1].RFF[AVF]", "AVF"),
        ("BorderTransportMeans.Crew[1].RFF[AVF]", "Z9"),
    ]
    assert [problem.code for problem in found.problems] == ["element.unknown"]


def test_the_header_gives_flight_airports_and_sender(one):
    """What stands before the persons is in the body as it was said, ready to be validated."""
    _found, (draft,) = one(*header(), *person(), "CNT+42:1")
    body = dict(draft.body)
    PACKAGES["persons-report"].model_validate(body)
    assert body.pop("BorderTransportMeans").items() >= {
        "StageCode": "20", "JourneyID": "ZZ35", "Carrier": {"ID": "ZZ"}, "ModeCode": "4",
        "PassengerQuantity": {"value": "1"},
        "Itinerary": [
            {"SequenceNumeric": "1", "RoleCode": "125", "ID": "VIE",
             "DepartureDateTime": "2026-01-15T08:10"},
            {"SequenceNumeric": "2", "RoleCode": "87", "ID": "OSL",
             "ArrivalDateTime": "2026-01-15T10:30"},
        ],
    }.items()  # fmt: skip
    assert body == {
        "TypeCode": "745", "FunctionalReferenceID": "T1", "VersionID": "1",
        "Submitter": {"RoleCode": "MS", "Name": "INVENTED AIRLINES",
                      "Communication": [{"ID": "000 555 0100", "TypeCode": "TE"}]},
    }  # fmt: skip


def test_the_leg_that_crosses_the_border_is_the_flight(one):
    """Another leg's flight number stands at its airports; its carrier is kept aside."""
    legs = ("TDT+20+ZY7+++ZY", "LOC+92+GRZ", "DTM+189:2601150600:201", "LOC+92+VIE",
            "DTM+232:2601150700:201", *header()[4:])  # fmt: skip
    _found, (draft,) = one(*header()[:4], *legs, *person())
    means = draft.body["BorderTransportMeans"]
    assert means["JourneyID"] == "ZZ35"
    assert [(one["ID"], one.get("JourneyID")) for one in means["Itinerary"]] == [
        ("GRZ", "ZY7"), ("VIE", "ZY7"), ("VIE", None), ("OSL", None),
    ]  # fmt: skip
    assert [(one.path, one.value) for one in draft.unmapped] == [
        ("BorderTransportMeans.Carrier.ID", "ZY")
    ]
    assert draft.references[0].value == "ZZ0035/2026-01-15/VIE"


ODD = [
    (("QTY+1:2",), "element.unknown", "Passenger[1]", "QTY 20", None),
    (("RFF+QQ:1",), "element.unknown", "Passenger[1]", "RFF 20", None),
    (("DTM+329:800102",), "element.repeated", "Passenger[1].BirthDateTime", "DTM 20", "1.2"),
    (("RFF+AVF:" + "Z" * 71,), "value.too-long", "Passenger[1].BookingReferenceID",
     "RFF 20", "1.2"),
    (("DTM+36:309999",), "moment.malformed",
     "Passenger[1].AdditionalDocument[#1].ExpirationDateTime", "DTM 20", "1.2"),
    (("MEA+CT++4",), "paxlst.number-misplaced", "Passenger[1].Baggage.PieceQuantity", "MEA 20",
     "3.1"),
    (("MEA+WT++KGM:MANY",), "number.malformed", "Passenger[1].Baggage.GrossMassMeasure",
     "MEA 20", "3.2"),
    (("DOC++",), "paxlst.document-empty", "Passenger[1].AdditionalDocument", "DOC 20", None),
    (("NAD+QQ+++EXAMPLE",), "paxlst.role-unknown", "Passenger[2].RoleCode", "NAD 20", "1.1"),
    (("NAD+FL+++EXAMPLE", "LOC+91+AUT"), "element.misplaced",
     "Passenger[2].AdditionalDocument", "LOC 21", None),
    (("NAD+FL+++EXAMPLE", "DOC+P:::::N9"), "value.misplaced",
     "Passenger[2].AdditionalDocument[#1].ID", "DOC 21", "1.6"),
    (("NAD+FL+++EXAMPLE", "ATT+2+F"), "value.misplaced", "Passenger[2].GenderCode",
     "ATT 21", "2.1"),
    (("NAD+FL+++EXAMPLE", "ATT+2+++F"), "value.misplaced", "Passenger[2].GenderCode",
     "ATT 21", "4.1"),
    (("RFF+AVF:Z1", "RFF+AVF:Z1", "RFF+AVF:Z2"), "element.repeated",
     "Passenger[1].BookingReferenceID", "RFF 22", "1.2"),
    (("LOC+174+QQQ",), "code.unknown", "Passenger[1].ResidenceCountryCode", "LOC 20",
     "2.1"),
    (("LOC+180+QQQ:::SAMPLETON",), "code.unknown", "Passenger[1].BirthCountryCode",
     "LOC 20", "2.1"),
    (("DOC+V+N2", "LOC+91+QQQ"), "code.unknown",
     "Passenger[1].AdditionalDocument[#2].IssueCountryCode", "LOC 21", "2.1"),
    (("NAD+FM+++EXAMPLE", "NAT+2+QQQ"), "code.unknown", "Crew[1].NationalityCode",
     "NAT 21", "2.1"),
    (("NAD+FM+++EXAMPLE", "LOC+174+QQQ"), "code.unknown", "Crew[1].ResidenceCountryCode",
     "LOC 21", "2.1"),
    (("NAD+FM+++EXAMPLE", "DOC+P+N2", "LOC+91+QQQ"), "code.unknown",
     "Crew[1].AdditionalDocument[#1].IssueCountryCode", "LOC 22", "2.1"),
    (person(), "paxlst.person-repeated", "Passenger[2].CarrierReferenceID", "RFF 26", "1.2"),
    (person(RFF="RFF+ABO:A2"), "document.repeated",
     "Passenger[2].AdditionalDocument[#1].ID", "DOC 27", "2.1"),
    (("NAD+FL+++EXAMPLE", "LOC+178+OSL", "LOC+179+OSL"), "paxlst.journey-circular",
     "Passenger[2].DisembarkationLocationID", "LOC 22", "2.1"),
    (("DTM+182:190101", "DTM+36:180101"), "paxlst.dates-disordered",
     "Passenger[1].AdditionalDocument[#1].IssueDateTime", "DTM 20", "1.2"),
    (("NAD+FL+++EXAMPLE", "NAT+2+QQQ"), "code.unknown", "Passenger[2].NationalityCode",
     "NAT 21", "2.1"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "code", "path", "segment", "element"), ODD)
def test_what_is_odd_about_a_person_is_told_where_it_stands(
    lines, code, path, segment, element, one
):
    """Code, canonical path, segment and element; what was expected; what to do; nothing is lost."""
    found, (draft,) = one(*header(), *person(), *lines)
    told = [problem for problem in found.problems if problem.code == code]
    assert len(told) == 1
    (problem,) = told
    assert problem.path == f"Declaration.BorderTransportMeans.{path}"
    assert (problem.where.segment, problem.where.element) == (segment, element)
    assert problem.where.byte
    assert problem.expected
    assert problem.hint
    PACKAGES["persons-report"].model_validate(draft.body)


OF_A_DOCUMENT = ["LOC+91+AUT", "DTM+36:300101", "DTM+182:200101:101"]


@pytest.mark.parametrize("segment", OF_A_DOCUMENT)
def test_a_segment_before_what_it_belongs_to_is_named_with_what_it_lacks(segment, one):
    """The words say DTM+36, not 36, and that it is the DOC that is missing."""
    found, _drafts = one(*header(), "NAD+FL+++EXAMPLE", segment)
    (told,) = [problem for problem in found.problems if problem.code == "element.misplaced"]
    kind = segment.partition(":")[0].removesuffix("+AUT")
    assert told.found == kind
    assert f"segment '{kind}' has no DOC of its own before it" in told.text
    assert told.expected == f"DOC, then {kind}"
    assert "paxlst.document-missing" in {problem.code for problem in found.problems}


def test_contacts_without_their_owner_are_named_without_their_numbers(one):
    """COM before NAD+MS is called COM: what is behind its tag is a telephone, no qualifier."""
    found, _drafts = one(*header(without="NAD+MS"), *person())
    (told,) = found.problems
    assert (told.code, told.found, told.expected) == (
        "element.misplaced", "COM", "NAD+MS, then COM",
    )  # fmt: skip


PICTURES = [
    ("DTM+329:1980-01-01", "DTM+329:YYMMDD, or DTM+329:CCYYMMDD:102"),
    ("DTM+329:991399:101", "DTM+329:YYMMDD:101"),
    ("DTM+329:800101:102", "DTM+329:CCYYMMDD:102"),
    ("DTM+329:800101:203", "DTM+329:YYMMDD:101, or DTM+329:CCYYMMDD:102"),
]


@pytest.mark.parametrize(("segment", "expected"), PICTURES)
def test_a_malformed_day_is_told_with_the_picture_of_its_format(segment, expected, one):
    """What was expected, and what to do, show qualifier, digits and format code."""
    found, _drafts = one(*header(), *person(DTM=segment), *person(RFF="RFF+ABO:A2"))
    (told,) = [problem for problem in found.problems if problem.code == "moment.malformed"]
    assert told.expected == expected
    assert expected in told.hint


def test_a_day_apart_from_its_time_is_read_and_told(one):
    """DTM+189:20260115:0810:203 is 202601150810 in two pieces; other pieces are no moment."""
    lines = [line for line in header() if not line.startswith("DTM+189")]
    lines.insert(6, "DTM+189:20260115:0810:203")
    found, (draft,) = one(*lines, *person())
    call = draft.body["BorderTransportMeans"]["Itinerary"][0]
    assert call["DepartureDateTime"] == "2026-01-15T08:10"
    (told,) = found.problems
    assert (told.code, told.found, told.expected) == (
        "paxlst.moment-apart", "20260115:0810", "DTM+189:CCYYMMDDHHMM:203",
    )  # fmt: skip
    assert draft.unmapped == ()
    lines[6] = "DTM+189:20260115:0810:201"
    found, _drafts = one(*lines, *person())
    (told,) = [problem for problem in found.problems if problem.code == "moment.malformed"]
    assert told.expected == "DTM+189:YYMMDDHHMM:201, or DTM+189:CCYYMMDDHHMM:203"


def test_an_arrival_without_its_airport_is_not_that_of_the_departure(one):
    """DTM+232 behind a missing LOC+87 is kept aside; an airport on the way has both moments."""
    found, (draft,) = one(*header(without="LOC+87"), *person())
    (call,) = draft.body["BorderTransportMeans"]["Itinerary"]
    assert "ArrivalDateTime" not in call
    assert "2601151030" in {one.value for one in draft.unmapped}
    assert {problem.code for problem in found.problems} == {
        "paxlst.arrival-missing", "element.misplaced",
    }  # fmt: skip
    assert draft.references[0].value == "ZZ0035/2026-01-15/VIE"
    way = ("LOC+92+GRZ", "DTM+189:2601150600:201", "LOC+92+VIE", "DTM+232:2601150700:201",
           "DTM+189:2601150810:201", "LOC+92+OSL", "DTM+232:2601151030:201")  # fmt: skip
    found, (draft,) = one(*header()[:5], *way, *person())
    calls = draft.body["BorderTransportMeans"]["Itinerary"]
    assert (found.problems, draft.unmapped) == ((), ())
    assert [sorted(call) for call in calls] == [
        ["DepartureDateTime", "ID", "RoleCode", "SequenceNumeric"],
        ["ArrivalDateTime", "DepartureDateTime", "ID", "RoleCode", "SequenceNumeric"],
        ["ArrivalDateTime", "ID", "RoleCode", "SequenceNumeric"],
    ]


def test_a_value_astray_is_read_once_and_never_against_its_own_place(one):
    """What stands in the right place is the value; what stands beside it is kept as it was."""
    lines = ("NAD+FL+++EXAMPLE", "ATT+2+X+F", "DOC+P:::::N8+N9")
    found, (draft,) = one(*header(), *lines)
    (made,) = draft.body["BorderTransportMeans"]["Passenger"]
    assert (made["GenderCode"], made["AdditionalDocument"][0]["ID"]) == ("F", "N9")
    assert {one.value for one in draft.unmapped} == {"X", "N8"}
    assert "value.misplaced" not in {problem.code for problem in found.problems}
    found, (draft,) = one(*header(), *person(), "DOC+:::::N8")
    assert draft.body["BorderTransportMeans"]["Passenger"][0]["AdditionalDocument"][1] == {
        "ID": "N8"
    }
    told = next(one for one in found.problems if one.code == "value.misplaced")
    assert told.text == "ID stands in DOC 1.6, the place of another value"
    assert told.expected.startswith("ID in DOC 2.1")


def test_a_personal_value_stands_in_found_alone(one):
    """What was found is given with its class, and no sentence repeats it."""
    lines = ("NAD+FL+++EXAMPLE", "DTM+329:991399", "NAT+2+QQQ", "ATT+2+++W", "DOC+P:::::NUMBER9",
             "DTM+182:209999", "LOC+174+QQR")  # fmt: skip
    found, _drafts = one(*header(), *person(), *lines)
    personal = [one for one in found.problems if one.found_class == "personal" and one.found]
    assert {one.found for one in personal} == {"991399", "QQQ", "QQR", "W", "NUMBER9", "209999"}
    for problem in personal:
        assert problem.found not in f"{problem.text} {problem.expected} {problem.hint}"


def test_what_could_not_be_read_is_not_called_missing_too(one):
    """A birth that is no day is one problem, not two."""
    found, _drafts = one(*header(), *person(DTM="DTM+329:991399"), *person(RFF="RFF+ABO:A2"))
    assert [problem.code for problem in found.problems] == [
        "list.incomplete", "moment.malformed", "document.repeated",
    ]  # fmt: skip


def test_no_more_problems_are_told_than_can_be_read_and_all_count(one):
    """After a hundred one says how many are not shown; all bad persons are left out."""
    lines = [line for at in range(150) for line in ("NAD+FL+++", f"RFF+ABO:X{at}")]
    found, (draft,) = one(*header(), *person(), *lines)
    assert len(found.problems) == 101
    assert (found.problems[-1].code, found.problems[-1].severity) == (
        "problems.more", "error",
    )  # fmt: skip
    assert found.problems[0].text == "150 of 151 persons were left out"
    assert found.verdict == "accepted"
    assert len(draft.body["BorderTransportMeans"]["Passenger"]) == 1


def test_repetitions_of_an_element_are_kept_aside(guide):
    """Syntax 4 may repeat: the first is read, the others have no place."""
    payload = interchange(message(*header(), *person(ATT="ATT+2++F*M")))
    payload = payload.replace(b"UNOA:3", b"UNOA:4").replace(b"260115:", b"20260115:")
    (found,) = read_by(Paxlst(), payload, guide).messages
    (draft,) = found.events
    assert draft.body["BorderTransportMeans"]["Passenger"][0]["GenderCode"] == "F"
    assert [one.value for one in draft.unmapped] == ["M"]
