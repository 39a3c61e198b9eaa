"""Every table of the state, in one place. Times are ISO 8601 text in UTC (`clock.stamp`).

Rows, never growing blobs: outcomes, decisions and answers are rows beside the dossier's head.
A change here needs a migration (`state/migrations`); a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    and_,
)

from broker.model.line import ORIGIN

METADATA = MetaData()

TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Compared and ordered by its bytes, on every database."""
NUMBER = Integer().with_variant(BigInteger(), "postgresql")
"""64 bits on every database."""


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, TEXT, primary_key=key, nullable=null)


def _number(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, NUMBER, primary_key=key, nullable=null, autoincrement=False)


def _counted(name: str) -> Column[int]:
    return Column(name, NUMBER, nullable=False, autoincrement=False, server_default="0")


def _serial(name: str = "number") -> Column[int]:
    return Column(name, NUMBER, primary_key=True, autoincrement=True)


def _blob(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null)


KEYS = Table(
    "keys", METADATA,
    _text("sha256", key=True), _text("name"), _text("issued_at"), _text("revoked_at", null=True),
)  # fmt: skip

SECRETS = Table("secrets", METADATA, _text("name", key=True), _text("value"))
"""Drawn once, when the database is made, and never changed: what is derived from them is told."""

SUBMISSIONS = Table(
    "submissions", METADATA,
    _serial(), _text("id"), _text("sender"), _text("party"), _text("family"), _text("format"),
    _text("profile"), _text("sha256"), _number("bytes"), _text("content_type"),
    _text("idempotency_key", null=True), _text("reference", null=True),
    _text("delivery", null=True), _text("received_at"),
    _text("same_bytes_as", null=True),
    UniqueConstraint("id"), UniqueConstraint("sender", "idempotency_key"),
    Index("submissions_same_bytes", "party", "sha256"),
)  # fmt: skip
"""`number` is the order of acceptance; `delivery` what a response says it answers. `format` and
`profile`: what the file was taken for at the door; each of its messages has its own."""

ORIGINALS = Table("originals", METADATA, _number("submission", key=True), _blob("payload"))
"""By the submission's number; zlib, written once, at intake."""

MESSAGES = Table(
    "messages", METADATA,
    _text("submission", key=True), _number("message", key=True),
    _text("reference"), _text("verdict"), _blob("problems"),
    Column("last", Integer, nullable=False, server_default="0"),
    Column("configuration", TEXT, nullable=False, server_default=""), _blob("asked", null=True),
    Column("format", TEXT, nullable=False, server_default=""),
    Column("profile", TEXT, nullable=False, server_default=""),
)  # fmt: skip
"""`configuration`: the digest of the one that the verdict was given under; "": before they were
kept. `asked`, zlib: what replies to the message read; without it they read the original. `format`
and `profile`: what it was read by, and replies to it are written by."""

ALIASES = Table(
    "aliases", METADATA,
    _text("scheme", key=True), _text("scope", key=True), _text("value", key=True),
    _text("dossier"), _text("kind"), _number("generation"),
    Index("aliases_dossier", "dossier"), Index("aliases_value", "value"),
)  # fmt: skip

MEMBERS = Table("members", METADATA, _text("dossier", key=True), _text("party", key=True))

UNRESOLVED = Table(
    "unresolved", METADATA,
    _serial(), _text("event"), _text("kind"), _text("sender"), _text("party"),
    _text("refs"), _text("headers"), _blob("value"), _text("until"),
    _counted("released"),
    Index("unresolved_until", "until"), UniqueConstraint("event"),
)  # fmt: skip
"""`refs` is JSON [[scheme, value], ...]; `headers` and `value` are the event's record.
`released`: 1 when its dossier is found; it is on its way to the log."""

CONTINUATIONS = Table(
    "continuations", METADATA,
    _text("submission", key=True), _number("number"), _text("sender"), _text("topic"),
    _number("message"), _text("state"), _text("headers"),
    Index("continuations_sender", "topic", "sender", "number"),
)  # fmt: skip
"""Submissions that are translated in part, and go on after `message`. `number` is that of their
acceptance; `headers` is JSON: those of the record that continues them. `state`: continued, behind
or parked."""

DOSSIERS = Table(
    "dossiers", METADATA,
    _text("id", key=True), _text("kind"), _text("state"), _text("party"), _text("sender"),
    _text("opened_at"), _text("closed_at", null=True), _number("board_version"),
    _text("overall"), Column("numbers", TEXT, nullable=False, server_default="{}"),
    _counted("numbered"), Column("facts", TEXT, nullable=False, server_default="{}"),
)  # fmt: skip
"""Heads only. `state`: open, withdrawn, closed or ended. `numbers` is JSON: by part, the highest
number ever given in each list, and which older messages were the last to name which elements.
`numbered`: the highest number given to a request or a question. `facts` is JSON: by part, what is
known of it."""

