"""The stations of one process, put together: what runs, given plumbing and configuration.

The same assembly serves `swb serve`, the simulation and the tests.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from broker.clock import stamp
from broker.configuration import Configuration
from broker.core.routed import Rules
from broker.core.station import CoreStation
from broker.delivery.drain import Drain
from broker.delivery.feed import Feed
from broker.hop import Hop, Plumbing, Station
from broker.intake.accept import Acceptance
from broker.model.events import topic_of
from broker.routing.match import overall_rows
from broker.settings import Settings
from broker.state import configurations
from broker.state.positions import Reader
from broker.timers import Timers
from broker.translation.station import TranslationStation

Loop = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Stations:
    """Every loop of a process, and what the doors need."""

    acceptance: Acceptance
    hops: tuple[Hop, ...]
    drain: Drain
    timers: Timers
    feed: Feed

    @property
    def loops(self) -> tuple[Loop, ...]:
        """What runs until cancelled."""
        hops = tuple(hop.run for hop in self.hops)
        return (self.acceptance.run, *hops, self.drain.run, self.timers.run)


def assemble(configuration: Configuration, plumbing: Plumbing, settings: Settings) -> Stations:
    """All stations over this plumbing."""
    translation = TranslationStation(
        configuration.adapters, configuration.profile_of, configuration.kinds
    )
    core = CoreStation(rules_of(configuration))
    return Stations(
        acceptance=Acceptance(
            plumbing,
            inline_bytes_max=settings.inline_bytes_max,
            owed_max=settings.outbox_records_max,
        ),
        hops=(
            *_hops(translation, submission_topics(configuration), plumbing),
            *_hops(core, event_topics(configuration), plumbing),
        ),
        drain=Drain(
            plumbing,
            configuration.adapters,
            configuration.profile_of,
            source=settings.source,
            rows_max=settings.drain_rows_max,
        ),
        timers=Timers(
            configuration.kinds,
            plumbing,
            every_s=settings.timers_every_s,
            remembered=timedelta(days=settings.idempotency_days),
        ),
        feed=Feed(plumbing, bytes_max=settings.feed_bytes_max),
    )


def rules_of(configuration: Configuration) -> Rules:
    """What the core decides under."""
    binds = {one.name: one.binds for one in configuration.recipients.values()}
    return Rules(
        configuration.book,
        overall_rows(configuration.book),
        configuration.views,
        configuration.digest,
        binds,
    )


def submission_topics(configuration: Configuration) -> list[str]:
    """Topics that translation reads: one for each family an adapter speaks for."""
    families = {adapter.family for adapter in configuration.adapters.values()}
    return [f"submissions.{family}" for family in sorted(families)]


def event_topics(configuration: Configuration) -> list[str]:
    """Topics that the core reads: one for each kind."""
    return [topic_of(kind) for kind in sorted(configuration.kinds)]


async def remember(configuration: Configuration, plumbing: Plumbing) -> None:
    """Keep the configuration by its digest, so that its decisions can be explained later."""
    at = stamp(plumbing.clock.now())

    def work(connection: Connection) -> None:
        configurations.put(connection, configuration.digest, configuration.content, at)

    await plumbing.database.write(work)


def _hops(station: Station, topics: list[str], plumbing: Plumbing) -> tuple[Hop, ...]:
    return tuple(
        Hop(station, Reader(station.name, topic, partition), plumbing)
        for topic in topics
        for partition in range(plumbing.log.partitions(topic))
    )
