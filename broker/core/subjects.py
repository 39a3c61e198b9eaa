"""What an answer is about, inside the delivery that it is bound to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from broker.dossiers.declines import decline_problem
from broker.dossiers.standing import element_of
from broker.model.dossier import Delivered
from broker.model.lists import elements_at, lists_of, numbered_lists
from broker.model.paths import canonical_path, element_key, exists
from broker.model.problem import Problem

AMBIGUOUS, UNKNOWN = "answer.subject-ambiguous", "answer.subject-unknown"
_NAMED_MAX = 20
_LEAVES = {"ABO": "CarrierReferenceID", "AVF": "BookingReferenceID"}
"""Where a delivery shows the references by which an answer may name a person."""


class Naming(NamedTuple):
    """One answer with what it is about: the subject ("" the whole), the checks asked of it."""

    content: Mapping[str, Any]
    subject: str = ""
    checks: frozenset[str] = frozenset()
    problem: Problem | None = None


def resolve_subjects(
    contents: Sequence[Mapping[str, Any]], delivered: Delivered, numbers: Collection[str] = ()
) -> list[list[Naming]]:
    """What each answer is about; a problem where that is not part of the delivery.

    `numbers`: what the answer carries. Where the delivery is meant by its own number, the answer
    is about the elements that its message named, and no others: about the whole means each of
    those that it names nothing else about.
    """
    request = requested(delivered, numbers)
    found = [resolve_subject(content, delivered, request) for content in contents]
    if request is None or request >= set(names_in_delivery(delivered)):
        return [[one] for one in found]
    single = {element_of(one.subject) for one in found}
    rest = [path for path in names_in_delivery(delivered) if path in request - single]
    return [[one] if one.problem or one.subject else _each(one, delivered, rest) for one in found]


def requested(delivered: Delivered, numbers: Collection[str]) -> frozenset[str] | None:
    """The elements that the message named by whose number the delivery is meant; None: all."""
    package = delivered.content.get("package", "")
    if delivered.named is None or not package or not delivered.numbers & set(numbers):
        return None
    lists = {each.path for each in numbered_lists(package)}
    others = (path for path in names_in_delivery(delivered) if path.partition("[")[0] not in lists)
    return frozenset({*delivered.named, *others})


def _each(naming: Naming, delivered: Delivered, paths: Sequence[str]) -> list[Naming]:
    """An answer about the whole of a request, as answers about what the request named."""
    if not paths:
        return [naming._replace(problem=_decline(UNKNOWN, delivered, paths))]
    return [Naming(naming.content, path, _checks(path, delivered)) for path in paths]


def resolve_subject(
    content: Mapping[str, Any], delivered: Delivered, request: frozenset[str] | None = None
) -> Naming:
    """What one answer is about; `request`: the elements that it may be about, None: all."""
    if content.get("Part") not in {None, "", delivered.target.part}:
        return Naming(content, problem=_decline(UNKNOWN, delivered, request))
    reference = content.get("SubjectReference")
    subject = canonical_path(content.get("Subject") or "")
    if reference:
        found = _referred(reference, delivered)
        found = [path for path in found if request is None or path in request]
        if len(found) != 1:
            code = AMBIGUOUS if found else UNKNOWN
            return Naming(content, problem=_decline(code, delivered, request))
        subject = found[0]
    elif subject and not _is_delivered(subject, delivered, request):
        return Naming(content, problem=_decline(UNKNOWN, delivered, request))
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


def _is_delivered(subject: str, delivered: Delivered, request: frozenset[str] | None) -> bool:
    element = element_of(subject)
    if element and request is not None and element not in request:
        return False
    listed = delivered.content.get("elements")
    if isinstance(listed, list) and element not in {one["path"] for one in listed}:
        return False
    return exists(delivered.content.get("body") or {}, subject)


def _referred(reference: Mapping[str, Any], delivered: Delivered) -> list[str]:
    """The elements that a reference of theirs names, as far as the delivery shows it."""
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


def _decline(code: str, delivered: Delivered, request: Collection[str] | None) -> Problem:
    """The problem, with what may be named instead."""
    named = [one for one in names_in_delivery(delivered) if request is None or one in request]
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
