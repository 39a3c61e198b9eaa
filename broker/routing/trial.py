"""The tests written beside the rules: run as an official wrote them, told as found and expected.

A test sees the rows of its own file only. It says who is sent what, completely: a recipient it
does not name must receive nothing. Withheld and shown patterns must have a value in the body,
so that no test passes for want of one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from broker.adapter import Tree
from broker.routing.conditions import has_value
from broker.routing.decision import Document, Result
from broker.routing.elements import instances
from broker.routing.match import Book, compile_book, decide
from broker.routing.rules import RulesFile, Trial
from broker.routing.view import View, apply

Entitled = Literal["all"] | tuple[str, ...]


def failures(name: str, file: RulesFile, views: Mapping[str, View]) -> Iterator[tuple[int, str]]:
    """For each thing wrong: the index of the test, and a sentence with found and expected."""
    book = compile_book({name: file})
    for number, trial in enumerate(file.tests):
        for text in _failures(book, file, trial, views):
            yield number, f"test {trial.name!r}: {text}"


def _failures(
    book: Book, file: RulesFile, trial: Trial, views: Mapping[str, View]
) -> Iterator[str]:
    kinds = {(rule.kind, rule.package) for rule in file.rules}
    if len(kinds) > 1 and not (trial.kind and trial.package):
        yield f"say kind and package: the rows of this file have {sorted(kinds)}"
        return
    kind, package = min(kinds)
    document = Document(
        kind=trial.kind or kind,
        package=trial.package or package,
        body=trial.body,
        on=_day(book, trial),
        part=trial.part,
        overall=trial.overall or "",
        request=trial.request or "",
    )
    results = decide(book, document).results
    yield from _wrongly_sent(results, trial)
    for shown, told in ((False, trial.withholds), (True, trial.shows)):
        for recipient, patterns in told.items():
            mine = [result for result in results if result.recipient == recipient]
            if not mine:
                yield f"nothing is sent to {recipient!r}, so it is shown and withheld nothing"
            for result in mine:
                yield from _wrongly_seen(result, trial.body, patterns, views, shown=shown)


def _day(book: Book, trial: Trial) -> str:
    """The test's day, or the first on which all rows that begin have begun."""
    return trial.on.isoformat() if trial.on else max(row.valid_from for row in book.rows)


def _wrongly_sent(results: tuple[Result, ...], trial: Trial) -> Iterator[str]:
    by_purpose = {f"{result.recipient}/{result.purpose}": _entitled(result) for result in results}
    for who, expected in trial.sends.items():
        if "/" in who:
            found = by_purpose.get(who)
        else:
            found = _united([_entitled(one) for one in results if one.recipient == who])
        wanted = expected if expected == "all" else tuple(expected)
        if found != wanted:
            yield f"{who!r} is sent {_words(found)}, expected {_words(wanted)}"
    for result in results:
        if not {result.recipient, f"{result.recipient}/{result.purpose}"} & trial.sends.keys():
            yield f"{result.recipient!r} is sent {_words(_entitled(result))}, expected nothing"


def _entitled(result: Result) -> Entitled:
    return "all" if result.matched is None else result.matched.keys


def _united(entitled: list[Entitled]) -> Entitled | None:
    """What one recipient is sent for all purposes together."""
    if not entitled:
        return None
    if "all" in entitled:
        return "all"
    return tuple(dict.fromkeys(key for keys in entitled for key in keys))


def _words(entitled: Entitled | None) -> str:
    if entitled is None:
        return "nothing"
    return "the whole document" if entitled == "all" else f"elements {', '.join(entitled)}"


def _wrongly_seen(
    result: Result,
    body: Tree,
    patterns: tuple[str, ...],
    views: Mapping[str, View],
    *,
    shown: bool,
) -> Iterator[str]:
    view = views.get(result.view)
    if view is None:
        return
    tree = apply(view, body, result.matched).tree
    for pattern in patterns:
        if not _says(body, pattern):
            yield f"the body has no value at {pattern!r}: the test proves nothing"
        elif _says(tree, pattern) is not shown:
            verb = "does not show" if shown else "shows"
            yield f"view {result.view!r} {verb} {pattern!r} to {result.recipient!r}"


def _says(tree: Any, pattern: str) -> bool:
    return any(has_value(value) for _, _, value in instances(tree, tuple(pattern.split("."))))
