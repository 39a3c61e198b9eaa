"""A PostgreSQL of one's own, to be cut and restarted."""

from collections.abc import Iterator

import pytest

from tests.servers.postgres import Postgres
from tests.servers.shared import real_server


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that nobody shares; gone after the test."""
    with real_server():
        server = Postgres()
        server.start()
    yield server
    server.stop()
