"""What a target was shown of each element: digest of the basis, and since when it is unchanged.

Rules
    One vector for each (part, recipient, purpose), rewritten with each version of the part. An
    element's `since` is the showing from which it has been present on the same basis without a
    break: an answer on showing n is valid for the element if `since <= n`. So an element that was
    changed and changed back is open, and no older data is needed.
    A showing is the number of a delivery to this target: the version of the part, or the next
    number above the last one where something is shown again.
    Packed, an element takes eight bytes and little more: numbers, `since` and checks are runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import orjson

DIGEST_BYTES = 8
Checks = tuple[str, ...]


class Basis(NamedTuple):
    """What an answer about something depends on, as a digest; and the checks that are asked."""

    digest: bytes
    checks: Checks = ()


class Mark(NamedTuple):
    """What was shown of one element."""

    digest: bytes
    since: int
    checks: Checks = ()


@dataclass(frozen=True, slots=True)
class ElementBases:
    """The bases of one version for one target: of each element by its path, and of the rest."""

    rest: Basis
    elements: Mapping[str, Basis] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vector:
    """What a target was shown: a mark of each element by its path, and of what is outside."""

    rest: Mark | None = None
    elements: Mapping[str, Mark] = field(default_factory=dict)


EMPTY = Vector()


def advance(old: Vector, bases: ElementBases, showing: int) -> Vector:
    """The vector after a new version is shown: what is new or changed begins at this showing."""
    rest = old.rest
    since = rest.since if rest is not None and rest.digest == bases.rest.digest else showing
    before = old.elements
    elements: dict[str, Mark] = {}
    for path, (digest, checks) in bases.elements.items():
        known = before.get(path)
        began = known.since if known is not None and known.digest == digest else showing
        elements[path] = Mark(digest, began, checks)
    return Vector(Mark(bases.rest.digest, since, bases.rest.checks), elements)


def restate(old: Vector, bases: ElementBases) -> Vector:
    """The same vector under bases computed anew for the version it describes; `since` stays."""
    if old.rest is None:
        return old
    elements = {
        path: Mark(basis.digest, known.since, basis.checks)
        for path, basis in bases.elements.items()
        if (known := old.elements.get(path)) is not None
    }
    return Vector(Mark(bases.rest.digest, old.rest.since, bases.rest.checks), elements)


def pack(vector: Vector) -> bytes:
    """The vector as it is stored."""
    if vector.rest is None:
        return b""
    marks = [vector.rest, *vector.elements.values()]
    kinds = list(dict.fromkeys(mark.checks for mark in marks))
    numbers = {checks: at for at, checks in enumerate(kinds)}
    head = {
        "checks": kinds,
        "since": _runs([mark.since for mark in marks]),
        "of": _runs([numbers[mark.checks] for mark in marks]),
        "lists": _names(list(vector.elements)),
    }
    digests = b"".join(mark.digest for mark in marks)
    return orjson.dumps(head) + b"\n" + digests


def unpack(packed: bytes) -> Vector:
    """The vector that was stored."""
    if not packed:
        return EMPTY
    line, _, digests = packed.partition(b"\n")
    head = orjson.loads(line)
    kinds = [tuple(checks) for checks in head["checks"]]
    marks = [
        Mark(digests[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES], since, kinds[of])
        for at, (since, of) in enumerate(zip(_spread(head["since"]), _spread(head["of"]),
                                             strict=True))
    ]  # fmt: skip
    paths = list(_paths(head["lists"]))
    return Vector(marks[0], dict(zip(paths, marks[1:], strict=True)))


def _runs(values: Sequence[int]) -> list[list[int]]:
    return [[value, len(list(same))] for value, same in groupby(values)]


def _spread(runs: Sequence[Sequence[int]]) -> Iterator[int]:
    for value, count in runs:
        yield from [value] * count


def _names(paths: Sequence[str]) -> list[list[Any]]:
    """The paths by list, numbers in a row as [first, how many], other keys as they are."""
    names: list[list[Any]] = []
    for path in paths:
        above, _, key = path.removesuffix("]").rpartition("[")
        if not names or names[-1][0] != above:
            names.append([above])
        number = int(key) if key.isdecimal() and not key.startswith("0") else 0
        last = names[-1][-1]
        if number and isinstance(last, list) and sum(last) == number:
            last[1] += 1
        else:
            names[-1].append([number, 1] if number else key)
    return names


def _paths(names: Sequence[Sequence[Any]]) -> Iterator[str]:
    for above, *keys in names:
        for key in keys:
            if isinstance(key, str):
                yield f"{above}[{key}]"
            else:
                yield from (f"{above}[{number}]" for number in range(key[0], sum(key)))
