"""The table of PAXLST, compiled once: for each segment, where its values go.

Rules
    A rule is found by tag and qualifier in one look-up (`LOC178`), else by the tag alone (`DOC*`).
    Most rules of a person take one value; they have a `Plain` row, which the walk applies without
    a call. What a plain row does not fit is left to the rule.
What does not belong
    Walking a message (reading), writing one (writing), what is obligatory (profiles).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PERSON_CLASSES = ("Passenger", "Crew")
REPEATED = frozenset({"Address", "Baggage", "Communication"})
"""Classes below a person or the submitter of which a list may hold several."""

_PERSON_GROUPS = {"Passenger": {"person", "passenger", "document", "total"},
                  "Crew": {"person", "crew", "document", "total"}}  # fmt: skip
PERSONAL = frozenset({"person", "passenger", "crew", "document"})
_HEADER_GROUPS = frozenset({"message", "submitter", "leg", "call", "total"})
_BESIDE = frozenset({"list", "with", "astray"})
_AS_SAID = frozenset({"code", "text", "rest"})
_UNBOUNDED = 1 << 30


class Field(NamedTuple):
    """One value: element and component from 1, the canonical name below its group, and how.

    `leaf` is the last step of the name.
    """

    element: int
    component: int
    name: str
    how: str
    limit: int
    leaf: str


PlainRow = tuple[int, bool, str, int, int, int, int, bool, int]
"""A segment that says one value at its end, as the fast walk needs it; indices from 0.

Number of elements with the tag; whether the value is a document's; its name, element and component;
how many components may stand there (those behind it say which list or format is meant); its limit;
whether it is a day; an element that must be empty (0: none). (A bare tuple: it is unpacked once per
segment.)
"""
ShortRow = tuple[int, str, int, list[list[str]], tuple[str, ...], int]
"""The usual short form of a segment that begins something: NAD+FL+++A:B, DOC+P:110:111+N.

