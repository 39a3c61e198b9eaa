"""Every configuration decisions were taken under, by its digest."""

import zlib

from sqlalchemy import Connection, select

from broker.state.dialect import insert_or
from broker.state.tables import CONFIGURATIONS


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