REQUESTS = Table(
    "requests", METADATA,
    _text("dossier", key=True), _number("number", key=True), _text("does"), _text("part"),
    _number("version"), _text("party"), _text("submission"), _number("message"), _text("event"),
    _text("reference"), _text("headers"), _blob("value"), _text("holders"), _text("state"),
    _text("code"), _text("table_in_force"), _text("received_at"), _text("expires_at"),
    _text("decided_at"),
    Index("requests_open", "dossier", "state"),
)  # fmt: skip
"""What declarants ask of authorities. `headers` and `value` are the event's record; `holders` is
JSON: [[recipient, purpose, delivery, decision], ...]. `state`: open, granted, refused, overtaken,
taken_back."""

QUESTIONS = Table(
    "questions", METADATA,
    _text("dossier", key=True), _number("number", key=True), _text("part"), _text("recipient"),
    _text("purpose"), _text("subject"), _blob("content"), _text("due_at"), _text("event"),
    _text("asked_at"), _text("state"), _text("closed_at"),
    Index("questions_open", "dossier", "state"),
)  # fmt: skip
"""What authorities want to know or see. `content` is JSON, sealed. `state`: open, overdue or
closed."""

DOCUMENTS = Table(
    "documents", METADATA,
    _text("dossier", key=True), _text("part", key=True), _number("version", key=True),
    _text("id"), _text("package"), _text("digest"), _number("order_no"), _text("submission"),
    _number("message"), _text("event"), _text("sender"), _text("party"), _text("profile"),
    _text("received_at"), _text("state"), _blob("payload"),
    Column("named", TEXT, nullable=False, server_default="{}"), _text("extent", null=True),
    Column("by", TEXT, nullable=False, server_default=""),
)  # fmt: skip
"""`state`: live or late, as it was applied or not; rows are never changed, the live version is the
highest that is `live`. `payload` is the event's, as stored. `named` is JSON: by list, the elements
that the message named, as runs of [number in the message, number in the dossier, how many].
`by`: the authority that corrected the version before, of its own accord."""

OUTCOMES = Table(
    "outcomes", METADATA,
    _text("dossier", key=True), _text("event", key=True),
    _text("does"), _text("outcome"), _text("submission"), _number("message"),
    _text("problems"), _text("at"),
    Index("outcomes_submission", "submission"),
)  # fmt: skip

DECISIONS = Table(
    "decisions", METADATA,
    _serial(), _text("dossier"), _text("part"), _number("version"), _text("recipient"),
    _text("purpose"), _text("result"), _text("digest"), _text("elements"), _text("rules"),
    _text("view"), _text("because"), _text("withheld"), _text("configuration"), _text("delivery"),
    _text("at"),
    Index("decisions_dossier", "dossier"),
)  # fmt: skip
"""One row a (part, recipient, purpose) and version; `result` new, changed, unchanged, withdrawn."""

SHOWN = Table(
    "shown", METADATA,
    _text("dossier", key=True), _text("part", key=True), _text("recipient", key=True),
    _text("purpose", key=True), _number("version"), _text("digest"), _text("delivery"),
    _text("result"), _number("showing"), _number("described"), _text("configuration"),
    _blob("vector"), _number("answered_given"), _text("answered_delivery"),
)  # fmt: skip
"""What each target was shown last: all that the core needs of the decisions before. `vector`: of
each element the digest of its basis and since when it is so (`broker.model.vector`)."""

CONFIGURATIONS = Table(
    "configurations", METADATA, _text("digest", key=True), _blob("content"), _text("at")
)
"""Every configuration that was in force, so that each decision can be explained later."""

IN_FORCE = Table(
    "in_force", METADATA,
    _text("name", key=True), _number("number"), _text("digest"), _text("at"),
)  # fmt: skip
"""One row: the configuration in force, and since when. `number` counts them."""

ASKS = Table(
    "asks", METADATA,
    _text("dossier", key=True), _text("part", key=True), _text("recipient", key=True),
    _text("purpose", key=True), _number("showing", key=True), _number("version"),
    _text("due_at"), _text("silence"), _text("state"), _text("delivery"),
    _text("asked_at"), _number("within_s"), _text("counted_from"),
)  # fmt: skip
"""`state`: open, overdue, superseded or withdrawn; `due_at` "" while silence is not counted yet."""

