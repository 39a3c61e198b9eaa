"""The agencies' own numbers of their answers, as they were used first."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from broker.state.dialect import insert_or
from broker.state.tables import ANSWER_IDS

Key = tuple[str, str]
"""Recipient, and its own number of an answer."""


class Used(NamedTuple):
    """A number that was used: for which content, by which event."""

    recipient: str
    id: str
    digest: str
    event: str


def put(connection: Connection, rows: Iterable[Used]) -> None:
    """Numbers used now; of one that was used already, the first use stays."""
    first: dict[Key, Used] = {}
    for row in rows:
        first.setdefault((row.recipient, row.id), row)
    if first:
        wanted = [row._asdict() for _, row in sorted(first.items())]
        connection.execute(insert_or(connection, ANSWER_IDS).on_conflict_do_nothing(), wanted)


def known(connection: Connection, keys: Iterable[Key]) -> dict[Key, Used]:
    """What these numbers were used for first."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = connection.execute(
        select(ANSWER_IDS).where(
            ANSWER_IDS.c.recipient.in_({recipient for recipient, _ in wanted}),
            ANSWER_IDS.c.id.in_({number for _, number in wanted}),
        )
    )
    found = (Used(row.recipient, row.id, row.digest, row.event) for row in rows)
    return {(one.recipient, one.id): one for one in found if (one.recipient, one.id) in wanted}
