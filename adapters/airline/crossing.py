"""What only several values of a list show together: mostly warnings, told beside the list.

Rules
    Times are local to their airports: an arrival may seem up to a day before its departure.
    Two persons are the same by the carrier's own reference, or by a document and its issuer.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from adapters.airline.flight import designator, starts_with_carrier
from adapters.airline.legs import has_come, has_left
from adapters.airline.listed import Listed, Oddity, Person

_DAY = timedelta(days=1)


def crossings(listed: Listed) -> Iterator[Oddity]:
    """Everything that does not fit together."""
    yield from _flights(listed)
    yield from _ends(listed)
    yield from _times(listed)
    trees = [person.tree for person in listed.persons]
    references = [said for tree in trees if (said := tree.get("CarrierReferenceID"))]
    if len(set(references)) < len(references):
        yield from _repeated(listed, "paxlst.person-repeated", _references(listed))
    documents = [one for tree in trees for one in tree.get("AdditionalDocument", ())]
    numbers = [said for one in documents if (said := one.get("ID"))]
    if len(set(numbers)) < len(numbers):
        yield from _repeated(listed, "document.repeated", _documents(listed))
    if any("IssueDateTime" in one for one in documents):
        yield from _dates(listed)
    for index, tree in enumerate(trees):
        where = tree.get("DisembarkationLocationID")
        if where == tree.get("EmbarkationLocationID") and where:
            person = listed.persons[index]
            yield _about(
                index, person, "paxlst.journey-circular", "DisembarkationLocationID", where
            )


def _dates(listed: Listed) -> Iterator[Oddity]:
    """Birth, issue and expiry, in this order."""
    for index, person in enumerate(listed.persons):
        for ordinal, document in enumerate(person.tree.get("AdditionalDocument", ()), 1):
            if "IssueDateTime" in document and _disordered(person, document):
                name = f"AdditionalDocument[#{ordinal}].IssueDateTime"
                issued = document["IssueDateTime"]
                yield _about(index, person, "paxlst.dates-disordered", name, issued)


Told = tuple[tuple[str, ...], int, str]
"""What may be said once in a flight, the person (by index) and the name of the value."""


def _references(listed: Listed) -> list[Told]:
    return [
        ((said,), index, "CarrierReferenceID")
        for index, person in enumerate(listed.persons)
        if (said := person.tree.get("CarrierReferenceID"))
    ]


def _documents(listed: Listed) -> list[Told]:
    """Each document once for its holder, who may say it twice."""
    return [
        ((one.get("TypeCode", ""), one["ID"], one.get("IssueCountryCode", "")), index,
         f"AdditionalDocument[#{ordinal}].ID")
        for index, person in enumerate(listed.persons)
        for ordinal, one in enumerate(person.tree.get("AdditionalDocument", ()), 1)
        if "ID" in one
    ]  # fmt: skip


def _repeated(listed: Listed, code: str, told: list[Told]) -> Iterator[Oddity]:
    seen: dict[tuple[str, ...], int] = {}
    for key, index, name in told:
        if seen.setdefault(key, index) != index:
            yield _about(index, listed.persons[index], code, name, key[1 % len(key)])


def _about(index: int, person: Person, code: str, name: str, found: str) -> Oddity:
    return Oddity(code, 0, 0, 0, f"{person.path}.{name}", found, index)


def _disordered(person: Person, document: dict[str, str]) -> bool:
    issued = document["IssueDateTime"]
    return issued < person.tree.get("BirthDateTime", "") or issued > document.get(
        "ExpirationDateTime", "9"
    )


def _flights(listed: Listed) -> Iterator[Oddity]:
    for leg, segment in zip(listed.legs, listed.leg_segments, strict=True):
        said, carrier = leg.get("JourneyID"), leg.get("Carrier", {}).get("ID", "")
        path = "BorderTransportMeans.JourneyID"
        if said and designator(said, carrier) is None:
            yield Oddity("paxlst.flight-malformed", segment, 2, 1, path, said)
        elif said and carrier and not starts_with_carrier(said, carrier):
            yield Oddity("paxlst.carrier-differs", segment, 2, 1, path, said)


def _ends(listed: Listed) -> Iterator[Oddity]:
    """A flight that leaves comes somewhere, and one that comes has left."""
    for at, is_odd, code in (
        (0, has_come, "paxlst.departure-missing"),
        (-1, has_left, "paxlst.arrival-missing"),
    ):
        if listed.calls and is_odd(listed.calls[at]):
            call = listed.calls[at]
            path = f"BorderTransportMeans.Itinerary[{call['SequenceNumeric']}]"
            beside = f"LOC+{call.get('RoleCode', '')}"
            yield Oddity(code, 0, 0, 0, path, "", said=(beside,))


def _times(listed: Listed) -> Iterator[Oddity]:
    """Each departure with the arrival that follows it."""
    for before, after in zip(listed.calls, listed.calls[1:], strict=False):
        left, came = before.get("DepartureDateTime"), after.get("ArrivalDateTime")
        if left and came and _day(left) - _day(came) > _DAY:
            path = f"BorderTransportMeans.Itinerary[{after['SequenceNumeric']}].ArrivalDateTime"
            yield Oddity("paxlst.times-disordered", 0, 0, 0, path, came)


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])
