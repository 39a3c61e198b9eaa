"""Which message of a submission is its last: then it is translated whole."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What stands there was translated whole."""
    op.add_column("messages", sa.Column("last", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE messages SET last = 1")


def downgrade() -> None:
    """Back."""
    op.drop_column("messages", "last")
