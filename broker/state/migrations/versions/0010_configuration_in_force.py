"""The number of the configuration in force, and what was done under which."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Forward: no configuration has a number yet; the next start gives the first."""
    op.create_table(
        "in_force",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column(
        "positions", sa.Column("configuration", NUMBER, nullable=False, server_default="0")
    )
    op.add_column("messages", sa.Column("configuration", TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    """Back: every process writes under the configuration that it was started with."""
    op.drop_column("messages", "configuration")
    op.drop_column("positions", "configuration")
    op.drop_table("in_force")
