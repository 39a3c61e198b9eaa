"""Which configuration is in force, and who may still write under an older one."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from broker.errors import ConfigFault, SupersededFault
from broker.hop import Hop
from broker.readiness import Readiness
from broker.state import actions, configurations
from broker.state.configurations import InForce
from broker.state.positions import Reader
from broker.state.tables import (
    ACTIONS,
    KEYS,
    MESSAGES,
    POSITIONS,
    QUEUE,
    SUBMISSIONS,
    SUBSCRIPTIONS,
    UNRESOLVED,
)
from broker.succession import NOTHING, Permitted, put_in_force
from broker.watching import Watch
from tests.broker_in_process import (
    OPERATOR,
    SENDER,
    XML,
    configuration,
    declaration,
    in_process,
    story,
    withdrawal,
)
from tests.toy import READER, Bench, Toy, drain

PROFILE = "qz-declarations"
OTHER = replace(configuration(), digest="other")
WITHOUT = replace(
    configuration(),
    digest="without",
    profiles={name: one for name, one in configuration().profiles.items() if name != PROFILE},
)


def under(bench, number):
    """The hop of a process that was started with this number."""
    return Hop(Toy(), READER, replace(bench.plumbing, configuration=number))


async def succeed(bench, digest):
    """Put another in force."""

    def work(connection):
        return configurations.succeed(
            connection, configurations.in_force(connection), digest, ""
        ).number

    return await bench.database.write(work)


async def lodged(broker, payload, status=202):
    """Lodge bytes that nothing works."""
    told = await broker.call("POST", "/v1/submissions", SENDER, content=payload, headers=XML)
    assert told.status_code == status, told.text
    return told.json()


@story
async def test_an_older_hop_writes_nothing_and_a_newer_one_goes_on():
    """From the newer one's start on the older commits no row, no record, no position."""
    bench = Bench()
    old = under(bench, await succeed(bench, "a"))
    await bench.give("a")
    position = await drain(old)
    await bench.give("b", "c")
    new = under(bench, await succeed(bench, "b"))
    with pytest.raises(SupersededFault):
        await old.batch(position)
    assert await bench.rows() == "a"
    assert await bench.first_out() == "a"
    assert await bench.parked() == []
    await drain(new)
    assert await bench.rows() == "abc"
    with pytest.raises(SupersededFault):
        await old.take_over()


@story
async def test_an_older_hop_that_is_superseded_within_a_record_leaves_the_rest_to_the_newer():
    """What it committed remains; the newer one begins with the first message that was not."""
    bench = Bench(batch_bytes_max=100)
    old = under(bench, await succeed(bench, "a"))
    await bench.give("abcde")
    position = await old.take_over()
    old.station.size = 40
    real, writes = bench.database.real.write, []

    async def write(work):
        writes.append(work)
        result = await real(work)
        if len(writes) == 2:  # the start of the batch, then its first commit
            await real(lambda c: configurations.succeed(c, configurations.in_force(c), "b", ""))
        return result

    bench.database.real.write = write
    with pytest.raises(SupersededFault):
        await old.batch(position)
    bench.database.real.write = real
    assert await bench.rows() == "abc"
    await drain(under(bench, 2))
    assert await bench.rows() == "abcde"


@story
async def test_an_older_hop_ends_and_its_end_says_nothing_about_the_record():
    """It is not tried again, and no start of it counts: the record is not parked for it."""
    bench = Bench()
    await bench.give("a")
    for number in range(1, 6):
        old = under(bench, await succeed(bench, f"old {number}"))
        position = await old.take_over()
        await old._started(position)
        await succeed(bench, f"new {number}")
        with pytest.raises(SupersededFault):
            await old.run()
    assert await bench.database.read(lambda c: c.execute(POSITIONS.select()).one().starts) == 0
    await drain(under(bench, 10))
    assert await bench.rows() == "a"
    assert await bench.parked() == []


@story
async def test_a_start_takes_the_number_in_force_or_the_next():
    """The same files have the same number, however often; other files have the next."""
    async with in_process() as broker:
        numbers = [
            await put_in_force(one, broker.plumbing)
            for one in (configuration(), configuration(), OTHER, OTHER)
        ]
        assert (broker.plumbing.configuration, numbers) == (1, [1, 1, 2, 2])
        found = await broker.plumbing.database.read(configurations.in_force)
        assert found == InForce(2, "other")


