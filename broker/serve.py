"""One process of the broker: plumbing, stations, web server, and a clean end.

The directory's log and state are opened, every loop runs in one task group, the doors open last
and close first. SIGTERM and SIGINT: no new requests, what has begun is finished, exit 0. SIGHUP
ends nothing: the configuration is read at the start only.
"""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace

import uvicorn
from sqlalchemy import Connection
from starlette.types import ASGIApp

from broker import operators_http
from broker.access import principals
from broker.backlog import count_lags
from broker.clock import stamp
from broker.configuration import Configuration
from broker.delivery import feed_http, registry_http
from broker.doors import Keyring
from broker.errors import ConfigFault
from broker.eventlog.kafka_topics import differing
from broker.heads import BoundedHead
from broker.hop import Plumbing
from broker.intake import http as intake_http
from broker.ledger import http as ledger_http
from broker.logs import logger
from broker.metrics import METRICS
from broker.plumbing import on_cluster, opened
from broker.process import Process
from broker.readiness import Readiness
from broker.roles import Role
from broker.settings import Settings
from broker.state import dossiers, keys, outbox, parked, queue
from broker.stations import EVERYTHING, Stations, assemble, topics_of
from broker.succession import put_in_force, report_numbers
from broker.topics import wanted
from broker.web import Access, Direct, Guard, Health, application
from broker.workers.links import Template
from broker.workers.pool import Limits, Workers

log = logger("serve")


