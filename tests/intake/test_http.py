"""The doors over HTTP: what is taken, and every way in which it is not."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from broker.clock import parse_stamp
from broker.errors import LogFault, StateFault
from broker.state.tables import ORIGINALS, OUTBOX, SUBMISSIONS
from tests.broker_in_process import (
    JSON,
    OPERATOR,
    OTHER,
    SENDER,
    XML,
    declaration,
    in_process,
    story,
)
from tests.families import item, itmatt
from tests.limits import tries
from tests.toy_format import HOUSE, toy_configuration

PATH = "/v1/submissions"
BYTES = declaration("QZ-1")


def problem(told, status, code):
    """The answer is this fault as problem details."""
    assert told.status_code == status, told.text
    assert told.headers["content-type"] == "application/problem+json"
    shown = told.json()
    limited = {"limit"} if status in {413, 429} else set()
    assert set(shown) == {"type", "title", "status", "detail", "code"} | limited
    assert (shown["status"], shown["code"], shown["title"]) == (status, code, code)
    assert shown["type"] == f"urn:single-window-broker:{code}"
    assert shown["detail"]
    return shown["detail"]


@story
async def test_a_submission_is_answered_with_a_receipt():
    """202 with the id, the digest of the bytes, the moment, and where its status is."""
    async with in_process() as broker:
        told = await broker.call("POST", PATH, SENDER, content=BYTES, headers=XML)
        assert told.status_code == 202
        receipt = told.json()
        assert set(receipt) == {"submission", "sha256", "received_at", "status_url",
                                "same_bytes_as"}  # fmt: skip
        assert receipt["sha256"] == hashlib.sha256(BYTES).hexdigest()
        assert receipt["status_url"] == f"/v1/submissions/{receipt['submission']}"
        assert receipt["same_bytes_as"] is None
        assert parse_stamp(receipt["received_at"]) == broker.clock.now()
        (row,) = await broker.rows(SUBMISSIONS)
        assert (row["sender"], row["party"], row["profile"], row["number"]) == (
            SENDER, "lantern", "qz-declarations", 1,
        )  # fmt: skip
        raw = await broker.call("GET", f"{receipt['status_url']}/raw", SENDER)
        assert raw.content == BYTES


@story
async def test_the_same_bytes_without_a_key_are_a_new_submission():
    """Its receipt names the newest earlier one of the same party; another party's is not known."""
    async with in_process() as broker:
        told = [
            (await broker.call("POST", PATH, key, content=BYTES, headers=XML)).json()
            for key in (SENDER, SENDER, OTHER, SENDER)
        ]
        ids = [one["submission"] for one in told]
        assert len(set(ids)) == 4
        assert [one["same_bytes_as"] for one in told] == [None, ids[0], None, ids[1]]


@story
async def test_the_same_key_gives_the_first_receipt_again():
    """200 with the same words, though time has passed; other bytes are a conflict."""
    async with in_process() as broker:
        headers = {**XML, "Idempotency-Key": "k-1"}
        first = await broker.call("POST", PATH, SENDER, content=BYTES, headers=headers)
        broker.clock.move(hours=1)
        again = await broker.call("POST", PATH, SENDER, content=BYTES, headers=headers)
        assert (first.status_code, again.status_code) == (202, 200)
        assert first.json() == again.json()
        other = await broker.call("POST", PATH, SENDER, content=BYTES + b" ", headers=headers)
        assert first.json()["submission"] in problem(other, 409, "request.idempotency-conflict")
        theirs = await broker.call("POST", PATH, OTHER, content=BYTES + b" ", headers=headers)
        assert theirs.status_code == 202
        assert len(await broker.rows(SUBMISSIONS)) == 2


