"""What an answer depends on: the basis of each element that a view shows, as a digest.

Rules
    The basis of an element is what the view passes of it in any form, *as it was lodged* (before
    masks), and what it passes outside the element's list; the checks and codes of the row for it;
    and its match keys, whether the view shows them or not.
    It is not: what belongs to the message (the model marks it: function, number, time, version,
    authentication, pieces), the element's number, what the view lists under `beside`.
    Elements are those of the row's `each`; without it, those of every list with match keys that
    the view passes. What stands in no element is the rest, which has a basis of its own.
What does not belong
    Since when a basis holds (`broker.model.vector`), and what an answer settles by it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import orjson

from broker.model.lists import NUMBER, ElementList, Parts, elements_at, lists_of, values_of
from broker.model.packages import PACKAGES, index
from broker.model.paths import element_key
from broker.model.vector import DIGEST_BYTES, Basis, ElementBases
from broker.routing.decision import Result
from broker.routing.listing import Listed, ViewFile
from broker.routing.patterns import within
from broker.routing.sieves import Sieve, class_sieve, nested, subtree_sieve

Tree = Mapping[str, Any]
_SORTED = orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class ListBasis:
    """How the elements of one list are taken: `sieve` None: as the view has cut them.

    `without`: leaves of an element that are left out there. `hidden`: match keys of which the
    basis would otherwise show nothing.
    """

    path: str
    steps: tuple[str, ...]
    sieve: Sieve | None
    without: frozenset[str]
    hidden: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class BasisView:
    """The lines of a view as bases need them: what is outside all lists, and each list."""

    rest: Sieve
    lists: tuple[ListBasis, ...]


class Shown(NamedTuple):
    """A document and what a view passed of it."""

    tree: Tree
    cut: Tree


def compile_basis(file: ViewFile, *, whole: bool) -> BasisView:
    """The bases of a view, made ready once; `whole`: nothing is cut, so the spans are passed."""
    if file.package not in PACKAGES:
        return BasisView(class_sieve({}), ())
    lines = [line for line in file.paths if whole or line.path not in frozenset(file.spans)]
    excluded = [*(one.path.removesuffix(".**") for one in file.beside), *_of_message(file.package)]
    lists = lists_of(file.package)
    outside = [one.path for one in lists]
    rest = class_sieve(nested(_without(lines, [*excluded, *outside])))
    found = (_list_basis(each, lines, excluded) for each in lists)
    return BasisView(rest, tuple(one for one in found if one is not None))


def bases_of(view: BasisView, shown: Shown, result: Result, besides: bytes = b"") -> ElementBases:
    """The bases of what a row passed. `besides`: what else its answers depend on, digested."""
    rest = _bytes(view.rest(shown.tree, set()) or {})
    contents = {one.path: _contents(one, shown, result) for one in view.lists}
    own = [one for one in view.lists if result.matched is None or result.matched.each == one.path]
    others = {path: _digest(*found) for path, found in contents.items()}
    outside = [rest, besides]
    outside += [others[one.path] for one in view.lists if one not in own]
    base = Basis(_digest(*outside, _asked_bytes(_row(result))), result.checks)
    elements: dict[str, Basis] = {}
    for one in own:
        beside = [others[other.path] for other in own if other is not one]
        context = _digest(*outside, *beside)
        _add(elements, one, (context, contents[one.path]), (shown.tree, result))
    if result.answers in {"whole", "dossier"}:
        # By path: the order of the elements is not what an answer depends on.
        pairs = sorted((path, basis.digest.hex()) for path, basis in elements.items())
        everything = _digest(base.digest, _bytes(pairs))
        elements = {path: Basis(everything, basis.checks) for path, basis in elements.items()}
        base = Basis(everything, base.checks)
    return ElementBases(base, elements)


def _add(
    elements: dict[str, Basis],
    one: ListBasis,
    known: tuple[bytes, Sequence[bytes]],
    source: tuple[Tree, Result],
) -> None:
    """The bases of one list's elements. Two elements of one number have one basis together."""
    context, contents = known
    tree, result = source
    lodged = elements_at(tree, one.steps)
    if result.matched is None:
        row = _row(result)
        rows = [
            (element_key(element, at + 1), element, row, result.checks)
            for at, element in enumerate(lodged)
        ]
    else:
        rows = [
            (each.shown, lodged[each.indices[-1]], (*each.checks, "", *each.codes), each.checks)
            for each in result.matched.elements
        ]
    for at, (key, element, asked, checks) in enumerate(rows):
        content = contents[at] if at < len(contents) else b"{}"
        about = _asked_bytes(asked)
        digest = _digest(context, content, about, *_keys(element, one.hidden))
        path = f"{one.path}[{key}]"
        if path in elements:
            digest = _digest(elements[path].digest, digest)
        elements[path] = Basis(digest, checks)


