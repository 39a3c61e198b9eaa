"""What patterns a package has, for checks: leaves, pairs and classes.

Built from the leaf patterns of the model with their data classes; the `value`, `currency` and
`unit` of an amount or measure are leaves of their own there, and one thing for a view.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from broker.model.packages import PACKAGES, data_class, leaf_patterns
from broker.routing.listing import Listed
from broker.routing.sieves import PAIR

TOTALS = ("Quantity", "Amount", "Measure")
"""Representation terms of values that may be sums over a list."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """`leaves` with data class; `pairs` (amounts, measures) likewise; `classes`: all above."""

    leaves: Mapping[str, str]
    pairs: Mapping[str, str]
    classes: frozenset[str]

    def is_viewable(self, pattern: str) -> bool:
        """Whether a view may list the pattern without `**`."""
        return pattern in self.leaves or pattern in self.pairs

    def is_known(self, pattern: str) -> bool:
        """Whether it names anything at all."""
        return self.is_viewable(pattern) or pattern in self.classes

    def listed(self, line: Listed) -> Iterator[str]:
        """The leaves and pairs that a line of a view lets through."""
        if not line.path.endswith(".**"):
            if self.is_viewable(line.path):
                yield line.path
            return
        top = line.path.removesuffix("**")
        dropped = tuple(top + pattern for pattern in line.drop)
        for pattern in (*self.pairs, *self.leaves):
            inside = pattern.startswith(top) and pattern.rpartition(".")[0] not in self.pairs
            if inside and not any(within(pattern, one) for one in dropped):
                yield pattern

    def near(self, pattern: str) -> str:
        """A hint: the patterns that look most like it."""
        known = [*self.leaves, *self.pairs, *self.classes]
        found = get_close_matches(pattern, known, n=3, cutoff=0.6)
        return f"; near it: {', '.join(found)}" if found else ""


def within(pattern: str, top: str) -> bool:
    """Whether the pattern is `top` or lies below it."""
    return pattern == top or pattern.startswith(top + ".")


def patterns_of(leaves: Mapping[str, str]) -> Patterns:
    """The patterns of a package from its leaf patterns with their data classes."""
    pairs = {}
    classes = set()
    for pattern, data in leaves.items():
        steps = pattern.split(".")
        above = [".".join(steps[:depth]) for depth in range(1, len(steps))]
        if steps[-1] in PAIR and above:
            pairs[above.pop()] = data
        classes.update(above)
    return Patterns(dict(leaves), pairs, frozenset(classes))


def model_packages() -> dict[str, dict[str, str]]:
    """The leaf patterns of all packages of the model, with their data classes."""
    return {
        package: {pattern: data_class(package, pattern) for pattern in leaf_patterns(package)}
        for package in PACKAGES
    }
