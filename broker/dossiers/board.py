"""The board: all asks and answers of a dossier, and the overall status.

Rules
    Every status comes from `standing`: the overall status, the board, every view of it and every
    reply. The overall status is the gravest over what is asked and what is held; an adverse answer
    outlives the ask, the part and the dossier it was given on. What has ended is `ended` to all,
    as soon as no adverse answer is in force.
    A reply is about one message: it is shown the elements that its message named, by the
    message's own numbers (`Scope`), and what is about the whole; what came with the event that it
    reports is shown in full, and earlier answers without what was news then (`news`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from broker.dossiers.news import ABOUT, NEWS, state_once, version_of
from broker.dossiers.owning import is_beside
from broker.dossiers.reported import Report, reports_of
from broker.dossiers.standing import (
    WAITING,
    Entry,
    Scope,
    Standing,
    element_of,
    entries,
    gravest,
    standing_of,
)
from broker.model.answer import ENDED
from broker.model.dossier import Answer, Ask, Dossier, Question, Request, Target, is_request

NOT_REQUIRED, WITHDRAWN = "not_required", "withdrawn"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose board it is: the declarant of a part, and what the message replied to has named.

    `event`: what the reply reports.
    """

    part: str
    scope: Scope | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The standings of a dossier's targets, each worked out once."""

    state: str
    asks: Mapping[Target, Ask]
    standings: Mapping[Target, Standing]
    requests: tuple[Request, ...] = ()
    questions: tuple[Question, ...] = ()
    reports: tuple[Report, ...] = ()

    def status(self, target: Target, scope: Scope | None = None) -> str | None:
        """What one target comes to; None where nothing is asked and nothing is held."""
        ask, standing = self.asks.get(target), self.standings.get(target)
        if standing is None:
            return WAITING if ask is not None and ask.counts else None
        return standing.status(ask, scope)

    @property
    def targets(self) -> list[Target]:
        """All that are asked or have answered."""
        return sorted({*self.asks, *self.standings})


def board_of(dossier: Dossier) -> Board:
    """The board of a dossier; where nothing was answered, what is asked is waiting."""
    answers: dict[Target, list[Answer]] = {}
    for answer in dossier.answers:
        if is_request(answer.part):
            continue
        answers.setdefault(answer.target, []).append(answer)
    standings = {
        target: standing_of(dossier.shown.get(target), found) for target, found in answers.items()
    }
    asks = {target: ask for target, ask in dossier.asks.items() if not is_request(target.part)}
    requests, questions = tuple(dossier.requests.values()), tuple(dossier.questions.values())
    reports = tuple(reports_of(dossier))
    return Board(dossier.state, asks, standings, requests, questions, reports)


def overall(board: Board, reader: Reader | None = None) -> str:
    """The overall status; for a reader: of the elements that their message named."""
    if board.state == ENDED:
        objections = [standing.objection for standing in board.standings.values()]
        return gravest(one for one in objections if one) or ENDED
    scope = reader.scope if reader else None
    part = reader.part if reader else ""
    found = [
        board.status(target, scope if reader and target.part == part else None)
        for target in board.targets
        if reader is None or concerns(part, target.part)
    ]
    status = gravest(one for one in found if one is not None)
    if board.state == "withdrawn":
        return WITHDRAWN if status in {None, WAITING, "conditional", "released"} else str(status)
    return status or NOT_REQUIRED


def board_tree(board: Board, status: str) -> dict[str, Any]:
    """The board as a plain tree (package `board`), before any view."""
    found = [entry for standing in board.standings.values() for entry in entries(standing)]
    found.sort(key=lambda entry: (entry.answer.order, entry.answer.ordinal))
    answers = [_shown(entry, entry.subject) for entry in found]
    shown = {"Question": [_question_tree(one, one.subject) for one in board.questions]}
    return {
        "OverallStatusCode": status, "Answer": answers, **_open(board.requests),
        **(shown if board.questions else {}), **_reported(board.reports),
    }  # fmt: skip


def request_tree(request: Request) -> dict[str, str]:
    """A request as boards and replies show it."""
    tree = {
        "SequenceNumeric": str(request.number),
        "TypeCode": request.does,
        "StatusCode": request.state,
        "FunctionalReferenceID": request.reference,
        "Part": request.event.part,
        "RefusalCode": request.code,
    }
    return {name: value for name, value in tree.items() if value}


def _open(requests: Iterable[Request]) -> dict[str, Any]:
    shown = [request_tree(request) for request in requests]
    return {"Request": shown} if shown else {}


def _reported(reports: Iterable[Report]) -> dict[str, Any]:
    """What was reported, as boards and replies show it."""
    leaves = ({"TypeCode": one.name, "DateTime": one.at, "AgencyID": one.by, "Part": one.part}
              for one in reports)  # fmt: skip
    shown = [{name: value for name, value in tree.items() if value} for tree in leaves]
    return {"Reported": shown} if shown else {}