BAD_KEYS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Basic key-{SENDER}"},
    {"Authorization": f"key-{SENDER}"},
    {"Authorization": f"Bearer key-{SENDER}x"},
    {"Authorization": "Bearer \xe4\xf6"},
]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", PATH, b"\x00<no xml"),
        ("POST", PATH, b""),
        ("POST", "/v1/responses", b"{no json"),
        ("GET", "/v1/feed?limit=many&wait=-1&cursor=" + "c" * 99, b""),
        ("GET", f"{PATH}/s_1", b""),
        ("GET", f"{PATH}/s_1/raw", b""),
        ("GET", "/v1/parked?state=" + "x" * 99, b""),
        ("GET", "/v1/keys", b""),
        ("POST", "/v1/keys", b"{no json"),
        ("POST", "/v1/parked/p_1/resume", b"{no json"),
        ("GET", "/v1/trace/o_1?bodies=perhaps", b""),
    ],
)
@story
async def test_a_key_is_asked_for_before_anything_is_looked_at(method, path, body):
    """401 whatever else would be wrong: type, length, encoding, syntax, parameters."""
    wrong = {"Content-Type": "nothing/known", "Content-Encoding": "gzip",
             "Idempotency-Key": "", "Swb-Reference": "broken"}  # fmt: skip
    async with in_process() as broker:
        for headers in BAD_KEYS:
            raw = {name: value.encode("latin-1") for name, value in {**wrong, **headers}.items()}
            told = await broker.client.request(method, path, content=body, headers=raw)
            assert problem(told, 401, "access.key-unknown")
            assert told.headers["www-authenticate"] == "Bearer"


@story
async def test_the_body_is_not_even_read_without_a_key():
    """Whoever is not known may send no bytes into memory."""
    read = []

    async def body():
        read.append(1)
        yield BYTES

    async with in_process() as broker:
        told = await broker.client.post(PATH, content=body(), headers=XML)
        assert told.status_code == 401
        assert read == []


@pytest.mark.parametrize(
    ("path", "key"),
    [(PATH, "customs"), (PATH, OPERATOR), ("/v1/responses", SENDER), ("/v1/responses", OPERATOR)],
)
@story
async def test_a_key_of_another_role_is_forbidden(path, key):
    """Agencies lodge nothing, senders answer nothing, operators do neither."""
    async with in_process() as broker:
        told = await broker.call("POST", path, key, content=BYTES, headers=XML)
        assert key in problem(told, 403, "access.forbidden")
        assert await broker.rows(SUBMISSIONS) == []


@story
async def test_a_sender_without_an_installed_family_is_forbidden():
    """A family of the configuration that nobody installed takes no submissions."""
    config = toy_configuration()
    families = {name: one for name, one in config.families.items() if name != "toy"}
    async with in_process(replace(config, families=families)) as broker:
        told = await broker.call("POST", PATH, HOUSE, content=BYTES, headers=XML)
        assert "no family" in problem(told, 403, "access.forbidden")


@pytest.mark.parametrize("content_type", ["", "application/pdf", "text/plain", "x" * 300])
@story
async def test_a_type_that_no_family_uses_is_told_with_those_that_may_be(content_type):
    """415 names the content types of this sender's formats."""
    async with in_process() as broker:
        headers = {"Content-Type": content_type} if content_type else {}
        told = await broker.call("POST", PATH, SENDER, content=BYTES, headers=headers)
        detail = problem(told, 415, "request.content-type")
        assert "application/xml (UK CDS WCO-DEC 3.6)" in detail
        assert "toy" not in detail
        assert len(detail) < 400


@pytest.mark.parametrize("content_type", ["application/xml", "TEXT/XML; charset=utf-8"])
@story
async def test_a_type_is_read_without_its_parameters(content_type):
    """Case and charset are no difference."""
    async with in_process() as broker:
        told = await broker.call(
            "POST", PATH, SENDER, content=BYTES, headers={"Content-Type": content_type}
        )
        assert told.status_code == 202


