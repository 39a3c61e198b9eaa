"""What can be wrong with views: alone, and for the rows that use them."""

from collections.abc import Iterator, Mapping

from broker.config_file import Finding
from broker.model.lists import NUMBER, PRESENCE, ElementList, lists_of
from broker.model.packages import PACKAGES
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
    yield from _beside(name, view, patterns)
    listed = {line.path for line in view.paths}
    for number, span in enumerate(view.spans):
        if span not in listed:
            text = f"{span!r} is not a listed path, and so is withheld already"
            yield Finding(name, f"spans[{number}]", text)


def _beside(name: str, view: ViewFile, patterns: Patterns) -> Iterator[Finding]:
    """What no answer depends on must be something that the view shows."""
    shown = {pattern for line in view.paths for pattern in patterns.listed(line)}
    for number, one in enumerate(view.beside):
        path = one.path.removesuffix(".**")
        if not patterns.is_known(path):
            text = f"unknown path {path!r}{patterns.near(path)}"
            yield Finding(name, f"beside[{number}]", text)
        elif not any(within(pattern, path) for pattern in shown):
            text = f"{one.path!r} is not shown by this view: no answer depends on it anyway"
            yield Finding(name, f"beside[{number}]", text)


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
            texts += _unanswerable(rule, view, patterns)
            if rule.recipient in no_personal:
                texts += _personal(rule, view, patterns)
            for text in texts:
                yield Finding(name, f"rules[{number}].view", f"rule {rule.name!r}: {text}")


def _unanswerable(rule: Rule, view: ViewFile, patterns: Patterns) -> Iterator[str]:
    """An answer must depend on something: a view that shows keys alone has no basis."""
    if rule.expects == "nothing" or rule.package not in PACKAGES:
        return
    lists = {each.path: each for each in lists_of(rule.package)}
    if rule.each and rule.each not in lists:
        names = ", ".join(lists) or "none"
        yield f"asks about {rule.each!r}, whose elements have no match keys; lists that do: {names}"
        return
    beside = [one.path.removesuffix(".**") for one in view.beside]
    shown = {pattern for line in view.paths for pattern in patterns.listed(line)}
    shown = {one for one in shown if not any(within(one, path) for path in beside)}
    for path in [rule.each] if rule.each else list(lists):
        inside = {one for one in shown if within(one, path)}
        if inside and not inside - _keys(lists[path]):
            yield f"asks for an answer and shows nothing of {path!r} but its keys"
    if not shown:
        yield "asks for an answer and shows nothing that it could depend on"


def _keys(each: ElementList) -> set[str]:
    """The patterns of what identifies an element of the list."""
    names = {
        ".".join(filter(None, (each.path, above, leaf)))
        for above, leaves in each.keys
        for leaf in leaves
    }
    return {*names, f"{each.path}.{NUMBER}", f"{each.path}.{PRESENCE}"}


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