def steady() -> None:
    """Keep the garbage collector off what lives as long as the process.

    A broker makes many small values and few cycles; the default thresholds cost it a tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # The loop and the writer thread hand over often: half a millisecond each, not five.
    sys.setswitchinterval(0.0005)


async def serve(process: Process, listening: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT; `listening` is told the URL once the doors are open.

    ConfigFault, LogFault, StateFault: it cannot start, or not as this role.
    """
    settings, role = process.settings, process.role
    # A terminal that goes away ends nothing, not even while the process starts.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    configuration = with_operators(process.configuration, settings)
    if role.name != "all" and not on_cluster(settings):
        raise ConfigFault(
            f"role {role.name!r} needs a cluster: set kafka_bootstrap and database_url, or run "
            "'swb serve' for everything in one process"
        )
    await _compared(process)
    topics = topics_of(configuration)
    async with opened(
        settings, process.secrets, topics, accept_loss=process.permitted.accepts_loss
    ) as opened_plumbing:
        number = await put_in_force(configuration, opened_plumbing, process.permitted)
        plumbing = replace(opened_plumbing, configuration=number)
        workers = processes(settings) if role.runs("translation") and settings.workers else None
        stations = assemble(configuration, plumbing, settings, role, workers)
        known = await plumbing.database.read(keys.live)
        keyring = Keyring(plumbing, configuration.principals, known)
        server = web_server(settings, configuration, plumbing, (stations, keyring), role)
        with bound(settings) as door:
            host, port = door.getsockname()[:2]
            listening(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
            steady()
            await _run(server, stations, door, settings.shutdown_s)


def processes(settings: Settings) -> Workers:
    """Worker processes, as many as the settings say, forked when they are wanted."""
    limits = Limits(settings.worker_bytes_min, settings.worker_cpu_s, settings.worker_rss_bytes_max)
    template = Template(limits)
    return Workers(
        template.start_worker, settings.workers, limits, event_bytes_max=settings.record_bytes_max
    )


async def _compared(process: Process) -> None:
    """Say in what the cluster's topics differ from topics.yaml. ConfigFault: one is missing."""
    settings, configuration = process.settings, process.configuration
    if not on_cluster(settings):
        return
    should = wanted(
        configuration.topic_names,
        configuration.topics,
        prefix=settings.kafka_prefix,
        record_bytes_max=settings.record_bytes_max,
    )
    for text in await differing(settings, process.secrets, should):
        log.warning("serve.differs", reason=text)


def bound(settings: Settings) -> socket.socket:
    """The socket the doors listen on; port 0 has become a free one. ConfigFault: it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
        door.listen(2048)
    except OSError as error:
        door.close()
        raise ConfigFault(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "name another --port"
        ) from error
    return door


async def _run(
    server: uvicorn.Server, stations: Stations, door: socket.socket, shutdown_s: float
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True
        stations.feed.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: log.info("serve.hangup"))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work()) for work in stations.loops]
        log.info("serve.started", port=door.getsockname()[1], count=len(tasks))
        await server.serve(sockets=[door])
        log.info("serve.stopping")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(shutdown_s):
                await stations.drained()
        for task in tasks:
            task.cancel()
    log.info("serve.stopped")


def with_operators(configuration: Configuration, settings: Settings) -> Configuration:
    """The configuration with those who may hold an operator's key."""
    both = set(settings.operators) & {*configuration.senders, *configuration.recipients}
    if both:
        raise ConfigFault(
            f"{', '.join(sorted(both))} is a sender or recipient already; choose another name for "
            "the operator"
        )
    known = principals(configuration.senders, configuration.recipients, settings.operators)
    return replace(configuration, principals=known)


def web_server(
    settings: Settings,
    configuration: Configuration,
    plumbing: Plumbing,
    inside: tuple[Stations, Keyring],
    role: Role = EVERYTHING,
) -> uvicorn.Server:
    """The web server with every door; our own signal handling and access log.

    Of a role that is not intake: only health and metrics.
    """
    stations, keyring = inside
    keyring.gate = stations.gate
    doors = intake_http.Doors(configuration, plumbing, keyring, stations.acceptance, stations.gate)
    routers = [
        intake_http.router(doors),
        feed_http.router(
            stations.feed,
            keyring,
            limit_max=settings.feed_limit_max,
            wait_s_max=settings.feed_wait_s_max,
        ),
        ledger_http.router(plumbing, keyring, configuration.titles),
        operators_http.router(plumbing, keyring, configuration.digest),
        registry_http.router(),
    ]
    open_doors = role.runs("intake")
    app = application(routers if open_doors else [],
        Health(
            probe=Readiness(plumbing).missing,
            refresh=lambda: refresh(plumbing, configuration),
            kinds=tuple(configuration.kinds),
        ),
    )  # fmt: skip
    posts = doors.posts if open_doors else {}
    guarded: ASGIApp = Guard(Direct(app, posts))
    if settings.access_log:
        guarded = Access(guarded, plumbing.clock.ticks, posts)
    server = uvicorn.Server(
        uvicorn.Config(
            guarded,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(settings.shutdown_s),
            http=BoundedHead,
        )
    )
    setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010  _run handles them
    return server


async def refresh(plumbing: Plumbing, configuration: Configuration) -> None:
    """Bring the gauges up to date, before they are shown."""
    now = stamp(plumbing.clock.now())

    def work(connection: Connection) -> None:
        METRICS.parked.set(len(parked.listed(connection, "parked", 10_000)))
        METRICS.outbox.set(outbox.length(connection))
        for gauge in (METRICS.queued, METRICS.oldest_waiting_seconds, METRICS.overdue):
            gauge.clear()
        for recipient, count, since in queue.depths(connection):
            METRICS.queued.labels(recipient).set(count)
            METRICS.oldest_waiting_seconds.labels(recipient).set(seconds_between(since, now))

        for recipient, count in dossiers.overdue(connection):
            METRICS.overdue.labels(recipient).set(count)

    await plumbing.database.read(work)
    METRICS.book.labels(configuration.digest[:16]).set(1)
    await report_numbers(plumbing)
    lags = await count_lags(plumbing)
    for (station, topic), behind in lags.items():
        METRICS.lag.labels(station, topic).set(behind)


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one stamp to another."""
    from broker.clock import parse_stamp

    return (parse_stamp(later) - parse_stamp(earlier)).total_seconds()
