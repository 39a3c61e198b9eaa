"""One walk from the members of a line to its plain canonical tree, by the model itself.

Rules
    A null is absent. An empty text, an object without members and an empty array are absent too,
    and noted; an element of an array stays, so that the ordinals of its siblings hold.
    An unknown member is a problem: a misspelt one would be lost in silence. A name may occur once.
    A decimal is a string or a number, and becomes canonical. A code is a string: a number would
    have lost the zeros it begins with. White space around a value that is no free text is no part
    of it. What was written otherwise than the tree has it is kept.
    A value that is not of its format is left out of the tree and noted: trees always validate.
"""

from collections.abc import Mapping
from typing import Any

from adapters.demands import in_place_of, near, unknown_words
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
from adapters.postal.lines import REPEATED, Number, plain
from adapters.postal.listing import PROBLEMS_MAX
from adapters.postal.notes import EMPTY, JsonObject
from adapters.wire.numbers import canonical_decimal, trimmed
from broker.adapter import Tree
from broker.model.leaf import Canonical
from broker.model.packages import Field, fields_of
from broker.model.problem import cut

_SHOWN = 256
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


def read_members(
    written: Mapping[Any, Any], model: type[Canonical], tree: Tree, place: JsonObject
) -> None:
    """The members of one object into one class."""
    fields = fields_of(model)
    for name, value in written.items():
        if name is REPEATED:
            for one in value:
                _repeated(one, written[one], place)
        elif (field := fields.get(name)) is None:
            _unknown(name, value, list(fields), place)
        elif value is None:
            continue
        elif _is_empty(value, field):
            place.empty(name, _WHAT.get(type(value), "a value"))
        else:
            _member(value, field, tree, place)


def _member(value: Any, field: Field, tree: Tree, place: JsonObject) -> None:
    """One member that is known and is not empty."""
    if field.repeats:
        _many(value, field, tree, place)
    elif field.kind == "class":
        _one(value, field, tree, place)
    elif field.kind in _HALVES:
        _pair(value, field, tree, place)
    else:
        found = _leaf(value, field, place)
        if found:
            tree[field.name] = found


_WHAT: dict[type, str] = {dict: "an object with members", list: "an array with elements"}


def _is_empty(value: Any, field: Field) -> bool:
    """Whether a member is there, of a right kind, and holds nothing."""
    if isinstance(value, str):
        return not trimmed(value)
    if field.repeats:
        return bool(value == [])
    return (field.kind == "class" or field.kind in _HALVES) and bool(value == {})


def _repeated(name: str, value: Any, place: JsonObject) -> None:
    place.note("json.key-repeated", f"member {cut(name, _SHOWN)!r} occurs twice", name, value,
               expected="each name once", hint="keep one")  # fmt: skip


def _unknown(name: str, value: Any, known: list[str], place: JsonObject) -> None:
    text, expected, hint = f"member {cut(name, _SHOWN)!r} is not known", "", ""
    place.notes.unknown += 1
    if place.notes.unknown <= PROBLEMS_MAX:
        expected, hint = unknown_words("members", name, known)
        if meant := near(name, known):
            place.notes.misspelt.setdefault((place.pointer, meant), name)
    place.note("element.unknown", text, name, value, expected=expected, hint=hint)


def _one(value: Any, field: Field, tree: Tree, place: JsonObject) -> None:
    assert field.model is not None, "a class has a model"
    if not isinstance(value, dict):
        place.note("value.malformed", f"{field.name} is not an object", field.name, value,
                   expected="an object", hint=_names(field))  # fmt: skip
        return
    below: Tree = {}
    tree[field.name] = below
    read_members(value, field.model, below, place.below(field.name))
    if not below:
        del tree[field.name]


def _many(value: Any, field: Field, tree: Tree, place: JsonObject) -> None:
    assert field.model is not None, "a class has a model"
    if not isinstance(value, list):
        place.note("value.malformed", f"{field.name} is not an array", field.name, value,
                   expected="an array of objects", hint="an array, also of one")  # fmt: skip
        return
    if len(value) > LIST_MAX:
        place.note("element.repeated", f"{field.name} has {len(value)} elements", field.name,
                   value[LIST_MAX:], expected=f"at most {LIST_MAX}",
                   hint="leave out the ones beyond")  # fmt: skip
        if field.name == "ConsignmentItem":
            place.notes.surplus = value[LIST_MAX:]
        value = value[:LIST_MAX]
    tree[field.name] = [{} for _one in value]
    for index, one in enumerate(value):
        if isinstance(one, dict) and one:
            below = tree[field.name][index]
            read_members(one, field.model, below, place.below(field.name, index))
            continue
        if one is None:
            continue
        here = place.below(field.name, index)
        if one == {}:
            here.note(EMPTY, f"an element of {field.name} is empty", "", "",
                      expected=_WHAT[dict], hint="give its members, or leave it out")  # fmt: skip
        else:
            here.note("value.malformed", f"an element of {field.name} is not an object",
                      "", one, expected="an object", hint=_names(field))  # fmt: skip


