"""What the oracle remembers: things as long as they are there, deliveries, and answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.model.dossier import Target
from tests.promises.bases import Seen

FAVOURABLE = {"released", "conditional"}
GRAVEST = ("refused", "do_not_load", "held", "information_wanted", "inspection")
ADVERSE = set(GRAVEST)
SEVERITY = (*GRAVEST, "waiting", "conditional", "released")


@dataclass(frozen=True)
class Lineage:
    """One thing as long as it is there: `since` of the basis it has now."""

    number: int
    seen: Seen
    since: float


@dataclass
class Given:
    """A delivery: what it showed. `names`: path -> lineage; `checks` asked of each path."""

    id: str
    target: Target
    frame: float
    names: Mapping[str, int]
    things: Mapping[str, str]
    checks: Mapping[str, tuple[str, ...]]
    rest: int = 0
    silence: Mapping[str, Any] | None = None
    acknowledged: str = ""


@dataclass
class Answered:
    """One answer: `about` is a lineage, None the whole."""

    order: int
    target: Target
    given: Given
    frame: float
    about: int | None
    path: str
    check: str
    status: str
    until: str = ""
    silent: bool = False
    ended: bool = False
    stillborn: bool = False
    obeyed: bool = False
    keys: frozenset = frozenset()
    returned: float | None = None
    lifters: list["Answered"] = field(default_factory=list)
    maybe_lifted: bool = False
    lifted: bool = False


@dataclass
class State:
    """What a target is shown now, by path (the rest under ""), and what became of lineages."""

    now: dict[str, Lineage] = field(default_factory=dict)
    moved: dict[int, list[float]] = field(default_factory=dict)
    entitled: bool = True
    settings: tuple[str, bytes] = ("", b"")
    tree: Any = None
    last: float = 0
    opened: float = 0


def is_clear(lineage: Lineage, answers: Iterable[Answered]) -> bool:
    """Whether all that is asked of a thing is answered favourably, by what is valid for it.

    `answers`: those about it or the whole, in the order they came.
    """
    checks = lineage.seen.checks or ("",)
    state: dict[str, bool] = {}
    objections: set[tuple[str, bool]] = set()
    for one in answers:
        valid = lineage.since <= one.frame and not one.stillborn
        under = [check for check in checks if one.check in {"", check}]
        if one.status in ADVERSE:
            _object(state, under, valid=valid)
            objections |= {(one.check, one.about is None)} if valid and not under else set()
        elif one.status in FAVOURABLE and valid and one.silent:
            state = dict.fromkeys(checks, True) | state
        elif one.status in FAVOURABLE and valid:
            state |= dict.fromkeys(under, not one.ended)
            general = bool(under) or one.about is None
            objections -= {
                (check, whole) for check, whole in objections
                if one.check in {"", check} and (general or not whole)
            }  # fmt: skip
    return all(state.get(check) for check in checks) and not objections


def _object(state: dict[str, bool], under: Iterable[str], *, valid: bool) -> None:
    """An objection; about what the thing was before it only undoes what was answered."""
    for check in under:
        if valid:
            state[check] = False
        else:
            state.pop(check, None)
