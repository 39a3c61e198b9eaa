"""Answers to requests by the carrier's number, and persons by their references."""

from dataclasses import replace

import pytest

from broker.core.binding import Last, candidates, choices
from broker.model.dossier import Delivered, Dossier, Target
from tests.sample_events import DOSSIER, after, event, remembered, said

POLICE = "border-police"
PASSENGERS = Target("passengers", POLICE, "border-control")


def person(abo, **more):
    """A passenger by reference and document; numbered when listed."""
    return {"CarrierReferenceID": abo, "FamilyName": f"NAME{abo}", "GivenName": "A",
            "AdditionalDocument": [{"ID": f"X{abo}", "TypeCode": "P"}], **more}  # fmt: skip


def chunk(number, transaction, *persons, does="merge", **more):
    """A piece of a list under a number of the carrier's."""
    listed = [{"SequenceNumeric": str(at), **one} for at, one in enumerate(persons, 1)]
    body = {"FunctionalReferenceID": transaction, "TypeCode": "745",
            "BorderTransportMeans": {"JourneyID": "XA0070", "Passenger": listed}}  # fmt: skip
    made = event(does, number, body={**body, **more}, package="persons-report", part="passengers")
    return replace(made, kind="flight", sender="paperkite-airlines", party="paperkite",
                   profile="paxlst-guide")  # fmt: skip


def by_number(number, transaction, *answers, **more):
    """The police's answer to a request by the carrier's number."""
    references = [("TN", one) for one in transaction.split()]
    return said(number, POLICE, answers=answers, references=references, kind="flight", **more)


def about(scheme, value, status="released"):
    """An answer about a person by a reference."""
    return {"SubjectReference": {"Scheme": scheme, "ID": value}, "StatusCode": status}


def two_requests():
    """Two chunks of a flight, both delivered: T1 with two persons, then T2 with one."""
    first = after(Dossier(DOSSIER, "flight"), chunk(1, "T1", person("A1"), person("A2")))
    return remembered(after(remembered(first), chunk(2, "T2", person("B1"))))


def statuses(effects):
    """What is in force: subject and status."""
    return sorted((one.subject.rpartition("Passenger")[2], one.status)
                  for one in effects.dossier.answers)  # fmt: skip


def test_an_answer_is_about_the_delivery_with_its_number():
    """T2 was given last; an answer by T2 is about it although T1 has not been answered."""
    dossier = two_requests()
    effects = after(dossier, by_number(3, "T2", about("ABO", "B1")))
    (answer,) = effects.dossier.answers
    assert (answer.showing, answer.subject) == (2, "BorderTransportMeans.Passenger[3]")
    effects = after(remembered(effects), by_number(4, "T1", about("ABO", "A2", "refused")))
    assert statuses(effects) == [("[2]", "refused"), ("[3]", "released")]


def test_a_person_who_is_not_of_the_request_is_declined_with_those_who_are():
    """A2 is on the delivered list, but T2 did not ask about A2: B1 alone may be named."""
    effects = after(two_requests(), by_number(3, "T2", about("ABO", "A2")))
    (problem,) = effects.problems
    assert (effects.outcome, problem.code) == ("declined", "answer.subject-unknown")
    assert problem.expected == "BorderTransportMeans.Passenger[3]"
    path = {"Subject": "BorderTransportMeans.Passenger[1]", "StatusCode": "released"}
    assert after(two_requests(), by_number(3, "T2", path)).outcome == "declined"


def test_an_answer_about_a_whole_request_is_about_its_persons_alone():
    """T2 is released as a whole: its one person is, those of T1 stay open."""
    effects = after(two_requests(), by_number(3, "T2", {"StatusCode": "released"}))
    assert statuses(effects) == [("[3]", "released")]
    assert effects.dossier.overall == "waiting"
    effects = after(remembered(effects), by_number(4, "T1", {"StatusCode": "released"}))
    assert effects.dossier.overall == "released"


def test_the_whole_leaves_those_out_who_are_answered_by_name():
    """T1 is released but for A2, whatever the order in which that is said."""
    refused = about("ABO", "A2", "refused")
    for answers in ([{"StatusCode": "released"}, refused], [refused, {"StatusCode": "released"}]):
        effects = after(two_requests(), by_number(3, "T1", *answers))
        assert statuses(effects) == [("", "released"), ("[2]", "refused")]
        assert effects.dossier.overall == "refused"


