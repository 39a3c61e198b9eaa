"""`swb topic read`: what stands on the topic of an agency, as its own reader would see it."""

import asyncio
import heapq
from collections.abc import Iterable
from pathlib import Path

import click
import orjson

from broker.cli.ends import stopped, told
from broker.cli.options import configured, folder, secrets_of, settings_of, with_config
from broker.delivery.topic import topic_of
from broker.model.avro import decoded
from broker.model.records import Entry
from broker.settings import Settings
from broker.stations import topic_recipients

PAGE_BYTES = 4_000_000


@click.group()
def topic() -> None:
    """Look at the topics that agencies read."""


@topic.command()
@click.argument("recipient")
@with_config
@click.option("--data", help="Folder of the embedded log; default: data_directory.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most.")
@told
def read(*, recipient: str, config: Path | None, data: str | None, limit: int) -> None:
    """Print what stands on RECIPIENT's topic, a JSON line a record, in the order of its numbers.

    Reads the cluster's topic, or the data folder beside a running broker. Nothing is acknowledged.
    """
    directory = folder(config)
    settings, known = settings_of(directory), topic_recipients(configured(directory))
    if recipient not in known:
        listed = (
            ", ".join(sorted(known)) or "nobody; write 'channel: topic' into a recipient's file"
        )
        raise stopped(f"{recipient!r} reads no topic", f"who does: {listed}")
    if data is not None:
        settings = settings.model_copy(update={"data_directory": data})
    for entry in _oldest(_entries(settings, topic_of(recipient), limit), limit):
        click.echo(orjson.dumps(shown(entry)))


def shown(entry: Entry) -> dict[str, object]:
    """A record for people: where it stands, its attributes, and its Avro as JSON."""
    return {
        "topic": entry.topic,
        "partition": entry.partition,
        "position": entry.position,
        "key": entry.key,
        "headers": entry.headers,
        "schema": int.from_bytes(entry.value[1:5], "big"),
        "data": decoded(entry.value),
    }


def _oldest(entries: Iterable[Entry], limit: int) -> list[Entry]:
    """In the order of their numbers; no more of them are kept than are shown."""
    return heapq.nsmallest(limit, entries, key=lambda entry: int(entry.headers["ce_swbseq"]))


def _entries(settings: Settings, name: str, limit: int) -> Iterable[Entry]:
    if not settings.kafka_bootstrap:
        from broker.eventlog.beside import topic_beside

        return topic_beside(Path(settings.data_directory), name, settings.partitions)
    return asyncio.run(_of_cluster(settings, name, limit))


async def _of_cluster(settings: Settings, name: str, limit: int) -> list[Entry]:
    from broker.eventlog.kafka import kafka_log

    found: list[Entry] = []
    async with kafka_log(settings, secrets_of(settings), [name]) as log:
        for partition, (start, end) in enumerate(await log.ends(name)):
            position = start
            while position < end:
                page = await log.read(name, partition, position, bytes_max=PAGE_BYTES, wait_s=5)
                found = _oldest([*found, *page], limit)
                position = page[-1].position + 1 if page else end
    return found