ANSWERS = Table(
    "answers", METADATA,
    _text("dossier", key=True), _text("event", key=True), _number("ordinal", key=True),
    _text("part"), _text("recipient"), _text("purpose"), _number("version"), _text("subject"),
    _text("check"), _text("status", null=True), _number("order_no"), _blob("content"),
    _text("at"), _counted("showing"), _counted("changed_at"), _counted("silent"),
    Column("state", TEXT, nullable=False, server_default="counts"),
    Column("keys", TEXT, nullable=False, server_default="[]"),
    Index("answers_counting", "dossier", "state"),
)  # fmt: skip
"""`state`: counts, obeyed, ended, over (never loaded again); see `broker.model.dossier.Answer`."""

ANSWER_IDS = Table(
    "answer_ids", METADATA,
    _text("recipient", key=True), _text("id", key=True), _text("digest"), _text("event"),
)  # fmt: skip
"""The agencies' own numbers of their answers: used once, for one content."""

SUBSCRIPTIONS = Table(
    "subscriptions", METADATA,
    _text("name", key=True), _number("next_seq"), _number("given"), _number("acknowledged"),
    Column("chain", TEXT, nullable=False, server_default=ORIGIN), _counted("unproved"),
)  # fmt: skip
"""`chain` is that of the newest number. `unproved`: up to here a cursor needs none, because it was
given before there were chains."""

QUEUE = Table(
    "queue", METADATA,
    _serial(), _text("id"), _text("subscription"), _text("dossier"), _text("part"),
    _number("version"), _text("recipient"), _text("purpose"), _text("what"), _text("type"),
    _blob("payload"), _text("context"), _text("state"), _number("seq", null=True),
    _blob("rendered", null=True), _text("created_at"), _text("settled_at", null=True),
    _counted("showing"), _text("silence", null=True), _text("chain", null=True),
    _text("own_number", null=True), _text("own_revision", null=True),
    UniqueConstraint("id"), UniqueConstraint("subscription", "seq"),
    Index("queue_dossier", "dossier", "recipient"),
    Index("queue_waiting", "state", "subscription", "number"),
)  # fmt: skip
"""`what`: document, notice, board, reply. `state`: waiting, numbered, acknowledged,
cancelled, parked. `context` is JSON: what rendering needs besides the payload. `silence` is JSON:
what is counted from the acknowledgement. `chain` is of numbered rows (`broker.model.line`).
`own_number` and `own_revision` are digests of the numbers by which an answer may name it, as
`context` holds them."""


def _ends(name: str, *own: str) -> Index:
    """Finds the first and the newest of what was numbered for a target, under an own number."""
    columns = ("dossier", "recipient", "part", "purpose", *own, "seq")
    there = and_(*(QUEUE.c[column].is_not(None) for column in (*own, "seq")))
    made = (QUEUE.c[column] for column in columns)
    return Index(name, *made, sqlite_where=there, postgresql_where=there)


_ends("queue_given")
_ends("queue_numbers", "own_number")
_ends("queue_revisions", "own_revision")

DUE = Table(
    "due", METADATA,
    _text("dossier", key=True), _text("name", key=True), _text("at"), _text("kind"),
    Index("due_at", "at"),
)  # fmt: skip

PARKED = Table(
    "parked", METADATA,
    _text("id", key=True), _text("station"), _text("topic"), _number("partition"),
    _number("position"), _number("message"), _text("dossier"), _text("key"), _text("headers"),
    _blob("value"), _text("reason"), _text("state"), _text("at"),
    Index("parked_dossier", "dossier"),
)  # fmt: skip
"""`state`: parked, resumed or discarded."""

FOLLOWERS = Table(
    "followers", METADATA,
    _serial(), _text("dossier"), _text("topic"), _text("headers"), _blob("value"),
    Index("followers_dossier", "dossier"),
)  # fmt: skip

POSITIONS = Table(
    "positions", METADATA,
    _text("station", key=True), _text("topic", key=True), _number("partition", key=True),
    _number("next"), _number("message"), _number("starts"), _counted("configuration"),
)  # fmt: skip
"""`configuration`: the number of the one that it was last moved under."""

OUTBOX = Table(
    "outbox", METADATA,
    _serial(), _text("station"), _number("partition"), _text("topic"), _text("key"),
    _text("headers"), _blob("value"), _text("at"),
    Index("outbox_owner", "station", "partition"), sqlite_autoincrement=True,
)  # fmt: skip
"""`number` is never used again: a hop remembers up to where it has appended."""

ACTIONS = Table(
    "actions", METADATA,
    _serial(), _text("at"), _text("who"), _text("what"), _text("target"), _text("why"),
)  # fmt: skip

PROBES = Table("probes", METADATA, _text("name", key=True), _text("at"), _blob("room"))
"""What readiness writes, to see whether anything can be written."""
