"""Moments of UN/EDIFACT 2379 as ISO 8601, with exactly the precision and zone of the original.

A moment is reversible: the ISO text tells format code and text again.

    formatCode   text                ISO 8601
    102          20261122            2026-11-22
    203          202611220930        2026-11-22T09:30
    204          20261122093000      2026-11-22T09:30:00
    304          20261122093000+01   2026-11-22T09:30:00+01

(203 and 204 have no zone; none is assumed.)
"""

import re
from datetime import datetime

_DATE = r"([0-9]{4})([0-9]{2})([0-9]{2})"
_SHAPES = {
    "102": re.compile(_DATE),
    "203": re.compile(_DATE + r"([0-9]{2})([0-9]{2})"),
    "204": re.compile(_DATE + r"([0-9]{2})([0-9]{2})([0-9]{2})"),
    "304": re.compile(
        _DATE + r"([0-9]{2})([0-9]{2})([0-9]{2})(Z|[+-](?:0[0-9]|1[0-4])(?:[0-5][0-9])?)"
    ),
}
PICTURES = {
    "102": "YYYYMMDD",
    "203": "YYYYMMDDhhmm",
    "204": "YYYYMMDDhhmmss",
    "304": "YYYYMMDDhhmmss and Z, +hh or -hh",
}
FORMATS = "formatCode " + ", ".join(f"{code} ({shown})" for code, shown in PICTURES.items())


def hint_of(format_code: str | None, text: str) -> str:
    """What to do about a moment that is not of its format."""
    shape = _SHAPES.get(format_code or "")
    if shape is None:
        return "state in formatCode which of these the text is"
    if shape.fullmatch(text) is None:
        return f"formatCode {format_code} is {PICTURES[format_code or '']}, and nothing else"
    return "write a day that the calendar has, and a time that the clock has"


def to_iso(format_code: str, text: str) -> str | None:
    """The moment in ISO 8601; None where the text is not of that format or no real date."""
    shape = _SHAPES.get(format_code)
    found = shape.fullmatch(text) if shape else None
    if found is None:
        return None
    year, month, day, *time = found.groups()
    zone = time.pop() if format_code == "304" else ""
    try:
        datetime.fromisoformat(f"{year}-{month}-{day}T{':'.join(time) or '00:00'}")
    except ValueError:
        return None
    clock = "T" + ":".join(time) if time else ""
    if len(zone) == 5:
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{year}-{month}-{day}{clock}{zone}"


def from_iso(moment: str) -> tuple[str, str] | None:
    """Format code and text of a moment; None where no format code has its precision."""
    date, _, clock = moment.partition("T")
    text = date.replace("-", "")
    for at, sign in enumerate(clock):
        if sign in "Z+-":
            zone, clock = clock[at:].replace(":", ""), clock[:at]
            break
    else:
        zone = ""
    text += clock.replace(":", "")
    for code, shape in _SHAPES.items():
        if shape.fullmatch(text + zone):
            return code, text + zone
    return None
