"""What the walk and the profile found, told to people: problems and unmapped values with places.

Rules
    A problem says where (XPath in the sender's prefixes, line), what it is about (canonical path,
    WCO pointer), what was found and expected, and what to do.
    An absent value is placed at its nearest parent.
    At most PROBLEMS_MAX problems are told, and as many values kept as the walk noted; what is
    beyond is one more problem, so that a message never seems better than it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from adapters.customs.moment import FORMATS
from adapters.customs.reading import Oddities, Oddity, instances_of
from adapters.demands import Breach, breaches
from adapters.mapping import AMOUNT, MANY, MEASURE, MOMENT, Field
from adapters.wire.xml import Element, Positions, attribute_name, local_name, name_of
from broker.adapter import Constraint, Path, Profile, Tree, Unmapped
from broker.model import pointers
from broker.model.packages import data_class
from broker.model.paths import element_key, pattern_of
from broker.model.problem import Problem, Severity

PROBLEMS_MAX = 100
_SHOWN = 256
UNMAPPED_MAX = 20_000
_SILENT = frozenset({"absent", "attribute", "kept"})


@dataclass(frozen=True, slots=True)
class Subject:
    """One body with its element, its class and its package; `name` begins its problem paths."""

    name: str
    package: str
    element: Element
    field: Field
    tree: Tree
    number: int
    positions: Positions

    def shown(self, element: Element) -> Path:
        """The path that people are shown: with the name of the body, or of the envelope."""
        path = self._outside(element)
        if path is None:
            below = self.path_of(element)
            path = f"{self.name}.{below}" if below else self.name
        return path

    def _outside(self, element: Element) -> Path | None:
        """Local names from the root, for what does not stand in the body."""
        names: list[str] = []
        step: Element | None = element
        while step is not None:
            if step is self.element:
                return None
            names.append(local_name(step))
            step = step.getparent()
        return ".".join(reversed(names))

    def path_of(self, element: Element) -> Path:
        """Canonical path of an element below the body; local names where the table knows none."""
        chain: list[Element] = []
        step: Element | None = element
        while step is not None and step is not self.element:
            chain.append(step)
            step = step.getparent()
        parts: list[str] = []
        above: Field | None = self.field
        tree: Tree = self.tree
        for below in reversed(chain):
            if above is not None and above.kind == MOMENT and str(below.tag) in above.rows:
                break  # a moment and its DateTimeString are one value
            name, above, tree = self._step(below, above, tree)
            parts.append(name)
        return ".".join(parts)

    def _step(
        self, element: Element, above: Field | None, tree: Tree
    ) -> tuple[str, Field | None, Tree]:
        row = above.rows.get(str(element.tag)) if above else None
        ordinal = self.positions.ordinal(element)
        if row is None:
            name = local_name(element)
            return (name if ordinal == 1 else f"{name}[#{ordinal}]"), None, {}
        if above and ordinal > 1 and str(element.tag) in above.overflow:
            row = above.overflow[str(element.tag)]
        kind, name, _limit, _usual, field = row
        value = tree.get(name)
        if kind != MANY:
            return name, field, value if isinstance(value, dict) else {}
        instances = value if isinstance(value, list) else []
        one = instances[ordinal - 1] if ordinal <= len(instances) else {}
        return f"{name}[{element_key(one, ordinal)}]", field, one

    def locate(self, breach: Breach) -> tuple[Element, Path]:
        """The element a breach is about, else its nearest parent; and its canonical path."""
        element, above, path = self.element, self.field, ""
        tree = self.tree
        for name, index in breach.trail:
            element = list(instances_of(element, above, name))[index]
            value = tree[name]
            tree = value[index] if isinstance(value, list) else value
            step = f"{name}[{element_key(tree, index + 1)}]" if isinstance(value, list) else name
            path = f"{path}.{step}" if path else step
            above = next(f for f in above.children if f.name == name)
        found = next(instances_of(element, above, breach.name), element)
        return found, f"{path}.{breach.name}" if path else breach.name

    def pointer_of(self, path: Path, dialect: str) -> str | None:
        """The WCO pointer of a path, or of its nearest parent that has one."""
        while True:
            pointer = pointers.to_pointer(path, dialect, self.package)
            if pointer is not None:
                return pointers.text(pointer)
            path = path.rpartition(".")[0]


def problems_of(subject: Subject, odd: Oddities, profile: Profile) -> tuple[Problem, ...]:
    """All problems of one body: those of the walk, then those of the profile."""
    told: list[Problem] = []
    hidden: list[Severity] = []
    severities = profile.settings.get("severities", {})
    dialect = str(profile.settings.get("pointers", "wco"))
    for oddity in odd.noted:
        if oddity.what not in _SILENT:
            severity = severities.get(code_of(oddity), "error")
            if len(told) < PROBLEMS_MAX:
                told.append(_told(subject, oddity, severity, dialect))
            else:
                hidden.append(severity)
    for breach in breaches(subject.tree, profile):
        if len(told) < PROBLEMS_MAX:
            told.append(_demanded(subject, breach, profile, dialect))
        else:
            hidden.append(breach.constraint.severity)
    if odd.number > odd.most:
        hidden.append("error")
    if hidden:
        told.append(_more(subject, hidden))
    return tuple(told)


def _more(subject: Subject, hidden: list[Severity]) -> Problem:
    return Problem(
        code="wco.problems-more",
        text=f"{len(hidden)} or more problems are not shown",
        severity="error" if "error" in hidden else "warning",
        message=subject.number,
        where=subject.positions.place(subject.element),
        path=subject.name,
        hint="correct those shown and send again",
    )


def code_of(oddity: Oddity) -> str:
    """The problem code of what the walk noted."""
    if oddity.what == "malformed":
        number = oddity.field.kind in {AMOUNT, MEASURE} or oddity.field.name.endswith("Numeric")
        return "wco.number-malformed" if number and not oddity.attribute else "wco.code-malformed"
    return {
        "unknown": "wco.element-unknown",
        "repeated": "wco.element-repeated",
        "too-long": "wco.value-too-long",
        "moment": "wco.moment-malformed",
        "misplaced": "wco.text-misplaced",
        "sequence": "wco.sequence-repeated",
    }[oddity.what]


def _told(subject: Subject, oddity: Oddity, severity: Severity, dialect: str) -> Problem:
    element = oddity.element
    shown = subject.shown(element)
    if oddity.what == "sequence":
        shown += ".SequenceNumeric"
    inside = shown.startswith(subject.name)
    path = shown[len(subject.name) + 1 :] if inside else ""
    words = _WORDS[oddity.what](oddity)
    return Problem(
        code=code_of(oddity),
        text=words[0],
        severity=severity,
        message=subject.number,
        where=subject.positions.place(element, oddity.attribute),
        path=shown,
        pointer=subject.pointer_of(path, dialect) if inside else None,
        found=(name_of(element) if oddity.what == "unknown" else oddity.value)[:_SHOWN] or None,
        found_class=data_class(subject.package, pattern_of(path)) if oddity.value else "public",
        expected=words[1],
        hint=words[2],
    )


Words = tuple[str, str | None, str | None]


def _unknown(oddity: Oddity) -> Words:
    name, known = local_name(oddity.element), [below.tag for below in oddity.field.children]
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else "leave it out, or ask for it to be added"
    expected = f"one of {', '.join(known)}" if known else "a value without elements in it"
    return f"element {name[:_SHOWN]!r} is not known in {oddity.field.tag}", expected, hint


def _repeated(oddity: Oddity) -> Words:
    most = oddity.field.limit if oddity.field.kind == MANY else 1
    text = f"{oddity.field.tag} occurs more often than it may"
    return text, f"at most {most}", "leave out the ones beyond"


def _too_long(oddity: Oddity) -> Words:
    text = f"{oddity.field.tag} has {len(oddity.value)} characters"
    return text, f"{oddity.field.format}: at most {oddity.field.limit}", "shorten it"


def _malformed(oddity: Oddity) -> Words:
    if oddity.attribute:
        currency = oddity.field.kind == AMOUNT
        return (
            f"attribute {oddity.attribute} of {oddity.field.tag} is {oddity.value[:_SHOWN]!r}",
            "three capital letters (ISO 4217)" if currency else "a unit of 1 to 5 characters",
            None,
        )
    text = f"{oddity.field.tag} is {oddity.value[:_SHOWN]!r}"
    hint = "digits with a point for decimals; no grouping, no exponent"
    return text, f"a value of the format {oddity.field.format}", hint


def _moment(oddity: Oddity) -> Words:
    code = oddity.element.get("formatCode")
    said = f"with formatCode {code!r}" if code is not None else "without formatCode"
    hint = "write the moment as the format code says"
    return f"{oddity.field.tag} is {oddity.value[:_SHOWN]!r} {said[:_SHOWN]}", FORMATS, hint


def _misplaced(oddity: Oddity) -> Words:
    text = f"text stands between the elements of {oddity.field.tag}"
    return text, "elements only", "move the text into an element, or leave it out"


def _sequence(oddity: Oddity) -> Words:
    text = f"two elements {oddity.field.tag} have the SequenceNumeric {oddity.value!r}"
    return text, "each number once", "number them from 1"


_WORDS: dict[str, Callable[[Oddity], Words]] = {
    "unknown": _unknown,
    "repeated": _repeated,
    "too-long": _too_long,
    "malformed": _malformed,
    "moment": _moment,
    "misplaced": _misplaced,
    "sequence": _sequence,
}


def _demanded(subject: Subject, breach: Breach, profile: Profile, dialect: str) -> Problem:
    rule = breach.constraint
    element, path = subject.locate(breach)
    text, expected = breach.words(profile.codelists)
    return Problem(
        code=rule.code,
        text=text,
        severity=rule.severity,
        message=subject.number,
        where=subject.positions.place(element),
        path=f"{subject.name}.{path}",
        pointer=subject.pointer_of(path, dialect),
        found=breach.found,
        found_class=data_class(subject.package, pattern_of(path)),
        expected=expected,
        hint=rule.hint or None,
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value directly below the body that the format cannot carry."""

    code: str
    name: str
    expected: str
    hint: str


