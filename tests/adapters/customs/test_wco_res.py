"""WCO-RES: what an agency's response means, with and without its namespaces."""

import pytest

from adapters.customs.wco_res import WcoRes
from broker.adapter import Profile, Reference
from broker.model.answer import ANSWER_STATUSES, AnswerReport

SPACE = "urn:wco:datamodel:WCO:RES-DMS:2"
ABOUT = "<Declaration><FunctionalReferenceID>L1</FunctionalReferenceID><ID>M1</ID></Declaration>"


def _response(code: str, content: str = "", about: str = ABOUT) -> str:
    return (
        f"<Response><FunctionCode>{code}</FunctionCode>"
        f"<FunctionalReferenceID>n-1</FunctionalReferenceID>{content}{about}</Response>"
    )


def _read(payload: str, profile: Profile):
    translation = WcoRes().translate(payload.encode(), profile)
    assert translation.problems == ()
    return [(message, *message.events) for message in translation.messages]


@pytest.mark.parametrize(
    ("code", "status"),
    [("01", "acknowledged"), ("02", None), ("03", "ended"), ("05", "inspection"),
     ("06", "information_wanted"), ("07", None), ("08", "released"), ("09", "released"),
     ("10", "ended"), ("11", None), ("13", None), ("14", None), ("15", None), ("16", None),
     ("17", None), ("18", None), ("50", "held"), ("51", "information_wanted")],
)  # fmt: skip
def test_the_profile_says_what_each_function_code_means(code, status, uk_responses):
    """A decision has a normalised status, a notice has none; the native code stands beside."""
    ((message, draft),) = _read(_response(code), uk_responses)
    assert (message.verdict, message.reference) == ("accepted", "n-1")
    assert (draft.kind, draft.does, draft.package) == ("", "answer", "answer")
    assert draft.references == (Reference("MRN", "M1"), Reference("LRN", "L1"))
    (answer,) = draft.body["Answer"]
    assert answer["NativeCode"] == code
    assert answer.get("StatusCode") == status
    assert status is None or status in ANSWER_STATUSES
    AnswerReport.model_validate(draft.body)


@pytest.mark.parametrize(
    ("code", "errors", "status"),
    [("03", (), "ended"), ("03", ("CDS12046",), "ended"), ("03", ("CDS10001",), "refused"),
     ("03", ("CDS12046", "CDS10001"), "refused"), ("10", (), "ended"), ("10", ("X1",), None)],
)  # fmt: skip
def test_customs_ends_a_declaration_by_codes_of_the_profile(code, errors, status, uk_responses):
    """Without an error, or with the one that says so alone; a request is refused all the same."""
    said = "".join(f"<Error><ValidationCode>{one}</ValidationCode></Error>" for one in errors)
    ((_message, draft),) = _read(_response(code, said), uk_responses)
    (answer,) = draft.body["Answer"]
    assert answer.get("StatusCode") == status
    refused = {"StatusCode": "refused", "DocumentStatusCode": "held"}
    granted = {"TypeCode": "withdraw", "StatusCode": "granted"}
    assert answer["RequestStatus"] == [refused if code == "03" else granted]
    AnswerReport.model_validate(draft.body)


def _block(*sections, tag):
    steps = [f"<DocumentSectionCode>{one}</DocumentSectionCode>" for one in sections]
    steps[-1] += f"<TagID>{tag}</TagID>"
    written = "".join(f"<Pointer>{one}</Pointer>" for one in steps)
    return f"<Amendment><ChangeReasonCode>16</ChangeReasonCode>{written}</Amendment>"


def test_a_correction_of_customs_says_its_changes_and_holds_their_values(uk_responses):
    """Pointers begin at the response or the declaration; one that leads nowhere stays a change."""
    blocks = (
        _block("42A", "67A", "28A", "64A", tag="L016") + _block("07B", "42A", tag="109")
        + _block("42A", "67A", "99Z", tag="1")
    )  # fmt: skip
    second = (
        "<Declaration><GoodsShipment><Consignment><GoodsLocation><Name>QZ1</Name>"
        "</GoodsLocation></Consignment></GoodsShipment></Declaration>"
    )
    ((message, draft),) = _read(_response("07", blocks, ABOUT + second), uk_responses)
    assert (message.verdict, message.problems) == ("accepted", ())
    assert [change.path for change in draft.changes] == [
        "GoodsShipment.Consignment.GoodsLocation.Name", "InvoiceAmount", "42A/67A/99Z/1",
    ]  # fmt: skip
    assert [change.place["block"] for change in draft.changes] == [1, 2, 3]
    location = draft.body["AmendedDeclaration"]["GoodsShipment"]["Consignment"]["GoodsLocation"]
    assert location == {"Name": "QZ1"}
    ((_notice, other),) = _read(_response("02", blocks, ABOUT + second), uk_responses)
    assert other.changes == ()


def test_each_response_of_an_envelope_is_a_message(uk_responses):
    """A batch is read one by one, and a bad one does not reject its neighbours."""
    batch = f"<MetaData>{_response('09')}{_response('99')}{_response('05')}</MetaData>"
    read = _read(batch, uk_responses)
    assert [message.number for message, _draft in read] == [1, 2, 3]
    assert [message.verdict for message, _draft in read] == ["accepted", "rejected", "accepted"]
    (problem,) = read[1][0].problems
    assert problem.code == "wco.response.function-unknown"
    assert problem.message == 2
    assert problem.where.xpath == "/MetaData/Response[2]/FunctionCode"


@pytest.mark.parametrize("root", ["", f' xmlns="{SPACE}"', f' xmlns:r="{SPACE}"'])
def test_namespaces_may_be_there_or_lost(root, uk_responses):
    """The same response says the same with a namespace, without any, and with some prefixes."""
    payload = _response("09").replace("<Response>", f"<Response{root}>")
    if ":r=" in root:
        payload = payload.replace("<ID>", "<r:ID>").replace("</ID>", "</r:ID>")
    ((_message, draft),) = _read(payload, uk_responses)
    ((_other, plain),) = _read(_response("09"), uk_responses)
    assert draft.body == plain.body


def test_a_response_about_nothing_is_refused(uk_responses):
    """Without MRN and LRN, or without a FunctionCode, an answer cannot be used."""
    ((message, draft),) = _read(_response("09", about="<Declaration/>"), uk_responses)
    assert [(one.code, one.path) for one in message.problems] == [
        ("value.missing", "Response.Declaration.ID")
    ]
    assert draft.references == ()
    empty = _response("09").replace("<FunctionCode>09</FunctionCode>", "")
    ((message, _draft),) = _read(empty, uk_responses)
    assert [one.path for one in message.problems] == ["Response.FunctionCode"]


def test_a_wrong_date_only_warns(uk_responses):
    """By this profile a date in words keeps no answer from being read, and is kept as said."""
    content = (
        "<Status><EffectiveDateTime><DateTimeString>Wed Nov 13</DateTimeString>"
        "</EffectiveDateTime></Status>"
    )
    ((message, draft),) = _read(_response("16", content), uk_responses)
    assert message.verdict == "accepted"
    assert [one.severity for one in message.problems] == ["warning"]
    assert [one.value for one in draft.unmapped] == ["Wed Nov 13"]
