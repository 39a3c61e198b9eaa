"""The problems of one item as its sender gets them: errors first, then warnings, not without end.

Rules
    Errors stand in the order of the file, then warnings in the order of the file.
    At most PROBLEMS_MAX are listed, and no warning takes the place of an error. The others are
    counted, and one more problem gives their number: the limit changes no verdict.
    The severity of the adapter's own codes is the profile's, where it names one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.demands import Trail
from broker.adapter import Path, Profile
from broker.model.problem import Place, Problem, Severity

PROBLEMS_MAX = 100
NAME = "Declaration"
"""What the paths of problems begin with."""

Piece = int | None
"""Which content piece something is about, from 0; None: the item as a whole."""

Make = Callable[[], Problem | None]
Rank = Callable[[Place], tuple[int, ...]]

_SEVERITIES: Mapping[str, Severity] = {
    "element.empty": "warning",
    "postal.s10.check-digit": "warning",
    "postal.s10.service-unknown": "warning",
    "postal.s10.country-unknown": "warning",
}
_PIECE = "ConsignmentItem"
_EMPTY = "element.empty"


def piece_of(trail: Trail) -> Piece:
    """The content piece that is on the way."""
    return next((index for name, index in trail if name == _PIECE), None)


class Listing:
    """Problems as they are found; what is not listed is counted.

    `wrong` are the content pieces that an error is about; `wrong_outside`: there is an error
    about none of them. `surplus` are the paths of pieces beyond the number that is taken.
    `unkept` counts values that have no place in the model, and were too many to be kept.
    """

    def __init__(self, number: int, profile: Profile) -> None:
        own: Mapping[str, Severity] = profile.settings.get("severities", {})
        self.number = number
        self.unkept = 0
        self.wrong: set[int] = set()
        self.wrong_outside = False
        self.surplus: tuple[Path, ...] = ()
        self._severities = {**_SEVERITIES, **own}
        self._listed: dict[Severity, list[Problem]] = {"error": [], "warning": []}
        self._counted: dict[Severity, int] = {"error": 0, "warning": 0}

    @property
    def rejects(self) -> bool:
        """Whether any of the problems is an error."""
        return bool(self._listed["error"]) or self._counted["error"] > 0

    @property
    def listed(self) -> list[Problem]:
        """Those that are listed so far, errors first."""
        return [*self._listed["error"], *self._listed["warning"]]

    def severity_of(self, code: str) -> Severity:
        """The severity of one of the adapter's own codes."""
        return self._severities.get(code, "error")

    def find(self, code: str, make: Make, piece: Piece = None) -> None:
        """A problem with one of the adapter's own codes."""
        severity = self.severity_of(code)
        self.put(severity, lambda: _severe(make(), severity), piece)

    def put(self, severity: Severity, make: Make, piece: Piece = None) -> None:
        """A problem; it is made if it can be listed. `make` gives None for what is none."""
        room = len(self._listed[severity]) < PROBLEMS_MAX
        problem = make() if room else None
        if room and problem is None:
            return
        self._blame(severity, piece)
        if problem is None:
            self._counted[severity] += 1
        else:
            self._listed[severity].append(problem)

    def count(self, code: str, times: int, piece: Piece = None) -> None:
        """Problems that were found and not looked at; without a code: values that are not kept."""
        if not code:
            self.unkept += times
            return
        severity = self.severity_of(code)
        self._counted[severity] += times
        self._blame(severity, piece)

    def _blame(self, severity: Severity, piece: Piece) -> None:
        if severity == "error" and piece is not None:
            self.wrong.add(piece)
        elif severity == "error":
            self.wrong_outside = True

    def in_order(self, rank: Rank, where: Place) -> tuple[Problem, ...]:
        """All that is listed, as it is reported; `where` is the item's own place."""
        errors = _sorted(self._listed["error"], rank)
        taken = {one.where for one in errors}
        warnings = [
            one
            for one in _sorted(self._listed["warning"], rank)
            if one.code != _EMPTY or one.where not in taken
        ]
        shown = warnings[: max(PROBLEMS_MAX - len(errors), 0)]
        hidden = self._counted["error"], self._counted["warning"] + len(warnings) - len(shown)
        if not any(hidden) and not self.unkept:
            return (*errors, *shown)
        more = self._more(*hidden, where)
        return (*errors, more, *shown) if hidden[0] else (*errors, *shown, more)

    def _more(self, errors: int, warnings: int, where: Place) -> Problem:
        counted = [
            f"{times} more {word}{'s' if times > 1 else ''}"
            for times, word in ((errors, "error"), (warnings, "warning"))
            if times
        ]
        verb = "is" if errors + warnings == 1 else "are"
        parts = [f"{' and '.join(counted)} {verb} not listed"] if counted else []
        if self.unkept:
            parts.append(f"{self.unkept} values without a place in the item are not kept")
        return Problem(
            code="problems.more",
            text="; ".join(parts),
            severity="error" if errors else "warning",
            message=self.number,
            where=where,
            path=NAME,
            hint="correct those that are listed, and send the item again",
        )


def _severe(problem: Problem | None, severity: Severity) -> Problem | None:
    return problem and replace(problem, severity=severity)


def _sorted(problems: list[Problem], rank: Rank) -> list[Problem]:
    """In the order of the file; one problem needs no order, and most items have none."""
    if len(problems) < 2:
        return problems
    return sorted(problems, key=lambda one: rank(one.where))
