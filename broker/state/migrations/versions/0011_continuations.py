"""Continuations: submissions that are translated in turns, between two of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Forward: the table. Until now every submission was translated in one go."""
    op.create_table(
        "continuations",
        sa.Column("submission", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("message", NUMBER, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("headers", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("submission"),
    )
    op.create_index(
        "continuations_sender", "continuations", ["topic", "sender", "number"], unique=False
    )


def downgrade() -> None:
    """Back: what is translated in part must be finished before."""
    op.drop_index("continuations_sender", "continuations")
    op.drop_table("continuations")
