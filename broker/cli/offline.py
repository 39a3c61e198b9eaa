"""`swb translate` and how `swb` reads files: what touches no broker.

A file is judged by the function that the broker judges submissions with, and by the limits of
the same settings: its verdict and its problems are those that the broker would give.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from broker.adapter import Adapter, Draft
from broker.cli.ends import ended, progress, stopped, told
from broker.cli.options import folder, known_name, refused, settings_of, with_config, with_json
from broker.cli.shown import event_line, message_line, problems_lines
from broker.clock import SystemClock, stamp
from broker.configuration import Configuration, examine
from broker.formats import Uses, choose, syntaxes_of, uses_of
from broker.model.problem import Problem, as_json, rejects
from broker.settings import Settings
from broker.translation.step import Judged, Submission, Translated, judged

FILES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
DIALECTS = ("senders/", "recipients/", "profiles/", "codelists/")


@dataclass(frozen=True, slots=True)
class Language:
    """How bytes are read: the adapters that may recognise them, and whose dialect it is.

    `asked`: the one profile that was asked for by its name. `settings`: the limits in force.
    """

    configuration: Configuration
    settings: Settings
    adapters: tuple[Adapter, ...]
    profiles: tuple[str, ...]
    families: str
    asked: str | None = None

    def uses(self) -> Uses:
        """The formats with their dialects as they are in force now."""
        now = stamp(SystemClock().now())
        adapters = {one.format: one for one in self.adapters}
        known = self.configuration
        usable = {
            form: known.profile_of(known.profile_name(self.profiles, form), form, now)
            for form in (*adapters, *(one.name for one in syntaxes_of(self.adapters)))
        }
        return uses_of(adapters, usable)

    def check_asked(self, adapter: Adapter) -> None:
        """Usage ends the verb if the one profile that was asked for is of another format."""
        if self.asked is None:
            return
        form = self.configuration.profile(self.asked).format
        if form not in {adapter.format, adapter.syntax.name}:
            text = f"the file is {adapter.format}; profile {self.asked!r} is of another format"
            raise stopped(text, "leave --profile out, or name one of this format")


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was understood; `format` "": it is of no known format.

    A message with the number 0 is the file as a whole. Messages have formats of their own.
    """

    name: str
    format: str
    messages: Iterator[Judged]


def with_language(verb: Any) -> Any:
    """The options that say how bytes are read."""
    family = click.option("--family", help="Only formats of this family.")
    sender = click.option("--as-sender", metavar="NAME", help="Read it as this sender's.")
    profile = click.option("--profile", metavar="NAME", help="Read it in this dialect.")
    return with_config(profile(sender(family(verb))))


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILES)
@with_json
@with_language
@told
def translate(files: tuple[Path, ...], *, as_json: bool, **how: Any) -> None:
    """Show verdicts, problems and events of FILES.

    Touches no broker, and gives the verdicts that the broker would give. Each problem is printed
    with its place in the file. `-` reads standard input. Nothing of a rejected message goes on;
    its content is printed all the same.

    The exit code is 0 if all goes on as it is, 1 if the file or a message was rejected or
    something of an accepted one was left out.
    """
    language = language_of(**how)
    well = True
    for file in progress(files, "translating"):
        read = read_file(file, language)
        well = (_print_json(read) if as_json else _print_text(read, language)) and well
    ended(well=well)


def language_of(
    config: Path | None, profile: str | None, as_sender: str | None, family: str | None
) -> Language:
    """What the options mean. A name that is not known ends the verb with the known ones."""
    directory = folder(config)
    configuration, findings = examine(directory)
    wrong = [str(one) for one in findings if one.file.startswith(DIALECTS)]
    if wrong:
        raise refused(wrong)
    known_name("profile", profile, configuration.profiles)
    known_name("sender", as_sender, configuration.senders)
    known_name("family", family, configuration.families)
    families = tuple(configuration.families)
    profiles = tuple(sorted(configuration.profiles))
    if as_sender is not None:
        sender = configuration.senders[as_sender]
        families, profiles = sender.families, sender.profiles
    if family is not None:
        families = (family,)
    if profile is not None:
        profiles = (profile,)
    adapters = configuration.adapters_of(families)
    settings = settings_of(directory)
    return Language(configuration, settings, adapters, profiles, ", ".join(families), profile)


