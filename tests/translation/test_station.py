"""Translation as the hop sees it, on a whole broker: verdicts, replies, events, what waits."""

from dataclasses import replace

import orjson
import pytest

from broker.adapter import Profile
from broker.errors import ConfigFault
from broker.model.records import Entry, Record
from broker.state.tables import ALIASES, DOCUMENTS, MESSAGES, OUTCOMES, PARKED, QUEUE, UNRESOLVED
from broker.translation.batch import Batch, Means
from broker.translation.station import Basis, TranslationStation
from tests.broker_in_process import (
    SENDER,
    declaration,
    in_process,
    reply_xml,
    request,
    story,
    withdrawal,
)
from tests.toy_format import HOUSE, TOY, ToyFormat, put, toy, toy_configuration


async def on_the_log(broker, topic="events.declaration"):
    """The distinct events on the log."""
    entries = await broker.plumbing.log.read(topic, 0, 0, bytes_max=1 << 24, wait_s=0)
    return list({one.headers["ce_id"]: one for one in entries}.values())


@story
async def test_a_rejected_message_leaves_its_neighbours_alone():
    """Two of three become dossiers; the third has its verdict, its reply, and no event."""
    async with in_process(toy_configuration()) as broker:
        lodged = await broker.lodge(toy(put("A"), put("B", reject="no"), put("C")), HOUSE, **TOY)
        verdicts = {row["message"]: row["verdict"] for row in await broker.rows(MESSAGES)}
        assert verdicts == {1: "accepted", 2: "rejected", 3: "accepted"}
        assert len(await broker.rows(DOCUMENTS)) == 2
        assert {one.headers["swb_message"] for one in await on_the_log(broker)} == {"1", "3"}
        assert ("LRN", "toys", "B") not in {
            (row["scheme"], row["scope"], row["value"]) for row in await broker.rows(ALIASES)
        }
        rejections = [row for row in await broker.rows(QUEUE) if row["type"] == "message.rejected"]
        assert [orjson.loads(row["context"])["message"] for row in rejections] == [2]
        shown = await broker.status(lodged, HOUSE)
        assert [one["verdict"] for one in shown["messages"]] == ["accepted", "rejected", "accepted"]
        assert [one["problems"][0]["code"] for one in shown["messages"][1:2]] == ["toy.rejected"]


@story
async def test_a_rejection_is_answered_in_the_senders_own_syntax():
    """A declaration with an unknown type comes back as a WCO Response with the problem in it."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1", TypeCode="QQQ"))
        (reply,) = await broker.feed(SENDER)
        assert (reply["type"], reply["swbsubmission"], reply["swbstatus"]) == (
            "message.rejected", lodged, "rejected",
        )  # fmt: skip
        assert "<FunctionCode>03</FunctionCode>" in reply_xml(reply)
        assert "QQQ" in reply_xml(reply)
        assert await on_the_log(broker) == []
        assert (await broker.status(lodged, SENDER))["overall"] == "rejected"


@story
async def test_bytes_of_no_known_format_are_rejected_with_what_to_do():
    """They are taken at the door, judged here, and told as plain data."""
    async with in_process() as broker:
        lodged = await broker.lodge(b"these bytes are no message")
        (reply,) = await broker.feed(SENDER)
        (problem,) = reply["data"]["problems"]
        assert problem["code"] == "submission.format-unknown"
        assert problem["hint"]
        assert (await broker.status(lodged))["overall"] == "rejected"


@story
async def test_a_declaration_without_lrn_is_declined():
    """An adapter that lets it through does not open a nameless dossier."""
    async with in_process(toy_configuration()) as broker:
        lodged = await broker.lodge(toy({"body": {"TypeCode": "IMA"}}), HOUSE, **TOY)
        (outcome,) = await broker.rows(OUTCOMES)
        assert (outcome["outcome"], outcome["submission"]) == ("declined", lodged)
        assert "reference.missing" in outcome["problems"]
        assert await broker.rows(DOCUMENTS) == []
        (reply,) = await broker.feed(HOUSE)
        assert reply["swbstatus"] == "declined"


@story
async def test_a_request_for_an_unknown_number_waits_and_is_declined_in_the_end():
    """It is shown as unresolved for 72 hours, of which its sender hears; then it is declined."""
    async with in_process() as broker:
        lodged = await broker.lodge(withdrawal("26QZ404"))
        assert (await broker.status(lodged))["overall"] == "unresolved"
        broker.clock.move(hours=71, minutes=59)
        await broker.settle()
        assert len(await broker.rows(UNRESOLVED)) == 1
        broker.clock.move(minutes=1)
        await broker.settle()
        assert (await broker.status(lodged))["overall"] == "declined"
        waits, reply = await broker.feed(SENDER)
        assert (waits["swbstatus"], reply["type"]) == ("waiting_reference", "message.declined")
        assert await broker.rows(UNRESOLVED) == []


@story
async def test_what_waited_is_worked_in_order_when_customs_gives_the_number():
    """Presented, then withdrawn, both before customs has said the MRN: note, then withdrawal."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"))
        note = await broker.lodge(request("26QZ1", "GPR"))
        gone = await broker.lodge(withdrawal("26QZ1"))
        assert [(await broker.status(one))["overall"] for one in (note, gone)] == [
            "unresolved",
            "unresolved",
        ]
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "acknowledged", references=[["MRN", "26QZ1"]])
        assert [(await broker.status(one))["overall"] for one in (note, gone)] == [
            "withdrawn",
            "withdrawn",
        ]
        outcomes = {row["submission"]: row["outcome"] for row in await broker.rows(OUTCOMES)}
        assert (outcomes[note], outcomes[gone]) == ("applied", "applied")


