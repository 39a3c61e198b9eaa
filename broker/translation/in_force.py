"""Which version remains in force when a message is rejected: its sender is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from broker.adapter import Kind
from broker.dossiers.owning import base_of
from broker.model.broker_names import read_name
from broker.model.problem import Problem
from broker.state import aliases, dossiers
from broker.translation.resolve import Kinds
from broker.translation.step import Translated


def in_force(
    connection: Connection, rejected: Sequence[Translated], kinds: Kinds
) -> dict[tuple[str, int], Problem]:
    """For each rejected message (submission, number): what its party lodged before, if anything."""
    keys = {
        (one.submission.id, one.number): found
        for one in rejected
        if one.about and (found := _keys(one, kinds.get(one.about[0])))
    }
    wanted = {key for found in keys.values() for key in found}
    if not wanted:
        return {}
    meanings = aliases.meanings(connection, wanted)
    live = dossiers.in_force(connection, {one.alias.dossier for one in meanings.values()})
    mine = {(dossier, base_of(part), one.party): one for (dossier, part), one in live.items()}
    problems: dict[tuple[str, int], Problem] = {}
    for one in rejected:
        for key in keys.get((one.submission.id, one.number), ()):
            dossier = meanings[key].alias.dossier if key in meanings else ""
            known = mine.get((dossier, one.about[1], one.submission.party))
            if known is not None:
                problems[one.submission.id, one.number] = _problem(one, known)
    return problems


def _keys(one: Translated, kind: Kind | None) -> list[tuple[str, str, str]]:
    schemes = {scheme.name: scheme for scheme in kind.schemes} if kind else {}
    own = kind.names if kind else ""
    return [
        (
            scheme,
            one.submission.party if schemes[scheme].scope == "party" else "",
            read_name(value) if scheme == own else value,
        )
        for scheme, value in one.references
        if scheme in schemes
    ]


def _problem(one: Translated, known: dossiers.InForce) -> Problem:
    return Problem(
        code="message.previous-in-force",
        text=f"version {known.version}, which you lodged at {known.received_at}, remains in force",
        severity="warning",
        message=one.number or None,
        part=one.about[1],
        found=f"submission {known.submission}, message {known.message}",
        expected="a message without errors, to replace it",
        hint="correct the errors and send the whole message again",
    )
