"""Structured logs, one JSON object a line; structlog is set up only here.

Rules
    Ids, codes, counts and durations are logged; payloads, values, names and keys never. Only the
    fields of `FIELDS` pass, whatever a caller adds. Control characters are escaped by JSON.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "room", "station", "topic", "partition", "position",
        "id", "submission_id", "event_id", "message", "dossier", "delivery_id", "recipient",
        "sender", "family", "format", "code", "reason", "count", "bytes", "status", "method",
        "route", "seconds", "state", "outcome", "version", "digest", "port", "role", "directory",
        "limit", "verdict", "result", "path", "kind",
        "does", "purpose", "table",
    }
)  # fmt: skip
"""What may stand in a log line."""


def allow_listed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop every field that is not of the list."""
    return {key: value for key, value in event.items() if key in FIELDS}


def set_up(level: str) -> None:
    """Write JSON lines to standard error from this level on; library logs are kept to warnings."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow_listed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _quieten(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)


SAID_AGAIN_S = 60.0
"""A client that retries says the same line hundreds of times a minute; it is passed on once."""


def _quieten(level: str) -> None:
    """Warnings of the Kafka client as our own lines: one a minute of a kind, without its values.

    The text is what the client's code has written, never what it was filled with: addresses,
    keys and values are not ours to log.
    """
    said: dict[str, float] = {}
    log = logger("kafka")

    def pass_on(record: logging.LogRecord) -> bool:
        if record.created - said.get(str(record.msg), 0.0) >= SAID_AGAIN_S:
            said[str(record.msg)] = record.created
            log.warning("kafka.client", reason=str(record.msg)[:200])
        return False

    handler = logging.StreamHandler()
    handler.addFilter(pass_on)
    client = logging.getLogger("aiokafka")
    client.handlers = [handler]
    client.propagate = False
    client.setLevel(max(logging.WARNING, logging.getLevelName(level)))


def logger(name: str) -> Any:
    """A logger that says which room speaks."""
    return structlog.get_logger(room=name)
