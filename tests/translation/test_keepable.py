"""Nothing of a sender's is kept, looked for or shown without a bound: names, texts, problems."""

from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from broker.model.events import headers_of
from broker.model.problem import PLACE_MAX, WORDS_MAX, as_json
from broker.state.tables import METADATA
from broker.translation.keepable import NAME_MAX, TEXT_MAX, may_hold_long_text
from broker.translation.step import Submission, translated
from tests import families
from tests.broker_in_process import XML, declaration, in_process, story, withdrawal
from tests.families import EDIFACT, NDJSON, WORKBOOK
from tests.fuzz.seeds import ANSWER, configuration, payload_of
from tests.read_by import uses_by
from tests.stretched import LONG, stretched

ON = "2026-11-02T09:00:00.000Z"
LISTS = frozenset({"list.incomplete", "list.refused"})
"""Problems that name each element that is left out: their number has no limit but the format's."""
AIRLINE = families.paxlst(families.listed(families.flight(1), families.people(1, 1, 2)))
CUSRES = (
    b"UNB+UNOA:4+SENDER+RECEIVER+261102:0900+1'UNH+1+CUSRES:D:05B:UN:IATA'BGM+962+N1'RFF+TN:T1'"
    b"ERP+2'RFF+ABO:A1'ERC+9Q'FTX+AAP+++IN WORDS'UNT+8+1'UNZ+1+1'"
)
MESSAGES = {
    "declaration": ("UK CDS WCO-DEC 3.6", "qz-declarations", declaration("QZ-1", "06031100")),
    "withdrawal": ("UK CDS WCO-DEC 3.6", "qz-declarations", withdrawal("26QZ1")),
    "response": ("UK CDS WCO-RES 3.6", "uk-cds-responses", payload_of("written response held")),
    "answer": ("answer JSON 1", "", orjson.dumps(ANSWER)),
    "cusres": ("CUSRES answers", "cusres-answers", CUSRES),
    "list": ("WCO/IATA/ICAO PAXLST", "paxlst-guide", AIRLINE),
    "line": ("postal item JSON 1", "postal-items", families.push(families.item(1))),
    "item": ("UPU ITMATT V1", "upu-itmatt", families.itmatt(families.item(1))),
    "ship": ("UK NMSW FAL 1", "uk-nmsw-fal1", families.declared(families.ship(3))),
    "crew": ("UK NMSW FAL 5", "uk-nmsw-fal5",
             families.crewed("QZV3", families.seafarers(3, 1, 2))),
    "request": ("request JSON 1 (customs)", "", orjson.dumps({
        "id": "R-1", "about": [["MRN", "26QZ1"]], "request": "withdraw", "reason": "in words",
    })),
}  # fmt: skip


def submission(form: str, payload: bytes) -> Submission:
    """The bytes as a record tells of them."""
    agency = form in {"UK CDS WCO-RES 3.6", "answer JSON 1", "CUSRES answers"}
    return Submission("s_1", 1, "a", "a", "a" if agency else "", "f", form, "", ON, "", "", "",
                      payload)  # fmt: skip


def leaves(value) -> Iterator[str]:
    """Every text of a tree."""
    if isinstance(value, str):
        yield value
    for below in value.values() if isinstance(value, dict) else ():
        yield from leaves(below)
    for below in value if isinstance(value, (list, tuple)) else ():
        yield from leaves(below)


@pytest.mark.parametrize("name", MESSAGES)
def test_no_value_of_a_message_is_kept_or_shown_without_a_bound(name):
    """Each value of each kind of message with 20,000 characters: every name, text and problem."""
    form, profile_name, payload = MESSAGES[name]
    profile = configuration().profile_of(profile_name, form, ON)
    count = 0
    for payload_now in stretched(payload):
        count += 1
        adapter = configuration().adapters[form]
        for one in translated(submission(form, payload_now), uses_by(adapter, profile)):
            names = [one.reference, *(text for pair in one.references for text in pair)]
            assert max(map(len, names)) <= NAME_MAX
            for problem in one.problems:
                shown = {} if problem.code in LISTS else as_json(problem)
                assert all(len(text) <= WORDS_MAX for text in leaves(shown))
            for event in one.events:
                assert max(map(len, headers_of(event).values())) <= PLACE_MAX
                assert max(map(len, leaves([event.body, event.form]))) <= TEXT_MAX
    assert count > 3


