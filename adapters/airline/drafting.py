"""What a list does to its flight: the drafts of a message, by its function.

    list             put, if it is the whole list; else a piece, merged
    change           merge of the persons listed
    remove           patch: the persons listed go
    close            close
    cancel           withdraw: the party's lists of the flight are gone
    not-on-board     patch: the persons listed did not board; close
    on-board         patch: all but the persons listed did not board; close
    note             note: the history keeps it, no version changes

Each draft states how much of its list was taken (extent): a list that was cut removes no one.

What does not belong
    What the function is, and whether a list is whole (purpose).
    How persons of two pieces are found to be the same: the match keys of the model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from adapters.airline.extent import extent_of
from adapters.airline.listed import Listed, Person
from adapters.airline.purpose import PARTS, Purpose, part_number
from adapters.wire.edifact import MessageIn
from broker.adapter import Does, Draft, Reference, Tree, Unmapped
from broker.model.dossier import Change
from broker.model.paths import leaves
from broker.model.problem import Place

FLIGHT, TRANSACTION = "FLIGHT", "TN"
KIND, PACKAGE = "flight", "persons-report"


def drafts_of(
    message: MessageIn, listed: Listed, purpose: Purpose, left_out: frozenset[int]
) -> Iterator[Draft]:
    """The drafts; the values of persons who are left out are unmapped values of the first."""
    for draft in _drafts(message, listed, purpose, left_out):
        part = draft.part or PARTS["Passenger"]
        extent = extent_of(message, listed, purpose, left_out, part)
        yield replace(draft, extent=extent)


def _drafts(
    message: MessageIn, listed: Listed, purpose: Purpose, left_out: frozenset[int]
) -> Iterator[Draft]:
    if not purpose.function:
        return
    kept = [person for at, person in enumerate(listed.persons) if at not in left_out]
    unmapped = tuple(_unmapped(listed, left_out, message))
    body = _body(listed, kept)
    if purpose.named:
        place = _place(message, purpose.named, 2, 1)
        unmapped = (Unmapped(place, "FunctionCode", body.pop("FunctionCode")), *unmapped)
    place = Place(segment=f"TDT {listed.means_segment}", element="2.1")
    references = (Reference(FLIGHT, purpose.flight, place),) if purpose.flight else ()
    if number := body.get("FunctionalReferenceID"):
        references = (*references, Reference(TRANSACTION, number))
    if purpose.function in {"list", "change"}:
        whole = purpose.function == "list" and purpose.whole
        piece = _piece(message, purpose) if purpose.function == "list" else None
        if piece:
            body["ListPart"] = [piece]
        does: Does = "put" if whole else "merge"
        yield Draft(KIND, does, references, body, PACKAGE, purpose.part, unmapped=unmapped)
        return
    if purpose.function in _OF_THE_FLIGHT:
        does = _OF_THE_FLIGHT[purpose.function]
        yield Draft(KIND, does, references, body, PACKAGE, purpose.part, unmapped=unmapped)
        return
    for part, changes in _patches(purpose, listed, kept).items():
        yield Draft(
            KIND, "patch", references, body, PACKAGE, part, unmapped=unmapped, changes=changes
        )
        unmapped = ()
    if purpose.function != "remove":
        part = purpose.part or PARTS["Passenger"]
        yield Draft(KIND, "close", references, body, PACKAGE, part, unmapped=unmapped)


_OF_THE_FLIGHT: Mapping[str, Does] = {"note": "note", "cancel": "withdraw"}
"""What is about the flight, and about none of its persons."""


def _body(listed: Listed, kept: list[Person]) -> Tree:
    """The tree with the persons alone who go on."""
    body = dict(listed.tree)
    if len(kept) == len(listed.persons):
        return body
    means = {name: said for name, said in body["BorderTransportMeans"].items()
             if name not in PARTS}  # fmt: skip
    for name in PARTS:
        own = [person.tree for person in kept if person.name == name]
        if own:
            means[name] = own
    body["BorderTransportMeans"] = means
    return body


def _piece(message: MessageIn, purpose: Purpose) -> Tree | None:
    """The row that says which piece of a split list this is."""
    number = part_number(message.sequence)
    if number is None:
        return None
    piece = {"ReferenceID": message.access_reference or purpose.flight or ""}
    piece["SequenceNumeric"] = str(number)
    if message.flag:
        piece["TransferCode"] = message.flag
    return {name: said for name, said in piece.items() if said}


_DOES: Mapping[str, Literal["keep", "absent"]] = {"on-board": "keep", "not-on-board": "absent"}
"""What a closing list does to the persons that it names; any other list takes them off."""


def _patches(purpose: Purpose, listed: Listed, kept: list[Person]) -> dict[str, tuple[Change, ...]]:
    """The changes for each part that the persons listed belong to.

    A person on board is on board, whatever is wrong with their data.
    """
    found: dict[str, list[Change]] = {}
    if purpose.function == "close":
        return {}
    does: Literal["keep", "absent", "remove"] = _DOES.get(purpose.function, "remove")
    for person in listed.persons if does == "keep" else kept:
        path = f"BorderTransportMeans.{person.name}"
        part = purpose.part or PARTS[person.name]
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
