"""The queue's row for a rejected message or a declined event."""

import orjson

from broker.model.problem import Place, Problem, from_json
from broker.replies.refusals import Refused, declined_row, refusal_row
from tests.sample_events import event, said

PROBLEM = Problem(
    code="value.missing", text="TypeCode is missing", message=1,
    where=Place(xpath="/md", line=3), path="Declaration.TypeCode", pointer="42A/D013",
    expected="a type", hint="say it",
)  # fmt: skip
TOLD = Refused("s_1", 2, "lantern-forwarding", "lantern", "2026-11-22T09:30:00.000Z", "t")


def test_a_refusal_goes_to_the_sender_of_what_was_refused():
    """It names the submission and message it answers, the status, and every problem whole."""
    row = refusal_row(TOLD, "rejected", [PROBLEM], [("LRN", "QZ-1")])
    assert (row.recipient, row.subscription, row.what, row.type) == (
        "lantern-forwarding", "lantern-forwarding", "reply", "message.rejected",
    )  # fmt: skip
    context = orjson.loads(row.context)
    assert (context["reply_to"], context["message"], context["status"]) == ("s_1", 2, "rejected")
    shown = orjson.loads(row.payload)
    assert [from_json(one) for one in shown["problems"]] == [PROBLEM]
    assert shown["references"] == [["LRN", "QZ-1"]]


def test_the_same_refusal_has_the_same_id_and_another_has_another():
    """A refusal made twice is one delivery; other message, status or event is another."""
    rows = [
        refusal_row(TOLD, "rejected", [PROBLEM], []),
        refusal_row(TOLD, "rejected", [PROBLEM], []),
        refusal_row(TOLD._replace(message=3), "rejected", [PROBLEM], []),
        refusal_row(TOLD, "declined", [PROBLEM], []),
        refusal_row(TOLD._replace(event="e_1"), "declined", [PROBLEM], []),
    ]
    assert rows[0].id == rows[1].id
    assert len({row.id for row in rows}) == 4


def test_a_declined_answer_is_told_to_its_agency():
    """Who sent the event hears of it, be it a sender or an agency; of no dossier."""
    for one, recipient in ((event("patch"), "lantern-forwarding"), (said(1, "customs"), "customs")):
        row = declined_row(one, [PROBLEM])
        assert (row.recipient, row.dossier, row.type) == (recipient, "", "message.declined")
