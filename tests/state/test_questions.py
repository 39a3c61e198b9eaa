"""Questions of authorities: those that are not closed come back as they were written."""

from dataclasses import replace

from broker.model.dossier import Question
from broker.state import questions

ASKED = Question(
    number=2, part="", recipient="plant-health", purpose="phytosanitary-control",
    subject="GoodsShipment.GovernmentAgencyGoodsItem[1]", content={"TypeCode": "information"},
    due_at="2026-11-24T12:00:00.000Z", event="e_2", asked_at="2026-11-22T09:30:00.000Z",
)  # fmt: skip


def test_a_question_comes_back_until_it_is_closed(connection):
    """Open and overdue ones, by dossier and number; a closed one stays in its row alone."""
    second = replace(ASKED, number=3, content={"TypeCode": "documents", "WantedDocument": [{}]})
    questions.put(connection, [("o_1", ASKED), ("o_1", second), ("o_2", ASKED)])
    found = questions.open_questions(connection, ["o_1", "o_3"])
    assert found == {"o_1": {2: ASKED, 3: second}}
    overdue = replace(ASKED, state="overdue")
    closed = replace(second, state="closed", closed_at="2026-11-25T00:00:00.000Z")
    questions.put(connection, [("o_1", overdue), ("o_1", closed)])
    assert questions.open_questions(connection, ["o_1"]) == {"o_1": {2: overdue}}
    assert questions.open_questions(connection, []) == {}
