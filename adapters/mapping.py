"""Tables that say where each value stands in a message and in the canonical body.

A table is a CSV file beside its adapter, one row per element, which a customs officer can check:

    message                 canonical       how     max  format  wco
    Declaration/TypeCode    TypeCode        code    1    an..3   D013

    how   class   an element of elements          text    kept exactly as said
          code    outer white space is no part    number  a decimal, digits as written
          amount  number and currencyID           measure number and unitCode
          moment  DateTimeString and formatCode   kept    no place in the model: unmapped
          key     a number that tells the         as X    the rows of table X from there down
                  instances of its class apart

Rules
    A table is data; this module compiles it once into nested dicts by tag, for one fast walk.
    Rows stand in the order in which a message is written; reading does not enforce the order.
What does not belong
    Walking a document (the families do), what is obligatory (profiles), the words of problems.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

TEXT, CODE, SHAPED, AMOUNT, MEASURE, MOMENT, ONE, MANY, KEPT = range(9)
_KINDS = {"text": TEXT, "code": CODE, "number": SHAPED, "key": SHAPED,
          "amount": AMOUNT, "measure": MEASURE, "moment": MOMENT, "kept": KEPT}  # fmt: skip
_REPRESENTATION = re.compile(r"(an|a|n)(\.\.)?([0-9]+)(?:,([0-9]+))?")
_DECIMAL = re.compile(r"-?([0-9]{1,18})(?:\.([0-9]{1,9}))?")
UNBOUNDED = 1 << 30

Shape = Callable[[str], object]
ToIso = Callable[[str, str], str | None]


Row = tuple[int, str, int, Shape, "Field"]
"""What a walk looks up by an element's tag: kind, canonical name, limit, usual shape, field.

