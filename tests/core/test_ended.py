"""Customs ends a dossier of its own accord: asks, requests, notices, replies, and what remains."""

import orjson
import pytest

from tests.core.test_requested import (
    FLOWERS,
    PROFILE,
    amend,
    answer,
    decide,
    lodged,
    play,
    replies,
    withdraw,
)
from tests.sample_events import CUSTOMS, PLANTS, event, put, said

MRN = [("MRN", "26QZ1")]


def native(number, code, status, **more):
    """What customs says natively; 03 refuses what is open, and holds the declaration."""
    requests = {
        "03": [{"StatusCode": "refused", "DocumentStatusCode": "held"}],
        "10": [{"TypeCode": "withdraw", "StatusCode": "granted"}],
    }[code]
    content = {"NativeCode": code, "StatusCode": status, "RequestStatus": requests, **more}
    return said(number, "customs", "", [content], references=MRN)


def statuses(effects, sender="lantern-forwarding"):
    """The overall statuses in the replies that a sender gets."""
    return [
        orjson.loads(row.payload)["status"]
        for row in effects.queue
        if (row.recipient, row.what, row.type) == (sender, "reply", "board.changed")
    ]


def notices(effects):
    """Who is notified of the ending."""
    types = {"declaration.ended"}
    return {gone.target for gone in effects.withdrawals if gone.notice.type in types}


def test_what_customs_ends_has_ended_for_all():
    """Asks close, others are notified, the declarant is told; the declaration stays to be seen."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, (effects,) = play(answer(2, "customs", dossier, "ended"), dossier=dossier)
    assert (dossier.state, dossier.overall, effects.outcome) == ("ended", "ended", "applied")
    assert dossier.closed_at == effects.event.received_at
    assert list(dossier.live) == [""]
    assert not any(ask.counts for ask in dossier.asks.values())
    told = notices(effects)
    assert PLANTS in told
    assert CUSTOMS not in told
    assert statuses(effects) == ["ended"]
    (reply,) = [row for row in effects.queue if row.what == "reply"]
    (shown,) = orjson.loads(reply.payload)["board"]["Answer"]
    assert (shown["AgencyID"], shown["StatusCode"]) == ("customs", "ended")


def test_no_one_hears_of_an_ending_while_another_holds():
    """The overall status is that of the objection until it is released, and then ended."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, _ = play(answer(2, "plant-health", dossier, "held"), dossier=dossier)
    dossier, (ending,) = play(answer(3, "customs", dossier, "ended"), dossier=dossier)
    assert (dossier.state, dossier.overall) == ("ended", "held")
    assert set(statuses(ending)) == {"held"}
    assert PLANTS in notices(ending)
    released = answer(4, "plant-health", dossier, "released")
    dossier, (effects,) = play(released, dossier=dossier)
    assert (dossier.state, dossier.overall, statuses(effects)) == ("ended", "ended", ["ended"])


def test_an_objection_to_one_element_keeps_the_status_too():
    """What plant health holds is an item; the ask has closed, the objection has not."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    (subject,) = ["GoodsShipment.GovernmentAgencyGoodsItem[1]"]
    held = answer(2, "plant-health", dossier, "held", Subject=subject)
    dossier, _ = play(held, dossier=dossier)
    dossier, _ = play(answer(3, "customs", dossier, "ended"), dossier=dossier)
    assert dossier.overall == "held"


def test_what_customs_objected_to_itself_is_over_with_its_ending():
    """It held the goods, and has ended the declaration: nothing remains of the hold."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, _ = play(answer(2, "customs", dossier, "held"), dossier=dossier)
    dossier, (effects,) = play(answer(3, "customs", dossier, "ended"), dossier=dossier)
    assert (dossier.overall, statuses(effects)) == ("ended", ["ended"])


@pytest.mark.parametrize("later", ["released", "held", "ended", "acknowledged"])
def test_what_is_answered_later_is_kept_and_releases_nothing(later):
    """The dossier stays as it is, and nothing is asked of anyone."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    dossier, _ = play(answer(2, "customs", dossier, "ended"), dossier=dossier)
    who = "customs" if later == "ended" else "plant-health"
    after, (effects,) = play(answer(3, who, dossier, later, NativeCode="X"), dossier=dossier)
    assert (effects.outcome, after.state) == ("applied", "ended")
    assert [one.status for one in effects.answers if one.event == "e_3"] == [later]
    assert after.overall == (later if later == "held" else "ended")
    assert not any(ask.counts for ask in after.asks.values())
    assert not notices(effects)


WRONG = (
    # who, what is answered, code
    ("plant-health", [{"StatusCode": "ended"}], "answer.ending-not-allowed"),
    ("customs", [{"StatusCode": "ended", "Subject": "X[1]"}], "answer.ending-in-part"),
    ("customs", [{"StatusCode": "ended", "Part": "x"}], "answer.ending-in-part"),
    ("customs", [{"StatusCode": "ended"}, {"StatusCode": "released"}], "answer.ending-in-part"),
)


@pytest.mark.parametrize(("who", "contents", "code"), WRONG)
def test_only_who_may_ends_a_dossier_and_only_as_a_whole(who, contents, code):
    """Anything else is declined, with what to do; nothing has changed."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    target = CUSTOMS if who == "customs" else PLANTS
    wrong = said(2, who, dossier.shown[target].delivery, contents)
    after, (effects,) = play(wrong, dossier=dossier)
    assert [problem.code for problem in effects.problems] == [code]
    assert (after.state, after.answers) == ("open", ())


