"""What an amendment by path does to lists whose elements the broker numbers: persons.

Rules
    A path names a person by the number in the dossier. The persons that an amendment changes are
    named by it, by those numbers: later answers about them are its replies' affair. Who is taken
    off is taken off by name.
    A new person has a number above all that were ever given in the list of that part.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from broker.model.dossier import Change
from broker.model.lists import NUMBER, ElementList, elements_at, numbered_lists
from broker.model.numbering import Numbers, number_of
from broker.model.problem import Place, Problem
from broker.model.targets import target_of

Tree = Mapping[str, Any]


def name_amended(
    before: Tree, after: Tree, changes: Sequence[Change], package: str, numbers: Numbers
) -> Problem | None:
    """Note whom the amendment names and takes off; what is wrong with the number of a new one."""
    for each in numbered_lists(package):
        was = {number_of(one) for one in elements_at(before, each.steps)}
        now = {number_of(one): one for one in elements_at(after, each.steps)}
        numbers.raise_to(each.path, elements_at(before, each.steps))
        mark = numbers.marks[each.path]
        pointed = dict(_pointed(each, changes, package))
        for number in sorted(now.keys() - was):
            if number <= mark:
                return _used(each, number, mark, pointed.get(number, changes[0]))
        for number in sorted(pointed.keys() & now):
            numbers.name(each.path, now[number], str(number))
        for number in sorted(was - now.keys()):
            numbers.remove(each.path, {NUMBER: str(number)})
        numbers.raise_to(each.path, now.values())
    return None


def _pointed(
    each: ElementList, changes: Sequence[Change], package: str
) -> Iterator[tuple[int, Change]]:
    """The elements of a list that changes point at, or into, by their numbers."""
    depth = len(each.steps)
    for change in reversed(changes):
        target = target_of(change.path, package)
        if target and tuple(name for name, _ in target.way[:depth]) == each.steps:
            yield target.way[depth - 1][1], change


def _used(each: ElementList, number: int, mark: int, change: Change) -> Problem:
    where = {name: value for name, value in change.place.items() if name != "block"}
    return Problem(
        code="amendment.number-used",
        text=f"number {number} of {each.path} was given before, to an element that is not there "
        "any more",
        where=Place(**where),
        path=change.path,
        found=str(number),
        expected=f"a number from {mark + 1}",
        hint="give a new element a number of its own",
    )