@story
async def test_a_reference_given_with_the_request_finds_the_dossier():
    """`Swb-Reference` names what the message does not."""
    async with in_process(toy_configuration()) as broker:
        await broker.lodge(toy(put("A")), HOUSE, **TOY)
        lodged = await broker.lodge(
            toy({"does": "withdraw"}), HOUSE, **TOY, **{"Swb-Reference": "LRN=A"}
        )
        assert (await broker.status(lodged, HOUSE))["overall"] == "withdrawn"


@story
async def test_a_withdrawn_reference_is_free_after_its_window():
    """Declined as reused within the year, then a new dossier with its own first version."""
    async with in_process(toy_configuration()) as broker:
        await broker.lodge(toy(put("A")), HOUSE, **TOY)
        await broker.lodge(toy({"does": "withdraw", "references": [["LRN", "A"]]}), HOUSE, **TOY)
        refused = await broker.lodge(toy(put("A", body={"TypeCode": "IMD"})), HOUSE, **TOY)
        assert (await broker.status(refused))["overall"] == "declined"
        broker.clock.move(days=365)
        again = await broker.lodge(toy(put("A", body={"TypeCode": "IMD"})), HOUSE, **TOY)
        (message,) = (await broker.status(again))["messages"]
        assert [one["version"] for one in message["documents"]] == [1]
        assert len({row["dossier"] for row in await broker.rows(DOCUMENTS)}) == 2


@story
async def test_an_adapter_that_breaks_its_contract_parks_the_submission_alone():
    """Its record waits for a person with a reason that holds no value; others pass."""
    async with in_process(toy_configuration()) as broker:
        await broker.lodge(toy(put("A"), {"raise": "a secret"}), HOUSE, **TOY)
        await broker.lodge(toy(put("B")), HOUSE, **TOY)
        (parked,) = await broker.rows(PARKED)
        assert (parked["station"], parked["state"]) == ("translation", "parked")
        assert parked["reason"].startswith("RuntimeError in tests.toy_format")
        assert "secret" not in parked["reason"]
        values = {row["value"] for row in await broker.rows(ALIASES)}
        assert values == {"B"}


