"""Every published notification, as customs' answer to a declaration of our own: what comes through.

The table states, for each file, the FunctionCode of the reply, the overall status beside it, and
how many of each thing the notification states. Each of these things is found in the reply with all
that stands in it: amounts, currencies, references, times, codes, words and pointers.
"""

import base64
import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from adapters.customs.wco_res import WcoRes
from broker.model.paths import leaves
from tests.adapters.conftest import load_profile
from tests.broker_in_process import SENDER, XML, Broker, declaration, in_process, story

LRN, MRN = "QZ-NOTIFIED-1", "26QZ00000000000001"
ROWS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("notifications.yaml").read_text("utf-8")
)
NO_RESPONSE = "IM082a_declaration_versions_query_result"
"""The result of a query, which no agency sends as an answer."""
LISTS = {"errors": "Error", "statements": "AdditionalInformation", "statuses": "Status",
         "corrections": "Amendment"}  # fmt: skip
DATES = ("AcceptanceDateTime", "CancellationDateTime", "RejectionDateTime")


@functools.cache
def _profile():
    return load_profile("uk-cds-responses")


def _body(content: bytes) -> dict[str, Any]:
    """The native half of a Response, as its adapter reads it."""
    (message,) = WcoRes().translate(content, _profile()).messages
    (draft,) = message.events
    return {name: value for name, value in draft.body.items() if name != "Answer"}


def _ours(content: bytes, number: str = "") -> bytes:
    """The notification with the references of our own declaration, and a number of its own."""
    root = etree.fromstring(content)
    about = next(root.iter("{*}Declaration"))
    for name, value in (("FunctionalReferenceID", LRN), ("ID", MRN)):
        next(about.iterchildren(f"{{*}}{name}")).text = value
    if number:
        response = next(root.iter("{*}Response"))
        next(response.iterchildren("{*}FunctionalReferenceID")).text = number
    return etree.tostring(root)


async def _notify(broker: Broker, content: bytes) -> list[dict[str, Any]]:
    """Customs sends this; the replies that it causes."""
    before = len(await broker.feed(SENDER))
    taken = await broker.call("POST", "/v1/responses", "customs", content=content, headers=XML)
    assert taken.status_code == 202, taken.text
    await broker.settle()
    return (await broker.feed(SENDER))[before:]


async def _lodged(broker: Broker) -> None:
    await broker.lodge(declaration(LRN))
    await broker.feed("customs")


def _reply(delivery: dict[str, Any]) -> dict[str, Any]:
    return _body(base64.b64decode(delivery["data_base64"]))


