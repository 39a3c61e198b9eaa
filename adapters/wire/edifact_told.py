"""What is wrong with an interchange or a message, as problems; and how much is taken at all.

Rules
    All problems at once: errors first, then warnings, each in the order of the file. At most
    PROBLEMS_MAX are listed, then one that says how many are not; no warning takes the place of an
    error, and what is not listed counts all the same.
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
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []
        self._hidden: dict[str, int] = {"error": 0, "warning": 0}
        self.hidden_errors: set[str] = set()

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
        severity = self.severity_of(code)
        listed = self._errors if severity == "error" else self._warnings
        if len(listed) >= PROBLEMS_MAX:
            self._hidden[severity] += 1
            if severity == "error":
                self.hidden_errors.add(code)
            return
        listed.append(
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

    def severity_of(self, code: str) -> Severity:
        """That of the profile, or the usual one."""
        return self._severities.get(code) or usual_severity(code)

    def all(self) -> tuple[Problem, ...]:
        """Those that are listed, and one for those that are not."""
        found = in_order((*self._errors, *self._warnings))
        listed = found[:PROBLEMS_MAX]
        hidden = len(found) - len(listed) + sum(self._hidden.values())
        if not hidden:
            return listed
        more = Problem(
            code="problems.more",
            text=f"{hidden} more problems are not listed",
            severity="error" if self._hidden["error"] else "warning",
            message=self._message,
            hint="correct those that are listed, and send again",
        )
        return (*listed, more)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors, then warnings, each in the order of the file; what has no place in it comes last."""
    return tuple(sorted(problems, key=_standing))


def _standing(problem: Problem) -> tuple[bool, bool, int]:
    at = problem.where.byte
    return problem.severity != "error", at is None, at or 0


def usual_severity(code: str) -> Severity:
    """What a code means where no profile says otherwise."""
    return "warning" if code in _WARNINGS else "error"


def shown(text: str) -> str:
    """A sign or reference as it is quoted in a sentence."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
