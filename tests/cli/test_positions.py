"""`swb positions`: what lies outside the log is named, and moved with a reason."""

import asyncio
import contextlib
import json

from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record
from broker.settings import Settings
from broker.state import actions, configurations, positions
from broker.state.database import EmbeddedDatabase
from broker.state.positions import Position, Reader

READER = Reader("translation", "submissions.customs", 0)
WHERE = ("translation", "submissions.customs", "0")


def on(data, work):
    """Work on the folder of a broker that does not run."""

    async def run():
        with contextlib.closing(SqliteFile(data, Settings().partitions)) as file:
            return await work(file, EmbeddedDatabase(file))

    return asyncio.run(run())


async def outside(file, database):
    """Three records in a partition that is read by a station which is at the ninth.

    It was moved there by a process of a configuration that has a number.
    """
    await database.write(
        lambda one: configurations.succeed(one, configurations.in_force(one), "a", "")
    )
    records = [Record(READER.topic, "", {"ce_id": f"s_{number}"}, b"x") for number in range(3)]
    await file.append(records)
    partition = next(at for at, (_, end) in enumerate(await file.ends(READER.topic)) if end)
    reader = READER._replace(partition=partition)
    await database.write(lambda one: positions.take(one, reader))
    await database.write(
        lambda one: positions.move(one, reader, Position(0), Position(9), number=1)
    )
    return str(partition)


def test_a_position_beyond_the_log_is_listed_with_its_command_and_moved(swb, config, tmp_path):
    """Exit 1 while it lies outside, 0 after; who moved it and why is kept."""
    data = tmp_path / "data"
    partition = on(data, outside)
    options = ("--config", config, "--data", data)
    listed = swb("positions", "list", *options)
    assert listed.exit_code == 1
    assert "is beyond the log, which ends at 3" in listed.stdout
    command = f"swb positions move translation submissions.customs {partition} --to 0"
    assert command in listed.stdout
    where = (*WHERE[:2], partition)
    refused = swb("positions", "move", *where, "--to", "4", "--why", "restored", *options)
    assert refused.exit_code == 2
    assert "it holds the records from 0 to 3" in refused.stderr
    moved = swb("positions", "move", *where, "--to", "0", "--why", "restored", *options)
    assert moved.exit_code == 0, moved.stderr
    assert "passed over" not in moved.stderr
    again = swb("positions", "list", "--json", *options)
    assert again.exit_code == 0
    (found,) = json.loads(again.stdout)
    assert (found["next"], found["start"], found["end"], found["wrong"]) == (0, 0, 3, "")
    passed = swb("positions", "move", *where, "--to", "2", "--why", "known", *options)
    assert "the records from 0 to 1 are passed over" in passed.stderr

    async def kept(_file, database):
        target = f"translation submissions.customs-{partition}"
        return await database.read(lambda one: actions.about(one, target))

    assert [one["why"] for one in on(data, kept)] == ["9 to 0: restored", "0 to 2: known"]


def test_a_station_that_never_began_has_nothing_to_move(swb, config, tmp_path):
    """A mistyped name is refused with those that there are."""
    data = tmp_path / "data"
    partition = on(data, outside)
    told = swb("positions", "move", "translate", "submissions.customs", partition, "--to", "0",
               "--why", "x", "--config", config, "--data", data)  # fmt: skip
    assert told.exit_code == 2
    assert "known: translation submissions.customs" in told.stderr
