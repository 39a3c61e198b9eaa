"""Accepting submissions: many at once, on the log that a process runs with."""

import asyncio
from collections import Counter

import pytest

from broker.state.tables import DOCUMENTS, MESSAGES, OUTCOMES, QUEUE, SUBMISSIONS
from tests.broker_in_process import OTHER, SENDER, XML, declaration, in_process, story

COPIES = 100
PATH = "/v1/submissions"
BYTES = declaration("QZ-1", "06031100", "02013000")


async def at_once(broker, requests):
    """All of these (bytes, key of the sender, headers) at the same time."""
    return await asyncio.gather(
        *(
            broker.call("POST", PATH, key, content=content, headers={**XML, **headers})
            for content, key, headers in requests
        )
    )


@pytest.fixture(params=["memory", "embedded"])
def directory(request, tmp_path):
    """Where the embedded log lives; None: in memory."""
    return tmp_path if request.param == "embedded" else None


@story
async def test_a_hundred_copies_with_one_key_are_one_submission(directory):
    """One is accepted, ninety-nine are given its receipt; one record, one verdict, one dossier."""
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, {"Idempotency-Key": "k-1"})] * COPIES)
        assert Counter(one.status_code for one in told) == {202: 1, 200: COPIES - 1}
        assert len({one.text for one in told}) == 1
        await broker.settle()
        for table in (SUBMISSIONS, MESSAGES, DOCUMENTS, OUTCOMES):
            assert len(await broker.rows(table)) == 1
        assert await broker.plumbing.log.ends("submissions.customs") == [(0, 1)]


@story
async def test_a_hundred_copies_without_a_key_are_one_version(tmp_path):
    """A hundred receipts, a hundred outcomes: one applied, the others repeated; one delivery."""
    async with in_process(directory=tmp_path) as broker:
        told = await at_once(broker, [(BYTES, SENDER, {})] * COPIES)
        assert {one.status_code for one in told} == {202}
        receipts = [one.json() for one in told]
        assert len({one["submission"] for one in receipts}) == COPIES
        assert [one["same_bytes_as"] for one in receipts].count(None) == 1
        await broker.settle()
        outcomes = Counter(row["outcome"] for row in await broker.rows(OUTCOMES))
        assert outcomes == {"applied": 1, "repeated": COPIES - 1}
        assert len(await broker.rows(DOCUMENTS)) == 1
        for name in ("customs", "plant-health", "animal-health"):
            given = [one for one in await broker.feed(name) if one["type"].startswith("goods")]
            assert len(given) == 1
        assert len(await broker.feed(SENDER)) == 1


@story
async def test_one_key_with_two_contents_is_a_conflict_for_one_of_them(directory):
    """Whichever is first is accepted; every copy of the other one is refused."""
    other = declaration("QZ-2")
    key = {"Idempotency-Key": "k-1"}
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, key), (other, SENDER, key)] * 10)
        codes = Counter(one.status_code for one in told)
        assert codes == {202: 1, 200: 9, 409: 10}
        assert len(await broker.rows(SUBMISSIONS)) == 1


@story
async def test_two_senders_may_use_the_same_key(directory):
    """A key is its sender's own."""
    key = {"Idempotency-Key": "k-1"}
    async with in_process(directory=directory) as broker:
        told = await at_once(broker, [(BYTES, SENDER, key), (BYTES, OTHER, key)])
        assert [one.status_code for one in told] == [202, 202]
        assert len(await broker.rows(SUBMISSIONS)) == 2


@story
async def test_the_order_of_acceptance_is_a_number_without_gaps(directory):
    """Numbers count from one, one for each that was accepted; duplicates take none."""
    async with in_process(directory=directory) as broker:
        requests = [(declaration(f"QZ-{n}"), SENDER, {"Idempotency-Key": f"k-{n % 20}"})
                    for n in range(20)]  # fmt: skip
        told = await at_once(broker, requests + requests)
        assert Counter(one.status_code for one in told) == {202: 20, 200: 20}
        rows = sorted(await broker.rows(SUBMISSIONS), key=lambda row: row["number"])
        assert [row["number"] for row in rows] == list(range(1, 21))
        accepted = {one.json()["submission"] for one in told if one.status_code == 202}
        assert {row["id"] for row in rows} == accepted


@story
async def test_what_comes_together_shares_a_commit(tmp_path):
    """A hundred receipts cost a few commits, not a hundred."""
    async with in_process(directory=tmp_path) as broker:
        before = broker.plumbing.log.commits
        requests = [(declaration(f"QZ-{n}"), SENDER, {}) for n in range(COPIES)]
        told = await at_once(broker, requests)
        assert {one.status_code for one in told} == {202}
        assert broker.plumbing.log.commits - before < COPIES / 2


@story
async def test_the_last_version_of_many_sent_at_once_is_the_last_accepted(tmp_path):
    """Twenty different contents under one LRN: the live one is the one accepted last."""
    async with in_process(directory=tmp_path) as broker:
        codes = [f"8471{n:04d}" for n in range(20)]
        told = await at_once(broker, [(declaration("QZ-1", code), SENDER, {}) for code in codes])
        await broker.settle()
        documents = sorted(await broker.rows(DOCUMENTS), key=lambda row: row["version"])
        assert [row["version"] for row in documents] == list(range(1, 21))
        accepted = sorted(await broker.rows(SUBMISSIONS), key=lambda row: row["number"])
        assert [row["submission"] for row in documents] == [row["id"] for row in accepted]
        assert {one.status_code for one in told} == {202}
        assert len({row["id"] for row in await broker.rows(QUEUE)}) == len(codes) + 2
