"""The data of each delivery."""

import orjson

from broker.model.problem import Problem
from broker.replies import payloads
from broker.replies.payloads import Entitlement
from tests.sample_events import PLANTS, opened

DOCUMENT = opened("06031100").live[""]
TOLD = Entitlement(
    purpose="phytosanitary-control", rules=("plants",), because=("plants are inspected",),
    legal_basis=("IPPC",), checks=("PH-DOC",), codes=(), elements=None, answer_by=None,
    silence=None,
)  # fmt: skip


def test_a_document_says_what_it_is_why_it_is_sent_and_what_is_expected():
    """Ids, version, purpose, rows with their law, and the body the view passed; nothing else."""
    shown = orjson.loads(payloads.document("o_1", DOCUMENT, TOLD, {"TypeCode": "IMA"}, 1))
    assert shown == {
        "dossier": "o_1",
        "document": DOCUMENT.id,
        "package": "goods-declaration",
        "part": "",
        "version": 1,
        "previous_version": 1,
        "purpose": "phytosanitary-control",
        "rules": ["plants"],
        "because": ["plants are inspected"],
        "legal_basis": ["IPPC"],
        "checks": ["PH-DOC"],
        "codes": [],
        "elements": "whole",
        "expects": "nothing",
        "body": {"TypeCode": "IMA"},
    }


def test_a_withdrawal_holds_only_ids_its_recipient_knows():
    """No body, no reason, no rule."""
    shown = orjson.loads(payloads.withdrawal("o_1", PLANTS, "d_1"))
    assert shown == {
        "dossier": "o_1",
        "withdrawn": True,
        "part": "",
        "purpose": "phytosanitary-control",
        "delivery": "d_1",
    }


def test_a_board_and_a_refusal_hold_what_they_are_given():
    """The status with the cut tree; the status with the problems."""
    assert orjson.loads(payloads.board("held", 3, {"Answer": []})) == {
        "status": "held",
        "version": 3,
        "board": {"Answer": []},
    }
    shown = orjson.loads(payloads.refusal("declined", [Problem("a.b", "text")], [("LRN", "1")]))
    assert shown["problems"] == [{"code": "a.b", "severity": "error", "text": "text", "where": {}}]
    assert (shown["status"], shown["references"]) == ("declined", [["LRN", "1"]])