The usual shape is quick and may refuse what `Field.shape` still takes. (A plain tuple: it is
unpacked once per element.)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One row of a table, compiled.

    `limit` counts characters, or repeats of a class. `rows` are found by tag, `overflow` from the
    second occurrence on. `key` is the number, if any, that tells its instances apart, `keyed`
    names the classes below it that have one. `number`: a decimal, of which any spelling is read.
    """

    tag: str
    name: str
    kind: int
    limit: int
    format: str
    wco: str
    shape: Shape
    usual: Shape
    rows: dict[str, Row] = field(default_factory=dict)
    overflow: dict[str, Row] = field(default_factory=dict)
    children: list["Field"] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    number: bool = False

    @property
    def is_class(self) -> bool:
        """Whether it holds elements."""
        return self.kind in {ONE, MANY}

    def child(self, name: str) -> "Field | None":
        """The field below it with this canonical name."""
        return next((below for below in self.children if below.name == name), None)


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Namespaces that elements, DateTimeString and the envelope may be in; "" for none.

    The first of each is the one that is written.
    """

    elements: tuple[str, ...]
    moments: tuple[str, ...]
    envelope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A compiled table: the classes that may stand at its top, by message name."""

    name: str
    namespaces: Namespaces
    top: Mapping[str, Field]
    to_iso: ToIso


def compile_table(
    name: str,
    text: str,
    namespaces: Namespaces,
    to_iso: ToIso,
    others: Mapping[str, Field] | None = None,
) -> Dialect:
    """The dialect a table describes; `others` are the classes that its `as X` rows name."""
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    top: dict[str, Field] = {}
    fields: dict[str, Field] = {}
    for row in rows:
        path = row["message"].removesuffix("[2]")
        above_path, _, tag = path.rpartition("/")
        made = _field(row, tag, others or {})
        if above_path:
            above = fields[above_path]
            _hang(above, made, namespaces, later=row["message"].endswith("[2]"))
            if row["how"] == "key":
                above.key.append(made.name)
                fields[above_path.rpartition("/")[0]].keyed.append(above.name)
        else:
            top[path] = made
        fields.setdefault(path, made)
    return Dialect(name, namespaces, top, to_iso)


def _field(row: Mapping[str, str], tag: str, others: Mapping[str, Field]) -> Field:
    how, most = row["how"], UNBOUNDED if row["max"] == "n" else int(row["max"])
    name, shown = row["canonical"].rpartition(".")[2], row["format"]
    if how.startswith("as "):
        other = others[how.removeprefix("as ")]
        return Field(tag, name, ONE, most, shown, row["wco"], _any, _any, other.rows,
                     other.overflow, other.children, other.keyed, other.key)  # fmt: skip
    if how in {"class", "envelope"}:
        kind = ONE if most == 1 else MANY
        return Field(tag, name or tag, kind, most, shown, row["wco"], _any, _any)
    kind, limit, shape, usual = _format(how, shown)
    number = how in {"number", "key", "amount", "measure"}
    return Field(tag, name, kind, limit, shown, row["wco"], shape, usual, number=number)


def _hang(above: Field, made: Field, namespaces: Namespaces, *, later: bool) -> None:
    above.children.append(made)
    row = (made.kind, made.name, made.limit, made.usual, made)
    allowed = namespaces.envelope if made.kind == KEPT else namespaces.elements
    for namespace in allowed:
        (above.overflow if later else above.rows)[tag_in(namespace, made.tag)] = row
    if made.kind == MOMENT:
        for namespace in namespaces.moments:
            made.rows[tag_in(namespace, "DateTimeString")] = row


def tag_in(namespace: str, local: str) -> str:
    """A tag as element trees write it: `{namespace}local`."""
    return f"{{{namespace}}}{local}" if namespace else local


class Representation(NamedTuple):
    """A format such as an..35, a2 or n..16,3: of what, whether at most, and how many."""

    letters: str
    upto: bool
    most: int
    decimals: int


@cache
def representation(shown: str) -> Representation | None:
    """A format taken apart; None where it says nothing."""
    said = _REPRESENTATION.fullmatch(shown)
    if said is None:
        return None
    return Representation(said[1], bool(said[2]), int(said[3]), int(said[4] or 0))


@cache
def picture(shown: str) -> str:
    """A format in words, for whoever has to write such a value."""
    form = representation(shown)
    if form is None:
        return "a value"
    upto = "up to " if form.upto else ""
    if form.letters != "n":
        of = "letter" if form.letters == "a" else "character"
        return f"{upto}{form.most} {of}{'s' if form.most > 1 else ''} ({shown})"
    digits = f"{upto}{form.most} digit{'s' if form.most > 1 else ''}"
    if not form.decimals:
        return f"{digits} ({shown})"
    return f"{digits}, up to {form.decimals} of them decimals behind a point ({shown})"


def _any(_value: str) -> object:
    return True


def _format(how: str, shown: str) -> tuple[int, int, Shape, Shape]:
    """Kind, length, shape and usual shape of a representation such as an..35, a2, n..16,3."""
    kind = _KINDS[how]
    said = representation(shown)
    if said is None or kind == KEPT:
        return kind, UNBOUNDED, _any, _any
    letters, upto, most, places = said
    if kind in {SHAPED, AMOUNT, MEASURE}:
        return kind, UNBOUNDED, *_number(most, places)
    if letters == "an":
        return kind, most, _any, _any
    span = f"{{1,{most}}}" if upto else f"{{{most}}}"
    shape = re.compile(f"[A-Za-z]{span}" if letters == "a" else f"[0-9]{span}").fullmatch
    return SHAPED, UNBOUNDED, shape, shape


def _number(most: int, places: int) -> tuple[Shape, Shape]:
    """Whether a decimal has at most so many digits, so many of them after the point."""
    tail = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    usual = re.compile(rf"[0-9]{{1,{most - places}}}{tail}").fullmatch

    def fits(value: str) -> bool:
        said = _DECIMAL.fullmatch(value)
        if said is None:
            return False
        whole, fraction = said[1].lstrip("0"), (said[2] or "").rstrip("0")
        return len(fraction) <= places and len(whole) + len(fraction) <= most

    return fits, usual
