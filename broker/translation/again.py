"""Submissions that the database does not know: it was set back, and the log was not.

Rules
    A record that holds the bytes holds all that intake had written, so its submission is taken
    again, under its id, in the transaction of its first verdict. Its number is at least the one
    that it had: what is accepted from then on comes after it.
    An idempotency key that was used again meanwhile stays with the later submission.
    A record that only refers to its bytes cannot be worked: it is parked, `UNKNOWN`.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from broker.errors import MovedFault
from broker.logs import logger
from broker.model.records import Entry
from broker.state import submissions

UNKNOWN = (
    "submission.unknown: the database does not know this submission, and its record does not hold "
    "the bytes; bring the database to a later copy and resume it, or discard it: then its sender "
    "must lodge it again"
)

log = logger("translation")


def take_again(connection: Connection, entries: Iterable[Entry]) -> None:
    """Write the submissions of these records that are unknown. MovedFault: the bytes are gone."""
    by_id = {entry.headers["ce_id"]: entry for entry in entries}
    for submission in sorted(by_id.keys() - submissions.known(connection, by_id)):
        entry = by_id[submission]
        if not entry.value:
            raise MovedFault(
                f"{submission} was there when it was loaded: the database was set back"
            )
        row = _row(connection, entry)
        submissions.put(connection, [row], [submissions.compress(entry.value)])
        log.warning("submission.again", id=submission, sender=row["sender"])


def _row(connection: Connection, entry: Entry) -> dict[str, Any]:
    """The submission's row, as far as the record says."""
    headers = entry.headers
    sender, key = headers["swb_sender"], headers.get("swb_key")
    used = key and submissions.by_idempotency(connection, [(sender, key)])
    return {
        "number": submissions.number_from(connection, int(headers["swb_number"])),
        "id": headers["ce_id"],
        "sender": sender,
        "party": headers["swb_party"],
        "family": headers["swb_family"],
        "format": headers.get("swb_format", ""),
        "profile": headers.get("swb_profile", ""),
        "sha256": hashlib.sha256(entry.value).hexdigest(),
        "bytes": len(entry.value),
        "content_type": headers.get("swb_type", "application/octet-stream"),
        "idempotency_key": None if used else key,
        "reference": headers.get("swb_reference"),
        "delivery": headers.get("swb_delivery"),
        "received_at": headers["ce_time"],
        "same_bytes_as": None,
    }
