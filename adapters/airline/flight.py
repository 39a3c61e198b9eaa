"""The name of a flight: carrier and number, day and airport of the departure that crosses.

    TK0035/2026-11-22/IST

Rules
    TK35, TK0035 and `TK 35` are one flight: the number has four digits, an operational suffix
    stays behind it.
    The airport is that of LOC 125, the last one before the border; a list that names none
    (progressive flights) is known by the first airport with a departure. Every piece of a list
    repeats its legs, so all pieces give one name.
    A list that says no departure is known by its arrival: TK0035/2026-11-22/to-JFK. It does not
    find what was filed under the departure.
    A day is local to its airport, as it was said.
"""

import re
from collections.abc import Sequence

from broker.adapter import Tree

_FLIGHT = re.compile(r"([A-Z0-9]{2}[A-Z]?)([0-9]{1,4})([A-Z]?)")
CROSSING, ARRIVING = "125", "87"
EXPECTED = "carrier of 2 or 3 characters and number of 1 to 4 digits, as TK35"


def designator(said: str, carrier: str = "") -> str | None:
    """The flight with a number of four digits; None for what is no flight number.

    The carrier that the message names tells where the number begins, if the flight begins so.
    """
    said = said.replace(" ", "").upper()
    carrier = carrier.strip().upper()
    if carrier and said.startswith(carrier) and 2 <= len(carrier) <= 3:
        found = _FLIGHT.fullmatch(f"ZZ{said[len(carrier) :]}")
        if found and found[1] == "ZZ":
            return f"{carrier}{int(found[2]):04d}{found[3]}"
    found = _FLIGHT.fullmatch(said)
    if not found or not found[2].isascii() or found[1].isdigit():
        return None
    return f"{found[1]}{int(found[2]):04d}{found[3]}"


def starts_with_carrier(said: str, carrier: str) -> bool:
    """Whether a flight number begins with the carrier that stands beside it."""
    return said.replace(" ", "").upper().startswith(carrier.strip().upper())


def flight_of(flight: str, calls: Sequence[Tree]) -> str | None:
    """The value of the reference FLIGHT; None where no day and airport are said."""
    leaving = [call for call in calls if call.get("ID") and call.get("DepartureDateTime")]
    arriving = [call for call in calls if call.get("ID") and call.get("ArrivalDateTime")]
    call = next((one for one in leaving if one.get("RoleCode") == CROSSING), None)
    call = call or next(iter(leaving), None)
    if call:
        return f"{flight}/{call['DepartureDateTime'][:10]}/{call['ID'].upper()}"
    call = next((one for one in arriving if one.get("RoleCode") == ARRIVING), None)
    call = call or next(reversed(arriving), None)
    return f"{flight}/{call['ArrivalDateTime'][:10]}/to-{call['ID'].upper()}" if call else None
