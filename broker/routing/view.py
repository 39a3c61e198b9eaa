"""`apply`: what a recipient may see, as an allow-list of paths.

Rules
    What is not listed is withheld: a field that the model gains tomorrow is withheld until
    somebody lists it. A pattern names a leaf; `Class.**` lists a whole subtree, less what `drop`
    names inside it.
    A transform passes a value, masks it, or makes it coarser; a value that a transform cannot
    make coarser is withheld.
    A list is cut to the matched elements, and the totals named under `spans` are then left out:
    they would tell of what was cut. Elements keep their keys. An element without key is named by
    its ordinal: in a list that is not cut, one of which nothing may be seen therefore leaves an
    empty place unless it is at the end.
    What was withheld is told as patterns, never as values, to operators, never to recipients.
What does not belong
    Who may see (`match`); whether patterns exist (`check`).
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from broker.adapter import Tree
from broker.model.vector import ElementBases
from broker.routing.basis import BasisView, Shown, bases_of, compile_basis
from broker.routing.decision import Result
from broker.routing.elements import Matched, kept
from broker.routing.listing import ViewFile
from broker.routing.sieves import Sieve, class_sieve, nested


@dataclass(frozen=True, slots=True)
class View:
    """A view made ready: one sieve for whole documents, one without the spans for cut ones.

    Likewise the bases of what it passes.
    """

    name: str
    package: str
    whole: Sieve
    cut: Sieve
    digest: str
    whole_basis: BasisView
    cut_basis: BasisView


class Cut(NamedTuple):
    """What a recipient sees, and the patterns that had a value and were withheld or changed.

    The tree shares unchanged values with the document: neither is ever written to. `shorter`:
    a list was cut to the matched elements.
    """

    tree: Tree
    withheld: tuple[str, ...]
    shorter: bool = False


def compile_view(file: ViewFile) -> View:
    """The view, made ready once."""
    spans = frozenset(file.spans)
    lines = [line for line in file.paths if line.path not in spans]
    return View(
        name=file.name,
        package=file.package,
        whole=class_sieve(nested(file.paths)),
        cut=class_sieve(nested(lines)),
        digest=hashlib.sha256(orjson.dumps(file.model_dump(mode="json"))).hexdigest(),
        whole_basis=compile_basis(file, whole=True),
        cut_basis=compile_basis(file, whole=False),
    )


def apply(view: View, tree: Tree, matched: Matched | None = None) -> Cut:
    """What may be seen of the tree, cut to the matched elements (None: the whole)."""
    withheld: set[str] = set()
    sieve, body, shorter = view.whole, tree, False
    if matched is not None:
        body, shorter = kept(tree, matched)
        if shorter:
            sieve = view.cut
            withheld.add(matched.each)
    return Cut(sieve(body, withheld) or {}, tuple(sorted(withheld)), shorter)


def bases(view: View, tree: Tree, cut: Cut, result: Result, besides: bytes = b"") -> ElementBases:
    """What answers about this cut depend on."""
    how = view.cut_basis if cut.shorter else view.whole_basis
    return bases_of(how, Shown(tree, cut.tree), result, besides)
