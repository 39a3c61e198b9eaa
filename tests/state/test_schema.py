"""The migrations and the tables."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import StaticPool

from broker.state.schema import upgrade
from broker.state.tables import METADATA


def migrated():
    """A database in memory that has seen every migration."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrade(engine)
    return engine


def test_the_migrations_give_exactly_the_tables():
    """A fresh database after all migrations differs in nothing from `tables.py`."""
    with migrated().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_unique_numbers_are_never_used_again():
    """The outbox counts on: a number that was deleted does not come back, migrated or made."""
    made = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(made)
    for engine in (made, migrated()):
        with engine.connect() as connection:
            sql = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name='outbox'")
            ).scalar_one()
            assert "AUTOINCREMENT" in sql


def test_a_second_upgrade_changes_nothing():
    """Upgrading an upgraded database is harmless."""
    engine = migrated()
    before = inspect(engine).get_table_names()
    upgrade(engine)
    assert inspect(engine).get_table_names() == before
    assert {"positions", "queue", "dossiers"} <= set(before)
