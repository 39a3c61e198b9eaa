"""What a list does to its flight: the drafts of a message, by the letters in its BGM.

    list             put, if it is the whole list; else a piece, merged
    change           merge of the persons listed
    remove           patch: the persons listed go
    close            close
    not-on-board     patch: the persons listed go; close
    on-board         patch: all but the persons listed go; close
    note             note: the history keeps it, no version changes

Which letters mean what, which part a type is about, and which application references always send
pieces: the profile (`functions`, `parts`, `pieces`).
What does not belong
    How persons of two pieces are found to be the same: the match keys of the model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adapters.airline.flight import designator, flight_of
from adapters.airline.listed import Listed, Oddity, Person
from adapters.wire.edifact import MessageIn
from broker.adapter import Does, Draft, Profile, Reference, Tree, Unmapped
from broker.model.dossier import Change
from broker.model.paths import leaves
from broker.model.problem import Place

FLIGHT = "FLIGHT"
KIND, PACKAGE = "flight", "persons-report"
_PARTS = {"Passenger": "passengers", "Crew": "crew"}
_TOTALS = {"passengers": "PassengerQuantity", "crew": "CrewQuantity"}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a message is for: its function in a word, the part, the flight; what is odd in these."""

    function: str
    part: str
    flight: str | None
    oddities: tuple[Oddity, ...]


def purpose_of(message: MessageIn, listed: Listed, profile: Profile) -> Purpose:
    """What the message is for; `function` "" means that it cannot be taken at all."""
    settings = profile.settings
    kind, letters = listed.tree.get("TypeCode", ""), listed.tree.get("FunctionCode", "")
    functions: Mapping[str, Mapping[str, str]] = settings.get("functions", {})
    refusal = _refusal(message, kind, settings)
    if refusal:
        return Purpose("", "", None, (refusal,))
    odd: list[Oddity] = []
    function = functions[kind].get(letters, "")
    if not function:
        odd.append(Oddity("paxlst.function-unknown", 0, 0, 0, "FunctionCode", letters))
    flight = _flight(listed)
    if flight is None and not _flight_is_odd(listed):
        odd.append(Oddity("paxlst.flight-unknown", 0, 0, 0, "BorderTransportMeans", ""))
    empty = not listed.persons and function not in {"close", "note", "not-on-board", ""}
    if empty and not _says_nobody(listed, settings.get("parts", {}).get(kind, "")):
        odd.append(Oddity("paxlst.persons-missing", len(message.segments), 0, 0, "", ""))
    if message.sequence and _number(message.sequence) is None:
        odd.append(Oddity("paxlst.part-malformed", 1, 4, 1, "ListPart", message.sequence))
    part: str = settings.get("parts", {}).get(kind, "")
    return Purpose(function or "list", part, flight, tuple(odd))


def _refusal(message: MessageIn, kind: str, settings: Mapping[str, Any]) -> Oddity | None:
    """Why a message is not read at all: another layout, or a type that is not taken."""
    if message.version not in settings.get("versions", ()):
        said = f"{message.version}:{message.release}:{message.agency}"
        return Oddity("paxlst.version-unknown", 1, 2, 2, "", said)
    if kind in settings.get("functions", {}):
        return None
    code = "paxlst.type-refused" if kind in settings.get("refused", ()) else "paxlst.type-unknown"
    return Oddity(code, 0, 0, 0, "TypeCode", kind)


def _flight(listed: Listed) -> str | None:
    carrier = listed.means.get("Carrier", {}).get("ID", "")
    said = designator(listed.means.get("JourneyID", ""), carrier)
    return flight_of(said, listed.calls) if said else None


def _flight_is_odd(listed: Listed) -> bool:
    """Whether the number of the flight itself is wrong, which is told elsewhere."""
    said = listed.means.get("JourneyID", "")
    return bool(said) and designator(said, listed.means.get("Carrier", {}).get("ID", "")) is None


def _says_nobody(listed: Listed, part: str) -> bool:
    total: Tree = listed.means.get(_TOTALS.get(part, ""), {})
    return set(total.get("value", "")) == {"0"}


