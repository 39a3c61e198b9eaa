"""What several processes on PostgreSQL need."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name != "postgresql":
        return
    # Originals are compressed before they are stored: a second attempt only costs time.
    op.execute("ALTER TABLE originals ALTER COLUMN payload SET STORAGE EXTERNAL")
    # Rows that live for milliseconds: vacuum by their number, not by the size of the table.
    for table in ("outbox", "positions", "queue"):
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, "
            "autovacuum_vacuum_threshold = 5000)"
        )
