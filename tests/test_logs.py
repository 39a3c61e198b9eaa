"""Structured logs: one JSON object a line, and only what is on the list."""

import io
import json
import sys

import pytest
import structlog

from broker import logs
from broker.logs import FIELDS, allow_listed, logger


@pytest.fixture
def lines(monkeypatch):
    """What is logged from INFO on to standard error, as objects."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up("INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()


def test_a_line_is_an_object_with_what_is_on_the_list(lines):
    """The event, its level, moment and room, and listed fields."""
    logger("intake").warning("intake.owed", code="log.unavailable", count=3)
    (line,) = lines()
    assert set(line) == {"event", "level", "timestamp", "room", "code", "count"}
    assert (line["event"], line["level"], line["room"]) == ("intake.owed", "warning", "intake")


@pytest.mark.parametrize(
    "name", ["payload", "value", "body", "key", "name", "found", "text", "references", "exc_info"]
)
def test_what_is_not_on_the_list_is_dropped(name, lines):
    """Whatever a caller adds: a payload, a value, a name, a key never get into a line."""
    assert name not in FIELDS
    logger("core").info("core.stepped", **{name: "Jane Invented"})
    (line,) = lines()
    assert set(line) == {"event", "level", "timestamp", "room"}


def test_lines_below_the_level_are_not_written(lines):
    """Debugging is off unless it is asked for."""
    logger("core").debug("core.loaded", count=1)
    logger("core").info("core.stepped", count=1)
    assert [line["event"] for line in lines()] == ["core.stepped"]


def test_a_line_cannot_be_broken_or_forged(lines):
    """Line breaks and control characters inside a field are escaped."""
    logger("core").info("core.stepped", id='s_1"}\n{"event":"forged"\x1b[31m')
    (line,) = lines()
    assert line["id"] == 's_1"}\n{"event":"forged"\x1b[31m'


def test_the_list_is_applied_to_any_event():
    """The processor keeps listed fields as they are and nothing else."""
    event = {"event": "e", "count": 1, "secret": "s"}
    assert allow_listed(None, "info", event) == {"event": "e", "count": 1}
