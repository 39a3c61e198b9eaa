"""What unfinished work still names, of what a configuration has not.

Unfinished are submissions without their last verdict, what waits for a reference, what is parked
and what follows that, open requests, asks and questions with what their dossiers were lodged
under, moments that will come, and rows of the queue that have no number yet. An ask is finished
once everything that its dossier was asked is settled. The log is not looked at: a record that names
what is gone is parked when it is worked.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from broker.state.tables import (
    ASKS,
    DOCUMENTS,
    DOSSIERS,
    DUE,
    FOLLOWERS,
    MESSAGES,
    PARKED,
    QUESTIONS,
    QUEUE,
    REQUESTS,
    SUBMISSIONS,
    UNRESOLVED,
)

OPEN = ("open", "overdue")
PAGE = 500


class Names(NamedTuple):
    """What a configuration has; `tables` are the first days of each profile's tables of requests.

    `parties`: everybody who may hold a key, recipients among them. `settled`: the statuses of a
    whole dossier under which nothing more is asked of it.
    """

    profiles: Collection[str]
    formats: Collection[str]
    kinds: Collection[str]
    parties: Collection[str]
    recipients: Collection[str]
    tables: Mapping[str, Collection[str]]
    settled: Collection[str] = ()


class Lacking(NamedTuple):
    """A name that the configuration has not, what names it, and one of those."""

    what: str
    name: str
    where: str
    example: str

    def __str__(self) -> str:
        """For a person."""
        return f"{self.what} {self.name!r} ({self.where} {self.example})"


def lacking(connection: Connection, known: Names) -> list[Lacking]:
    """Each name once for each sort of work that names it."""
    found: dict[tuple[str, str, str], Lacking] = {}
    every = (_submissions, _waiting, _parked, _requests, _asks, _questions, _lodged, _moments,
             _queued, _formats)  # fmt: skip
    for look in every:
        for one in look(connection, known):
            found.setdefault((one.what, one.name, one.where), one)
    return [found[key] for key in sorted(found)]


def _submissions(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (SUBMISSIONS.c.sender, SUBMISSIONS.c.profile, SUBMISSIONS.c.format)
    done = exists().where(MESSAGES.c.submission == SUBMISSIONS.c.id, MESSAGES.c.last == 1)
    query = select(*columns, func.min(SUBMISSIONS.c.id).label("id")).where(
        or_(
            SUBMISSIONS.c.sender.not_in(known.parties),
            SUBMISSIONS.c.profile.not_in(["", *known.profiles]),
            SUBMISSIONS.c.format.not_in(["", *known.formats]),
        ),
        ~done,
    )
    for row in connection.execute(query.group_by(*columns)):
        where = "a submission without a verdict,"
        yield from _unknown(known, where, row.id, sender=row.sender, profile=row.profile,
                            format=row.format)  # fmt: skip


def _unknown(known: Names, where: str, example: str, **names: str) -> Iterator[Lacking]:
    """Those of these names, each by what it is, that there are not; "" names nothing."""
    have = {
        "sender": known.parties, "profile": known.profiles, "format": known.formats,
        "kind": known.kinds, "recipient": known.recipients,
    }  # fmt: skip
    for what, name in names.items():
        if name and name not in have[what]:
            yield Lacking(what, name, where, example)


def _waiting(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (UNRESOLVED.c.event, UNRESOLVED.c.kind, UNRESOLVED.c.sender, UNRESOLVED.c.headers)
    where = "an event that waits for a reference,"
    for row in connection.execute(select(*columns).order_by(UNRESOLVED.c.number)):
        profile = orjson.loads(row.headers).get("swb_profile", "")
        yield from _unknown(known, where, row.event, kind=row.kind, sender=row.sender,
                            profile=profile)  # fmt: skip


def _parked(connection: Connection, known: Names) -> Iterator[Lacking]:
    """Records of the core; the submission of one of translation has no verdict yet."""
    parked = select(PARKED.c.id, PARKED.c.headers).where(
        PARKED.c.state == "parked", PARKED.c.station == "core"
    )
    behind = select(FOLLOWERS.c.dossier, FOLLOWERS.c.headers).order_by(FOLLOWERS.c.number)
    for where, query in (("a parked record,", parked), ("an event behind a parked one of", behind)):
        for example, stored in connection.execute(query):
            headers = orjson.loads(stored)
            yield from _unknown(
                known, where, example,
                kind=headers.get("ce_type", "").rpartition(".")[0],
                sender=headers.get("swb_sender", ""), profile=headers.get("swb_profile", ""),
            )  # fmt: skip


def _requests(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(REQUESTS, DOSSIERS.c.kind).join(DOSSIERS, DOSSIERS.c.id == REQUESTS.c.dossier)
    where = "an open request,"
    for row in connection.execute(query.where(REQUESTS.c.state == "open")):
        example = f"{row.number} of {row.dossier}"
        headers = orjson.loads(row.headers)
        yield from _unknown(known, where, example, kind=row.kind,
                            sender=headers.get("swb_sender", ""),
                            profile=headers.get("swb_profile", ""))  # fmt: skip
        for recipient, *_ in orjson.loads(row.holders):
            yield from _unknown(known, where, example, recipient=recipient)
        profile, _, begins = row.table_in_force.partition("@")
        yield from _unknown(known, where, example, profile=profile)
        if profile in known.profiles and begins not in known.tables.get(profile, ()):
            yield Lacking("table of requests", f"{profile} from {begins}", where, example)


def _asks(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(ASKS.c.recipient, DOSSIERS.c.kind, func.min(ASKS.c.dossier).label("dossier"))
    query = query.join(DOSSIERS, DOSSIERS.c.id == ASKS.c.dossier)
    query = query.where(ASKS.c.state.in_(OPEN), DOSSIERS.c.overall.not_in(known.settled))
    yield from _of_dossiers(connection, known, "an open ask about", query)


def _questions(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(
        QUESTIONS.c.recipient, DOSSIERS.c.kind, func.min(QUESTIONS.c.dossier).label("dossier")
    )
    query = query.join(DOSSIERS, DOSSIERS.c.id == QUESTIONS.c.dossier)
    query = query.where(QUESTIONS.c.state.in_(OPEN))
    yield from _of_dossiers(connection, known, "an open question about", query)


def _of_dossiers(
    connection: Connection, known: Names, where: str, query: Select[Any]
) -> Iterator[Lacking]:
    for row in connection.execute(query.group_by(*query.selected_columns[:2])):
        yield from _unknown(known, where, row.dossier, recipient=row.recipient, kind=row.kind)


def _lodged(connection: Connection, known: Names) -> Iterator[Lacking]:
    """Answers are judged by the profile under which their part was lodged."""
    mine = DOSSIERS.c.id == DOCUMENTS.c.dossier
    asked = exists().where(
        ASKS.c.dossier == DOCUMENTS.c.dossier, ASKS.c.state.in_(OPEN),
        mine, DOSSIERS.c.overall.not_in(known.settled),
    )  # fmt: skip
    wanted = exists().where(QUESTIONS.c.dossier == DOCUMENTS.c.dossier, QUESTIONS.c.state.in_(OPEN))
    requested = exists().where(
        REQUESTS.c.dossier == DOCUMENTS.c.dossier, REQUESTS.c.state == "open"
    )
    query = select(DOCUMENTS.c.profile, func.min(DOCUMENTS.c.dossier).label("dossier")).where(
        DOCUMENTS.c.profile.not_in(["", *known.profiles]), or_(asked, wanted, requested)
    )
    where = "what was lodged in a dossier with open asks, questions or requests,"
    for row in connection.execute(query.group_by(DOCUMENTS.c.profile)):
        yield Lacking("profile", row.profile, where, row.dossier)


def _moments(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(DUE.c.kind, func.min(DUE.c.dossier).label("dossier")).group_by(DUE.c.kind)
    for row in connection.execute(query):
        yield from _unknown(known, "a moment that will come in", row.dossier, kind=row.kind)


def _queued(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (QUEUE.c.subscription, QUEUE.c.what)
    query = select(*columns, func.min(QUEUE.c.id).label("id")).where(QUEUE.c.state == "waiting")
    for row in connection.execute(query.group_by(*columns)):
        if row.subscription not in known.parties:
            what = "sender" if row.what == "reply" else "recipient"
            yield Lacking(what, row.subscription, "a delivery without a number,", row.id)


def _formats(connection: Connection, known: Names) -> Iterator[Lacking]:
    """Replies are written in the syntax and by the profile of the message that they answer."""
    unknown = or_(
        MESSAGES.c.profile.not_in(["", *known.profiles]),
        MESSAGES.c.format.not_in(["", *known.formats]),
    )
    if connection.execute(select(MESSAGES.c.message).where(unknown).limit(1)).first() is None:
        return
    replies = select(QUEUE.c.id, QUEUE.c.context).where(
        QUEUE.c.state == "waiting", QUEUE.c.what == "reply"
    )
    waiting = select(UNRESOLVED.c.event, UNRESOLVED.c.headers)
    requests = select(REQUESTS.c.event, REQUESTS.c.headers).where(REQUESTS.c.state == "open")
    for where, key, query in (
        ("a reply without a number,", "reply_to", replies),
        ("an event that waits for a reference,", "swb_submission", waiting),
        ("an open request,", "swb_submission", requests),
    ):
        rows = connection.execute(query)
        about = {orjson.loads(stored).get(key, ""): example for example, stored in rows}
        for row in _answered(connection, sorted(about), unknown):
            yield from _unknown(known, where, about[row.submission], profile=row.profile,
                                format=row.format)  # fmt: skip


def _answered(
    connection: Connection, ids: list[str], unknown: ColumnElement[bool]
) -> Iterator[Any]:
    """The messages of these submissions, whichever of them the replies are to."""
    columns = (MESSAGES.c.submission, MESSAGES.c.profile, MESSAGES.c.format)
    for start in range(0, len(ids), PAGE):
        page = MESSAGES.c.submission.in_(ids[start : start + PAGE])
        yield from connection.execute(select(*columns).where(page, unknown))
