"""The data of each delivery."""

from dataclasses import replace

import orjson
import pytest

from broker.model.extent import Extent
from broker.model.problem import Problem
from broker.replies import payloads
from broker.replies.payloads import Entitlement, Since
from tests.sample_events import PLANTS, ask, opened

DOCUMENT = opened("06031100").live[""]
TOLD = Entitlement(
    purpose="phytosanitary-control", rules=("plants",), because=("plants are inspected",),
    legal_basis=("IPPC",), checks=("PH-DOC",), codes=(), elements=None, ask=None,
)  # fmt: skip


def test_a_document_says_what_it_is_why_it_is_sent_and_what_is_expected():
    """Ids, version, purpose, rows with their law, and the body the view passed; nothing else."""
    shown = orjson.loads(payloads.document("o_1", DOCUMENT, TOLD, {"TypeCode": "IMA"}, Since(1)))
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


EXPECTS = (
    (ask(PLANTS), {"answer_by": "2026-11-23T09:30:00.000Z", "silence": "escalate"}),
    (ask(PLANTS, silence="release", due_at="", within_s=7200),
     {"answer_by": "", "silence": "release", "within_s": 7200, "from": "acknowledgement"}),
    (ask(PLANTS, silence="release", due_at="", within_s=60, counted_from="arrival"),
     {"answer_by": "", "silence": "release", "within_s": 60, "from": "arrival"}),
)  # fmt: skip


@pytest.mark.parametrize(("asked", "expects"), EXPECTS)
def test_a_document_says_until_when_an_answer_is_expected(asked, expects):
    """Silence has no time yet: it counts from an acknowledgement, or the arrival of the goods."""
    told = TOLD._replace(ask=asked)
    shown = orjson.loads(payloads.document("o_1", DOCUMENT, told, {}, Since()))
    assert shown["expects"] == expects


def test_a_document_says_how_much_of_its_list_it_holds_and_who_was_removed():
    """How many were declared, taken and left out; who is not confirmed; whose answer went."""
    extent = Extent(declared=3, taken=1, left_out=("A[2]", "A[3]"), cut=True,
                    not_confirmed=("A[7]",))  # fmt: skip
    removed = {"path": "A[4]", "answered": "refused", "name": "ROE JO"}
    document = replace(DOCUMENT, extent=extent)
    shown = orjson.loads(payloads.document("o_1", document, TOLD, {}, Since(2, [removed])))
    assert shown["list"] == {"declared": 3, "taken": 1, "left_out": 2, "not_confirmed": ["A[7]"]}
    assert (shown["previous_version"], shown["removed"]) == (2, [removed])


def test_a_notice_about_an_answer_holds_paths_and_deliveries():
    """What changed, what is gone, and which delivery shows what is there now."""
    what = payloads.Unsettled("d_1", ["A[1]"], ["A[2]"], "d_3")
    assert orjson.loads(payloads.unsettled("o_1", PLANTS, 4, what)) == {
        "dossier": "o_1", "part": "", "purpose": "phytosanitary-control", "version": 4,
        "delivery": "d_1", "changed": ["A[1]"], "gone": ["A[2]"], "now": "d_3",
    }  # fmt: skip


def test_a_withdrawal_holds_only_ids_its_recipient_knows():
    """No body, no reason, no rule; and until when it is asked, if it objected to something."""
    shown = orjson.loads(payloads.withdrawal("o_1", PLANTS, "d_1"))
    assert shown == {
        "dossier": "o_1",
        "withdrawn": True,
        "part": "",
        "purpose": "phytosanitary-control",
        "delivery": "d_1",
    }
    asked = payloads.withdrawal("o_1", PLANTS, "d_1", {"answer_by": "x", "silence": "escalate"})
    assert orjson.loads(asked) == {**shown, "expects": {"answer_by": "x", "silence": "escalate"}}


def test_a_board_and_a_refusal_hold_what_they_are_given():
    """The status with the cut tree, and what is odd about the message; a refusal's problems."""
    assert orjson.loads(payloads.board("held", 3, {"Answer": []})) == {
        "status": "held",
        "version": 3,
        "board": {"Answer": []},
    }
    noted = orjson.loads(payloads.board("held", 3, {}, [Problem("a.b", "text", "warning")]))
    assert [(one["code"], one["severity"]) for one in noted["problems"]] == [("a.b", "warning")]
    shown = orjson.loads(payloads.refusal("declined", [Problem("a.b", "text")], [("LRN", "1")]))
    assert shown["problems"] == [{"code": "a.b", "severity": "error", "text": "text", "where": {}}]
    assert (shown["status"], shown["references"]) == ("declined", [["LRN", "1"]])
