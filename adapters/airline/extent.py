"""How much of a list a message holds, and how much of it was taken.

Rules
    Declared are the persons who are there, or as many as the message states (CNT), if that is more.
    A list is cut if persons were left out of it, if it was truncated, if UNT counts more segments
    than were read, or if the total of a list that claims to be whole is higher than its persons.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from adapters.airline.listed import Listed, Person
from adapters.airline.purpose import PARTS, TOTALS, Purpose
from adapters.wire.edifact import MessageIn
from broker.adapter import Extent

_TOO_MANY = "paxlst.persons-too-many"


def extent_of(
    message: MessageIn, listed: Listed, purpose: Purpose, left_out: AbstractSet[int], part: str
) -> Extent:
    """The extent of a draft about this part: of all persons, where the type names the part."""
    persons = [
        (at, person)
        for at, person in enumerate(listed.persons)
        if purpose.part or PARTS[person.name] == part
    ]
    out = tuple(person.path for at, person in persons if at in left_out)
    own = sum(PARTS[person.name] == part for _at, person in persons)
    stated = _stated(listed, part)
    short = purpose.function == "list" and purpose.whole and stated > own
    return Extent(
        declared=max(stated, own) + len(persons) - own,
        taken=len(persons) - len(out),
        left_out=out,
        cut=bool(out) or short or is_truncated(message, listed),
    )


def is_truncated(message: MessageIn, listed: Listed) -> bool:
    """Whether more was sent than was read."""
    return message.lacks_segments or any(one.code == _TOO_MANY for one in listed.oddities)


def persons_by_path(listed: Listed) -> Mapping[str, Person]:
    """Each person of a message by their path in it."""
    return {person.path: person for person in listed.persons}


def _stated(listed: Listed, part: str) -> int:
    """The total of the part that the message states; 0 where it states none."""
    stated: str = listed.means.get(TOTALS.get(part, ""), {}).get("value", "")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) <= 9 else 0
