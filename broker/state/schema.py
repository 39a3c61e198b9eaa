"""Bringing a database to today's tables, through the migrations; never by hand."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5357425F  # "SWB_"
"""Of PostgreSQL's advisory locks: one process migrates, others wait."""


def upgrade(engine: Engine) -> None:
    """Run every migration that this database has not seen."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def differs(engine: Engine) -> str:
    """What must be done before this program can work on the database; "": nothing."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(alembic_config(connection))
        wanted = script.get_current_head()
        if found == wanted:
            return ""
        if found is None:
            return "the database has no tables yet; run 'swb database upgrade'"
        if any(one.revision == found for one in script.walk_revisions()):
            behind = f"the database is at {found}, this program needs {wanted}"
            return f"{behind}; run 'swb database upgrade'"
        return (
            f"the database is at {found}, which this program does not know; use the newer program"
        )


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, bound to a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