def missing(subject: Subject, path: Path, hint: str, profile: Profile) -> Problem:
    """A value without which the format cannot be understood, whatever the profile says."""
    constraint = Constraint(path, "mandatory", "wco.value-missing", hint=hint)
    *classes, name = path.split(".")
    trail = tuple((step, 0) for step in classes if isinstance(subject.tree.get(step), dict))
    dialect = str(profile.settings.get("pointers", "wco"))
    return _demanded(subject, Breach(constraint, trail, name, None), profile, dialect)


def unexpected(subject: Subject, wrong: Wrong, profile: Profile) -> Problem:
    """A value directly below the body that is none of those the format knows."""
    found = subject.tree.get(wrong.name)
    rule = Constraint(wrong.name, "codes", wrong.code)
    element, path = subject.locate(Breach(rule, (), wrong.name, None))
    text = f"{wrong.name} is {found!r}" if found else f"{wrong.name} is missing"
    return Problem(
        code=wrong.code,
        text=f"{text}, none that this format carries",
        message=subject.number,
        where=subject.positions.place(element),
        path=f"{subject.name}.{path}",
        pointer=subject.pointer_of(path, str(profile.settings.get("pointers", "wco"))),
        found=found,
        expected=wrong.expected,
        hint=wrong.hint,
    )


