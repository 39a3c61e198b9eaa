"""Representations such as an..35, a2 or n..16,3, and moments: whether a value is of one.

Rules
    Nothing in a postal item is negative: a sign is no part of a number.
    A moment is ISO 8601 with the precision and the zone that were said, and a real one.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import NamedTuple

from broker.model.leaf import MOMENT

_REPRESENTATION = re.compile(r"(an|a|n)(\.\.)?([0-9]+)(?:,([0-9]+))?")
_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?")
_MOMENT = re.compile(MOMENT)
UNLIMITED = 1 << 30


class Format(NamedTuple):
    """At most so many characters, and of this shape."""

    limit: int
    fits: Callable[[str], object]


@cache
def text_of(shown: str) -> Format:
    """The format of a text or a code."""
    said = _REPRESENTATION.fullmatch(shown)
    if said is None:
        return Format(UNLIMITED, bool)
    letters, upto, digits, _decimals = said.groups()
    if letters == "an":
        return Format(int(digits), bool)
    span = f"{{1,{digits}}}" if upto else f"{{{digits}}}"
    return Format(
        UNLIMITED, re.compile(f"[A-Z]{span}" if letters == "a" else f"[0-9]{span}").fullmatch
    )


@cache
def number_of(shown: str) -> Format:
    """The format of a decimal: n..16,3 is at most 16 digits, 3 of them behind the point."""
    said = _REPRESENTATION.fullmatch(shown)
    most, places = (int(said[3]), int(said[4] or 0)) if said else (18, 9)

    def fits(value: str) -> bool:
        number = _DECIMAL.fullmatch(value)
        if number is None:
            return False
        whole, fraction = number[1].lstrip("0"), (number[2] or "").rstrip("0")
        return len(fraction) <= places and len(whole) + len(fraction) <= most

    return Format(UNLIMITED, fits)


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
