"""Every configuration that was in force, by its digest; the one that is, with its number.

The number counts what was put in force. Whoever works under an older one may write nothing.
"""

import zlib
from typing import NamedTuple

from sqlalchemy import Connection, select, update

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


def must_be_newest(connection: Connection, number: int) -> None:
    """SupersededFault: a configuration with a higher number than this is in force."""
    newest = in_force(connection).number
    if newest > number:
        raise superseded(number, newest)


def superseded(number: int, newest: int) -> SupersededFault:
    """The fault of a process that works under `number` while `newest` is in force."""
    return SupersededFault(
        f"configuration {newest} is in force, and this process was started with {number}; give it "
        f"the files of {newest}, and start it again"
    )
