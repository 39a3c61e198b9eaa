"""Composed passenger lists of invented persons: valid traffic for trials and measurements.

Rules
    The same items, number and seed give the same bytes: every choice is a byte of a hash.
    Each pair of seed and number is a flight of its own, of a carrier that does not exist.
    Names and document numbers are evidently invented; airport codes are public.
    A flawed list has exactly one defect, and it is said which.
"""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

from adapters.airline.moment import to_edifact
from adapters.airline.writing import list_segments
from adapters.wire.edifact import Group, Interchange, Segment
from adapters.wire.edifact_write import MessageOut, write
from broker.adapter import Tree

_CARRIER = "ZZ"
_AIRPORTS = ("AMS", "ARN", "BCN", "CAI", "CDG", "DUB", "FRA", "GVA", "HEL", "IST", "JFK", "KUL",
             "LIS", "MAD", "NBO", "OSL", "PEK", "PRG", "SIN", "VIE", "WAW", "ZRH")  # fmt: skip
_STATES = ("AUT", "BRA", "CAN", "DNK", "EGY", "FIN", "GHA", "HUN", "IND", "JPN", "KEN", "LUX")
_FAMILY = ("EXAMPLE", "SAMPLE", "INVENTED", "FICTITIOUS", "SPECIMEN", "PLACEHOLDER", "MOCKUP")
_GIVEN = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO", "FOXTROT", "GOLF", "HOTEL", "INDIA")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FIRST_DAY = date(2026, 1, 1)
PERSONS_MAX = 9_999
CREW_MAX = 30


def compose(*, items: int, number: int, seed: int) -> bytes:
    """One list of this many passengers."""
    tree = compose_tree(items=items, number=number, seed=seed)
    return _interchange([(tree, list_segments(tree))], number, seed, "P")


