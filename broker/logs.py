"""Structured logs, one JSON object a line; structlog is set up only here.

Rules
    Ids, codes, counts and durations are logged; payloads, values, names and keys never. Only the
    fields of `FIELDS` pass, whatever a caller adds. Control characters are escaped by JSON.
"""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
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
    _pass_on("aiokafka", level, logger("kafka"), _kafka_line)
    for name in ("uvicorn", "asyncio"):
        _pass_on(name, level, logger("web"), _server_line)
    for name in ("alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)


SAID_AGAIN_S = 60.0
"""A client that retries says the same line hundreds of times a minute; it is passed on once."""


def _pass_on(library: str, level: str, log: Any, line: Callable[[Any, str], None]) -> None:
    """Warnings of a library as our own lines: one a minute of a kind, without its values.

    The text is what the library's code has written, never what it was filled with: addresses,
    keys and values are not ours to log. Nor is what follows its first line.
    """
    said: dict[str, float] = {}

    def pass_on(record: logging.LogRecord) -> bool:
        text = (str(record.msg).splitlines() or [""])[0].strip()[:200]
        if record.exc_info and record.exc_info[0] is not None:
            text = f"{text} ({record.exc_info[0].__name__})"
        if record.created - said.get(text, 0.0) >= SAID_AGAIN_S:
            said[text] = record.created
            line(log, text)
        return False

    handler = logging.StreamHandler()
    handler.addFilter(pass_on)
    client = logging.getLogger(library)
    client.handlers = [handler]
    client.propagate = False
    client.setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _kafka_line(log: Any, text: str) -> None:
    log.warning("kafka.client", reason=text)


def _server_line(log: Any, text: str) -> None:
    log.warning("http.server", reason=text)


def logger(name: str) -> Any:
    """A logger that says which room speaks."""
    return structlog.get_logger(room=name)
