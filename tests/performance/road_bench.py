"""(b) The road: from submissions on the log to deliveries ready in the queue, beside its floor."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from figures import Figure, median
from road_floor import FloorCore, FloorTranslation

from broker.clock import SystemClock
from broker.configuration import Configuration, read
from broker.core.station import CoreStation
from broker.eventlog.embedded import SqliteFile
from broker.hop import Hop, Piece, Plumbing, Station, heard
from broker.intake.accept import Acceptance, Arrival
from broker.model.events import body_of, record_of
from broker.serve import steady
from broker.settings import Settings
from broker.state import positions
from broker.state.aliases import Alias
from broker.state.database import EmbeddedDatabase
from broker.state.positions import Reader
from broker.stations import event_topics, rules_of
from broker.translation.resolve import dossier_id
from broker.translation.station import TranslationStation, _message_row

ROOT = Path(__file__).parent.parent.parent
SIZES = {1: 1000, 10: 300, 100: 40}
TOPIC = "submissions.customs"


def opened(folder: Path) -> tuple[SqliteFile, Plumbing]:
    """The plumbing over a folder."""
    file = SqliteFile(folder)
    return file, Plumbing(file, EmbeddedDatabase(file), SystemClock(), wait_s=1)


async def lodged(folder: Path, configuration: Configuration, items: int, count: int) -> None:
    """Submissions accepted, and nothing more."""
    file, plumbing = opened(folder)
    settings = Settings.model_validate({})
    acceptance = Acceptance(plumbing, inline_bytes_max=settings.inline_bytes_max, owed_max=100_000)
    sender = configuration.principals["lantern-forwarding"]
    compose = configuration.families["customs"].sample
    assert compose is not None
    async with asyncio.TaskGroup() as group:
        running = group.create_task(acceptance.run())
        arrivals = [
            Arrival(sender, compose(items=items, number=number, seed=1), "customs",
                    "UK CDS WCO-DEC 3.6", "uk-cds", "application/xml")
            for number in range(count)
        ]  # fmt: skip
        await asyncio.gather(*(acceptance.accept(arrival) for arrival in arrivals))
        running.cancel()
    file.close()


async def run(folder: Path, stations: Sequence[tuple[Station, Sequence[str]]], count: int) -> float:
    """Seconds until the core has worked every declaration."""
    file, plumbing = opened(folder)
    hops = [
        Hop(station, Reader(station.name, topic, partition), plumbing)
        for station, topics in stations
        for topic in topics
        for partition in range(file.partitions(topic))
    ]
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(hop.run()) for hop in hops]
        while await _worked(plumbing) < count:
            await heard(plumbing.queued.ticket(), 0.01)
        seconds = time.perf_counter() - began
        for task in tasks:
            task.cancel()
    file.close()
    return seconds


async def _worked(plumbing: Plumbing) -> int:
    standing = await plumbing.database.read(positions.everywhere)
    return sum(position.next for reader, position in standing if reader.station == "core")


class Recording:
    """A station that remembers what its steps came to, by id."""

    def __init__(self, station: Any, keep: Callable[[Piece], tuple[str, Any]]) -> None:
        self.name = station.name
        self.kept: dict[str, Any] = {}
        self._station = station
        self._keep = keep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def work(self, *given: Any) -> Iterator[Piece]:
        """The station's own, remembered."""
        for piece in self._station.work(*given):
            identity, value = self._keep(piece)
            self.kept[identity] = value
            yield piece


def _of_translation(piece: Piece) -> tuple[str, Any]:
    one = piece.value
    event = one.events[0]
    key = ("LRN", event.party, event.references[0][1])
    alias = Alias(*key, dossier_id(key, 0), event.kind)
    record = record_of(replace(event, dossier=alias.dossier))
    return one.submission.id, (
        _message_row(one), alias, record, event.package, body_of(event.payload)
    )  # fmt: skip


def figures(rounds: int) -> Iterator[Figure]:
    """Each size: lodged once; recorded; then floor and road in turns, each on a fresh copy."""
    configuration = read(ROOT / "config")
    steady()
    for items, count in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            asyncio.run(lodged(base / "lodged", configuration, items, count))
            runs = asyncio.run(_pairs(base, configuration, count, rounds))
        ratio = median([floor / ours for ours, floor in runs])
        ours = count / median([one for one, _ in runs])
        floor = count / median([one for _, one in runs])
        yield Figure(f"road, {items} item(s)", ratio, ">= 0.5",
                     f"{ours:,.0f} declarations/s", f"{floor:,.0f} declarations/s")  # fmt: skip


async def _pairs(
    base: Path, configuration: Configuration, count: int, rounds: int
) -> list[tuple[float, float]]:
    topics = event_topics(configuration)

    def real() -> tuple[Any, Any]:
        translation = TranslationStation(
            configuration.adapters, configuration.profile_of, configuration.kinds
        )
        return translation, CoreStation(rules_of(configuration))

    def copy(name: str) -> Path:
        shutil.rmtree(base / name, ignore_errors=True)
        shutil.copytree(base / "lodged", base / name)
        return base / name

    translation, core = real()
    first = Recording(translation, _of_translation)
    second = Recording(core, lambda piece: (piece.value.event.id, piece.value))
    await run(copy("recorded"), [(first, [TOPIC]), (second, topics)], count)
    found = []
    for _ in range(rounds):
        translation, core = real()
        ours = await run(copy("ours"), [(translation, [TOPIC]), (core, topics)], count)
        floor = await run(
            copy("floor"),
            [(FloorTranslation(first.kept), [TOPIC]), (FloorCore(second.kept), topics)],
            count,
        )
        found.append((ours, floor))
    return found
