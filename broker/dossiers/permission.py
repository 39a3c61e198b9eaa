"""Whether an event may be applied now: the state of its part, what the table says, what is open.

Rules
    Only the owner of a part may ask for anything about it; to all others it does not exist.
    The table in force on the day of receipt decides, by the state of the part: apply, ask, refuse.
    While a request is open, nothing else changes what it names, and its party asks for nothing
    else about the part. The same request again is repeated, and so is the live version.
    What an authority has corrected in vain is lodged whole before anything of it is amended.
What does not belong
    Who decides a request, and what becomes of it (`broker.core.requested`, `broker.core.decided`).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from broker.dossiers.board import Board, board_of
from broker.dossiers.folded import UNCORRECTED
from broker.dossiers.reported import name_of
from broker.dossiers.standing import ADVERSE, FAVOURABLE
from broker.model.dossier import Dossier, Event, Request, Target, is_request
from broker.model.events import body_of
from broker.model.packages import PACKAGES
from broker.model.request_table import RequestTable, State, Verdict
from broker.model.targets import target_of

ACTIONS = {
    "put": "lodge", "merge": "add", "patch": "amend", "withdraw": "withdraw",
    "present": "present", "release": "release", "close": "close",
}  # fmt: skip
"""What an event does, in the words of tables."""


class Permission(NamedTuple):
    """What becomes of an event: the verdict in its state, or the open request that forbids it.

    `again`: the event is that request once more.
    """

    verdict: Verdict
    state: str = ""
    open: Request | None = None
    again: bool = False


def permission_for(dossier: Dossier, event: Event, table: RequestTable) -> Permission:
    """What the table and the open requests say of an event of a part's owner."""
    action = ACTIONS.get(event.does, "")
    if not action or dossier.state == "new" or not is_owner(dossier, event):
        return Permission(APPLY)  # what it is not entitled to, `fold` declines
    if action in {"lodge", "add"} and _is_first(dossier, event):
        return Permission(APPLY)
    state = state_of(dossier, event.part, table)
    verdict = _verdict(dossier, event, table.verdict(action, state, event.part))
    again = [request for request in dossier.requests.values() if _is_again(request, event)]
    if again:
        return Permission(verdict, state, again[0], again=True)
    if verdict.does == "refuse" or _is_live(dossier, event, verdict):
        return Permission(verdict, state)
    return Permission(verdict, state, _forbidding(dossier, event, asks=verdict.does == "ask"))


APPLY = Verdict("apply")


def _verdict(dossier: Dossier, event: Event, verdict: Verdict) -> Verdict:
    """The table's, but for what changes nothing and for what cannot be amended."""
    if _is_live(dossier, event, verdict):
        return APPLY
    corrected_in_vain = UNCORRECTED in dossier.facts.get(event.part, ())
    if event.does == "patch" and corrected_in_vain and verdict.does != "refuse":
        return Verdict("refuse", code="request.lodge-whole")
    return verdict


def profile_for(dossier: Dossier, event: Event) -> str:
    """Whose table decides: that of the profile under which the part was lodged."""
    known = dossier.live.get(event.part) or dossier.gone.get(event.part)
    if known is None:
        lodged = [*dossier.live.values(), *dossier.gone.values()]
        known = next((one for one in lodged if one.party == event.party), None)
    return known.profile if known is not None else event.profile


def is_owner(dossier: Dossier, event: Event) -> bool:
    """Whether the event's party lodged the part, or may lodge it; of the whole: the dossier."""
    known = dossier.live.get(event.part) or dossier.gone.get(event.part)
    if known is not None:
        return known.party == event.party
    if event.part:
        return True  # it is no one's yet
    lodged = [*dossier.live.values(), *dossier.gone.values()]
    return event.party in {dossier.party, *(document.party for document in lodged)}


def state_of(dossier: Dossier, part: str, table: RequestTable) -> str:
    """The state of a part: the last one of the table whose conditions hold."""
    known = _Known(dossier, part, table)
    current = ""
    for state in table.states:
        if (not state.over or current in state.over) and known.meets(state):
            current = state.name
    return current


