"""What a declarant may do when: the table of a profile, with dates.

Rules
    A table has states, in order. The state of a part is the last one whose conditions hold (and
    that may follow the one before it, where it has `over`); the first has no conditions.
    For each action and state there is a verdict: `apply` at once, `ask PURPOSE` (it is a request
    to the recipients that hold that purpose), or `refuse CODE`. `any` stands for the states that
    an action does not name.
What does not belong
    In which state a part is, and what a request does (`broker.dossiers.permission`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

ANY = "any"

Action = Literal["lodge", "add", "amend", "withdraw", "present", "release", "close"]
"""lodge: a document, first or again; add: a piece of it; the others are as events do them."""

ACTIONS: tuple[str, ...] = get_args(Action)

Fact = Literal[
    "presented", "arrived", "departed", "closed", "part_withdrawn", "withdrawn", "ended"
]  # fmt: skip
"""What the broker itself knows of a part: what was done to it, or reported of it."""

FACTS: tuple[str, ...] = get_args(Fact)
_VERDICT = re.compile(r"(apply)|ask ([a-z][a-z0-9-]*)|refuse ([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class State:
    """One state, and when a part is in it: all the conditions that are given must hold.

    `codes`: a native code that a deciding recipient has given. `statuses`: what the answers of the
    deciding recipients come to; `in_force`: what they have answered about anything that is still
    as it was. `adverse`: an adverse answer of any recipient is in force.
    `answered`: something that some recipient has decided is in force. `facts`: one of the broker's
    own. `over`: it follows these states alone.
    """

    name: str
    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    in_force: tuple[str, ...] = ()
    adverse: bool = False
    answered: bool = False
    facts: tuple[Fact, ...] = ()
    over: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """What the table says of one action in one state."""

    does: Literal["apply", "ask", "refuse"]
    purpose: str = ""
    code: str = ""


Verdicts = Mapping[str, str]
"""State: verdict, as it is written."""


@dataclass(frozen=True, slots=True)
class RequestTable:
    """The table of a profile, in force from `valid_from` to `valid_to` (days of receipt).

    `decided_by`: the purposes whose answers move the state. `parts`: verdicts that differ for a
    part. `fixed`: patterns that no amendment may change. `expires`: how long a request may stay
    undecided before it is refused, `escalates`: before it is overdue. `open`: the code of a
    request while another is open, `otherwise`: where no recipient holds the purpose, `expired`:
    where none has decided in time. `hints`: for a code, what may be done instead.
    """

    states: tuple[State, ...]
    verdicts: Mapping[Action, Verdicts]
    source: str = ""
    decided_by: tuple[str, ...] = ()
    parts: Mapping[str, Mapping[Action, Verdicts]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    expires: str = "30d"
    escalates: str = "3d"
    open: str = "request.open"
    otherwise: str = "request.refused"
    expired: str = "request.refused"
    hints: Mapping[str, str] = field(default_factory=dict)
    valid_from: str = "0001-01-01"
    valid_to: str = "9999-12-31"

    def verdict(self, action: str, state: str, part: str) -> Verdict:
        """What is done with this action in this state; one that the table leaves out is applied."""
        for verdicts in (self.parts.get(part, {}), self.verdicts):
            row: Verdicts = verdicts.get(action, {})  # type: ignore[call-overload]
            written = row.get(state, row.get(ANY))
            if written is not None:
                return read_verdict(written) or Verdict("apply")
        return Verdict("apply")


def read_verdict(written: str) -> Verdict | None:
    """The verdict that is written so; None: it is none."""
    found = _VERDICT.fullmatch(written)
    if found is None:
        return None
    if found[1]:
        return Verdict("apply")
    return Verdict("ask", purpose=found[2]) if found[2] else Verdict("refuse", code=found[3])


_OVER = {"withdrawn": "refuse event.already-withdrawn", "ended": "refuse event.already-withdrawn"}
_REUSED = {"withdrawn": "refuse reference.reused", "ended": "refuse reference.reused"}

AT_ONCE = RequestTable(
    states=(
        State("lodged"),
        State("closed", facts=("closed",)),
        State("withdrawn", facts=("withdrawn",)),
        State("ended", facts=("ended",)),
    ),
    verdicts={
        "lodge": {**_REUSED, "closed": "refuse reference.reused"},
        "add": _REUSED,
        "amend": {"withdrawn": "refuse reference.unknown", "ended": "refuse reference.unknown"},
        "withdraw": _OVER,
        "present": _OVER,
        "release": _OVER,
        "close": _OVER,
    },
)
"""The table of a profile that has none: everything is applied at once, until it is taken back."""


def tables_in_force(tables: tuple[RequestTable, ...], day: str) -> RequestTable:
    """The table in force on a day of receipt; of several the one that began last."""
    known = [one for one in tables if one.valid_from <= day <= one.valid_to]
    return max(known, key=lambda one: one.valid_from, default=AT_ONCE)


Found = Iterator[tuple[str, str]]
"""What is wrong: where in the table, and the sentence."""


def mistakes(table: RequestTable, held: Mapping[str, frozenset[str]]) -> Found:
    """What is wrong with a table.

    `held`: by action, the purposes under which some recipient decides such requests.
    """
    yield from _of_states(table)
    names = [state.name for state in table.states]
    every = {"verdicts": table.verdicts}
    every |= {f"parts.{part}": verdicts for part, verdicts in table.parts.items()}
    for place, verdicts in every.items():
        for action, row in verdicts.items():
            for state, written in row.items():
                where = f"{place}.{action}.{state}"
                if state not in {*names, ANY}:
                    yield where, f"unknown state {state!r}; known: {', '.join(names)}"
                yield from _of_verdict(where, written, held.get(action, frozenset()))


def _of_states(table: RequestTable) -> Found:
    names = [state.name for state in table.states]
    if not names or table.states[0] != State(names[0]):
        yield "states", "the first state has no conditions: it is the one that all begin in"
    if len(set(names)) < len(names):
        yield "states", "two states have one name"
    for at, state in enumerate(table.states):
        for above in sorted(set(state.over) - set(names[:at])):
            known = ", ".join(names[:at]) or "none before it"
            yield f"states[{at}].over", f"unknown state {above!r}; known: {known}"


def _of_verdict(where: str, written: str, held: frozenset[str]) -> Found:
    verdict = read_verdict(written)
    if verdict is None:
        yield where, f"unknown verdict {written!r}; write apply, ask PURPOSE or refuse CODE"
    elif verdict.does == "ask" and verdict.purpose not in held:
        yield (
            where,
            (
                f"no recipient decides this under the purpose {verdict.purpose!r}; add a row whose"
                " `requests` hold it"
            ),
        )
