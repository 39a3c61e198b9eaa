"""The core as the hop sees it: what is loaded is what was decided; parking and release."""

import asyncio
from dataclasses import replace

import pytest

from broker.core import station as core_station
from broker.model.records import Record
from broker.state import dossiers
from broker.state.tables import DOCUMENTS, FOLLOWERS, OUTBOX, OUTCOMES, PARKED, QUEUE
from broker.translation.resolve import dossier_id
from tests.broker_in_process import (
    JSON,
    OPERATOR,
    SENDER,
    declaration,
    in_process,
    reply_xml,
    story,
    withdrawal,
)

FLOWERS, BOOKS, MEAT = "06031100", "49019900", "02013000"
DOSSIER = dossier_id(("LRN", "lantern", "QZ-1"), 0)
POISON = "99999999"


async def stored(broker):
    """The dossier as it is loaded."""
    found = await broker.plumbing.database.read(lambda c: dossiers.one(c, DOSSIER))
    return replace(found, outcomes=frozenset(), delivered={})


async def kept(broker, remembered):
    """The dossier as a step left it in memory, without what loading knows better."""
    return replace(remembered[DOSSIER], outcomes=frozenset(), delivered={})


@pytest.fixture
def remembered(monkeypatch):
    """What the core's last step made of each dossier, in memory."""
    found = {}
    real = core_station.step

    def step(dossier, event, rules):
        effects = real(dossier, event, rules)
        found[effects.dossier.id] = effects.dossier
        return effects

    monkeypatch.setattr(core_station, "step", step)
    return found


@story
async def test_a_dossier_is_loaded_as_it_was_left(remembered):
    """After each event of a long story the rows say what the step said; nothing is lost."""
    async with in_process() as broker:
        for codes in ([FLOWERS, BOOKS], [FLOWERS, MEAT], [BOOKS], [FLOWERS], [FLOWERS, FLOWERS]):
            await broker.lodge(declaration("QZ-1", *codes))
            assert await stored(broker) == await kept(broker, remembered)
        for name in ("plant-health", "customs"):
            given = await broker.newest(name, "goods")
            for status in ("acknowledged", "released", "held", "released"):
                references = [["MRN", "26QZ1"]] if name == "customs" else []
                await broker.decide(name, given["id"], status, references=references)
                assert await stored(broker) == await kept(broker, remembered)
        await broker.lodge(declaration("QZ-1", FLOWERS))
        assert await stored(broker) == await kept(broker, remembered)
        for number, status in (("W-1", "refused"), ("W-2", "granted")):
            await broker.lodge(withdrawal("26QZ1", number))
            assert await stored(broker) == await kept(broker, remembered)
            for name in ("customs", "plant-health"):  # which holds the goods still
                asked = await broker.newest(name, "declaration.withdrawal-requested")
                await broker.decide(name, asked["id"], status)
                assert await stored(broker) == await kept(broker, remembered)
        assert (await stored(broker)).state == "withdrawn"


@story
async def test_two_late_versions_in_one_batch_have_two_numbers():
    """What comes late beside another late one is kept beside it."""
    async with in_process() as broker:
        for code in (BOOKS, MEAT, FLOWERS, POISON):
            await broker.call("POST", "/v1/submissions", SENDER, content=declaration("QZ-1", code),
                              headers={"Content-Type": "application/xml"})  # fmt: skip
        await _shuffle(broker, [3, 0, 1, 2])
        await broker.settle()
        shown = {(row["version"], row["state"]) for row in await broker.rows(DOCUMENTS)}
        assert shown == {(1, "live"), (2, "late"), (3, "late"), (4, "late")}
        assert (await stored(broker)).live[""].version == 1


@story
async def test_what_was_repeated_once_stays_repeated_in_its_batch():
    """An event that changed nothing comes again behind a later version: it is not a late one."""
    async with in_process() as broker:
        for code in (BOOKS, BOOKS, MEAT):
            await broker.lodge(declaration("QZ-1", code))
        (entries,) = [
            found for (topic, _), found in broker.plumbing.log._entries.items()
            if topic == "events.declaration" and found
        ]  # fmt: skip
        core = next(hop.station for hop in broker.hops if hop.station.name == "core")
        loaded = core_station.Loaded({}, {}, {})
        batch = [entries[index] for index in (0, 1, 2, 1)]
        outcomes = [one.value.outcome for entry in batch for one in core.work(entry, loaded, 0)]
        assert outcomes == ["applied", "repeated", "applied", "repeated"]


