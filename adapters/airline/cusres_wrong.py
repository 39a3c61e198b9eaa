"""What keeps a CUSRES from being an answer, in words: what is wrong, what was expected, what to do.

Rules
    All problems at once: errors first, then warnings, each in the order of the file. At most
    PROBLEMS_MAX are listed; what is beyond counts, and is one more problem.
    No reference of a person stands in a problem: its place says where it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from adapters.airline.cusres_reading import NOWHERE, Answered, Group, Said
from adapters.wire.edifact import MessageIn
from broker.adapter import Profile
from broker.model.problem import Problem, Severity, errors_first, rejects

ANSWER, CHANGE = "962", "132"
PROBLEMS_MAX = 100
_SHOWN_MAX, _FEW = 35, 8

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "cusres.type-unknown": (
        "the message is of no type by which an authority answers",
        "BGM+962, an answer; BGM+132, a decision that has changed",
        "a carrier's acknowledgement (BGM+312) belongs at the door for submissions",
    ),
    "cusres.reference-missing": (
        "nothing says which request is answered",
        "RFF+TN with the number of the list",
        "repeat RFF+TN of the list that is answered",
    ),
    "cusres.flight-missing": (
        "nothing says which flight the decision is about",
        "RFF+AF with DTM+189 and LOC+125, or DTM+232 and LOC+87",
        "name the flight with the day and airport of its departure",
    ),
    "cusres.answers-missing": (
        "the message holds no answer",
        "at least one ERP with ERC",
        "answer about the whole with ERP+1, about a person with ERP+2",
    ),
    "cusres.level-unknown": (
        "the answer is about nothing that is known here",
        "ERP+1, the whole; ERP+2, a person",
        "say what the answer is about",
    ),
    "cusres.person-missing": (
        "the answer does not say which person it is about",
        "RFF+ABO, or RFF+AVF",
        "repeat RFF+ABO of the person as the list has it",
    ),
    "cusres.person-repeated": (
        "the same person is answered twice, with different codes",
        "one answer about each person",
        "send the one that is meant",
    ),
    "code.unknown": (
        "no status is known for this code",
        "a code of the profile: {codes}",
        "use a code that is agreed, or ask the operator to add this one",
    ),
    "element.unknown": (
        "this segment has no place in an answer",
        "segments of a CUSRES answer",
        "leave it out; it is kept, and shown to no one",
    ),
}
_WARNINGS = frozenset({"element.unknown"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, and where."""

    code: str
    at: Said


def problems_of(message: MessageIn, answered: Answered, profile: Profile) -> tuple[Problem, ...]:
    """Everything that is wrong with a message."""
    own = (_problem(message, one, profile) for one in _wrong(answered, profile.settings))
    found = errors_first((*message.problems, *own))
    if len(found) <= PROBLEMS_MAX:
        return found
    return (*found[:PROBLEMS_MAX], _more(message, found[PROBLEMS_MAX:]))


def _wrong(answered: Answered, settings: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _wrong_head(answered)
    if not answered.groups:
        yield Wrong("cusres.answers-missing", NOWHERE)
    codes: dict[tuple[str, str], list[str]] = {}
    for group in answered.groups:
        yield from _wrong_group(group, settings)
        if group.level.value == "2" and group.person is not None:
            scheme, reference = group.person
            own = sorted(one.value for one in group.codes)
            if codes.setdefault((scheme, reference.value), own) != own:
                yield Wrong("cusres.person-repeated", reference.unsaid)
    yield from (Wrong("element.unknown", one) for one in answered.unknown)


def _wrong_head(answered: Answered) -> Iterator[Wrong]:
    kind, request = answered.type, answered.transaction
    if kind.value not in {ANSWER, CHANGE}:
        yield Wrong("cusres.type-unknown", kind)
    if kind.value == ANSWER and not (request and request.value):
        yield Wrong("cusres.reference-missing", kind.unsaid)
    if kind.value == CHANGE and answered.flight is None:
        yield Wrong("cusres.flight-missing", kind.unsaid)


def _wrong_group(group: Group, settings: Mapping[str, Any]) -> Iterator[Wrong]:
    if group.level.value not in {"1", "2"}:
        yield Wrong("cusres.level-unknown", group.level)
    if group.level.value == "2" and group.person is None:
        yield Wrong("cusres.person-missing", group.level.unsaid)
    known = {*settings.get("status_of", ()), *settings.get("notices", ())}
    yield from (Wrong("code.unknown", code) for code in group.codes if code.value not in known)


def _problem(message: MessageIn, wrong: Wrong, profile: Profile) -> Problem:
    text, expected, hint = _WORDS[wrong.code]
    usual: Severity = "warning" if wrong.code in _WARNINGS else "error"
    return Problem(
        code=wrong.code,
        text=text,
        severity=profile.settings.get("severities", {}).get(wrong.code, usual),
        message=message.number,
        where=message.place(*wrong.at[1:]),
        found=wrong.at.value[:_SHOWN_MAX] or None,
        expected=expected.format(codes=_few(profile.settings)),
        hint=hint,
    )


def _few(settings: Mapping[str, Any]) -> str:
    """Some of the codes that are known."""
    known = [*settings.get("status_of", ()), *settings.get("notices", ())]
    if not known:
        return "none is known yet"
    return ", ".join(islice(known, _FEW)) + (", ..." if len(known) > _FEW else "")


def _more(message: MessageIn, rest: tuple[Problem, ...]) -> Problem:
    return Problem(
        code="problems.more",
        text=f"{len(rest)} more problems are not shown",
        severity="error" if rejects(rest) else "warning",
        message=message.number,
        expected=f"at most {PROBLEMS_MAX} problems",
        hint="correct those shown and send again",
    )
