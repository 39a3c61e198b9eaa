"""Access keys: only their SHA-256 is stored."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from broker.state.tables import KEYS


def put(connection: Connection, sha256: str, name: str, at: str) -> None:
    """Store the digest of a key that was issued to a name of the configuration."""
    connection.execute(insert(KEYS).values(sha256=sha256, name=name, issued_at=at))


def live(connection: Connection) -> dict[str, str]:
    """The names of all keys in force, by digest."""
    rows = connection.execute(select(KEYS.c.sha256, KEYS.c.name).where(KEYS.c.revoked_at.is_(None)))
    return {sha256: name for sha256, name in rows}  # noqa: C416  rows are not pairs of a dict


def holders(connection: Connection) -> frozenset[str]:
    """Who has a key in force. The keys are held until the transaction ends.

    Two who revoke at once see each other's work: the second waits, and then sees fewer keys.
    """
    rows = connection.execute(
        select(KEYS.c.name, KEYS.c.sha256)
        .where(KEYS.c.revoked_at.is_(None))
        .order_by(KEYS.c.sha256)
        .with_for_update()
    )
    return frozenset(row.name for row in rows)


def revoke(connection: Connection, name: str, at: str) -> int:
    """Revoke every key of a name; how many there were."""
    done = connection.execute(
        update(KEYS).where(KEYS.c.name == name, KEYS.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    return done.rowcount


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every key that was ever issued, oldest first; of its digest the beginning, to name it."""
    query = select(KEYS).order_by(KEYS.c.issued_at, KEYS.c.name)
    return [
        {
            "name": row.name,
            "sha256": row.sha256[:12],
            "issued_at": row.issued_at,
            "revoked_at": row.revoked_at,
        }
        for row in connection.execute(query)
    ]
