"""Requests and questions: what declarants and authorities want; what is known of each part."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, NUMBER, autoincrement=False, nullable=False, server_default=default)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False, server_default=default)


def upgrade() -> None:
    """Forward: what was asked before was applied or declined at once, so nothing is open."""
    op.create_table(
        "requests",
        _text("dossier"),
        _number("number"),
        *(_text(name) for name in ("does", "part")),
        _number("version"),
        *(_text(name) for name in ("party", "submission")),
        _number("message"),
        *(_text(name) for name in ("event", "reference", "headers")),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        *(_text(name) for name in ("holders", "state", "code", "table_in_force", "received_at",
                                   "expires_at", "decided_at")),
        sa.PrimaryKeyConstraint("dossier", "number"),
    )  # fmt: skip
    op.create_index("requests_open", "requests", ["dossier", "state"], unique=False)
    op.create_table(
        "questions",
        _text("dossier"),
        _number("number"),
        *(_text(name) for name in ("part", "recipient", "purpose", "subject")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *(_text(name) for name in ("due_at", "event", "asked_at", "state", "closed_at")),
        sa.PrimaryKeyConstraint("dossier", "number"),
    )
    op.create_index("questions_open", "questions", ["dossier", "state"], unique=False)
    op.add_column("dossiers", _number("numbered", "0"))
    op.add_column("dossiers", _text("facts", "{}"))
    op.add_column("documents", _text("by", ""))


def downgrade() -> None:
    """Back, without requests: their outcomes stay."""
    op.drop_column("documents", "by")
    op.drop_column("dossiers", "facts")
    op.drop_column("dossiers", "numbered")
    op.drop_index("questions_open", "questions")
    op.drop_table("questions")
    op.drop_index("requests_open", "requests")
    op.drop_table("requests")
