"""The table of ITMATT, compiled once: what each element stands for in the canonical body.

Rules
    A table is data (`dialects/*.csv`, whose head explains the columns); elements are found by
    their local names, whatever namespace a partner's schema puts them in.
    Which classes repeat on the way to a value is the model's to say.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from adapters.postal.formats import UNLIMITED, Format, number_of, text_of
from broker.model.packages import index

PACKAGE = "postal-item"
NUMBERS = frozenset({"number", "amount", "measure"})
"""Kinds of rows whose value is a decimal."""
Steps = tuple[tuple[str, bool], ...]
"""Names on the way down, each with whether its class repeats."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row, compiled. `steps` lead from the class above to the class that holds `name`.

    `constant` is what the element itself says of its class; `beside` the element that holds an
    amount's currency.
    """

    tag: str
    way: str
    pattern: str
    how: str
    steps: Steps
    name: str
    most: int
    shown: str
    limit: int
    fits: Callable[[str], object]
    unit: str = ""
    beside: str = ""
    constant: tuple[str, str] | None = None
    children: dict[str, "Row"] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        """Whether it holds elements."""
        return self.how == "class"

    @property
    def repeats(self) -> bool:
        """Whether it may occur more than once."""
        return self.most > 1


@dataclass(frozen=True, slots=True)
class Table:
    """The elements of one item, and the first row of each canonical pattern."""

    top: dict[str, Row]
    patterns: dict[str, Row]


@cache
def itmatt() -> Table:
    """UPU ITMATT V1, M33-12."""
    place = files("adapters.postal").joinpath("dialects", "itmatt-m33-12.csv")
    return compile_table(place.read_text("utf-8"))


def compile_table(text: str) -> Table:
    """The table that a CSV file describes."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    top: dict[str, Row] = {}
    patterns: dict[str, Row] = {}
    rows: dict[str, Row] = {}
    bases: dict[str, str] = {"": ""}
    for said in csv.DictReader(lines):
        way, (above, _, tag) = said["message"], said["message"].rpartition("/")
        pattern = said["canonical"]
        bases[way] = pattern or bases[above]
        made = rows[way] = _row(said, tag, bases[above])
        (rows[above].children if above else top)[tag] = made
        half = {"amount": ".value", "measure": ".value", "currency": ".currency"}.get(made.how, "")
        if pattern:
            patterns.setdefault(pattern + half, made)
            patterns.setdefault(pattern, made)
    return Table(top, patterns)


def _row(said: dict[str, str], tag: str, base: str) -> Row:
    how, extra, pattern = said["how"], said["with"], said["canonical"]
    steps = _steps(pattern, base)
    name = steps[-1][0] if steps and how != "class" else ""
    constant = tuple(extra.split("=")) if "=" in extra else None
    limit, fits = _format(how, said["format"])
    return Row(
        tag=tag,
        way=said["message"],
        pattern=pattern,
        how=how,
        steps=steps if how == "class" else steps[:-1],
        name=name,
        most=int(said["max"]),
        shown=said["format"],
        limit=limit,
        fits=fits,
        unit=extra if how == "measure" else "",
        beside=extra if how == "amount" else "",
        constant=(constant[0], constant[1]) if constant else None,
    )


def _format(how: str, shown: str) -> Format:
    if how in {"class", "kept", "moment"}:
        return Format(UNLIMITED, bool)
    return number_of(shown) if how in NUMBERS else text_of(shown)


def _steps(pattern: str, base: str) -> Steps:
    """The way from the class above, by the model."""
    if not pattern or pattern == base:
        return ()
    names = pattern.split(".")
    first = len(base.split(".")) if base else 0
    known = index(PACKAGE)
    return tuple(
        (name, known[".".join(names[: depth + 1])].field.repeats)
        for depth, name in enumerate(names)
        if depth >= first
    )
