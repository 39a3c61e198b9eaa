"""What answers are about is found by indexes, and what replies read is kept by message.

The numbers by which deliveries may be named are columns, as digests: the first is the message's
own, the second has its revision.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
AT_ONCE = 1000
QUEUE = sa.table(
    "queue", *(sa.column(name) for name in ("number", "context", "own_number", "own_revision"))
)
WHOSE = ["dossier", "recipient", "part", "purpose"]
INDEXES = {
    "queue_given": ([*WHOSE, "seq"], "seq IS NOT NULL"),
    "queue_numbers": (
        [*WHOSE, "own_number", "seq"], "own_number IS NOT NULL AND seq IS NOT NULL"
    ),
    "queue_revisions": (
        [*WHOSE, "own_revision", "seq"], "own_revision IS NOT NULL AND seq IS NOT NULL"
    ),
}  # fmt: skip


def upgrade() -> None:
    """Forward: the columns, filled from what rendering is given, and their indexes.

    Replies to messages that were translated before read their whole submissions, as they did.
    """
    op.add_column("messages", sa.Column("asked", sa.LargeBinary(), nullable=True))
    for name in ("own_number", "own_revision"):
        op.add_column("queue", sa.Column(name, TEXT, nullable=True))
    _fill(op.get_bind())
    for name, (columns, where) in INDEXES.items():
        condition = sa.text(where)
        op.create_index(
            name, "queue", columns, sqlite_where=condition, postgresql_where=condition
        )  # fmt: skip


def _fill(connection: sa.Connection) -> None:
    """The digests of the numbers of all rows that have some."""
    query = sa.select(QUEUE.c.number, QUEUE.c.context).order_by(QUEUE.c.number).limit(AT_ONCE)
    after = 0
    while rows := connection.execute(
        query.where(QUEUE.c.number > after, QUEUE.c.context.contains('"numbers"'))
    ).all():
        own = []
        for row in rows:
            numbers = [_digest(one) for one in json.loads(row.context).get("numbers", ())]
            first, second = (*numbers, None, None)[:2]
            own.append({"row": row.number, "first": first, "second": second})
        connection.execute(
            sa.update(QUEUE).where(QUEUE.c.number == sa.bindparam("row"))
            .values(own_number=sa.bindparam("first"), own_revision=sa.bindparam("second")),
            own,
        )  # fmt: skip
        after = rows[-1].number


def _digest(name: str) -> str:
    """As `broker.model.records.digest` made it when this was written."""
    text = name.encode()
    return hashlib.sha256(len(text).to_bytes(4, "big") + text).hexdigest()[:32]


def downgrade() -> None:
    """Back: numbers stand in the context alone."""
    for name in INDEXES:
        op.drop_index(name, table_name="queue")
    op.drop_column("queue", "own_revision")
    op.drop_column("queue", "own_number")
    op.drop_column("messages", "asked")
