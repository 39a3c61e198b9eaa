"""What is wrong with one thing that the walk over WCO XML noted: its problem code, and words."""

from collections.abc import Callable

from adapters.customs.moment import FORMATS, PICTURES, hint_of
from adapters.customs.oddities import Oddity
from adapters.demands import unknown_words
from adapters.mapping import AMOUNT, CODE, MANY, MEASURE, MOMENT, SHAPED, picture
from adapters.wire.numbers import shortest
from adapters.wire.xml import local_name, namespace_of
from broker.model.problem import cut

SHOWN = 256
"""Characters of a value that are shown."""
_CODE_LIMIT = 17
"""A text as short as this is a code: what is longer is probably its meaning."""

Words = tuple[str, str | None, str | None]
"""What is wrong, what was expected, what to do."""


def code_of(oddity: Oddity) -> str:
    """The problem code of what the walk noted."""
    if oddity.what == "malformed":
        number = oddity.field.kind in {AMOUNT, MEASURE} or oddity.field.name.endswith("Numeric")
        return "number.malformed" if number and not oddity.attribute else "value.malformed"
    return {
        "unknown": "element.unknown",
        "repeated": "element.repeated",
        "too-long": "value.too-long",
        "moment": "moment.malformed",
        "misplaced": "text.misplaced",
        "as-attribute": "attribute.misplaced",
        "empty": "element.empty",
        "sequence": "sequence.repeated",
    }[oddity.what]


def words_of(oddity: Oddity) -> Words:
    """The problem in words."""
    return _WORDS[oddity.what](oddity)


def known_names(oddity: Oddity) -> tuple[str, ...]:
    """The names that are allowed where an unknown one is."""
    field = oddity.field
    names = (tag.rpartition("}")[2] for tag in field.rows) if field.kind == MOMENT else (
        below.tag for below in field.children
    )  # fmt: skip
    return tuple(dict.fromkeys(names))


def _unknown(oddity: Oddity) -> Words:
    name, known = local_name(oddity.element), known_names(oddity)
    if name in known:
        spaces = (
            tag[1:].partition("}")[0] for tag in oddity.field.rows if tag.endswith(f"}}{name}")
        )
        text = f"{name} is in {namespace_of(oddity.element)}"
        expected = f"the namespace {next(spaces, '')}"
        return text, expected, "declare the namespace, or use its prefix"
    text = f"element {cut(name, SHOWN)!r} is not known in {oddity.field.tag}"
    return text, *unknown_words("elements", name, known)


def _repeated(oddity: Oddity) -> Words:
    most = oddity.field.limit if oddity.field.kind == MANY else 1
    text = f"{oddity.field.tag} occurs more often than it may"
    return text, f"at most {most}", "leave out the ones beyond"


def _too_long(oddity: Oddity) -> Words:
    field = oddity.field
    text = f"{field.tag} has {len(oddity.value)} characters"
    code = field.kind == CODE and field.limit <= _CODE_LIMIT
    return text, picture(field.format), "write the code, not its text" if code else "shorten it"


def _malformed(oddity: Oddity) -> Words:
    field = oddity.field
    if oddity.attribute:
        currency = field.kind == AMOUNT
        return (
            f"attribute {oddity.attribute} of {field.tag} is {cut(oddity.value, SHOWN)!r}",
            "three capital letters (ISO 4217)" if currency else "a unit of 1 to 5 characters",
            "capital letters, as ISO has the code" if currency else "such as KGM",
        )
    text = f"{field.tag} is {cut(oddity.value, SHOWN)!r}"
    if field.kind == SHAPED and "," not in field.format:
        hint = "digits only" if field.format.startswith("n") else "letters only"
    else:
        hint = "digits, and a point before decimals; no comma, unit, exponent or grouping"
    return text, picture(field.format), hint


def _moment(oddity: Oddity) -> Words:
    code = oddity.element.get("formatCode")
    form = f"with formatCode {code!r}" if code is not None else "without formatCode"
    text = f"{oddity.field.tag} is {cut(oddity.value, SHOWN)!r} {form[:SHOWN]}"
    return text, FORMATS, hint_of(code, oddity.value.strip())


def _misplaced(oddity: Oddity) -> Words:
    if oddity.field.kind == MOMENT:
        hint = f'such as <DateTimeString formatCode="102">{PICTURES["102"]}</DateTimeString> in it'
        return f"{oddity.field.tag} is a text", "a DateTimeString with its formatCode", hint
    text = f"there is text between the elements of {oddity.field.tag}"
    return text, "elements only", "move the text into an element, or leave it out"


def _as_attribute(oddity: Oddity) -> Words:
    tag, inside = oddity.field.tag, local_name(oddity.element)
    text = f"{tag} is written as an attribute of {inside}"
    return text, f"an element {tag}", f"write <{tag}>...</{tag}> inside of {inside}"


def _sequence(oddity: Oddity) -> Words:
    number = shortest(oddity.value)
    written = "" if number == oddity.value else f" (here written {oddity.value})"
    text = f"two elements {oddity.field.tag} have the SequenceNumeric {number}{written}"
    return text, "each number once", "number them from 1"


def _empty(oddity: Oddity) -> Words:
    text = f"{oddity.field.tag} is there, but it is empty"
    expected = "elements in it" if oddity.field.is_class else "a value"
    return text, expected, "fill it in, or leave the element out"


_WORDS: dict[str, Callable[[Oddity], Words]] = {
    "unknown": _unknown,
    "repeated": _repeated,
    "too-long": _too_long,
    "malformed": _malformed,
    "moment": _moment,
    "misplaced": _misplaced,
    "sequence": _sequence,
    "as-attribute": _as_attribute,
    "empty": _empty,
}
