"""Every configuration that was in force, by its digest; the one that is, with its number.

The number counts what was put in force. Whoever works under an older one may write nothing: each
transaction that writes on behalf of a configuration proves its number in itself, and holds the row
until it ends (`must_be_newest`). What succeeds holds it alone (`hold`), so that the transactions
before it have ended and those after it see the new number. Both are the first that a transaction
does, so that nobody waits for the row while somebody waits for it. On SQLite the one writer is all
the lock there is.
"""

import zlib
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, func, select, text, update

from broker.errors import MovedFault, SupersededFault
from broker.state.dialect import insert_or
from broker.state.tables import CONFIGURATIONS, IN_FORCE

ROW = "configuration"


class InForce(NamedTuple):
    """The configuration in force; number 0: none was ever put in force."""

    number: int = 0
    digest: str = ""


def put(connection: Connection, digest: str, content: bytes, at: str) -> None:
    """Keep a configuration (zlib of JSON); one that is known stays as it is."""
    connection.execute(
        insert_or(connection, CONFIGURATIONS)
        .values(digest=digest, content=content, at=at)
        .on_conflict_do_nothing()
    )


def content_of(connection: Connection, digest: str) -> bytes | None:
    """The JSON of a configuration: its folders, their files, what stood in them."""
    found = connection.execute(
        select(CONFIGURATIONS.c.content).where(CONFIGURATIONS.c.digest == digest)
    ).scalar_one_or_none()
    return None if found is None else zlib.decompress(found)


def in_force(connection: Connection) -> InForce:
    """The number and the digest of the configuration in force."""
    row = connection.execute(select(IN_FORCE.c.number, IN_FORCE.c.digest)).one_or_none()
    return InForce() if row is None else InForce(row.number, row.digest)


def succeed(connection: Connection, before: InForce, digest: str, at: str) -> InForce:
    """Put a configuration that is kept in force, by compare-and-set; the row it became.

    MovedFault: `before` is not in force (any more); another process was faster.
    """
    connection.execute(
        insert_or(connection, IN_FORCE)
        .values(name=ROW, **InForce()._asdict(), at="")
        .on_conflict_do_nothing()
    )
    after = InForce(before.number + 1, digest)
    done = connection.execute(
        update(IN_FORCE)
        .where(IN_FORCE.c.number == before.number, IN_FORCE.c.digest == before.digest)
        .values(**after._asdict(), at=at)
    )
    if done.rowcount != 1:
        raise MovedFault(f"configuration {before.number} is not in force any more; try again")
    return after


def hold(connection: Connection) -> None:
    """Keep every other transaction from proving its number, and from succeeding, until this ends.

    On PostgreSQL the table is locked: who waits for a table is served in turn, whereas those who
    share a row are let in before whoever waits to change it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE in_force IN EXCLUSIVE MODE"))


def held_number() -> ScalarSelect[int]:
    """The number in force, for a statement that writes: it stays so until the transaction ends.

    In the statement that changes a row of another table, that row is locked after this one.
    """
    return select(IN_FORCE.c.number).with_for_update(read=True).scalar_subquery()


def must_be_newest(connection: Connection, number: int) -> None:
    """Prove a number, before anything else that the transaction does.

    SupersededFault: a configuration with a higher number is in force. Else none is put in force
    until this transaction ends.
    """
    newest = connection.execute(select(func.coalesce(held_number(), 0))).scalar_one()
    if newest > number:
        raise superseded(number, newest)


def must_seem_newest(connection: Connection, number: int) -> None:
    """For a read, which holds nothing. SupersededFault: a higher number than this is in force."""
    newest = in_force(connection).number
    if newest > number:
        raise superseded(number, newest)


def superseded(number: int, newest: int) -> SupersededFault:
    """The fault of a process that works under `number` while `newest` is in force."""
    return SupersededFault(
        f"configuration {newest} is in force, and this process was started with {number}; give it "
        f"the files of {newest}, and start it again"
    )
