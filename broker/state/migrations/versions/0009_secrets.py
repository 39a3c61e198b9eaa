"""Secrets: what the broker's own names of dossiers are derived from, drawn here once."""

import sqlalchemy as sa
from alembic import op

from broker.clock import secret

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Forward: the table and its one secret. Names that were given before stay as they are."""
    made = op.create_table(
        "secrets",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(made, [{"name": "names", "value": secret()}])


def downgrade() -> None:
    """Back: the names that were given are kept, and no other is derived from the secret."""
    op.drop_table("secrets")
