"""Representations such as an..35, a2 or n..16,3, and moments: whether a value is of one.

Rules
    Nothing in a postal item is negative: a canonical number (`numbers`) has no sign.
    A moment is ISO 8601 with the precision, to a microsecond, and the zone that were written, and
    one that the calendar has.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import NamedTuple

from adapters.mapping import representation
from broker.model.leaf import MOMENT

_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?")
_MOMENT = re.compile(MOMENT)
_FINER = re.compile(r"(\.[0-9]{6})[0-9]{1,6}(?=[Z+-]|$)")
MOMENT_PICTURE = (
    "YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss and Z, +hh:mm or -hh:mm, such as 2026-11-02T15:20:00Z"
)
NUMBER_HINT = (
    "digits, and a point before decimals; no comma, minus sign, unit, exponent or grouping"
)
UNLIMITED = 1 << 30
_TO_MICROSECOND = len("YYYY-MM-DDThh:mm:ss.ffffff")


class Format(NamedTuple):
    """At most so many characters, and of this shape."""

    limit: int
    fits: Callable[[str], object]


@cache
def text_of(shown: str) -> Format:
    """The format of a text or a code."""
    said = representation(shown)
    if said is None:
        return Format(UNLIMITED, bool)
    if said.letters == "an":
        return Format(said.most, bool)
    span = f"{{1,{said.most}}}" if said.upto else f"{{{said.most}}}"
    kind = "[A-Z]" if said.letters == "a" else "[0-9]"
    return Format(UNLIMITED, re.compile(kind + span).fullmatch)


@cache
def number_of(shown: str) -> Format:
    """The format of a decimal: n..16,3 is at most 16 digits, 3 of them behind the point."""
    said = representation(shown)
    most, places = (said.most, said.decimals) if said else (18, 9)

    def fits(value: str) -> bool:
        number = _DECIMAL.fullmatch(value)
        if number is None:
            return False
        whole, fraction = number[1].lstrip("0"), (number[2] or "").rstrip("0")
        return len(fraction) <= places and len(whole) + len(fraction) <= most

    return Format(UNLIMITED, fits)


def moment_hint(value: str) -> str:
    """What to do about a value that is no moment."""
    if _MOMENT.fullmatch(value) is not None:
        return "write a day that the calendar has, and a time that the clock has"
    return "year, month, day and time in this order, as ISO 8601 has them"


def to_microseconds(value: str) -> str:
    """The moment without what is finer than a microsecond: the model has no place for it."""
    return _FINER.sub(r"\1", value) if len(value) > _TO_MICROSECOND else value


def is_moment(value: str) -> bool:
    """Whether this is a moment that the calendar has."""
    if _MOMENT.fullmatch(value) is None or value.endswith("\n"):
        return False
    whole = f"{value}-01-01"[:10] if len(value) <= 7 else value
    try:
        datetime.fromisoformat(whole)
    except ValueError:
        return False
    return True
