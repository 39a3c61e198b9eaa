"""Workbook profiles, compiled: where each value of a form stands, and how it is written there.

Rules
    A profile is data in `workbooks`: a JSON file for what its forms share (sheets, drop-downs,
    order of dates, folding of letters) and a CSV table for each form, one row per cell.
    It is read once.
What does not belong
    What is obligatory, how long, which codes: the profiles of the configuration.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Step = tuple[str, int | None]
"""A class or leaf on the way, with its number in the table (from 1) where it repeats."""

USUAL = "uk-nmsw"
BODY = "Declaration"
"""What paths of problems begin with: the body itself."""
_HEADING_MAX = 120
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Soft hyphens, spaces without width, marks of direction: they come with text that was pasted."""
_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table: a cell (or column), its heading, and the canonical leaf it fills.

    `label` is what people call the cell, `labels` how its heading may begin. `argument` belongs
    to `how`: the list of a choice, the value of `is`.
    """

    cell: str
    labels: tuple[str, ...]
    steps: tuple[Step, ...]
    how: str
    argument: str
    none: str
    label: str = ""

    @property
    def pattern(self) -> str:
        """The canonical pattern of the leaf."""
        return ".".join(name for name, _number in self.steps)

    @property
    def judged(self) -> tuple[Step, ...]:
        """Where demands find it: a time has a leaf of its own until it joins its date."""
        if self.how != "time":
            return self.steps
        name, number = self.steps[-1]
        return (*self.steps[:-1], (name.replace("DateTime", "Time"), number))

    @property
    def path(self) -> str:
        """The path of the leaf, elements that repeat named by their numbers in the table."""
        return ".".join(f"{name}[#{number}]" if number else name for name, number in self.steps)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a workbook profile: sheets that may hold it, the first as its title, its fields.

    `reference` is the cell with the sender's own reference, `reference_label` how the heading to
    its left begins; `guidance` how the cells of a row begin that only explains, `totals` how those
    of a row begin that states how many persons there are, `closings` those of a signature.
    """

    name: str
    title: str
    sheets: frozenset[str]
    fields: tuple[Field, ...]
    constants: tuple[Field, ...]
    reference: str = ""
    reference_label: str = ""
    guidance: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A workbook profile: its forms, and how values are written in all of them."""

    name: str
    forms: Mapping[str, Form]
    date_orders: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    shown: Mapping[str, str]
    folding: Mapping[int, str]

    def folded(self, text: str) -> str:
        """The text in the letters that the state's readers take: accents fold as published."""
        if text.isascii():
            return text
        apart = unicodedata.normalize("NFKD", text.translate(self.folding))
        return "".join(sign for sign in apart if not unicodedata.combining(sign))

    def form_of(self, sheet: str) -> str | None:
        """The name of the form that a sheet of this name holds."""
        name = heading(sheet)
        return next((one.name for one in self.forms.values() if name in one.sheets), None)


def visible(text: str) -> str:
    """The text without signs that cannot be seen, each letter as one sign with its accent."""
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def heading(text: str) -> str:
    """A heading as it is compared: small letters, single spaces, without accents."""
    text = visible(text[:_HEADING_MAX])
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(text.lower().split())


@cache
def layout(name: str) -> Layout:
    """The workbook profile of this name; KeyError for one that is not there."""
    source: dict[str, Any] = json.loads(_text(f"{name}.json"))
    return Layout(
        name=name,
        forms={form: _form(name, form, one) for form, one in source["forms"].items()},
        date_orders=tuple(source["date_orders"]),
        choices=source["choices"],
        shown=source["shown"],
        folding=str.maketrans(source["folding"]),
    )


@cache
def names() -> tuple[str, ...]:
    """The workbook profiles that are installed."""
    folder = files("adapters.maritime").joinpath("workbooks")
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return tuple(name.removesuffix(".json") for name in found)


def _text(file: str) -> str:
    return files("adapters.maritime").joinpath("workbooks", file).read_text("utf-8")


def _form(profile: str, name: str, source: Mapping[str, Any]) -> Form:
    fields = _fields(f"{profile}-{name.lower()}.csv") if name != "FAL6" else ()
    reference = source.get("reference", {})
    return Form(
        name=name,
        title=source["sheets"][0],
        sheets=frozenset(heading(sheet) for sheet in source["sheets"]),
        fields=tuple(field for field in fields if field.how != "is"),
        constants=tuple(field for field in fields if field.how == "is"),
        reference=reference.get("cell", ""),
        reference_label=reference.get("label", ""),
        guidance=tuple(source.get("guidance", ())),
        totals=tuple(source.get("totals", ())),
        closings=tuple(source.get("closings", ())),
    )


def _fields(file: str) -> tuple[Field, ...]:
    lines = [line for line in _text(file).splitlines() if not line.startswith("#")]
    return tuple(_field(row) for row in csv.DictReader(lines))


def _field(row: Mapping[str, str]) -> Field:
    how, _, argument = row["how"].partition(" ")
    steps = []
    for step in row["canonical"].split("."):
        found = _STEP.fullmatch(step)
        assert found, f"{step!r} is no step of a path"
        steps.append((found[1], int(found[2]) if found[2] else None))
    labels = tuple(label for label in row["label"].split("|") if label)
    begins = tuple(map(heading, labels))
    called = "".join(labels[:1])
    return Field(row["cell"], begins, tuple(steps), how, argument, row["none"], called)
