"""What people did, and why: one row each, never changed."""

from typing import Any

from sqlalchemy import Connection, func, insert, select

from broker.state.tables import ACTIONS


def put(connection: Connection, at: str, who: str, what: str, *, target: str, why: str) -> None:
    """Record what a person did."""
    connection.execute(insert(ACTIONS).values(at=at, who=who, what=what, target=target, why=why))


def after(connection: Connection, target: str, at: str, *what: str) -> int:
    """How many of these actions there were on this target after this moment."""
    query = select(func.count()).where(
        ACTIONS.c.target == target, ACTIONS.c.at > at, ACTIONS.c.what.in_(what)
    )
    return connection.execute(query).scalar_one()


def about(connection: Connection, target: str) -> list[dict[str, Any]]:
    """Everything that was done to a target, oldest first."""
    query = select(ACTIONS.c.at, ACTIONS.c.who, ACTIONS.c.what, ACTIONS.c.why)
    rows = connection.execute(query.where(ACTIONS.c.target == target).order_by(ACTIONS.c.number))
    return [{"at": at, "who": who, "what": what, "why": why} for at, who, what, why in rows]
