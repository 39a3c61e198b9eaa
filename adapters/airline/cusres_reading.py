"""One walk over the segments of a CUSRES: what it answers, and each of its answers.

Rules
    What stands before the first ERP says what is answered: RFF+TN, and the flight, by RFF+AF or
    TDT with the airports and times of its legs, in the order in which replies to carriers are
    written here (`cusres`): the times of departure, those of arrival, then the airports.
    Each ERP begins an answer: about the whole (1) or about a person (2), who is named by RFF+ABO,
    else by RFF+AVF, and never by position.
What does not belong
    What a code means, and what is wrong (`cusres_answer`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.airline.flight import designator, flight_of
from adapters.airline.moment import to_iso
from adapters.wire.edifact import MessageIn, Segment, value
from broker.adapter import Tree

PERSON_REFERENCES = ("ABO", "AVF")
"""By what an answer names a person, the surest first."""
_DEPARTS, _ARRIVES = "189", "232"
_KNOWN = frozenset({"UNH", "UNT", "GEI", "EQD"})


class Said(NamedTuple):
    """A value and its place: segment, element, component."""

    value: str
    segment: int
    element: int
    component: int

    @property
    def unsaid(self) -> "Said":
        """The place alone: the value is not what is wrong, or is a person's."""
        return self._replace(value="")


NOWHERE = Said("", 1, 0, 0)


@dataclass(slots=True)
class Group:
    """One ERP with what stands below it."""

    level: Said
    references: dict[str, Said] = field(default_factory=dict)
    codes: list[Said] = field(default_factory=list)
    texts: list[Said] = field(default_factory=list)

    @property
    def person(self) -> tuple[str, Said] | None:
        """The scheme and the reference by which a person is named."""
        for scheme in PERSON_REFERENCES:
            if scheme in self.references:
                return scheme, self.references[scheme]
        return None


@dataclass(slots=True)
class Leg:
    """A flight with its times and airports, as they stand."""

    flight: str
    carrier: str = ""
    times: list[tuple[str, str]] = field(default_factory=list)
    airports: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Answered:
    """What a CUSRES says. `unknown`: segments that have no place; `left`: values that are kept."""

    type: Said = NOWHERE
    number: Said | None = None
    transaction: Said | None = None
    revision: str = ""
    legs: list[Leg] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    unknown: list[Said] = field(default_factory=list)
    left: list[Said] = field(default_factory=list)

    @property
    def flight(self) -> str | None:
        """The flight by its carrier, number, day and airport of departure."""
        calls = [call for leg in self.legs for call in _calls(leg)]
        crossing = next(
            (leg for leg in self.legs if any(a == "125" for a, _ in leg.airports)), None
        )
        leg = crossing or next(iter(self.legs), None)
        name = designator(leg.flight, leg.carrier) if leg else None
        return flight_of(name, calls) if name else None


def read_answer(message: MessageIn) -> Answered:
    """What stands between UNH and UNT."""
    answered = Answered()
    segments = message.segments[:-1] if message.cut else message.segments
    for number, segment in enumerate(segments, 1):
        tag = segment[0][0]
        if tag == "ERP":
            answered.groups.append(Group(_said(segment, number, 1)))
        elif not (_in_group if answered.groups else _in_header)(answered, tag, segment, number):
            if tag not in _KNOWN:
                answered.unknown.append(Said(tag, number, 0, 0))
            if tag not in {"UNH", "UNT"}:
                answered.left += _values(segment, number)
    return answered


def _in_header(answered: Answered, tag: str, segment: Segment, number: int) -> bool:
    """Places a segment before the first ERP; whether it has a place."""
    qualifier = value(segment, 1).strip()
    match tag:
        case "BGM":
            answered.type = _said(segment, number, 1)
            own = _said(segment, number, 2)
            answered.number = own if own.value else None
        case "RFF" if qualifier == "TN":
            answered.transaction = _said(segment, number, 1, 2)
            answered.revision = value(segment, 1, 5).strip()
        case "RFF" if qualifier == "AF":
            _begin(answered, value(segment, 1, 2).strip(), "")
        case "TDT":
            carrier = value(segment, 5).strip()
            _begin(answered, value(segment, 2).strip(), carrier)
        case "DTM" if qualifier in {_DEPARTS, _ARRIVES} and answered.legs:
            moment = to_iso(value(segment, 1, 2).strip(), value(segment, 1, 3).strip())
            answered.legs[-1].times.append((qualifier, moment or ""))
        case "LOC" if answered.legs:
            answered.legs[-1].airports.append((qualifier, value(segment, 2).strip()))
        case _:
            return False
    return True


def _begin(answered: Answered, flight: str, carrier: str) -> None:
    """A leg; the same flight said by RFF and by TDT is one."""
    last = answered.legs[-1] if answered.legs else None
    if last is not None and last.flight == flight and not last.airports and not last.times:
        last.carrier = last.carrier or carrier
    elif flight:
        answered.legs.append(Leg(flight, carrier))


def _in_group(answered: Answered, tag: str, segment: Segment, number: int) -> bool:
    """Places a segment below an ERP; whether it has a place."""
    group = answered.groups[-1]
    match tag:
        case "RFF" if value(segment, 1) in PERSON_REFERENCES:
            reference = _said(segment, number, 1, 2)
            if reference.value:
                group.references.setdefault(value(segment, 1), reference)
        case "ERC":
            group.codes.append(_said(segment, number, 1))
        case "FTX":
            text = " ".join(one.strip() for one in segment[4] if one.strip()) if segment[4:] else ""
            if text:
                group.texts.append(Said(text, number, 4, 1))
        case _:
            return False
    return True


def _said(segment: Segment, number: int, element: int, component: int = 1) -> Said:
    return Said(value(segment, element, component).strip(), number, element, component)


def _values(segment: Segment, number: int) -> Iterator[Said]:
    for element, components in enumerate(segment[1:], 1):
        for component, text in enumerate(components, 1):
            if text.strip():
                yield Said(text, number, element, component)


def _calls(leg: Leg) -> Iterator[Tree]:
    """The airports of a leg with their times: it departs from all but the last."""
    departs = iter([moment for code, moment in leg.times if code == _DEPARTS])
    arrives = iter([moment for code, moment in leg.times if code == _ARRIVES])
    last = len(leg.airports) - 1
    for at, (role, airport) in enumerate(leg.airports):
        call: Tree = {"RoleCode": role, "ID": airport}
        if (at < last or role == "125") and (moment := next(departs, "")):
            call["DepartureDateTime"] = moment
        if at and (moment := next(arrives, "")):
            call["ArrivalDateTime"] = moment
        yield call
