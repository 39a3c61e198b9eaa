"""Replies: a valid CUSRSP for every status and for every problem, and a JSON one for a push."""

from importlib.resources import files

import orjson
import pytest
from lxml import etree

from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from adapters.postal.replying import item_of
from adapters.postal.sample_item import compose, compose_flawed, compose_lines, trees
from adapters.postal.writing import interchange
from broker.adapter import Extent, Original, Outgoing, Profile, Reference, Stamp
from broker.model.answer import ANSWER_STATUSES
from broker.model.board import BoardAnswer
from broker.model.problem import Place, Problem

SCHEMA = etree.XMLSchema(
    etree.fromstring(
        files("adapters.postal").joinpath("dialects", "cusrsp.xsd").read_bytes()
    )
)  # fmt: skip
STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-11-06T07:41:12Z", 3)
KNOWN = (Reference("MRN", "M1"), Reference("S10", "LX123456785US/2026-11-02"))
STATUSES = (*ANSWER_STATUSES, "rejected", "declined", "noted", "waiting", "not_required",
            "waiting_reference")  # fmt: skip
ANSWER = {
    "AgencyID": "customs",
    "PurposeCode": "import-control",
    "Subject": "GoodsShipment.Consignment.ConsignmentItem[2]",
    "CheckCode": "H1",
    "StatusCode": "information_wanted",
    "NativeCode": "54",
    "NativeText": "documents wanted",
    "ValidUntilDateTime": "2026-12-01",
    "Reason": [{"Code": "R1", "Text": "invoice missing \x00 <here>", "Path": "AdditionalDocument"}],
    "Condition": [{"Text": "keep apart"}, {"Text": " "}],
    "WantedDocument": [{"TypeCode": "N380", "ID": "I-1", "Text": "invoice"}],
}


def _reply(out: Outgoing, profile: Profile, payload: bytes = b"", message: int = 1):
    (artifact,) = Itmatt().reply(out, Original("s_1", payload, message), profile)
    root = etree.fromstring(artifact.content)
    assert SCHEMA.validate(root), SCHEMA.error_log
    assert artifact.content_type == "application/xml"
    return root


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_a_valid_response(status, itmatt_profile):
    """Decision and reason are the profile's, each status has its own, the schema finds no fault."""
    BoardAnswer.model_validate(ANSWER)
    root = _reply(Outgoing(status, KNOWN, STAMP, answers=(ANSWER, {}, ANSWER)), itmatt_profile)
    decision = itmatt_profile.settings["decisions"][status]
    assert root.findtext("FunctionalReferenceID") == "LX123456785US"
    assert root.findtext("CustOrganizationCd") == "QZC1"
    assert root.findtext("PostOrganizationCd") == "QZAA"
    assert root.findtext("Data/ClearanceDt") == STAMP.issued_at
    assert root.findtext("Data/DecisionCd") == decision["decision"]
    assert root.findtext("Data/DecisionReasonCd") == decision["reason"]
    assert root.findtext("Data/DecisionReasonNm") == decision["name"]
    assert len(root.findall("Answers/Answer")) == 2


def test_decisions_of_the_profile_tell_the_statuses_apart(itmatt_profile):
    """Only those that mean the same to a post, received and pending, share a pair of codes."""
    said = itmatt_profile.settings["decisions"]
    pairs = {(one["decision"], one["reason"]) for name, one in said.items()}
    assert len(pairs) == len(said) - 1
    assert {*STATUSES, "withdrawn", "*"} == set(said)


