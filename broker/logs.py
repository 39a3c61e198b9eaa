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
        "limit", "verdict", "result", "path",
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
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(name: str) -> Any:
    """A logger that says which room speaks."""
    return structlog.get_logger(room=name)
