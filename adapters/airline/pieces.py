"""What is missing in a list that came in pieces: parts by their numbers, persons by the total.

Asked for when nothing more has come for a while; nobody who came is held back for those who did
not. Pieces belong together by their common access reference.
"""

from collections.abc import Iterator

from broker.adapter import Tree
from broker.model.problem import Problem

_SHOWN = 20
_LISTED = {"passengers": ("Passenger", "PassengerQuantity"), "crew": ("Crew", "CrewQuantity")}


def lacks(part: str, tree: Tree) -> Iterator[Problem]:
    """Numbers that are missing below the last one, last ones that are missing, persons missing."""
    lists: dict[str, dict[int, str]] = {}
    for piece in tree.get("ListPart", ()):
        said = piece.get("SequenceNumeric", "")
        if said.isdecimal():
            numbers = lists.setdefault(piece.get("ReferenceID", ""), {})
            numbers[int(said)] = piece.get("TransferCode", "")
    for reference, numbers in lists.items():
        yield from _gaps(part, reference, numbers)
    yield from _persons(part, tree)


def _gaps(part: str, reference: str, numbers: dict[int, str]) -> Iterator[Problem]:
    finals = [number for number, flag in numbers.items() if flag == "F"]
    last = max(finals, default=max(numbers))
    missing = [number for number in range(1, min(last, 10_000)) if number not in numbers]
    named = ", ".join(f"{number:02d}" for number in missing[:_SHOWN])
    came = ", ".join(f"{number:02d}" for number in sorted(numbers)[:_SHOWN])
    if missing:
        yield Problem(
            code="paxlst.part-missing",
            text=f"of the list {reference!r} these parts have not come: {named}",
            part=part,
            path="Declaration.ListPart",
            found=came,
            expected=f"parts 01 to {last:02d}",
            hint="send the missing parts; whoever came has gone on",
        )
    if not finals:
        yield Problem(
            code="paxlst.last-part-missing",
            text=f"of the list {reference!r} the last part has not come",
            part=part,
            path="Declaration.ListPart",
            found=came,
            expected="a part that is marked F",
            hint="send the missing parts; whoever came has gone on",
        )


def _persons(part: str, tree: Tree) -> Iterator[Problem]:
    name, total = _LISTED.get(part, ("", ""))
    means = tree.get("BorderTransportMeans", {})
    stated = means.get(total, {}).get("value", "")
    listed = len(means.get(name, ()))
    if stated.isdecimal() and int(stated) > listed:
        yield Problem(
            code="list.count-differs",
            text=f"the list says {int(stated)} persons, {listed} are listed",
            severity="warning",
            part=part,
            path=f"Declaration.BorderTransportMeans.{total}",
            found=str(listed),
            expected=stated,
            hint="send those who are missing, or correct the number (CNT)",
        )