def test_an_answer_arrives_with_all_that_the_view_let_through(itmatt_profile):
    """Agency, subject, reasons, conditions and wanted documents stand in the answer."""
    root = _reply(Outgoing("information_wanted", KNOWN, STAMP, answers=(ANSWER,)), itmatt_profile)
    said = [(one.tag, one.text) for one in root.find("Answers/Answer").iter() if len(one) == 0]
    assert said == [
        ("Agency", "customs"), ("Purpose", "import-control"),
        ("Subject", "GoodsShipment.Consignment.ConsignmentItem[2]"), ("Check", "H1"),
        ("Status", "information_wanted"), ("NativeCd", "54"), ("NativeNm", "documents wanted"),
        ("ValidUntil", "2026-12-01"), ("Cd", "R1"), ("Nm", "invoice missing \ufffd <here>"),
        ("Path", "AdditionalDocument"), ("Nm", "keep apart"), ("Cd", "N380"), ("Id", "I-1"),
        ("Nm", "invoice"),
    ]  # fmt: skip


def test_what_is_owed_and_wanted_by_when_stands_in_the_answer(itmatt_profile):
    """A payment with its sum, reference and due time; limits, remarks, errors, documents."""
    answer = {
        "StatusCode": "held",
        "WantedDocument": [{"TypeCode": "N380", "LimitDateTime": "2026-12-02"}],
        "Limit": [{"DateTime": "2026-12-03", "Text": "stored until then"}],
        "Remark": [{"Code": "A1", "Text": "pay at the office"}],
        "Error": [{"Code": "E1", "Path": "InvoiceAmount"}],
        "Payment": [{
            "TypeCode": "A00", "PaymentAmount": {"value": "60.00", "currency": "EUR"},
            "MethodCode": "E", "ReferenceID": "P-1", "DueDateTime": "2026-12-04",
            "Guarantee": [{"ReferenceID": "G-1"}],
        }],
    }  # fmt: skip
    BoardAnswer.model_validate(answer)
    root = _reply(Outgoing("held", KNOWN, STAMP, answers=(answer,)), itmatt_profile)
    said = [(one.tag, one.text) for one in root.find("Answers/Answer").iter() if len(one) == 0]
    assert said == [
        ("Status", "held"), ("Cd", "N380"), ("Until", "2026-12-02"), ("Nm", "stored until then"),
        ("Until", "2026-12-03"), ("Cd", "A1"), ("Nm", "pay at the office"), ("Cd", "E1"),
        ("Path", "InvoiceAmount"), ("Cd", "A00"), ("Amount", "60.00 EUR"), ("MethodCd", "E"),
        ("Reference", "P-1"), ("Due", "2026-12-04"), ("Guarantee", "G-1"),
    ]  # fmt: skip


def test_a_rejection_tells_each_problem_with_its_place(itmatt_profile):
    """Code, words, path, value, expectation, hint and place of a problem are told to the post."""
    problem = Problem(
        code="postal.hs.malformed", text="ID is 'X'",
        where=Place(xpath="/ITMATT/x", line=7, column=9),
        path="Declaration.GoodsShipment", found="X", expected="digits", hint="ask the sender",
    )  # fmt: skip
    root = _reply(Outgoing("rejected", KNOWN, STAMP, problems=(problem,)), itmatt_profile)
    (told,) = root.findall("Problems/Problem")
    assert [(one.tag, one.text) for one in told] == [
        ("Cd", "postal.hs.malformed"), ("Severity", "error"), ("Nm", "ID is 'X'"),
        ("Path", "Declaration.GoodsShipment"), ("Found", "X"), ("Expected", "digits"),
        ("Hint", "ask the sender"), ("XPath", "/ITMATT/x"), ("Line", "7"), ("Column", "9"),
    ]  # fmt: skip


def _of_three() -> bytes:
    """An interchange whose second item has three content pieces, the last without a number."""
    composed = trees(items=2, number=1, seed=1)
    line = composed[0]["GoodsShipment"]["Consignment"]["ConsignmentItem"][0]
    commodity = {**line["Commodity"], "Description": "toy <train>"}
    composed[1]["GoodsShipment"]["Consignment"]["ConsignmentItem"] = [
        {**line, "SequenceNumeric": "1"}, {**line, "SequenceNumeric": "02"},
        {"Commodity": commodity},
    ]  # fmt: skip
    return interchange(composed)