LODGED = {
    "lantern-forwarding": (XML, ("declaration", "withdrawal")),
    "paperkite-airlines": (EDIFACT, ("list",)),
    "marigold-post": (NDJSON, ("line",)),
    "saltbox-agents": (WORKBOOK, ("ship",)),
}
ROOM = {
    "configurations.content": 1 << 20, "queue.rendered": 300_000, "queue.payload": 300_000,
    "messages.problems": 200_000, "outcomes.problems": 200_000, "originals.payload": 1 << 20,
    "documents.payload": 300_000, "unresolved.value": 300_000, "answers.content": 100_000,
    "requests.value": 300_000, "questions.content": 100_000, "messages.asked": 300_000,
    "queue.context": 20_000, "parked.value": 0, "unresolved.headers": 8_000,
    "requests.headers": 8_000,
}  # fmt: skip
"""Columns that hold a message, or lists about one; any other holds 2,000 characters."""


async def lodge_all(broker, key, path, messages):
    """Every one of them, be it taken or refused; settled together."""
    headers, payloads = messages
    for payload in payloads:
        told = await broker.call("POST", path, key, content=payload, headers=headers)
        assert told.status_code in {202, 400, 404, 409}, told.text
        assert len(told.content) < 4_000
    await broker.settle()


def some_of(name, most=20):
    """A message with one long value, for values from all over it."""
    every = list(stretched(MESSAGES[name][2]))
    return every[:: max(1, len(every) // most)]


async def check_tables(broker):
    """No text of any row of any table is longer than its column is meant for."""
    for table in METADATA.sorted_tables:
        for row in await broker.rows(table):
            for column, value in row.items():
                if isinstance(value, (str, bytes)):
                    most = ROOM.get(f"{table.name}.{column}", 2_000)
                    assert len(value) <= most, (table.name, column, len(value))


@story
async def test_no_table_keeps_a_value_without_a_bound():
    """What senders lodge with one value of 20,000 characters, and its replies: all columns."""
    async with in_process() as broker:
        for key, (headers, names) in LODGED.items():
            for name in names:
                await lodge_all(broker, key, "/v1/submissions", (headers, some_of(name)))
        await check_tables(broker)


@story
async def test_no_board_or_answer_keeps_a_value_without_a_bound():
    """An agency's answers with one long value: questions, remarks, codes, and the board."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        given = await broker.newest("customs", "goods")
        said = {**ANSWER, "delivery": given["id"]}
        said["answers"] = [{**said["answers"][2], "wanted": said["answers"][0]["wanted"],
                            "native": "C02", "reasons": ["in words"]}]  # fmt: skip
        payloads = [orjson.dumps({"id": f"A-{at}", **changed}) if "id" not in changed else
                    orjson.dumps({**changed, "id": f"A-{at}" if changed["id"] == said["id"]
                                  else changed["id"]})
                    for at, changed in enumerate(map(orjson.loads,
                                                     stretched(orjson.dumps(said))))]  # fmt: skip
        path = "/v1/responses"
        await lodge_all(broker, "customs", path, ({"Content-Type": "application/json"}, payloads))
        responses = ({"Content-Type": "application/xml"}, some_of("response"))
        await lodge_all(broker, "customs", path, responses)
        await check_tables(broker)


HEADERS = ("Idempotency-Key", "Swb-Reference", "traceparent", "Content-Type", "tracestate")


@story
async def test_no_header_is_kept_or_repeated_without_a_bound():
    """Each header that a door reads, with 20,000 characters: refused in few words, or left out."""
    async with in_process() as broker:
        for name in HEADERS:
            headers = {**XML, name: f"LRN={'Q' * LONG}"}
            path, payload = "/v1/submissions", declaration("QZ-1")
            told = await broker.call("POST", path, "lantern-forwarding", content=payload,
                                     headers=headers)  # fmt: skip
            refused = name not in {"traceparent", "tracestate"}
            assert (told.status_code >= 400) == refused
            assert len(told.content) < 1_000
        await broker.settle()
        await check_tables(broker)


@given(
    some.lists(some.text(alphabet='ab"\\\n\u00e9', max_size=40), max_size=12), some.integers(1, 30)
)
def test_long_texts_are_suspected_wherever_they_stand(texts, most):
    """Whatever quotes and escapes the texts hold, one that is too long is looked for."""
    if any(len(text) > most for text in texts):
        assert may_hold_long_text(orjson.dumps(texts), most)


def test_short_texts_are_not_looked_at_one_by_one():
    """However many there are."""
    assert not may_hold_long_text(orjson.dumps(["a" * 30] * 10_000), 60)
    assert not may_hold_long_text(orjson.dumps([]), 60)
