"""What the walk and the profile found, told to people: problems and unmapped values with places.

Rules
    A problem says where (XPath in the sender's prefixes, line, column), what it is about (canonical
    path, WCO pointer), what was found and expected, and what to do.
    An absent value is placed where it stands empty or under a similar name, else at its nearest
    parent. One that could not be read is not missing as well.
    Problems stand in the order of the file.
    At most PROBLEMS_MAX problems are told, and as many values kept as the walk noted; what is
    beyond is one more problem, so that a message never seems better than it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from adapters.customs.reading import Oddities, Oddity, instances_of
from adapters.customs.words import SHOWN, code_of, known_names, words_of
from adapters.demands import (
    Breach,
    Unread,
    breaches,
    in_place_of,
    is_unread,
    near,
)
from adapters.mapping import MANY, MOMENT, Field
from adapters.wire.xml import (
    Element,
    Positions,
    attribute_name,
    local_name,
    name_of,
    values_below,
)
from broker.adapter import Constraint, Path, Profile, Tree, Unmapped
from broker.model import pointers
from broker.model.packages import data_class
from broker.model.paths import element_key, pattern_of
from broker.model.problem import Problem, Severity

PROBLEMS_MAX = 100
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

    def locate(self, breach: Breach, misspelt: "Misspelt") -> "Found":
        """The element a breach is about, what stands in its place, or its nearest parent."""
        element, above, path = self.element, self.field, ""
        tree = self.tree
        for name, index in breach.trail:
            element = list(instances_of(element, above, name))[index]
            value = tree[name]
            tree = value[index] if isinstance(value, list) else value
            step = f"{name}[{element_key(tree, index + 1)}]" if isinstance(value, list) else name
            path = f"{path}.{step}" if path else step
            above = next(f for f in above.children if f.name == name)
        path = f"{path}.{breach.name}" if path else breach.name
        found = next(instances_of(element, above, breach.name), None)
        if found is not None:
            return Found(found, path, empty=True)
        tags = (one.tag for one in above.children if one.name == breach.name)
        instead = next((misspelt[element, tag] for tag in tags if (element, tag) in misspelt), None)
        if instead is None:
            return Found(element, path)
        return Found(instead, path, name_of(instead))

    def pointer_of(self, path: Path, dialect: str) -> str | None:
        """The WCO pointer of a path, or of its nearest parent that has one."""
        while True:
            pointer = pointers.to_pointer(path, dialect, self.package)
            if pointer is not None:
                return pointers.text(pointer)
            path = path.rpartition(".")[0]


Misspelt = dict[tuple[Element, str], Element]
"""Unknown elements, by the class they stand in and what they should be called."""


class Found(NamedTuple):
    """Where a value stands, or should; `instead`: what stands there under a similar name."""

    element: Element
    path: Path
    instead: str = ""
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that is missing, or none that the format can carry, whatever the profile says."""

    code: str
    path: Path
    expected: str
    hint: str


def missing(path: Path, hint: str) -> Wrong:
    """A value without which the format cannot be understood."""
    return Wrong("wco.value-missing", path, "a value", hint)


