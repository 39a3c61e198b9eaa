"""What only the parts of a visit together show: persons on board against the list.

Rules
    Each declarant learns what concerns their own part: their own number, where it stands in their
    own form, and that the other form has another number. Nothing else of the other form is shown:
    it is what a declarant needs to see which is wrong, and a count names no person.
    It warns. Both may be right: a list that is older than the declaration is sent again.
    A list counts with what it declared: persons who were left out of it are on board all the same.
"""

from collections.abc import Iterator, Mapping

from adapters.maritime.fal1 import ARRIVAL, DEPARTURE
from adapters.maritime.layout import BODY, USUAL, layout
from adapters.maritime.list_problems import PART
from broker.adapter import LivePart
from broker.model.problem import Place, Problem

_CODE = "fal.crew-count-differs"
_COUNTED = (ARRIVAL, DEPARTURE)


def across(parts: Mapping[str, LivePart]) -> Iterator[tuple[str, Problem]]:
    """The number of crew that a declaration states, against the persons that the list declares."""
    crew_list = parts.get(PART)
    if crew_list is None:
        return
    listed = len(crew_list.body.get("BorderTransportMeans", {}).get("Crew", ()))
    if crew_list.extent is not None:
        listed = crew_list.extent.declared
    for part in _COUNTED:
        ship = parts[part].body.get("BorderTransportMeans", {}) if part in parts else {}
        stated = ship.get("CrewQuantity", {}).get("value", "")
        if stated and stated != str(listed):
            yield part, _of_declaration(part, stated, listed)
            yield PART, _of_list(stated, listed)


def _of_declaration(part: str, stated: str, listed: int) -> Problem:
    return Problem(
        code=_CODE,
        text=f"the declaration states {stated} crew; the visit's crew list declares {listed}",
        severity="warning",
        message=1,
        part=part,
        where=_place("FAL1", _cell("BorderTransportMeans.CrewQuantity")),
        path=f"{BODY}.BorderTransportMeans.CrewQuantity",
        found=stated,
        expected="the number of persons on the crew list",
        hint="correct the number, or see that the list is sent again",
    )


def _of_list(stated: str, listed: int) -> Problem:
    return Problem(
        code=_CODE,
        text=f"the list declares {listed} persons; the visit's declaration states {stated} crew",
        severity="warning",
        message=1,
        part=PART,
        where=_place("FAL5", layout(USUAL).forms["FAL5"].reference),
        path=f"{BODY}.BorderTransportMeans.Crew",
        found=str(listed),
        expected="as many persons as the declaration states",
        hint="send the whole list again if a person is missing or too many",
    )


def _place(form: str, cell: str) -> Place:
    return Place(sheet=layout(USUAL).forms[form].title, cell=cell)


def _cell(pattern: str) -> str:
    return next(one.cell for one in layout(USUAL).forms["FAL1"].fields if one.pattern == pattern)
