"""Problems, events, statuses and deliveries as text for people.

What is written here are lines; who prints them decides where. Values of messages appear as they
are, less what could move a terminal's cursor.
"""

import base64
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from xml.dom import minidom
from xml.parsers.expat import ExpatError

import click
import orjson

from broker.adapter import Draft
from broker.model.paths import leaves

_PLACE = ("line", "column", "segment", "element", "byte", "sheet", "cell", "json_pointer", "xpath")
JSON = "application/json"
_SEVERITY = {"error": "red", "warning": "yellow"}
_VERDICT = {"accepted": "green", "rejected": "red"}
_CELL = re.compile("([A-Z]*)([0-9]*)")


def message_line(number: int, reference: str, verdict: str) -> str:
    """A message with its verdict, coloured on a terminal; number 0 is the file as a whole."""
    named = f", {clean(reference)}" if reference else ""
    word = click.style(verdict, fg=_VERDICT.get(verdict))
    return f"message {number}{named if number else ', the whole file'}: {word}"


def problems_lines(problems: Iterable[Mapping[str, Any]], indent: str) -> Iterator[str]:
    """Problems as `as_json` shows them: by message, errors before warnings, then by place."""
    for one in sorted(problems, key=_rank):
        yield from (f"{indent}{line}" for line in problem_lines(one))


def _rank(problem: Mapping[str, Any]) -> tuple[Any, ...]:
    where = problem.get("where", {})
    return where.get("message", 0), problem.get("severity") != "error", _place_rank(where)


def _place_rank(where: Mapping[str, Any]) -> tuple[Any, ...]:
    """What orders places of one syntax; a member of JSON counts by the elements it is in."""
    segment = where.get("segment", "").rpartition(" ")[2]
    letters, row = _CELL.findall(where.get("cell", ""))[0]
    inside = where.get("json_pointer", "").split("/")
    return (
        int(segment) if segment.isdecimal() else 0,
        *(where.get(name, 0) for name in ("byte", "line", "column")),
        *(int(row or 0), len(letters), letters),
        tuple(int(step) for step in inside if step.isdecimal()),
    )


def clean(text: str) -> str:
    """The text without control characters: what a sender wrote must not steer a terminal."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\N{REPLACEMENT CHARACTER}"
                   for one in text)  # fmt: skip


def wrapped(text: str, indent: str, width: int = 100) -> Iterator[str]:
    """A long line broken at this width, its continuation indented."""
    yield from textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=f"{indent}    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def problem_lines(shown: Mapping[str, Any]) -> Iterator[str]:
    """A problem as `as_json` shows it: code and text, place, found and expected, what to do."""
    severity = click.style(shown["severity"], fg=_SEVERITY.get(shown["severity"]))
    yield f"{severity} {shown['code']}: {clean(shown['text'])}"
    where = place_words(shown.get("where", {}))
    if where:
        yield f"    at {where}"
    path = shown.get("path")
    if path:
        pointer = shown.get("pointer")
        yield f"    path {clean(path)}{f' (WCO pointer {pointer})' if pointer else ''}"
    for name in ("found", "expected", "hint"):
        if shown.get(name):
            yield from wrapped(f"{name}: {clean(shown[name])}", "    ", 92)


def place_words(where: Mapping[str, Any]) -> str:
    """A place in the sender's own coordinates; the pointer "" is the whole of a JSON document."""
    known = ((name, where[name]) for name in _PLACE if name in where)
    return ", ".join(f"{name} {'(the whole)' if at == '' else at}" for name, at in known)


def event_line(one: Draft) -> str:
    """An event in a line: what it does, by which references, how much it says."""
    references = (
        ", ".join(f"{it.scheme} {it.value}" for it in one.references if it.value) or "no reference"
    )
    part = f" part {one.part!r}" if one.part else ""
    counts = [f"{sum(1 for _ in leaves(one.body))} values", *_lists(one.body)]
    if one.unmapped:
        counts.append(f"{len(one.unmapped)} without a place in the model")
    about = f" of {one.kind}" if one.kind else ""
    return f"{one.does}{about}{part} ({clean(references)}): {one.package}, {', '.join(counts)}"