def unmapped_of(subject: Subject, odd: Oddities) -> tuple[Unmapped, ...]:
    """All values of a body that are not in its tree, each with its place."""
    kept: list[Unmapped] = []
    for oddity in odd.noted:
        if oddity.what in {"unknown", "repeated"}:
            for element, attribute, value in _values_below(oddity.element):
                if len(kept) < UNMAPPED_MAX:
                    kept.append(_unmapped(subject, element, attribute, value))
        elif oddity.value and oddity.what != "sequence":
            value = oddity.value
            kept.append(_unmapped(subject, oddity.element, oddity.attribute, value))
    return tuple(kept)


def _unmapped(subject: Subject, element: Element, attribute: str, value: str) -> Unmapped:
    parent = element.getparent()
    beside = element is not subject.element and parent is subject.element.getparent()
    if beside and parent is not None:
        shown = f"{local_name(parent)}.{local_name(element)}"
    else:
        shown = subject.shown(element)
    if attribute:
        shown += f"@{attribute_name(element, attribute)}"
    return Unmapped(subject.positions.place(element, attribute), shown, value)


def _values_below(element: Element) -> Iterator[tuple[Element, str, str]]:
    """Every text and attribute of an element that the table does not know, and of all below it."""
    for below in element.iter():
        if below.text and below.text.strip():
            yield below, "", below.text.strip()
        for name, value in below.items():
            yield below, str(name), str(value)
        if below is not element and below.tail and below.tail.strip():
            yield below, "", below.tail.strip()