async def _shuffle(broker, order):
    """Put the submissions' records on the log in another order, as two partitions might."""
    while await broker.rows(OUTBOX):
        await asyncio.sleep(0)
    (entries,) = broker.plumbing.log._entries.values()
    entries[:] = [
        replace(entries[index], position=position) for position, index in enumerate(order)
    ]


@pytest.fixture
def poisoned(monkeypatch):
    """A step that raises for any declaration with the poisonous code, while it is switched on."""
    switch = {"on": True}
    real = core_station.step

    def step(dossier, event, rules):
        if switch["on"] and event.id not in dossier.outcomes and POISON in str(event.body):
            raise RuntimeError(f"a value of {event.body['FunctionalReferenceID']}")
        return real(dossier, event, rules)

    monkeypatch.setattr(core_station, "step", step)
    return switch


async def waiting(broker):
    """The codes of what waits behind the parked event; on the log it may stand twice."""
    rows = {row["value"]: None for row in await broker.rows(FOLLOWERS)}
    return [code for value in rows for code in (BOOKS, MEAT, FLOWERS) if code.encode() in value]


async def _decided(broker, how):
    """The operator decides about the one parked record."""
    (row,) = [one for one in await broker.rows(PARKED) if one["state"] == "parked"]
    told = await broker.call("POST", f"/v1/parked/{row['id']}/{how}", OPERATOR,
                             content=b'{"why":"looked at it"}', headers=JSON)  # fmt: skip
    assert told.status_code == 202, told.text
    broker.clock.move(seconds=1)
    await broker.settle()