def _contents(one: ListBasis, shown: Shown, result: Result) -> list[bytes]:
    """What is taken of each element that is passed, in the order of the list."""
    if one.sieve is None:
        without = one.without
        return [
            orjson.dumps({name: leaf for name, leaf in element.items() if name not in without},
                         option=_SORTED)
            for element in elements_at(shown.cut, one.steps)
        ]  # fmt: skip
    elements = elements_at(shown.tree, one.steps)
    if result.matched is not None and result.matched.each == one.path:
        elements = [elements[each.indices[-1]] for each in result.matched.elements]
    ignored: set[str] = set()
    return [_bytes(one.sieve(element, ignored) or {}) for element in elements]


def _row(result: Result) -> tuple[Any, ...]:
    """What a row says of the whole, as something to digest."""
    return (*result.checks, "", *result.codes) if result.checks or result.codes else ()


def _keys(element: Tree, hidden: tuple[Parts, ...]) -> Iterable[bytes]:
    for parts in hidden:
        yield _bytes(sorted(values_of(element, parts)))


def _bytes(tree: Any) -> bytes:
    return orjson.dumps(tree, option=_SORTED)


@cache
def _asked_bytes(asked: tuple[Any, ...]) -> bytes:
    """Checks and codes as something to digest; the same few for thousands of elements."""
    return _bytes(asked)


def _digest(*parts: bytes) -> bytes:
    """One digest of digests and JSON texts: each of them says itself where it ends."""
    return hashlib.blake2b(b"".join(parts), digest_size=DIGEST_BYTES).digest()


def _of_message(package: str) -> list[str]:
    return [node.pattern for node in index(package).values() if node.element.of_message]


def _without(lines: Iterable[Listed], excluded: Sequence[str]) -> list[Listed]:
    """The lines without these patterns, each passing its values as they are."""
    left = []
    for line in lines:
        path = line.path.removesuffix(".**")
        if any(within(path, pattern) for pattern in excluded):
            continue
        inside = [p.removeprefix(path + ".") for p in excluded if p.startswith(path + ".")]
        left.append(Listed(path=line.path, drop=(*line.drop, *inside)))
    return left


def _list_basis(
    each: ElementList, lines: Iterable[Listed], excluded: Sequence[str]
) -> ListBasis | None:
    """How the elements of a list are taken; None where the view passes nothing of them."""
    number = f"{each.path}.{NUMBER}"
    passed = [line for line in lines if _touches(line, each.path)]
    plain = [line.model_copy(update={"transform": "pass"}) for line in passed]
    left = _without(plain, [*excluded, number])
    if not passed or any(_drops(line, each.path) for line in passed):
        return None
    inside = [p for p in (*excluded, number) if p.startswith(each.path + ".")]
    changed = any(line.transform != "pass" for line in passed)
    nested_ones = any(
        "." in p.removeprefix(each.path + ".") for p in inside if _is_passed(p, passed)
    )
    names = frozenset(p.removeprefix(each.path + ".") for p in inside)
    sieve = _element_sieve(each.path, left) if changed or nested_ones else None
    hidden = tuple(
        parts
        for parts in each.keys
        if not _shows(each.path, parts, left) and NUMBER not in parts[1]
    )
    return ListBasis(each.path, each.steps, sieve, names, hidden)


def _touches(line: Listed, path: str) -> bool:
    own = line.path.removesuffix(".**")
    return own.startswith(path + ".") or (line.path.endswith(".**") and within(path, own))


def _drops(line: Listed, path: str) -> bool:
    """Whether a line that covers the list leaves the whole list out."""
    own = line.path.removesuffix(".**")
    return any(within(path, f"{own}.{dropped}") for dropped in line.drop)


def _is_passed(pattern: str, lines: Iterable[Listed]) -> bool:
    for line in lines:
        own = line.path.removesuffix(".**")
        covers = line.path.endswith(".**") and within(pattern, own)
        if (covers or within(own, pattern)) and not _drops(line, pattern):
            return True
    return False


def _shows(path: str, parts: Parts, lines: Sequence[Listed]) -> bool:
    above, leaves = parts
    top = f"{path}.{above}" if above else path
    return all(_is_passed(f"{top}.{leaf}", lines) for leaf in leaves)


def _element_sieve(path: str, lines: Iterable[Listed]) -> Sieve:
    """What the lines pass of one element of the list."""
    inside = []
    for line in lines:
        own = line.path.removesuffix(".**")
        if within(path, own):
            tops = [f"{own}.{dropped}" for dropped in line.drop]
            return subtree_sieve(
                top.removeprefix(path + ".") for top in tops if top.startswith(path + ".")
            )
        inside.append(line.model_copy(update={"path": line.path.removeprefix(path + ".")}))
    return class_sieve(nested(inside))
