"""Members: which parties have lodged something in a dossier."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Forward: whose documents a dossier holds is its member."""
    op.create_table(
        "members",
        sa.Column("dossier", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "party"),
    )
    op.execute("INSERT INTO members (dossier, party) SELECT DISTINCT dossier, party FROM documents")


def downgrade() -> None:
    """Back: what is asked of a dossier is judged without them."""
    op.drop_table("members")
