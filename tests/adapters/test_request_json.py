"""A request in the broker's own form: read, placed, and replied to."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from adapters.airline import family as airline
from adapters.customs import family as customs
from adapters.maritime import family as maritime
from adapters.postal import family as postal
from adapters.request_json import RequestJson, form_schema
from broker.adapter import Original, Outgoing, Profile, Stamp
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from broker.model.problem import Problem

ADAPTER = RequestJson("maritime", "visit", {"FAL1": "conveyance-report", "FAL5": "persons-report"})
NO_PROFILE = Profile("", "maritime", ADAPTER.format)
FORM = {"request": "withdraw", "id": "R-1", "references": [["VISIT", "V1"]], "part": "FAL5"}


def translate(form):
    """The message of a form, and its draft."""
    payload = form if isinstance(form, bytes) else orjson.dumps(form)
    translation = ADAPTER.translate(payload, NO_PROFILE)
    (message,) = translation.messages
    return message, list(message.events)


FORMS_OF = (
    # family, part, package, a path of it, another value of its leaf
    ("customs", "", "goods-declaration", "InvoiceAmount", {"value": "12.50", "currency": "EUR"}),
    ("postal", "", "postal-item", "TotalGrossMassMeasure", {"value": "0.640", "unit": "KGM"}),
    ("maritime", "FAL1", "conveyance-report", "BorderTransportMeans.CrewQuantity", {"value": "9"}),
    ("maritime", "FAL1-departure", "conveyance-report", "BorderTransportMeans.ArrivalDateTime",
     "2026-11-24T12:00"),
    ("maritime", "FAL5", "persons-report", "BorderTransportMeans.Crew[2].FamilyName", "OKORO"),
    ("airline", "passengers", "persons-report",
     "BorderTransportMeans.Passenger[3].AdditionalDocument[#1].ID", "X1"),
    ("airline", "crew", "persons-report", "BorderTransportMeans.Crew[1].GenderCode", None),
)  # fmt: skip
FAMILIES = {family.name: family for family in (airline(), customs(), maritime(), postal())}


@pytest.mark.parametrize(("family", "part", "package", "path", "value"), FORMS_OF)
def test_an_amendment_is_a_change_of_the_package_of_its_part(family, part, package, path, value):
    """Its body holds the value at the path, its form what the request states beside it."""
    adapter = next(one for one in FAMILIES[family].adapters if isinstance(one, RequestJson))
    form = {"request": "amend", "id": "R-1", "references": [["X", "1"]], "part": part,
            "reasons": ["words"], "changes": [{"path": path, "value": value}]}  # fmt: skip
    payload = orjson.dumps(form)
    (message,) = adapter.translate(payload, NO_PROFILE).messages
    (draft,) = message.events
    assert (message.verdict, draft.does, draft.part, draft.package) == (
        "accepted", "patch", part, package
    )  # fmt: skip
    assert draft.form == {"FunctionalReferenceID": "R-1", "Reason": [{"Text": "words"}]}
    (change,) = draft.changes
    assert (change.does, change.path) == ("amend", path)
    assert change.place == {"json_pointer": "/changes/0", "block": 1}
    PACKAGES[package].model_validate(draft.body)
    held = dict(leaves(draft.body))
    wanted = value if isinstance(value, dict) else {"": value}
    for half, one in wanted.items():
        assert held.get(f"{path}.{half}" if half else path) == one
    placed = [path for path, _ in adapter.places(payload, 1, NO_PROFILE)]
    assert set(placed) == {name for name in held if not name.endswith("SequenceNumeric")}


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


AMEND = {**FORM, "request": "amend", "changes": [{"path": "RemarksText", "value": "x"}]}


def of(*changes, part="FAL1"):
    """An amendment with these changes."""
    listed = [{"path": path, "value": value} for path, value in changes]
    return {**AMEND, "part": part, "changes": listed}


WRONG = (
    # form, code, pointer
    ({**FORM, "changes": []}, "value.malformed", ""),
    ({**FORM, "request": "amend"}, "value.missing", "/changes"),
    ({**AMEND, "part": "FAL1", "changes": []}, "value.missing", "/changes"),
    ({**AMEND, "part": "FAL1", "changes": "x"}, "value.malformed", "/changes"),
    ({**AMEND, "part": ""}, "value.missing", ""),
    ({**AMEND, "part": "FAL7"}, "value.malformed", "/part"),
    ({**AMEND, "part": ["FAL1"]}, "value.malformed", "/part"),
    (of(("Nothing", "x")), "value.malformed", "/changes/0/path"),
    (of(("RemarksText", "x"), ("RemarksText", "y")), "value.malformed", "/changes/1/path"),
    (of(("Agent", "x")), "value.malformed", "/changes/0/value"),
    (of(("RemarksText", 7)), "value.malformed", "/changes/0/value"),
    (of(("RemarksText", "x" * 513)), "value.too-long", "/changes/0/value"),
    (of(("BorderTransportMeans.ArrivalDateTime", "soon")), "value.malformed",
     "/changes/0/value"),
    (of(("BorderTransportMeans.CrewQuantity", {"unit": "X"})), "value.missing",
     "/changes/0/value"),
    (of(("BorderTransportMeans.CrewQuantity", {"value": "many"})), "value.malformed",
     "/changes/0/value/value"),
    (of(("BorderTransportMeans.CrewQuantity.value", "9")), "value.malformed",
     "/changes/0/path"),
    (of(("BorderTransportMeans.Crew[2].FamilyName", "X")), "value.malformed",
     "/changes/0/path"),
    (of(("BorderTransportMeans.Crew[2].SequenceNumeric", "3"), part="FAL5"),
     "value.malformed", "/changes/0/path"),
    (of(("BorderTransportMeans.Crew[0].FamilyName", "X"), part="FAL5"),
     "value.malformed", "/changes/0/path"),
    (of(*[("RemarksText", "x")] * 501), "value.malformed", "/changes/500"),
    ({**AMEND, "part": "FAL1", "changes": [{"path": "RemarksText"}]}, "value.missing",
     "/changes/0"),
    ({**AMEND, "part": "FAL1", "changes": [{"path": "RemarksText", "value": "x", "why": 1}]},
     "element.unknown", "/changes/0/why"),
    ({**FORM, "request": "destroy"}, "value.malformed", "/request"),
    ({**FORM, "id": ""}, "value.malformed", "/id"),
    ({name: FORM[name] for name in ("request", "id")}, "value.missing", "/references"),
    ({**FORM, "references": [["VISIT"]]}, "value.missing", "/references/0/1"),
    ({**FORM, "refernces": []}, "element.unknown", "/refernces"),
    ({**FORM, "number": 1}, "value.malformed", ""),
    ({**FORM, "request": "take-back"}, "value.malformed", ""),
    ({**FORM, "what": "arrival"}, "value.malformed", ""),
    ({**FORM, "reasons": [{"words": "x"}]}, "element.unknown", "/reasons/0/words"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "code", "pointer"), WRONG)
def test_each_mistake_is_reported_at_its_place(form, code, pointer):
    """The message is rejected, and keeps its sender's number."""
    message, drafts = translate(form)
    assert (message.verdict, drafts) == ("rejected", [])
    assert (code, pointer) in [
        (problem.code, problem.where.json_pointer) for problem in message.problems
    ]


