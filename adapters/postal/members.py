"""One item in JSON to its plain canonical tree, by the model itself: its members are the body.

Rules
    A null, an empty text and an object without values are absent; an element of an array stays,
    so that the ordinals of its siblings hold.
    An unknown member is a problem: a misspelt one would be silence. A name may stand once.
    A decimal is a string or a number, kept as it is written. A code is a string: a number would
    have lost the zeros it begins with.
    A value that is not of its format is left out of the tree and noted: trees always validate.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from adapters.demands import Trail, in_place_of, near, unknown_words
from adapters.mapping import picture
from adapters.postal.formats import (
    MOMENT_PICTURE,
    NUMBER_HINT,
    is_moment,
    moment_hint,
    number_of,
    text_of,
    to_microseconds,
)
from adapters.postal.judging import NAME, PROBLEMS_MAX, Spot, path_of
from adapters.postal.lines import REPEATED, Line, Number, plain
from adapters.postal.tables import PACKAGE
from adapters.wire.json import child
from broker.adapter import Tree, Unmapped
from broker.model.leaf import Canonical
from broker.model.packages import Field, data_class, fields_of
from broker.model.paths import pattern_of
from broker.model.postal import PostalItem
from broker.model.problem import Place, Problem

_SHOWN = 256
UNMAPPED_MAX = 20_000
LIST_MAX = 999
"""Elements of an array: a bound of ours, as the table of ITMATT has it."""

_HALVES = {"amount": "currency", "measure": "unit"}
_EXPECTED = {
    "currency": "three capital letters (ISO 4217)",
    "unit": "a unit of Recommendation 20, such as KGM",
}
_PAIRS = {
    "amount": 'such as {"value": "12.50", "currency": "EUR"}',
    "measure": 'such as {"value": "0.640", "unit": "KGM"}',
}
_CURRENCY = text_of("a3")
_UNIT = text_of("an..5")


class _Note(NamedTuple):
    """What is wrong with one member: where it stands, and in words."""

    code: str
    text: str
    trail: Trail
    name: str
    pointer: str
    value: Any
    more: Mapping[str, str]


class Members:
    """What one line gave: its tree, its problems, and what has no place."""

    __slots__ = ("_misspelt", "_said", "line", "problems", "tree", "unmapped")

    def __init__(self, line: Line, said: Mapping[Any, Any]) -> None:
        self.line = line
        self.tree: Tree = {}
        self._said = said
        self._misspelt: dict[tuple[str, str], str] = {}
        notes: list[_Note] = []
        _read(said, PostalItem, self.tree, _Object(self, notes, (), ""))
        self.problems = [self._problem(note) for note in notes[: PROBLEMS_MAX + 1] if note.code]
        self.unmapped = [self._kept(note) for note in notes]

    def misspelt(self, pointer: str, name: str, meant: str) -> None:
        """Notes what a member of an object should be called."""
        self._misspelt.setdefault((pointer, meant), name)

    def place(self, pointer: str) -> Place:
        """A JSON pointer, and the line where the file has many."""
        return Place(line=self.line.line, json_pointer=pointer)

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value stands: the members are the body, so the way is the pointer."""
        pointer, at = self._way(trail)
        return self.place(f"{pointer}/{name}" if name and name in at else pointer)

    def spot(self, trail: Trail, name: str) -> Spot:
        """The same; of an absent value, what stands there under a similar name."""
        pointer, at = self._way(trail)
        instead = "" if name in at else self._misspelt.get((pointer, name), "")
        if instead:
            return Spot(self.place(child(pointer, instead)), instead=instead)
        return Spot(self.locate(trail, name))

    def rank(self, place: Place) -> tuple[int, ...]:
        """Its order in the file: on each level, the number of the member on the way."""
        at: Any = self._said
        ranks: list[int] = []
        for step in (place.json_pointer or "").split("/")[1:]:
            if isinstance(at, list) and step.isdecimal() and int(step) < len(at):
                ranks.append(int(step))
                at = at[int(step)]
                continue
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(at, dict) or name not in at:
                break
            ranks.append(list(at).index(name))
            at = at[name]
        return tuple(ranks)

    def _way(self, trail: Trail) -> tuple[str, Tree]:
        """The pointer of a class of the tree, and the class."""
        pointer, at = "", self.tree
        for step, index in trail:
            below = at.get(step)
            many = isinstance(below, list)
            pointer += f"/{step}/{index}" if many else f"/{step}"
            at = (below[index] if many else below) or {}  # type: ignore[index]
        return pointer, at

    def _kept(self, note: _Note) -> Unmapped:
        way = f"{NAME}.{path_of(self.tree, note.trail, note.name[:_SHOWN])}"
        return Unmapped(self.place(note.pointer[:4096]), way, _as_said(note.value))

    def _problem(self, note: _Note) -> Problem:
        path = path_of(self.tree, note.trail, note.name[:_SHOWN])
        return Problem(
            code=note.code,
            text=note.text,
            message=self.line.number,
            where=self.place(note.pointer[:4096]),
            path=f"{NAME}.{path}",
            found=_as_said(note.value)[:_SHOWN] or None,
            found_class=data_class(PACKAGE, pattern_of(path)),
            expected=note.more.get("expected"),
            hint=note.more.get("hint"),
        )