def _lists(tree: Mapping[str, Any]) -> Iterator[str]:
    """The longest lists near the top: goods items, persons, consignments."""
    for name, value in tree.items():
        below = value.items() if isinstance(value, dict) else [(name, value)]
        for inner, many in below:
            if isinstance(many, list | tuple) and many:
                yield f"{len(many)} {inner}"


def status_lines(said: Mapping[str, Any]) -> Iterator[str]:
    """What became of a submission, message by message."""
    for message in said["messages"]:
        yield f"  {message_line(message['number'], message['reference'], message['verdict'])}"
        yield from problems_lines(message["problems"], "    ")
        for outcome in message.get("outcomes", ()):
            yield f"    {outcome['does']}: {outcome['outcome']}"
            yield from problems_lines(outcome["problems"], "      ")
        if message.get("references"):
            known = ", ".join(f"{one['scheme']} {one['value']}" for one in message["references"])
            yield f"    known by: {clean(known)}"
        for one in message.get("joined", ()):
            name = clean(one["name"] or "another party")
            yield f"    joined by: {name}, {one['part'] or 'whole'}"
        yield from waiting_lines(message)
    yield f"  overall: {said['overall']}"


def waiting_lines(message: Mapping[str, Any]) -> Iterator[str]:
    """What of a message waits for a reference to mean something: which, and until when."""
    for one in message.get("waits_for", ()):
        named = ", ".join(f"{scheme} {value}" for scheme, value in one["references"])
        what = clean(named) or "its delivery"
        yield f"    waiting for {what} to mean something, until {one['until']}: not passed on yet"


class Held(NamedTuple):
    """What a delivery holds: bytes, their media type, and a name where it holds several."""

    content: bytes
    content_type: str
    name: str = ""


def held_by(event: Mapping[str, Any]) -> list[Held]:
    """The contents of a delivery: a native reply, its artifacts, or its data as JSON."""
    if "data_base64" in event:
        content = base64.b64decode(event["data_base64"])
        return [Held(content, str(event.get("datacontenttype", "")))]
    data = event.get("data")
    if isinstance(data, dict) and set(data) == {"artifacts"}:
        return [_artifact(one) for one in data["artifacts"]]
    return [Held(orjson.dumps(data), JSON)]


def _artifact(one: Mapping[str, Any]) -> Held:
    encoded = one.get("content_base64")
    content = orjson.dumps(one.get("content")) if encoded is None else base64.b64decode(encoded)
    return Held(content, str(one.get("content_type", "")), str(one.get("name", "")))


def content_of(event: Mapping[str, Any]) -> str:
    """What a delivery holds, indented; a native reply in its own syntax, a workbook as its size."""
    shown = []
    for held in held_by(event):
        text = _text(held)
        shown.append(f"[{clean(held.name)}]\n{text}" if held.name else text)
    return "\n".join(shown)


def _text(held: Held) -> str:
    if held.content_type == JSON:
        return orjson.dumps(orjson.loads(held.content), option=orjson.OPT_INDENT_2).decode()
    if b"\0" in held.content:
        return f"{held.content_type}, {len(held.content):,} bytes; --raw FOLDER keeps it"
    return clean(pretty(held.content, held.content_type))


def pretty(held: bytes, content_type: str) -> str:
    """Native bytes as text; XML indented, EDIFACT with a segment a line."""
    if content_type.endswith("xml"):
        try:
            parsed = minidom.parseString(held)  # noqa: S318  the broker wrote it
            return parsed.toprettyxml(indent="  ")
        except ExpatError:
            pass
    text = held.decode(errors="replace").strip()
    if content_type.endswith("edifact") and text and "\n" not in text:
        return text.replace(text[-1], f"{text[-1]}\n").strip()
    return text


def delivery_line(event: Mapping[str, Any]) -> str:
    """A delivery in a line."""
    said = [f"{event['swbseq']:>4}  {event['time']}  {event['type']}", event["id"]]
    if event.get("subject"):
        said.append(f"dossier {event['subject']}")
    if event.get("swbstatus"):
        said.append(f"status {event['swbstatus']}")
    if event.get("swbsubmission"):
        said.append(f"to {event['swbsubmission']}")
    data = event.get("data")
    if isinstance(data, dict) and data.get("purpose"):
        said.append(f"for {data['purpose']}")
    return "  ".join(said)
