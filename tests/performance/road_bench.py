"""(b) The road: from submissions on the log to deliveries ready in the queue, beside its floor."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
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
from broker.hop import Hop, Pending, Piece, Plumbing, Station
from broker.intake.accept import Acceptance
from broker.model.events import body_of
from broker.serve import steady
from broker.settings import Settings
from broker.state import positions
from broker.state.aliases import Alias
from broker.state.database import EmbeddedDatabase
from broker.state.positions import Reader
from broker.stations import event_topics, rules_of
from broker.translation.batch import Means
from broker.translation.resolve import _keys, _opening
from broker.translation.station import HERE, Basis, TranslationStation, _message_row
from broker.translation.step import Translated

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


async def run(
    folder: Path,
    stations: Sequence[tuple[Station, Sequence[str]]],
    count: int,
    beside: AbstractAsyncContextManager[None] | None = None,
) -> float:
    """Seconds until the core has worked so many messages; `beside` begins before they count."""
    file, plumbing = opened(folder)
    hops = [
        Hop(station, Reader(station.name, topic, partition), plumbing)
        for station, topics in stations
        for topic in topics
        for partition in range(file.partitions(topic))
    ]
    async with beside or nullcontext(), asyncio.TaskGroup() as group:
        began = time.perf_counter()
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
            if not isinstance(one, Translated):
                continue  # the end of a turn, or a record that is parked: no message
            told = Told(_message_row(one, ""), one.number, one.size, last=one.last)
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

    def work(self, *given: Any) -> Iterator[Piece | Pending]:
        """The station's own, remembered."""
        for piece in self._station.work(*given):
            if isinstance(piece, Piece):
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
        ours, floor = (load.rate([run[side] for run in runs]) for side in (0, 1))
        yield Figure(load.name, ratio, ">= 0.5", ours, floor)


def stations_of(
    configuration: Configuration, load: Load, means: Means = HERE
) -> list[tuple[Station, Sequence[str]]]:
    """The real stations, each with the topics that the load comes by."""
    translation = TranslationStation(
        configuration.adapters, configuration.profile_of, configuration.kinds,
        Basis(configuration.usable), means,
    )  # fmt: skip
    core = CoreStation(rules_of(configuration))
    return [(translation, [load.topic]), (core, event_topics(configuration))]


async def prepared(folder: Path, configuration: Configuration, load: Load) -> int:
    """Lodge the load, after what must come before it; how many messages the core will work."""
    count = 0
    if load.before:
        await lodged(folder, configuration, load, load.before)
        count += load.count
        await run(folder, stations_of(configuration, load), count)
    await lodged(folder, configuration, load, load.sample)
    return count + load.all


def copied(folder: Path, name: str) -> Path:
    """A fresh copy of what was lodged, beside it."""
    copy = folder.parent / name
    shutil.rmtree(copy, ignore_errors=True)
    return Path(shutil.copytree(folder, copy))


async def _pairs(
    base: Path, configuration: Configuration, load: Load, rounds: int
) -> list[tuple[float, float]]:
    lodging = base / "lodged"
    count = await prepared(lodging, configuration, load)
    (translation, read_there), (core, read_here) = stations_of(configuration, load)
    assert isinstance(translation, TranslationStation)
    assert isinstance(core, CoreStation)
    first, second = RecordingTranslation(translation, configuration), RecordingCore(core)
    await run(copied(lodging, "recorded"), [(first, read_there), (second, read_here)], count)
    found = []
    for _ in range(rounds):
        ours = await run(copied(lodging, "ours"), stations_of(configuration, load), count)
        bare = (
            (FloorTranslation(first.kept, PARSES[load.family]), read_there),
            (FloorCore(second.kept), read_here),
        )
        found.append((ours, await run(copied(lodging, "floor"), bare, count)))
    return found
