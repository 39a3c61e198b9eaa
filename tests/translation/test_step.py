"""One submission through its adapter: verdicts, problems and events without a dossier."""

from dataclasses import replace

import orjson
import pytest

from broker.adapter import Profile
from broker.formats import uses_of
from broker.model.records import opened
from broker.translation.step import Submission, submission_of, translated
from tests.toy_format import ToyFormat, put, toy

USES = uses_of({"toy 1": ToyFormat()}, {"toy 1": Profile("", "toy", "toy 1")})
SUBMISSION = Submission(
    id="s_1", number=7, sender="toy-house", party="toys", recipient="", family="toy",
    format="toy 1", profile="", received_at="2026-11-22T09:30:00.000Z", reference="", delivery="",
    trace="t", payload=b"",
)  # fmt: skip


def done(payload, skip=0, **changes):
    """Everything translation makes of these bytes."""
    submission = replace(SUBMISSION, payload=payload, **changes)
    return list(translated(submission, USES, skip))


CASES = (
    # payload, (number, verdict, codes, events) of each message
    (toy(put("A"), put("B")), [(1, "accepted", [], 1), (2, "accepted", [], 1)]),
    (toy(put("A"), put("B", reject="no"), put("C")),
     [(1, "accepted", [], 1), (2, "rejected", ["toy.rejected"], 0), (3, "accepted", [], 1)]),
    (toy(put("A\0"), put("B")),
     [(1, "rejected", ["submission.nul"], 0), (2, "accepted", [], 1)]),
    (toy(put("A", drafts=3)), [(1, "accepted", [], 3)]),
    (toy(put("A", drafts=0)), [(1, "accepted", [], 0)]),
    (toy(), [(0, "rejected", ["submission.empty"], 0)]),
    (toy(envelope="torn"), [(0, "rejected", ["toy.envelope"], 0)]),
    (toy(put("A"), envelope="torn"),
     [(0, "rejected", ["toy.envelope"], 0), (1, "accepted", [], 1)]),
    (toy(put("A"), remark="odd"), [(0, "accepted", ["toy.envelope"], 0), (1, "accepted", [], 1)]),
)  # fmt: skip


@pytest.mark.parametrize(("payload", "expected"), CASES)
def test_every_message_has_its_own_verdict(payload, expected):
    """One bad message rejects no neighbour; a torn envelope says so; rejected ones give nothing."""
    made = done(payload)
    shown = [
        (one.number, one.verdict, [problem.code for problem in one.problems], len(one.events))
        for one in made
    ]
    assert shown == expected
    assert [one.last for one in made] == [False] * (len(made) - 1) + [True]


def test_a_content_type_of_another_format_is_told():
    """The bytes are read as what they are, with a warning before their messages."""
    told, message = done(toy(put("A")), declared="application/json")
    (problem,) = told.problems
    assert (told.number, told.verdict, told.last) == (0, "accepted", False)
    assert (problem.code, problem.severity) == ("submission.content-type-differs", "warning")
    assert (problem.found, problem.expected) == ("application/json", "application/x-toy")
    assert (message.number, message.verdict, message.problems) == (1, "accepted", ())


def test_a_message_that_no_record_can_hold_is_rejected():
    """Told with its size and the limit; its neighbours go on."""
    submission = replace(SUBMISSION, payload=toy(put("A" * 5_000), put("B")))
    large, small = translated(submission, USES, 0, 4_000)
    assert (large.verdict, large.events) == ("rejected", ())
    (told,) = large.problems
    assert (told.code, told.expected) == ("submission.too-large", "at most 4,000 bytes")
    assert small.verdict == "accepted"


@pytest.mark.parametrize("skip", range(4))
def test_translation_resumes_after_the_messages_that_are_done(skip):
    """A large record commits in the middle; what was done is skipped, the rest is the same."""
    payload = toy(*(put(name) for name in "ABC"))
    expected = done(payload)[skip:]
    made = done(payload, skip)
    if skip < 3:
        assert made == expected
    else:
        assert [(one.number, one.last) for one in made] == [(0, True)]


def test_bytes_that_no_adapter_knows_are_rejected():
    """There is one verdict; it says what the sender may send, and what to do."""
    (one,) = translated(replace(SUBMISSION, format="", payload=b"-"), USES)
    assert (one.number, one.verdict, one.last) == (0, "rejected", True)
    assert [problem.code for problem in one.problems] == ["submission.format-unknown"]
    assert one.problems[0].expected == "one of: toy 1"
    assert one.problems[0].hint


def test_an_event_holds_what_the_message_said_and_who_said_it():
    """Sender, party, order of acceptance, references, the validated body and its digest."""
    ((one,),) = [made.events for made in done(toy(put("A")))]
    assert (one.sender, one.party, one.order, one.submission, one.message) == (
        "toy-house", "toys", 7, "s_1", 1,
    )  # fmt: skip
    assert one.dossier == ""
    stored = orjson.loads(opened(one.payload))
    assert stored == {
        "body": {"FunctionalReferenceID": "A", "TypeCode": "IMA"},
        "references": [["LRN", "A"]],
    }


def test_a_senders_own_revision_is_the_order():
    """Where the standard has a revision the order of acceptance is not used."""
    (made,) = done(toy(put("A", order=3)))
    assert [one.order for one in made.events] == [3]


def test_ids_are_of_submission_message_and_ordinal():
    """The same submission gives the same ids; each event, message and submission has its own."""
    payload = toy(put("A", drafts=2), put("B"))
    ids = [event.id for one in done(payload) for event in one.events]
    assert ids == [event.id for one in done(payload) for event in one.events]
    others = [event.id for one in done(payload, id="s_2") for event in one.events]
    assert len({*ids, *others}) == 6


def test_equal_content_has_an_equal_digest():
    """The order in which an adapter names the fields is no difference; a value is."""
    first, second, third = (
        {"TypeCode": "IMA", "ID": "1"},
        {"ID": "1", "TypeCode": "IMA"},
        {"ID": "2", "TypeCode": "IMA"},
    )
    digests = [
        done(toy({"references": [["LRN", "A"]], "body": body}))[0].events[0].digest
        for body in (first, second, third)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_reference_from_the_request_is_added():
    """`Swb-Reference` gives what the bytes do not hold."""
    (made,) = done(toy(put("A")), reference="VISIT=V=1")
    assert made.events[0].references == (("LRN", "A"), ("VISIT", "V=1"))


def test_a_submission_is_read_from_its_record():
    """Headers hold all but the bytes; what was empty was left out."""
    headers = {
        "ce_id": "s_1", "swb_number": "7", "swb_sender": "toy-house", "swb_party": "toys",
        "swb_family": "toy", "swb_format": "toy 1", "ce_time": "2026-11-22T09:30:00.000Z",
        "traceparent": "t",
    }  # fmt: skip
    assert submission_of(headers, b"") == SUBMISSION