WAY = "GoodsShipment.Consignment.ConsignmentItem"
CUT = Extent(3, 1, (f"{WAY}[02]", f"{WAY}[#3]", f"{WAY}[1000]"), cut=True)


@pytest.mark.parametrize("status", ["noted", "released", "rejected"])
def test_each_content_piece_that_was_left_out_is_named_in_every_reply(status, itmatt_profile):
    """Path, description and place are those of the message; the decision says it in words."""
    out = Outgoing(status, KNOWN, STAMP, extent=CUT)
    root = _reply(out, itmatt_profile, _of_three(), 2)
    assert root.findtext("Extent/Declared") == "3"
    assert root.findtext("Extent/Taken") == "1"
    named = root.findall("Extent/LeftOut")
    assert [one.findtext("Path") for one in named] == list(CUT.left_out)
    assert named[1].findtext("Nm") == "toy <train>"
    assert named[1].findtext("XPath").endswith("Declaration[2]/ContentPieces/ContentPiece[3]")
    assert named[1].findtext("Line") == "4"
    assert named[2].find("Nm") is None
    name = itmatt_profile.settings["decisions"][status]["name"]
    told = root.findtext("Data/DecisionReasonNm")
    assert told == f"{name}, without 3 of 3 content pieces"


def test_pieces_that_are_not_confirmed_are_named(itmatt_profile, items_profile):
    """What an earlier message named and this one did not is in the reply, in both syntaxes."""
    extent = Extent(2, 2, not_confirmed=(f"{WAY}[3]",))
    out = Outgoing("released", KNOWN, STAMP, extent=extent)
    root = _reply(out, itmatt_profile)
    assert [one.text for one in root.iter("NotConfirmed")] == [f"{WAY}[3]"]
    assert "1 content pieces are not confirmed" in root.findtext("Data/DecisionReasonNm")
    (artifact,) = ItemJson().reply(out, Original("s_1", b"{}", 1), items_profile)
    assert orjson.loads(artifact.content)["extent"]["not_confirmed"] == [f"{WAY}[3]"]


def test_a_whole_item_has_no_such_words(itmatt_profile):
    """Where everything was taken, the decision is the profile's alone."""
    root = _reply(Outgoing("released", KNOWN, STAMP, extent=Extent(3, 3)), itmatt_profile)
    assert root.findtext("Data/DecisionReasonNm") == "Import authorised"
    assert root.find("Extent/LeftOut") is None


def test_a_reply_names_the_one_it_changes_and_when_an_answer_was_given(
    itmatt_profile, items_profile
):
    """The earlier reply, the version, the former subject and a release by silence are named."""
    late = {"StatusCode": "held", "VersionID": "3", "FormerSubject": f"{WAY}[2]", "Silence": "yes"}
    out = Outgoing("held", KNOWN, STAMP, answers=(late,), changes="d_before")
    root = _reply(out, itmatt_profile)
    assert root.findtext("PreviousReply") == "d_before"
    answer = root.find("Answers/Answer")
    assert [(one.tag, one.text) for one in answer] == [
        ("Status", "held"), ("Version", "3"), ("FormerSubject", f"{WAY}[2]"), ("Silence", "yes"),
    ]  # fmt: skip
    (artifact,) = ItemJson().reply(out, Original("s_1", b"{}", 1), items_profile)
    content = orjson.loads(artifact.content)
    assert content["changes"] == "d_before"
    assert content["answers"] == [late]


def test_errors_come_before_warnings_in_both_replies(itmatt_profile, items_profile):
    """Whatever order the problems have, and each has its severity."""
    problems = (Problem("a.b", "w", severity="warning"), Problem("c.d", "e"),
                Problem("e.f", "w", severity="warning"))  # fmt: skip
    out = Outgoing("rejected", KNOWN, STAMP, problems=problems)
    root = _reply(out, itmatt_profile)
    assert [one.text for one in root.iter("Cd")] == ["c.d", "a.b", "e.f"]
    assert [one.text for one in root.iter("Severity")] == ["error", "warning", "warning"]
    (artifact,) = ItemJson().reply(out, Original("s_1", b"{}", 1), items_profile)
    told = orjson.loads(artifact.content)["problems"]
    assert [(one["code"], one["severity"]) for one in told] == [
        ("c.d", "error"), ("a.b", "warning"), ("e.f", "warning"),
    ]  # fmt: skip