def read_file(file: Path, language: Language) -> Read:
    """The file's messages as the broker judges them."""
    payload = bytes_of(file)
    most = language.settings.body_bytes_max
    if len(payload) > most:
        return _refused(file, _too_large(len(payload), most))
    if not payload:
        return _refused(file, _empty())
    chosen = choose(language.adapters, payload)
    if chosen is not None:
        language.check_asked(chosen[0])
    most = language.settings.record_bytes_max
    form = chosen[0].format if chosen else ""
    return Read(str(file), form, judged(_submission(payload, form), language.uses(), 0, most))


def bytes_of(file: Path) -> bytes:
    """The bytes of a file; `-` is standard input."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    return file.read_bytes()


def _submission(payload: bytes, form: str = "") -> Submission:
    """The file as a submission, before any broker has given it an id."""
    return Submission(
        id="",
        number=0,
        sender="",
        party="",
        recipient="",
        family="",
        format=form,
        profile="",
        received_at=stamp(SystemClock().now()),
        reference="",
        delivery="",
        trace="",
        payload=payload,
    )


def _refused(file: Path, problem: Problem) -> Read:
    """A file that a broker's door refuses, or that is of no known format."""
    whole = Translated(_submission(b""), 0, "", "rejected", (problem,), last=True)
    return Read(str(file), "", iter((Judged(whole),)))


def _empty() -> Problem:
    return Problem(
        code="submission.empty",
        text="the submission holds no message",
        expected="at least one message",
        hint="send the file again with its content",
    )


def _too_large(size: int, most: int) -> Problem:
    return Problem(
        code="submission.too-large",
        text=f"the file has {size:,} bytes",
        found=f"{size:,} bytes",
        expected=f"at most {most:,} bytes",
        hint="split it, or ask the operator to raise body_bytes_max",
    )


def _print_json(read: Read) -> bool:
    """The file as one line of JSON; whether all of it goes on."""
    well = True
    problems: list[dict[str, Any]] = []
    messages = []
    for one in read.messages:
        well = well and goes_on_whole(one)
        message, found = one.translated, [as_json(each) for each in one.translated.problems]
        if not message.number:
            problems += found
            continue
        messages.append(
            {
                "number": message.number,
                "reference": message.reference,
                "verdict": message.verdict,
                "format": message.format,
                "profile": message.profile,
                "problems": found,
                "events": [_event(draft) for draft in one.drafts],
            }
        )
    shown = {
        "file": read.name,
        "format": read.format,
        "messages": messages,
        "problems": problems,
    }
    click.echo(orjson.dumps(shown))
    return well


def goes_on_whole(one: Judged) -> bool:
    """Whether all of a message goes on: what an error is about in an accepted one is left out."""
    message = one.translated
    left_out = any(draft.extent and draft.extent.left_out for draft in one.drafts)
    return message.verdict == "accepted" and not rejects(message.problems) and not left_out


def _event(draft: Draft) -> dict[str, Any]:
    changes = {"changes": [list(one) for one in draft.changes]} if draft.changes else {}
    return changes | {
        "kind": draft.kind,
        "does": draft.does,
        "references": [[one.scheme, one.value] for one in draft.references if one.value],
        "part": draft.part,
        "body": draft.body,
        "unmapped": [
            [as_json(Problem("", "", where=one.place))["where"], one.path, one.value]
            for one in draft.unmapped
        ],
    }


def _print_text(read: Read, language: Language) -> bool:
    """The file for people; whether all of it goes on."""
    click.echo(f"{read.name}: {read.format or f'no format of {language.families}'}")
    well = True
    before = ("", "")
    for one in read.messages:
        well = well and goes_on_whole(one)
        form = (one.translated.format, one.translated.profile)
        if form != before and all(form[:1]):
            dialect = f"profile {form[1]}" if form[1] else "without a profile"
            click.echo(f"  read as {form[0]}, {dialect}")
        before = form
        _print_message(one)
    return well


def _print_message(one: Judged) -> None:
    message = one.translated
    click.echo(f"  {message_line(message.number, message.reference, message.verdict)}")
    for line in problems_lines(map(as_json, message.problems), "    "):
        click.echo(line)
    what = "event" if message.verdict == "accepted" else "if it were accepted"
    for draft in one.drafts:
        click.echo(f"    {what}: {event_line(draft)}")
