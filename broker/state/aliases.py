"""What dossier a reference means.

Openers insert all references of a batch in one sorted statement, then re-read: two batches that
race for the same reference agree on its dossier, whichever commits first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, tuple_, update

from broker.state.dialect import insert_or, upsert
from broker.state.tables import ALIASES, DOSSIERS, QUEUE


class Alias(NamedTuple):
    """A reference in its scope, and the dossier it means."""

    scheme: str
    scope: str
    value: str
    dossier: str
    kind: str
    generation: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it unique."""
        return self.scheme, self.scope, self.value


class Meaning(NamedTuple):
    """An alias with what is known of its dossier; `party` is None before the core saw it."""

    alias: Alias
    party: str | None
    closed_at: str | None


def bind(connection: Connection, wanted: Iterable[Alias]) -> None:
    """Insert the references that are not there yet, sorted; the others stay as they are."""
    rows = [alias._asdict() for alias in sorted(set(wanted))]
    if rows:
        connection.execute(insert_or(connection, ALIASES).on_conflict_do_nothing(), rows)


def renew(connection: Connection, old: Alias, dossier: str) -> None:
    """Give a reference its next generation, unless somebody else has done so."""
    connection.execute(
        update(ALIASES)
        .where(
            tuple_(ALIASES.c.scheme, ALIASES.c.scope, ALIASES.c.value) == old.key,
            ALIASES.c.generation == old.generation,
        )
        .values(dossier=dossier, generation=old.generation + 1)
    )


def meanings(
    connection: Connection, keys: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Meaning]:
    """What these (scheme, scope, value) mean now."""
    wanted = set(keys)
    rows = connection.execute(
        select(ALIASES, DOSSIERS.c.party, DOSSIERS.c.closed_at)
        .join(DOSSIERS, DOSSIERS.c.id == ALIASES.c.dossier, isouter=True)
        .where(ALIASES.c.value.in_({value for _, _, value in wanted}))
    )
    found = (Meaning(_alias(row), row.party, row.closed_at) for row in rows)
    return {meaning.alias.key: meaning for meaning in found if meaning.alias.key in wanted}


def rebind(connection: Connection, wanted: Iterable[Alias]) -> None:
    """Let references mean these dossiers from now on, whatever they meant before."""
    rows = [alias._asdict() for alias in sorted(wanted)]
    if rows:
        connection.execute(upsert(connection, ALIASES, "dossier", "kind"), rows)


def delivered_under(
    connection: Connection, recipient: str, references: Sequence[tuple[str, str]]
) -> list[Alias]:
    """What (scheme, value) mean among the dossiers that were delivered to this recipient."""
    if not references:
        return []
    named = connection.execute(
        select(ALIASES).where(ALIASES.c.value.in_({value for _, value in references}))
    )
    found = [_alias(row) for row in named if (row.scheme, row.value) in references]
    return _delivered(connection, recipient, found)


def live_under(
    connection: Connection,
    recipient: str,
    halves: Sequence[tuple[str, str]],
    since: Mapping[str, str],
) -> list[Alias]:
    """What the first halves of dated references mean among the live dossiers delivered to one.

    Live is what was opened since then, by scheme, and was not taken back.
    """
    found: list[Alias] = []
    for scheme, value in halves:
        rows = connection.execute(
            select(ALIASES, DOSSIERS.c.state, DOSSIERS.c.opened_at)
            .join(DOSSIERS, DOSSIERS.c.id == ALIASES.c.dossier)
            .where(ALIASES.c.value >= f"{value}/", ALIASES.c.value < f"{value}0")
        )
        found += [
            _alias(row)
            for row in rows
            if row.scheme == scheme and row.state != "withdrawn" and row.opened_at >= since[scheme]
        ]
    return _delivered(connection, recipient, found)


def _alias(row: Any) -> Alias:
    return Alias(row.scheme, row.scope, row.value, row.dossier, row.kind, row.generation)


def _delivered(connection: Connection, recipient: str, found: list[Alias]) -> list[Alias]:
    """Those whose dossiers were delivered to this recipient."""
    if not found:
        return []
    given = connection.execute(
        select(QUEUE.c.dossier)
        .distinct()
        .where(
            QUEUE.c.dossier.in_({alias.dossier for alias in found}),
            QUEUE.c.recipient == recipient,
            QUEUE.c.what == "document",
            QUEUE.c.state.in_(("numbered", "acknowledged")),
        )
    )
    dossiers = {dossier for (dossier,) in given}
    return [alias for alias in found if alias.dossier in dossiers]


def of_dossiers(
    connection: Connection, dossiers: Iterable[str]
) -> dict[str, list[tuple[str, str, str]]]:
    """The references (scheme, value, scope) of each dossier."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    rows = connection.execute(
        select(ALIASES.c.dossier, ALIASES.c.scheme, ALIASES.c.value, ALIASES.c.scope)
        .where(ALIASES.c.dossier.in_(list(dossiers)))
        .order_by(ALIASES.c.scheme, ALIASES.c.value)
    )
    for dossier, scheme, value, scope in rows:
        found.setdefault(dossier, []).append((scheme, value, scope))
    return found
