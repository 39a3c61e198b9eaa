"""Canonical paths: the names of WCO classes and attributes from the body down, joined by dots.

    GoodsShipment.GovernmentAgencyGoodsItem[3].Commodity.Classification[#2].ID

Two forms of one thing
    A *pattern* has no brackets and names every instance: rules, views and profiles use it.
    A *path* names one instance: an element of a repeated class is named by its match key
    (`[3]`: SequenceNumeric 3), or by `[#n]`, its ordinal from 1, where it has no key.
    Never by index: a view or a version that leaves elements out renames nothing.
    Numbers compare as numbers: 1, 01, 001 and 1.0 name the same element, and a path spells it `1`.
"""

import re
from collections.abc import Iterator
from typing import Any

_BRACKETS = re.compile(r"\[[^\]]*\]")
_NUMBER = re.compile(r"\+?0*([0-9]+)(?:\.0*)?")


def pattern_of(path: str) -> str:
    """The path without its brackets."""
    return _BRACKETS.sub("", path)


def canonical_number(text: str) -> str:
    """The number of an element in the spelling of paths: 001 and 1.0 are 1; other text as it is."""
    if text.isdecimal() and text[0] != "0":
        return text
    found = _NUMBER.fullmatch(text.strip())
    return (found[1].lstrip("0") or "0") if found else text


def canonical_path(path: str) -> str:
    """The path with its numbers in their canonical spelling."""
    return _BRACKETS.sub(lambda found: f"[{canonical_number(found[0][1:-1])}]", path)


def element_key(element: Any, ordinal: int) -> str:
    """What names this element of a repeated class: its SequenceNumeric, else `#ordinal`.

    In a Pointer (97A) the number counts the element pointed at, it does not name the pointer.
    """
    if isinstance(element, dict) and "DocumentSectionCode" not in element:
        key = element.get("SequenceNumeric")
        if isinstance(key, str) and key:
            return canonical_number(key)
    return f"#{ordinal}"


def leaves(tree: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a plain tree with its path; pairs (amounts, measures) give two leaves."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(tree, list | tuple):
        for ordinal, element in enumerate(tree, 1):
            yield from leaves(element, f"{prefix}[{element_key(element, ordinal)}]")
    elif tree is not None:
        yield prefix, str(tree)


def exists(tree: Any, path: str) -> bool:
    """Whether the tree has what the path names."""
    for step in _steps(path):
        name, _, key = step.removesuffix("]").partition("[")
        tree = tree.get(name) if isinstance(tree, dict) else None
        if isinstance(tree, list):
            elements = enumerate(tree, 1)
            tree = next((one for at, one in elements if element_key(one, at) == key), None)
        if tree is None:
            return False
    return True


def _steps(path: str) -> list[str]:
    """The steps of a path: a point inside brackets divides nothing."""
    return re.split(r"\.(?![^\[]*\])", canonical_path(path))
