"""Values as their sender wrote them, and as the model has them: white space and decimals.

Rules
    White space around an identifier, a code, a number or a moment is no part of it; nor are the
    invisible characters that copying from a page leaves (U+200B, U+200E, U+FEFF).
    Every lexical form of XML Schema's decimal is read: `+5`, `.5`, `5.`. Its digits are kept.
    1, 01 and 1.0 are one number.
"""

import re

_BLANK = "".join(one for one in map(chr, range(0x3001)) if one.isspace())
_AROUND = _BLANK + "\u200b\u200e\ufeff"
_USUAL = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?").fullmatch
"""Most decimals are canonical as they are written."""
_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_WHOLE_MAX, _FRACTION_MAX = 18, 9
"""Digits that the model's decimals have; zeros beyond them say nothing."""


def trimmed(text: str) -> str:
    """The text without what stands around it and cannot be seen."""
    return text.strip(_AROUND)


def canonical_decimal(text: str) -> str | None:
    """The decimal as the model writes it; None where the text is no decimal."""
    if _USUAL(text):
        return text
    found = _DECIMAL.fullmatch(trimmed(text))
    if found is None or not (found[2] or found[3]):
        return None
    whole, fraction = found[2] or "0", found[3] or ""
    if len(whole) > _WHOLE_MAX:
        whole = whole.lstrip("0") or "0"
    if len(fraction) > _FRACTION_MAX:
        fraction = fraction[:_FRACTION_MAX] + fraction[_FRACTION_MAX:].rstrip("0")
    digits = f"{whole}.{fraction}" if fraction else whole
    return f"-{digits}" if found[1] == "-" and digits.strip("0.") else digits


def shortest(text: str) -> str:
    """What two spellings of one number have in common: 1, 01 and 1.0 give "1"."""
    canonical = canonical_decimal(text)
    if canonical is None:
        return text
    whole, _, fraction = canonical.partition(".")
    negative, fraction = whole.startswith("-"), fraction.rstrip("0")
    digits = whole.lstrip("-0") or "0"
    return ("-" if negative else "") + (f"{digits}.{fraction}" if fraction else digits)