def _names(field: Field) -> str:
    assert field.model is not None, "a class has a model"
    return f"its members are {', '.join(fields_of(field.model))}"


def _pair(value: Any, field: Field, tree: Tree, place: JsonObject) -> None:
    """A sum with its currency, or a measure with its unit."""
    half = _HALVES[field.kind]
    if not isinstance(value, dict):
        place.note("value.malformed", f"{field.name} is not an object", field.name, value,
                   expected=f"an object with value and {half}",
                   hint=_PAIRS[field.kind])  # fmt: skip
        return
    pair: Tree = {}
    tree[field.name] = pair
    inside, before = place.below(field.name), len(place.notes.noted)
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
        if not any(one.name == "value" for one in place.notes.noted[before:]):
            instead = place.notes.misspelt.get((inside.pointer, "value"), "")
            hint = f"write value and {half}"
            inside.note("number.malformed", f"{field.name} has no value", "value", "",
                        expected=picture(field.element.format), at=instead or "value",
                        hint=in_place_of(hint, instead) if instead else hint)  # fmt: skip
        del tree[field.name]


def _half(value: Any, half: str, pair: Tree, place: JsonObject) -> None:
    form = _CURRENCY if half == "currency" else _UNIT
    if value is None:
        return
    if isinstance(value, str):
        plain = trimmed(value)
        if not plain:
            place.empty(half, _EXPECTED[half])
            return
        if len(plain) <= form.limit and form.fits(plain):
            pair[half] = plain
            if plain != value:
                place.keep(half, value)
            return
    place.note("value.malformed", f"{half} is {_short(value)}", half, value,
               expected=_EXPECTED[half], hint="in quotes, as the list has it")  # fmt: skip


def _leaf(value: Any, field: Field, place: JsonObject) -> str | None:
    """A text, a number or a moment."""
    if field.kind == "number":
        return _number(value, field, field.name, place)
    plain = trimmed(value) if isinstance(value, str) and not _is_free(field) else value
    if field.kind == "moment" and isinstance(plain, str):
        coarser = to_microseconds(plain)
        plain = coarser if is_moment(coarser) else plain
    wrong = _not_text(plain, field)
    if wrong is None:
        if plain != value:
            place.keep(field.name, value)
        return str(plain)
    code, text, expected, hint = wrong
    place.note(code, text, field.name, value, expected=expected, hint=hint)
    return None


def _is_free(field: Field) -> bool:
    """Whether a field is free text: white space is part of it, as it was written."""
    return field.kind == "text" and not field.name.endswith(("ID", "Code"))


def _not_text(value: Any, field: Field) -> tuple[str, str, str, str] | None:
    """What is wrong with a text or a moment: code, words, what was expected, what to do."""
    words, shown = f"{field.name} is {_short(value)}", field.element.format
    expected = MOMENT_PICTURE if field.kind == "moment" else picture(shown)
    if not isinstance(value, str):
        number = isinstance(value, Number) and field.kind != "moment"
        hint = "write it in quotes" + (
            ": a number loses the zeros it begins with" if number else ""
        )
        return "value.malformed", words, f"a string: {expected}", hint
    if field.kind == "moment":
        known = is_moment(value)
        return None if known else ("moment.malformed", words, expected, moment_hint(value))
    form = text_of(shown)
    if len(value) > form.limit:
        text = f"{field.name} has {len(value)} characters"
        return "value.too-long", text, expected, "shorten it"
    if form.fits(value):
        return None
    return "value.malformed", words, expected, "capital letters, as ISO has the code"


def _number(value: Any, field: Field, name: str, place: JsonObject) -> str | None:
    written = value.text if isinstance(value, Number) else value
    if written is None or written == "":
        return None
    number = canonical_decimal(written) if isinstance(written, str) else None
    if number is not None and number_of(field.element.format).fits(number):
        if number != written:
            place.keep(name, written)
        return number
    place.note("number.malformed", f"{field.name} is {_short(value)}", name, value,
               expected=picture(field.element.format), hint=NUMBER_HINT)  # fmt: skip
    return None


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else plain(value)
    return f"{cut(shown, _SHOWN)!r}"
