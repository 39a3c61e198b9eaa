"""Where each value of a list stands in its message: the same walk, noting places as it goes.

Run only when somebody asks: for a problem that is told, or for the places of a message.
"""

from collections.abc import Iterator, Mapping

from adapters.airline.listed import Trace
from adapters.airline.reading import read_list
from adapters.wire.edifact import MessageIn
from broker.adapter import Path, Profile
from broker.model.paths import element_key, leaves
from broker.model.problem import Place

Spot = tuple[int, int, int]
"""Segment, element, component; all from 1, 0 for the whole."""

_START = (1, 0, 0)
_YEARS = {"BirthDateTime": 0, "IssueDateTime": 0, "ExpirationDateTime": 50}


def years_of(profile: Profile) -> Mapping[str, int]:
    """How many years behind the flight each day may lie, by its name."""
    said: Mapping[str, int] = profile.settings.get("years_after_flight", {})
    return {**_YEARS, **said}


def spots(message: MessageIn, profile: Profile) -> Mapping[Path, Spot]:
    """Every class and value of the body, nobody left out, with its spot."""
    trace: Trace = {}
    tree = read_list(message, years_of(profile), trace).tree
    return dict(_spots(tree, "", _START, trace))


def placed(message: MessageIn, profile: Profile) -> Iterator[tuple[Path, Place]]:
    """Every leaf of the body with its place."""
    tree = read_list(message, years_of(profile)).tree
    where = spots(message, profile)
    for path, _said in leaves(tree):
        yield path, message.place(*where.get(path, _START))


def _spots(tree: object, path: Path, above: Spot, trace: Trace) -> Iterator[tuple[Path, Spot]]:
    if path:
        yield path, above
    if isinstance(tree, dict):
        own = trace.get((id(tree), ""), above)
        for name, below in tree.items():
            here = trace.get((id(tree), name)) or trace.get((id(below), ""), own)
            yield from _spots(below, f"{path}.{name}" if path else name, here, trace)
    elif isinstance(tree, list):
        for ordinal, one in enumerate(tree, 1):
            here = trace.get((id(one), ""), above)
            yield from _spots(one, f"{path}[{element_key(one, ordinal)}]", here, trace)
