"""What an amendment breaks: demands of the profile that its result does not meet.

Rules
    The version that an amendment makes is judged as if it had been lodged. What was so in the
    version before is not the amendment's. A problem stands at the change that it came with.
What does not belong
    What can be amended at all (`broker.dossiers.amending`).
"""

from collections.abc import Iterator
from dataclasses import replace

from broker.core.rules import Rules
from broker.dossiers.folded import Folded
from broker.model.dossier import Dossier, Event
from broker.model.events import body_of
from broker.model.problem import Place, Problem, errors_first, rejects

PROBLEMS_MAX = 100
"""Demands that are listed; the others are counted."""


def broken_demands(
    dossier: Dossier, event: Event, folded: Folded, rules: Rules
) -> tuple[Problem, ...]:
    """What the profile demands of the version that an amendment makes, and that does not hold."""
    live, made = dossier.live.get(event.part), folded.document
    amends = event.does == "patch" and all(change.does == "amend" for change in event.changes)
    if live is None or made is None or not amends:
        return ()
    lodged = replace(event, profile=live.profile)
    found = rules.check_body(lodged, made.package, body_of(made.payload))
    if not found:
        return ()
    before = rules.check_body(lodged, live.package, body_of(live.payload))
    known = {(one.code, one.path, one.found) for one in before}
    new = [one for one in found if (one.code, one.path, one.found) not in known]
    return tuple(
        replace(one, message=event.message or None, part=event.part, where=_place(one, event))
        for one in _bounded(errors_first(new))
    )


def _bounded(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    yield from problems[:PROBLEMS_MAX]
    if more := problems[PROBLEMS_MAX:]:
        yield Problem(
            code="problems.more",
            text=f"{len(more)} more demands are not met, and not listed",
            severity="error" if rejects(more) else "warning",
            hint="correct what is listed, and ask again",
        )


def _place(problem: Problem, event: Event) -> Place:
    """Where the change stands that names what a problem is about, or what it is in."""
    path = (problem.path or "").partition(".")[2]
    for change in event.changes if path else ():
        if _is_within(path, change.path) or _is_within(change.path, path):
            return Place(**{name: change.place[name] for name in change.place if name != "block"})
    return problem.where


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))