@story
async def test_a_type_of_another_format_of_the_sender_is_told_and_the_bytes_are_read():
    """A post that sends ITMATT as JSON: the item goes on, and its status says what differs."""
    async with in_process() as broker:
        lodged = await broker.lodge(itmatt(item(1)), "marigold-post", **JSON)
        envelope, message = (await broker.status(lodged, "marigold-post"))["messages"]
        (told,) = envelope["problems"]
        assert (envelope["number"], envelope["verdict"]) == (0, "accepted")
        assert (told["code"], told["found"]) == (
            "submission.content-type-differs",
            "application/json",
        )
        assert message["verdict"] == "accepted"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
@story
async def test_an_encoded_body_is_not_taken(encoding):
    """What must first be unpacked has no size that a door could hold it to."""
    async with in_process() as broker:
        told = await broker.call(
            "POST", PATH, SENDER, content=BYTES, headers={**XML, "Content-Encoding": encoding}
        )
        assert "Content-Encoding" in problem(told, 415, "request.content-type")


@story
async def test_a_body_within_the_limit_is_taken_and_one_byte_more_is_not():
    """Told by its Content-Length before it is read; streamed, as soon as it is too long."""
    async with in_process(body_bytes_max=len(BYTES)) as broker:

        async def streamed(extra: bytes):
            for start in range(0, len(BYTES), 1000):
                yield BYTES[start : start + 1000]
            yield extra

        for content in (BYTES, streamed(b"")):
            told = await broker.call("POST", PATH, SENDER, content=content, headers=XML)
            assert told.status_code == 202
        for content in (BYTES + b" ", streamed(b" ")):
            told = await broker.call("POST", PATH, SENDER, content=content, headers=XML)
            assert str(len(BYTES)) in problem(told, 413, "request.too-large")
            assert told.json()["limit"] == {
                "name": "body_bytes", "value": len(BYTES), "set_by": "body_bytes_max in broker.yaml"
            }  # fmt: skip
        assert len(await broker.rows(ORIGINALS)) == 2


@story
async def test_a_body_that_is_announced_too_long_is_not_read():
    """The announced length is enough to refuse."""
    read = []

    async def body():
        read.append(1)
        yield b"x"

    async with in_process(body_bytes_max=1000) as broker:
        for length in ("1001", "9" * 40):
            told = await broker.call(
                "POST", PATH, SENDER, content=body(), headers={**XML, "Content-Length": length}
            )
            assert problem(told, 413, "request.too-large")
        assert read == []


MALFORMED = [
    ({}, b""),
    ({"Content-Length": "many"}, BYTES),
    ({"Content-Length": "-1"}, BYTES),
    ({"Idempotency-Key": ""}, BYTES),
    ({"Idempotency-Key": "k" * 201}, BYTES),
    ({"Idempotency-Key": "k\xe4"}, BYTES),
    ({"Idempotency-Key": "k\tk"}, BYTES),
    ({"Swb-Reference": ""}, BYTES),
    ({"Swb-Reference": "MRN"}, BYTES),
    ({"Swb-Reference": "=26QZ1"}, BYTES),
    ({"Swb-Reference": "MRN="}, BYTES),
    ({"Swb-Reference": "NOBODYS=1"}, BYTES),
    ({"Swb-Reference": "MRN=" + "1" * 197}, BYTES),
]


@pytest.mark.parametrize(("headers", "body"), MALFORMED)
@story
async def test_a_malformed_request_is_told_what_is_wrong_with_it(headers, body):
    """400, and nothing is kept."""
    async with in_process() as broker:
        told = await broker.call(
            "POST", PATH, SENDER, content=body,
            headers={name: value.encode("latin-1") for name, value in {**XML, **headers}.items()},
        )  # fmt: skip
        assert problem(told, 400, "request.malformed")
        assert await broker.rows(SUBMISSIONS) == []


