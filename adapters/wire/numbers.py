"""Decimal numbers as texts: every spelling that XML Schema reads, and the one that the model holds.

Rules
    A decimal is a sign, digits, and a point with digits before it, behind it, or both; no exponent,
    no grouping. White space around it is not part of it, nor are the invisible characters.
    Digits are kept: 10.00 stays 10.00 and 007 stays 007. `+5` is 5, `.5` is 0.5, `5.` is 5.
    Zeros that say nothing are dropped where there are more digits than the model holds.
What does not belong
    How many digits a format allows (its table), and a comma as decimal sign (its syntax).
"""

import re

OUTER = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u200e\ufeff"
)
"""White space of Unicode, and the invisible characters that copying text puts around a value."""

_DECIMAL = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))")
_USUAL = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?").fullmatch
"""Most decimals are written as the model holds them."""
_WHOLE_MAX, _FRACTION_MAX = 18, 9
"""Digits before and behind the point that the model holds (`broker.model.leaf.DECIMAL`)."""


def trimmed(text: str) -> str:
    """The text without what stands around it and cannot be seen."""
    return text.strip(OUTER)


def canonical_decimal(text: str) -> str | None:
    """The number as the model holds it; None for what is no decimal, or has too many digits."""
    if _USUAL(text):
        return text
    found = _DECIMAL.fullmatch(text.strip(OUTER))
    if found is None:
        return None
    sign, whole, fraction = found[1], found[2] or "0", found[3] or found[4] or ""
    if len(whole) > _WHOLE_MAX:
        whole = whole.lstrip("0") or "0"
    if len(fraction) > _FRACTION_MAX:
        fraction = fraction.rstrip("0")
    if len(whole) > _WHOLE_MAX or len(fraction) > _FRACTION_MAX:
        return None
    point = "." if fraction else ""
    digits = f"{whole}{point}{fraction}"
    return f"-{digits}" if sign == "-" and digits.strip("0.") else digits


def shortest(number: str) -> str:
    """The shortest spelling of a decimal, by which numbers compare: 01 and 1.0 are 1.

    What is no decimal is only itself.
    """
    if number.isdecimal() and number[0] != "0" and number.isascii():
        return number
    found = _DECIMAL.fullmatch(number)
    if found is None:
        return number
    whole, fraction = (found[2] or "").lstrip("0"), (found[3] or found[4] or "").rstrip("0")
    sign = "-" if found[1] == "-" and (whole or fraction) else ""
    return f"{sign}{whole or '0'}{'.' if fraction else ''}{fraction}"


def is_negative(number: str) -> bool:
    """Whether a decimal is less than 0; -0 is not."""
    return number.startswith("-") and bool(number.strip("-0."))
