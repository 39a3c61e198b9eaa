"""Which parties have lodged something, or tried to, in a dossier that other parties may join.

Written where references are resolved, in the transaction in which the message that lodges finds
its dossier: what the same party sends next finds its membership, before the core has seen either.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from broker.state.dialect import insert_or
from broker.state.tables import MEMBERS

Member = tuple[str, str]
"""A dossier and a party."""


def add(connection: Connection, members: Iterable[Member]) -> None:
    """Note these; those that are known stay as they are."""
    rows = [{"dossier": dossier, "party": party} for dossier, party in sorted(set(members))]
    if rows:
        connection.execute(insert_or(connection, MEMBERS).on_conflict_do_nothing(), rows)


def of_dossiers(connection: Connection, dossiers: Iterable[str]) -> set[Member]:
    """The members of these dossiers."""
    wanted = sorted(set(dossiers))
    if not wanted:
        return set()
    query = select(MEMBERS.c.dossier, MEMBERS.c.party).where(MEMBERS.c.dossier.in_(wanted))
    return {(row.dossier, row.party) for row in connection.execute(query)}
