"""Submissions in turns, on a whole broker: what overtakes, what stays behind, what is repeated."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from broker.model.records import Record
from broker.state import submissions
from broker.state.tables import CONTINUATIONS, DOCUMENTS, MESSAGES, OUTCOMES, PARKED, QUEUE
from broker.translation.turns import TurnLimits
from tests.broker_in_process import OPERATOR, in_process, story
from tests.toy_format import HOUSE, TOY, ToyFormat, put, toy, toy_configuration

TOPIC = "submissions.toy"


def turns(messages=2, **settings):
    """A broker whose turns are this long, with one partition."""
    return in_process(toy_configuration(), turn_messages_max=messages, partitions=1, **settings)


async def lodge_unread(broker, payload):
    """Lodge a submission that no hop reads yet; its id, when its record is on the log."""
    receipt = await broker.call(
        "POST", "/v1/submissions", HOUSE, content=payload, headers=dict(TOY)
    )
    assert receipt.status_code == 202, receipt.text
    name = receipt.json()["submission"]
    while all(one.headers["ce_id"] != name for one in await on_the_log(broker, TOPIC)):
        await asyncio.sleep(0)
    return name


async def on_the_log(broker, topic):
    """Every entry of a topic."""
    return await broker.plumbing.log.read(topic, 0, 0, bytes_max=1 << 24, wait_s=0)


async def order_of_events(broker):
    """The (submission, message) of every event, as they are on the log."""
    found = await on_the_log(broker, "events.declaration")
    return [(one.headers["swb_submission"], int(one.headers["swb_message"])) for one in found]


async def outcomes(broker, submission):
    """What became of each message."""
    rows = await broker.rows(OUTCOMES)
    return {row["message"]: row["outcome"] for row in rows if row["submission"] == submission}


def withdraw(reference):
    """A message that takes a declaration back."""
    return {"does": "withdraw", "references": [["LRN", reference]], "body": {}}


@story
async def test_what_was_read_in_a_turn_is_not_read_again_in_the_next(monkeypatch):
    """A submission of seven messages in four turns is given to its format once."""
    read, translate = [], ToyFormat.translate
    monkeypatch.setattr(ToyFormat, "translate", lambda *given: read.append(1) or translate(*given))
    async with turns() as broker:
        submission = await broker.lodge(toy(*(put(name) for name in "ABCDEFG")), HOUSE, **TOY)
        assert len(await outcomes(broker, submission)) == 7
    assert read == [1]


@story
async def test_others_are_translated_between_the_turns_of_a_large_submission():
    """Two messages, then the submission behind it, then the rest; every message once."""
    async with turns() as broker:
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(5))))
        small = await lodge_unread(broker, toy(put("B")))
        await broker.settle()
        assert await order_of_events(broker) == [
            (large, 1), (large, 2), (small, 1), (large, 3), (large, 4), (large, 5)
        ]  # fmt: skip
        assert [row["message"] for row in await broker.rows(MESSAGES)].count(5) == 1
        assert await broker.rows(CONTINUATIONS) == []
        shown = await broker.status(large)
        assert (shown["state"], len(shown["messages"])) == ("translated", 5)


@story
async def test_a_continuation_names_its_submission_and_message():
    """Its id is the hash of both, so that it is the same record however often it is made."""
    async with turns() as broker:
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(5))))
        await broker.settle()
        _, *continued = await on_the_log(broker, TOPIC)
        named = [(one.headers["swb_submission"], one.headers["swb_after"]) for one in continued]
        assert named == [(large, "2"), (large, "4")]
        assert {one.headers["ce_type"] for one in continued} == {"submission.continued"}
        assert len({one.headers["ce_id"] for one in continued}) == 2


@story
async def test_a_change_stays_behind_the_unfinished_submission_that_it_is_about():
    """The withdrawal of the last declaration of a large file is applied after its put."""
    async with turns() as broker:
        await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(5))))
        change = await lodge_unread(broker, toy(withdraw("A4")))
        later = await lodge_unread(broker, toy(put("B")))
        await broker.settle()
        assert await outcomes(broker, change) == {1: "applied"}
        order = await order_of_events(broker)
        assert order.index((later, 1)) < order.index((change, 1))
        assert order[-1] == (change, 1)


@story
async def test_what_is_behind_goes_on_in_the_order_of_acceptance():
    """Two withdrawals of the same thing: the first is applied, the second finds it withdrawn."""
    async with turns() as broker:
        await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(5))))
        changes = [
            await lodge_unread(
                broker, toy(put(f"C{n}"), put(f"D{n}"), put(f"E{n}"), withdraw("A4"))
            )
            for n in range(2)
        ]
        await broker.settle()
        assert [(await outcomes(broker, one))[4] for one in changes] == ["applied", "declined"]
        assert await broker.rows(CONTINUATIONS) == []


@story
async def test_a_change_that_a_later_put_has_overtaken_is_late():
    """What was lodged last is in force, though the withdrawal before it came after it."""
    async with turns() as broker:
        filled = [
            put("A1"),
            put("A2"),
            put("A3"),
            put("A4"),
            put("X", body={"TypeCode": "IMD"}),
        ]
        large = await lodge_unread(broker, toy(put("X"), *filled, withdraw("X")))
        newer = await lodge_unread(broker, toy(put("X", body={"TypeCode": "EXA"})))
        await broker.settle()
        assert (await outcomes(broker, large))[7] == "late"
        assert await outcomes(broker, newer) == {1: "applied"}
        live = [row for row in await broker.rows(DOCUMENTS) if row["state"] == "live"]
        assert newer in {row["submission"] for row in live}
        replies = [
            orjson.loads(row["payload"]) for row in await broker.rows(QUEUE)
            if row["what"] == "reply" and orjson.loads(row["context"])["message"] == 7
        ]  # fmt: skip
        assert "event.late" in str(replies)


@story
async def test_records_that_come_again_change_nothing():
    """The submission and each continuation once more on the log: no message and no turn twice."""
    async with turns() as broker:
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(7))))
        await broker.settle()
        known, events = await on_the_log(broker, TOPIC), await order_of_events(broker)
        for one in [*known, *known]:
            again = Record(one.topic, one.key, one.headers, one.value)
            await broker.plumbing.log.append([again])
            await broker.settle()
        assert await order_of_events(broker) == events
        assert len(await broker.rows(MESSAGES)) == 7
        assert await broker.rows(CONTINUATIONS) == []
        assert set((await outcomes(broker, large)).values()) == {"applied"}


@story
async def test_records_that_come_again_between_the_turns_change_nothing():
    """Each record of the topic is there twice from the start."""
    async with turns() as broker:
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(7))))
        change = await lodge_unread(broker, toy(withdraw("A6")))
        seen = 0
        while len(known := await on_the_log(broker, TOPIC)) > seen:
            echo = [Record(one.topic, one.key, one.headers, one.value) for one in known[seen:]]
            await broker.plumbing.log.append(echo)
            seen = len(known) + len(echo)
            for hop in broker.hops:
                await broker._step(hop)
        await broker.settle()
        assert len(await broker.rows(MESSAGES)) == 8
        events = await order_of_events(broker)
        assert events == [*((large, n) for n in range(1, 8)), (change, 1)]
        assert await outcomes(broker, change) == {1: "applied"}


@story
async def test_nothing_stays_behind_a_repetition_of_what_is_finished():
    """A file that was translated in one turn comes again where turns are shorter, then a change."""
    async with turns(messages=500) as broker:
        await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(3))))
        (original,) = await on_the_log(broker, TOPIC)
        await broker.settle()
        station = broker.stations.crews[0].station
        station._fairness = replace(station._fairness, turn=TurnLimits(1))
        again = Record(original.topic, original.key, original.headers, original.value)
        await broker.plumbing.log.append([again])
        change = await lodge_unread(broker, toy(withdraw("A2")))
        await broker.settle()
        assert await outcomes(broker, change) == {1: "applied"}
        assert await broker.rows(CONTINUATIONS) == []


@story
async def test_a_repetition_is_one_for_the_whole_batch():
    """The last turn of a file and its record once more, in one batch: the file is not unknown."""
    async with turns(inline_bytes_max=10) as broker:
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(3))))
        hop = next(hop for hop in broker.hops if hop.reader.topic == TOPIC)
        await broker._step(hop)
        original, continued = await on_the_log(broker, TOPIC)
        assert continued.headers["swb_submission"] == large
        again = Record(original.topic, original.key, original.headers, original.value)
        await broker.plumbing.log.append([again])
        await broker._step(hop)
        await broker.settle()
        assert await broker.rows(PARKED) == []
        assert await order_of_events(broker) == [(large, 1), (large, 2), (large, 3)]


@story
async def test_nothing_stays_behind_what_waits_for_a_person():
    """The file breaks in its second turn and is parked: the change is applied all the same."""
    async with turns() as broker:
        broken = [put("A1"), put("A2"), put("A3"), {"raise": "broken"}, put("A5")]
        await lodge_unread(broker, toy(*broken))
        change = await lodge_unread(broker, toy(withdraw("A1")))
        await broker.settle()
        assert await outcomes(broker, change) == {1: "applied"}
        (parked,) = await broker.rows(PARKED)
        assert parked["station"] == "translation"
        (row,) = await broker.rows(CONTINUATIONS)
        assert (row["state"], row["message"]) == ("parked", 2)


@pytest.mark.parametrize("decision", ["resume", "discard"])
@story
async def test_a_parked_continuation_is_decided_by_a_person(decision):
    """Resumed it is worked once more, here to the same end; discarded it is over."""
    async with turns() as broker:
        broken = [put("A1"), put("A2"), put("A3"), {"raise": "broken"}]
        large = await lodge_unread(broker, toy(*broken))
        await broker.settle()
        (parked,) = await broker.rows(PARKED)
        reply = await broker.call(
            "POST", f"/v1/parked/{parked['id']}/{decision}", OPERATOR, json={"why": "a test"}
        )
        assert reply.status_code == 202, reply.text
        await broker.settle()
        states = sorted(row["state"] for row in await broker.rows(PARKED))
        verdicts = {row["message"]: row["verdict"] for row in await broker.rows(MESSAGES)}
        if decision == "resume":
            assert states == ["parked", "resumed"]
            assert verdicts == dict.fromkeys((1, 2), "accepted")
        else:
            assert states == ["discarded"]
            assert verdicts[0] == "rejected"
            assert (await broker.status(large))["state"] == "translated"
            assert await broker.rows(CONTINUATIONS) == []


class Behind:
    """A core that has so much before it, and has less each time it is counted."""

    def __init__(self, records):
        self.records = records

    def behind(self, kind):
        """Of the kind that the file leads to."""
        assert kind == "declaration"
        return self.records

    async def arrive(self):
        """Counted again."""
        self.records -= 1


@story
async def test_nothing_is_continued_while_the_core_is_behind():
    """The continuation is put off at each count, and others pass it; then it goes on."""
    async with turns(lag_records_max=5) as broker:
        (crew, _), backlog = broker.stations.crews, Behind(8)
        crew.station._fairness = replace(crew.station._fairness, backlog=backlog)
        large = await lodge_unread(broker, toy(*(put(f"A{n}") for n in range(3))))
        hop = next(hop for hop in broker.hops if hop.reader.topic == TOPIC)
        await broker._step(hop)
        small = await lodge_unread(broker, toy(put("B")))
        await broker._step(hop)
        assert backlog.records == 8, "it does not wait while others come"
        assert await order_of_events(broker) == [(large, 1), (large, 2), (small, 1)]
        for _ in range(3):
            await broker._step(hop)
        assert backlog.records == 5
        assert await order_of_events(broker) == [(large, 1), (large, 2), (small, 1)]
        await broker.settle()
        assert (await order_of_events(broker))[-1] == (large, 3)
        assert len(await broker.rows(MESSAGES)) == 4


@story
async def test_a_batch_holds_no_more_originals_than_it_may(monkeypatch):
    """Three referred originals, each as large as a batch may hold: each is a batch of its own."""
    loaded = []
    monkeypatch.setattr("broker.translation.continued.ORIGINALS_BYTES_MAX", 400)
    real = submissions.originals
    monkeypatch.setattr(
        "broker.state.submissions.originals",
        lambda connection, names: loaded.append(list(names)) or real(connection, names),
    )
    async with turns(inline_bytes_max=10) as broker:
        lodged = [await lodge_unread(broker, toy(put(f"A{n}", remark="x" * 300))) for n in range(3)]
        hop = next(hop for hop in broker.hops if hop.reader.topic == TOPIC)
        for _ in range(3):
            await broker._step(hop)
        assert loaded == [[one] for one in lodged]
        assert await order_of_events(broker) == [(one, 1) for one in lodged]