def compose_pieces(*, items: int, number: int, seed: int) -> bytes:
    """The same list in up to three pieces: 01:C, 02, 03:F."""
    tree = compose_tree(items=items, number=number, seed=seed)
    persons = tree["BorderTransportMeans"]["Passenger"]
    size = -(-items // 3)
    cuts = [persons[at : at + size] for at in range(0, items, size)]
    messages = []
    for at, cut in enumerate(cuts, 1):
        flag = "F" if at == len(cuts) else "C" if at == 1 else ""
        part = {**tree["ListPart"][0], "SequenceNumeric": str(at), "TransferCode": flag}
        means = {**tree["BorderTransportMeans"], "Passenger": cut}
        piece = {**tree, "BorderTransportMeans": means, "ListPart": [part]}
        messages.append((piece, list_segments(piece)))
    return _interchange(messages, number, seed, "S")


def compose_crew(*, items: int, number: int, seed: int) -> bytes:
    """The crew of that flight: one for each fifty passengers, and two."""
    tree = _flight(number, seed, "250")
    crew = min(2 + items // 50, CREW_MAX)
    tree["BorderTransportMeans"] |= {
        "CrewQuantity": {"value": str(crew)},
        "Crew": [_member(item, seed, number) for item in range(1, crew + 1)],
    }
    return _interchange([(tree, list_segments(tree))], number, seed, "C")


def compose_closed(*, items: int, number: int, seed: int) -> bytes:
    """That flight is closed; the last of its passengers is not on board."""
    tree = _flight(number, seed, "266")
    tree["FunctionCode"] = "CLNB"
    last = compose_tree(items=items, number=number, seed=seed)["BorderTransportMeans"]["Passenger"]
    absent = {"RoleCode": "ZZZ", "CarrierReferenceID": last[-1]["CarrierReferenceID"]}
    tree["BorderTransportMeans"]["Passenger"] = [absent]
    return _interchange([(tree, list_segments(tree))], number, seed, "F")


def compose_flawed(*, items: int, number: int, seed: int) -> tuple[bytes, str]:
    """A list of passengers with one defect, and the defect in words."""
    tree = compose_tree(items=items, number=number, seed=seed)
    choice = _choices(seed, number, 0)
    segments = list_segments(tree)
    spoil, words = DEFECTS[choice[5] % len(DEFECTS)]
    spoil(segments, 1 + int.from_bytes(choice[6:8], "big") % items)
    return _interchange([(tree, segments)], number, seed, "P"), words


def compose_tree(*, items: int, number: int, seed: int) -> Tree:
    """The body of a list of passengers, as a plain canonical tree."""
    assert 1 <= items <= PERSONS_MAX, f"a list has 1 to {PERSONS_MAX} passengers"
    tree = _flight(number, seed, "745")
    means = tree["BorderTransportMeans"]
    means["PassengerQuantity"] = {"value": str(items)}
    way = (means["Itinerary"][0]["ID"], means["Itinerary"][1]["ID"])
    day = date.fromisoformat(means["Itinerary"][0]["DepartureDateTime"][:10])
    means["Passenger"] = [_passenger(item, seed, number, way, day) for item in range(1, items + 1)]
    return tree


def _flight(number: int, seed: int, kind: str) -> Tree:
    """What every message about the flight says of it."""
    choice = _choices(seed, number, 0)
    start = choice[0] % len(_AIRPORTS)
    here = _AIRPORTS[start]
    there = _AIRPORTS[(start + 1 + choice[1] % (len(_AIRPORTS) - 1)) % len(_AIRPORTS)]
    day = _FIRST_DAY + timedelta(days=int.from_bytes(choice[2:4], "big") % 730)
    hour = choice[4] % 18
    flight = f"{_CARRIER}{1 + number % 9999:04d}"
    part = {"ReferenceID": f"{flight}/{day:%y%m%d}/{hour:02d}15"}
    return {
        "TypeCode": kind,
        "FunctionalReferenceID": f"SAMPLE{choice[8:14].hex().upper()}{kind}",
        "Submitter": {
            "RoleCode": "MS",
            "Name": "INVENTED AIRLINES DEPARTURE CONTROL",
            "Communication": [{"ID": "000 555 0100", "TypeCode": "TE"}],
        },
        "BorderTransportMeans": {
            "StageCode": "20",
            "JourneyID": flight,
            "Carrier": {"ID": _CARRIER},
            "ModeCode": "4",
            "Itinerary": [
                _call("1", "125", here, DepartureDateTime=f"{day}T{hour:02d}:15"),
                _call("2", "87", there, ArrivalDateTime=f"{day}T{hour + 4:02d}:40"),
            ],
        },
        "ListPart": [{**part, "SequenceNumeric": "1", "TransferCode": "F"}],
    }


def _call(number: str, role: str, airport: str, **time: str) -> Tree:
    return {"SequenceNumeric": number, "RoleCode": role, "ID": airport, **time}


def _passenger(item: int, seed: int, number: int, way: tuple[str, str], day: date) -> Tree:
    choice = _choices(seed, number, item)
    state = _STATES[choice[0] % len(_STATES)]
    born = day - timedelta(days=200 + int.from_bytes(choice[1:3], "big") % 30_000)
    expires = day + timedelta(days=30 + int.from_bytes(choice[3:5], "big") % 3_000)
    passenger: Tree = {
        "SequenceNumeric": str(item),
        "RoleCode": "FL",
        "FamilyName": _FAMILY[choice[5] % len(_FAMILY)],
        "GivenName": f"{_GIVEN[choice[6] % len(_GIVEN)]} {_GIVEN[choice[7] % len(_GIVEN)]}",
        "GenderCode": "FMU"[choice[8] % 32 // 15],
        "BirthDateTime": born.isoformat(),
        "VerificationCode": "173",
        "ResidenceCountryCode": state,
        "EmbarkationLocationID": way[0],
        "DisembarkationLocationID": way[1],
        "NationalityCode": state,
        "BookingReferenceID": "".join(_LETTERS[one % 32] for one in choice[9:15]),
        "CarrierReferenceID": f"SAMPLE{item:05d}",
        "SeatID": f"{1 + (item - 1) // 6}{'ABCDEF'[(item - 1) % 6]}",
        "AdditionalDocument": [
            {
                "TypeCode": "P",
                "ID": f"SPECIMEN{choice[15:18].hex().upper()}{item:05d}",
                "ExpirationDateTime": expires.isoformat(),
                "IssueCountryCode": state,
            }
        ],
    }
    if choice[18] % 4 == 0:
        tag = f"{_CARRIER}{int.from_bytes(choice[19:22], 'big') % 1_000_000:06d}"
        sums = {"PieceQuantity": {"value": "1"}}
        sums["GrossMassMeasure"] = {"value": str(5 + choice[22] % 25), "unit": "KGM"}
        passenger["Baggage"] = [sums, {"TagID": tag, "PieceQuantity": {"value": "1"}}]
    return passenger


def _member(item: int, seed: int, number: int) -> Tree:
    choice = _choices(seed, number, -item)
    state = _STATES[choice[0] % len(_STATES)]
    return {
        "SequenceNumeric": str(item),
        "RoleCode": "FM",
        "FamilyName": f"CREW {_FAMILY[choice[1] % len(_FAMILY)]}",
        "GivenName": _GIVEN[choice[2] % len(_GIVEN)],
        "GenderCode": "FM"[choice[3] % 2],
        "BirthDateTime": f"{1965 + choice[4] % 35}-{1 + choice[5] % 12:02d}-15",
        "RankCode": "CR1" if item <= 2 else "CR2",
        "NationalityCode": state,
        "AdditionalDocument": [
            {
                "TypeCode": "L" if item == 1 else "P",
                "ID": f"SPECIMENCREW{choice[7:10].hex().upper()}{item}",
                "IssueCountryCode": state,
            }
        ],
    }


Written = tuple[Tree, list[Segment]]
"""A body, and the segments that say it."""


def _interchange(messages: list[Written], number: int, seed: int, kind: str) -> bytes:
    """UNOA:4 with a group and dates of six digits, as departure-control systems write it."""
    calls = messages[0][0]["BorderTransportMeans"]["Itinerary"]
    moment = to_edifact(calls[0]["DepartureDateTime"])
    prepared = f"{moment[:6]}:{moment[6:]}"
    digest = hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()
    reference = f"{kind}{digest[:13].upper()}"
    header = Interchange(
        syntax="UNOA", version="4", sender="ZZSAMPLE", sender_qualifier="ZZ", recipient="QZAPIS",
        recipient_qualifier="ZZ", prepared=prepared, reference=reference, application="APIS",
    )  # fmt: skip
    group = Group("PAXLST", "ZZSAMPLE", "QZAPIS", prepared, reference, "UN", "D", "05B")
    out = []
    for at, (tree, segments) in enumerate(messages, 1):
        (part,) = tree["ListPart"]
        unh: Segment = [["UNH"], [str(at)], ["PAXLST", "D", "05B", "UN", "IATA"]]
        unh += [[part["ReferenceID"]]]
        unh += [[f"{int(part['SequenceNumeric']):02d}", part["TransferCode"]]]
        out.append(MessageOut([unh, *segments]))
    return write(header, out, group)


def _choices(seed: int, number: int, item: int) -> bytes:
    return hashlib.sha256(f"{seed}/{number}/{item}".encode()).digest()


def _of_person(segments: list[Segment], person: int) -> int:
    """Where the person with this number begins."""
    begun = [at for at, segment in enumerate(segments) if segment[:2] == [["NAD"], ["FL"]]]
    return begun[person - 1]


def _next(segments: list[Segment], at: int, *begin: str) -> int:
    """The next segment from there on with this tag and qualifier."""
    wanted = [[one] for one in begin[:1]]
    return next(
        place
        for place in range(at, len(segments))
        if segments[place][:1] == wanted and (len(begin) == 1 or segments[place][1][0] == begin[1])
    )


def _nameless(segments: list[Segment], person: int) -> None:
    segments[_of_person(segments, person)][4][0] = ""


def _undocumented(segments: list[Segment], person: int) -> None:
    segments[_next(segments, _of_person(segments, person), "DOC")][2:] = []


def _born_never(segments: list[Segment], person: int) -> None:
    segments[_next(segments, _of_person(segments, person), "DTM", "329")][1][1] = "991399"


def _without_flight(segments: list[Segment], _person: int) -> None:
    segments[_next(segments, 0, "TDT")][2] = [""]


def _other_function(segments: list[Segment], _person: int) -> None:
    segments[0][2:] = [["QQ"], ["1"]]


def _stateless(segments: list[Segment], person: int) -> None:
    segments[_next(segments, _of_person(segments, person), "NAT")][2] = ["QQQ"]


def _other_total(segments: list[Segment], _person: int) -> None:
    total = segments[_next(segments, 0, "CNT")]
    total[1:] = [[total[1][0]], [total[1][1]]]


DEFECTS: tuple[tuple[Callable[[list[Segment], int], None], str], ...] = (
    (_nameless, "a passenger has no surname (value.missing)"),
    (_undocumented, "a travel document has no number (value.missing)"),
    (_born_never, "a day of birth is none (moment.malformed)"),
    (_without_flight, "the flight number is missing (paxlst.flight-unknown)"),
    (_other_function, "the function of BGM is unknown (paxlst.function-unknown)"),
    (_stateless, "a nationality is in no list (code.unknown)"),
    (_other_total, "the total stands one element too far (paxlst.number-misplaced)"),
)
