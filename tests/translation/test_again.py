"""Submissions that the database does not know, after it was set back beside a log that was not."""

import pytest

from broker.errors import MovedFault
from broker.model.records import Entry
from broker.state import submissions
from broker.state.database import MemoryDatabase
from broker.state.tables import ALIASES, DOSSIERS, PARKED, QUEUE, SUBMISSIONS
from broker.translation.again import take_again
from tests.broker_in_process import (
    OPERATOR,
    SENDER,
    declaration,
    in_process,
    story,
)
from tests.set_back import bring_back, copy_of

FLOWERS = "06031100"
ROW = ("id", "sender", "party", "family", "format", "profile", "sha256", "bytes", "content_type",
       "idempotency_key", "reference", "delivery", "received_at")  # fmt: skip


async def set_back(broker, copy):
    """Bring the database back to the copy; every hop takes over again."""
    await broker.plumbing.database.write(lambda connection: bring_back(connection, copy))
    broker.positions.clear()


async def rows_of(broker):
    """Submissions as their records must say them again."""
    return [{name: row[name] for name in ROW} for row in await broker.rows(SUBMISSIONS)]


@story
async def test_a_submission_is_taken_again_from_a_record_that_holds_the_bytes():
    """All of its row, its original, its verdict, dossier and deliveries are there as they were."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        copy = await broker.plumbing.database.read(copy_of)
        lodged = await broker.lodge(declaration("QZ-2", FLOWERS), **{"Idempotency-Key": "k-2"})
        rows, feed = await rows_of(broker), await broker.feed("plant-health")
        dossiers = [one["id"] for one in await broker.rows(DOSSIERS)]
        await set_back(broker, copy)
        await broker.settle()
        assert await rows_of(broker) == rows
        assert (await broker.status(lodged))["messages"][0]["verdict"] == "accepted"
        assert [one["id"] for one in await broker.rows(DOSSIERS)] == dossiers
        assert await broker.feed("plant-health") == feed
        raw = await broker.call("GET", f"/v1/submissions/{lodged}/raw", SENDER)
        assert raw.content == declaration("QZ-2", FLOWERS)
        again = await broker.call("POST", "/v1/submissions", SENDER,
                                  content=declaration("QZ-2", FLOWERS),
                                  headers={"Content-Type": "application/xml",
                                           "Idempotency-Key": "k-2"})  # fmt: skip
        assert again.json()["submission"] == lodged


@story
async def test_what_comes_after_a_submission_that_was_taken_again_has_a_higher_number():
    """Its number is at least the one that it had; a later put is not taken for an older one."""
    async with in_process() as broker:
        copy = await broker.plumbing.database.read(copy_of)
        for number in range(3):
            await broker.lodge(declaration(f"QZ-{number}", FLOWERS))
        await set_back(broker, copy)
        await broker.settle()
        await broker.lodge(declaration("QZ-2", FLOWERS, FLOWERS))
        numbers = [one["number"] for one in await broker.rows(SUBMISSIONS)]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] > 3
        given = await broker.newest("plant-health", "goods-declaration")
        assert (given["type"], given["data"]["version"]) == ("goods-declaration.changed", 2)


@story
async def test_a_record_without_the_bytes_is_parked_and_says_why():
    """Its neighbours go on; given up, its sender is told, as JSON, that it is.

    What its event on the log made is there; the native reply about that waits for the bytes.
    """
    async with in_process(inline_bytes_max=1000) as broker:
        copy = await broker.plumbing.database.read(copy_of)
        large = await broker.lodge(declaration("QZ-1", FLOWERS))
        await set_back(broker, copy)
        await broker.settle()
        (parked,) = await broker.rows(PARKED)
        assert parked["reason"].startswith("submission.unknown: ")
        assert large in parked["headers"]
        await broker.lodge(declaration("QZ-2", FLOWERS))
        decided = await broker.call("POST", f"/v1/parked/{parked['id']}/discard", OPERATOR,
                                    json={"why": "its sender lodges it again"})  # fmt: skip
        assert decided.status_code == 202, decided.text
        await broker.settle()
        replies = [one for one in await broker.feed(SENDER) if one["swbsubmission"] == large]
        assert [one["data"]["problems"][0]["code"] for one in replies] == ["event.discarded"]
        kept = [one["type"] for one in await broker.rows(QUEUE) if one["state"] == "parked"]
        assert kept == ["board.changed"]


@story
async def test_a_key_that_was_used_again_meanwhile_stays_with_the_later_submission():
    """Its sender has lodged the same once more before the record was worked."""
    async with in_process() as broker:
        copy = await broker.plumbing.database.read(copy_of)
        first = await broker.lodge(declaration("QZ-1"), **{"Idempotency-Key": "k-1"})
        await set_back(broker, copy)
        told = await broker.call("POST", "/v1/submissions", SENDER, content=declaration("QZ-1"),
                                 headers={"Content-Type": "application/xml",
                                          "Idempotency-Key": "k-1"})  # fmt: skip
        await broker.settle()
        keys = {one["id"]: one["idempotency_key"] for one in await broker.rows(SUBMISSIONS)}
        assert keys == {told.json()["submission"]: "k-1", first: None}
        meant = {one["dossier"] for one in await broker.rows(ALIASES)}
        assert len(meant) == 1


@story
async def test_bytes_that_went_while_they_were_worked_move_nothing():
    """The database was set back between reading and writing: the batch is abandoned."""
    database = MemoryDatabase()
    headers = {"ce_id": "s_1", "swb_sender": SENDER, "swb_number": "1"}
    gone = Entry("submissions.customs", 0, 0, SENDER, headers, b"")
    with pytest.raises(MovedFault, match="s_1 was there"):
        await database.write(lambda connection: take_again(connection, [gone]))
    assert await database.read(lambda connection: submissions.known(connection, ["s_1"])) == set()
