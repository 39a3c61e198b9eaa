"""The board: all asks and answers of a dossier, and the overall status.

Rules
    The current answer is per (agency, purpose, part, subject, check): the one about the newest
    version, of those the latest by arrival. A later answer about the whole replaces its answers
    about elements under the same purpose and check. An answer about an older ask never settles a
    newer one, nor replaces what was said about it. A notice (no status) decides nothing. The
    overall status is over asks only; the gravest status wins. An ask that silence has released
    stands as released for what was not said; what its agency says later still counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from broker.model.dossier import Answer, Ask, Dossier, Target

GRAVITY = (
    "refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
    "conditional", "released",
)  # fmt: skip
"""Overall statuses, the gravest first; `acknowledged` counts as waiting."""

NOT_REQUIRED = "not_required"


Asks = Mapping[Target, Ask]


def overall(dossier: Dossier, asks: Asks) -> str:
    """The overall status of a dossier of which this is asked."""
    if dossier.state == "withdrawn":
        return "withdrawn"
    current = current_answers(dossier.answers)
    statuses = [_status(ask, current) for ask in asks.values() if ask.counts]
    return min(statuses, key=GRAVITY.index, default=NOT_REQUIRED)


def current_answers(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers in force, in order of arrival; notices are all kept."""
    found: dict[tuple[Any, ...], Answer] = {}
    for answer in sorted(answers, key=lambda one: (one.version, one.order, one.ordinal)):
        if answer.status is None:
            found["notice", answer.event, answer.ordinal] = answer
            continue
        topic = (answer.recipient, answer.purpose, answer.part, answer.check)
        if not answer.subject:
            for key in [key for key in found if key[:-1] == topic]:
                del found[key]
        found[(*topic, answer.subject)] = answer
    return tuple(sorted(found.values(), key=lambda one: (one.order, one.ordinal)))


def elapsed(dossier: Dossier, name: str) -> Dossier:
    """A deadline has passed: escalate shows the ask overdue, release closes it by silence.

    `name` is `deadline_name` of the ask; a deadline of an ask that is answered or gone changes
    nothing.
    """
    current = current_answers(dossier.answers)
    for target, ask in dossier.asks.items():
        if deadline_name(ask) != name or ask.state != "open":
            continue
        if _status(ask, current) != "waiting":
            return dossier
        state = "released" if ask.silence == "release" else "overdue"
        return replace(dossier, asks={**dossier.asks, target: ask._replace(state=state)})
    return dossier


def deadline_name(ask: Ask) -> str:
    """The name of an ask's due time inside its dossier."""
    return f"deadline/{ask.target.part}/{ask.target.recipient}/{ask.target.purpose}/{ask.version}"


def board_tree(dossier: Dossier) -> dict[str, Any]:
    """The board as a plain tree (package `board`), before any view."""
    return {
        "OverallStatusCode": dossier.overall,
        "Answer": [_shown(answer) for answer in current_answers(dossier.answers)],
    }


def declarant_tree(dossier: Dossier, asks: Asks, part: str) -> dict[str, Any]:
    """The board for the declarant of one part, before any view.

    What agencies said of other parties' parts is told as its status alone.
    """
    current = current_answers(dossier.answers)
    others = {answer.part for answer in current} - {part}
    beside = [
        {
            "AgencyID": target.recipient,
            "PurposeCode": target.purpose,
            "Part": target.part,
            "StatusCode": status,
        }
        for target, ask in sorted(asks.items())
        if target.part in others and ask.counts
        if (status := _status(ask, current)) != "waiting"
    ]
    own = [_shown(answer) for answer in current if answer.part == part]
    return {"OverallStatusCode": dossier.overall, "Answer": [*own, *beside]}


def _shown(answer: Answer) -> dict[str, Any]:
    part = {"Part": answer.part} if answer.part else {}
    whose = {"AgencyID": answer.recipient, "PurposeCode": answer.purpose}
    return {**whose, **answer.content, **part}


def ask_status(dossier: Dossier, target: Target) -> str:
    """What the board shows for one ask."""
    return _status(dossier.asks[target], current_answers(dossier.answers))


def _status(ask: Ask, current: tuple[Answer, ...]) -> str:
    unsaid = "released" if ask.state == "released" else "waiting"
    mine = [
        answer
        for answer in current
        if answer.status is not None
        and (answer.part, answer.recipient, answer.purpose) == ask.target
        and answer.version >= ask.version
    ]
    statuses = [unsaid if one.status == "acknowledged" else str(one.status) for one in mine]
    said_of = {answer.subject for answer in mine}
    if (
        not mine
        or ("" not in said_of and not set(ask.elements) <= said_of)
        or ("" not in said_of and not ask.elements)
    ):
        statuses.append(unsaid)
    return min(statuses, key=GRAVITY.index)
