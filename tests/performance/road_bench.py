"""(b) The road: from submissions on the log to deliveries ready in the queue, beside its floor."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from figures import Figure, median
from road_floor import FloorCore, FloorTranslation, Told
from road_loads import LOADS, PARSES, Load

from broker.bells import heard
from broker.clock import SystemClock
from broker.configuration import Configuration, read
from broker.core.station import CoreStation
from broker.eventlog.embedded import SqliteFile
from broker.hop import Hop, Piece, Plumbing, Station
from broker.intake.accept import Acceptance
from broker.model.events import body_of
from broker.serve import steady
from broker.settings import Settings
from broker.state import positions
from broker.state.aliases import Alias
from broker.state.database import EmbeddedDatabase
from broker.state.positions import Reader
from broker.stations import event_topics, rules_of
from broker.translation.resolve import _keys, _opening
from broker.translation.station import TranslationStation, _message_row

ROOT = Path(__file__).parent.parent.parent


def opened(folder: Path) -> tuple[SqliteFile, Plumbing]:
    """The plumbing over a folder."""
    file = SqliteFile(folder)
    return file, Plumbing(file, EmbeddedDatabase(file), SystemClock(), wait_s=1)


async def lodged(folder: Path, configuration: Configuration, load: Load, sample: str) -> None:
    """Submissions accepted, and nothing more."""
    file, plumbing = opened(folder)
    settings = Settings.model_validate({})
    acceptance = Acceptance(plumbing, inline_bytes_max=settings.inline_bytes_max, owed_max=100_000)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(acceptance.run())
        arrivals = load.arrivals(configuration, sample)
        await asyncio.gather(*(acceptance.accept(arrival) for arrival in arrivals))
        running.cancel()
    file.close()


async def run(folder: Path, stations: Sequence[tuple[Station, Sequence[str]]], count: int) -> float:
    """Seconds until the core has worked so many messages."""
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


class RecordingTranslation:
    """The real station, which remembers what each message came to."""

    name = "translation"

    def __init__(self, station: TranslationStation, configuration: Configuration) -> None:
        self.kept: dict[str, list[Told]] = {}
        self._station = station
        self._kinds = configuration.kinds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def write(self, connection: Any, pieces: Sequence[Piece]) -> Any:
        """The station's own, remembered."""
        records = self._station.write(connection, pieces)
        by_id = {record.headers["ce_id"]: record for record in records}
        for piece in pieces:
            one = piece.value
            told = Told(_message_row(one), one.number, one.size, last=one.last)
            for event in one.events:
                record = by_id[event.id]
                opening = _opening(event, self._kinds)
                dossier = record.headers["ce_subject"]
                told.aliases += [Alias(*key, dossier, event.kind) for key in opening]
                told.keys += _keys(event, self._kinds)
                told.bodies.append((event.package, body_of(event.payload)))
                told.records.append(record)
            self.kept.setdefault(one.submission.id, []).append(told)
        return records


class RecordingCore:
    """The real station, which remembers what each event came to."""

    name = "core"

    def __init__(self, station: CoreStation) -> None:
        self.kept: dict[str, Any] = {}
        self._station = station

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def work(self, *given: Any) -> Iterator[Piece]:
        """The station's own, remembered."""
        for piece in self._station.work(*given):
            self.kept[piece.value.event.id] = piece.value
            yield piece


def figures(rounds: int) -> Iterator[Figure]:
    """Each load: lodged once; recorded; then floor and road in turns, each on a fresh copy."""
    configuration = read(ROOT / "config")
    steady()
    for load in LOADS:
        with tempfile.TemporaryDirectory() as folder:
            runs = asyncio.run(_pairs(Path(folder), configuration, load, rounds))
        ratio = median([floor / ours for ours, floor in runs])
        ours = load.all / median([one for one, _ in runs])
        floor = load.all / median([one for _, one in runs])
        yield Figure(load.name, ratio, ">= 0.5", f"{ours:,.0f} {load.unit}/s",
                     f"{floor:,.0f} {load.unit}/s")  # fmt: skip


async def _pairs(
    base: Path, configuration: Configuration, load: Load, rounds: int
) -> list[tuple[float, float]]:
    topics = event_topics(configuration)

    def real() -> tuple[TranslationStation, CoreStation]:
        translation = TranslationStation(
            configuration.adapters, configuration.profile_of, configuration.kinds
        )
        return translation, CoreStation(rules_of(configuration))

    def copy(name: str) -> Path:
        shutil.rmtree(base / name, ignore_errors=True)
        shutil.copytree(base / "lodged", base / name)
        return base / name

    async def through(name: str, translation: Station, core: Station) -> float:
        folder = base / name if name == "lodged" else copy(name)
        return await run(folder, [(translation, [load.topic]), (core, topics)], count)

    count = 0
    if load.before:
        await lodged(base / "lodged", configuration, load, load.before)
        count += load.count
        await through("lodged", *real())
    await lodged(base / "lodged", configuration, load, load.sample)
    count += load.all
    translation, core = real()
    first, second = RecordingTranslation(translation, configuration), RecordingCore(core)
    await through("recorded", first, second)
    found = []
    for _ in range(rounds):
        ours = await through("ours", *real())
        floor = await through(
            "floor",
            FloorTranslation(first.kept, PARSES[load.family]),
            FloorCore(second.kept),
        )
        found.append((ours, floor))
    return found