def test_a_number_that_was_not_delivered_is_no_request():
    """It is not taken for another one; nothing changes."""
    effects = after(two_requests(), by_number(3, "T9", about("ABO", "A1")))
    assert (effects.outcome, effects.problems[0].code) == ("declined", "answer.request-unknown")


def test_a_request_that_was_not_given_yet_is_not_known():
    """Only T1 had been given when the answer was accepted."""
    effects = after(two_requests(), by_number(3, "T2", about("ABO", "B1"), given=1))
    assert effects.problems[0].code == "answer.request-unknown"


def test_a_booking_names_a_person_where_it_is_of_one_alone():
    """Of the request, not of the flight: one booking holds a person of each chunk."""
    dossier = two_requests()
    shown = {
        key: replace(one, content={**one.content, "body": booked(one.content["body"])})
        for key, one in dossier.delivered.items()
    }
    dossier = replace(dossier, delivered=shown)
    effects = after(dossier, by_number(3, "T2", about("AVF", "BOOK01")))
    assert statuses(effects) == [("[3]", "released")]
    effects = after(dossier, by_number(3, "T1", about("AVF", "BOOK01")))
    assert effects.problems[0].code == "answer.subject-ambiguous"


def booked(body):
    """The body as a view shows it that passes the bookings: all persons in one."""
    means = body["BorderTransportMeans"]
    persons = [{**one, "BookingReferenceID": "BOOK01"} for one in means["Passenger"]]
    return {**body, "BorderTransportMeans": {**means, "Passenger": persons}}


def test_a_decision_without_a_request_finds_the_person_in_a_later_list():
    """Nothing is answered yet; B1 is on the second delivery alone, which is what it is about."""
    effects = after(
        two_requests(), said(3, POLICE, answers=[about("ABO", "B1", "refused")], kind="flight")
    )
    (answer,) = effects.dossier.answers
    assert (answer.showing, answer.subject) == (2, "BorderTransportMeans.Passenger[3]")
    flipped = after(
        remembered(effects), said(4, POLICE, answers=[about("ABO", "A1")], kind="flight")
    )
    assert statuses(flipped) == [("[1]", "released"), ("[3]", "refused")]


def test_an_answer_counts_in_the_part_that_shows_its_person():
    """Crew and passengers were delivered: an answer about a passenger says nothing of the crew."""
    crew = chunk(3, "T3", does="put")
    means = {"JourneyID": "XA0070", "Crew": [{"SequenceNumeric": "1", **person("C1")}]}
    crew = replace(crew, part="crew", body={**crew.body, "BorderTransportMeans": means})
    crew = event("put", 3, body=crew.body, package="persons-report", part="crew")
    crew = replace(crew, kind="flight", sender="paperkite-airlines", party="paperkite",
                   profile="paxlst-guide")  # fmt: skip
    dossier = remembered(after(two_requests(), crew))
    effects = after(dossier, said(4, POLICE, answers=[about("ABO", "A1")], kind="flight"))
    assert [(one.part, one.status) for one in effects.dossier.answers] == [
        ("passengers", "released"),
    ]  # fmt: skip


def delivered(seq, *numbers, target=PASSENGERS):
    """A delivery with numbers of its own."""
    return Delivered(f"d_{seq}", target, seq, seq, seq, numbers=frozenset(numbers))


@pytest.mark.parametrize(
    ("references", "wanted"),
    [
        ("T1", ["d_1"]),
        ("T1 T1/2", ["d_2"]),
        ("T9", ["d_1"]),
    ],
)
def test_a_revision_is_preferred_to_the_number_alone(references, wanted):
    """Of two deliveries with one number the one with the revision that the answer gives."""
    known = {one.id: one for one in (delivered(1, "T1", "T1/1"), delivered(2, "T1", "T1/2"))}
    answer = by_number(3, references, {"StatusCode": "released"})
    assert [options[0].id for options in choices(known, answer, {})] == wanted


def test_all_that_an_answer_by_reference_may_be_about_is_loaded():
    """Every delivery since the last answer, what that was about, and the newest."""
    known = {one.id: one for one in map(delivered, range(1, 6))}
    answer = said(9, POLICE, answers=[about("ABO", "A1")], kind="flight")
    options = choices(known, answer, {PASSENGERS: Last(3, "d_2")})
    assert [[one.id for one in found] for found in options] == [["d_4", "d_5", "d_2"]]
    assert candidates(known, {}, [answer]) == set(known)
