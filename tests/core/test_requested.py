"""What a declarant asks of an authority: how requests begin, are decided, and end."""

from dataclasses import replace

import orjson
import pytest

from broker.core.requested import expiry_name
from broker.core.step import step
from broker.model.avro import encoded
from broker.model.dossier import Change, Dossier, Target
from broker.model.events import body_of
from broker.model.subjects import subject_of
from tests.sample_events import CUSTOMS, DOSSIER, PLANTS, event, put, remembered, rules, said

PROFILE = {"profile": "qz-declarations", "package": "goods-declaration"}
BOOKS, FLOWERS = "49019900", "06031100"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[1]"
WORDS = f"{ITEM}.Commodity.Description"


def play(*happened, dossier=None):
    """The dossier after these events, with the effects of each."""
    dossier = dossier or Dossier(DOSSIER, "declaration")
    effects = []
    for one in happened:
        effects.append(step(dossier, one, rules()))
        dossier = remembered(effects[-1])
    return dossier, effects


def lodged(*codes):
    """A declaration, delivered to all, and released by customs."""
    dossier, _ = play(put(1, *(codes or (BOOKS,)), **PROFILE))
    dossier, _ = play(answer(2, "customs", dossier, "released"), dossier=dossier)
    return dossier


def answer(number, who, dossier, status, **more):
    """An agency's answer to what it was shown last."""
    target = CUSTOMS if who == "customs" else PLANTS
    return said(number, who, dossier.shown[target].delivery, [{"StatusCode": status, **more}])


def decide(number, who, status, request=1, **more):
    """An agency's answer to a request, by its number."""
    made = said(number, who, "", [{"StatusCode": status, **more}])
    return replace(made, body={**made.body, "RequestID": str(request)})


def withdraw(number=3, reference="W-1", **more):
    """The declaration is taken back."""
    return event("withdraw", number, body={"FunctionalReferenceID": reference}, **PROFILE, **more)


def amend(number=3, words="other books", path=WORDS, **more):
    """Item 1 is described otherwise."""
    tree = {
        "FunctionCode": "13", "FunctionalReferenceID": f"A-{number}",
        "AdditionalInformation": [{"StatementDescription": "a slip", "StatementTypeCode": "AES"}],
        "Amendment": [{"ChangeReasonCode": "21"}],
        "GoodsShipment": {"GovernmentAgencyGoodsItem": [
            {"SequenceNumeric": "1", "Commodity": {"Description": words}}]},
    }  # fmt: skip
    changes = (Change("amend", path, {}),)
    return event("patch", number, body=tree, changes=changes, **PROFILE, **more)


def requests_for(effects, who):
    """What an agency is sent of requests."""
    found = [row for row in effects.queue if (row.recipient, row.what) == (who, "request")]
    return [orjson.loads(row.payload) for row in found]


def replies(effects, sender="lantern-forwarding"):
    """The replies that a sender gets: type, and which message they are about."""
    return [
        (row.type, orjson.loads(row.context)["reply_to"])
        for row in effects.queue
        if (row.recipient, row.what) == (sender, "reply")
    ]


