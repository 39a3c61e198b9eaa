"""`swb topics`: what the topics of an Apache Kafka cluster should be, and making them so.

`plan` changes nothing. `apply` does all that it can, or nothing at all if one thing is refused.
The database is asked only when partitions are to be added: how far have the stations read?
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import orjson

from broker.cli.ends import ended, stopped, told
from broker.cli.options import configured, folder, secrets_of, settings_of, with_config, with_json
from broker.settings import Secrets, Settings
from broker.topics import (
    Difference,
    Found,
    Wanted,
    differences,
    lowest,
    wanted,
    warnings,
)


@click.group()
def topics() -> None:
    """Compare and make the topics of an Apache Kafka cluster.

    What should be stands in topics.yaml, which cluster in kafka_bootstrap of broker.yaml.
    """


@topics.command()
@with_config
@with_json
@told
def plan(*, config: Path | None, as_json: bool) -> None:
    """Tell in what the topics of the cluster differ from topics.yaml.

    Changes nothing. Exits with 1 if something differs.
    """
    settings, should = _asked(config)
    found = asyncio.run(_planned(settings, should))
    if as_json:
        click.echo(_json(should, found))
    else:
        for text in (*(one.text for one in found), _verdict(should, found)):
            click.echo(text)
        for text in warnings(should):
            click.echo(f"warning: {text}", err=True)
    ended(well=not found)


@topics.command()
@with_config
@told
def apply(*, config: Path | None) -> None:
    """Make the topics of the cluster what topics.yaml says.

    Creates topics, alters values and adds partitions, and says each. Refuses to add partitions
    while a record of the topic is unread; then nothing at all is changed. Exits with 1 if
    something still differs.
    """
    settings, should = _asked(config)
    left = asyncio.run(_applied(settings, should))
    for one in left:
        click.echo(one.text)
    click.echo(_verdict(should, left))
    ended(well=not left)


def _asked(config: Path | None) -> tuple[Settings, list[Wanted]]:
    """The settings, and the topics that should be."""
    directory = folder(config)
    settings, configuration = settings_of(directory), configured(directory)
    if not settings.kafka_bootstrap:
        raise stopped(
            "kafka_bootstrap of broker.yaml is empty: the embedded log makes its topics itself",
            "name the cluster there: host:port, ...",
        )
    should = wanted(
        configuration.topic_names,
        configuration.topics,
        prefix=settings.kafka_prefix,
        record_bytes_max=settings.record_bytes_max,
    )
    return settings, should


async def _planned(settings: Settings, should: Sequence[Wanted]) -> list[Difference]:
    from broker.eventlog.kafka_topics import kafka_topics

    async with kafka_topics(settings, secrets_of(settings)) as cluster:
        return differences(should, await cluster.found([one.name for one in should]))


async def _applied(settings: Settings, should: Sequence[Wanted]) -> list[Difference]:
    """Say what is done while it is done; what still differs in the end."""
    from broker.eventlog.kafka_topics import applied, kafka_topics, refusals

    secrets = secrets_of(settings)
    async with kafka_topics(settings, secrets) as cluster:
        found = await cluster.found([one.name for one in should])
        if any(one.does == "grow" for one in differences(should, found)):
            reached = await _standing(settings, secrets, found)
            refused = await refusals(cluster, should, found, reached)
            for text in refused:
                click.echo(text)
            if refused:
                click.echo("nothing was changed")
            ended(well=not refused)
        async for text in applied(cluster, should, found):
            click.echo(text)
        return await cluster.settled(should)


async def _standing(
    settings: Settings, secrets: Secrets, found: Mapping[str, Found]
) -> dict[str, list[int | None]]:
    """How far all stations have read, by topic and partition; unknown without a database."""
    if not settings.database_url:
        return {}
    from broker.state.positions import everywhere
    from broker.state.postgres import postgres_database

    async with postgres_database(settings, secrets) as database:
        standing = await database.read(everywhere)
    rows = (
        (reader.station, f"{settings.kafka_prefix}{reader.topic}", reader.partition, at.next)
        for reader, at in standing
    )
    return lowest(rows, {one.name: one.partitions for one in found.values()})


def _json(should: Sequence[Wanted], found: Sequence[Difference]) -> bytes:
    return orjson.dumps(
        {
            "topics": [one.name for one in should],
            "differences": found,
            "warnings": warnings(should),
        },
        option=orjson.OPT_INDENT_2,
    )


def _verdict(should: Sequence[Wanted], found: Sequence[Difference]) -> str:
    count = len(found)
    text = f"{count} difference{'' if count == 1 else 's'}" if found else "all is as it should be"
    return f"{len(should)} topics: {text}"
