"""Messages of posts, airlines and ships as tests lodge them: composed from the families' samples.

    push(item(1), item(2))                            two lines of JSON
    paxlst(listed(flight(7), people(7, 1, 2)))        one list of two passengers
    declared(ship(3)), crewed("QZV3", crew(3, 1, 2))  a ship and the persons on it

Rules
    Items from SECOND_POST on are of the second post of the sample state, flights from
    SECOND_CARRIER on of its second carrier: each owns the codes of its own.
    The same numbers give the same bytes. A person is known by one token that stands once in him:
    the carrier's reference of a passenger, the document of a seafarer.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import orjson

from adapters.airline.sample_passenger_list import compose_tree
from adapters.airline.writing import list_segments
from adapters.maritime import sample_visit
from adapters.maritime.layout import USUAL, layout
from adapters.maritime.writing import crew_list, general_declaration
from adapters.postal.sample_item import trees
from adapters.postal.writing import interchange
from adapters.wire.edifact import Group, Interchange, Segment
from adapters.wire.edifact_write import MessageOut, write
from adapters.wire.xlsx import CONTENT_TYPE

Tree = dict[str, Any]
NDJSON = {"Content-Type": "application/x-ndjson"}
EDIFACT = {"Content-Type": "application/edifact"}
WORKBOOK = {"Content-Type": CONTENT_TYPE}

SECOND_POST, SECOND_CARRIER = 200_000, 400_000
FIRST_CODE, SECOND_CODE, SECOND_COUNTRY = "ZZ", "YY", "IE"

# -- posts --------------------------------------------------------------------------------------


def item(number: int, variant: int = 0) -> Tree:
    """A postal item; its variants are the same item with other contents."""
    (own,) = trees(items=1, number=number, seed=0)
    (said,) = trees(items=1, number=number, seed=variant)
    if number >= SECOND_POST:
        own["FunctionalReferenceID"] = f"{own['FunctionalReferenceID'][:-2]}{SECOND_COUNTRY}"
        said["OriginOperator"] = {"ID": f"{SECOND_COUNTRY}AA"}
    kept = ("FunctionalReferenceID", "AcceptanceDateTime", "MailClassCode")
    return {**said, **{name: own[name] for name in kept}}


def posted(tree: Tree) -> str:
    """The reference of an item: its S10 with the day of posting."""
    return f"{tree['FunctionalReferenceID']}/{tree['AcceptanceDateTime']}"


def push(*items: Tree) -> bytes:
    """The items, one a line."""
    return b"".join(orjson.dumps(one) + b"\n" for one in items)


def itmatt(*items: Tree) -> bytes:
    """The items in one interchange of ITMATT."""
    return interchange(items)


# -- airlines -----------------------------------------------------------------------------------

PERSONS = 30
"""How many may be named of one flight."""
UNREAD: list[Segment] = [[["UNH"], ["1"], ["ORDERS", "D", "96A", "UN"]], [["BGM"], ["220"], ["7"]]]
"""A message that no list is."""


@cache
def _sample(number: int) -> Tree:
    tree = compose_tree(items=PERSONS, number=number, seed=0)
    means = tree["BorderTransportMeans"]
    if number >= SECOND_CARRIER:
        means["JourneyID"] = means["JourneyID"].replace(FIRST_CODE, SECOND_CODE)
        means["Carrier"] = {"ID": SECOND_CODE}
    for at, one in enumerate(means["Passenger"], 1):
        one["CarrierReferenceID"] = f"{means['JourneyID']}X{number}P{at:03d}"
    return tree


def flight(number: int) -> Tree:
    """The flight with this number, without persons."""
    tree = _sample(number)
    means = dict(tree["BorderTransportMeans"])
    del means["Passenger"], means["PassengerQuantity"]
    return {**tree, "BorderTransportMeans": means}


def flown(number: int) -> str:
    """The reference of a flight: its number, day and airport of departure."""
    means = _sample(number)["BorderTransportMeans"]
    leaves = means["Itinerary"][0]
    return f"{means['JourneyID']}/{leaves['DepartureDateTime'][:10]}/{leaves['ID']}"


def people(number: int, *who: int, seat: str = "") -> list[Tree]:
    """Passengers of a flight; who sits elsewhere is the same person."""
    known = _sample(number)["BorderTransportMeans"]["Passenger"]
    found = [deepcopy(known[one - 1]) for one in who]
    return [{**one, "SeatID": seat} for one in found] if seat else found


def staff(number: int, *who: int) -> list[Tree]:
    """The crew of a flight."""
    found = people(number, *who)
    names = ("SequenceNumeric", "FamilyName", "GivenName", "GenderCode", "BirthDateTime",
             "NationalityCode", "AdditionalDocument")  # fmt: skip
    token = "CarrierReferenceID"
    return [
        {
            "RoleCode": "FM",
            token: one[token].replace("P", "C"),
            **{name: one[name] for name in names},
        }
        for one in found
    ]


def listed(
    about: Tree,
    persons: Sequence[Tree] = (),
    *,
    kind: str = "745",
    letters: str = "",
    piece: tuple[int, str] | None = None,
    total: int | None = None,
) -> list[Segment]:
    """One message about a flight: a list, a piece of one, a change; 266 closes it."""
    means = dict(about["BorderTransportMeans"])
    name, quantity = (
        ("Crew", "CrewQuantity") if kind == "250" else ("Passenger", "PassengerQuantity")
    )
    if persons:
        means[name] = list(persons)
    if total is not None:
        means[quantity] = {"value": str(total)}
    tree = {**about, "TypeCode": kind, "BorderTransportMeans": means}
    if letters:
        tree["FunctionCode"] = letters
    unh: Segment = [["UNH"], ["1"], ["PAXLST", "D", "05B", "UN", "IATA"]]
    unh += [[means["JourneyID"]]]
    if piece:
        unh += [[f"{piece[0]:02d}", piece[1]]]
    return [unh, *list_segments(tree)]


def paxlst(*messages: Iterable[Segment], application: str = "APIS") -> bytes:
    """The messages in one interchange."""
    header = Interchange(
        syntax="UNOA", version="4", sender="ZZSAMPLE", recipient="QZAPIS", prepared="260101:0800",
        reference="SWB1", application=application,
    )  # fmt: skip
    outs = [
        MessageOut([[["UNH"], [str(number)], *unh[2:]], *rest])
        for number, (unh, *rest) in enumerate(messages, 1)
    ]
    group = Group("PAXLST", "ZZSAMPLE", "QZAPIS", "260101:0800", "1", "UN", "D", "05B")
    return write(header, outs, group)


# -- ships --------------------------------------------------------------------------------------


def ship(number: int, variant: int = 0, crew: int = 3) -> Tree:
    """The General Declaration of a ship's arrival; its variants lie at other berths."""
    tree = sample_visit.declaration(items=crew, number=number, seed=0)
    return {**tree, "BorderTransportMeans": {
        **tree["BorderTransportMeans"], "BerthName": f"Berth {variant}"}}  # fmt: skip


