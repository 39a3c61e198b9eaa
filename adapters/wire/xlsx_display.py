"""What a cell with a number shows: 12345678 with the format 000000000 is shown as 012345678.

Rules
    Who reads identifiers needs what is shown; who reads quantities, what is stored.
    What is shown is worked out for the usual formats. For conditions, fractions and signs with a
    meaning of their own there is no answer, rather than a wrong one.
    The general format shows eleven digits; a spreadsheet stores fifteen, and changes the others.
Knowingly not done
    The decimal sign of the reader's country (a point is written), and widths of columns (####).
What does not belong
    Which cell has which format (`xlsx_formats`).
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

_GENERAL_MAX, _STORED_MAX = 10**11, 10**15
_CODE_MAX, _DIGITS_MAX = 255, 25
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<exponent>[eE][+-])|(?P<general>[Gg]eneral|@)|(?P<digit>[0#?])|(?P<point>\.)"
    r"|(?P<comma>,)|(?P<percent>%)|(?P<end>;)"
    r"|(?P<literal>[-+ $()\u20ac\u00a3\u00a5!^&'~{}<>=:])|(?P<unknown>.)",
    re.DOTALL,
)
_LITERALS = frozenset({"quoted", "escaped", "literal"})
_OF_IDENTIFIERS = re.compile(r"[A-Za-z0-9 /()+-]*")
"""What a format may put beside the digits of an identifier without doubt about what is meant."""


_SIGNS = {"digit": "0", "point": ".", "exponent": "E"}
_SCIENTIFIC = re.compile(r"0(?:\.(0+))?E0+")
_EXACT = Context(prec=2000)


class Display(NamedTuple):
    """What a cell shows.

    `whole`: all digits of the number, with zeros before and signs of identifiers between them.
    `equal`: read as a number, the text is the number that is stored.
    """

    text: str
    whole: bool = False
    equal: bool = False


class _Part(NamedTuple):
    """One sign of a section: a literal, a place for a digit, a comma, a point, ..."""

    kind: str
    text: str


_Section = tuple[_Part, ...]


def display(number: float, code: str) -> Display | None:
    """What a cell with this number and format shows; None where that cannot be worked out."""
    if not isfinite(number) or abs(number) >= _STORED_MAX or len(code) > _CODE_MAX:
        return None
    value = Decimal(repr(number))
    sections = _sections(code or "General")
    if sections is None:
        return None
    several = len(sections) > 1
    chosen = sections[1 if value < 0 and several else 2 if not value and len(sections) > 2 else 0]
    shown = _shown(chosen, abs(value))
    if shown is None or value >= 0:
        return shown
    return Display(shown.text if several else f"-{shown.text}", equal=shown.equal)


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...] | None:
    """The sections of a format: of positive and negative numbers, zero, and texts."""
    sections: list[list[_Part]] = [[]]
    for part in _parts(code):
        if part.kind == "unknown":
            return None
        if part.kind == "end":
            sections.append([])
        else:
            sections[-1].append(part)
    return tuple(map(tuple, sections))


def _parts(code: str) -> Iterator[_Part]:
    for found in _TOKEN.finditer(code):
        kind, text = str(found.lastgroup), found[str(found.lastgroup)]
        if kind in _LITERALS:
            yield _Part("literal", text)
        elif kind == "space":
            yield _Part("literal", " ")
        elif kind == "bracket":  # a colour, a currency with its country, or a condition
            yield _Part("unknown" if text[:1] in "<>=" else "literal", _currency(text))
        elif kind != "fill":
            yield _Part(kind, text)


def _currency(text: str) -> str:
    return text[1:].partition("-")[0] if text.startswith("$") else ""


def _shown(section: _Section, value: Decimal) -> Display | None:
    """What a section shows of a number that is not negative."""
    kinds = [part.kind for part in section]
    if "exponent" in kinds:
        return _scientific(section, value)
    if "general" in kinds:
        return _general(section, value)
    literals = "".join(part.text for part in section if part.kind == "literal")
    if "digit" not in kinds:
        return Display(literals.strip())
    return _digits(section, value, whole=_OF_IDENTIFIERS.fullmatch(literals) is not None)


def _general(section: _Section, value: Decimal) -> Display:
    whole = value == value.to_integral_value()
    if whole and value >= _GENERAL_MAX:
        return Display(f"{value:.5E}", equal=True)
    number = str(int(value)) if whole else f"{value:f}"
    text = "".join(number if part.kind == "general" else part.text for part in section)
    literals = _OF_IDENTIFIERS.fullmatch(text) is not None
    return Display(text.strip(), whole=whole and literals, equal=True)


def _scientific(section: _Section, value: Decimal) -> Display | None:
    signs = "".join(_SIGNS.get(part.kind, "x") for part in section)
    found = _SCIENTIFIC.fullmatch(signs)
    if found is None:
        return None
    text = f"{value:.{len(found[1] or '')}E}"
    return Display(text, equal=Decimal(text) == value)


def _digits(section: _Section, value: Decimal, *, whole: bool) -> Display | None:
    """The number in the places for its digits, from the right; zeros where there are too few."""
    kinds = [part.kind for part in section]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    if kinds.count("digit") > _DIGITS_MAX or "point" in kinds[point + 1 :]:
        return None
    places = [at for at, kind in enumerate(kinds[:point]) if kind == "digit"]
    last = places[-1] if places else -1
    scale = kinds[last + 1 :].count("comma")
    grouped = "comma" in kinds[: max(last, 0)]
    decimals = kinds[point:].count("digit")
    scaled = value.scaleb(2 * kinds.count("percent") - 3 * scale, _EXACT)
    rounded = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)
    before, _, after = f"{rounded:f}".partition(".")
    text = _filled(section[:point], before.lstrip("0"), grouped=grouped)
    text += _decimals(section[point:], after)
    same = rounded == value and not scale and "percent" not in kinds
    plain = not decimals and not grouped and "point" not in kinds and not _wants_blanks(section)
    text = text.strip()
    return Display(text, whole=whole and same and plain and text != "", equal=same)


def _wants_blanks(section: _Section) -> bool:
    return any(part == ("digit", "?") for part in section)


def _filled(section: _Section, digits: str, *, grouped: bool) -> str:
    """The digits before the point; those without a place stand before the first one."""
    places = [part.text for part in section if part.kind == "digit"]
    zeros = len(places) - places.index("0") if "0" in places else 0
    left = list(digits.rjust(zeros, "0"))
    shown: list[str] = []
    count, first = 0, len(places)
    for part in reversed(section):
        if part.kind in {"literal", "percent"}:
            shown.append(part.text[::-1])
        elif part.kind == "digit":
            first -= 1
            for _digit in range(len(left) if not first else 1):
                if left:
                    shown.append("," if grouped and count and count % 3 == 0 else "")
                    shown.append(left.pop())
                    count += 1
                elif part.text == "?":
                    shown.append(" ")
    return "".join(shown)[::-1]


def _decimals(section: _Section, digits: str) -> str:
    """The point and the digits after it; zeros at the end go where the format has #."""
    shown, left = [], list(digits)
    for part in section:
        if part.kind == "digit":
            rest = "".join(left)
            shown.append("" if part.text == "#" and not rest.strip("0") else left.pop(0))
        elif part.kind in {"literal", "point", "percent"}:
            shown.append(part.text)
    return "".join(shown)
