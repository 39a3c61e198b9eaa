"""An authority reports that something was presented, has arrived or departed."""

from dataclasses import replace

import orjson
import pytest

from broker.dossiers.permission import state_of
from broker.dossiers.reported import Report, reports_of
from broker.model.dossier import Dossier
from tests.core.test_requested import BOOKS, FLOWERS, PROFILE, amend, answer, lodged, play, replies
from tests.sample_events import AT, CUSTOMS, DOSSIER, event, put, rows, rules, said

MRN = [("MRN", "26QZ1")]
NOON = "2026-11-22T08:00:00.000Z"
ARRIVED = {"ArrivalDateTime": "2026-11-22T08:00:00Z"}


def report(number, moments, who="customs", delivery="", answers=({},), **more):
    """An agency's answer that reports something."""
    made = said(number, who, delivery, answers, **more)
    return replace(made, body={**made.body, **moments})


def declared(number, what, **more):
    """A declarant's own report."""
    return event("present", number, body={"TypeCode": what}, package="request", **more)


def reported(effects, who):
    """What a recipient's newest board or reply shows as reported."""
    trees = [orjson.loads(row.payload)["board"] for row in effects.queue
             if (row.recipient, row.type) == (who, "board.changed")]  # fmt: skip
    return trees[-1].get("Reported", []) if trees else None


def test_an_authority_reports_an_arrival_with_its_moment():
    """Its declarant and the customs office's board are shown it; no ask or answer is touched."""
    dossier, _ = play(put(1, FLOWERS))
    asks = dossier.asks
    dossier, (effects,) = play(report(2, ARRIVED, references=MRN), dossier=dossier)
    assert effects.outcome == "applied"
    assert list(reports_of(dossier)) == [Report("arrived", "", NOON, "customs")]
    shown = {"TypeCode": "arrived", "DateTime": NOON, "AgencyID": "customs"}
    assert reported(effects, "lantern-forwarding") == [shown]
    assert reported(effects, "customs") == [shown]
    assert dossier.asks == asks
    assert [one for one in dossier.answers if one.state == "counts"] == []


def test_the_report_of_a_declarant_is_on_the_boards_of_agencies_alone():
    """It knows what it has reported itself."""
    dossier, _ = play(put(1, BOOKS))
    dossier, (effects,) = play(declared(2, "arrival"), dossier=dossier)
    assert list(reports_of(dossier)) == [Report("arrived", "", AT)]
    assert reported(effects, "customs") == [{"TypeCode": "arrived", "DateTime": AT}]
    assert replies(effects) == [("board.changed", "s_2")]
    assert reported(effects, "lantern-forwarding") == []


def test_a_report_may_stand_beside_an_answer():
    """Customs releases the goods that have arrived."""
    dossier, _ = play(put(1, BOOKS))
    given = dossier.shown[CUSTOMS].delivery
    made = report(2, ARRIVED, delivery=given, answers=[{"StatusCode": "released"}])
    dossier, _ = play(made, dossier=dossier)
    assert dossier.overall == "released"
    assert [one.name for one in reports_of(dossier)] == ["arrived"]


def test_an_answer_that_reports_alone_is_not_the_agencys_last_answer():
    """What it answers next without a delivery is about the oldest that was given all the same."""
    dossier, _ = play(put(1, BOOKS))
    before = dossier.shown[CUSTOMS].answered
    dossier, _ = play(report(2, ARRIVED, references=MRN), dossier=dossier)
    assert dossier.shown[CUSTOMS].answered == before


REFUSED = (
    # who, what is reported, problem
    ("plant-health", ARRIVED, "answer.report-not-allowed"),
    ("customs", {"ArrivalDateTime": "2026-02-31T08:00:00Z"}, "answer.report-malformed"),
    ("customs", {"DepartureDateTime": "2027-11-22"}, "answer.report-malformed"),
    ("customs", {"DepartureDateTime": "2026-11-22"}, ""),
    ("customs", {"PresentationDateTime": "2026-11-22T09:31:00+00:00"}, ""),
)


@pytest.mark.parametrize(("who", "moments", "code"), REFUSED)
def test_only_who_may_reports_and_only_what_has_happened(who, moments, code):
    """The recipient's file says what it may report; a day ends after the moment of the answer."""
    dossier, _ = play(put(1, FLOWERS))
    given = next(one.delivery for target, one in dossier.shown.items() if target.recipient == who)
    after, (effects,) = play(report(2, moments, who, given), dossier=dossier)
    assert [one.code for one in effects.problems] == ([code] if code else [])
    assert bool(list(reports_of(after))) is not bool(code)
    if code:
        assert rows(effects, who) == ["message.declined"]


def test_a_report_decides_no_request():
    """One is about the dossier, the other about a request: neither is lost beside the other."""
    dossier, _ = play(amend(), dossier=lodged())
    (delivery,) = [one.delivery for one in dossier.requests[1].deciding]
    made = report(4, ARRIVED, delivery=delivery, answers=[{"StatusCode": "granted"}])
    after, (effects,) = play(made, dossier=dossier)
    assert [one.code for one in effects.problems] == ["request.answer-malformed"]
    assert list(after.requests) == [1]


def test_what_an_authority_reports_moves_the_state_of_the_table():
    """An item that customs has seen leave is taken back with its leave, no more at once."""
    table = rules().table_of("upu-itmatt", AT)
    dossier, _ = play(put(1, BOOKS))
    assert state_of(dossier, "", table) == "lodged"
    left = {"DepartureDateTime": "2026-11-22T08:00:00Z"}
    dossier, _ = play(report(2, left, references=MRN), dossier=dossier)
    assert state_of(dossier, "", table) == "departed"
    assert table.verdict("withdraw", "departed", "").does == "ask"


def test_an_authority_replaces_what_was_reported_and_no_declarant_replaces_that():
    """Whatever comes first, the moment that the authority has stated last counts."""
    later = {"ArrivalDateTime": "2026-11-22T08:30:00Z"}
    own = {"profile": "qz-declarations"}
    happened = [put(1, BOOKS, **PROFILE), declared(2, "arrival", **own),
                report(3, ARRIVED, references=MRN), declared(4, "arrival", **own),
                report(5, later, references=MRN)]  # fmt: skip
    dossier = Dossier(DOSSIER, "declaration")
    stated = []
    for one in happened:
        dossier, _ = play(one, dossier=dossier)
        stated.append([str(one) for one in reports_of(dossier)])
    assert stated[2] == stated[3] == [f"arrived@{NOON}@customs"]
    assert stated[4] == ["arrived@2026-11-22T08:30:00.000Z@customs"]


def test_the_same_report_again_changes_nothing():
    """An agency that is unsure sends it once more; no board and no reply goes out for it."""
    dossier, _ = play(put(1, BOOKS))
    given = answer(9, "customs", dossier, "released").body["DeliveryID"]
    dossier, _ = play(report(2, ARRIVED, delivery=given), dossier=dossier)
    after, (effects,) = play(report(3, ARRIVED, delivery=given), dossier=dossier)
    assert after.facts == dossier.facts
    assert [row.type for row in effects.queue] == []