def declarant_tree(board: Board, reader: Reader) -> dict[str, Any]:
    """The board for the declarant of one part, before any view.

    What agencies answered about other parties' parts is shown as its status alone, and what
    declarants have reported is not: they know it.
    """
    own = [
        entry
        for target, standing in board.standings.items()
        if target.part == reader.part
        for entry in entries(standing, reader.scope)
    ]
    own.sort(key=lambda entry: (entry.answer.order, entry.answer.ordinal))
    shown = (
        (entry.answer, _shown(entry, _named(entry.subject, reader.scope), reader)) for entry in own
    )
    version = version_of(entry.answer for entry in own)
    asked = [
        _question_tree(one, _named(one.subject, reader.scope))
        for one in board.questions
        if one.part == reader.part and _is_named(one.subject, reader.scope)
    ]
    about = {reader.part} if is_beside(reader.part) else {"", reader.part}
    return {
        "OverallStatusCode": overall(board, reader),
        **({"VersionID": version} if version else {}),
        "Answer": [*state_once(shown, reader.event), *_beside(board, reader.part)],
        **({"Question": asked} if asked else {}),
        **_reported(one for one in board.reports if one.by and one.part in about),
    }


def concerns(own: str, part: str) -> bool:
    """Whether the declarant of a part may hear of another one.

    Who joins by a public name alone hears of no other part, and its owner not of that one's.
    """
    return part == own or not (is_beside(own) or is_beside(part))


def _is_named(subject: str, scope: Scope | None) -> bool:
    """Whether a reader's message has named what a subject is in."""
    element = element_of(subject)
    return not element or scope is None or bool(scope(element))


def _question_tree(one: Question, subject: str) -> dict[str, Any]:
    """A question as a reader sees it, with its subject by the reader's own number."""
    tree: dict[str, Any] = {
        "SequenceNumeric": str(one.number), "AgencyID": one.recipient, "Subject": subject,
        "Part": one.part, "StatusCode": one.state, "DueDateTime": one.due_at, **one.content,
    }  # fmt: skip
    return {name: value for name, value in tree.items() if value}


def _beside(board: Board, part: str) -> Iterator[dict[str, Any]]:
    for target in board.targets:
        if target.part == part or not concerns(part, target.part):
            continue
        status = board.status(target)
        if status not in {None, WAITING}:
            yield {
                "AgencyID": target.recipient,
                "PurposeCode": target.purpose,
                "Part": target.part,
                "StatusCode": status,
            }


def _named(subject: str, scope: Scope | None) -> str:
    """The subject by the message's own number."""
    element = element_of(subject)
    if not element or scope is None:
        return subject
    return f"{scope(element) or ''}{subject.removeprefix(element)}"


_REWRITTEN = frozenset({"Subject", "SubjectReference", *ABOUT})


def _shown(entry: Entry, subject: str, reader: Reader | None = None) -> dict[str, Any]:
    answer = entry.answer
    tree: dict[str, Any] = {"AgencyID": answer.recipient, "PurposeCode": answer.purpose}
    tree |= {name: leaf for name, leaf in answer.content.items() if name not in _REWRITTEN}
    scope = reader.scope if reader else None
    for name in ABOUT:
        if answer.content.get(name):
            tree[name] = list(_by_own_numbers(answer.content[name], scope))
    if subject:
        tree["Subject"] = subject
    if answer.part:
        tree["Part"] = answer.part
    if entry.moved:
        tree["VersionID"] = str(answer.version)
        if answer.subject and scope is None:
            tree["FormerSubject"] = answer.subject
        elif scope is not None and not _names(scope, answer.subject):
            tree = {name: leaf for name, leaf in tree.items() if name not in NEWS}
    if answer.silent:
        tree["Silence"] = "true"
    return tree


def _names(scope: Scope, subject: str) -> bool:
    """Whether a message names what an answer was about, if that was one element."""
    element = element_of(subject)
    return not element or bool(scope(element))


def _by_own_numbers(
    stated: Iterable[Mapping[str, Any]], scope: Scope | None
) -> Iterator[dict[str, Any]]:
    """With paths by the message's own numbers; what is about others' elements has no path."""
    for one in stated:
        path = one.get("Path")
        element = element_of(path) if path else ""
        own = _named(path, scope) if path and scope and scope(element) else None
        if scope is None or not element or own == path:
            yield dict(one)
            continue
        rest = {name: leaf for name, leaf in one.items() if name not in {"Path", "Pointer"}}
        yield {**rest, "Path": own} if own else rest


def deadline_name(ask: Ask) -> str:
    """The name of an ask's deadline inside its dossier."""
    return f"deadline/{_name(ask)}"


def silence_name(ask: Ask) -> str:
    """The name of the moment at which silence releases what is asked."""
    return f"silence/{_name(ask)}"


def _name(ask: Ask) -> str:
    target = ask.target
    return f"{target.part}/{target.recipient}/{target.purpose}/{ask.showing}"