Number of elements with the tag; what element 1 says, and how many components of it are known; the
elements between, empty; the names of the values in the last element, and their limit.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One kind of segment. `opens` names the class that it begins one of.

    `widths`: how many components of each element are known, from the first; beyond, look closer.
    `bag`: the value of a segment about baggage. `astray`: where values stand that missed their
    places.
    """

    tag: str
    qualifier: str
    group: str
    opens: str
    fields: tuple[Field, ...]
    known: frozenset[tuple[int, int]]
    widths: tuple[int, ...]
    plain: PlainRow | None
    short: ShortRow | None
    bag: Field | None
    astray: tuple[Field, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """All rules: of the header, and of each class of persons.

    `plains` hold before the first document of a person, `with_document` from it on.
    """

    header: Mapping[str, Rule]
    persons: Mapping[str, Mapping[str, Rule]]
    plains: Mapping[str, Mapping[str, PlainRow]]
    with_document: Mapping[str, Mapping[str, PlainRow]]
    roles: Mapping[str, str]
    person: ShortRow
    document: ShortRow


Row = dict[str, str]


@cache
def paxlst() -> Table:
    """The table in `segments/paxlst.csv`."""
    text = files("adapters.airline").joinpath("segments", "paxlst.csv").read_text("utf-8")
    return compile_rows(csv.DictReader(one for one in text.splitlines() if one[:1] != "#"))


def compile_rows(rows: Iterable[Row]) -> Table:
    """Rows with the columns that the head of the table explains."""
    said = list(rows)
    header = _rules([row for row in said if row["group"] in _HEADER_GROUPS])
    persons = {
        name: _rules([row for row in said if row["group"] in groups])
        for name, groups in _PERSON_GROUPS.items()
    }
    plains = {
        name: {key: rule.plain for key, rule in rules.items() if rule.plain}
        for name, rules in persons.items()
    }
    before = {
        name: {key: plain for key, plain in rows.items() if not plain[1]}
        for name, rows in plains.items()
    }
    roles = {
        row["qualifier"]: row["canonical"].partition(".")[0]
        for row in said
        if row["group"] == "person" and row["how"] == "open"
    }
    person, document = persons["Passenger"]["NADFL"].short, persons["Passenger"]["DOC*"].short
    assert person, "a person begins with a name"
    assert document, "a document begins with its number"
    return Table(header, persons, before, plains, roles, person, document)


def _rules(rows: list[Row]) -> dict[str, Rule]:
    kinds: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        kinds.setdefault((row["segment"], row["qualifier"]), []).append(row)
    made = {}
    for (tag, qualifier), own in kinds.items():
        shared = kinds.get((tag, "*"), []) if qualifier != "*" else []
        if shared and shared[0]["group"] != own[0]["group"]:
            shared = []
        made[tag + qualifier] = _rule(tag, qualifier, [*own, *shared])
    return made


def _rule(tag: str, qualifier: str, rows: list[Row]) -> Rule:
    fields = tuple(_field(row) for row in rows if row["how"] not in _BESIDE)
    listed = [_place(row["element"]) for row in rows if row["how"] in {"list", "with"}]
    opener = next((row for row in rows if row["how"] == "open"), None)
    known = {(one.element, one.component) for one in fields} | set(listed)
    known |= {(one.element, one.component - 1) for one in fields if one.how == "measure"}
    if qualifier != "*":
        known.add((1, 1))
    return Rule(
        tag=tag,
        qualifier=qualifier,
        group=rows[0]["group"],
        opens=_opened(opener) if opener else "",
        fields=fields,
        known=frozenset(known),
        widths=_widths(known),
        plain=_plain(rows[0]["group"], fields, listed),
        short=_short(fields, known) if opener else None,
        bag=fields[0] if fields and fields[0].how in {"measure", "tag"} else None,
        astray=tuple(_field(row) for row in rows if row["how"] == "astray"),
    )


def _widths(known: set[tuple[int, int]]) -> tuple[int, ...]:
    widths = [1]
    for element in range(1, max(one for one, _component in known) + 1):
        width = 0
        while (element, width + 1) in known:
            width += 1
        widths.append(width)
    return tuple(widths)


def _short(fields: tuple[Field, ...], known: set[tuple[int, int]]) -> ShortRow | None:
    """The short form of what a rule begins; None where there is none."""
    texts = [one for one in fields if one.how in _AS_SAID and "." not in one.name]
    ends = [one for one in texts if one.element > 1]
    if not ends:
        return None
    last = ends[0].element
    held = [one for one in ends if one.element == last]
    width = 1
    while (1, width + 1) in known and not any(
        (one.element, one.component) == (1, width + 1) for one in fields
    ):
        width += 1
    between = [[""] for _element in range(2, last)]
    names = tuple(one.name for one in held)
    return last + 1, fields[0].name, width, between, names, min(one.limit for one in held)


def _opened(row: Row) -> str:
    above, _, _name = row["canonical"].rpartition(".")
    return above or row["group"]


def _place(text: str) -> tuple[int, int]:
    element, component = text.split(".")
    return int(element), int(component)


def _field(row: Row) -> Field:
    element, component = _place(row["element"])
    name = row["canonical"]
    if row["how"] == "open":
        name = name.rpartition(".")[2]
    limit = row["format"].partition("..")[2]
    most, last = int(limit) if limit else _UNBOUNDED, name.rpartition(".")[2]
    return Field(element, component, name, row["how"], most, last)


def _plain(group: str, fields: tuple[Field, ...], listed: list[tuple[int, int]]) -> PlainRow | None:
    """The plain row of a rule with one value close behind its qualifier; None for others."""
    if group not in PERSONAL or len(fields) != 1:
        return None
    (one,) = fields
    if one.how not in {"code", "text", "date"} or "." in one.name:
        return None
    if (one.element, one.component) not in {(1, 2), (2, 1), (3, 1)}:
        return None
    width = one.component
    while (one.element, width + 1) in listed:
        width += 1
    size, blank = one.element + 1, 2 if one.element == 3 else 0
    return (
        size, group == "document", one.name, one.element, one.component - 1, width, one.limit,
        one.how == "date", blank,
    )  # fmt: skip
