"""What a step decided, as values: the core's station writes them in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from broker.model.dossier import Answer, Ask, Document, Dossier, Event, Outcome, Target
from broker.model.problem import Problem
from broker.state.aliases import Alias
from broker.state.due import Due
from broker.state.queue import Row


class Withdrawal(NamedTuple):
    """Cancel a target's unnumbered rows below `version`; the notice goes if one was numbered."""

    target: Target
    version: int
    notice: Row


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
