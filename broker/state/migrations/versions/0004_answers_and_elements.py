"""What an answer was given on: what each target was shown, numbers of elements, showings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_ASK = "dossier, part, recipient, purpose, version, due_at, silence, state, delivery, asked_at"
_SHOWN = "dossier, part, recipient, purpose, version, digest, delivery, result"


def _number(name: str, default: str | None = "0") -> sa.Column[int]:
    return sa.Column(name, NUMBER, autoincrement=False, nullable=False, server_default=default)


def _text(name: str, default: str | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null, server_default=default)


def upgrade() -> None:
    """Forward. What was shown before is kept without its bases: its next version is asked anew."""
    op.create_table(
        "shown",
        *(_text(name) for name in ("dossier", "part", "recipient", "purpose")),
        _number("version", None),
        *(_text(name) for name in ("digest", "delivery", "result")),
        _number("showing", None),
        _number("described", None),
        _text("configuration"),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        _number("answered_given", None),
        _text("answered_delivery"),
        sa.PrimaryKeyConstraint("dossier", "part", "recipient", "purpose"),
    )
    empty = "X''" if op.get_bind().dialect.name == "sqlite" else "''::bytea"
    op.execute(
        f"INSERT INTO shown ({_SHOWN}, showing, described, configuration, vector, answered_given,"
        f" answered_delivery) SELECT {_SHOWN}, version, version, configuration, {empty}, 0, ''"
        " FROM decisions WHERE number IN (SELECT max(number) FROM decisions GROUP BY dossier,"
        " part, recipient, purpose)"
    )
    op.create_table(
        "answer_ids",
        *(_text(name) for name in ("recipient", "id", "digest", "event")),
        sa.PrimaryKeyConstraint("recipient", "id"),
    )
    op.rename_table("asks", "asks_before")
    op.create_table(
        "asks",
        *(_text(name) for name in ("dossier", "part", "recipient", "purpose")),
        _number("showing", None),
        _number("version", None),
        *(_text(name) for name in ("due_at", "silence", "state", "delivery", "asked_at")),
        _number("within_s", None),
        _text("counted_from"),
        sa.PrimaryKeyConstraint("dossier", "part", "recipient", "purpose", "showing"),
    )
    op.execute(
        f"INSERT INTO asks ({_ASK}, showing, within_s, counted_from)"
        f" SELECT {_ASK}, version, 86400, 'acknowledgement' FROM asks_before"
    )
    op.drop_table("asks_before")
    op.add_column("dossiers", _text("numbers", "{}"))
    op.add_column("documents", _text("named", "{}"))
    op.add_column("documents", _text("extent", null=True))
    for name in ("showing", "changed_at", "silent"):
        op.add_column("answers", _number(name))
    op.add_column("answers", _text("state", "counts"))
    op.add_column("answers", _text("keys", "[]"))
    op.execute("UPDATE answers SET showing = version")
    op.create_index("answers_counting", "answers", ["dossier", "state"], unique=False)
    op.add_column("unresolved", _number("released"))
    op.add_column("queue", _number("showing"))
    op.add_column("queue", _text("silence", null=True))
    op.execute("UPDATE queue SET showing = version")


def downgrade() -> None:
    """Back, without what was shown: the decisions hold it."""
    for table, names in (
        ("queue", ("silence", "showing")),
        ("unresolved", ("released",)),
        ("documents", ("extent", "named")),
        ("dossiers", ("numbers",)),
    ):
        for name in names:
            op.drop_column(table, name)
    op.drop_index("answers_counting", "answers")
    for name in ("keys", "state", "silent", "changed_at", "showing"):
        op.drop_column("answers", name)
    op.drop_table("answer_ids")
    op.drop_table("shown")
    op.rename_table("asks", "asks_after")
    op.create_table(
        "asks",
        *(_text(name) for name in ("dossier", "part", "recipient", "purpose")),
        _number("version", None),
        *(_text(name) for name in ("elements", "due_at", "silence", "state", "delivery",
                                   "asked_at")),
        sa.PrimaryKeyConstraint("dossier", "part", "recipient", "purpose", "version"),
    )  # fmt: skip
    op.execute(
        f"INSERT INTO asks ({_ASK}, elements) SELECT {_ASK}, '[]' FROM asks_after"
        " WHERE showing = version"
    )
    op.drop_table("asks_after")
