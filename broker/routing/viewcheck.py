"""What can be wrong with views: alone, and for the rows that use them."""

from collections.abc import Iterator, Mapping

from broker.routing.findings import Finding
from broker.routing.listing import Listed, ViewFile
from broker.routing.patterns import TOTALS, Patterns, within
from broker.routing.rules import Rule, RulesFile

_GUARDED = ("personal", "sensitive")


def check_view(name: str, view: ViewFile, packages: Mapping[str, Patterns]) -> Iterator[Finding]:
    """Everything wrong with one view, whoever uses it."""
    patterns = packages.get(view.package)
    if patterns is None:
        known = ", ".join(sorted(packages))
        yield Finding(name, "package", f"unknown package {view.package!r}; known: {known}")
        return
    for number, line in enumerate(view.paths):
        for text in (*_line(line, patterns), *_overlapping(line, view.paths[:number])):
            yield Finding(name, f"paths[{number}]", text)
    listed = {line.path for line in view.paths}
    for number, span in enumerate(view.spans):
        if span not in listed:
            text = f"{span!r} is not a listed path, and so is withheld already"
            yield Finding(name, f"spans[{number}]", text)


def _line(line: Listed, patterns: Patterns) -> Iterator[str]:
    path, subtree = line.path.removesuffix(".**"), line.path.endswith(".**")
    if not patterns.is_known(path):
        yield f"unknown path {path!r}{patterns.near(path)}"
        return
    if subtree and path not in patterns.classes:
        yield f"{path!r} is no class: list it without '.**'"
    if not subtree and not patterns.is_viewable(path):
        yield f"{path!r} is a class: list its leaves, or {path + '.**'!r} for all below it"
    if line.drop and not subtree:
        yield f"'drop' belongs to a subtree, and {path!r} is none"
    for pattern in line.drop if subtree else ():
        if not patterns.is_known(f"{path}.{pattern}"):
            yield f"unknown path {pattern!r} to drop from {path!r}"


def _overlapping(line: Listed, earlier: tuple[Listed, ...]) -> Iterator[str]:
    path = line.path.removesuffix(".**")
    for other in earlier:
        top = other.path.removesuffix(".**")
        if within(path, top) or within(top, path):
            yield f"{line.path!r} and {other.path!r} list the same thing twice"


def check_views_used(
    files: Mapping[str, RulesFile],
    views: Mapping[str, ViewFile],
    packages: Mapping[str, Patterns],
    no_personal: frozenset[str],
) -> Iterator[Finding]:
    """What is wrong with a view for the rows that use it, told at the row."""
    for name, file in files.items():
        for number, rule in enumerate(file.rules):
            view, patterns = views.get(rule.view), packages.get(rule.package)
            if view is None or patterns is None:
                continue
            texts = [*_totals(rule, view, patterns), *_nameless(rule, view, patterns)]
            if rule.recipient in no_personal:
                texts += _personal(rule, view, patterns)
            for text in texts:
                yield Finding(name, f"rules[{number}].view", f"rule {rule.name!r}: {text}")


def _personal(rule: Rule, view: ViewFile, patterns: Patterns) -> Iterator[str]:
    for line in view.paths:
        for pattern in patterns.listed(line):
            data = patterns.leaves.get(pattern) or patterns.pairs[pattern]
            if data in _GUARDED and line.transform == "pass":
                yield (
                    f"view {view.name!r} shows {pattern!r}, which is {data}, to"
                    f" {rule.recipient!r}, which may see no personal data"
                )


def _totals(rule: Rule, view: ViewFile, patterns: Patterns) -> Iterator[str]:
    """A total above the list that is cut would tell of what was cut."""
    if not rule.each:
        return
    for line in view.paths:
        for pattern in patterns.listed(line):
            parent = pattern.rpartition(".")[0]
            name = parent if parent in patterns.pairs else pattern
            if (
                name.endswith(TOTALS)
                and not within(pattern, rule.each)
                and pattern not in view.spans
            ):
                yield (
                    f"view {view.name!r} shows the total {pattern!r} beside a list that is cut:"
                    f" list it by itself and under 'spans'"
                )


def _nameless(rule: Rule, view: ViewFile, patterns: Patterns) -> Iterator[str]:
    """An answer must be able to name the element it is about."""
    if not rule.each:
        return
    key = f"{rule.each}.SequenceNumeric"
    shown = {pattern for line in view.paths for pattern in patterns.listed(line)}
    if key in patterns.leaves and key not in shown:
        yield f"view {view.name!r} cuts {rule.each!r} and withholds its key {key!r}"
