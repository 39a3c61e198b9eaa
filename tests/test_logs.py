"""Structured logs: one JSON object a line, and only what is on the list."""

import ast
import io
import json
import logging
import sys
from pathlib import Path

import aiokafka
import pytest
import structlog

from broker import logs
from broker.logs import FIELDS, allow_listed, logger

LOUD = {("log", name) for name in ("warning", "error", "exception", "critical")}
"""How the Kafka client logs what we would pass on."""


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


@pytest.fixture
def client(lines):
    """The Kafka client's own logger, as the process has set it up."""
    return logging.getLogger("aiokafka.conn")


def test_what_the_kafka_client_says_again_and_again_is_one_line_without_its_values(client, lines):
    """A hundred retries are one line a minute; addresses, keys and values stay out of it."""
    for port in range(100):
        client.error("Unable connect to node with id %s: %s", port, "secret-host refused")
    client.warning("Heartbeat failed for group %s", "g")
    client.info("not worth a line")
    assert [(line["event"], line["room"], line["reason"]) for line in lines()] == [
        ("kafka.client", "kafka", "Unable connect to node with id %s: %s"),
        ("kafka.client", "kafka", "Heartbeat failed for group %s"),
    ]


def test_the_kafka_client_is_heard_again_after_a_minute(client, lines):
    """What still goes wrong is still said."""
    for moment in (1000.0, 1059.0, 1061.0, 1122.0):
        record = client.makeRecord(client.name, logging.ERROR, "f", 1, "down: %s", ("x",), None)
        record.created = moment
        client.handle(record)
    assert [line["reason"] for line in lines()] == ["down: %s"] * 3


def test_lines_of_the_web_server_are_our_own(lines):
    """What uvicorn and the loop warn of is JSON, with the kind of an exception, never its text."""
    server = logging.getLogger("uvicorn.error")
    server.warning("Invalid HTTP request received.")
    error = ValueError("Jane Invented")
    server.error("Exception in ASGI application\n", exc_info=(type(error), error, None))
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: Jane Invented")
    server.info("Started server process")
    assert [(line["event"], line["room"], line["reason"]) for line in lines()] == [
        ("http.server", "web", "Invalid HTTP request received."),
        ("http.server", "web", "Exception in ASGI application (ValueError)"),
        ("http.server", "web", "Task exception was never retrieved"),
    ]


def test_no_line_of_the_kafka_client_is_filled_in_before_it_is_logged():
    """Its texts are told apart, and kept free of values, by what its code has written."""
    folder = Path(aiokafka.__file__).parent
    calls = [
        (path.relative_to(folder), node)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in LOUD
    ]
    assert len(calls) > 20
    filled = [(name, call.lineno) for name, call in calls
              if not isinstance(call.args[0], ast.Constant)]  # fmt: skip
    assert filled == []
