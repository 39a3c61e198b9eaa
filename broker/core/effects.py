"""What a step decided, as values: the core's station writes them in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import orjson

from broker.dossiers.folded import Folded
from broker.model.dossier import (
    Answer,
    Ask,
    Document,
    Dossier,
    Event,
    Outcome,
    Question,
    Request,
    Shown,
    Target,
)
from broker.model.problem import Problem
from broker.routing.decision import Result
from broker.state.aliases import Alias
from broker.state.due import Counted, Due
from broker.state.queue import Row


class Withdrawal(NamedTuple):
    """Cancel a target's unnumbered rows below `version`.

    The notice goes if a row was numbered, and names that one: its recipient knows no other.
    `expects`: the agency is asked about what became of something it objected to.
    """

    target: Target
    version: int
    notice: Row
    expects: Mapping[str, Any] | None = None


class Signal(NamedTuple):
    """What an operator should know; `fields` are those of `broker.logs.FIELDS`."""

    what: Literal["no_decider", "none_open", "differs", "not_applied"]
    fields: Mapping[str, str]


class Why(NamedTuple):
    """Under which configuration something was decided, by which rows, and what was withheld."""

    configuration: str
    result: Result | None = None
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything one event did to one dossier; `dossier` is its state afterwards.

    `drops`: how the names of moments begin that do not matter any more. `counted`: moments of
    silence that count from another arrival now. `signals`: what an operator should know.
    """

    dossier: Dossier
    event: Event
    outcome: Outcome = "applied"
    problems: tuple[Problem, ...] = ()
    documents: tuple[Document, ...] = ()
    decisions: tuple[Mapping[str, Any], ...] = ()
    shown: tuple[Target, ...] = ()
    asks: tuple[Ask, ...] = ()
    answers: tuple[Answer, ...] = ()
    queue: tuple[Row, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    due: tuple[Due, ...] = ()
    drops: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()
    signals: tuple[Signal, ...] = ()
    aliases: tuple[Alias, ...] = ()
    requests: tuple[Request, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def document(self) -> Document | None:
        """The version that the event made, or the first in which it took a part back."""
        return self.documents[0] if self.documents else None


class RequestReply(NamedTuple):
    """What the sender of a request is told about it: its state, and the answers that are new.

    `own`: it is the reply to the request itself, not to what became of it.
    """

    request: Request
    answers: tuple[Answer, ...] = ()
    problems: tuple[Problem, ...] = ()
    own: bool = True


class Making:
    """Effects while a step makes them; it belongs to one step and leaves it as `effects()`.

    `dossier` is the state so far but for `shown`, `asks`, `answers` and `board_version`, which
    change often and are put in at the end (`state()`).
    """

    def __init__(self, dossier: Dossier, event: Event, folded: Folded | None = None) -> None:
        self.dossier = dossier
        self.event = event
        self.folded = folded
        self.document = folded.document if folded else None
        self.taken = folded.taken if folded else ()
        self.outcome: Outcome = folded.outcome if folded else "applied"
        self.problems: tuple[Problem, ...] = folded.problems if folded else ()
        self.shown: dict[Target, Shown] = dict(dossier.shown)
        self.asks: dict[Target, Ask] = dict(dossier.asks)
        self.answers = {(one.event, one.ordinal): one for one in dossier.answers}
        self.board_version = dossier.board_version
        self.asked: list[Ask] = []
        self.decisions: list[Mapping[str, Any]] = []
        self.queue: list[Row] = []
        self.withdrawals: list[Withdrawal] = []
        self.due: list[Due] = []
        self.counted: list[Counted] = []
        self.signals: list[Signal] = []
        self.aliases: tuple[Alias, ...] = ()
        self.requests: list[Request] = []
        self.questions: list[Question] = []
        self.replies: list[RequestReply] = []
        self.remarks: dict[str, tuple[Problem, ...]] = {}
        self._before = dossier

    @property
    def shown_before(self) -> Mapping[Target, Shown]:
        """What targets had been shown before the event."""
        return self._before.shown

    def note(self, target: Target, version: int, shown: Shown, why: Why) -> None:
        """A decision about a version: its row, and the dossier's memory of it."""
        self.record(target, version, shown, why)
        self.shown[target] = shown

    def remark(self, part: str, problem: Problem) -> None:
        """Its declarant is told this of a part, beside what the board says."""
        self.remarks[part] = (*self.remarks.get(part, ()), problem)

    def record(self, target: Target, version: int, shown: Shown, why: Why) -> None:
        """A decision about a version: its row alone."""
        result = why.result
        reasons = (result.because, result.legal_basis) if result else ((), ())
        self.decisions.append(
            {
                "dossier": self.dossier.id,
                **target._asdict(),
                "version": version,
                "result": shown.result,
                "digest": shown.digest,
                "elements": orjson.dumps(elements_of(result)).decode(),
                "rules": orjson.dumps(result.rules if result else ()).decode(),
                "view": result.view if result else "",
                "because": orjson.dumps(reasons).decode(),
                "withheld": orjson.dumps(why.withheld).decode(),
                "configuration": why.configuration,
                "delivery": shown.delivery,
                "at": self.event.received_at,
            }
        )

    def apply(self, folded: Folded) -> None:
        """What was asked for is granted, and applied."""
        self.dossier = replace(
            folded.dossier,
            requests=self.dossier.requests,
            numbered=self.dossier.numbered,
            questions=self.dossier.questions,
            outcomes=self.dossier.outcomes,
        )
        self.folded, self.document, self.taken = folded, folded.document, folded.taken

    def request(self, request: Request) -> None:
        """This request is new, or has ended."""
        self.requests.append(request)
        rest = {number: one for number, one in self.dossier.requests.items()
                if number != request.number}  # fmt: skip
        if request.state == "open":
            rest[request.number] = request
        self.dossier = replace(
            self.dossier, requests=rest, numbered=max(self.dossier.numbered, request.number)
        )

    def question(self, question: Question) -> None:
        """This question is new, or has another state."""
        self.questions.append(question)
        rest = {number: one for number, one in self.dossier.questions.items()
                if number != question.number}  # fmt: skip
        if question.state != "closed":
            rest[question.number] = question
        numbered = max(self.dossier.numbered, question.number)
        self.dossier = replace(self.dossier, questions=rest, numbered=numbered)

    def _documents(self) -> tuple[Document, ...]:
        made = (self.document,) if self.document and self.document not in self.taken else ()
        return (*made, *self.taken)

    def ask(self, ask: Ask) -> None:
        """This ask is new, or has another state."""
        self.asks[ask.target] = ask
        self.asked.append(ask)

    def answers_of(self, target: Target) -> list[Answer]:
        """The answers of one target that count, and those that have ended."""
        return [
            one
            for one in self.answers.values()
            if one.state in {"counts", "ended"} and (one.part, one.recipient, one.purpose) == target
        ]

    def known_of(self, target: Target) -> list[Answer]:
        """All answers of one target that are not over."""
        return [
            one for one in self.answers.values() if one.target == target and one.state != "over"
        ]

    def change(self, answers: Iterable[Answer]) -> None:
        """These answers are new, or have another state."""
        for one in answers:
            self.answers[one.event, one.ordinal] = one

    def state(self) -> Dossier:
        """The dossier so far."""
        return replace(
            self.dossier,
            shown=self.shown,
            asks=self.asks,
            answers=tuple(one for one in self.answers.values() if one.state != "over"),
            board_version=self.board_version,
        )

    def effects(self) -> Effects:
        """What the step came to."""
        before = self._before
        known = {(one.event, one.ordinal): one for one in before.answers}
        return Effects(
            dossier=self.state(),
            event=self.event,
            outcome=self.outcome,
            problems=self.problems,
            documents=self._documents(),
            requests=tuple(self.requests),
            questions=tuple(self.questions),
            decisions=tuple(self.decisions),
            shown=tuple(t for t, one in self.shown.items() if before.shown.get(t) is not one),
            asks=tuple(self.asked),
            answers=tuple(one for key, one in self.answers.items() if known.get(key) is not one),
            queue=tuple(self.queue),
            withdrawals=tuple(self.withdrawals),
            due=tuple(self.due),
            counted=tuple(self.counted),
            signals=tuple(self.signals),
            aliases=self.aliases,
        )


def elements_of(result: Result | None) -> tuple[str, ...]:
    """The canonical paths of the matched elements; () is the whole."""
    if result is None or result.matched is None:
        return ()
    each = result.matched.each
    return tuple(f"{each}[{element.shown}]" for element in result.matched.elements)
