"""`swb route`: who would receive a file, or what of it, and why. Touches no broker."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from broker.adapter import Draft
from broker.cli.ends import ended, told
from broker.cli.offline import FILES, goes_on_whole, language_of, read_file, with_language
from broker.cli.options import configured, folder
from broker.cli.shown import clean, message_line, problems_lines, wrapped
from broker.clock import SystemClock
from broker.configuration import Configuration
from broker.model.problem import as_json
from broker.routing.decision import Document, Result
from broker.routing.explain import explain, lines
from broker.routing.match import decide
from broker.routing.rules import OVERALL
from broker.routing.view import apply
from broker.translation.step import Judged, canonical_json

OPENS = ("put", "merge")


@click.command()
@click.argument("file", type=FILES)
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Every row: what matched, or which condition failed on which value.",
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of receipt the rows are judged at; default: today.",
)
@click.option(
    "--overall",
    type=click.Choice(OVERALL),
    default="waiting",
    show_default=True,
    help="Overall status of the dossier, for rows that test it.",
)
@with_language
@told
def route(file: Path, *, explained: bool, on: datetime | None, overall: str, **how: Any) -> None:
    """Show who would receive FILE, and why.

    By which row, which elements of it, because of what law, and what the view withholds.

    Nobody receives anything without a row. `-` reads standard input.
    """
    configuration = configured(folder(how["config"]))
    read = read_file(file, language_of(**how))
    day = (on or SystemClock().now()).date().isoformat()
    well = True
    for one in read.messages:
        well = well and goes_on_whole(one)
        if not one.translated.number:
            _whole(one)
            continue
        drafts = [draft for draft in one.drafts if draft.does in OPENS]
        _head(one, drafts)
        for draft in drafts:
            document = _document(draft, day, overall)
            for line in _told(configuration, document, explained=explained):
                click.echo(f"  {line}")
    ended(well=well)


def _whole(one: Judged) -> None:
    """What is wrong with the file as a whole."""
    message = one.translated
    click.echo(message_line(0, "", message.verdict))
    for line in problems_lines(map(as_json, message.problems), "  "):
        click.echo(line)


def _head(one: Judged, drafts: list[Draft]) -> None:
    message = one.translated
    click.echo(message_line(message.number, message.reference, message.verdict))
    if message.verdict == "rejected":
        click.echo("  nobody would receive it: see 'swb translate'. If it were accepted:")
    elif not drafts:
        click.echo("  it opens nothing, so that no row is asked about it")
    elif not goes_on_whole(one):
        click.echo("  something of it is left out: see 'swb translate'. Of the rest:")


def _document(draft: Draft, day: str, overall: str) -> Document:
    """The document as the core judges it: validated, without absent values."""
    body = orjson.loads(canonical_json(draft.package, draft.body))
    return Document(draft.kind, draft.package, body, day, draft.part, overall)


def _told(configuration: Configuration, document: Document, *, explained: bool) -> Iterator[str]:
    if explained:
        for line in lines(explain(configuration.book, document)):
            yield clean(line)
        return
    results = decide(configuration.book, document).results
    if not results:
        yield "nobody receives it: no row matches; see --explain"
    for result in results:
        yield from _result(configuration, document, result)


def _result(configuration: Configuration, document: Document, result: Result) -> Iterator[str]:
    matched = result.matched
    what = "the whole document"
    if matched is not None:
        what = f"{matched.each.rpartition('.')[2]} {', '.join(matched.keys)}"
    yield f"{click.style(result.recipient, bold=True)} for {result.purpose}: {what}"
    yield f"    by row {', '.join(result.rules)}, view {result.view}"
    yield from wrapped(f"because {'; '.join(result.because)}", "    ")
    yield from wrapped(f"law: {'; '.join(result.legal_basis)}", "    ")
    withheld = apply(configuration.views[result.view], document.body, matched).withheld
    yield from wrapped(f"withheld: {', '.join(withheld) or 'nothing'}", "    ")
    if result.expects is None:
        yield "    no answer is expected"
    else:
        hours = result.expects.within.total_seconds() / 3600
        yield f"    an answer is expected within {hours:g} h; silence: {result.expects.silence}"