HINTS = (
    # changes, where one of them is wrong, what to do
    (of(("BorderTransportMeans.Crew[2].FamilyName", "X")), "persons-report"),
    (of(("BorderTransportMeans.BirthName", "X")), "did you mean 'BerthName'?"),
    (of(("BorderTransportMeans.CrewQuantity.value", "9")), "both halves"),
)


@pytest.mark.parametrize(("form", "hint"), HINTS)
def test_a_wrong_path_is_answered_with_what_may_be_meant(form, hint):
    """The part that holds it, a name like it, or the whole of a pair; and an example of a path."""
    message, _ = translate(form)
    (problem,) = message.problems
    assert hint in problem.hint
    assert problem.expected
    assert problem.found == form["changes"][0]["path"]


def test_many_mistakes_are_listed_as_far_as_they_can_be_read():
    """The first hundred, and how many there are besides."""
    message, _ = translate(of(*[("Nothing", "x")] * 130))
    assert len(message.problems) == 101
    last = message.problems[-1]
    assert (last.code, last.text) == ("problems.more", "30 more problems are not listed")


def test_an_amendment_is_recognised_wherever_its_member_request_stands():
    """A long list of changes may be in front of it."""
    changes = [{"path": "RemarksText", "value": "x" * 500}] * 20
    rest = {name: value for name, value in AMEND.items() if name != "changes"}
    payload = orjson.dumps({"changes": changes, **rest})
    assert payload.index(b'"request"') > 4096
    assert ADAPTER.recognises(payload).certainty == 95


def test_all_mistakes_are_reported_at_once():
    """Two wrong members are two problems."""
    message, _ = translate({**FORM, "request": "destroy", "colour": "red"})
    assert [problem.code for problem in message.problems] == [
        "value.malformed", "element.unknown"
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
