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
from difflib import get_close_matches
from typing import Any

from adapters.demands import Trail
from adapters.postal.formats import is_moment, number_of, text_of
from adapters.postal.judging import NAME, PROBLEMS_MAX, path_of
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
_CURRENCY = text_of("a3")
_UNIT = text_of("an..5")


class Members:
    """What one line gave: its tree, its problems, and what has no place."""

    __slots__ = ("line", "problems", "tree", "unmapped")

    def __init__(self, line: Line, said: Mapping[Any, Any]) -> None:
        self.line = line
        self.tree: Tree = {}
        self.problems: list[Problem] = []
        self.unmapped: list[Unmapped] = []
        _read(said, PostalItem, self.tree, _Object(self, (), ""))

    def place(self, pointer: str) -> Place:
        """A JSON pointer, and the line where the file has many."""
        return Place(line=self.line.line, json_pointer=pointer)

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value stands: the members are the body, so the way is the pointer."""
        pointer, at = "", self.tree
        for step, index in trail:
            below = at.get(step)
            many = isinstance(below, list)
            pointer += f"/{step}/{index}" if many else f"/{step}"
            at = (below[index] if many else below) or {}  # type: ignore[index]
        return self.place(f"{pointer}/{name}" if name and name in at else pointer)


class _Object:
    """One JSON object on the way down: whose it is, its trail and its pointer."""

    __slots__ = ("members", "pointer", "trail")

    def __init__(self, members: Members, trail: Trail, pointer: str) -> None:
        self.members = members
        self.trail = trail
        self.pointer = pointer

    def below(self, name: str, index: int | None = None) -> "_Object":
        pointer = f"{self.pointer}/{name}" if index is None else f"{self.pointer}/{name}/{index}"
        return _Object(self.members, (*self.trail, (name, index or 0)), pointer)

    def note(self, code: str, text: str, name: str, value: Any, **more: str) -> None:
        """A problem of one member; its value is kept."""
        members, pointer = self.members, child(self.pointer, name)
        shown = value if isinstance(value, str) else plain(value)
        if len(members.unmapped) < UNMAPPED_MAX:
            way = f"{NAME}.{path_of(members.tree, self.trail, name[:_SHOWN])}"
            members.unmapped.append(Unmapped(members.place(pointer[:4096]), way, shown))
        if len(members.problems) > PROBLEMS_MAX:
            return
        path = path_of(members.tree, self.trail, name[:_SHOWN])
        members.problems.append(
            Problem(
                code=code,
                text=text,
                message=members.line.number,
                where=members.place(pointer[:4096]),
                path=f"{NAME}.{path}",
                found=shown[:_SHOWN] or None,
                found_class=data_class(PACKAGE, pattern_of(path)),
                expected=more.get("expected"),
                hint=more.get("hint"),
            )
        )


def _read(said: Mapping[Any, Any], model: type[Canonical], tree: Tree, place: _Object) -> None:
    """The members of one object into one class."""
    fields = fields_of(model)
    for name, value in said.items():
        if name is REPEATED:
            for one in value:
                place.note("json.key-repeated", "this name stands twice", one, said[one],
                           expected="each name once", hint="keep one")  # fmt: skip
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


def _unknown(name: str, value: Any, known: list[str], place: _Object) -> None:
    told = len(place.members.problems) > PROBLEMS_MAX
    near = [] if told else get_close_matches(name[:64], known, 1)
    place.note(
        "postal.element-unknown",
        f"member {name[:_SHOWN]!r} is not known",
        name,
        value,
        expected=f"one of {', '.join(known)}",
        hint=f"did you mean {near[0]!r}?" if near else "leave it out, or ask for it to be added",
    )


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
            here = _Object(place.members, place.trail, f"{place.pointer}/{field.name}")
            here.note("postal.value-malformed", f"an element of {field.name} is no object",
                      str(index), one, expected="an object", hint=_names(field))  # fmt: skip


def _names(field: Field) -> str:
    assert field.model is not None, "a class has a model"
    return f"its members are {', '.join(fields_of(field.model))}"


def _pair(value: Any, field: Field, tree: Tree, place: _Object) -> None:
    """A sum with its currency, or a measure with its unit."""
    half = _HALVES[field.kind]
    if not isinstance(value, dict):
        place.note("postal.value-malformed", f"{field.name} is no object", field.name, value,
                   expected=f"an object with value and {half}")  # fmt: skip
        return
    pair: Tree = {}
    tree[field.name] = pair
    inside = place.below(field.name)
    for name, one in value.items():
        if name is REPEATED:
            for again in one:
                inside.note("json.key-repeated", "this name stands twice", again, value[again],
                            expected="each name once", hint="keep one")  # fmt: skip
        elif name == "value":
            number = _number(one, field, name, inside)
            if number:
                pair["value"] = number
        elif name == half:
            _half(one, half, pair, inside)
        else:
            _unknown(name, one, ["value", half], inside)
    if "value" not in pair:
        if not _told(inside, "value"):
            inside.note("postal.number-malformed", f"{field.name} has no value", "value", "",
                        expected="a number", hint=f"write value and {half}")  # fmt: skip
        del tree[field.name]


def _told(place: _Object, name: str) -> bool:
    pointer = child(place.pointer, name)
    return any(one.where.json_pointer == pointer for one in place.members.problems)


def _half(value: Any, half: str, pair: Tree, place: _Object) -> None:
    form = _CURRENCY if half == "currency" else _UNIT
    if value is None or value == "":
        return
    if isinstance(value, str) and len(value) <= form.limit and form.fits(value) and value.strip():
        pair[half] = value
        return
    expected = "three capital letters (ISO 4217)" if half == "currency" else "a unit, such as KGM"
    place.note("postal.value-malformed", f"{half} is {_short(value)}", half, value,
               expected=expected)  # fmt: skip


def _leaf(value: Any, field: Field, place: _Object) -> str | None:
    """A text, a number or a moment."""
    if field.kind == "number":
        return _number(value, field, field.name, place)
    if isinstance(value, str) and not value.strip():
        return None
    wrong = _not_text(value, field)
    if wrong is None:
        return str(value)
    code, text, expected, hint = wrong
    place.note(code, text, field.name, value, expected=expected, hint=hint)
    return None


def _not_text(value: Any, field: Field) -> tuple[str, str, str, str] | None:
    """What is wrong with a text or a moment: code, words, what was expected, what to do."""
    said, shown = f"{field.name} is {_short(value)}", field.element.format
    if not isinstance(value, str):
        hint = "write it in quotes: a number loses the zeros it begins with"
        return "postal.value-malformed", said, "a string", hint
    if field.kind == "moment":
        if is_moment(value):
            return None
        expected = "ISO 8601, such as 2026-11-02T15:20:00Z"
        return "postal.moment-malformed", said, expected, "write a day that the calendar has"
    form = text_of(shown)
    if len(value) > form.limit:
        text = f"{field.name} has {len(value)} characters"
        return "postal.value-too-long", text, f"{shown}: at most {form.limit}", "shorten it"
    if form.fits(value):
        return None
    expected = f"a value of the format {shown}"
    return "postal.value-malformed", said, expected, "capital letters, as ISO has the code"


def _number(value: Any, field: Field, name: str, place: _Object) -> str | None:
    said = value.text if isinstance(value, Number) else value
    if said is None or said == "":
        return None
    if isinstance(said, str) and number_of(field.element.format).fits(said):
        return said
    place.note("postal.number-malformed", f"{field.name} is {_short(value)}", name, value,
               expected=f"a number of the format {field.element.format}",
               hint="digits with a point for decimals; no sign, no exponent")  # fmt: skip
    return None


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else plain(value)
    return f"{shown[:_SHOWN]!r}"
