"""What is wrong with an interchange or a message, as problems; and how much is taken at all.

Rules
    All problems at once, in the order of the file, at most PROBLEMS_MAX of them, then one that says
    how many are not shown.
    A code has its usual severity here; a profile says otherwise.
    What is found is told only where it is a sign, a count or a reference, never a person's value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from broker.model.problem import NOWHERE, Place, Problem, Severity

PROBLEMS_MAX = 100
_SHOWN = 64

_WARNINGS = frozenset({
    "edifact.una-wrong",
    "edifact.una-unlike",
    "edifact.charset-unknown",
    "edifact.characters-wrong",
    "edifact.dirt",
    "edifact.reference-repeated",
    "edifact.terminator-missing",
})  # fmt: skip
"""Nothing is lost or unsure of what these are about; everything else rejects."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of EDIFACT is taken; what is beyond is told and not read."""

    payload_bytes: int = 64 * 1024 * 1024
    messages: int = 100_000
    interchanges: int = 1_000
    message_bytes: int = 16 * 1024 * 1024
    pieces: int = 2_000_000
    segment_characters: int = 64 * 1024
    pieces_of_segment: int = 2_000


LIMITS = Limits()


class Findings:
    """Collects the problems of an envelope (`message` None) or of one message."""

    def __init__(self, severities: Mapping[str, Severity], message: int | None = None) -> None:
        self._severities = severities
        self._message = message
        self._told: list[Problem] = []
        self._hidden: list[Severity] = []

    def tell(
        self,
        code: str,
        text: str,
        where: Place | Callable[[], Place] = NOWHERE,
        *,
        found: str = "",
        expected: str = "",
        hint: str = "",
    ) -> None:
        """One more problem; the place is computed only when it will be shown."""
        severity = self._severities.get(code) or usual_severity(code)
        if len(self._told) >= PROBLEMS_MAX:
            self._hidden.append(severity)
            return
        self._told.append(
            Problem(
                code=code,
                text=text,
                severity=severity,
                message=self._message,
                where=where() if callable(where) else where,
                found=found[:_SHOWN] or None,
                expected=expected or None,
                hint=hint or None,
            )
        )

    def all(self) -> tuple[Problem, ...]:
        """Those told, and one for those that are not shown."""
        told = in_order(self._told)
        if not self._hidden:
            return told
        more = Problem(
            code="edifact.problems-more",
            text=f"{len(self._hidden)} more problems are not shown",
            severity="error" if "error" in self._hidden else "warning",
            message=self._message,
            hint="correct those shown and send again",
        )
        return (*told, more)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """As what they are about stands in the file; what stands nowhere comes last."""
    return tuple(sorted(problems, key=_byte))


def _byte(problem: Problem) -> tuple[bool, int]:
    at = problem.where.byte
    return at is None, at or 0


def usual_severity(code: str) -> Severity:
    """What a code means where no profile says otherwise."""
    return "warning" if code in _WARNINGS else "error"


def shown(text: str) -> str:
    """A sign or reference as it is quoted in a sentence."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
