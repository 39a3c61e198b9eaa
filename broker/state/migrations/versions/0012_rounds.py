"""Rounds: what waits is found by its subscription, and each is drained in its turn."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: the index of what waits names the subscription before the number."""
    op.drop_index("queue_waiting", table_name="queue")
    op.create_index("queue_waiting", "queue", ["state", "subscription", "number"])


def downgrade() -> None:
    """Back: by number alone."""
    op.drop_index("queue_waiting", table_name="queue")
    op.create_index("queue_waiting", "queue", ["state", "number"])