@pytest.mark.parametrize("inline", [0, 1_000_000])
@story
async def test_a_large_original_is_referred_to_not_copied(inline):
    """Above the limit the record on the log is empty; what comes of it is the same."""
    async with in_process(inline_bytes_max=inline) as broker:
        await broker.lodge(declaration("QZ-1"))
        (entry,) = await on_the_log(broker, "submissions.customs")
        assert bool(entry.value) == bool(inline)
        assert len(await broker.rows(DOCUMENTS)) == 1


@story
async def test_a_submission_that_comes_again_on_the_log_is_done_already():
    """The second reading gives no verdict, event or reply of its own."""
    async with in_process(toy_configuration()) as broker:
        await broker.lodge(toy(put("A"), put("B", reject="no")), HOUSE, **TOY)
        tables = (MESSAGES, OUTCOMES, QUEUE, DOCUMENTS)
        before = [await broker.rows(table) for table in tables]
        (entry,) = await on_the_log(broker, "submissions.toy")
        again = Record(entry.topic, entry.key, entry.headers, entry.value)
        await broker.plumbing.log.append([again])
        await broker.settle()
        assert [await broker.rows(table) for table in tables] == before


def received(position, **named):
    """The record of a submission."""
    headers = {"ce_id": f"s_{position}", "ce_time": "2026-11-22T09:30:00.000Z",
               "swb_sender": "lantern", "swb_number": "1",
               **{f"swb_{name}": value for name, value in named.items()}}  # fmt: skip
    return Entry("submissions.trial", 0, position, "lantern", headers, b"bytes")


def test_a_format_that_nothing_reads_any_more_is_a_fault():
    """Its record is parked until the adapter is back; it is not rejected as unknown."""
    station = TranslationStation({}, lambda *_: Profile("", "", ""), {}, Basis(lambda *_: {}))
    entry = received(1, format="FORM 1")
    with pytest.raises(ConfigFault, match="'FORM 1' any more; install it"):
        next(station.work(entry, Batch([entry], {}), 0))


class Elsewhere:
    """An executor whose jobs give nothing; `begun` are the profiles of FORM they began with."""

    cpu_s = 0.0

    def __init__(self):
        self.begun = []

    def takes(self, payload):
        return bool(payload)

    def has_room(self, payload):
        return bool(payload)

    def begin(self, headers, payload, usable, skip):
        del headers, payload, skip
        self.begun.append(usable["FORM"].name)
        return self

    def take(self):
        return []

    def drop(self):
        self.begun.append("dropped")


def test_a_profile_that_is_gone_is_a_fault_of_its_own_record_and_of_none_before_it():
    """A record is begun ahead of its turn; what is wrong with it is found in its turn."""

    def profile_of(name, form, received_at):
        if name == "gone":
            raise ConfigFault(f"no {name} for {form} at {received_at}")
        return Profile(name, "trial", form)

    executor = Elsewhere()
    station = TranslationStation(
        {"FORM": None}, profile_of, {}, Basis(lambda *_: {"FORM": None}), Means(executor)
    )
    first, second = (
        received(number, format="FORM", profile=name) for number, name in ((1, "here"), (2, "gone"))
    )
    batch = Batch([first, second], {})
    assert next(station.work(first, batch, 0)) is executor
    assert executor.begun == ["here"]
    with pytest.raises(ConfigFault, match="no gone"):
        next(station.work(second, batch, 0))


def test_a_right_that_was_withdrawn_meanwhile_is_gone():
    """What its sender may not use any more is refused, though it was accepted before."""
    usable = {}
    station = TranslationStation(
        {"toy 1": ToyFormat()},
        lambda name, form, _at: Profile(name, "toy", form),
        {},
        Basis(lambda *_: usable),
    )
    entry = replace(received(1, format="toy 1", party="toys", family="toy"), value=toy(put("A")))
    verdicts = []
    for granted in ({}, {"toy 1": Profile("", "toy", "toy 1")}):
        usable.clear()
        usable.update(granted)
        (piece,) = station.work(entry, Batch([entry], {}), 0)
        verdicts.append((piece.value.verdict, [one.code for one in piece.value.problems]))
    assert verdicts == [("rejected", ["submission.format-unknown"]), ("accepted", [])]
