"""What composes traffic of a family: for `swb sample`, tests and benchmarks."""

from typing import Protocol


class Sample(Protocol):
    """Composes valid traffic: the same arguments give the same bytes."""

    def __call__(self, *, items: int, number: int, seed: int) -> bytes:
        """One submission with this many elements."""


class Flawed(Protocol):
    """Composes traffic with one defect; what is wrong with it is said."""

    def __call__(self, *, items: int, number: int, seed: int) -> tuple[bytes, str]:
        """One submission with this many elements, and its defect in words."""
