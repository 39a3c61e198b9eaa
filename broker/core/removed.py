"""Persons taken off a list: what that means to the answers about them.

named as removed      where removing the element is compliance (`Part.obeyed_by_removal`), an
                      adverse answer about it leaves the board, and returns with the person
                      under any strong key; who is named as not on board is still listed
removed in any case   is reported by name to the agency whose adverse answer it had
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from broker.core.effects import Making
from broker.core.rules import Rules
from broker.dossiers.merging import NOT_BOARDED
from broker.dossiers.standing import ADVERSE, element_of
from broker.model.dossier import Answer, Document, Target
from broker.model.events import body_of
from broker.model.lists import PRESENCE, ElementList, elements_at, numbered_lists, values_of
from broker.model.numbering import number_of
from broker.model.vector import unpack
from broker.routing.view import View, apply


def strong_keys(element: Mapping[str, Any], each: ElementList) -> tuple[str, ...]:
    """Digests of what identifies the element wherever it is met again."""
    found = []
    for number in each.strong:
        for value in values_of(element, each.keys[number]):
            named = "\x1f".join([each.element.keys[number], *value])
            found.append(hashlib.sha256(named.encode()).hexdigest()[:32])
    return tuple(found)


def obey(making: Making, before: Document | None, rules: Rules) -> None:
    """Adverse answers about elements that the message took off by name leave the board."""
    folded = making.folded
    if folded is None or before is None or not folded.removed:
        return
    kind = rules.kinds.get(making.dossier.kind)
    obeyed = {path for part in kind.parts if part.name == before.part
              for path in part.obeyed_by_removal} if kind else set()  # fmt: skip
    tree = body_of(before.payload)
    for each in numbered_lists(before.package):
        gone = set(folded.removed.get(each.path, ())) if each.path in obeyed else set()
        for element in elements_at(tree, each.steps):
            number = number_of(element)
            if number in gone:
                keys = strong_keys(element, each)
                making.change(
                    replace(answer, state="obeyed", keys=tuple({*answer.keys, *keys}))
                    for answer in _about(making, before.part, f"{each.path}[{number}]")
                )


def return_answers(making: Making, document: Document) -> None:
    """Adverse answers that were obeyed return with the person they are about."""
    obeyed = [
        one
        for one in making.answers.values()
        if one.state == "obeyed" and one.part == document.part
    ]
    if not obeyed:
        return
    tree = body_of(document.payload)
    for each in numbered_lists(document.package):
        for element in elements_at(tree, each.steps):
            if element.get(PRESENCE) == NOT_BOARDED:
                continue
            keys = set(strong_keys(element, each))
            making.change(
                replace(answer, state="counts", changed_at=_next_showing(making, answer, document))
                for answer in obeyed
                if keys & set(answer.keys)
            )


def _next_showing(making: Making, answer: Answer, document: Document) -> int:
    """The showing of this version: only an answer on it, or a later one, knows of the return."""
    shown = making.shown.get(answer.target)
    return max(shown.showing + 1, document.version) if shown else document.version


def _about(making: Making, part: str, path: str) -> Iterator[Answer]:
    for answer in making.answers.values():
        counts = answer.state == "counts" and answer.part == part
        if counts and answer.status in ADVERSE and element_of(answer.subject) == path:
            yield answer


def removals_for(
    making: Making, before: Document | None, target: Target, view: View
) -> list[Mapping[str, Any]]:
    """Who had an adverse answer of this target and is gone, by the names that its view passes."""
    if before is None:
        return []
    now = unpack(making.shown[target].vector).elements
    objections = {
        element_of(answer.subject): answer
        for answer in making.answers.values()
        if (answer.part, answer.recipient, answer.purpose) == target
        if answer.state != "over" and answer.status in ADVERSE
    }
    gone = {path: one for path, one in objections.items() if path and path not in now}
    if not gone:
        return []
    return list(_removals(gone, before, view))


def _removals(
    gone: Mapping[str, Answer], before: Document, view: View
) -> Iterator[Mapping[str, Any]]:
    cut = apply(view, body_of(before.payload)).tree
    for each in numbered_lists(before.package):
        for element in elements_at(cut, each.steps):
            path = f"{each.path}[{number_of(element)}]"
            if path in gone:
                names = [element.get(leaf) for leaf in ("FamilyName", "GivenName")]
                name = " ".join(filter(None, names))
                yield {"path": path, "answered": gone[path].status, "name": name}