class _Telling:
    """What is told of one body: problems, how severe those beyond are, and what they tell of."""

    def __init__(self, subject: Subject, profile: Profile) -> None:
        self.subject = subject
        self.profile = profile
        self.dialect = str(profile.settings.get("pointers", "wco"))
        self.told: list[Problem] = []
        self.hidden: list[Severity] = []
        self.unread: Unread = {}
        self.misspelt: Misspelt = {}

    def oddities(self, noted: list[Oddity]) -> None:
        """What the walk noted."""
        severities = self.profile.settings.get("severities", {})
        for oddity in noted:
            if oddity.what in _SILENT:
                continue
            severity = severities.get(code_of(oddity), "error")
            if len(self.told) >= PROBLEMS_MAX:
                self.hidden.append(severity)
                continue
            problem = _told(self.subject, oddity, severity, self.dialect)
            self.told.append(problem)
            if _unread(oddity) and problem.path is not None:
                self.unread[problem.path] = severity
        unknown = (one for one in noted if one.what == "unknown")
        for oddity in islice(unknown, PROBLEMS_MAX):
            parent = oddity.element.getparent()
            meant = near(local_name(oddity.element), known_names(oddity))
            if meant and parent is not None:
                self.misspelt.setdefault((parent, meant), oddity.element)

    def breach(self, breach: Breach) -> None:
        """What the profile demands; nothing if it has been told why there is no value."""
        rule = breach.constraint
        if len(self.told) >= PROBLEMS_MAX:
            self.hidden.append(rule.severity)
            return
        found = self.subject.locate(breach, self.misspelt)
        path = f"{self.subject.name}.{found.path}"
        absent = rule.demand == "mandatory"
        if absent and is_unread(path, rule.severity, self.unread):
            return
        text, expected = breach.words(self.profile.codelists)
        hint = rule.hint or None
        if absent and found.instead:
            hint = in_place_of(hint, found.instead)
        elif absent and found.empty:
            text = text.replace("is missing", "is empty")
        package = self.subject.package
        self.told.append(
            Problem(
                code=rule.code,
                text=text,
                severity=rule.severity,
                message=self.subject.number,
                where=self.subject.positions.exact(found.element),
                path=path,
                pointer=self.subject.pointer_of(found.path, self.dialect),
                found=breach.found,
                found_class=data_class(package, pattern_of(found.path)),
                expected=expected,
                hint=hint,
            )
        )

    def wrong(self, wrong: Wrong) -> None:
        """What no profile needs to demand; told even beyond the most that is told."""
        *classes, name = wrong.path.split(".")
        tree = self.subject.tree
        trail = tuple((step, 0) for step in classes if isinstance(tree.get(step), dict))
        value = None if classes else tree.get(name)
        if value is None and is_unread(f"{self.subject.name}.{wrong.path}", "error", self.unread):
            return
        rule = Constraint(wrong.path, "mandatory", wrong.code, hint=wrong.hint)
        before = len(self.told)
        self.breach(Breach(rule, trail, name, value))
        if wrong.code != "wco.value-missing":
            text = f"{name} is {value!r}" if value else f"{name} is missing"
            self.told[before:] = [
                replace(one, text=f"{text}, none that this format carries", expected=wrong.expected)
                for one in self.told[before:]
            ]


def problems_of(
    subject: Subject, odd: Oddities, profile: Profile, wrong: Iterable[Wrong] = ()
) -> tuple[Problem, ...]:
    """All problems of one body: of the walk, of the format and of the profile."""
    telling = _Telling(subject, profile)
    telling.oddities(odd.noted)
    for one in wrong:
        telling.wrong(one)
    for breach in breaches(subject.tree, profile):
        telling.breach(breach)
    if odd.number > odd.most:
        telling.hidden.append("error")
    telling.told.sort(key=lambda problem: (problem.where.line or 0, problem.where.column or 0))
    if telling.hidden:
        telling.told.append(_more(subject, telling.hidden))
    return tuple(telling.told)


def _more(subject: Subject, hidden: list[Severity]) -> Problem:
    return Problem(
        code="wco.problems-more",
        text=f"{len(hidden)} or more problems are not shown",
        severity="error" if "error" in hidden else "warning",
        message=subject.number,
        where=subject.positions.exact(subject.element),
        path=subject.name,
        hint="correct those shown and send again",
    )


def _unread(oddity: Oddity) -> bool:
    """Whether this is why a value is not in the tree."""
    if oddity.what == "misplaced":
        return oddity.field.kind == MOMENT
    half = oddity.what == "malformed" and oddity.attribute
    return oddity.what in {"malformed", "too-long", "moment", "as-attribute"} and not half


def _told(subject: Subject, oddity: Oddity, severity: Severity, dialect: str) -> Problem:
    element = oddity.element
    shown = subject.shown(element)
    if oddity.what == "sequence":
        shown += ".SequenceNumeric"
    elif oddity.what == "as-attribute":
        shown += f".{oddity.field.name}"
    inside = shown.startswith(subject.name)
    path = shown[len(subject.name) + 1 :] if inside else ""
    words = words_of(oddity)
    return Problem(
        code=code_of(oddity),
        text=words[0],
        severity=severity,
        message=subject.number,
        where=subject.positions.exact(element, oddity.attribute),
        path=shown,
        pointer=subject.pointer_of(path, dialect) if inside else None,
        found=(name_of(element) if oddity.what == "unknown" else oddity.value)[:SHOWN] or None,
        found_class=data_class(subject.package, pattern_of(path)) if oddity.value else "public",
        expected=words[1],
        hint=words[2],
    )


def unmapped_of(subject: Subject, odd: Oddities) -> tuple[Unmapped, ...]:
    """All values of a body that are not in its tree, each with its place."""
    kept: list[Unmapped] = []
    for oddity in odd.noted:
        if oddity.what in {"unknown", "repeated"}:
            for element, attribute, value in values_below(oddity.element):
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
