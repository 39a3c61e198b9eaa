"""What a list is for: its function, the part and the flight it is about, whole or a piece.

Rules
    The letters of BGM (1004) say the function. Letters that are not known count as the name of the
    document: the message is read as a list, with a warning, unless its type has no lists or the
    code behind them (1225) says otherwise.
    A list that says it is a piece (01:C, 02, 03:F) is one. Another is the whole list, even if its
    total is lower than the persons it names; is the total higher and the list numbered, it may be
    a chunk of an interactive list, which all call themselves the only one: a piece. Both are told.
    A layout or type that is not taken is refused: one problem says why. Whatever else is wrong is
    listed with all other problems of the message.
What does not belong
    Which letters, codes, versions, types there are: the profile. What follows from it: drafting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.airline.flight import designator, flight_of
from adapters.airline.listed import Listed, Oddity
from adapters.airline.words import AS_PIECE, AS_WHOLE
from adapters.wire.edifact import MessageIn, value
from broker.adapter import Profile, Tree

PARTS = {"Passenger": "passengers", "Crew": "crew"}
TOTALS = {"passengers": "PassengerQuantity", "crew": "CrewQuantity"}
_OF_NOBODY = frozenset({"close", "cancel", "note", "not-on-board", ""})


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a message is for: its function in a word, the part, the flight; what is odd in these.

    `function` "": nobody can tell. `refused`: the message is not read, for the one oddity.
    `whole`: it holds all of its list. `named`: the segment of BGM whose letters (1004) name the
    document; 0 where they say the function.
    """

    function: str = ""
    part: str = ""
    flight: str | None = None
    oddities: tuple[Oddity, ...] = ()
    refused: bool = False
    whole: bool = True
    named: int = 0


def purpose_of(message: MessageIn, listed: Listed, profile: Profile) -> Purpose:
    """What the message is for."""
    settings = profile.settings
    refusal = _refusal(message, listed, settings)
    if refusal:
        return Purpose(refused=True, oddities=(refusal,))
    kind = listed.tree.get("TypeCode", "")
    made = _function(message, listed, settings)
    part: str = settings.get("parts", {}).get(kind, "")
    odd = [*_release(message, settings), *made.oddities]
    flight = _flight(listed)
    if flight is None and not _flight_is_odd(listed):
        odd.append(Oddity("paxlst.flight-unknown", 0, 0, 0, "BorderTransportMeans", ""))
    empty = not listed.persons and made.function not in _OF_NOBODY
    if empty and not _says_nobody(listed, part):
        odd.append(Oddity("list.empty", len(message.segments), 0, 0, "", ""))
    if message.sequence and part_number(message.sequence) is None:
        odd.append(Oddity("paxlst.part-malformed", 1, 4, 1, "ListPart", message.sequence))
    whole = True
    if made.function == "list":
        whole, differs = _extent(message, listed, part, settings)
        odd += [differs] if differs else []
    return replace(made, part=part, flight=flight, oddities=tuple(odd), whole=whole)


def part_number(said: str) -> int | None:
    """The number of a part (0070); None for what is none."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 5 else None


def _refusal(message: MessageIn, listed: Listed, settings: Mapping[str, Any]) -> Oddity | None:
    """Why a message is not read at all: another layout, or a type that is not taken."""
    if message.version in settings.get("older_versions", ()):
        said = f"{message.version}:{message.release}:{message.agency}"
        return Oddity("paxlst.version-unknown", 1, 2, 2, "", said)
    kind, refused = listed.tree.get("TypeCode", ""), settings.get("refused", {})
    if kind in refused:
        return Oddity("paxlst.type-refused", 0, 0, 0, "TypeCode", kind, said=(refused[kind],))
    return None


def _release(message: MessageIn, settings: Mapping[str, Any]) -> list[Oddity]:
    """A directory that the profile does not know; the list is read all the same."""
    known: Mapping[str, list[str]] = settings.get("versions", {})
    if not known or message.release in known.get(message.version, ()):
        return []
    said = f"{message.version}:{message.release}"
    names = "; ".join(
        f"{version}:{own[0]} to {version}:{own[-1]}" for version, own in known.items()
    )
    return [Oddity("paxlst.release-unknown", 1, 2, 2, "", said, said=(names,))]


def _function(message: MessageIn, listed: Listed, settings: Mapping[str, Any]) -> Purpose:
    """The function, and what is odd about how it is said."""
    kind, letters = listed.tree.get("TypeCode", ""), listed.tree.get("FunctionCode", "")
    functions: Mapping[str, str] | None = settings.get("functions", {}).get(kind)
    if functions is None:
        return Purpose(oddities=(Oddity("paxlst.type-unknown", 0, 0, 0, "TypeCode", kind),))
    at, code = _message_function(message)
    usual = code in settings.get("message_functions", ())
    said = functions.get(letters, "")
    if letters and not said and (usual or not code) and "" in functions:
        odd = Oddity("paxlst.function-assumed", at, 2, 1, "FunctionCode", letters)
        return Purpose(functions[""], oddities=(odd,), named=at)
    if not letters and said and code and not usual:
        odd = Oddity("paxlst.function-unknown", at, 3, 1, "FunctionCode", code)
        return Purpose("list", oddities=(odd,))
    if not said:
        odd = Oddity("paxlst.function-unknown", 0, 0, 0, "FunctionCode", letters)
        return Purpose("list", oddities=(odd,))
    if said == "note":
        odd = Oddity("paxlst.flight-changed", at, 2, 1, "FunctionCode", letters)
        return Purpose(said, oddities=(odd,))
    return Purpose(said)


def _message_function(message: MessageIn) -> tuple[int, str]:
    """Where BGM stands, and what it says in 1225."""
    for number, segment in enumerate(message.segments, 1):
        if segment[0][0] == "BGM":
            return number, value(segment, 3).strip()
    return 0, ""


def _extent(
    message: MessageIn, listed: Listed, part: str, settings: Mapping[str, Any]
) -> tuple[bool, Oddity | None]:
    """Whether one message holds all of a list, and what its total says against it."""
    alone = part_number(message.sequence) == 1 and message.flag == "F"
    if message.interchange.application in settings.get("pieces", ()):
        return False, None
    if message.sequence and not alone:
        return False, None
    total = TOTALS.get(part, "")
    stated = listed.means.get(total, {}).get("value", "")
    own = sum(1 for person in listed.persons if PARTS[person.name] == part)
    if not stated.isdecimal() or int(stated) == own:
        return True, None
    whole = not message.sequence or int(stated) < own
    said = (str(own), AS_WHOLE if whole else AS_PIECE)
    path = f"BorderTransportMeans.{total}"
    return whole, Oddity("list.count-differs", 0, 0, 0, path, stated, said=said)


def _flight(listed: Listed) -> str | None:
    carrier = listed.means.get("Carrier", {}).get("ID", "")
    said = designator(listed.means.get("JourneyID", ""), carrier)
    return flight_of(said, listed.calls) if said else None


def _flight_is_odd(listed: Listed) -> bool:
    """Whether the number of the flight itself is wrong, which is told elsewhere."""
    said = listed.means.get("JourneyID", "")
    return bool(said) and designator(said, listed.means.get("Carrier", {}).get("ID", "")) is None


def _says_nobody(listed: Listed, part: str) -> bool:
    total: Tree = listed.means.get(TOTALS.get(part, ""), {})
    return set(total.get("value", "")) == {"0"}
