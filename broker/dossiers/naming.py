"""Which message named which element of a part last, and by which number.

A reply is about one message: about the elements that it was the last to name, by its own numbers.
Only lists that the broker numbers need this; elsewhere the sender's number is the dossier's.
"""

from collections.abc import Mapping
from typing import Any

from broker.dossiers.standing import Scope, element_of
from broker.model.dossier import Document, Dossier, PartNumbers
from broker.model.lists import elements_at, numbered_lists
from broker.model.numbering import Named, number_of, pairs_of

Spans = tuple[tuple[int, int], ...]
"""Numbers as runs of (first, how many)."""


def older_after(
    before: PartNumbers, live: Document | None, tree: Mapping[str, Any], named: Named, package: str
) -> dict[int, dict[str, Spans]]:
    """Which older messages are still the last to have named an element of the new version."""
    older: dict[int, dict[str, Spans]] = {}
    for each in numbered_lists(package):
        left = {number_of(element) for element in elements_at(tree, each.steps)}
        left -= {number for _, number in pairs_of(named.get(each.path, ()))}
        if not left:
            continue
        for version, lists in before.older.items():
            mine = left & _numbers(lists.get(each.path, ()))
            left -= mine
            _add(older, version, each.path, mine)
        if live is not None:
            _add(older, live.version, each.path, left)
    return older


def _add(older: dict[int, dict[str, Spans]], version: int, path: str, numbers: set[int]) -> None:
    if numbers:
        older.setdefault(version, {})[path] = _spans(numbers)


def _spans(numbers: set[int]) -> Spans:
    spans: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if spans and number == sum(spans[-1]):
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        else:
            spans.append((number, 1))
    return tuple(spans)


def _numbers(spans: Spans) -> set[int]:
    return {first + step for first, count in spans for step in range(count)}


def names_of(document: Document, dossier: Dossier) -> dict[str, str]:
    """The elements that this message was the last to name: path in the dossier -> in the message.

    Only of lists that the broker numbers.
    """
    older = dossier.parts.get(document.part, PartNumbers()).older
    own = older.get(document.version)
    names: dict[str, str] = {}
    for path, runs in document.named.items():
        if own is not None:
            allowed = _numbers(own.get(path, ()))
            pairs = [pair for pair in pairs_of(runs) if pair[1] in allowed]
        else:
            others = [_numbers(lists.get(path, ())) for lists in older.values()]
            taken = set[int]().union(*others)
            pairs = [pair for pair in pairs_of(runs) if pair[1] not in taken]
        names |= {f"{path}[{number}]": f"{path}[{mine}]" for mine, number in pairs}
    return names


def names_in(named: Named) -> dict[str, str]:
    """All elements that a message named: path in the dossier -> path in the message."""
    return {
        f"{path}[{number}]": f"{path}[{mine}]"
        for path, runs in named.items()
        for mine, number in pairs_of(runs)
    }


def scope_of(names: Mapping[str, str], package: str) -> Scope | None:
    """How a message names the elements of a package; None: all of them, by their own numbers."""
    lists = {each.path for each in numbered_lists(package)}
    if not lists:
        return None

    def own(path: str) -> str | None:
        element = element_of(path)
        if element.partition("[")[0] not in lists:
            return path
        return names.get(element)

    return own
