"""Dossiers: loading what a step needs to know. `dossier_writes` writes what it decided.

The live version of a part is its highest version that was applied; late ones are kept beside. One
that takes the part back is no live version, and ends those before it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, case, func, select

from broker.model.dossier import (
    Answer,
    Ask,
    Document,
    Dossier,
    PartNumbers,
    Shown,
    Target,
    without_payload,
)
from broker.model.events import body_of
from broker.model.extent import extent_of
from broker.model.numbering import Named
from broker.model.records import opened
from broker.state.questions import open_questions
from broker.state.requests import open_requests
from broker.state.tables import (
    ANSWERS,
    ASKS,
    DECISIONS,
    DOCUMENTS,
    DOSSIERS,
    OUTCOMES,
    SHOWN,
)

STANDING = ("open", "closed", "ended")
"""States of a dossier whose documents still stand."""


def load(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[str, Dossier]:
    """The dossiers of these (dossier, event), each knowing which of the events it has seen."""
    pairs = list(wanted)
    ids = list({dossier for dossier, _ in pairs})
    query = select(DOSSIERS).where(DOSSIERS.c.id.in_(ids))
    heads = list(connection.execute(query).mappings())
    if not heads:
        return {}
    known = [head["id"] for head in heads]
    seen = _seen(connection, pairs)
    live, gone, versions = _documents(connection, known)
    numbers = {head["id"]: _numbers_of(head["numbers"]) for head in heads}
    messages = _messages(connection, numbers)
    shown, asks = _shown(connection, known), _asks(connection, known)
    answers = _answers(connection, known)
    numbered = [head["id"] for head in heads if head["numbered"]]
    requests = open_requests(connection, numbered)
    questions = open_questions(connection, numbered)
    return {
        head["id"]: Dossier(
            **{name: value for name, value in head.items() if name not in {"numbers", "facts"}},
            facts={part: tuple(found) for part, found in orjson.loads(head["facts"]).items()},
            requests=requests.get(head["id"], {}),
            questions=questions.get(head["id"], {}),
            parts=numbers[head["id"]],
            messages=messages.get(head["id"], {}),
            live=live.get(head["id"], {}) if head["state"] in STANDING else {},
            gone=gone.get(head["id"], {}) | _former(head["state"], live.get(head["id"], {})),
            versions=versions.get(head["id"], {}),
            shown=shown.get(head["id"], {}),
            asks=asks.get(head["id"], {}),
            answers=tuple(answers.get(head["id"], ())),
            outcomes=frozenset(seen.get(head["id"], ())),
        )
        for head in heads
    }


def _former(state: str, live: Mapping[str, Document]) -> dict[str, Document]:
    """What a withdrawn dossier held: its parts were taken back with it."""
    if state in STANDING:
        return {}
    return without_payload(live)


def one(connection: Connection, dossier: str) -> Dossier | None:
    """A dossier as it stands."""
    return load(connection, [(dossier, "")]).get(dossier)


def history(connection: Connection, dossier: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that was decided about a dossier, oldest first; bodies are left out."""
    documents = [column for column in DOCUMENTS.c if column.name != "payload"]
    queries = {
        "documents": select(*documents)
        .where(DOCUMENTS.c.dossier == dossier)
        .order_by(DOCUMENTS.c.version),
        "outcomes": select(OUTCOMES).where(OUTCOMES.c.dossier == dossier).order_by(OUTCOMES.c.at),
        "decisions": select(DECISIONS)
        .where(DECISIONS.c.dossier == dossier)
        .order_by(DECISIONS.c.number),
        "asks": select(ASKS).where(ASKS.c.dossier == dossier).order_by(ASKS.c.asked_at),
        "answers": select(ANSWERS)
        .where(ANSWERS.c.dossier == dossier)
        .order_by(ANSWERS.c.order_no, ANSWERS.c.ordinal),
    }
    return {
        name: [dict(row) for row in connection.execute(query).mappings()]
        for name, query in queries.items()
    }


def outcomes_of_submission(connection: Connection, submission: str) -> list[dict[str, Any]]:
    """What became of a submission's events."""
    query = select(OUTCOMES).where(OUTCOMES.c.submission == submission).order_by(OUTCOMES.c.message)
    return [dict(row) for row in connection.execute(query).mappings()]


def payload_of(connection: Connection, dossier: str, part: str, version: int) -> bytes | None:
    """The stored payload of one version of one part."""
    found: bytes | None = connection.execute(
        select(DOCUMENTS.c.payload).where(
            DOCUMENTS.c.dossier == dossier,
            DOCUMENTS.c.part == part,
            DOCUMENTS.c.version == version,
        )
    ).scalar_one_or_none()
    return found


