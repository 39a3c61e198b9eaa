"""A request in the broker's own form: read, placed, and replied to."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from adapters.request_json import RequestJson, form_schema
from broker.adapter import Original, Outgoing, Profile, Stamp
from broker.model.problem import Problem

ADAPTER = RequestJson("maritime", "visit")
NO_PROFILE = Profile("", "maritime", ADAPTER.format)
FORM = {"request": "withdraw", "id": "R-1", "references": [["VISIT", "V1"]], "part": "FAL5"}


def translate(form):
    """The message of a form, and its draft."""
    payload = form if isinstance(form, bytes) else orjson.dumps(form)
    translation = ADAPTER.translate(payload, NO_PROFILE)
    (message,) = translation.messages
    return message, list(message.events)


FORMS = (
    # form, what it does, body
    (FORM, "withdraw", {"FunctionalReferenceID": "R-1"}),
    ({**FORM, "reasons": ["words", {"code": "1"}]}, "withdraw",
     {"FunctionalReferenceID": "R-1", "Reason": [{"Text": "words"}, {"Code": "1"}]}),
    ({**FORM, "request": "present"}, "present",
     {"FunctionalReferenceID": "R-1", "TypeCode": "presentation"}),
    ({**FORM, "request": "present", "what": "departure"}, "present",
     {"FunctionalReferenceID": "R-1", "TypeCode": "departure"}),
    ({**FORM, "request": "release"}, "release", {"FunctionalReferenceID": "R-1"}),
    ({**FORM, "request": "take-back", "number": 7}, "take_back",
     {"FunctionalReferenceID": "R-1", "RequestID": "7"}),
)  # fmt: skip


@pytest.mark.parametrize(("form", "does", "body"), FORMS)
def test_a_form_is_an_event_of_its_kind(form, does, body):
    """What it asks for, about what, and why; nothing else."""
    message, (draft,) = translate(form)
    assert (message.verdict, message.reference) == ("accepted", "R-1")
    assert (draft.kind, draft.does, draft.part, draft.package) == ("visit", does, "FAL5", "request")
    assert draft.body == body
    (reference,) = draft.references
    assert (reference.scheme, reference.value) == ("VISIT", "V1")
    assert reference.place.json_pointer == "/references/0/1"


WRONG = (
    # form, code, pointer
    ({**FORM, "request": "destroy"}, "request.value-malformed", "/request"),
    ({**FORM, "id": ""}, "request.value-malformed", "/id"),
    ({name: FORM[name] for name in ("request", "id")}, "request.value-missing", "/references"),
    ({**FORM, "references": [["VISIT"]]}, "request.value-missing", "/references/0/1"),
    ({**FORM, "refernces": []}, "request.field-unknown", "/refernces"),
    ({**FORM, "number": 1}, "request.value-malformed", ""),
    ({**FORM, "request": "take-back"}, "request.value-malformed", ""),
    ({**FORM, "what": "arrival"}, "request.value-malformed", ""),
    ({**FORM, "reasons": [{"words": "x"}]}, "request.field-unknown", "/reasons/0/words"),
)


@pytest.mark.parametrize(("form", "code", "pointer"), WRONG)
def test_each_mistake_is_reported_at_its_place(form, code, pointer):
    """The message is rejected, and keeps its sender's number."""
    message, drafts = translate(form)
    assert (message.verdict, drafts) == ("rejected", [])
    assert (code, pointer) in [
        (problem.code, problem.where.json_pointer) for problem in message.problems
    ]


def test_all_mistakes_are_reported_at_once():
    """Two wrong members are two problems."""
    message, _ = translate({**FORM, "request": "destroy", "colour": "red"})
    assert [problem.code for problem in message.problems] == [
        "request.value-malformed", "request.field-unknown"
    ]  # fmt: skip


def test_only_a_form_is_recognised():
    """Items, answers, arrays and other bytes are not."""
    assert ADAPTER.recognises(orjson.dumps(FORM)).certainty == 95
    others = (b"", b"[]", b'{"answers": []}', b'{"x": {"request": "withdraw"}}', b"<a/>",
              b'{"request": ')  # fmt: skip
    assert [ADAPTER.recognises(payload) for payload in others] == [None] * len(others)


def test_what_is_no_json_is_a_problem_and_no_message():
    """A broken file has its place."""
    translation = ADAPTER.translate(b'{"request": ', NO_PROFILE)
    assert [problem.code for problem in translation.problems] == ["json.not-well-formed"]
    assert list(translation.messages) == []


@pytest.mark.parametrize("form", [one for one, _does, _body in FORMS])
def test_a_form_that_is_read_is_of_the_published_schema(form):
    """Words alone are a reason there, too; a misspelt member is of neither."""
    schema = Draft202012Validator(form_schema())
    assert schema.is_valid(form)
    assert not schema.is_valid({**form, "refernces": []})
    message, _ = translate({**form, "refernces": []})
    assert message.verdict == "rejected"


def test_values_have_their_places():
    """Each value of the body that one member gave."""
    payload = orjson.dumps({**FORM, "request": "take-back", "number": 7})
    found = dict(ADAPTER.places(payload, 1, NO_PROFILE))
    assert {path: place.json_pointer for path, place in found.items()} == {
        "FunctionalReferenceID": "/id", "RequestID": "/number"
    }  # fmt: skip


def test_the_reply_has_the_request_its_answers_and_problems():
    """Number and state of the request, who answered what, and what is wrong."""
    asked = {"SequenceNumeric": "1", "TypeCode": "withdraw", "StatusCode": "refused"}
    out = Outgoing(
        "request_refused", (), Stamp("d_1", "2026-11-22T09:30:00.000Z"),
        answers=({"AgencyID": "customs", "StatusCode": "refused"},),
        problems=(Problem("request.undecided", "not decided"),), changes="d_0", request=asked,
    )  # fmt: skip
    (artifact,) = ADAPTER.reply(out, Original("s_1", b"", 1), NO_PROFILE)
    content = orjson.loads(artifact.content)
    assert content["request"] == asked
    assert (content["changes"], content["submission"]) == ("d_0", "s_1")
    assert [answer["AgencyID"] for answer in content["answers"]] == ["customs"]
    assert [problem["code"] for problem in content["problems"]] == ["request.undecided"]