def _duties(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each duty, with the number of its item ("" the header)."""
    about = body["Declaration"]
    found = [("", each) for each in about.get("DutyTaxFee", ())]
    for item in about.get("GoodsShipment", {}).get("GovernmentAgencyGoodsItem", ()):
        duties = item.get("Commodity", {}).get("DutyTaxFee", ())
        found += [(item["SequenceNumeric"], each) for each in duties]
    return found


def _stated(body: dict[str, Any]) -> dict[str, Any]:
    """What a notification states, in the words of the table."""
    found: dict[str, Any] = {name: len(body.get(tag, ())) for name, tag in LISTS.items()}
    empty = [
        each for each in body.get("AdditionalInformation", ()) if set(each) <= {"StatementTypeCode"}
    ]
    found["statements"] -= len(empty)  # a type alone states nothing
    found["duties"] = len(_duties(body))
    found["bank"] = int("Bank" in body)
    found["dates"] = sum(name in body["Declaration"] for name in DATES)
    found["version"] = body["Declaration"].get("VersionID")
    return {name: value for name, value in found.items() if value}


def _files(corpus: Path) -> dict[str, bytes]:
    folder = corpus / "customs" / "wco-res"
    return {file.stem: file.read_bytes() for file in folder.glob("*.xml")}


@pytest.fixture(scope="module")
def files(corpus):
    """The published notifications by name."""
    return _files(corpus)


def test_the_table_names_every_published_notification(files):
    """Each file but the result of a query has its row."""
    assert set(files) == {*ROWS, NO_RESPONSE}


@pytest.mark.parametrize("name", ROWS)
def test_the_reply_contains_what_the_notification_states(name, files):
    """One reply: with the code, and each error, statement, status, duty, date and correction."""
    row = ROWS[name]
    body = _body(_ours(files[name]))
    code, status = row["code"], row["status"]
    assert _stated(body) == {key: row[key] for key in row if key not in {"code", "status"}}

    @story
    async def road():
        async with in_process() as broker:
            await _lodged(broker)
            (delivery,) = await _notify(broker, _ours(files[name]))
            reply = _reply(delivery)
            assert (reply["FunctionCode"], delivery["swbstatus"]) == (code, status)
            assert (body["FunctionCode"], reply["Declaration"]["ID"]) == (code, MRN)
            _holds_all(body, reply)

    road()


def _holds_all(body: dict[str, Any], reply: dict[str, Any]) -> None:
    """Whether the reply has each thing of the notification, whole."""
    for tag in LISTS.values():
        for each in body.get(tag, ()):
            assert each in reply.get(tag, ()) or set(each) <= {"StatementTypeCode"}
    for duty in _duties(body):
        assert duty in _duties(reply)
    assert reply.get("Bank") == body.get("Bank")
    for name in (*DATES, "VersionID"):
        assert reply["Declaration"].get(name) == body["Declaration"].get(name)
    words = " ".join(
        str(each.get("StatementDescription")) for each in reply.get("AdditionalInformation", ())
    )
    for path, value in leaves(body.get("AmendedDeclaration", {})):
        if "[" not in path and path != "FunctionCode":
            assert f"now: {value}" in words


def _numbered(code: str, number: str, *, version: str = "", more: str = "") -> bytes:
    stated = f"<VersionID>{version}</VersionID>" if version else ""
    return (
        f"<Response><FunctionCode>{code}</FunctionCode>"
        f"<FunctionalReferenceID>{number}</FunctionalReferenceID>{more}"
        f"<Declaration><FunctionalReferenceID>{LRN}</FunctionalReferenceID><ID>{MRN}</ID>{stated}"
        "</Declaration></Response>"
    ).encode()


BANK = "<Bank><ReferenceID>QZBANK</ReferenceID><ID>QZ1</ID></Bank>"
ERROR = "<Error><ValidationCode>QZ1</ValidationCode></Error>"
WANTED = (
    "<AdditionalInformation><StatementCode>C644</StatementCode><LimitDateTime>"
    '<DateTimeString formatCode="304">20270101120000Z</DateTimeString></LimitDateTime>'
    "<StatementTypeCode>ACA</StatementTypeCode></AdditionalInformation>"
)


@story
async def test_a_second_notice_does_not_repeat_the_first():
    """Payments are in the reply to their own notice alone; what is wanted is in every one."""
    async with in_process() as broker:
        await _lodged(broker)
        (wanted,) = await _notify(broker, _numbered("06", "N-1", more=WANTED))
        (taxed,) = await _notify(broker, _numbered("13", "N-2", more=BANK))
        (reminded,) = await _notify(broker, _numbered("15", "N-3"))
        assert [_reply(each)["FunctionCode"] for each in (wanted, taxed, reminded)] == [
            "06", "13", "15",
        ]  # fmt: skip
        assert [_reply(each).get("Bank") is not None for each in (wanted, taxed, reminded)] == [
            False, True, False,
        ]  # fmt: skip
        for each in (wanted, taxed, reminded):
            assert each["swbstatus"] == "information_wanted"
            (asked,) = [
                statement
                for statement in _reply(each)["AdditionalInformation"]
                if statement["StatementTypeCode"] == "ACA"
            ]
            assert (asked["StatementCode"], asked["LimitDateTime"]) == (
                "C644", "2027-01-01T12:00:00Z",
            )  # fmt: skip


@story
async def test_the_same_notice_again_causes_no_reply():
    """What was sent under the same number is repeated, and says nothing new."""
    async with in_process() as broker:
        await _lodged(broker)
        assert len(await _notify(broker, _numbered("13", "N-1", more=BANK))) == 1
        assert await _notify(broker, _numbered("13", "N-1", more=BANK)) == []


@story
async def test_a_new_message_is_replied_to_without_the_news_of_before():
    """The refusal stays; its errors were stated in the reply that reported it."""
    async with in_process() as broker:
        await _lodged(broker)
        (refused,) = await _notify(broker, _numbered("03", "N-1", version="1", more=ERROR))
        assert [each["ValidationCode"] for each in _reply(refused)["Error"]] == ["QZ1"]
        before = len(await broker.feed(SENDER))
        await broker.lodge(declaration(LRN, TotalPackageQuantity={"value": "7"}))
        own = _reply((await broker.feed(SENDER))[before])
        assert (own["FunctionCode"], own.get("Error")) == ("03", None)
        assert own["Declaration"]["VersionID"] == "1"


@story
async def test_the_version_is_the_last_that_customs_gave():
    """Before there is none; a response without one, and a decision that is replaced, lose none."""
    async with in_process() as broker:
        await _lodged(broker)
        (first,) = await broker.feed(SENDER)
        replies = [first]
        for number, (code, version) in enumerate(
            (("02", ""), ("01", "1"), ("08", "3"), ("50", ""), ("09", "")), 1
        ):
            replies += await _notify(broker, _numbered(code, f"N-{number}", version=version))
        versions = [_reply(each)["Declaration"].get("VersionID") for each in replies]
        assert versions == [None, None, "1", "3", "3", "3"]
        codes = [_reply(each)["FunctionCode"] for each in replies]
        assert codes == ["02", "02", "01", "08", "50", "09"]


@story
async def test_an_acknowledgement_stays_when_a_notice_follows():
    """A notice decides nothing: the status of before is in its reply."""
    async with in_process() as broker:
        await _lodged(broker)
        await _notify(broker, _numbered("01", "N-1"))
        (taxed,) = await _notify(broker, _numbered("13", "N-2"))
        words = [
            each.get("StatementDescription") for each in _reply(taxed)["AdditionalInformation"]
        ]
        assert "customs customs-control: acknowledged" in words
        assert "customs customs-control: notice" in words


POINTED = (
    "<Error><ValidationCode>QZ2</ValidationCode>"
    "<Pointer><DocumentSectionCode>42A</DocumentSectionCode></Pointer>"
    "<Pointer><DocumentSectionCode>67A</DocumentSectionCode></Pointer>"
    "<Pointer><SequenceNumeric>1</SequenceNumeric><DocumentSectionCode>68A</DocumentSectionCode>"
    "<TagID>Z999</TagID></Pointer></Error>"
)


@story
async def test_a_pointer_with_an_unknown_tag_comes_back_as_it_was_written():
    """The declarant is given the pointer of customs, though its tag is in no table."""
    async with in_process() as broker:
        await _lodged(broker)
        content = _numbered("03", "N-1", more=POINTED)
        (refused,) = await _notify(broker, content)
        assert _reply(refused)["Error"] == _body(content)["Error"]
