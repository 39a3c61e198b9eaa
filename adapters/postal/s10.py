"""S10: the UPU item identifier, 13 characters, and what can be said against one.

    LX123456785US   service indicator, serial number of 8 digits, check digit, country of the post

Rules
    The check digit covers the serial number alone; it proves no issuer, so the service indicator
    and the country are looked at too.
    A number is not unique for ever: an item is known by its number and its date of posting.
"""

import csv
import re
from collections.abc import Container, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_SHAPE = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class Doubt(NamedTuple):
    """What speaks against an identifier: problem code, in words, what was expected, what to do."""

    code: str
    text: str
    expected: str
    hint: str


def normalised(said: str) -> str | None:
    """The identifier as it is keyed: upper case, without blanks; None if it is no S10."""
    plain = "".join(said.split()).upper()
    return plain if _SHAPE.fullmatch(plain) else None


def check_digit(serial: str) -> str:
    """The check digit of a serial number of 8 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True))
    digit = 11 - total % 11
    return {10: "0", 11: "5"}.get(digit, str(digit))


def doubts(s10: str, countries: Container[str]) -> Iterator[Doubt]:
    """What speaks against a normalised identifier; `countries` are those of ISO 3166."""
    said = _SHAPE.fullmatch(s10)
    assert said is not None, "only what `normalised` gave is doubted here"
    service, serial, digit, country = said.groups()
    right = check_digit(serial)
    if digit != right:
        yield Doubt(
            "postal.s10.check-digit",
            f"the check digit of {s10} is {digit}",
            f"{right} for the serial number {serial}",
            "compare the number with the label: a digit was misread or mistyped",
        )
    if not service_of(service):
        yield Doubt(
            "postal.s10.service-unknown",
            f"the service indicator of {s10} is {service}",
            "an indicator in use, such as RA to RZ for registered letter post",
            "compare the number with the label",
        )
    if country not in countries:
        yield Doubt(
            "postal.s10.country-unknown",
            f"the country of {s10} is {country}",
            "a code of ISO 3166-1",
            "compare the number with the label: numbers of this shape are used by others too",
        )


def service_of(indicator: str) -> str:
    """What a service indicator stands for; "" if it is reserved or not known."""
    return next((one[2] for one in _services() if one[0] <= indicator <= one[1]), "")


@cache
def _services() -> tuple[tuple[str, str, str], ...]:
    place = files("adapters.postal").joinpath("dialects", "s10-service-indicators.csv")
    lines = (line for line in place.read_text("utf-8").splitlines() if not line.startswith("#"))
    return tuple((row["from"], row["to"], row["service"]) for row in csv.DictReader(lines))
