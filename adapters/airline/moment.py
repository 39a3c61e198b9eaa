"""Days and times of PAXLST (element 2380) as ISO 8601, and the century of two-digit years.

Rules
    The format code (2379) decides; without one the number of digits does.
    Nobody's clock is asked: the year of a person's date is the latest with its two digits that
    lies no more years after the day of the flight than the profile says (a birth: none).
    Days and times of journeys are of this century: no passenger list is older.
"""

from calendar import isleap, monthrange
from datetime import MAXYEAR, date

PICTURES = {
    "101": "YYMMDD", "102": "CCYYMMDD",
    "201": "YYMMDDHHMM", "203": "CCYYMMDDHHMM", "204": "CCYYMMDDHHMMSS",
}  # fmt: skip
"""How a value looks, by its format code."""
_FORMATS = {code: len(picture) for code, picture in PICTURES.items()}
_BY_LENGTH = {length: code for code, length in _FORMATS.items()}
_SHORT = frozenset({"101", "201"})
_SHORT_DAY, _LONG_DAY = frozenset({"101", ""}), frozenset({"102", ""})
_CENTURY = "20"
_USUAL = {True: ("201", "203"), False: ("101", "102")}
LATEST = date(2099, 12, 31)
"""Where a message names no day of its flight."""


def to_iso(value: str, code: str) -> str | None:
    """A moment of a journey, without a zone; None for what is none."""
    known = code if code in _FORMATS else _BY_LENGTH.get(len(value), "") if not code else ""
    digits = value if known and len(value) == _FORMATS[known] and value.isdecimal() else ""
    if not digits or not digits.isascii():
        return None
    if known in _SHORT:
        digits = _CENTURY + digits
    day = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    if day is None or len(digits) == 8:
        return day.isoformat() if day else None
    return _timed(day, digits[8:])


def pictured(start: str, code: str, *, timed: bool) -> str:
    """How a segment that begins so (`DTM+329`) is written under this format code."""
    possible = PICTURES if timed else _USUAL[False]
    if not code and not timed:
        return f"{start}:{PICTURES['101']}, or {start}:{PICTURES['102']}:102"
    codes = (code,) if code in possible else _USUAL[timed]
    return ", or ".join(f"{start}:{PICTURES[one]}:{one}" for one in codes)


def _timed(day: date, digits: str) -> str | None:
    hour, minute, second = digits[:2], digits[2:4], digits[4:6] or "00"
    if hour > "23" or minute > "59" or second > "59":
        return None
    shown = f"{day.isoformat()}T{hour}:{minute}"
    return f"{shown}:{second}" if len(digits) == 6 else shown


_ENDS = {
    f"{month:02d}{day:02d}": f"-{month:02d}-{day:02d}"
    for month in range(1, 13)
    for day in range(1, monthrange(2000, month)[1] + 1)
}
"""Every month and day that there is, in a leap year, as both formats write it."""
_TENS = {f"{number:02d}": number for number in range(100)}


def to_day(value: str, code: str, flight: date, years: int) -> str | None:
    """A day of a person's life or document; None for what is none."""
    end = _ENDS.get(value[-4:])
    if end is None:
        return None
    if len(value) == 6 and code in _SHORT_DAY:
        tens = _TENS.get(value[:2])
        if tens is None:
            return None
        last = flight.year + years
        year = last - (last - tens) % 100
        if year == last and (int(value[2:4]), int(value[4:])) > (flight.month, flight.day):
            year -= 100
    elif len(value) == 8 and code in _LONG_DAY and value[:2] in _TENS and value[2:4] in _TENS:
        year = int(value[:4])
    else:
        return None
    if end == "-02-29" and not isleap(year):
        return None
    return f"{year:04d}{end}" if 0 < year <= MAXYEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def to_edifact(iso: str) -> str:
    """A day as YYMMDD, a time as YYMMDDHHMM; the zone, if any, is left out."""
    digits = "".join(one for one in iso[:16] if one.isdigit())
    return digits[2:]
