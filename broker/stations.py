"""The stations of one process, put together: what runs, given plumbing and configuration.

The same assembly serves `swb serve`, the simulation and the tests.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from broker.adapter import ChecksBodies, Tree
from broker.backlog import CountedBacklog
from broker.configuration import Configuration
from broker.core.rules import Rules
from broker.core.station import CoreStation
from broker.crew import Crew
from broker.delivery.drain import Drain, Rendering
from broker.delivery.feed import Feed
from broker.delivery.share import Share, every_one
from broker.delivery.topic import TopicChannel
from broker.delivery.topic import topic_of as topic_of_recipient
from broker.errors import ConfigFault
from broker.eventlog.contract import Partition
from broker.formats import Usable
from broker.gate import Allowance, Gate
from broker.hop import Hop, Plumbing
from broker.intake.accept import Acceptance
from broker.model.dossier import Event
from broker.model.events import topic_of
from broker.model.problem import Problem
from broker.plumbing import on_cluster
from broker.profiles import CONFIRM_WITHIN
from broker.roles import ROLES, Role
from broker.routing.match import overall_rows, wide_rows
from broker.routing.rules import duration_of
from broker.settings import Settings
from broker.timers import Timers
from broker.translation.batch import Means
from broker.translation.station import Basis, TranslationStation, UsableBy
from broker.translation.turns import Fairness, TurnLimits
from broker.watching import Watch
from broker.workers.pool import Workers

Loop = Callable[[], Coroutine[Any, Any, None]]
EVERYTHING = Role()
USABLE_MAX = 1_024
"""Of how many senders, each on one day, it is remembered what they may use."""


@dataclass(frozen=True, slots=True)
class Stations:
    """Every loop of a process, and what the doors need."""

    acceptance: Acceptance
    gate: Gate
    crews: tuple[Crew, ...]
    drain: Drain
    topics: TopicChannel
    timers: Timers
    feed: Feed
    loops: tuple[Loop, ...]
    """What runs until cancelled: of all these, what the role is for."""

    def hops(self) -> tuple[Hop, ...]:
        """A loop for every partition there is, as if all of them were ours."""
        return tuple(
            crew.hop(Partition(topic, number))
            for crew in self.crews
            for topic in crew.topics
            for number in range(crew.partitions(topic))
        )

    async def drained(self) -> None:
        """Begin nothing more; return when every batch that was begun is committed."""
        async with asyncio.TaskGroup() as group:
            for crew in self.crews:
                group.create_task(crew.drain())


def assemble(
    configuration: Configuration,
    plumbing: Plumbing,
    settings: Settings,
    role: Role = EVERYTHING,
    workers: Workers | None = None,
) -> Stations:
    """All stations over this plumbing; the loops are those of the role.

    `workers` translate what is costly; None: everything is translated here.
    """
    acceptance = Acceptance(
        plumbing,
        inline_bytes_max=settings.inline_bytes_max,
        owed_max=settings.outbox_records_max,
    )
    backlog = CountedBacklog(plumbing)
    gate = Gate(plumbing, _allowance(settings))
    crews = _crews(configuration, plumbing, role, _means(settings, workers, backlog))
    share = _share(configuration, plumbing, settings, role)
    mine = share.mine if share else every_one
    readers = topic_recipients(configuration)
    how = Rendering(configuration.adapters, configuration.profile_of, settings.source, readers)
    drain = Drain(plumbing, how, rows_max=settings.drain_rows_max, mine=mine)
    topics = TopicChannel(
        plumbing, readers, mine, rows_max=settings.drain_rows_max, source=settings.source
    )
    timers = Timers(
        configuration.kinds,
        plumbing,
        every_s=settings.timers_every_s,
        remembered=timedelta(days=settings.idempotency_days),
        digest=configuration.digest,
    )
    watch = Watch(plumbing, every_s=settings.watch_s)
    loops = {
        "intake": (acceptance.run, gate.run),
        "translation": (crews["translation"].run, backlog.run, *_loops_of(workers)),
        "core": (crews["core"].run,),
        "delivery": (drain.run, topics.run, *((share.run,) if share else ())),
        "timers": (timers.run,),
    }
    chosen = [loop for station in ROLES if role.runs(station) for loop in loops[station]]
    if on_cluster(settings):
        chosen.append(watch.run)
    return Stations(
        acceptance=acceptance,
        gate=gate,
        crews=tuple(crews[name] for name in ("translation", "core")),
        drain=drain,
        topics=topics,
        timers=timers,
        feed=Feed(plumbing, bytes_max=settings.feed_bytes_max, topics=readers),
        loops=tuple(chosen),
    )


def _means(settings: Settings, workers: Workers | None, backlog: CountedBacklog) -> Means:
    """Where submissions are translated, and in which turns."""
    turn = TurnLimits(settings.turn_messages_max)
    fairness = Fairness(turn, backlog, settings.lag_records_max)
    return Means(workers, fairness, settings.record_bytes_max)


def _loops_of(workers: Workers | None) -> tuple[Loop, ...]:
    return (workers.run,) if workers else ()


def _allowance(settings: Settings) -> Allowance:
    return Allowance(
        requests_per_minute=settings.requests_per_minute_max,
        bytes_per_minute=settings.bytes_per_minute_max,
        submissions_in_flight=settings.submissions_in_flight_max,
        bytes_in_flight=settings.bytes_in_flight_max,
        body_bytes=settings.body_bytes_max,
    )


def _crews(
    configuration: Configuration, plumbing: Plumbing, role: Role, means: Means
) -> dict[str, Crew]:
    translation = TranslationStation(
        configuration.adapters,
        configuration.profile_of,
        configuration.kinds,
        Basis(_usable_by(configuration), configuration.owners, configuration.digest),
        means,
    )
    wanted = {f"submissions.{family}" for family in role.families}
    known = submission_topics(configuration)
    if unknown := wanted - set(known):
        raise ConfigFault(f"no adapter speaks for {', '.join(sorted(unknown))}; known: {known}")
    mine = [topic for topic in known if topic in wanted or not wanted]
    core = CoreStation(rules_of(configuration))
    return {
        "translation": Crew(translation, mine, plumbing),
        "core": Crew(core, event_topics(configuration), plumbing),
    }


def _usable_by(configuration: Configuration) -> UsableBy:
    """What a sender may use on a day, looked up once a day for each."""

    @lru_cache(maxsize=USABLE_MAX)
    def on(name: str, day: str) -> Usable:
        return configuration.usable(name, day)

    return lambda name, received_at: on(name, received_at[:10])


def _share(
    configuration: Configuration, plumbing: Plumbing, settings: Settings, role: Role
) -> Share | None:
    """Which subscriptions are ours among several processes; None: a process that is alone."""
    if not on_cluster(settings):
        return None
    names = sorted({*configuration.senders, *configuration.recipients})
    if unknown := set(role.recipients) - set(names):
        raise ConfigFault(f"nobody is called {', '.join(sorted(unknown))}; known: {names}")
    group = ".".join(["delivery", *sorted(role.recipients)])
    return Share(
        plumbing.log, group, event_topics(configuration)[0], sorted(role.recipients) or names
    )


def rules_of(configuration: Configuration) -> Rules:
    """What the core decides under."""
    binds = {one.name: one.binds for one in configuration.recipients.values()}
    confirm_within = {
        profile.name: duration_of(within)
        for profile in configuration.profiles.values()
        if (within := profile.settings.get(CONFIRM_WITHIN))
    }
    return Rules(
        configuration.book,
        overall_rows(configuration.book),
        configuration.views,
        configuration.digest,
        binds,
        configuration.kinds,
        wide_rows(configuration.book),
        confirm_within,
        {name: profile.requests for name, profile in configuration.profiles.items()},
        _body_checks(configuration),
        frozenset(one.name for one in configuration.recipients.values() if one.ends),
        {one.name: one.reports for one in configuration.recipients.values()},
        configuration.owners,
        configuration.titles,
    )


def _body_checks(
    configuration: Configuration,
) -> Callable[[Event, str, Tree], tuple[Problem, ...]]:
    """What profiles demand of bodies that no message holds, where their format can check that."""
    adapters = configuration.adapters

    def check_body(event: Event, package: str, body: Tree) -> tuple[Problem, ...]:
        if not event.profile:
            return ()
        known = configuration.profile(event.profile)
        adapter = adapters.get(known.format)
        if not isinstance(adapter, ChecksBodies):
            return ()
        profile = configuration.profile_of(known.name, known.format, event.received_at)
        return adapter.check_body(body, package, profile)

    return check_body


def submission_topics(configuration: Configuration) -> list[str]:
    """Topics that translation reads: one for each family an adapter speaks for."""
    families = {adapter.family for adapter in configuration.adapters.values()}
    return [f"submissions.{family}" for family in sorted(families)]


def topic_recipients(configuration: Configuration) -> frozenset[str]:
    """Recipients that read a topic of the log."""
    every = configuration.recipients.values()
    return frozenset(one.name for one in every if one.channel == "topic")


def topics_of(configuration: Configuration) -> list[str]:
    """Every topic the broker reads or writes."""
    outward = [topic_of_recipient(name) for name in sorted(topic_recipients(configuration))]
    return [*submission_topics(configuration), *event_topics(configuration), *outward]


def event_topics(configuration: Configuration) -> list[str]:
    """Topics that the core reads: one for each kind."""
    return [topic_of(kind) for kind in sorted(configuration.kinds)]
