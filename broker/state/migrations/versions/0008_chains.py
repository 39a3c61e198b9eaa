"""Chains: which line of numbers each number belongs to.

What is numbered already gets its chain here, from the first number on, as if it had been chained
when it was numbered. Cursors that were given before have no chain: those up to the highest number
given so far (`unproved`) are taken as they are, since nothing later can have been meant by them.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
ORIGIN = "00" * 8
AT_ONCE = 1000
SUBSCRIPTIONS = sa.table(
    "subscriptions",
    *(sa.column(name) for name in ("name", "given", "next_seq", "chain", "unproved")),
)
QUEUE = sa.table(
    "queue", *(sa.column(name) for name in ("number", "subscription", "seq", "id", "chain"))
)


def upgrade() -> None:
    """Forward: every number has its chain, every subscription the newest."""
    op.add_column("queue", sa.Column("chain", TEXT, nullable=True))
    op.add_column("subscriptions", sa.Column("chain", TEXT, nullable=False, server_default=ORIGIN))
    op.add_column(
        "subscriptions", sa.Column("unproved", NUMBER, nullable=False, server_default="0")
    )
    connection = op.get_bind()
    connection.execute(sa.update(SUBSCRIPTIONS).values(unproved=SUBSCRIPTIONS.c.given))
    for name in connection.execute(sa.select(SUBSCRIPTIONS.c.name)).scalars().all():
        newest = _chain(connection, name)
        connection.execute(
            sa.update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.name == name).values(chain=newest)
        )


def _chain(connection: sa.Connection, name: str) -> str:
    """Chain the numbers of a subscription in their order; the newest chain."""
    chain, after = ORIGIN, 0
    query = sa.select(QUEUE.c.number, QUEUE.c.seq, QUEUE.c.id).where(QUEUE.c.subscription == name)
    while True:
        page = query.where(QUEUE.c.seq > after).order_by(QUEUE.c.seq).limit(AT_ONCE)
        rows = connection.execute(page).all()
        if not rows:
            return chain
        links = []
        for row in rows:
            content = bytes.fromhex(chain) + row.seq.to_bytes(8, "big") + row.id.encode()
            chain = hashlib.sha256(content).digest()[:8].hex()
            links.append({"row": row.number, "link": chain})
        connection.execute(
            sa.update(QUEUE).where(QUEUE.c.number == sa.bindparam("row"))
            .values(chain=sa.bindparam("link")),
            links,
        )  # fmt: skip
        after = rows[-1].seq


def downgrade() -> None:
    """Back: a cursor is a number alone."""
    op.drop_column("subscriptions", "unproved")
    op.drop_column("subscriptions", "chain")
    op.drop_column("queue", "chain")