@story
async def test_a_step_that_raises_parks_its_event_and_its_followers_wait(poisoned):
    """Nothing of the dossier moves behind it, other dossiers go on; the reason holds no value."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", BOOKS))
        await broker.lodge(declaration("QZ-1", POISON))
        await broker.lodge(declaration("QZ-1", MEAT))
        await broker.lodge(declaration("QZ-2", FLOWERS))
        (parked,) = await broker.rows(PARKED)
        assert (parked["station"], parked["dossier"], parked["state"]) == ("core", DOSSIER,
                                                                          "parked")  # fmt: skip
        assert parked["reason"].startswith("RuntimeError in tests.core")
        assert await waiting(broker) == [MEAT]
        assert (await stored(broker)).versions == {"": 1}
        assert len([row for row in await broker.rows(DOCUMENTS) if row["dossier"] != DOSSIER]) == 1


@story
async def test_resume_works_the_event_and_then_its_followers_in_order(poisoned):
    """After the fault is mended the versions are those of the order of acceptance."""
    async with in_process() as broker:
        for code in (BOOKS, POISON, MEAT, FLOWERS):
            await broker.lodge(declaration("QZ-1", code))
        poisoned["on"] = False
        await _decided(broker, "resume")
        codes = [
            next(code for code in (BOOKS, POISON, MEAT, FLOWERS) if code.encode() in row["payload"])
            for row in sorted(await broker.rows(DOCUMENTS), key=lambda row: row["version"])
        ]
        assert codes == [BOOKS, POISON, MEAT, FLOWERS]
        assert await broker.rows(FOLLOWERS) == []
        assert {row["state"] for row in await broker.rows(PARKED)} == {"resumed"}
        assert {row["outcome"] for row in await broker.rows(OUTCOMES)} == {"applied"}
        await broker.lodge(declaration("QZ-1", BOOKS))
        assert (await stored(broker)).versions == {"": 5}


@story
async def test_discard_declines_the_event_with_a_reply_and_works_its_followers(poisoned):
    """Its sender hears that an operator gave it up; what waited behind it is worked."""
    async with in_process() as broker:
        lodged = [await broker.lodge(declaration("QZ-1", code)) for code in (BOOKS, POISON, MEAT)]
        await _decided(broker, "discard")
        outcomes = {row["submission"]: row["outcome"] for row in await broker.rows(OUTCOMES)}
        assert [outcomes[one] for one in lodged] == ["applied", "declined", "applied"]
        (reply,) = [one for one in await broker.feed(SENDER) if one["type"] == "message.declined"]
        assert reply["swbsubmission"] == lodged[1]
        assert "an operator discarded the message" in reply_xml(reply)
        assert (await stored(broker)).versions == {"": 2}
        assert (await broker.status(lodged[1]))["overall"] == "declined"


@story
async def test_a_resume_that_fails_again_leaves_everything_as_it_was(poisoned):
    """The record stays parked, its followers stay behind it, and it can be resumed later."""
    async with in_process() as broker:
        for code in (BOOKS, POISON, MEAT):
            await broker.lodge(declaration("QZ-1", code))
        await _decided(broker, "resume")
        assert [row["state"] for row in await broker.rows(PARKED)] == ["parked"]
        assert await waiting(broker) == [MEAT]
        poisoned["on"] = False
        await _decided(broker, "resume")
        assert (await stored(broker)).versions == {"": 3}


@pytest.mark.parametrize("how", ["resume", "discard"])
@story
async def test_a_follower_that_breaks_is_parked_in_its_turn(poisoned, how):
    """The same bad message sent three times is settled one by one; what is between is worked."""
    async with in_process() as broker:
        poison = [declaration("QZ-1", POISON, MEAT), declaration("QZ-1", POISON, BOOKS)]
        for content in (declaration("QZ-1", BOOKS), poison[0], declaration("QZ-1", MEAT),
                        poison[1], declaration("QZ-1", FLOWERS)):  # fmt: skip
            await broker.lodge(content)
        await _decided(broker, "discard")
        assert (await stored(broker)).versions == {"": 2}
        states = sorted(row["state"] for row in await broker.rows(PARKED))
        assert states == ["discarded", "parked"]
        assert await waiting(broker) in ([BOOKS, FLOWERS], [FLOWERS])
        poisoned["on"] = how == "discard"
        await _decided(broker, how)
        assert (await stored(broker)).versions == {"": 4 if how == "resume" else 3}
        assert await broker.rows(FOLLOWERS) == []
        assert {row["state"] for row in await broker.rows(PARKED)} <= {"discarded", "resumed"}
        last = max(await broker.rows(DOCUMENTS), key=lambda row: row["version"])
        assert FLOWERS.encode() in last["payload"]


@story
async def test_a_resume_that_comes_again_on_the_log_does_nothing(poisoned):
    """At least once on the log, once in the dossier."""
    async with in_process() as broker:
        for code in (BOOKS, POISON, MEAT):
            await broker.lodge(declaration("QZ-1", code))
        poisoned["on"] = False
        await _decided(broker, "resume")
        before = [await broker.rows(table) for table in (DOCUMENTS, QUEUE, FOLLOWERS)]
        (entries,) = [
            found for (topic, _), found in broker.plumbing.log._entries.items()
            if topic == "events.declaration"
        ]  # fmt: skip
        again = next(one for one in entries if one.headers["ce_type"].endswith(".resume"))
        await broker.plumbing.log.append(
            [Record(again.topic, again.key, again.headers, again.value)]
        )
        await broker.settle()
        after = [await broker.rows(table) for table in (DOCUMENTS, QUEUE, FOLLOWERS)]
        assert after == before


@story
async def test_a_withdrawal_notice_names_the_delivery_its_recipient_knows():
    """Version 2 was never numbered, so the notice is about version 1; and it goes out once."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        (first,) = await broker.feed("plant-health")
        drained, broker.stations.drain.drained = broker.stations.drain.drained, _nothing
        for codes in ([FLOWERS, FLOWERS], [BOOKS], [FLOWERS], [MEAT]):
            await broker.lodge(declaration("QZ-1", *codes))
        broker.stations.drain.drained = drained
        await broker.settle()
        told = await broker.feed("plant-health")
        assert [one["type"] for one in told] == ["goods-declaration.new", "declaration.withdrawn"]
        assert told[1]["data"]["delivery"] == first["id"]


