"""`swb positions`: how far each station has read, and moving one that lies outside the log.

A position lies behind where records went before they were read, and beyond where the log lost
records, is another cluster's, or the database was brought back beside a log that was not. Neither
is passed over silently: the station ends with the command that repairs it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import orjson
from sqlalchemy import Connection

from broker.cli.ends import ended, stopped, told
from broker.cli.options import configured, folder, secrets_of, settings_of, with_config, with_json
from broker.clock import stamp
from broker.hop import Plumbing
from broker.state import actions, configurations
from broker.state import positions as state
from broker.state.positions import Position, Reader

CONSOLE = "command-line"
Made = TypeVar("Made")


@click.group()
def positions() -> None:
    """Show how far the stations have read the log, and move one that lies outside it."""


@positions.command("list")
@with_config
@click.option("--data", help="Data folder of a broker that does not run.")
@with_json
@told
def list_positions(*, config: Path | None, data: str | None, as_json: bool) -> None:
    """List every position beside its partition. Exits with 1 if one lies outside the log."""
    found = _over(config, data, _listed)
    wrong = [one["wrong"] for one in found if one["wrong"]]
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    else:
        for one in found:
            place = f"{one['station']:<12} {one['topic']}-{one['partition']}"
            click.echo(f"{place:<44} {one['next']:>9} of {one['start']} to {one['end']}")
        for text in wrong:
            click.echo(text)
    ended(well=not wrong)


@positions.command()
@click.argument("station")
@click.argument("topic")
@click.argument("partition", type=click.IntRange(0))
@click.option("--to", type=click.IntRange(0), required=True, help="The next record to work.")
@click.option("--why", required=True, help="The reason; it is kept.")
@with_config
@click.option("--data", help="Data folder of a broker that does not run.")
@told
def move(config: Path | None, data: str | None, to: int, why: str, **where: str | int) -> None:
    """Set the position of STATION in PARTITION of TOPIC, inside what the log holds.

    Records that are read again do nothing twice; those that are passed over are never worked.
    """
    reader = Reader(str(where["station"]), str(where["topic"]), int(where["partition"]))
    before = _over(config, data, lambda plumbing: _moved(plumbing, reader, to, why))
    click.echo(f"{reader.station} goes on in {reader.topic}-{reader.partition} at {to}")
    if before < to:
        click.echo(f"the records from {before} to {to - 1} are passed over", err=True)


def _over(
    config: Path | None, data: str | None, work: Callable[[Plumbing], Awaitable[Made]]
) -> Made:
    """Do a work over log and database."""
    from broker.plumbing import opened

    directory = folder(config)
    settings = settings_of(directory)
    if data is not None:
        settings = settings.model_copy(update={"data_directory": data})
    topics = list(configured(directory).topic_names)

    async def run() -> Made:
        async with opened(settings, secrets_of(settings), topics) as plumbing:
            return await work(plumbing)

    return asyncio.run(run())


async def _listed(plumbing: Plumbing) -> list[dict[str, str | int]]:
    found = await plumbing.database.read(state.everywhere)
    ends = {topic: await plumbing.log.ends(topic) for topic in {one.topic for one, _ in found}}
    listed: list[dict[str, str | int]] = []
    for reader, position in found:
        known = ends[reader.topic]
        start, end = known[reader.partition] if reader.partition < len(known) else (0, 0)
        wrong = state.misplaced(reader, position, (start, end))
        listed.append(
            {**reader._asdict(), "next": position.next, "message": position.message,
             "start": start, "end": end, "wrong": wrong}
        )  # fmt: skip
    return listed


async def _moved(plumbing: Plumbing, reader: Reader, to: int, why: str) -> int:
    """Where the position was."""
    known = dict(await plumbing.database.read(state.everywhere))
    if reader not in known:
        names = sorted({f"{one.station} {one.topic}" for one in known})
        raise stopped(
            f"{reader.station} has no position in {reader.topic}-{reader.partition}",
            f"known: {', '.join(names) or 'none, no station has begun'}",
        )
    start, end = (await plumbing.log.ends(reader.topic))[reader.partition]
    if not start <= to <= end:
        raise stopped(f"{to} lies outside the log", f"it holds the records from {start} to {end}")
    at = stamp(plumbing.clock.now())
    target = f"{reader.station} {reader.topic}-{reader.partition}"

    def work(connection: Connection) -> None:
        number = configurations.in_force(connection).number
        state.move(connection, reader, known[reader], Position(to), number=number)
        actions.put(connection, at, CONSOLE, "positions.move", target=target,
                    why=f"{known[reader].next} to {to}: {why}")  # fmt: skip

    await plumbing.database.write(work)
    return known[reader].next
