"""What a step decided, as values: the core's station writes them in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from broker.model.dossier import (
    Answer,
    Ask,
    Document,
    Dossier,
    Event,
    Outcome,
    Sent,
    Target,
)
from broker.model.problem import Problem
from broker.routing.decision import Result
from broker.state.aliases import Alias
from broker.state.due import Due
from broker.state.queue import Row


class Withdrawal(NamedTuple):
    """Cancel a target's unnumbered rows below `version`.

    The notice goes if one was numbered, and names that one: its recipient knows no other.
    """

    target: Target
    version: int
    notice: Row


class Why(NamedTuple):
    """Under which configuration something was decided, by which rows, and what was withheld."""

    configuration: str
    result: Result | None = None
    withheld: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything one event did to one dossier; `dossier` is its state afterwards."""

    dossier: Dossier
    event: Event
    outcome: Outcome = "applied"
    problems: tuple[Problem, ...] = ()
    document: Document | None = None
    decisions: tuple[Mapping[str, Any], ...] = ()
    asks: tuple[Ask, ...] = ()
    answers: tuple[Answer, ...] = ()
    queue: tuple[Row, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    due: tuple[Due, ...] = ()
    aliases: tuple[Alias, ...] = ()


class Making:
    """Effects while a step makes them; it belongs to one step and leaves it as `effects()`.

    `dossier` is the state so far but for `sent`, `asks` and `board_version`, which are changed
    often and put in at the end.
    """

    def __init__(
        self,
        dossier: Dossier,
        event: Event,
        document: Document | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.dossier = dossier
        self.event = event
        self.document = document
        self.problems = problems
        self.sent: dict[Target, Sent] = dict(dossier.sent)
        self.asks: dict[Target, Ask] = dict(dossier.asks)
        self.board_version = dossier.board_version
        self.decisions: list[Mapping[str, Any]] = []
        self.asked: list[Ask] = []
        self.answers: tuple[Answer, ...] = ()
        self.queue: list[Row] = []
        self.withdrawals: list[Withdrawal] = []
        self.due: list[Due] = []
        self.aliases: tuple[Alias, ...] = ()

    def note(self, target: Target, version: int, sent: Sent, why: Why) -> None:
        """A decision about a version: its row, and the dossier's memory of it."""
        result = why.result
        reasons = (result.because, result.legal_basis) if result else ((), ())
        self.decisions.append(
            {
                "dossier": self.dossier.id,
                **target._asdict(),
                "version": version,
                "result": sent.result,
                "digest": sent.digest,
                "elements": orjson.dumps(sent.elements).decode(),
                "rules": orjson.dumps(result.rules if result else ()).decode(),
                "view": result.view if result else "",
                "because": orjson.dumps(reasons).decode(),
                "withheld": orjson.dumps(why.withheld).decode(),
                "configuration": why.configuration,
                "delivery": sent.delivery,
                "at": self.event.received_at,
            }
        )
        self.sent[target] = sent

    def effects(self) -> Effects:
        """What the step came to: applied."""
        settled = replace(
            self.dossier, sent=self.sent, asks=self.asks, board_version=self.board_version
        )
        return Effects(
            dossier=settled,
            event=self.event,
            problems=self.problems,
            document=self.document,
            decisions=tuple(self.decisions),
            asks=tuple(self.asked),
            answers=self.answers,
            queue=tuple(self.queue),
            withdrawals=tuple(self.withdrawals),
            due=tuple(self.due),
            aliases=self.aliases,
        )
