"""What a model of rules or views refused, as findings in the words of the file."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from broker.config_file import Finding
from broker.routing.listing import Listed, ViewFile
from broker.routing.rules import Rule, Trial

_GATHERED = "conditions"
"""The field that holds the patterns of a `when`: no word of the file."""

_KNOWN = {
    "rules": ", ".join(Rule.model_fields),
    "tests": ", ".join(Trial.model_fields),
    "paths": ", ".join(Listed.model_fields),
    "when": "equals, in, prefix, range, present, any_of",
}


def from_validation(file: str, raw: Any, error: ValidationError) -> Iterator[Finding]:
    """What a model refused, in the words of the file."""
    errors = error.errors(include_url=False)
    for one in errors:
        loc = one["loc"]
        if one["type"] == "too_short" and any(
            len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors
        ):
            continue  # The list is short only because what is wrong inside it was taken out.
        steps = [step for step in one["loc"] if step != _GATHERED]
        yield Finding(file, _path(steps), _named(raw, steps) + _text(one["type"], one, steps))


def _path(steps: list[Any]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else (f".{step}" if path else str(step))
    return path or "the file"


def _named(raw: Any, steps: list[Any]) -> str:
    """The name of the row or test it stands in: easier to find than a number."""
    if len(steps) < 2 or not isinstance(raw, dict) or not isinstance(steps[1], int):
        return ""
    row = raw[steps[0]][steps[1]]
    name = row.get("name") if isinstance(row, dict) else None
    return f"{steps[0][:-1]} {name!r}: " if name else ""


def _text(fault: str, one: Any, steps: list[Any]) -> str:
    last = steps[-1] if steps else "the file"
    if fault == "missing":
        return f"{last!r} is missing; add it"
    if fault == "extra_forbidden":
        return f"unknown key {last!r}; known: {_known(steps)}"
    if fault == "string_type":
        return f"{one['input']!r} is not a text; write it in quotes"
    message = one["msg"].removeprefix("Value error, ")
    return f"{one['input']!r}: {message[:1].lower()}{message[1:]}"


def _known(steps: list[Any]) -> str:
    if "when" in steps:
        return _KNOWN["when"]
    if len(steps) > 1 and steps[0] in _KNOWN:
        return _KNOWN[steps[0]]
    return ", ".join([*ViewFile.model_fields, "rules", "tests"])
