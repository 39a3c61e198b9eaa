"""Answers in the broker's own JSON: what they say, and what is told about each mistake."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.agency.answer_json import AnswerJson
from adapters.agency.kinds import family
from broker.adapter import Original, Outgoing, Profile, Reference, Stamp
from broker.model.answer import ANSWER_STATUSES, AnswerReport
from broker.model.paths import leaves
from broker.model.problem import Place, Problem

PLAIN = Profile("plain", "agency", "answer JSON 1")
FULL = {
    "id": "PH-2026-7",
    "delivery": "d_1",
    "references": [["MRN", "26GBEXAMPLE0000001"]],
    "answers": [
        {
            "subject": {"item": 3},
            "quantity": {"value": 400.5, "unit": "KGM"},
            "check": "H219",
            "status": "held",
            "native": "C02",
            "reasons": ["in words", {"code": "R1", "text": "by code"}],
            "wanted": ["the certificate", {"type": "N851", "id": "GB.1"}],
            "conditions": ["keep apart"],
            "valid_until": "2026-11-24T12:00:00Z",
        },
        {"subject": {"path": "GoodsShipment.Consignment"}, "status": "released"},
        {"subject": {"part": "FAL5"}, "status": "refused", "check": None},
        {"status": "acknowledged"},
    ],
}
LEAST = {"id": "1", "delivery": "d_1", "answers": [{"status": "released"}]}


def _read(said: object):
    payload = orjson.dumps(said)
    translation = AnswerJson().translate(payload, PLAIN)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


def test_a_full_answer_becomes_one_answer_event():
    """Every member has its place in the canonical answer."""
    message, draft = _read(FULL)
    assert (message.verdict, message.reference, message.problems) == ("accepted", "PH-2026-7", ())
    assert (draft.kind, draft.does, draft.package) == ("", "answer", "answer")
    assert draft.references == (Reference("MRN", "26GBEXAMPLE0000001"),)
    assert draft.body == {
        "FunctionalReferenceID": "PH-2026-7",
        "DeliveryID": "d_1",
        "Answer": [
            {
                "Subject": "GoodsShipment.GovernmentAgencyGoodsItem[3]",
                "QuantityMeasure": {"value": "400.5", "unit": "KGM"},
                "CheckCode": "H219",
                "NativeCode": "C02",
                "StatusCode": "held",
                "ValidUntilDateTime": "2026-11-24T12:00:00Z",
                "Reason": [{"Text": "in words"}, {"Code": "R1", "Text": "by code"}],
                "WantedDocument": [{"Text": "the certificate"}, {"TypeCode": "N851", "ID": "GB.1"}],
                "Condition": [{"Text": "keep apart"}],
            },
            {"Subject": "GoodsShipment.Consignment", "StatusCode": "released"},
            {"Part": "FAL5", "StatusCode": "refused"},
            {"StatusCode": "acknowledged"},
        ],
    }
    AnswerReport.model_validate(draft.body)


def test_every_value_has_its_json_pointer():
    """Each leaf of the body stands where the pointer says."""
    payload = orjson.dumps(FULL)
    places = dict(AnswerJson().places(payload, 1, PLAIN))
    _message, draft = _read(FULL)
    assert places.keys() == dict(leaves(draft.body)).keys()
    assert places["Answer[#1].WantedDocument[#2].ID"] == Place(
        json_pointer="/answers/0/wanted/1/id"
    )
    assert list(AnswerJson().places(payload, 2, PLAIN)) == []


@pytest.mark.parametrize("status", ANSWER_STATUSES)
def test_every_status_of_the_closed_list_is_taken(status):
    """The eight normalised words are all there are."""
    message, draft = _read({**LEAST, "answers": [{"status": status}]})
    assert message.verdict == "accepted"
    assert draft.body["Answer"] == [{"StatusCode": status}]


def _with(**answer):
    return {**LEAST, "answers": [{"status": "held", **answer}]}


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ([], "value.malformed", ""),
        ({**LEAST, "extra": 1}, "element.unknown", "/extra"),
        ({**LEAST, "a/b~": 1}, "element.unknown", "/a~1b~0"),
        ({**LEAST, "id": ""}, "value.malformed", "/id"),
        ({**LEAST, "id": 7}, "value.malformed", "/id"),
        ({**LEAST, "id": "x" * 36}, "value.too-long", "/id"),
        ({**LEAST, "id": None}, "value.missing", ""),
        ({**LEAST, "delivery": None}, "value.missing", ""),
        ({**LEAST, "references": [["MRN"]]}, "value.malformed", "/references/0"),
        ({**LEAST, "references": "MRN"}, "value.malformed", "/references"),
        ({**LEAST, "answers": []}, "value.missing", "/answers"),
        ({**LEAST, "answers": [{}]}, "value.missing", "/answers/0"),
        (_with(status="fine"), "answer.status-unknown", "/answers/0/status"),
        (_with(status=1), "answer.status-unknown", "/answers/0/status"),
        (_with(colour="red"), "element.unknown", "/answers/0/colour"),
        (_with(subject={}), "answer.subject-malformed", "/answers/0/subject"),
        (_with(subject={"item": 1, "part": "x"}), "answer.subject-malformed",
         "/answers/0/subject"),
        (_with(subject={"item": 0}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"item": True}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"item": "x"}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"item": 1.5}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"item": "000"}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"item": 100_000}), "value.malformed", "/answers/0/subject/item"),
        (_with(subject={"abo": ""}), "value.malformed", "/answers/0/subject/abo"),
        (_with(subject={"avf": "x" * 71}), "value.too-long", "/answers/0/subject/avf"),
        (_with(subject={"abo": "1", "avf": "2"}), "answer.subject-malformed",
         "/answers/0/subject"),
        (_with(subject={"path": "a..b"}), "answer.subject-malformed",
         "/answers/0/subject/path"),
        (_with(quantity=400), "value.malformed", "/answers/0/quantity"),
        (_with(quantity={"value": "400"}), "value.missing", "/answers/0/quantity"),
        (_with(quantity={"value": "0.0", "unit": "KGM"}), "value.malformed",
         "/answers/0/quantity/value"),
        (_with(quantity={"value": "1,5", "unit": "KGM"}), "value.malformed",
         "/answers/0/quantity/value"),
        (_with(quantity={"value": True, "unit": "KGM"}), "value.malformed",
         "/answers/0/quantity/value"),
        (_with(quantity={"value": "1", "unit": "KILO"}), "value.too-long",
         "/answers/0/quantity/unit"),
        (_with(check="x" * 18), "value.too-long", "/answers/0/check"),
        (_with(valid_until="tomorrow"), "value.malformed", "/answers/0/valid_until"),
        (_with(reasons="no"), "value.malformed", "/answers/0/reasons"),
        (_with(reasons=[7]), "value.malformed", "/answers/0/reasons/0"),
        (_with(reasons=[{"why": "x"}]), "element.unknown", "/answers/0/reasons/0/why"),
        (_with(wanted=[{"type": "x" * 18}]), "value.too-long",
         "/answers/0/wanted/0/type"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_pointer(said, code, pointer):
    """Code and JSON pointer are those of the mistake, and the answer is rejected."""
    message, draft = _read(said)
    assert (code, pointer) in [
        (problem.code, problem.where.json_pointer) for problem in message.problems
    ]
    assert message.verdict == "rejected"
    AnswerReport.model_validate(draft.body)


@pytest.mark.parametrize(
    ("named", "hint"),
    [("stauts", "did you mean 'status'?"), ("colour", "use one of these, or leave it out")],
)
def test_a_member_that_nobody_knows_has_the_names_that_are(named, hint):
    """One that is spelt alike is named; for any other those that are known stand there."""
    message, _draft = _read(_with(**{named: "held"}))
    (told,) = (one for one in message.problems if one.code == "element.unknown")
    assert told.hint == hint
    assert "status" in (told.expected or "")


@pytest.mark.parametrize("number", [7, "7", "007", 7.0, "7.0", " 7\u00a0", "07."])
def test_item_numbers_are_numbers(number):
    """However a number is spelt, the path of the item has it in its canonical spelling."""
    message, draft = _read(_with(subject={"item": number}))
    assert message.problems == ()
    assert draft.body["Answer"][0]["Subject"] == "GoodsShipment.GovernmentAgencyGoodsItem[7]"


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("GoodsShipment.GovernmentAgencyGoodsItem[007].Commodity",
         "GoodsShipment.GovernmentAgencyGoodsItem[7].Commodity"),
        ("GoodsShipment.GovernmentAgencyGoodsItem[1.0]",
         "GoodsShipment.GovernmentAgencyGoodsItem[1]"),
        ("AdditionalDocument[#2].ID", "AdditionalDocument[#2].ID"),
    ],
)  # fmt: skip
def test_elements_in_a_path_are_named_by_their_numbers(path, canonical):
    """A path names an element by its number, in whatever spelling; an ordinal stays one."""
    said = _with(subject={"path": path}, reasons=[{"path": path}])
    message, draft = _read(said)
    assert message.problems == ()
    assert draft.body["Answer"][0]["Subject"] == canonical
    assert draft.body["Answer"][0]["Reason"] == [{"Path": canonical}]


@pytest.mark.parametrize(("member", "scheme"), [("abo", "ABO"), ("avf", "AVF")])
def test_a_person_may_be_named_by_the_carrier_s_own_reference(member, scheme):
    """The reference goes on with its scheme; which person it is, the broker finds."""
    said = _with(subject={member: " 700102\u200b"})
    message, draft = _read(said)
    assert message.verdict == "accepted"
    assert draft.body["Answer"] == [
        {"SubjectReference": {"Scheme": scheme, "ID": "700102"}, "StatusCode": "held"}
    ]
    AnswerReport.model_validate(draft.body)
    places = dict(AnswerJson().places(orjson.dumps(said), 1, PLAIN))
    assert places["Answer[#1].SubjectReference.ID"].json_pointer == f"/answers/0/subject/{member}"
    assert places.keys() == dict(leaves(draft.body)).keys()


def test_white_space_around_identifiers_and_codes_is_no_part_of_them():
    """Id, delivery, check and status are what is left without it; texts stay as they are."""
    answer = {"status": "held\u200e", "check": " H1 ", "reasons": [" in words "]}
    said = {"id": "\ufeff7 ", "delivery": " d_1", "answers": [answer]}
    message, draft = _read(said)
    assert message.problems == ()
    assert draft.body == {
        "FunctionalReferenceID": "7", "DeliveryID": "d_1",
        "Answer": [{"CheckCode": "H1", "StatusCode": "held", "Reason": [{"Text": " in words "}]}],
    }  # fmt: skip


def test_a_flood_of_mistakes_is_counted():
    """A hundred are listed, and how many more there are."""
    message, _draft = _read({**LEAST, "answers": [{"status": "x"}] * 250})
    assert len(message.problems) == 101
    assert message.problems[-1].code == "problems.more"
    assert message.problems[-1].text == "150 more problems are not listed"


def test_a_reply_lists_what_may_be_named_and_errors_before_warnings():
    """A problem that knows what was expected has it as a list; the reply it changes is named."""
    problems = (
        Problem("event.superseded", "w", severity="warning"),
        Problem("answer.subject-unknown", "e",
                expected="one of PersonsReport.Person[#1], PersonsReport.Person[#2] and 3 more"),
        Problem("value.missing", "e", expected="a value"),
    )  # fmt: skip
    stamp = Stamp("d_2", "2026-11-22T09:30:00Z")
    out = Outgoing("declined", (), stamp, problems=problems, changes="d_1")
    (reply,) = AnswerJson().reply(out, Original("s_9", b"{}", 1), PLAIN)
    content = json.loads(reply.content)
    assert content["changes"] == "d_1"
    assert [one["severity"] for one in content["problems"]] == ["error", "error", "warning"]
    assert content["problems"][0]["one_of"] == [
        "PersonsReport.Person[#1]", "PersonsReport.Person[#2]"
    ]  # fmt: skip
    assert "one_of" not in content["problems"][1]


def test_all_mistakes_are_told_at_once():
    """The first mistake hides no other."""
    said = {"idd": "x", "answers": [{"status": "fine"}, {"subject": {"item": -1}}]}
    message, _draft = _read(said)
    assert [problem.where.json_pointer for problem in message.problems] == [
        "/idd", "", "", "/answers/0/status", "/answers/1/subject/item", "/answers/1",
    ]  # fmt: skip


def test_a_key_that_stands_twice_is_refused():
    """Which of two values was meant, nobody can tell."""
    payload = orjson.dumps(LEAST).replace(b'"id":"1"', b'"id":"1","id":"2"')
    (message,) = AnswerJson().translate(payload, PLAIN).messages
    assert [(one.code, one.where.json_pointer) for one in message.problems] == [
        ("json.key-repeated", "/id")
    ]


@pytest.mark.parametrize("payload", [b"", b"{", b'{"id": NaN}', b"[" * 100 + b"]" * 100])
def test_what_is_not_json_is_one_problem(payload):
    """Nothing is read, and one problem says why."""
    translation = AnswerJson().translate(payload, PLAIN)
    assert len(translation.problems) == 1
    assert list(translation.messages) == []
    assert list(AnswerJson().places(payload, 1, PLAIN)) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FULL, *FULL["answers"][0], "item", "path"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(said=VALUES)
def test_any_json_gives_a_verdict_and_a_valid_body(said):
    """Whatever stands where, the body is of its package and problems say what is wrong."""
    message, draft = _read(said)
    AnswerReport.model_validate(draft.body)
    assert message.verdict == "rejected" or draft.body["Answer"]


def test_recognition_and_replies():
    """What looks like an answer is one; an agency is told of its mistakes in JSON."""
    assert AnswerJson().recognises(orjson.dumps(FULL)).certainty == 90
    assert AnswerJson().recognises(b' {"delivery": "d_1"}').certainty == 10
    assert AnswerJson().recognises(b' {"x": 1}') is None
    assert AnswerJson().recognises(b"<a/>") is None
    problem = Problem("value.missing", "id is missing", where=Place(json_pointer=""))
    out = Outgoing("rejected", (Reference("MRN", "M"),), Stamp("d_2", "2026-11-22T09:30:00Z"),
                   answers=({"StatusCode": "held"},), problems=(problem,))  # fmt: skip
    (reply,) = AnswerJson().reply(out, Original("s_9", b"{}", 1), PLAIN)
    told = json.loads(reply.content)
    assert told["submission"] == "s_9"
    assert told["problems"][0]["code"] == "value.missing"
    (shown,) = AnswerJson().render(out, PLAIN)
    assert json.loads(shown.content)["answers"] == [{"StatusCode": "held"}]


def test_the_family_brings_the_adapter_and_no_kind():
    """Answers open no dossier."""
    assert family().name == "agency"
    assert [adapter.format for adapter in family().adapters] == ["answer JSON 1"]
    assert family().kinds == ()


REPORTED = {"id": "1", "delivery": "d_1", "arrived": "2026-11-24T12:00:00Z"}


def test_what_is_reported_stands_beside_the_answers_or_alone():
    """Each moment has its own leaf; without answers it decides nothing."""
    more = {"presented": "2026-11-24", "departed": "2026-11-25T01:00:00+01:00"}
    message, draft = _read({**REPORTED, **more})
    assert message.verdict == "accepted"
    assert draft.body == {
        "FunctionalReferenceID": "1", "DeliveryID": "d_1", "Answer": [{}],
        "PresentationDateTime": "2026-11-24", "ArrivalDateTime": "2026-11-24T12:00:00Z",
        "DepartureDateTime": "2026-11-25T01:00:00+01:00",
    }  # fmt: skip
    _, beside = _read({**REPORTED, "answers": [{"status": "released"}]})
    assert beside.body["Answer"] == [{"StatusCode": "released"}]
    payload = orjson.dumps(REPORTED)
    assert AnswerJson().recognises(payload).certainty == 90
    places = dict(AnswerJson().places(payload, 1, PLAIN))
    assert places["ArrivalDateTime"] == Place(json_pointer="/arrived")


@pytest.mark.parametrize("change", [{"arrived": "yesterday"}, {"arrived": True}, {"request": 3}])
def test_a_report_without_a_moment_or_about_a_request_is_refused(change):
    """It says when; and a request is decided by an answer of its own."""
    message, _ = _read({**REPORTED, **change})
    assert message.verdict == "rejected"
    assert [one.code for one in message.problems] == ["value.malformed"]
    assert [one.where.json_pointer for one in message.problems] == ["/arrived"]
