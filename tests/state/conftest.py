"""A state in memory with today's tables, for the nouns of the state."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from broker.state.tables import METADATA


@pytest.fixture
def connection() -> Iterator[Connection]:
    """One connection to an empty state."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    with engine.connect() as opened:
        yield opened
