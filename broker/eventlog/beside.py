"""Reading a topic of the embedded log beside the broker that runs on it: for people who look.

It locks nothing and writes nothing; what is committed is seen. Stations never read this way.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson

from broker.errors import ConfigFault
from broker.eventlog.embedded import SHIFT
from broker.model.records import Entry


def topic_beside(directory: Path, topic: str, partitions: int) -> Iterator[Entry]:
    """Every entry of a topic, partition by partition. ConfigFault: there is no such folder."""
    path = directory / "broker.sqlite"
    if not path.is_file():
        raise ConfigFault(f"{str(directory)!r} holds no broker's data; name it with --data")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as raw:
        found = raw.execute("SELECT first FROM topics WHERE name = ?", (topic,)).fetchone()
        first = found[0] if found else 0
        rows = raw.execute(
            "SELECT id, key, headers, value FROM log WHERE id >= ? AND id < ? ORDER BY id",
            (first << SHIFT, (first + partitions) << SHIFT) if found else (0, 0),
        )
        for row_id, key, headers, value in rows:
            at = row_id & ((1 << SHIFT) - 1)
            number = (row_id >> SHIFT) - first
            yield Entry(topic, number, at, key, orjson.loads(headers), value)
