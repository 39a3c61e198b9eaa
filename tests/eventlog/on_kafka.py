"""Topics of a test's own on a real node, and the settings that lead there."""

import secrets
from typing import Any

from broker.eventlog.contract import EventLog
from broker.model.records import Entry, Record
from broker.settings import Settings
from tests.limits import HANG_S
from tests.servers.topics import created

TOPIC = "t"


async def prepared(bootstrap: str, partitions: int = 1, **changes: Any) -> Settings:
    """A fresh topic under a prefix of its own; a client that gives up nothing by itself."""
    prefix = f"l{secrets.token_hex(4)}."
    await created(bootstrap, [f"{prefix}{TOPIC}"], partitions)
    patient = {"start_s": HANG_S, "kafka_append_s": HANG_S, "kafka_stuck_s": HANG_S * 2}
    return Settings(kafka_bootstrap=bootstrap, kafka_prefix=prefix, **{**patient, **changes})


def record(number: int, size: int = 0, key: str = "k") -> Record:
    """A record whose value says which one it is."""
    value = f"{number}".encode().ljust(size, b".")
    return Record(TOPIC, key, {"ce_id": f"r-{number}"}, value)


async def pages(log: EventLog, count: int, bytes_max: int = 1_000_000) -> list[Entry]:
    """The first entries of partition 0, as a hop reads them: page by page."""
    found: list[Entry] = []
    while len(found) < count:
        found += await log.read(TOPIC, 0, len(found), bytes_max=bytes_max, wait_s=5)
    return found


def numbers(entries: list[Entry]) -> list[int]:
    """Which records these are."""
    return [int(entry.headers["ce_id"].removeprefix("r-")) for entry in entries]
