"""Access keys: only their SHA-256 is stored."""

from sqlalchemy import Connection, insert, select, update

from broker.state.tables import ACTIONS, KEYS


def put(connection: Connection, sha256: str, name: str, at: str) -> None:
    """Store the digest of a key that was issued to a name of the configuration."""
    connection.execute(insert(KEYS).values(sha256=sha256, name=name, issued_at=at))


def live(connection: Connection) -> dict[str, str]:
    """The names of all keys in force, by digest."""
    rows = connection.execute(select(KEYS.c.sha256, KEYS.c.name).where(KEYS.c.revoked_at.is_(None)))
    return {sha256: name for sha256, name in rows}  # noqa: C416  rows are not pairs of a dict


def revoke(connection: Connection, name: str, at: str) -> int:
    """Revoke every key of a name; how many there were."""
    done = connection.execute(
        update(KEYS).where(KEYS.c.name == name, KEYS.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    return done.rowcount


def act(connection: Connection, at: str, who: str, what: str, *, target: str, why: str) -> None:
    """Record what a person did."""
    connection.execute(insert(ACTIONS).values(at=at, who=who, what=what, target=target, why=why))