@pytest.mark.parametrize("header", ["Idempotency-Key", "Swb-Reference"])
@story
async def test_the_longest_header_is_taken(header):
    """Two hundred characters."""
    async with in_process() as broker:
        value = "LRN=" + "1" * 196
        told = await broker.call(
            "POST", PATH, SENDER, content=BYTES, headers={**XML, header: value}
        )
        assert told.status_code == 202
        (row,) = await broker.rows(SUBMISSIONS)
        assert value in (row["idempotency_key"], row["reference"])


@story
async def test_too_many_records_owed_to_the_log_close_the_door():
    """503 with Retry-After while the log takes nothing; open again when it does."""
    async with in_process(outbox_records_max=1) as broker:
        log = broker.plumbing.log
        append, log.append = log.append, _refuses
        taken = [
            (await broker.call("POST", PATH, SENDER, content=declaration(f"QZ-{n}"), headers=XML))
            for n in range(4)
        ]
        assert [one.status_code for one in taken] == [202, 202, 503, 503]
        assert problem(taken[-1], 503, "broker.busy")
        assert taken[-1].headers["retry-after"] == "5"
        assert len(await broker.rows(OUTBOX)) == 2
        log.append = append
        for _ in tries("nothing is owed to the log"):
            if not await broker.rows(OUTBOX):
                break
            await asyncio.sleep(0.01)
        told = await broker.call("POST", PATH, SENDER, content=BYTES, headers=XML)
        assert told.status_code == 202


async def _refuses(_records):
    raise LogFault("the log is away")


@story
async def test_a_delivery_that_is_not_yours_is_not_there():
    """404 in the same words for another agency's delivery and for one that never was."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        (theirs,) = await broker.feed("plant-health")
        answers = {"id": "A-1", "answers": [{"status": "held"}]}
        details = set()
        for delivery in (theirs["id"], "d_" + "0" * 32, "", "x" * 500):
            told = await broker.respond("customs", {**answers, "delivery": delivery})
            details.add(problem(told, 404, "request.not-found"))
        assert len(details) == 1
        told = await broker.respond("plant-health", {**answers, "delivery": theirs["id"]})
        assert told.status_code == 202


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"d"', b'{"delivery":7}', b'{"delivery":null}', b"\xff\xfe"]
)
@story
async def test_a_response_that_cannot_be_read_is_taken_and_judged_later(body):
    """Readable or not as an answer, that is for translation; its agency hears of it."""
    async with in_process() as broker:
        told = await broker.call("POST", "/v1/responses", "customs", content=body, headers=JSON)
        assert told.status_code == 202
        await broker.settle()
        (reply,) = await broker.feed("customs")
        assert reply["type"] == "message.rejected"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("00-" + "a" * 32 + "-" + "b" * 16 + "-01", True),
        ("00-" + "A" * 32 + "-" + "b" * 16 + "-01", False),
        ("nonsense", False),
        ("", False),
    ],
)
@story
async def test_a_trace_is_carried_on_to_the_agency(given, kept):
    """A well-formed traceparent comes out with the delivery; else there is a fresh one."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"), traceparent=given)
        trace = (await broker.newest("customs", "goods"))["traceparent"]
        assert (trace == given) is kept
        assert [len(part) for part in trace.split("-")] == [2, 32, 16, 2]


@story
async def test_a_receipt_is_given_only_for_what_is_durable():
    """If the database refuses, so does the door, and nothing of it is kept."""
    async with in_process() as broker:
        write = type(broker.plumbing.database).write

        async def refuses(_work):
            raise StateFault("the disk is full")

        database = broker.plumbing.database
        await broker.call("GET", "/v1/feed", SENDER)
        database.write = refuses
        told = await broker.call("POST", PATH, SENDER, content=BYTES, headers=XML)
        assert problem(told, 503, "state.unavailable")
        assert told.headers["retry-after"] == "5"
        database.write = write.__get__(database)
        assert await broker.rows(SUBMISSIONS) == []
