"""Everything wrong in rules and views together, each as a value; nothing starts with any.

Rules
    All files are read and all problems told, with file and path in the file, the value and what
    is known instead. The tests beside the rules run last, on files that are otherwise sound.
What does not belong
    Reading files (the caller gives loaded YAML by file name), and what recipients and kinds there
    are (`Known`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from broker.config_file import Finding
from broker.model.paths import leaves, pattern_of
from broker.routing.findings import from_validation
from broker.routing.listing import ViewFile
from broker.routing.match import Book, compile_book
from broker.routing.patterns import Patterns, model_packages, patterns_of
from broker.routing.rowcheck import RowScope, check_rows
from broker.routing.rules import PurposesFile, RulesFile
from broker.routing.trial import failures
from broker.routing.view import View, compile_view
from broker.routing.viewcheck import check_view, check_views_used

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Known:
    """What rules and views may name.

    `no_personal` are recipients that must not be shown personal or sensitive values; `arriving`
    kinds that say when the goods or persons arrive. `packages`: leaf patterns of each package with
    their data classes.
    """

    recipients: frozenset[str]
    kinds: frozenset[str]
    no_personal: frozenset[str] = frozenset()
    arriving: frozenset[str] = frozenset()
    packages: Mapping[str, Mapping[str, str]] = field(default_factory=model_packages)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, made ready, and what is wrong with it; use it only if nothing is."""

    findings: tuple[Finding, ...]
    book: Book
    views: Mapping[str, View]
    purposes: Mapping[str, str]


def check(routes: Mapping[str, Any], views: Mapping[str, Any], known: Known) -> Checked:
    """Check the loaded YAML of config/routes and config/views, by file name.

    A file of config/routes with the key `purposes` is the list of purposes.
    """
    findings: list[Finding] = []
    rules: dict[str, RulesFile] = {}
    purposes: dict[str, str] = {}
    for name, raw in sorted(routes.items()):
        if isinstance(raw, dict) and "purposes" in raw:
            listed = _read(PurposesFile, name, raw, findings)
            purposes.update(listed.purposes if listed else {})
        elif (file := _read(RulesFile, name, raw, findings)) is not None:
            rules[name] = file
    seen: dict[str, ViewFile] = {}
    for name, raw in sorted(views.items()):
        if (view := _read(ViewFile, name, raw, findings)) is not None:
            seen[name] = view
    packages = {name: patterns_of(paths) for name, paths in known.packages.items()}
    findings += _together(rules, seen, known, packages, purposes)
    ready = {view.name: compile_view(view) for view in seen.values()}
    findings += _trials(rules, ready, packages, {finding.file for finding in findings})
    return Checked(tuple(findings), compile_book(rules), ready, purposes)


def _read(model: type[Model], name: str, raw: Any, findings: list[Finding]) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        findings += from_validation(name, raw, error)
        return None


def _together(
    rules: Mapping[str, RulesFile],
    views: Mapping[str, ViewFile],
    known: Known,
    packages: Mapping[str, Patterns],
    purposes: Mapping[str, str],
) -> Iterator[Finding]:
    by_name: dict[str, ViewFile] = {}
    for name, view in views.items():
        if view.name in by_name:
            yield Finding(name, "name", f"view {view.name!r} is named twice")
        by_name[view.name] = view
        yield from check_view(name, view, packages)
    scope = RowScope(known.recipients, known.kinds, by_name, packages, purposes, known.arriving)
    yield from check_rows(rules, scope)
    yield from check_views_used(rules, by_name, packages, known.no_personal)


def _trials(
    rules: Mapping[str, RulesFile],
    views: Mapping[str, View],
    packages: Mapping[str, Patterns],
    unsound: set[str],
) -> Iterator[Finding]:
    for name, file in rules.items():
        if name in unsound:
            continue
        yield from _unknown_in_bodies(name, file, packages)
        for number, text in failures(name, file, views):
            yield Finding(name, f"tests[{number}]", text)


def _unknown_in_bodies(
    name: str, file: RulesFile, packages: Mapping[str, Patterns]
) -> Iterator[Finding]:
    """A test whose body the model does not know proves nothing."""
    for number, trial in enumerate(file.tests):
        patterns = packages.get(trial.package or file.rules[0].package)
        for path, _ in leaves(trial.body):
            if patterns and pattern_of(path) not in patterns.leaves:
                text = f"unknown path {pattern_of(path)!r}{patterns.near(pattern_of(path))}"
                yield Finding(name, f"tests[{number}].body", text)
