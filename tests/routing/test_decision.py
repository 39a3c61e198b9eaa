"""Decisions as JSON."""

import json

from broker.routing.decision import as_json


def test_a_decision_is_json_that_says_why(book, row, body, item, decided):
    """Results are told with rules, elements, expectation and reasons."""
    decision = decided(book(row(checks=["PH-DOC"])), body(item(1, "85"), item(2, "0603")))
    shown = json.loads(json.dumps(as_json(decision)))
    (result,) = shown["results"]
    assert result["matched"] == {
        "each": "GoodsShipment.GovernmentAgencyGoodsItem",
        "elements": [
            {"indices": [1], "keys": ["2"], "rules": ["plants"], "checks": ["PH-DOC"], "codes": []}
        ],
    }
    assert result["expects"] == {
        "answer": {"within_s": 86400, "silence": "escalate", "from": "acknowledgement"}
    }
    assert (result["rules"], result["because"]) == (["plants"], ["plants are inspected"])
    assert shown["book"] == decision.book


def test_a_decision_holds_no_value_of_the_document(book, row, body, item, decided):
    """Keys of elements are told, never what stands in them."""
    decision = decided(book(row()), body(item(7, "0603999"), Declarant={"Name": "Invented Person"}))
    assert decision.results
    assert "0603999" not in json.dumps(as_json(decision))
    assert "Invented" not in json.dumps(as_json(decision))


def test_the_whole_document_and_nothing_expected_are_told_as_such(book, row, decided):
    """`matched` null is the whole; `expects` is nothing."""
    rows = book(row(each=None, when={}, expects="nothing"))
    (result,) = as_json(decided(rows, {"TypeCode": "IMA"}))["results"]
    assert (result["matched"], result["expects"]) == (None, "nothing")
