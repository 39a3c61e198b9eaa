"""Each message has its format and its profile: a file may hold messages of several.

Those that were translated before have what their submission has.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NAMES = ("format", "profile")
MESSAGES = sa.table("messages", *(sa.column(name) for name in ("submission", *NAMES)))
SUBMISSIONS = sa.table("submissions", *(sa.column(name) for name in ("id", *NAMES)))


def upgrade() -> None:
    """Forward: the columns, filled from the submissions."""
    for name in NAMES:
        op.add_column("messages", sa.Column(name, TEXT, nullable=False, server_default=""))
    whose = SUBMISSIONS.c.id == MESSAGES.c.submission
    found = {name: sa.select(SUBMISSIONS.c[name]).where(whose).scalar_subquery() for name in NAMES}
    known = sa.select(SUBMISSIONS.c.id).where(whose).exists()
    op.execute(sa.update(MESSAGES).where(known).values(found))


def downgrade() -> None:
    """Back: a message is in the format of its submission."""
    for name in NAMES:
        op.drop_column("messages", name)
