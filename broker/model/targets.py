"""What the path of a change names in a package: a way that two paths of one element share.

A missing number is 1, and a class that occurs once ignores its number. The half of an amount or
a measure is the whole of it. Whether the element is anywhere is not looked at here.
"""

import re
from typing import NamedTuple

from broker.model.lists import NUMBER
from broker.model.packages import Field, Node, fields_of, index
from broker.model.paths import canonical_path, pattern_of

_STEP = re.compile(r"([A-Za-z0-9_]+)(?:\[#?([0-9]{1,18})\])?").fullmatch

Way = tuple[tuple[str, int], ...]
"""The steps of a path: a name and the number of the element, ONCE for what occurs once."""

ONCE = -1


class Target(NamedTuple):
    """What a path names: the way to it, what the model says of it, and the path with all keys."""

    way: Way
    node: Node
    path: str


def target_of(path: str, package: str) -> Target | None:
    """What a path names in the model; None: nothing. The half of a pair is the pair."""
    path, nodes = canonical_path(path), index(package)
    node = nodes.get(pattern_of(path))
    if node is None:
        return None
    if node.pattern.rpartition(".")[2] != node.field.name:
        path, node = path.rpartition(".")[0], nodes[node.pattern.rpartition(".")[0]]
    way: list[tuple[str, int]] = []
    names: list[str] = []
    above = ""
    for step in path.split("."):
        found = _STEP(step)
        if found is None:
            return None
        name = found[1]
        above = f"{above}.{name}" if above else name
        here = nodes[above].field
        if here.kind != "class" or not here.repeats:
            way.append((name, ONCE))
            names.append(name)
            continue
        number = int(found[2] or 1)
        way.append((name, number))
        names.append(f"{name}[{'' if is_numbered(here) else '#'}{number}]")
    return Target(tuple(way), node, ".".join(names))


def is_numbered(here: Field) -> bool:
    """Whether the elements of a class have numbers; those of a pointer number something else."""
    return (
        here.model is not None
        and "DocumentSectionCode" not in (fields := fields_of(here.model))
        and NUMBER in fields
    )
