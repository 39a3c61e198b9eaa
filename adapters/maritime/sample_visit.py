"""Composed calls of invented ships: a declaration and a crew list that belong together.

Rules
    The same items, number and seed give the same bytes: every choice is a byte of a hash.
    Declaration and list of one number and seed say the same voyage, and the declaration states as
    many crew as the list names.
    Ships, persons and documents are evidently invented: an IMO number begins with 00, as none
    does, and has its check digit.
    A flawed one has one defect, and its words say which.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from adapters.maritime.layout import USUAL, layout
from adapters.maritime.writing import crew_list, general_declaration
from broker.adapter import Tree

T = TypeVar("T")

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST_DAY = date(2026, 1, 1)
_SHIPS = ("INVENTED TRADER", "FICTITIOUS STAR", "SAMPLE CARRIER", "MOCK PIONEER")
_PORTS = ("GBFXT", "GBSOU", "GBIMM", "GBTIL")
_ABROAD = ("NLRTM", "DEHAM", "NOOSL", "PLGDY", "ESALG")
_STATES = ("NLD", "PHL", "POL", "IND", "NOR", "HRV")
_RANKS = ("Master", "Chief Engineer", "Chief Officer", "Second Officer", "Bosun", "Cook", "SN")
_FAMILIES = ("Exampleman", "Sampleson", "Mockova", "Inventado", "Fictitian", "Placeholder")
_GIVEN = ("Ada", "Bertil", "Carmen", "Dmitri", "Esi", "Farid")
_TOWNS = ("Exampleham", "Sampleton", "Mockbridge")


def compose_fal1(*, items: int, number: int, seed: int) -> bytes:
    """The General Declaration of an arrival with this many crew."""
    return general_declaration(declaration(items=items, number=number, seed=seed), layout(USUAL))


def compose_fal5(*, items: int, number: int, seed: int) -> bytes:
    """The crew list of the same call, with this many persons."""
    return crew_list(listed(items=items, number=number, seed=seed), layout(USUAL))


def declaration(*, items: int, number: int, seed: int) -> Tree:
    """The body of the declaration, as a plain tree."""
    choice = _choices(seed, number, 0)
    day = _FIRST_DAY + timedelta(days=number % 300)
    abroad, port = _pick(_ABROAD, choice[0]), _pick(_PORTS, choice[1])
    return {
        "TypeCode": "arrival",
        "Agent": {"Name": f"Invented Agents {choice[2]}"},
        "BorderTransportMeans": {
            "Name": _pick(_SHIPS, choice[3]),
            "ID": _imo_number(int.from_bytes(choice[4:6], "big") % 10_000),
            "RegistrationNationalityCode": _pick(_STATES, choice[6]),
            "JourneyID": voyage(number=number, seed=seed),
            "GrossTonnageMeasure": {"value": str(2000 + 100 * choice[7])},
            "NetTonnageMeasure": {"value": str(1000 + 50 * choice[7])},
            "CrewQuantity": {"value": str(items)},
            "PassengerQuantity": {"value": "0"},
            "CargoDescription": "General cargo, invented",
            "ArrivalLocationID": port,
            "ArrivalDateTime": f"{day.isoformat()}T14:30",
            "DepartureLocationID": abroad,
            "DepartureDateTime": f"{(day - timedelta(days=2)).isoformat()}T06:00",
            "LastCallLocationID": abroad,
            "NextCallLocationID": _pick(_ABROAD, choice[8]),
            "AdditionalIdentifier": [{"ID": f"XX{choice[9]:03}", "TypeCode": "CALLSIGN"}],
            "Master": {"Name": f"{_pick(_GIVEN, choice[10])} {_pick(_FAMILIES, choice[11])}"},
        },
    }


def listed(*, items: int, number: int, seed: int) -> Tree:
    """The body of the crew list, as a plain tree."""
    assert items >= 1, "a crew has at least one person"
    crew = [_person(sequence, number, seed) for sequence in range(1, items + 1)]
    return {
        "TypeCode": "250",
        "FunctionalReferenceID": voyage(number=number, seed=seed),
        "BorderTransportMeans": {"Crew": crew},
    }


def voyage(*, number: int, seed: int) -> str:
    """The voyage that declaration and list of this number and seed name."""
    return f"SWB-{_base36(seed)}-{_base36(number)}"


def flawed(*, items: int, number: int, seed: int) -> tuple[bytes, str]:
    """A declaration or a list with one defect, and the defect in words."""
    choice = _choices(seed, number, -1)
    about = {"items": items, "number": number, "seed": seed}
    if choice[0] % 2:
        tree = declaration(**about)
        defect, words = _pick(_DEFECTS_OF_DECLARATION, choice[1])
        defect(tree["BorderTransportMeans"])
        return general_declaration(tree, layout(USUAL)), words
    tree = listed(**about)
    defect, words = _pick(_DEFECTS_OF_PERSON, choice[1])
    defect(tree["BorderTransportMeans"]["Crew"][choice[2] % items])
    return crew_list(tree, layout(USUAL)), words


def _without(name: str) -> Callable[[Tree], None]:
    return lambda tree: tree.pop(name)


def _with(name: str, value: str) -> Callable[[Tree], None]:
    return lambda tree: tree.update({name: value})


_DEFECTS_OF_DECLARATION: tuple[tuple[Callable[[Tree], None], str], ...] = (
    (_without("ArrivalLocationID"), "the arrival port is missing"),
    (_without("CargoDescription"), "the cargo is not described"),
    (_with("ArrivalLocationID", "NLRTM"), "the ship arrives at a port of another state"),
    (_with("LastCallLocationID", "FRLEH"), "the last port of call is not the departure port"),
    (_with("DepartureDateTime", "2027-12-31T06:00"), "the ship arrives before it departs"),
    (_with("Name", "INVENTED TRADER!"), "the name of the ship has a sign that is not taken"),
)
_DEFECTS_OF_PERSON: tuple[tuple[Callable[[Tree], None], str], ...] = (
    (_without("BirthDateTime"), "a person has no date of birth"),
    (_with("NationalityCode", "QQQ"), "a person has a nationality that does not exist"),
    (_with("GenderCode", "unknown"), "the gender of a person is none of those taken"),
    (_with("FamilyName", "Exampleman" * 4), "the family name of a person is too long"),
)


def _person(sequence: int, number: int, seed: int) -> Tree:
    choice = _choices(seed, number, sequence)
    state = _pick(_STATES, choice[0])
    born = date(1960, 1, 1) + timedelta(days=int.from_bytes(choice[1:3], "big") % 15_000)
    expires = date(2028, 1, 1) + timedelta(days=int.from_bytes(choice[3:5], "big") % 2_500)
    rank = _RANKS[sequence - 1] if sequence <= 3 else _pick(_RANKS[3:], choice[5])
    return {
        "SequenceNumeric": str(sequence),
        "RoleCode": "FM",
        "RankName": rank,
        "FamilyName": _pick(_FAMILIES, choice[6]),
        "GivenName": _pick(_GIVEN, choice[7]),
        "GenderCode": _pick(("M", "F", "X"), choice[8] % 32 // 15),
        "BirthDateTime": born.isoformat(),
        "BirthPlaceName": _pick(_TOWNS, choice[9]),
        "NationalityCode": state,
        "AdditionalDocument": [
            {
                "TypeCode": "P",
                "ID": f"X{choice[10]:03}{sequence:05}",
                "IssueCountryCode": state,
                "ExpirationDateTime": expires.isoformat(),
            }
        ],
    }


def _imo_number(serial: int) -> str:
    digits = f"00{serial:04}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    return f"{digits}{total % 10}"


def _choices(seed: int, number: int, item: int) -> bytes:
    return hashlib.sha256(f"{seed}/{number}/{item}".encode()).digest()


def _pick(choices: Sequence[T], byte: int) -> T:
    return choices[byte % len(choices)]


def _base36(number: int) -> str:
    sign, number = ("N" if number < 0 else ""), abs(number)
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return sign + digits
