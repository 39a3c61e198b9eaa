"""One line of the bench's table: a ratio to a floor measured in the same run, and both figures."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: `ratio` first, the aim it is held to, ours and the floor's."""

    name: str
    ratio: float
    aim: str
    ours: str
    floor: str


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table, ratios first."""
    rows = ["| ratio | aim | what | ours | floor |", "| --- | --- | --- | --- | --- |"]
    rows += [
        f"| {one.ratio:.2f} | {one.aim} | {one.name} | {one.ours} | {one.floor} |"
        for one in figures
    ]
    return "\n".join(rows)
