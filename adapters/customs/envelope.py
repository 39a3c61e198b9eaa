"""The envelope around WCO messages: MetaData with its fields, or a bare body.

Rules
    The root is MetaData with at least one body in it, or the body itself; anything else is one
    problem, `root.unknown`, and nothing is read. It states what is there: a message inside
    another envelope (SOAP), a namespace of another version, or another root.
    The fields of the envelope have no place in the canonical model: they are kept as unmapped
    values of the first message in it. In published notifications most of them are empty; that is
    no problem.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapters.customs.oddities import Oddities, Oddity
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
from broker.model.problem import Problem, cut

_BODY = re.compile(rb"<(?:[\w.-]{1,64}:)?(Declaration|Response)[\s/>]")
_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([A-Za-z_][\w.-]{0,64})")
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Enveloped:
    """The bodies of a document, and what is odd about its envelope."""

    bodies: tuple[Element, ...]
    odd: Oddities
    positions: Positions


def recognise(payload: bytes, body: str, form: str) -> Recognition | None:
    """Whether the first WCO class in the bytes is this one; certain where the root is right.

    Bytes that only resemble a WCO message are recognised with little certainty, so that the
    problem states what is wrong with the root.
    """
    head = _without_comments(payload[:_HEAD_BYTES].replace(b"\x00", b""))
    first, root = _BODY.search(head), _ROOT.search(head)
    if first is None or root is None or first[1] != body.encode():
        return None
    right = root[1] in {b"MetaData", body.encode()}
    return Recognition(form, 90 if right else 10)


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
    for child in _read_first(root, above, odd):
        row = above.rows[str(child.tag)]
        if row[0] == KEPT:
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


def _read_first(root: Element, above: Field, odd: Oddities) -> Iterator[Element]:
    """The children that the table knows; the others are noted, and counted where too many."""
    for index, child in enumerate(root):
        if str(child.tag) in above.rows:
            yield child
        elif odd.unknown(child, above):
            known = 0
            for later in child.itersiblings(*above.rows):
                known += 1
                yield later
            odd.count_unknown(above, len(root) - index - 1 - known)
            return


def _keep(child: Element, field: Field, odd: Oddities) -> None:
    if child.text and child.text.strip():
        odd.append(Oddity("kept", child, field, child.text.strip()))
    for name, value in child.items():
        odd.append(Oddity("attribute", child, field, str(value), str(name)))
    for below in child:
        odd.unknown(below, field)
        if below.tail and not below.tail.isspace():
            odd.append(Oddity("misplaced", child, field, below.tail.strip()))


def _unknown_root(root: Element, body: str, dialect: Dialect, positions: Positions) -> Problem:
    """What the document is instead: one in a wrapper, one of another version, or another."""
    inner = _wrapped(root, body, dialect)
    at = _misnamed(root, body, dialect) if inner is None else inner
    space, envelope = dialect.namespaces.elements[0], dialect.namespaces.envelope[0]
    if inner is not None:
        name, line = local_name(inner), positions.exact(inner).line
        text = f"{name} begins at line {line}, inside {name_of(root)!r}"
        expected = f"{name} as the root element"
        hint = f"send {name} alone, without {name_of(root)!r} around it"
    elif at is not None:
        text = f"{name_of(at)!r} is in {namespace_of(at)}"
        expected = f"{body} of {space}" if local_name(at) == body else f"MetaData of {envelope}"
        hint = "declare the namespace of the version that is read here"
    else:
        text = f"the root element is {name_of(root)!r}{_inside(root, body)}"
        expected = f"MetaData of {envelope} around {body} of {space}, or {body} alone"
        hint = "check that no prefix, colon or namespace was lost on the way"
    return Problem(
        code="root.unknown",
        text=text,
        where=positions.exact(root if at is None else at),
        path=local_name(root),
        found=cut(str((root if at is None else at).tag)),
        expected=expected,
        hint=hint,
    )


def _inside(root: Element, body: str) -> str:
    """What is in the root, in words: the body with its namespace, else its first element."""
    like = next((child for child in root if local_name(child) == body), None)
    if like is not None:
        return f" with {name_of(like)!r} of {namespace_of(like)} in it"
    return f" with {name_of(root[0])!r} in it" if len(root) else ""


def _wrapped(root: Element, body: str, dialect: Dialect) -> Element | None:
    """The first MetaData inside another element; inside a SOAP envelope, also a body alone."""
    if local_name(root).endswith(("MetaData", body)):
        return None
    wanted = _tags(dialect.namespaces.envelope, "MetaData")
    if local_name(root) == "Envelope":
        wanted |= _tags(dialect.namespaces.elements, body)
    return next(root.iter(*wanted), None)


def _misnamed(root: Element, body: str, dialect: Dialect) -> Element | None:
    """The envelope or the body, if its name is right and its namespace is another."""
    if local_name(root) == body:
        return root
    if local_name(root) != "MetaData":
        return None
    if root.tag not in _tags(dialect.namespaces.envelope, "MetaData"):
        return root
    return next((child for child in root if local_name(child) == body), None)
