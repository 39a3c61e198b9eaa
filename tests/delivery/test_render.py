"""A row of the queue as the bytes its recipient gets."""

import base64
from dataclasses import replace

import orjson
import pytest

from broker.adapter import Artifact, Profile
from broker.delivery.render import ReplyTo, numbered, rendered
from broker.model.line import Cursor
from broker.model.problem import Problem, as_json
from broker.replies import payloads
from broker.replies.refusals import Refused, refusal_row
from tests.toy_format import ToyFormat

AT = "2026-11-22T09:30:00.000Z"
ROW = {
    "id": "d_1", "type": "goods-declaration.new", "created_at": AT, "dossier": "o_1",
    "what": "document", "version": 1, "payload": b'{"body":{"TypeCode":"IMA"}}',
    "context": '{"trace":"00-a-b-01"}',
}  # fmt: skip
REFUSAL = refusal_row(
    Refused("s_1", 2, "toy-house", "toys", AT, ""), "rejected",
    [Problem("toy.rejected", "no")], [("LRN", "A")],
)._asdict()  # fmt: skip
REFERENCES = [("MRN", "26QZ1", ""), ("CALL", "1/QZPOR", "toys"), ("LRN", "B", "others")]
REPLY_TO = ReplyTo(b"{}", ToyFormat(), Profile("", "toy", "toy 1"))


@pytest.mark.parametrize("what", ["document", "notice", "board"])
def test_a_recipient_gets_the_payload_as_data(what):
    """A CloudEvent with the dossier as subject and the trace; the payload is not touched."""
    shown = orjson.loads(rendered({**ROW, "what": what}, None, (), "urn:qz"))
    assert shown == {
        "specversion": "1.0",
        "id": "d_1",
        "source": "urn:qz",
        "type": "goods-declaration.new",
        "time": AT,
        "subject": "o_1",
        "traceparent": "00-a-b-01",
        "data": {"body": {"TypeCode": "IMA"}},
    }


def test_a_reply_on_a_topic_is_in_its_senders_syntax_too():
    """No schema holds a reply: what goes to a topic is the same CloudEvent."""
    shown = rendered(REFUSAL, REPLY_TO, (), "urn:qz")
    assert rendered(REFUSAL, REPLY_TO, (), "urn:qz", avro=True) == shown


def test_a_reply_is_rendered_by_the_adapter_of_what_it_answers():
    """Status, message, problems and its party's references reach the adapter; base64 goes out."""
    shown = orjson.loads(rendered(REFUSAL, REPLY_TO, REFERENCES, "urn:qz"))
    assert (shown["swbsubmission"], shown["swbmessage"], shown["swbstatus"]) == (
        "s_1", 2, "rejected",
    )  # fmt: skip
    assert shown["datacontenttype"] == "application/x-toy"
    assert "data" not in shown
    assert "subject" not in shown
    assert orjson.loads(base64.b64decode(shown["data_base64"])) == {
        "status": "rejected",
        "message": 2,
        "codes": ["toy.rejected"],
        "references": [["LRN", "A"], ["MRN", "26QZ1"], ["CALL", "1/QZPOR"]],
    }


@pytest.mark.parametrize("status", ["rejected", "declined", "noted", "waiting_reference"])
def test_every_reply_repeats_what_translation_found_wrong(status):
    """Who was left out of a list that is then declined is named in that reply too, once."""
    left = Problem("toy.left-out", "this element has errors")
    late = Problem("toy.odd", "this is odd", severity="warning")
    whom = Refused("s_1", 2, "toy-house", "toys", AT, "")
    row = refusal_row(whom, status, [late, left], [])._asdict()
    to = replace(REPLY_TO, problems=[as_json(left)])
    shown = orjson.loads(rendered(row, to, (), "urn:qz"))
    found = orjson.loads(base64.b64decode(shown["data_base64"]))
    assert found["codes"] == ["toy.left-out", "toy.odd"]


class TwoArtifacts(ToyFormat):
    """A format whose reply is a workbook and a list."""

    def reply(self, out, original, profile):
        """The codes of the problems, as bytes and as JSON."""
        del original, profile
        content = orjson.dumps([problem.code for problem in out.problems])
        return (Artifact(b"PK", "application/x-book", "book.x"),
                Artifact(content, "application/json", "problems.json"))  # fmt: skip


def test_a_reply_of_several_artifacts_holds_each_by_its_name():
    """Bytes are base64, JSON is JSON."""
    to = ReplyTo(b"{}", TwoArtifacts(), REPLY_TO.profile)
    shown = orjson.loads(rendered(REFUSAL, to, (), "urn:qz"))
    assert "data_base64" not in shown
    assert shown["data"]["artifacts"] == [
        {"name": "book.x", "content_type": "application/x-book", "content_base64": "UEs="},
        {"name": "problems.json", "content_type": "application/json",
         "content": ["toy.rejected"]},
    ]  # fmt: skip


def test_a_reply_to_bytes_of_no_format_is_plain_data():
    """Where nobody knows the syntax, the problems are told as they are."""
    shown = orjson.loads(rendered(REFUSAL, ReplyTo(b"?", None, REPLY_TO.profile), (), "urn:qz"))
    assert "data_base64" not in shown
    assert shown["data"] == orjson.loads(
        payloads.refusal("rejected", [Problem("toy.rejected", "no")], [("LRN", "A")])
    )


def test_rendering_twice_gives_the_same_bytes():
    """A reply made again is the same reply."""
    assert rendered(REFUSAL, REPLY_TO, (), "urn:qz") == rendered(REFUSAL, REPLY_TO, (), "urn:qz")


def test_the_number_is_put_in_front():
    """The kept bytes stay what they are."""
    chain = "0123456789abcdef"
    said = orjson.loads(numbered(Cursor(7, chain), b'{"id":"d_1"}'))
    assert said == {"swbseq": 7, "swbchain": chain, "id": "d_1"}