@story
async def test_many_that_start_together_with_the_same_files_have_one_number():
    """Whoever loses the compare-and-set to one with the same files takes its number."""
    async with in_process() as broker:
        numbers = await asyncio.gather(*(put_in_force(OTHER, broker.plumbing) for _ in range(5)))
        assert numbers == [2] * 5


@story
async def test_what_was_succeeded_comes_back_only_on_demand():
    """An old process that starts again does not put its old files in force; --roll-back does."""
    async with in_process() as broker:
        await put_in_force(OTHER, broker.plumbing)
        with pytest.raises(ConfigFault, match=r"configuration 2 has succeeded.*--roll-back"):
            await put_in_force(configuration(), broker.plumbing)
        back = Permitted(rolls_back=True, who="ada")
        assert await put_in_force(configuration(), broker.plumbing, back) == 3
        (row,) = await broker.plumbing.database.read(
            lambda c: actions.about(c, configuration().digest)
        )
        assert (row["who"], row["what"]) == ("ada", "roll-back")


@pytest.mark.parametrize("worked", [True, False])
@story
async def test_a_profile_that_waiting_work_names_is_not_left_out(worked):
    """The start is refused with the name, and what is in force remains so."""
    async with in_process() as broker:
        await lodged(broker, withdrawal("26QZ404"))
        if worked:
            await broker.settle()
            assert len(await broker.rows(UNRESOLVED)) == 1
        with pytest.raises(ConfigFault) as refused:
            await put_in_force(WITHOUT, broker.plumbing)
        for text in (f"profile {PROFILE!r}", "--force-config", "e_" if worked else "s_"):
            assert text in str(refused.value)
        assert await put_in_force(configuration(), broker.plumbing) == 1


@story
async def test_forcing_it_is_recorded_and_what_names_it_is_parked(tmp_path):
    """The action says who did it and what was left out; nothing is judged without its profile."""
    async with in_process(directory=tmp_path) as broker:
        await lodged(broker, declaration("QZ-1"))
    forced = Permitted(leaves_out=True, who="ada")
    async with in_process(WITHOUT, tmp_path, forced) as broker:
        assert broker.plumbing.configuration == 2
        (row,) = await broker.plumbing.database.read(lambda c: actions.about(c, WITHOUT.digest))
        assert (row["who"], row["what"]) == ("ada", "force-config")
        assert f"profile {PROFILE!r}" in row["why"]
        await broker.settle()
        assert await broker.rows(MESSAGES) == []


@story
async def test_nothing_unfinished_lets_a_profile_go():
    """A profile that only finished work names may be removed."""
    async with in_process() as broker:
        await lodged(broker, declaration("QZ-1", "84713000", TypeCode="QQQ"))
        await broker.settle()
        assert [row["verdict"] for row in await broker.rows(MESSAGES)] == ["rejected"]
        assert await put_in_force(WITHOUT, broker.plumbing, NOTHING) == 2


