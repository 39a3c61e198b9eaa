"""What unfinished work still names, of what a configuration has not.

Unfinished are submissions without their last verdict, what waits for a reference, open requests,
asks and questions, and rows of the queue that have no number yet. The log is not looked at: a
record that names what is gone is parked when it is worked.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, exists, func, or_, select

from broker.state.tables import (
    ASKS,
    DOSSIERS,
    MESSAGES,
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

    `parties`: everybody who may hold a key, recipients among them.
    """

    profiles: Collection[str]
    formats: Collection[str]
    kinds: Collection[str]
    parties: Collection[str]
    recipients: Collection[str]
    tables: Mapping[str, Collection[str]]


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
    for look in (_submissions, _waiting, _requests, _asks, _questions, _queued, _replies):
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
        if row.sender not in known.parties:
            yield Lacking("sender", row.sender, where, row.id)
        if row.profile and row.profile not in known.profiles:
            yield Lacking("profile", row.profile, where, row.id)
        if row.format and row.format not in known.formats:
            yield Lacking("format", row.format, where, row.id)


def _waiting(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (UNRESOLVED.c.event, UNRESOLVED.c.kind, UNRESOLVED.c.sender, UNRESOLVED.c.headers)
    where = "an event that waits for a reference,"
    for row in connection.execute(select(*columns).order_by(UNRESOLVED.c.number)):
        if row.kind not in known.kinds:
            yield Lacking("kind", row.kind, where, row.event)
        if row.sender not in known.parties:
            yield Lacking("sender", row.sender, where, row.event)
        profile = orjson.loads(row.headers).get("swb_profile", "")
        if profile and profile not in known.profiles:
            yield Lacking("profile", profile, where, row.event)


def _requests(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(REQUESTS, DOSSIERS.c.kind).join(DOSSIERS, DOSSIERS.c.id == REQUESTS.c.dossier)
    where = "an open request,"
    for row in connection.execute(query.where(REQUESTS.c.state == "open")):
        example = f"{row.number} of {row.dossier}"
        if row.kind not in known.kinds:
            yield Lacking("kind", row.kind, where, example)
        for recipient, *_ in orjson.loads(row.holders):
            if recipient not in known.recipients:
                yield Lacking("recipient", recipient, where, example)
        headers = orjson.loads(row.headers)
        sender, profile = headers.get("swb_sender", ""), headers.get("swb_profile", "")
        if sender and sender not in known.parties:
            yield Lacking("sender", sender, where, example)
        if profile and profile not in known.profiles:
            yield Lacking("profile", profile, where, example)
        tables = known.tables.get(profile, ())
        if tables and row.table_in_force not in tables:
            name = f"{profile} from {row.table_in_force}"
            yield Lacking("table of requests", name, where, example)


def _asks(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (ASKS.c.recipient, DOSSIERS.c.kind)
    query = select(*columns, func.min(ASKS.c.dossier).label("dossier"))
    query = query.join(DOSSIERS, DOSSIERS.c.id == ASKS.c.dossier).where(ASKS.c.state.in_(OPEN))
    for row in connection.execute(query.group_by(*columns)):
        if row.recipient not in known.recipients:
            yield Lacking("recipient", row.recipient, "an open ask about", row.dossier)
        if row.kind not in known.kinds:
            yield Lacking("kind", row.kind, "an open ask about", row.dossier)


def _questions(connection: Connection, known: Names) -> Iterator[Lacking]:
    query = select(QUESTIONS.c.recipient, func.min(QUESTIONS.c.dossier).label("dossier"))
    query = query.where(QUESTIONS.c.state.in_(OPEN)).group_by(QUESTIONS.c.recipient)
    for row in connection.execute(query):
        if row.recipient not in known.recipients:
            yield Lacking("recipient", row.recipient, "an open question about", row.dossier)


def _queued(connection: Connection, known: Names) -> Iterator[Lacking]:
    columns = (QUEUE.c.subscription, QUEUE.c.what)
    query = select(*columns, func.min(QUEUE.c.id).label("id")).where(QUEUE.c.state == "waiting")
    for row in connection.execute(query.group_by(*columns)):
        if row.subscription not in known.parties:
            what = "sender" if row.what == "reply" else "recipient"
            yield Lacking(what, row.subscription, "a delivery without a number,", row.id)


def _replies(connection: Connection, known: Names) -> Iterator[Lacking]:
    """Replies are written in the syntax and by the profile of what they answer."""
    unknown = or_(
        SUBMISSIONS.c.profile.not_in(["", *known.profiles]),
        SUBMISSIONS.c.format.not_in(["", *known.formats]),
    )
    if connection.execute(select(SUBMISSIONS.c.id).where(unknown).limit(1)).first() is None:
        return
    rows = select(QUEUE.c.id, QUEUE.c.context).where(
        QUEUE.c.state == "waiting", QUEUE.c.what == "reply"
    )
    waiting = [(row.id, orjson.loads(row.context)["reply_to"]) for row in connection.execute(rows)]
    columns = (SUBMISSIONS.c.id, SUBMISSIONS.c.profile, SUBMISSIONS.c.format)
    where = "a reply without a number,"
    for start in range(0, len(waiting), PAGE):
        page = {about: delivery for delivery, about in waiting[start : start + PAGE]}
        query = select(*columns).where(SUBMISSIONS.c.id.in_(page), unknown)
        for row in connection.execute(query):
            if row.profile and row.profile not in known.profiles:
                yield Lacking("profile", row.profile, where, page[row.id])
            if row.format and row.format not in known.formats:
                yield Lacking("format", row.format, where, page[row.id])