def words_of(dossier):
    """How item 1 of the version in force is described."""
    (item,) = body_of(dossier.live[""].payload)["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    return item["Commodity"]["Description"]


def test_a_request_changes_nothing_before_it_is_granted():
    """The version, the status and the asks are as before; customs is sent what would change."""
    before = lodged()
    after, (effects,) = play(amend(), dossier=before)
    assert effects.outcome == "requested"
    assert (after.live, after.overall, after.state) == (before.live, before.overall, "open")
    assert after.asks == before.asks | {ask.target: ask for ask in effects.asks}
    (asked,) = requests_for(effects, "customs")
    assert (asked["request"], asked["type"], asked["decides"]) == (1, "amend", True)
    assert asked["changes"] == [
        {"part": "", "path": WORDS, "before": words_of(before), "after": "other books"}
    ]
    assert asked["reasons"] == [{"code": "21"}, {"text": "a slip"}]
    assert replies(effects) == [("request.open", "s_3")]


def test_a_granted_amendment_is_the_next_version_with_what_it_names_and_nothing_else():
    """Version 2 differs in the words alone; its sender hears of it once."""
    dossier = lodged()
    dossier, (_, granted) = play(amend(), decide(4, "customs", "granted"), dossier=dossier)
    assert (dossier.live[""].version, words_of(dossier)) == (2, "other books")
    assert [request.state for request in granted.requests] == ["granted"]
    assert [kind for kind, about in replies(granted) if about == "s_3"][-1] == "request.granted"
    assert "goods-declaration.changed" in [row.type for row in granted.queue]
    dossier, (again,) = play(decide(5, "customs", "granted"), dossier=dossier)
    assert [problem.code for problem in again.problems] == ["request.unknown"]


def test_a_refused_request_changes_nothing_and_says_why():
    """The version stays; the reply passes on the agency's answer."""
    dossier = lodged()
    refusal = decide(4, "customs", "refused", Reason=[{"Code": "QZ-9", "Text": "internal words"}])
    after, (_, refused) = play(amend(), refusal, dossier=dossier)
    assert (after.live, after.overall) == (dossier.live, dossier.overall)
    (row,) = [row for row in refused.queue if row.what == "reply"]
    told = orjson.loads(row.payload)
    assert told["board"]["Request"][0]["StatusCode"] == "refused"
    assert told["board"]["Answer"][0]["Reason"] == [{"Code": "QZ-9"}]


CANCELLED = (
    # what customs and plant health have answered, outcome
    ((), "applied"),
    (("customs", "released"), "requested"),
    (("customs", "held"), "requested"),
    (("plant-health", "held"), "requested"),
    (("plant-health", "released"), "applied"),
    (("customs", "refused"), "declined"),
)


@pytest.mark.parametrize(("answered", "outcome"), CANCELLED)
def test_a_declaration_is_taken_back_at_once_only_before_anything_is_decided(answered, outcome):
    """Under control and after release it is asked; what is refused cannot be taken back."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    if answered:
        dossier, _ = play(answer(2, answered[0], dossier, answered[1]), dossier=dossier)
    after, (effects,) = play(withdraw(), dossier=dossier)
    assert effects.outcome == outcome
    assert (after.state == "withdrawn") is (outcome == "applied")


def test_who_holds_the_goods_must_grant_too():
    """Customs alone cannot let go what plant health holds; one refusal refuses."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, _ = play(answer(2, "plant-health", dossier, "held"), dossier=dossier)
    dossier, (asked,) = play(withdraw(), dossier=dossier)
    assert {row.recipient for row in asked.queue if row.what == "request"} == {
        "customs", "plant-health"
    }  # fmt: skip
    granted, _ = play(decide(4, "customs", "granted"), dossier=dossier)
    assert granted.state == "open"
    assert [holder.decision for holder in granted.requests[1].holders] == ["granted", ""]
    done, (last,) = play(decide(5, "plant-health", "granted"), dossier=granted)
    assert (done.state, done.requests) == ("withdrawn", {})
    assert [request.state for request in last.requests] == ["granted"]
    kept, (refused,) = play(decide(5, "plant-health", "refused"), dossier=granted)
    assert (kept.state, kept.requests) == ("open", {})
    assert {gone.target.recipient for gone in refused.withdrawals} == {"customs"}


def test_what_is_named_by_an_open_request_does_not_change_meanwhile():
    """Another request of the party waits; a new original too; the same again is repeated."""
    dossier, _ = play(amend(), dossier=lodged())
    for other in (withdraw(4), amend(5, "else"), put(6, FLOWERS, **PROFILE)):
        _, (effects,) = play(other, dossier=dossier)
        assert [problem.code for problem in effects.problems] == ["request.open"], other.does
        assert effects.problems[0].found == "request 1"
    same = replace(amend(), id="e_again", submission="s_again")
    after, (again,) = play(same, dossier=dossier)
    assert (again.outcome, after.requests) == ("repeated", dossier.requests)
    assert replies(again) == [("request.open", "s_again")]


def test_its_sender_takes_a_request_back_and_no_one_else():
    """It is over, customs is notified, and a new request may be made."""
    dossier, _ = play(amend(), dossier=lodged())
    back = event("take_back", 4, body={"RequestID": "1"}, package="request")
    for other in (replace(back, party="pebble"), replace(back, body={"RequestID": "7"})):
        _, (effects,) = play(other, dossier=dossier)
        assert [problem.code for problem in effects.problems] == ["request.unknown"]
    dossier, (effects,) = play(back, dossier=dossier)
    assert [request.state for request in effects.requests] == ["taken_back"]
    assert [gone.notice.type for gone in effects.withdrawals] == ["declaration.request-taken-back"]
    assert replies(effects) == [("request.taken-back", "s_4")]
    _, (late,) = play(decide(5, "customs", "granted"), dossier=dossier)
    assert late.outcome == "declined"
    dossier, (second,) = play(amend(6), dossier=dossier)
    assert [request.number for request in second.requests] == [2]


def test_a_release_of_the_deciding_agency_overtakes_what_is_asked():
    """The goods are released: the open request is over, and its sender hears of it."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, _ = play(answer(2, "customs", dossier, "held"), dossier=dossier)
    dossier, _ = play(withdraw(), dossier=dossier)
    dossier, (effects,) = play(answer(4, "customs", dossier, "released"), dossier=dossier)
    assert [request.state for request in effects.requests] == ["overtaken"]
    assert ("request.overtaken", "s_3") in replies(effects)
    assert (dossier.state, dossier.requests) == ("open", {})


def test_a_request_is_never_granted_by_silence():
    """First it is overdue, then it is refused; the declaration stays as it is."""
    dossier, (asked,) = play(amend(), dossier=lodged())
    moments = {moment.name: moment.at for moment in asked.due}
    (deadline,) = [name for name in moments if name.startswith("deadline/request/1/")]
    expiry = expiry_name(dossier.requests[1])
    assert moments[deadline] < moments[expiry]
    ticks = [event("elapsed", 4 + at, name=name, received_at=moments[name])
             for at, name in enumerate((deadline, expiry))]  # fmt: skip
    dossier, (overdue, refused) = play(*ticks, dossier=dossier)
    target = Target("request/1", "customs", "customs-control")
    assert [ask.state for ask in overdue.asks if ask.target == target] == ["overdue"]
    assert [request.state for request in refused.requests] == ["refused"]
    assert dossier.live[""].version == 1
    (row,) = [row for row in refused.queue if row.what == "reply"]
    assert [one["code"] for one in orjson.loads(row.payload)["problems"]] == ["request.undecided"]


def test_a_request_about_what_is_not_ones_own_is_declined_as_if_it_were_not_there():
    """Of another party, and of nothing at all: the same words."""
    dossier = lodged()
    stranger = {"party": "pebble", "sender": "pebble-imports"}
    _, (foreign,) = play(withdraw(**stranger), dossier=dossier)
    _, (nothing,) = play(withdraw(**stranger))
    assert [problem.code for problem in foreign.problems] == ["reference.unknown"]
    assert foreign.problems == nothing.problems


def test_an_amendment_that_breaks_a_demand_is_declined_before_anyone_is_asked():
    """What is fixed, what is not there, and what the profile demands: no request is made."""
    dossier = lodged()
    fixed = replace(amend(), body={"Submitter": {"ID": "QZ1"}},
                    changes=(Change("amend", "Submitter.ID", {}),))  # fmt: skip
    absent = amend(path="GoodsShipment.GovernmentAgencyGoodsItem[7].Commodity.Description")
    broken = replace(amend(), changes=(Change("amend", f"{ITEM}.Commodity.GoodsMeasure", {}),))
    for wrong in (fixed, absent, broken):
        _, (effects,) = play(wrong, dossier=dossier)
        assert (effects.outcome, effects.requests) == ("declined", ())
        assert effects.problems[0].text
        assert not requests_for(effects, "customs")


def test_native_answers_of_customs_decide_what_is_open():
    """11/39 grants, 11/41 and 03 refuse, 02 registers, 10 grants a cancellation."""
    cases = (
        ({"NativeCode": "11", "RequestStatus": [{"StatusCode": "granted"}]}, "granted"),
        ({"NativeCode": "11", "RequestStatus": [{"StatusCode": "refused"}]}, "refused"),
        ({"NativeCode": "03", "StatusCode": "refused",
          "RequestStatus": [{"StatusCode": "refused"}]}, "refused"),
        ({"NativeCode": "10", "RequestStatus": [{"TypeCode": "withdraw",
                                                 "StatusCode": "granted"}]}, "granted"),
    )  # fmt: skip
    for content, state in cases:
        dossier, _ = play(withdraw(), dossier=lodged())
        native = said(4, "customs", "", [content], references=[("MRN", "26QZ1")])
        after, (effects,) = play(native, dossier=dossier)
        assert [request.state for request in effects.requests] == [state]
        assert (after.state == "withdrawn") is (state == "granted")
    dossier, _ = play(withdraw(), dossier=lodged())
    registered = {"NativeCode": "02", "RequestStatus": [{"StatusCode": "registered"}]}
    after, (effects,) = play(said(4, "customs", "", [registered]), dossier=dossier)
    assert (effects.requests, after.requests) == ((), dossier.requests)
    assert replies(effects) == [("request.open", "s_3")]


def test_a_request_that_no_recipient_decides_is_refused_at_once():
    """The table asks a purpose that is held by no row in force: the request ends where it began."""
    dossier = lodged()
    book = replace(rules().book, index={
        key: found for key, found in rules().book.index.items() if not key[2]
    })  # fmt: skip
    effects = step(dossier, withdraw(), replace(rules(), book=book))
    assert (effects.outcome, effects.requests) == ("declined", ())
    assert [problem.code for problem in effects.problems] == ["request.refused"]


def test_the_reasons_of_a_form_are_delivered_as_the_schema_has_them():
    """A cancellation in the broker's own form: its words and codes reach customs, which decides."""
    form = {"FunctionalReferenceID": "R-1", "Reason": [{"Text": "lodged twice"}, {"Code": "1"}]}
    asked = event("withdraw", 3, body=form, package="request", profile="")
    _, (effects,) = play(asked, dossier=lodged())
    (given,) = requests_for(effects, "customs")
    assert given["reasons"] == [{"text": "lodged twice"}, {"code": "1"}]
    assert encoded(subject_of("request"), given)
