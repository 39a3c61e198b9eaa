"""The envelope around WCO messages: MetaData with its fields, or a bare body.

Rules
    The root is MetaData with at least one body in it, or the body itself; anything else is one
    problem, `wco.root-unknown`, and nothing is read.
    What the envelope says has no place in the canonical model: it is kept as unmapped values of
    the first message in it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from adapters.customs.reading import Oddities, Oddity
from adapters.mapping import KEPT, Dialect, Field, tag_in
from adapters.wire.xml import (
    Element,
    Positions,
    local_name,
    name_of,
    namespace_of,
    parse,
    stray_texts,
)
from broker.adapter import Recognition
from broker.model.problem import Problem

_BODY = re.compile(rb"<(?:[\w.-]{1,64}:)?(Declaration|Response)[\s/>]")
_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([A-Za-z_][\w.-]{0,64})")
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Enveloped:
    """The bodies of a document, and what its envelope showed."""

    bodies: tuple[Element, ...]
    odd: Oddities
    positions: Positions


def recognise(payload: bytes, body: str, form: str, version: str) -> Recognition | None:
    """Whether the first WCO class in the bytes is this one; certain where the root is right.

    Bytes that only resemble a WCO message are recognised with little certainty, so that their
    sender is told what is wrong with the root.
    """
    head = _without_comments(payload[:_HEAD_BYTES].replace(b"\x00", b""))
    first, root = _BODY.search(head), _ROOT.search(head)
    if first is None or root is None or first[1] != body.encode():
        return None
    right = root[1] in {b"MetaData", body.encode()}
    return Recognition(form, version, 90 if right else 10)


def _without_comments(head: bytes) -> bytes:
    """The bytes without comments; an unfinished one ends them."""
    kept: list[bytes] = []
    at = 0
    while (start := head.find(b"<!--", at)) >= 0:
        kept.append(head[at:start])
        end = head.find(b"-->", start)
        if end < 0:
            return b"".join(kept)
        at = end + 3
    kept.append(head[at:])
    return b"".join(kept)


def unwrap(payload: bytes, body: str, dialect: Dialect) -> Enveloped | Problem:
    """The bodies in their envelope, or the one problem that keeps them from being read."""
    root = parse(payload)
    if isinstance(root, Problem):
        return root
    positions, odd = Positions(payload), Oddities()
    spaces = dialect.namespaces
    if root.tag in _tags(spaces.elements, body):
        return Enveloped((root,), odd, positions)
    bodies: list[Element] = []
    if root.tag in _tags(spaces.envelope, "MetaData"):
        bodies = _bodies(root, dialect.top["MetaData"], odd)
    if not bodies:
        return _unknown_root(root, body, dialect, positions)
    return Enveloped(tuple(bodies), odd, positions)


@lru_cache(maxsize=64)
def _tags(namespaces: tuple[str, ...], local: str) -> frozenset[str]:
    return frozenset(tag_in(namespace, local) for namespace in namespaces)


def _bodies(root: Element, above: Field, odd: Oddities) -> list[Element]:
    bodies: list[Element] = []
    for child in root:
        row = above.rows.get(str(child.tag))
        if row is None:
            odd.append(Oddity("unknown", child, above))
        elif row[0] == KEPT:
            _keep(child, row[4], odd)
        elif len(bodies) < row[2]:
            bodies.append(child)
        else:
            odd.append(Oddity("repeated", child, row[4]))
    for text in stray_texts(root):
        odd.append(Oddity("misplaced", root, above, text.strip()))
    for name, value in root.items():
        odd.append(Oddity("attribute", root, above, str(value), str(name)))
    return bodies


def _keep(child: Element, field: Field, odd: Oddities) -> None:
    if child.text and child.text.strip():
        odd.append(Oddity("kept", child, field, child.text.strip()))
    for name, value in child.items():
        odd.append(Oddity("attribute", child, field, str(value), str(name)))
    for below in child:
        odd.append(Oddity("unknown", below, field))
        if below.tail and not below.tail.isspace():
            odd.append(Oddity("misplaced", child, field, below.tail.strip()))


def _unknown_root(root: Element, body: str, dialect: Dialect, positions: Positions) -> Problem:
    space, envelope = dialect.namespaces.elements[0], dialect.namespaces.envelope[0]
    like = next((child for child in root if local_name(child) == body), None)
    inside = f" with {name_of(root[0])!r} in it" if len(root) else ""
    if like is not None:
        inside = f" with {name_of(like)!r} of {namespace_of(like)} in it"
    return Problem(
        code="wco.root-unknown",
        text=f"the root element is {name_of(root)!r}{inside}",
        where=positions.exact(root),
        path=local_name(root),
        found=str(root.tag),
        expected=f"MetaData of {envelope} around {body} of {space}, or {body} alone",
        hint="check that no prefix, colon or namespace was lost on the way",
    )
