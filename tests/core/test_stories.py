"""Stories drawn by seed: declarations, answers and time in any order, deliveries early or late.

After each move two things hold: the dossier is loaded as the last step left it, and what each
recipient must believe after reading its feed is what the core believes it was told.
"""

import random
from dataclasses import replace

import pytest

from adapters.customs.writing import declaration_xml
from broker.core import station as core_station
from broker.state import dossiers
from broker.state.tables import PARKED, QUEUE
from broker.translation.resolve import dossier_id
from tests.broker_in_process import SENDER, XML, body, in_process, items_of, story
from tests.said import cursor_of

DOSSIER = dossier_id(("LRN", "lantern", "QZ-1"), 0)
CODES = ("06031100", "49019900", "02013000", "96011000", "44151010", "40122000")
STATUSES = ("released", "released", "held", "acknowledged", "refused", "inspection")
MOVES = ("lodge", "lodge", "answer", "answer", "answer", "read", "wait")
READERS = ("customs", "plant-health", "statistics")
LENGTH = 14


@pytest.fixture
def remembered(monkeypatch):
    """What the core's last step made of the dossier, in memory."""
    found = {}
    real = core_station.step

    def step(dossier, event, rules):
        effects = real(dossier, event, rules)
        found["dossier"] = effects.dossier
        return effects

    monkeypatch.setattr(core_station, "step", step)
    return found


@pytest.mark.parametrize("seed", range(1, 6))
@story
async def test_rows_feeds_and_steps_agree_whatever_happens(seed, remembered):
    """Nothing is parked, nothing is lost in the rows, and no feed misleads its reader."""
    draw = random.Random(seed)  # noqa: S311  a story, not a secret
    async with in_process() as broker:
        for _ in range(LENGTH):
            await _move(broker, draw)
            known = await broker.plumbing.database.read(lambda c: dossiers.one(c, DOSSIER))
            if known is None:
                continue
            left = replace(remembered["dossier"], outcomes=frozenset(), delivered={})
            assert replace(known, outcomes=frozenset(), delivered={}) == left
            assert await broker.rows(PARKED) == []
            for target, shown in known.shown.items():
                if not target.part:
                    assert await _believed(broker, target) == _meant(shown), (target, shown)


async def _move(broker, draw):
    """One move; the drain sleeps meanwhile, or not."""
    drained, asleep = broker.stations.drain.drained, draw.random() < 0.3
    if asleep:
        broker.stations.drain.drained = _nothing
    move = draw.choice(MOVES)
    if move == "lodge":
        tree = body("QZ-1", *draw.sample(CODES, draw.randint(1, 3)))
        items_of(tree)[0]["Packaging"][0]["TypeCode"] = draw.choice(["CT", "CT", "8A"])
        for _ in range(draw.randint(1, 2)):
            await broker.call(
                "POST", "/v1/submissions", SENDER, content=declaration_xml(tree), headers=XML
            )
    elif move == "answer":
        await _answer(broker, draw)
    elif move == "read":
        await _read(broker, draw.choice(READERS))
    else:
        broker.clock.move(hours=draw.choice([1, 25, 73]))
    await broker.settle()
    broker.stations.drain.drained = drained
    await broker.settle()


async def _answer(broker, draw):
    """Any recipient answers any delivery it was ever given, about the whole or an item."""
    given = [
        row for row in await broker.rows(QUEUE) if row["what"] == "document" and row["seq"]
    ]  # fmt: skip
    if not given:
        return
    row = draw.choice(given)
    said = {"status": draw.choice(STATUSES)}
    if draw.random() < 0.3:
        said["subject"] = {"item": draw.randint(1, 2)}
    number = f"A-{draw.getrandbits(48)}"
    told = {"id": number, "delivery": row["id"], "answers": [said]}
    assert (await broker.respond(row["recipient"], told)).status_code == 202


async def _read(broker, reader):
    """An agency reads all of its feed and acknowledges it: silence counts from now."""
    given = await broker.feed(reader, limit=500)
    if given:
        await broker.feed(reader, cursor=cursor_of(given[-1]))


async def _nothing():
    return 0


async def _believed(broker, target):
    """The delivery that counts for a reader of the feed; "" if it was withdrawn or never came."""
    meant = ""
    for one in await broker.feed(target.recipient, limit=500, cursor="c0"):
        about = one.get("data", {}).get("purpose") == target.purpose
        if about and not one["type"].startswith("answer."):
            meant = "" if one["type"].endswith(".withdrawn") else one["id"]
    return meant


def _meant(shown):
    """What the core believes the target's reader believes."""
    return "" if shown.result == "withdrawn" else shown.delivery
