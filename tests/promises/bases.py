"""What an answer depends on, worked out from full content and the lines of a view file.

Written apart from `broker.routing.basis`, as plainly as can be: slow, and easy to check by eye.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from broker.model.lists import NUMBER, ElementList, elements_at, lists_of, values_of
from broker.model.packages import index
from broker.model.paths import element_key
from broker.routing.decision import Result
from broker.routing.listing import ViewFile
from tests.promises.things import name_in

REST = ""
"""The path of what stands in no element."""


@dataclass(frozen=True)
class Seen:
    """One thing as a target is shown it: who it truly is, what its answer depends on."""

    thing: str
    basis: bytes
    checks: tuple[str, ...]
    confirmed: bool = True


def seen_by(
    tree: Mapping[str, Any], result: Result, file: ViewFile, besides: bytes = b""
) -> dict[str, Seen]:
    """All that one row passes of a document, by path; the rest under ""."""
    lists = [one for one in lists_of(file.package) if _touches(file, one.path)]
    chosen = {one.path: _chosen(tree, one, result) for one in lists}
    own = [one for one in lists if result.matched is None or result.matched.each == one.path]
    shorter = any(len(chosen[one.path]) < len(elements_at(tree, one.steps)) for one in own)
    keep = _Lines(file, shorter=shorter)
    contents = {
        one.path: [keep.cut(element, one.path) for _, element, *_ in chosen[one.path]]
        for one in lists
    }
    outside = keep.cut(tree, "", without=frozenset(one.path for one in lists_of(file.package)))
    found = {}
    for one in own:
        others = {path: each for path, each in contents.items() if path != one.path}
        for (key, element, checks, codes), content in zip(
            chosen[one.path], contents[one.path], strict=True
        ):
            keys = [sorted(values_of(element, parts)) for parts in one.keys
                    if NUMBER not in parts[1]]  # fmt: skip
            basis = _bytes([content, keys, outside, others, list(checks), list(codes),
                            besides.hex()])  # fmt: skip
            path = f"{one.path}[{key}]"
            confirmed = element.get("PresenceCode") != "not_confirmed"
            found[path] = Seen(name_in(element) or path, basis, checks, confirmed)
    inside = {path: each for path, each in contents.items() if path not in {o.path for o in own}}
    whole = _bytes([outside, inside, list(result.checks), list(result.codes), besides.hex()])
    if result.answers in {"whole", "dossier"}:
        everything = sorted([path, one.basis.decode()] for path, one in found.items())
        whole = _bytes([whole.decode(), everything])
        found = {
            path: Seen(one.thing, whole, one.checks, one.confirmed) for path, one in found.items()
        }
    return {REST: Seen(REST, whole, result.checks), **found}


def _chosen(tree: Mapping[str, Any], one: ElementList, result: Result) -> list[tuple]:
    elements = elements_at(tree, one.steps)
    if result.matched is not None and result.matched.each == one.path:
        return [
            (each.shown, elements[each.indices[-1]], each.checks, each.codes)
            for each in result.matched.elements
        ]
    return [
        (element_key(element, at), element, result.checks, result.codes)
        for at, element in enumerate(elements, 1)
    ]


def _touches(file: ViewFile, path: str) -> bool:
    lines = _Lines(file, shorter=False)
    return any(
        pattern.startswith(f"{path}.") and lines.passes(pattern)
        for pattern, node in index(file.package).items()
        if node.is_leaf
    )


class _Lines:
    """The lines of a view: what they pass in any form, without what no answer depends on."""

    def __init__(self, file: ViewFile, *, shorter: bool) -> None:
        self._lines = [one for one in file.paths if not (shorter and one.path in file.spans)]
        nodes = index(file.package).values()
        self._out = [node.pattern for node in nodes if node.element.of_message]
        self._out += [one.path.removesuffix(".**") for one in file.beside]
        self._out += [f"{one.path}.{NUMBER}" for one in lists_of(file.package)]

    def passes(self, pattern: str) -> bool:
        """Whether some line lists this leaf, and nothing leaves it out."""
        if any(_within(pattern, out) for out in self._out):
            return False
        for line in self._lines:
            own = line.path.removesuffix(".**")
            if _within(pattern, own):
                dropped = [f"{own}.{name}" for name in line.drop]
                if not any(_within(pattern, one) for one in dropped):
                    return True
        return False

    def cut(self, tree: Any, above: str, without: frozenset[str] = frozenset()) -> Any:
        """The leaves that are passed, where they stand; None: nothing is."""
        if isinstance(tree, dict):
            found = {}
            for name, value in tree.items():
                pattern = f"{above}.{name}" if above else name
                left = None if pattern in without else self.cut(value, pattern, without)
                if left is not None:
                    found[name] = left
            return found or None
        if isinstance(tree, list):
            return [self.cut(one, above, without) for one in tree] or None
        return tree if tree is not None and self.passes(above) else None


def _within(pattern: str, own: str) -> bool:
    return pattern == own or pattern.startswith(f"{own}.")


def _bytes(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