@story
async def test_an_ending_is_loaded_as_it_was_left_and_notified_by_the_known_delivery(remembered):
    """Plant health is told which delivery has ended; it answers that, not the notice."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        known = await broker.newest("plant-health", "goods")
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "ended", references=[["MRN", "26QZ1"]])
        assert await stored(broker) == await kept(broker, remembered)
        assert (await stored(broker)).overall == "ended"
        notice = await broker.newest("plant-health", "declaration.ended")
        assert notice["data"]["delivery"] == known["id"]
        said = {"id": "A-2", "references": [["MRN", "26QZ1"]], "answers": [{"status": "released"}]}
        await broker.answer("plant-health", said)
        after = await stored(broker)
        assert after == await kept(broker, remembered)
        (last,) = [one for one in after.answers if one.recipient == "plant-health"]
        assert (last.status, last.showing, after.overall) == ("released", 1, "ended")


@story
async def test_a_correction_of_an_authority_is_loaded_as_it_was_left(remembered):
    """The version is by customs, in its row and in what plant health is given; the fact too."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        given = await broker.newest("customs", "goods")
        words = "GoodsShipment.GovernmentAgencyGoodsItem[1].Commodity.Description"
        for number, path in enumerate((words, words.replace("[1]", "[7]"))):
            change = {"path": path, "value": "tulips" if "[1]" in path else None}
            said = {"id": f"C-{number}", "delivery": given["id"], "changes": [change]}
            await broker.answer("customs", said)
            assert await stored(broker) == await kept(broker, remembered)
        after = await stored(broker)
        assert (after.live[""].by, after.facts) == ("customs", {"": ("uncorrected",)})
        told = await broker.newest("plant-health", "goods-declaration.changed")
        assert (told["data"]["by"], told["data"]["version"]) == ("customs", 2)
        noted = await broker.newest("customs", "message.noted")
        assert "amendment.element-absent" in reply_xml(noted)
        reply = reply_xml(await broker.newest(SENDER, "board.changed"))
        assert "lodge the whole document" in reply


@story
async def test_a_question_is_loaded_as_it_was_left_and_stands_in_the_reply(remembered):
    """Opened, closed by its number: the rows say what the step said, the declarant hears of it."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        given = await broker.newest("plant-health", "goods")
        await broker.decide("plant-health", given["id"], "information_wanted",
                            wanted=[{"type": "N851"}], valid_until="2027-01-01")  # fmt: skip
        assert await stored(broker) == await kept(broker, remembered)
        assert list((await stored(broker)).questions) == [1]
        reply = reply_xml(await broker.newest(SENDER, "board.changed"))
        assert "question 1 of plant-health: documents wanted" in reply
        await broker.answer("plant-health", {"id": "Q-1", "delivery": given["id"], "question": 1})
        assert await stored(broker) == await kept(broker, remembered)
        assert (await stored(broker)).questions == {}
        reply = reply_xml(await broker.newest(SENDER, "board.changed"))
        assert "question 1" not in reply


@story
async def test_a_report_of_an_authority_is_loaded_as_it_was_left_and_stands_in_the_trace(
    remembered,
):
    """With its moment and who stated it; the declarant's reply says so."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        given = await broker.newest("customs", "goods")
        arrived = "2026-11-21T08:00:00Z"
        said = {"id": "A-1", "delivery": given["id"], "arrived": arrived}
        await broker.answer("customs", said)
        assert await stored(broker) == await kept(broker, remembered)
        report = "arrived@2026-11-21T08:00:00.000Z@customs"
        assert (await stored(broker)).facts == {"": (report,)}
        (dossier,) = (await broker.call("GET", "/v1/trace/QZ-1", OPERATOR)).json()["dossiers"]
        assert [(one["name"], one["by"]) for one in dossier["reported"]] == [("arrived", "customs")]
        reply = reply_xml(await broker.newest(SENDER, "board.changed"))
        assert "arrived 2026-11-21T08:00:00.000Z, as customs has stated" in reply


@story
async def test_who_was_never_given_a_number_hears_nothing_of_a_withdrawal():
    """The row is cancelled before it was numbered: the recipient's feed stays empty."""
    async with in_process() as broker:
        drained, broker.stations.drain.drained = broker.stations.drain.drained, _nothing
        await broker.lodge(declaration("QZ-1", FLOWERS))
        await broker.lodge(declaration("QZ-1", BOOKS))
        broker.stations.drain.drained = drained
        await broker.settle()
        assert await broker.feed("plant-health") == []
        states = {row["state"] for row in await broker.rows(QUEUE)
                  if row["recipient"] == "plant-health"}  # fmt: skip
        assert states == {"cancelled"}


async def _nothing():
    return 0
