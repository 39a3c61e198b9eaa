"""What an answer is about, inside the delivery that it is bound to."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from broker.dossiers.declines import decline_problem
from broker.dossiers.standing import element_of
from broker.model.dossier import Delivered
from broker.model.lists import elements_at, lists_of
from broker.model.paths import canonical_path, element_key, exists
from broker.model.problem import Problem

_NAMED_MAX = 20
_LEAVES = {"ABO": "CarrierReferenceID", "AVF": "BookingReferenceID"}
"""Where a delivery shows the references by which an answer may name a person."""


class Naming(NamedTuple):
    """One answer with what it is about: the subject ("" the whole), the checks asked of it."""

    content: Mapping[str, Any]
    subject: str = ""
    checks: frozenset[str] = frozenset()
    problem: Problem | None = None


def resolve_subject(content: Mapping[str, Any], delivered: Delivered) -> Naming:
    """What an answer is about; a problem if that is not part of the delivery."""
    reference = content.get("SubjectReference")
    subject = canonical_path(content.get("Subject") or "")
    if reference:
        found = _persons(reference, delivered)
        if len(found) != 1:
            code = "answer.subject-ambiguous" if found else "answer.subject-unknown"
            return Naming(content, problem=_decline(code, delivered))
        subject = found[0]
    elif subject and not _is_delivered(subject, delivered):
        return Naming(content, problem=_decline("answer.subject-unknown", delivered))
    return Naming(content, subject, _checks(subject, delivered))


def names_in_delivery(delivered: Delivered) -> Iterator[str]:
    """The elements of a delivery that an answer may name."""
    listed = delivered.content.get("elements")
    if isinstance(listed, list):
        yield from (one["path"] for one in listed)
        return
    body = delivered.content.get("body") or {}
    package = delivered.content.get("package", "")
    for each in lists_of(package) if package else ():
        for at, element in enumerate(elements_at(body, each.steps), 1):
            yield f"{each.path}[{element_key(element, at)}]"


def _is_delivered(subject: str, delivered: Delivered) -> bool:
    element = element_of(subject)
    listed = delivered.content.get("elements")
    if isinstance(listed, list) and element not in {one["path"] for one in listed}:
        return False
    return exists(delivered.content.get("body") or {}, subject)


def _persons(reference: Mapping[str, Any], delivered: Delivered) -> list[str]:
    """The persons that a reference of theirs names, as far as the delivery shows it."""
    leaf, value = _LEAVES.get(reference.get("Scheme", "")), reference.get("ID")
    body, package = delivered.content.get("body") or {}, delivered.content.get("package", "")
    return [
        f"{each.path}[{element_key(element, at)}]"
        for each in (lists_of(package) if package else ())
        for at, element in enumerate(elements_at(body, each.steps), 1)
        if leaf and value and element.get(leaf) == value
    ]


def _checks(subject: str, delivered: Delivered) -> frozenset[str]:
    listed, element = delivered.content.get("elements"), element_of(subject)
    if isinstance(listed, list):
        return frozenset(
            check
            for one in listed
            if not element or one["path"] == element
            for check in one["checks"]
        )
    return frozenset(delivered.content.get("checks", ()))


def _decline(code: str, delivered: Delivered) -> Problem:
    """The problem, with what may be named instead."""
    named = list(names_in_delivery(delivered))
    more = f" and {len(named) - _NAMED_MAX} more" if len(named) > _NAMED_MAX else ""
    expected = ", ".join(named[:_NAMED_MAX]) + more
    problem = decline_problem(code)
    return Problem(
        code=problem.code,
        text=problem.text,
        part=delivered.target.part,
        expected=expected or "an answer about the whole",
        hint=problem.hint,
    )