def _as_said(value: Any) -> str:
    return value if isinstance(value, str) else plain(value)


class _Object:
    """One JSON object on the way down: whose it is, its trail and its pointer."""

    __slots__ = ("members", "notes", "pointer", "trail")

    def __init__(self, members: Members, notes: list[_Note], trail: Trail, pointer: str) -> None:
        self.members = members
        self.notes = notes
        self.trail = trail
        self.pointer = pointer

    def below(self, name: str, index: int | None = None) -> "_Object":
        pointer = f"{self.pointer}/{name}" if index is None else f"{self.pointer}/{name}/{index}"
        return _Object(self.members, self.notes, (*self.trail, (name, index or 0)), pointer)

    def note(self, code: str, text: str, name: str, value: Any, **more: str) -> None:
        """A problem of one member; its value is kept."""
        if len(self.notes) < UNMAPPED_MAX:
            pointer = child(self.pointer, more.pop("at", name))
            self.notes.append(_Note(code, text, self.trail, name, pointer, value, more))

    def keep(self, name: str, value: str) -> None:
        """A value that stands in the tree otherwise than it was written."""
        self.note("", "", name, value)


def _read(said: Mapping[Any, Any], model: type[Canonical], tree: Tree, place: _Object) -> None:
    """The members of one object into one class."""
    fields = fields_of(model)
    for name, value in said.items():
        if name is REPEATED:
            for one in value:
                _repeated(one, said[one], place)
        elif (field := fields.get(name)) is None:
            _unknown(name, value, list(fields), place)
        elif value in (None, ""):
            continue
        elif field.repeats:
            _many(value, field, tree, place)
        elif field.kind == "class":
            _one(value, field, tree, place)
        elif field.kind in _HALVES:
            _pair(value, field, tree, place)
        else:
            found = _leaf(value, field, place)
            if found:
                tree[name] = found


def _repeated(name: str, value: Any, place: _Object) -> None:
    place.note("json.key-repeated", f"member {name[:_SHOWN]!r} stands twice", name, value,
               expected="each name once", hint="keep one")  # fmt: skip


def _unknown(name: str, value: Any, known: list[str], place: _Object) -> None:
    text, expected, hint = f"member {name[:_SHOWN]!r} is not known", "", ""
    if len(place.notes) <= PROBLEMS_MAX:
        expected, hint = unknown_words("members", name, known)
        if meant := near(name, known):
            place.members.misspelt(place.pointer, name, meant)
    place.note("postal.element-unknown", text, name, value, expected=expected, hint=hint)


def _one(value: Any, field: Field, tree: Tree, place: _Object) -> None:
    assert field.model is not None, "a class has a model"
    if not isinstance(value, dict):
        place.note("postal.value-malformed", f"{field.name} is no object", field.name, value,
                   expected="an object", hint=_names(field))  # fmt: skip
        return
    below: Tree = {}
    tree[field.name] = below
    _read(value, field.model, below, place.below(field.name))
    if not below:
        del tree[field.name]


def _many(value: Any, field: Field, tree: Tree, place: _Object) -> None:
    assert field.model is not None, "a class has a model"
    if not isinstance(value, list):
        place.note("postal.value-malformed", f"{field.name} is no array", field.name, value,
                   expected="an array of objects", hint="an array, also of one")  # fmt: skip
        return
    if len(value) > LIST_MAX:
        place.note("postal.element-repeated", f"{field.name} has {len(value)} elements", field.name,
                   value[LIST_MAX:], expected=f"at most {LIST_MAX}",
                   hint="leave out the ones beyond")  # fmt: skip
        value = value[:LIST_MAX]
    if value:
        tree[field.name] = [{} for _one in value]
    for index, one in enumerate(value):
        if isinstance(one, dict):
            below = tree[field.name][index]
            _read(one, field.model, below, place.below(field.name, index))
        elif one is not None:
            here = _Object(place.members, place.notes, place.trail, f"{place.pointer}/{field.name}")
            name, text = f"{field.name}[#{index + 1}]", f"an element of {field.name} is no object"
            here.note("postal.value-malformed", text, name, one, at=str(index),
                      expected="an object", hint=_names(field))  # fmt: skip