def body(connection: Connection, dossier: str, part: str, version: int) -> dict[str, Any]:
    """The body of one version of one part; {} if there is none."""
    payload = payload_of(connection, dossier, part, version)
    return body_of(payload) if payload else {}


class InForce(NamedTuple):
    """The version of a part that is in force, and the message that lodged it."""

    version: int
    party: str
    submission: str
    message: int
    received_at: str


def in_force(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, str], InForce]:
    """The live version of each part of these dossiers, by (dossier, part)."""
    live, _, _ = _documents(connection, list(ids))
    return {
        (dossier, part): InForce(
            one.version, one.party, one.submission, one.message, one.received_at
        )
        for dossier, parts in live.items()
        for part, one in parts.items()
    }


def overdue(connection: Connection) -> list[tuple[str, int]]:
    """How many answers each recipient owes beyond their deadline."""
    rows = connection.execute(
        select(ASKS.c.recipient, func.count())
        .where(ASKS.c.state == "overdue")
        .group_by(ASKS.c.recipient)
    )
    return [(recipient, count) for recipient, count in rows]


def _seen(connection: Connection, pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    rows = connection.execute(
        select(OUTCOMES.c.dossier, OUTCOMES.c.event).where(
            OUTCOMES.c.dossier.in_({dossier for dossier, _ in pairs}),
            OUTCOMES.c.event.in_([event for _, event in pairs]),
        )
    )
    found: dict[str, list[str]] = {}
    for dossier, event in rows:
        found.setdefault(dossier, []).append(event)
    return found


def _documents(
    connection: Connection, ids: list[str]
) -> tuple[
    dict[str, dict[str, Document]], dict[str, dict[str, Document]], dict[str, dict[str, int]]
]:
    """By dossier and part: live versions, those that take their part back, highest numbers."""
    applied = func.max(case((DOCUMENTS.c.state != "late", DOCUMENTS.c.version)))
    heads = connection.execute(
        select(DOCUMENTS.c.dossier, DOCUMENTS.c.part, func.max(DOCUMENTS.c.version), applied)
        .where(DOCUMENTS.c.dossier.in_(ids))
        .group_by(DOCUMENTS.c.dossier, DOCUMENTS.c.part)
    )
    versions: dict[str, dict[str, int]] = {}
    wanted = set()
    for dossier, part, highest, newest in heads:
        versions.setdefault(dossier, {})[part] = highest
        wanted.add((dossier, part, newest))
    live: dict[str, dict[str, Document]] = {}
    gone: dict[str, dict[str, Document]] = {}
    rows = connection.execute(
        select(DOCUMENTS).where(
            DOCUMENTS.c.dossier.in_({dossier for dossier, _, _ in wanted}),
            DOCUMENTS.c.part.in_({part for _, part, _ in wanted}),
            DOCUMENTS.c.version.in_({version for _, _, version in wanted}),
        )
    )
    for row in rows:
        if (row.dossier, row.part, row.version) not in wanted:
            continue
        if row.state == "withdrawn":
            gone.setdefault(row.dossier, {})[row.part] = _document(row, b"")
        else:
            live.setdefault(row.dossier, {})[row.part] = _document(row, row.payload)
    return live, gone, versions


def _shown(connection: Connection, ids: list[str]) -> dict[str, dict[Target, Shown]]:
    found: dict[str, dict[Target, Shown]] = {}
    for row in connection.execute(select(SHOWN).where(SHOWN.c.dossier.in_(ids))):
        target = Target(row.part, row.recipient, row.purpose)
        found.setdefault(row.dossier, {})[target] = Shown(
            row.version, row.digest, row.delivery, row.result, row.showing, row.described,
            row.configuration, bytes(row.vector), (row.answered_given, row.answered_delivery),
        )  # fmt: skip
    return found


def _messages(
    connection: Connection, numbers: Mapping[str, Mapping[str, PartNumbers]]
) -> dict[str, dict[tuple[str, int], Document]]:
    """The messages that were the last to name some element, without what they hold."""
    wanted = {
        (dossier, part, version)
        for dossier, parts in numbers.items()
        for part, one in parts.items()
        for version in one.older
    }
    if not wanted:
        return {}
    columns = [column for column in DOCUMENTS.c if column.name != "payload"]
    rows = connection.execute(
        select(*columns).where(
            DOCUMENTS.c.dossier.in_({dossier for dossier, _, _ in wanted}),
            DOCUMENTS.c.part.in_({part for _, part, _ in wanted}),
            DOCUMENTS.c.version.in_({version for _, _, version in wanted}),
        )
    )
    found: dict[str, dict[tuple[str, int], Document]] = {}
    for row in rows:
        if (row.dossier, row.part, row.version) in wanted:
            found.setdefault(row.dossier, {})[row.part, row.version] = _document(row, b"")
    return found


def _named(text: str) -> Named:
    return {path: tuple(map(tuple, runs)) for path, runs in orjson.loads(text).items()}


def _document(row: Any, payload: bytes) -> Document:
    return Document(
        row.part, row.version, row.id, row.package, row.digest, row.order_no,
        row.submission, row.message, row.event, row.sender, row.party, row.profile,
        row.received_at, payload, row.state, _named(row.named),
        extent_of(orjson.loads(row.extent)) if row.extent else None, row.by,
    )  # fmt: skip


def _asks(connection: Connection, ids: list[str]) -> dict[str, dict[Target, Ask]]:
    """The newest ask of each target."""
    newest = (
        select(ASKS.c.dossier, ASKS.c.part, ASKS.c.recipient, ASKS.c.purpose,
               func.max(ASKS.c.showing).label("showing"))
        .where(ASKS.c.dossier.in_(ids))
        .group_by(ASKS.c.dossier, ASKS.c.part, ASKS.c.recipient, ASKS.c.purpose)
        .subquery()
    )  # fmt: skip
    same = [ASKS.c[name] == newest.c[name]
            for name in ("dossier", "part", "recipient", "purpose", "showing")]  # fmt: skip
    found: dict[str, dict[Target, Ask]] = {}
    for row in connection.execute(select(ASKS).join(newest, and_(*same))):
        target = Target(row.part, row.recipient, row.purpose)
        found.setdefault(row.dossier, {})[target] = Ask(
            target, row.version, row.due_at, row.silence, row.state, row.delivery, row.asked_at,
            row.showing, row.within_s, row.counted_from,
        )  # fmt: skip
    return found


def _answers(connection: Connection, ids: list[str]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    rows = connection.execute(
        select(ANSWERS)
        .where(ANSWERS.c.dossier.in_(ids), ANSWERS.c.state.in_(("counts", "obeyed", "ended")))
        .order_by(ANSWERS.c.order_no, ANSWERS.c.ordinal)
    )
    for row in rows:
        content = orjson.loads(opened(row.content))
        answer = Answer(
            row.part, row.recipient, row.purpose, row.version, row.subject, row.check, row.status,
            row.order_no, row.event, row.ordinal, content, row.at, row.showing, row.changed_at,
            bool(row.silent), row.state, tuple(orjson.loads(row._mapping["keys"]  # noqa: SLF001
)),
        )  # fmt: skip
        found.setdefault(row.dossier, []).append(answer)
    return found


def named(
    connection: Connection, wanted: Iterable[tuple[str, str, int]]
) -> dict[tuple[str, str, int], Named]:
    """Which elements the messages of these (dossier, part, version) named."""
    keys = set(wanted)
    if not keys:
        return {}
    rows = connection.execute(
        select(DOCUMENTS.c.dossier, DOCUMENTS.c.part, DOCUMENTS.c.version, DOCUMENTS.c.named).where(
            DOCUMENTS.c.dossier.in_({dossier for dossier, _, _ in keys}),
            DOCUMENTS.c.part.in_({part for _, part, _ in keys}),
            DOCUMENTS.c.version.in_({version for _, _, version in keys}),
        )
    )
    return {
        (row.dossier, row.part, row.version): _named(row.named)
        for row in rows
        if (row.dossier, row.part, row.version) in keys
    }


def settled(connection: Connection, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (dossier, event) were worked and not declined."""
    wanted = set(pairs)
    if not wanted:
        return set()
    rows = connection.execute(
        select(OUTCOMES.c.dossier, OUTCOMES.c.event).where(
            OUTCOMES.c.dossier.in_({dossier for dossier, _ in wanted}),
            OUTCOMES.c.event.in_({event for _, event in wanted}),
            OUTCOMES.c.outcome != "declined",
        )
    )
    return {(row.dossier, row.event) for row in rows} & wanted


def _numbers_of(text: str) -> dict[str, PartNumbers]:
    return {
        part: PartNumbers(
            one["marks"],
            {
                int(version): {path: tuple(map(tuple, spans)) for path, spans in lists.items()}
                for version, lists in one["older"].items()
            },
        )
        for part, one in orjson.loads(text).items()
    }