def test_an_item_that_waits_is_reported_as_received(itmatt_profile):
    """What it waits for is the one warning of the reply."""
    problem = Problem("reference.waiting", "waits for MRN x", severity="warning", hint="until y")
    root = _reply(Outgoing("waiting_reference", (), STAMP, problems=(problem,)), itmatt_profile)
    assert root.findtext("Data/DecisionCd") == "0"
    assert "waits" in root.findtext("Data/DecisionReasonNm")
    assert root.findtext("Problems/Problem/Severity") == "warning"


def test_a_pusher_has_each_piece_that_was_left_out_by_its_pointer(items_profile):
    """In JSON the place is the pointer and the line of the piece."""
    payload = b"\n".join(map(orjson.dumps, trees(items=2, number=1, seed=1)))
    extent = Extent(1, 0, (f"{WAY}[1]",), cut=True)
    out = Outgoing("noted", KNOWN, STAMP, extent=extent)
    (artifact,) = ItemJson().reply(out, Original("s_1", payload, 2), items_profile)
    content = orjson.loads(artifact.content)["extent"]
    (named,) = content["left_out"]
    assert named["path"] == f"{WAY}[1]"
    assert named["where"] == {
        "line": 2, "json_pointer": "/GoodsShipment/Consignment/ConsignmentItem/0"
    }  # fmt: skip
    assert named["description"]
    assert content["text"] == "without 1 of 1 content pieces"
    assert content["cut"] is True


def test_an_item_without_a_key_is_named_as_its_sender_named_it(itmatt_profile):
    """No reference tells which item was rejected: the number is read from that item again."""
    payload = b"<ITMATT><MailObject/><MailObject><Id>no-key</Id></MailObject></ITMATT>"
    out = Outgoing("rejected", (), STAMP, problems=(Problem("xml.doctype", "x"),))
    assert _reply(out, itmatt_profile, payload, 2).findtext("FunctionalReferenceID") == "no-key"
    for other in (0, 1, 3):
        root = _reply(out, itmatt_profile, payload, other)
        assert root.find("FunctionalReferenceID") is None
    assert _reply(out, itmatt_profile, b"no XML").find("FunctionalReferenceID") is None


def test_a_profile_without_decisions_still_tells_the_status():
    """What a profile has no code for is told by its name."""
    root = _reply(Outgoing("held", KNOWN, STAMP), Profile("plain", "postal", ""))
    assert root.findtext("Data/DecisionReasonNm") == "held"
    assert root.find("Data/DecisionCd") is None


@pytest.mark.parametrize("number", range(0, 40, 2))
def test_the_problems_of_every_defect_are_told(number, itmatt_profile, items_profile):
    """Each problem of a flawed line is one Problem of a valid response."""
    payload, _words = compose_flawed(items=1, number=number, seed=9)
    (message,) = ItemJson().translate(payload, items_profile).messages
    root = _reply(Outgoing("rejected", (), STAMP, problems=message.problems), itmatt_profile)
    assert [one.text for one in root.iter("Cd")] == [one.code for one in message.problems]


