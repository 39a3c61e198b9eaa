"""What stands on the topics: records to append and entries read back.

Headers are CloudEvents 1.0 attributes (prefix `ce_`), the broker's own (prefix `swb_`) and W3C
trace context. They hold all that a hop decides on and never a personal value. A stored payload
begins with one version byte.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

Headers = Mapping[str, str]

CONTINUED = "submission.continued"
"""Type of a record by which a submission goes on."""
RESUMED = "swb_resumed"
"""Header of a record that was parked: what came after it may have been worked before it."""
PAYLOAD_VERSION = b"\x01"
"""First byte of every stored payload: JSON without nulls follows."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry to be: everything but its position. `key` decides the partition."""

    topic: str
    key: str
    headers: Headers
    value: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A record at its position in a partition of the log."""

    topic: str
    partition: int
    position: int
    key: str
    headers: Headers
    value: bytes


def submission_id(headers: Headers) -> str:
    """Which submission a record of `submissions.<family>` holds, or continues."""
    return headers.get("swb_submission") or headers["ce_id"]


def digest(*names: object) -> str:
    """The id of a thing that has a name: 128 bits of SHA-256 over its parts, as hex.

    Each part is preceded by its length, so that no two lists of names run together.
    """
    hasher = hashlib.sha256()
    for name in names:
        text = str(name).encode()
        hasher.update(len(text).to_bytes(4, "big"))
        hasher.update(text)
    return hasher.hexdigest()[:32]


def sealed(json: bytes) -> bytes:
    """A payload as it is stored: version byte and JSON."""
    return PAYLOAD_VERSION + json


def opened(payload: bytes) -> bytes:
    """The JSON of a stored payload."""
    assert payload[:1] == PAYLOAD_VERSION, "unknown payload version"
    return payload[1:]
