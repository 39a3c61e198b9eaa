"""What a cell says as a canonical leaf, or what is wrong with how it says it.

Rules
    White space around and within is no part of a value, nor are signs that cannot be seen: people
    paste line feeds, tabs and marks of direction. A letter and its accent are one sign. So the same
    person is written the same way in every list; capitals of names and documents stay as written.
    A number that stands for a name (a voyage, a document) is taken as the cell shows it, with the
    zeros in front; where the cell shows it in any other way than it is stored, the stored number is
    taken, and the sender is warned. A quantity is taken as it is stored.
    A drop-down may show code and text together ("P - Passport", "1 / Yes"): the code is before
    the dash or slash.
    A date is a spreadsheet's date, or text in one of the orders of the profile and no other: of
    03/04/2026 only the profile knows which is the month.
What does not belong
    What is obligatory, how long, which codes.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from adapters.maritime.layout import Field, Layout, heading, visible
from adapters.wire.xlsx import Value
from adapters.wire.xlsx_display import display

_COMPOSITE = re.compile(r"\s+[\u2013\u2014/-]\s+")
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}|\?{5}")
_NUMBER = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,3})?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(?:\s*([AaPp])[Mm])?")
_WHOLE_MAX = 1e15
_IDENTIFIERS = frozenset({"text", "imo-number"})
_PARTS = {"dd": r"(?P<day>[0-9]{2})", "mm": r"(?P<month>[0-9]{2})", "yyyy": r"(?P<year>[0-9]{4})"}


class Trouble(NamedTuple):
    """Why a cell cannot be taken: code, what was expected, what to do."""

    code: str
    expected: str
    hint: str


def plain(raw: Value) -> str:
    """What the cell says as one line of text; "" where it says nothing."""
    if isinstance(raw, str):
        return " ".join(visible(raw).split())
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _WHOLE_MAX:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.isoformat(sep=" ")
    return raw.isoformat() if isinstance(raw, date | time) else str(raw)


def as_shown(raw: Value, code: str, how: str) -> tuple[Value, str | None]:
    """What a cell without text stands for, and what it shows instead; `code`: its number format.

    An identifier is taken as shown where that is all of its digits. The second is None where the
    cell leaves no doubt, and "" where what it shows is not known.
    """
    if how not in _IDENTIFIERS and how != "number":
        return raw, None
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        dated = how == "text" and isinstance(raw, date | time | timedelta)
        return raw, "a date or time" if dated else None
    shown = display(raw, code)
    if shown is None:
        return raw, ""
    if how == "number":
        return raw, None if shown.equal else shown.text
    if shown.whole:
        return shown.text, None
    return raw, None if shown.text == plain(raw) else shown.text


def convert(field: Field, raw: Value, layout: Layout) -> str | Trouble:
    """The canonical leaf of a cell that says something."""
    return _HOW[field.how](field, raw, layout)


def _text(_field: Field, raw: Value, _layout: Layout) -> str:
    return plain(raw)


def _country(_field: Field, raw: Value, _layout: Layout) -> str:
    return _code(raw).upper()


def _code(raw: Value) -> str:
    """The code of a cell that may show its text too."""
    text = plain(raw)
    return _COMPOSITE.split(text, maxsplit=1)[0] if " " in text else text


def _locode(_field: Field, raw: Value, _layout: Layout) -> str | Trouble:
    code = _code(raw).replace(" ", "").upper()
    if _LOCODE.fullmatch(code):
        return code
    hint = "give the UN/LOCODE, such as NLRTM; country and three X (NOXXX) where the place has none"
    return Trouble("locode.malformed", "a UN/LOCODE: 2 letters and 3 letters or digits", hint)


def _imo_number(_field: Field, raw: Value, _layout: Layout) -> str | Trouble:
    text = plain(raw).upper().removeprefix("IMO").replace(" ", "")
    if len(text) == 7 and text.isascii() and text.isdigit():
        return text
    hint = "give the 7 digits of the ship's certificate, with or without IMO before them"
    return Trouble("imo.number-malformed", "7 digits", hint)


def has_check_digit(number: str) -> bool:
    """Whether the last digit of an IMO number is the one that the first six give."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=False))
    return str(total)[-1] == number[-1]


def _number(_field: Field, raw: Value, _layout: Layout) -> str | Trouble:
    text = plain(raw)
    if _NUMBER.fullmatch(text):
        return text
    return Trouble("number.malformed", "a number", "write digits only, without separators")


def _choice(field: Field, raw: Value, layout: Layout) -> str | Trouble:
    known = layout.choices[field.argument]
    for text in (plain(raw), _code(raw)):
        code = known.get(heading(text))
        if code is not None:
            return code
    shown = layout.shown[field.argument]
    return Trouble("code.unknown", shown, "choose one of these")


def _date(_field: Field, raw: Value, layout: Layout) -> str | Trouble:
    if isinstance(raw, date):  # a moment is a date too: its clock is midnight, or a slip
        return raw.isoformat()[:10]
    text = plain(raw) if isinstance(raw, str) else ""
    for order in layout.date_orders:
        found = _order(order).fullmatch(text)
        day = found and _day(found["year"], found["month"], found["day"])
        if day:
            return day
    orders = " or ".join(layout.date_orders)
    hint = f"write the date as {orders}, for example {_example(layout.date_orders[0])}"
    if isinstance(raw, int | float):
        hint = f"the cell shows a number: give it the format of a date, or {hint}"
    return Trouble("moment.malformed", f"a date in the order {orders}", hint)


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


@cache
def _order(order: str) -> re.Pattern[str]:
    signs = re.split(r"(dd|mm|yyyy)", order)
    return re.compile("".join(_PARTS.get(sign, re.escape(sign)) for sign in signs))


def _example(order: str) -> str:
    return order.replace("dd", "20").replace("mm", "02").replace("yyyy", "2026")


def _time(_field: Field, raw: Value, _layout: Layout) -> str | Trouble:
    if isinstance(raw, datetime):
        return _clock(raw.time())
    if isinstance(raw, time):
        return _clock(raw)
    if isinstance(raw, float) and 0 <= raw < 1:
        hours, minutes = divmod(round(raw * 1440) % 1440, 60)
        return _clock(time(hours, minutes))
    found = _TIME.fullmatch(plain(raw)) if isinstance(raw, str) else None
    if found and not (found[4] and int(found[1]) > 12):
        hour = int(found[1])
        if found[4]:
            hour = hour % 12 + (12 if found[4] in "Pp" else 0)
        return f"{hour:02}:{found[2]}:{found[3]}" if found[3] else f"{hour:02}:{found[2]}"
    hint = "write the time as HH:MM, for example 14:00"
    return Trouble("moment.malformed", "a time of the day, HH:MM", hint)


def _clock(at: time) -> str:
    """Minutes, and seconds where there are any: a spreadsheet's time says no precision."""
    return at.isoformat("seconds" if at.second else "minutes")


_HOW: dict[str, Callable[[Field, Value, Layout], str | Trouble]] = {
    "text": _text,
    "country": _country,
    "locode": _locode,
    "imo-number": _imo_number,
    "number": _number,
    "choice": _choice,
    "date": _date,
    "time": _time,
}