def test_a_pusher_hears_in_json_of_one_line(items_profile):
    """Line, item, status, references, answers and problems are those of the line asked about."""
    payload = compose_lines(items=3, number=1, seed=1)
    problem = Problem("json.key-repeated", "twice", message=2, where=Place(json_pointer="/a"))
    out = Outgoing("rejected", KNOWN, STAMP, answers=(ANSWER,), problems=(problem,))
    (artifact,) = ItemJson().reply(out, Original("s_1", payload, 2), items_profile)
    assert artifact.content_type == "application/json"
    assert orjson.loads(artifact.content) == {
        "id": STAMP.id, "issued_at": STAMP.issued_at, "submission": "s_1", "message": 2, "line": 2,
        "item": "LX123456785US", "status": "rejected",
        "references": [["MRN", "M1"], ["S10", "LX123456785US/2026-11-02"]],
        "answers": [ANSWER],
        "problems": [{"code": "json.key-repeated", "severity": "error", "text": "twice",
                      "where": {"message": 2, "json_pointer": "/a"}}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "message", "line", "item"),
    [
        (b'{"FunctionalReferenceID":"x"}', 1, None, "x"),
        (b'{"a":1}\n\nbroken\n{"FunctionalReferenceID":"y"}', 3, 4, "y"),
        (b'{"a":1}\n\nbroken\n{"FunctionalReferenceID":"y"}', 2, 3, ""),
        (b"{}\n{}", 5, None, ""), (b"", 1, None, ""),
    ],
)  # fmt: skip
def test_a_line_without_a_key_is_named_as_far_as_it_can_be(
    payload, message, line, item, items_profile
):
    """The line is found again by its number; its identifier is told where one can be read."""
    (artifact,) = ItemJson().reply(
        Outgoing("rejected", (), STAMP), Original("s_1", payload, message), items_profile
    )
    shown = orjson.loads(artifact.content)
    assert (shown["message"], shown["line"], shown["item"]) == (message, line, item)


def test_the_item_of_a_reference_is_the_number_alone():
    """The day behind the slash is the broker's, not the label's."""
    for value, item in (("LX123456785US/2026-11-02", "LX123456785US"), ("a/b/2026-11-02", "a/b"),
                        ("LX123456785US", "LX123456785US")):  # fmt: skip
        assert item_of(Outgoing("held", (Reference("S10", value),), STAMP)) == item
    assert item_of(Outgoing("held", (), STAMP)) == ""


def test_a_reply_about_a_late_item_of_an_interchange_needs_no_parse(itmatt_profile):
    """Where a reference names the item, the original is not looked at: it may be anything."""
    whole = compose(items=2, number=1, seed=1)
    for payload in (whole, whole[:50], b""):
        root = _reply(Outgoing("released", KNOWN, STAMP), itmatt_profile, payload, 2)
        assert root.findtext("FunctionalReferenceID") == "LX123456785US"


QUESTION = {"SequenceNumeric": "3", "AgencyID": "customs", "TypeCode": "documents",
            "StatusCode": "overdue", "DueDateTime": "2026-12-02T12:00:00.000Z",
            "WantedDocument": [{"TypeCode": "N380"}]}  # fmt: skip
REPORTED = {"TypeCode": "arrived", "DateTime": "2026-11-06T06:00:00.000Z", "AgencyID": "customs"}


def test_a_question_stands_in_the_reply_with_its_number_and_its_time(itmatt_profile, items_profile):
    """What a response names is there in both formats, beside what customs has reported."""
    tree = {"Question": [QUESTION], "Reported": [REPORTED]}
    out = Outgoing("information_wanted", KNOWN, STAMP, tree=tree)
    root = _reply(out, itmatt_profile)
    said = [(one.tag, one.text) for one in root.find("Questions/Question").iter() if len(one) == 0]
    assert said == [
        ("Number", "3"), ("Agency", "customs"), ("Cd", "documents"), ("Status", "overdue"),
        ("Until", "2026-12-02T12:00:00.000Z"), ("Cd", "N380"),
    ]  # fmt: skip
    assert [one.text for one in root.find("Reports/Report")] == [*REPORTED.values()]
    (artifact,) = ItemJson().reply(out, Original("s_1", b"{}", 1), items_profile)
    content = orjson.loads(artifact.content)
    assert (content["questions"], content["reported"]) == ([QUESTION], [REPORTED])