def _names(field: Field) -> str:
    assert field.model is not None, "a class has a model"
    return f"its members are {', '.join(fields_of(field.model))}"


def _pair(value: Any, field: Field, tree: Tree, place: _Object) -> None:
    """A sum with its currency, or a measure with its unit."""
    half = _HALVES[field.kind]
    if not isinstance(value, dict):
        place.note("postal.value-malformed", f"{field.name} is no object", field.name, value,
                   expected=f"an object with value and {half}",
                   hint=_PAIRS[field.kind])  # fmt: skip
        return
    pair: Tree = {}
    tree[field.name] = pair
    inside, before = place.below(field.name), len(place.notes)
    for name, one in value.items():
        if name is REPEATED:
            for again in one:
                _repeated(again, value[again], inside)
        elif name == "value":
            number = _number(one, field, name, inside)
            if number:
                pair["value"] = number
        elif name == half:
            _half(one, half, pair, inside)
        else:
            _unknown(name, one, ["value", half], inside)
    if "value" not in pair:
        if not any(one.name == "value" for one in inside.notes[before:]):
            spot = inside.members.spot(inside.trail, "value")
            hint = f"write value and {half}"
            inside.note("postal.number-malformed", f"{field.name} has no value", "value", "",
                        expected=picture(field.element.format), at=spot.instead or "value",
                        hint=in_place_of(hint, spot.instead) if spot.instead else hint)  # fmt: skip
        del tree[field.name]


def _half(value: Any, half: str, pair: Tree, place: _Object) -> None:
    form = _CURRENCY if half == "currency" else _UNIT
    if value is None or value == "":
        return
    if isinstance(value, str) and len(value) <= form.limit and form.fits(value) and value.strip():
        pair[half] = value
        return
    place.note("postal.value-malformed", f"{half} is {_short(value)}", half, value,
               expected=_EXPECTED[half], hint="in quotes, as the list has it")  # fmt: skip


def _leaf(value: Any, field: Field, place: _Object) -> str | None:
    """A text, a number or a moment."""
    if field.kind == "number":
        return _number(value, field, field.name, place)
    if isinstance(value, str) and not value.strip():
        return None
    if field.kind == "moment" and isinstance(value, str):
        coarser = to_microseconds(value)
        if coarser != value and is_moment(coarser):
            place.keep(field.name, value)
            return coarser
    wrong = _not_text(value, field)
    if wrong is None:
        return str(value)
    code, text, expected, hint = wrong
    place.note(code, text, field.name, value, expected=expected, hint=hint)
    return None


def _not_text(value: Any, field: Field) -> tuple[str, str, str, str] | None:
    """What is wrong with a text or a moment: code, words, what was expected, what to do."""
    said, shown = f"{field.name} is {_short(value)}", field.element.format
    expected = MOMENT_PICTURE if field.kind == "moment" else picture(shown)
    if not isinstance(value, str):
        number = isinstance(value, Number) and field.kind != "moment"
        hint = "write it in quotes" + (
            ": a number loses the zeros it begins with" if number else ""
        )
        return "postal.value-malformed", said, f"a string: {expected}", hint
    if field.kind == "moment":
        known = is_moment(value)
        return None if known else ("postal.moment-malformed", said, expected, moment_hint(value))
    form, blank = text_of(shown), "leave out the blanks around it" if value != value.strip() else ""
    if len(value) > form.limit:
        text = f"{field.name} has {len(value)} characters"
        return "postal.value-too-long", text, expected, blank or "shorten it"
    if form.fits(value):
        return None
    return "postal.value-malformed", said, expected, blank or "capital letters, as ISO has the code"


def _number(value: Any, field: Field, name: str, place: _Object) -> str | None:
    said = value.text if isinstance(value, Number) else value
    if said is None or said == "":
        return None
    if isinstance(said, str) and number_of(field.element.format).fits(said):
        return said
    place.note("postal.number-malformed", f"{field.name} is {_short(value)}", name, value,
               expected=picture(field.element.format), hint=NUMBER_HINT)  # fmt: skip
    return None


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else plain(value)
    return f"{shown[:_SHOWN]!r}"