@story
async def test_verdicts_and_replies_name_the_configuration():
    """A message's row and the context of every reply have the digest."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"))
        await broker.lodge(declaration("QZ-2", "84713000", TypeCode="QQQ"))
        await broker.lodge(withdrawal("26QZ404"))
        messages = await broker.rows(MESSAGES)
        replies = [row for row in await broker.rows(QUEUE) if row["what"] == "reply"]
        assert len(messages) == 3
        assert {row["type"] for row in replies} >= {"board.changed", "message.rejected"}
        named = [row["configuration"] for row in messages]
        named += [orjson.loads(row["context"])["configuration"] for row in replies]
        assert set(named) == {broker.configuration.digest}


@story
async def test_a_trace_shows_the_configuration_of_each_verdict_decision_and_reply():
    """Whoever asks why can find under which files it was so, also after these were succeeded."""
    async with in_process() as broker:
        submission = await broker.lodge(declaration("QZ-1"))
        rejected = await broker.lodge(declaration("QZ-2", "84713000", TypeCode="QQQ"))
        found = []
        for name in (submission, rejected):
            shown = (await broker.call("GET", f"/v1/trace/{name}", OPERATOR)).json()
            for one in shown["submissions"]:
                found += [*one["messages"], *one["replies"]]
            found += [row for one in shown["dossiers"] for row in one["decisions"]]
        assert {bool("verdict" in row) for row in found} == {True, False}
        assert {row["configuration"] for row in found} == {broker.configuration.digest}


async def lodge_at_an_older():
    """What an older process answers; it ends with the loop that accepts."""
    async with in_process() as broker:
        await put_in_force(OTHER, broker.plumbing)
        told = await lodged(broker, declaration("QZ-1"), 503)
        assert "config.superseded" in str(told)
        assert await broker.rows(SUBMISSIONS) == []


@story
async def test_an_older_process_accepts_nothing_and_ends():
    """Its door answers 503 with what to do, nothing is written, and its loop ends."""
    with pytest.raises(ExceptionGroup) as ended:
        await lodge_at_an_older()
    assert ended.group_contains(SupersededFault)


@story
async def test_older_loops_number_nothing_and_release_nothing(tmp_path):
    """The drain and the timers of an older process end where they would write."""
    async with in_process(directory=tmp_path) as broker:
        await lodged(broker, declaration("QZ-2", "84713000", TypeCode="QQQ"))
        await lodged(broker, withdrawal("26QZ404"))
        for hop in broker.hops:
            if hop.reader.station == "translation":
                await hop.batch(await hop.take_over())
        before = await broker.rows(QUEUE), await broker.rows(UNRESOLVED)
        await put_in_force(OTHER, broker.plumbing)
        broker.clock.move(days=60)
        for loop in (broker.stations.drain.drained, broker.stations.timers.tick):
            with pytest.raises(SupersededFault):
                await loop()
        assert (await broker.rows(QUEUE), await broker.rows(UNRESOLVED)) == before


@story
async def test_an_older_process_gives_no_delivery_and_does_nothing_for_an_operator():
    """Its feed acknowledges and gives nothing, and no key is issued or revoked: 503."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-2", "84713000", TypeCode="QQQ"))
        await put_in_force(OTHER, broker.plumbing)
        before = (
            await broker.rows(SUBSCRIPTIONS),
            await broker.rows(KEYS),
            await broker.rows(ACTIONS),
        )
        for refused in (
            await broker.call("GET", "/v1/feed", SENDER),
            await broker.call("POST", "/v1/keys", OPERATOR, json={"name": SENDER}),
            await broker.call("DELETE", f"/v1/keys/{SENDER}", OPERATOR),
        ):
            assert (refused.status_code, refused.json()["code"]) == (503, "config.superseded")
        after = (
            await broker.rows(SUBSCRIPTIONS),
            await broker.rows(KEYS),
            await broker.rows(ACTIONS),
        )
        assert after == before


@story
async def test_a_process_that_only_looks_ends_too():
    """Who looks for what others have committed finds the newer configuration, and ends."""
    async with in_process() as broker:
        await put_in_force(OTHER, broker.plumbing)
        with pytest.raises(SupersededFault):
            await Watch(broker.plumbing, every_s=0).run()


@story
async def test_a_topic_is_not_left_while_records_in_it_wait():
    """Without the kind that it is of, no station would ever read them."""
    family = configuration().families["customs"]
    fewer = replace(
        configuration(),
        digest="fewer",
        families={**configuration().families, "customs": replace(family, kinds=())},
    )
    async with in_process() as broker:
        await lodged(broker, declaration("QZ-1"))
        hops = {hop.reader: hop for hop in broker.hops}
        for reader in (Reader("core", "events.declaration", 0),
                       Reader("translation", "submissions.customs", 0)):  # fmt: skip
            await hops[reader].batch(await hops[reader].take_over())
        with pytest.raises(ConfigFault, match=r"topic 'events.declaration' \(a record that core"):
            await put_in_force(fewer, broker.plumbing)


@story
async def test_an_older_process_is_not_ready():
    """Readiness says which number is in force, and what to do."""
    async with in_process() as broker:
        readiness = Readiness(broker.plumbing)
        assert "configuration" not in await readiness.missing()
        await put_in_force(OTHER, broker.plumbing)
        assert "start it again" in (await readiness.missing())["configuration"]