def test_an_ending_is_no_answer_to_a_request():
    """By the number of a request it is declined: a request is granted or refused."""
    dossier, _ = play(amend(), dossier=lodged())
    after, (effects,) = play(decide(4, "customs", "ended"), dossier=dossier)
    assert [problem.code for problem in effects.problems] == ["request.answer-malformed"]
    assert (after.state, after.requests) == ("open", dossier.requests)


def test_an_ending_overtakes_every_open_request():
    """Its sender hears of both; the request is over, and nothing is asked about it."""
    dossier, _ = play(amend(), dossier=lodged())
    dossier, (effects,) = play(native(4, "10", "ended"), dossier=dossier)
    assert [request.state for request in effects.requests] == ["overtaken"]
    assert (dossier.state, dossier.requests) == ("ended", {})
    assert ("request.overtaken", "s_3") in replies(effects)
    assert statuses(effects) == ["ended"]
    assert not any(ask.counts for ask in dossier.asks.values())


def test_a_request_after_the_ending_is_refused_by_the_table():
    """The other order: what has ended can be neither amended nor taken back, nor lodged again."""
    dossier, _ = play(answer(3, "customs", lodged(), "ended"), dossier=lodged())
    for late in (amend(4), withdraw(5), put(6, FLOWERS, **PROFILE)):
        after, (effects,) = play(late, dossier=dossier)
        assert effects.outcome == "declined", late.does
        assert (after.state, after.requests, after.live) == ("ended", {}, dossier.live)


def test_the_code_of_a_cancellation_grants_it_once_and_then_changes_nothing():
    """10 takes the declaration back where that is asked; once more it has nothing left to end."""
    dossier, _ = play(withdraw(), dossier=lodged())
    dossier, (granted,) = play(native(4, "10", "ended"), dossier=dossier)
    assert (dossier.state, [one.state for one in granted.requests]) == ("withdrawn", ["granted"])
    again, (effects,) = play(native(5, "10", "ended"), dossier=dossier)
    assert (again.state, effects.requests, notices(effects)) == ("withdrawn", (), set())


def test_a_native_refusal_of_a_request_holds_the_declaration_until_its_next_version():
    """03 refuses what is open; the hold ends when customs answers a later delivery."""
    dossier, _ = play(amend(), dossier=lodged())
    dossier, (refused,) = play(native(4, "03", "ended"), dossier=dossier)
    assert [request.state for request in refused.requests] == ["refused"]
    assert (dossier.state, dossier.overall, dossier.live[""].version) == ("open", "held", 1)
    assert ("request.refused", "s_3") in replies(refused)
    assert statuses(refused) == ["held"]
    (hold,) = [one for one in dossier.answers if one.status == "held"]
    assert (hold.target, hold.subject, hold.showing) == (CUSTOMS, "", 1)
    dossier, _ = play(amend(5), decide(6, "customs", "granted", request=2), dossier=dossier)
    assert (dossier.live[""].version, dossier.overall) == (2, "held")
    dossier, (effects,) = play(answer(7, "customs", dossier, "released"), dossier=dossier)
    assert (dossier.overall, statuses(effects)[-1]) == ("released", "released")


def test_nothing_elapses_in_a_dossier_that_has_ended():
    """A deadline of an ask that was closed by the ending does not matter any more."""
    dossier, (lodging,) = play(put(1, FLOWERS, **PROFILE))
    moments = [moment for moment in lodging.due if moment.name.startswith("deadline/")]
    dossier, _ = play(answer(2, "customs", dossier, "ended"), dossier=dossier)
    for number, moment in enumerate(moments, 3):
        tick = event("elapsed", number, name=moment.name, received_at=moment.at)
        after, (effects,) = play(tick, dossier=dossier)
        assert (effects.outcome, effects.asks, after.overall) == ("repeated", (), "ended")


def test_a_notice_of_the_ending_says_only_what_its_recipient_knows():
    """It names the delivery that was numbered; what was not sent yet is cancelled."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    _, (effects,) = play(answer(2, "customs", dossier, "ended"), dossier=dossier)
    (gone,) = [one for one in effects.withdrawals if one.target == PLANTS]
    assert gone.version == dossier.shown[PLANTS].version + 1
    assert (gone.notice.payload, gone.expects) == (b"", None)
    assert gone.notice.showing == dossier.shown[PLANTS].showing