def seafarers(number: int, *who: int) -> list[Tree]:
    """Persons on the crew list of a ship."""
    listed = sample_visit.listed(items=max(who), number=number, seed=0)
    crew = listed["BorderTransportMeans"]["Crew"]
    return [_known_by(crew[one - 1], f"S{number}D{one:03d}") for one in who]


def _known_by(person: Tree, document: str) -> Tree:
    (said,) = person["AdditionalDocument"]
    return {**person, "AdditionalDocument": [{**said, "ID": document}]}


def token_of(person: Tree) -> str:
    """What a person is known by, and nobody else anywhere."""
    return str(person.get("CarrierReferenceID") or person["AdditionalDocument"][0]["ID"])


def voyage(number: int) -> str:
    """The voyage number that the declaration states."""
    return sample_visit.voyage(number=number, seed=0)


def call(number: int) -> str:
    """The reference of the call that the declaration opens: ship, port, direction, voyage."""
    means = ship(number)["BorderTransportMeans"]
    return f"{means['ID']}/{means['ArrivalLocationID']}/arrival/{means['JourneyID']}"


def declared(tree: Tree) -> bytes:
    """The declaration as a workbook."""
    return general_declaration(tree, layout(USUAL))


def crewed(reference: str, persons: Sequence[Tree]) -> bytes:
    """The persons as a workbook, whose own reference stands in its cell B1."""
    means = {"Crew": [{**one, "SequenceNumeric": str(n)} for n, one in enumerate(persons, 1)]}
    tree = {"FunctionalReferenceID": reference, "BorderTransportMeans": means}
    return crew_list(tree, layout(USUAL))