class _Known:
    """What conditions ask about a part; answers are looked at only if one asks about them."""

    def __init__(self, dossier: Dossier, part: str, table: RequestTable) -> None:
        self._dossier, self._part, self._table = dossier, part, table
        facts = (*dossier.facts.get(part, ()), *dossier.facts.get("", ()))
        self._facts = {*map(name_of, facts), *self._broker()}

    def meets(self, state: State) -> bool:
        """Whether all conditions of a state hold."""
        return (
            (not state.codes or any(f"code:{code}" in self._facts for code in state.codes))
            and (not state.facts or any(fact in self._facts for fact in state.facts))
            and (not state.statuses or bool(self._decided() & {*state.statuses}))
            and (not state.in_force or bool(self._in_force() & {*state.in_force}))
            and (not state.adverse or self._is_held())
            and (not state.answered or self._is_answered())
        )

    def _broker(self) -> Iterator[str]:
        state = self._dossier.state
        if state in {"closed", "withdrawn", "ended"}:
            yield state
        elif self._part in self._dossier.gone and self._part not in self._dossier.live:
            yield "part_withdrawn"

    def _concerns(self, part: str) -> bool:
        return part == self._part or (self._part not in self._dossier.versions)

    def _is_held(self) -> bool:
        """Whether an adverse answer of any agency is in force."""
        return any(
            answer.status in ADVERSE and answer.state == "counts"
            for answer in self._dossier.answers
            if not is_request(answer.part) and self._concerns(answer.part)
        )

    def _is_answered(self) -> bool:
        """Whether anything that an agency has decided is in force.

        A release of what has changed since settles nothing: what is there now is unanswered.
        """
        board = board_of(self._dossier)
        about = [target for target in board.standings if self._concerns(target.part)]
        return bool(_statuses(board, about) & (ADVERSE | FAVOURABLE))

    def _decided(self) -> set[str]:
        """What the answers of the deciding agencies come to."""
        board = board_of(self._dossier)
        return {board.status(target) or "" for target in self._deciding(board)}

    def _in_force(self) -> set[str]:
        """The statuses of anything that the deciding agencies have answered about."""
        board = board_of(self._dossier)
        return _statuses(board, self._deciding(board))

    def _deciding(self, board: Board) -> list[Target]:
        return [
            target
            for target in board.standings
            if target.purpose in self._table.decided_by and self._concerns(target.part)
        ]


def _statuses(board: Board, targets: Iterable[Target]) -> set[str]:
    """What all that these targets were shown comes to, thing by thing, and what they hold."""
    standings = [board.standings[target] for target in targets]
    things = [thing for one in standings for thing in (*one.elements.values(), one.rest)]
    held = {str(answer.status) for one in standings for answer in one.holds}
    return held | {thing.status for thing in things if thing is not None}


def _is_first(dossier: Dossier, event: Event) -> bool:
    """Whether a part is lodged for the first time, in a dossier that still takes parts."""
    return event.part not in dossier.versions and dossier.state in {"open", "closed"}


def _is_live(dossier: Dossier, event: Event, verdict: Verdict) -> bool:
    """Whether the live version already says what the event lodges: `fold` finds it repeated.

    Looked at only where that matters: bodies are large.
    """
    live = dossier.live.get(event.part)
    if event.does != "put" or live is None or (verdict == APPLY and not dossier.requests):
        return False
    return body_of(live.payload) == event.body


def _is_again(request: Request, event: Event) -> bool:
    known = request.event
    return (known.does, known.part, known.party, known.digest, known.changes, known.form) == (
        event.does, event.part, event.party, event.digest, event.changes, event.form
    )  # fmt: skip


def _forbidding(dossier: Dossier, event: Event, *, asks: bool) -> Request | None:
    """The open request that keeps the event from being applied or asked."""
    for request in dossier.requests.values():
        about = request.event
        if about.part != event.part and about.part and event.part:
            continue
        if asks and about.party == event.party:
            return request
        if names_same(about, event):
            return request
    return None


def names_same(request: Event, event: Event) -> bool:
    """Whether an event would change what a request names.

    A withdrawal names all of its part, and so does a whole document; an amendment by change list
    what its paths name, with all below.
    """
    if "present" in {request.does, event.does} or "release" in {request.does, event.does}:
        return False
    mine, others = _paths(request), _paths(event)
    if not mine or not others:
        return request.does != "patch" or event.does != "patch"
    return any(_overlap(path, other) for path in mine for other in others)


def _paths(event: Event) -> list[str]:
    """By whose keys two paths of one element are the same path."""
    if event.does != "patch":
        return []
    known = event.package in PACKAGES
    targets = [target_of(one.path, event.package) if known else None for one in event.changes]
    return [found.path if found else one.path
            for found, one in zip(targets, event.changes, strict=True)]  # fmt: skip


def _overlap(path: str, other: str) -> bool:
    return (
        path == other
        or path.startswith((f"{other}.", f"{other}["))
        or other.startswith((f"{path}.", f"{path}["))
    )


def targets_held(dossier: Dossier) -> list[Target]:
    """Whose adverse answers are in force."""
    return sorted(
        {
            answer.target
            for answer in dossier.answers
            if answer.status in ADVERSE and answer.state == "counts"
        }
    )
