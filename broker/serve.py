"""One process of the broker: plumbing, stations, web server, and a clean end.

The directory's log and state are opened, every loop runs in one task group, the doors open last
and close first. SIGTERM and SIGINT: no new requests, what has begun is finished, exit 0.
"""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import uvicorn
from sqlalchemy import Connection

from broker import operators_http
from broker.access import principals
from broker.clock import SystemClock, stamp
from broker.configuration import Configuration
from broker.delivery import feed_http
from broker.doors import Keyring
from broker.errors import BrokerError, ConfigFault
from broker.eventlog.embedded import SqliteFile
from broker.heads import BoundedHead
from broker.hop import Plumbing
from broker.intake import http as intake_http
from broker.ledger import http as ledger_http
from broker.logs import logger
from broker.metrics import METRICS
from broker.settings import Settings
from broker.state import dossiers, keys, outbox, parked, positions, queue
from broker.state.database import EmbeddedDatabase
from broker.stations import Stations, assemble, remember
from broker.web import Direct, Guard, Health, application

log = logger("serve")


@contextlib.asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[Plumbing]:
    """Plumbing over the directory's file, closed in order at the end."""
    file = SqliteFile(Path(settings.data_directory), settings.partitions)
    try:
        yield Plumbing(
            log=file,
            database=EmbeddedDatabase(file),
            clock=SystemClock(),
            batch_bytes_max=settings.batch_bytes_max,
            wait_s=settings.read_wait_s,
            parks_max=settings.parks_max,
        )
    finally:
        file.close()


def steady() -> None:
    """Keep the garbage collector off what lives as long as the process.

    A broker makes many small values and few cycles; the default thresholds cost it a tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # The loop and the writer thread hand over often: half a millisecond each, not five.
    sys.setswitchinterval(0.0005)


async def serve(
    settings: Settings, configuration: Configuration, listening: Callable[[str], None]
) -> None:
    """Run until SIGTERM or SIGINT; `listening` is told the URL once the doors are open."""
    configuration = with_operators(configuration, settings)
    async with embedded(settings) as plumbing:
        await remember(configuration, plumbing)
        stations = assemble(configuration, plumbing, settings)
        known = await plumbing.database.read(keys.live)
        keyring = Keyring(plumbing, configuration.principals, known)
        server = web_server(settings, configuration, plumbing, (stations, keyring))
        with bound(settings) as door:
            host, port = door.getsockname()[:2]
            listening(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
            steady()
            await _run(server, stations, door)


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


async def _run(server: uvicorn.Server, stations: Stations, door: socket.socket) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True
        stations.feed.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work()) for work in stations.loops]
        log.info("serve.started", port=door.getsockname()[1], count=len(tasks))
        await server.serve(sockets=[door])
        log.info("serve.stopping")
        for task in tasks:
            task.cancel()
    log.info("serve.stopped")


def with_operators(configuration: Configuration, settings: Settings) -> Configuration:
    """The configuration with those who may hold an operator's key."""
    both = set(settings.operators) & {*configuration.senders, *configuration.recipients}
    if both:
        raise ConfigFault(f"operators: {', '.join(sorted(both))} is a sender or recipient already")
    known = principals(configuration.senders, configuration.recipients, settings.operators)
    return replace(configuration, principals=known)


def web_server(
    settings: Settings,
    configuration: Configuration,
    plumbing: Plumbing,
    inside: tuple[Stations, Keyring],
) -> uvicorn.Server:
    """The web server with every door; our own signal handling, no access log."""
    stations, keyring = inside
    doors = intake_http.Doors(
        configuration, plumbing, keyring, stations.acceptance, settings.body_bytes_max
    )
    app = application(
        [
            intake_http.router(doors),
            feed_http.router(
                stations.feed, keyring,
                limit_max=settings.feed_limit_max, wait_s_max=settings.feed_wait_s_max,
            ),
            ledger_http.router(plumbing, keyring),
            operators_http.router(plumbing, keyring, configuration.digest),
        ],
        Health(probe=lambda: missing(plumbing), refresh=lambda: refresh(plumbing, configuration)),
    )  # fmt: skip
    server = uvicorn.Server(
        uvicorn.Config(
            Guard(Direct(app, doors.posts)),
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


async def missing(plumbing: Plumbing) -> dict[str, str]:
    """What this process lacks to do its work, each in a sentence."""
    try:
        async with asyncio.timeout(5):
            await plumbing.database.write(lambda _connection: None)
    except (BrokerError, TimeoutError):
        return {"state": "the database does not commit; look at the disk"}
    return {}


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
    standing = await plumbing.database.read(positions.everywhere)
    lags: dict[tuple[str, str], int] = {}
    for reader, position in standing:
        ends = await plumbing.log.ends(reader.topic)
        behind = max(0, ends[reader.partition][1] - position.next)
        key = (reader.station, reader.topic)
        lags[key] = lags.get(key, 0) + behind
    for (station, topic), behind in lags.items():
        METRICS.lag.labels(station, topic).set(behind)


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one stamp to another."""
    from broker.clock import parse_stamp

    return (parse_stamp(later) - parse_stamp(earlier)).total_seconds()