def drafts_of(
    message: MessageIn,
    listed: Listed,
    purpose: Purpose,
    left_out: frozenset[int],
    profile: Profile,
) -> Iterator[Draft]:
    """The drafts, those left out kept as unmapped values of the first."""
    if not purpose.function:
        return
    kept = [person for at, person in enumerate(listed.persons) if at not in left_out]
    unmapped = tuple(_unmapped(listed, left_out, message))
    body = _body(listed, kept)
    place = Place(segment=f"TDT {listed.means_segment}", element="2.1")
    references = (Reference(FLIGHT, purpose.flight, place),) if purpose.flight else ()
    if purpose.function in {"list", "change"}:
        whole = purpose.function == "list" and _is_whole(message, listed, purpose, profile)
        piece = _piece(message, purpose) if purpose.function == "list" else None
        if piece:
            body["ListPart"] = [piece]
        does: Does = "put" if whole else "merge"
        yield Draft(KIND, does, references, body, PACKAGE, purpose.part, unmapped=unmapped)
        return
    if purpose.function == "note":
        yield Draft(KIND, "note", references, body, PACKAGE, purpose.part, unmapped=unmapped)
        return
    for part, changes in _patches(purpose, listed, kept).items():
        yield Draft(
            KIND, "patch", references, body, PACKAGE, part, unmapped=unmapped, changes=changes
        )
        unmapped = ()
    if purpose.function != "remove":
        part = purpose.part or _PARTS["Passenger"]
        yield Draft(KIND, "close", references, body, PACKAGE, part, unmapped=unmapped)


def _body(listed: Listed, kept: list[Person]) -> Tree:
    """The tree with those persons alone who are kept."""
    body = dict(listed.tree)
    if len(kept) == len(listed.persons):
        return body
    means = {name: said for name, said in body["BorderTransportMeans"].items()
             if name not in _PARTS}  # fmt: skip
    for name in _PARTS:
        own = [person.tree for person in kept if person.name == name]
        if own:
            means[name] = own
    body["BorderTransportMeans"] = means
    return body


def _is_whole(message: MessageIn, listed: Listed, purpose: Purpose, profile: Profile) -> bool:
    """Whether one message holds all of a list: no part number, or a single part that counts up."""
    if message.interchange.application in profile.settings.get("pieces", ()):
        return False
    if not message.sequence:
        return True
    stated = listed.means.get(_TOTALS.get(purpose.part, ""), {}).get("value")
    own = sum(1 for person in listed.persons if _PARTS[person.name] == purpose.part)
    return (
        _number(message.sequence) == 1
        and message.flag == "F"
        and (stated is None or not stated.isdecimal() or int(stated) == own)
    )


def _piece(message: MessageIn, purpose: Purpose) -> Tree | None:
    """The row that says which piece of a split list this is."""
    number = _number(message.sequence)
    if number is None:
        return None
    piece = {"ReferenceID": message.access_reference or purpose.flight or ""}
    piece["SequenceNumeric"] = str(number)
    if message.flag:
        piece["TransferCode"] = message.flag
    return {name: said for name, said in piece.items() if said}


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 5 else None


def _patches(purpose: Purpose, listed: Listed, kept: list[Person]) -> dict[str, tuple[Change, ...]]:
    """The changes for each part that the persons listed belong to.

    Who is on board is on board, whatever is wrong with what is said of him.
    """
    found: dict[str, list[Change]] = {}
    if purpose.function == "close":
        return {}
    does: Literal["keep", "remove"] = "keep" if purpose.function == "on-board" else "remove"
    for person in listed.persons if does == "keep" else kept:
        path = f"BorderTransportMeans.{person.name}"
        part = purpose.part or _PARTS[person.name]
        found.setdefault(part, []).append(Change(does, path, person.tree))
    return {part: tuple(changes) for part, changes in found.items()}


def _unmapped(listed: Listed, left_out: frozenset[int], message: MessageIn) -> Iterator[Unmapped]:
    """Values without a place in the model, and all values of those who are left out."""
    for one in listed.left_over:
        yield Unmapped(
            _place(message, one.segment, one.element, one.component), one.path, one.value
        )
    for at in sorted(left_out):
        person = listed.persons[at]
        where = _place(message, person.segment, 0, 0)
        for path, said in leaves(person.tree):
            yield Unmapped(where, f"{person.path}.{path}", said)


def _place(message: MessageIn, segment: int, element: int, component: int) -> Place:
    """A place without its byte: most of these are never looked at."""
    tag = message.segments[segment - 1][0][0]
    named = f"{element}.{component}" if component else str(element)
    return Place(segment=f"{tag} {segment}", element=named if element else None)
