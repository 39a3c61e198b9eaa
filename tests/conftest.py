"""What every test may ask for: the corpus of real messages beside the checkout, and real servers.

    def test_something(kafka_bootstrap, postgres, kafka_cluster):
        log_at(kafka_bootstrap)      # one node, shared by the whole run: draw your topics' names
        database = postgres.create() # the URL of a fresh, empty database
        cluster = kafka_cluster()    # three nodes of your own: kill, pause, restart them

`chromium` is the program of a real browser (`tests.servers.chromium` opens it).

Each is made at its first use. What this machine cannot run is skipped with the reason; with
CI=true that is a failure.

A test that asks for one of these is marked `servers`; `make test` leaves it out, and what is marked
`long`. Hypothesis has one profile for all tests: no deadline, and with CI=true no chance.
"""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.servers.kafka import Kafka
    from tests.servers.postgres import Databases

ROOT = Path(__file__).resolve().parent.parent
SERVERS = {"kafka_bootstrap", "kafka_cluster", "postgres", "own_postgres", "chromium"}
"""Fixtures that start a server, or a browser."""

CI = os.environ.get("CI") == "true"
settings.register_profile(
    "suite",
    deadline=None,  # a busy machine is slow, and no fault of the code
    derandomize=CI,
    database=None if CI else settings.default.database,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)  # before marks are selected by -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server, and let long tests begin first: a run ends with its shortest."""
    for item in items:
        if SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("servers")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A test that sets up logs, or makes them quiet, leaves no trace of it to the next one."""
    config, client = structlog.get_config(), logging.getLogger("aiokafka")
    level, handlers, propagate = client.level, client.handlers, client.propagate
    yield
    structlog.configure(**config)
    client.setLevel(level)
    client.handlers, client.propagate = handlers, propagate


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real messages; absent: skipped with the reason, in CI a failure."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        reason = "the corpus folder ../shared/corpus is not beside this checkout"
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a real Kafka: KAFKA_BOOTSTRAP if set, else one node shared by the run."""
    if given := os.environ.get("KAFKA_BOOTSTRAP"):
        return given
    from tests.servers.shared import kafka_of_the_run, real_server, run_folder

    with real_server():
        return kafka_of_the_run(run_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Databases]":
    """Fresh databases of a real PostgreSQL: POSTGRES_URL if set, else one shared by the run."""
    from tests.servers.postgres import Databases
    from tests.servers.shared import postgres_of_the_run, real_server, run_folder

    with real_server():
        given = os.environ.get("POSTGRES_URL")
        url = given or postgres_of_the_run(run_folder(tmp_path_factory))
    databases = Databases(url)
    yield databases
    if given:  # the run's own server goes with all it has
        databases.drop_all()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The program of a real browser."""
    from tests.servers import chromium
    from tests.servers.shared import real_server

    with real_server():
        return chromium.program()


@pytest.fixture(scope="module")
def kafka_cluster() -> "Iterator[Callable[..., Kafka]]":
    """Starts clusters of one's own, by default of three nodes; stopped with the module."""
    from tests.servers.kafka import Kafka
    from tests.servers.shared import real_server

    with contextlib.ExitStack() as running:

        def start(nodes: int = 3, **wanted: Any) -> Kafka:
            with real_server():
                return running.enter_context(Kafka(nodes, **wanted))

        yield start
