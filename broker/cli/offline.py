"""`swb translate` and how `swb` reads files: what touches no broker."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from broker.adapter import Adapter, Draft, Message, Profile, choose
from broker.cli.ends import ended, progress, stopped, told
from broker.cli.options import folder, known_name, refused, with_config, with_json
from broker.cli.shown import event_line, message_line, problems_lines
from broker.clock import SystemClock, stamp
from broker.configuration import Configuration, examine
from broker.model.problem import Problem, as_json, rejects

FILES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
DIALECTS = ("senders/", "recipients/", "profiles/", "codelists/")


@dataclass(frozen=True, slots=True)
class Language:
    """How bytes are read: the adapters that may recognise them, and whose dialect it is.

    `asked`: the one profile that was asked for by its name.
    """

    configuration: Configuration
    adapters: tuple[Adapter, ...]
    profiles: tuple[str, ...]
    families: str
    asked: str | None = None

    def profile(self, adapter: Adapter) -> Profile:
        """The dialect as it is in force now; usage ends the verb if another format's was asked."""
        name = self.configuration.profile_name(self.profiles, adapter.format)
        if self.asked is not None and name != self.asked:
            text = f"the file is {adapter.format}; profile {self.asked!r} is of another format"
            raise stopped(text, "leave --profile out, or name one of this format")
        return self.configuration.profile_of(name, adapter.format, stamp(SystemClock().now()))


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was understood; `adapter` None: nobody recognises it."""

    name: str
    adapter: Adapter | None
    profile: str
    problems: tuple[Problem, ...]
    messages: Iterator[Message]


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

    Touches no broker. Each problem is shown with its place in the file. `-` reads standard
    input. Nothing of a rejected message goes on; what it says is shown all the same.

    The exit code is 0 if all goes on as it is, 1 if a message was rejected or something of an
    accepted one was left out.
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
    """What the options mean. A name that nobody has ends the verb with the known ones."""
    configuration, findings = examine(folder(config))
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
    return Language(configuration, adapters, profiles, ", ".join(families), profile)


def read_file(file: Path, language: Language) -> Read:
    """The file's messages, or the problem that nobody recognises it."""
    payload = bytes_of(file)
    chosen = choose(language.adapters, payload) if payload else None
    if chosen is None:
        return Read(str(file), None, "", (_unrecognised(payload, language),), iter(()))
    adapter = chosen[0]
    profile = language.profile(adapter)
    translation = adapter.translate(payload, profile)
    return Read(str(file), adapter, profile.name, translation.problems, translation.messages)


def bytes_of(file: Path) -> bytes:
    """The bytes of a file; `-` is standard input."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    return file.read_bytes()


def _unrecognised(payload: bytes, language: Language) -> Problem:
    if not payload:
        return Problem(
            code="submission.empty",
            text="the submission holds no message",
            expected="at least one message",
            hint="send the file again with its content",
        )
    formats = ", ".join(adapter.format for adapter in language.adapters)
    return Problem(
        code="submission.format-unknown",
        text="the bytes are of no format that this sender may use",
        expected=f"one of: {formats}",
        hint="compare the file with a sample: 'swb sample'",
    )


def _print_json(read: Read) -> bool:
    """The file as one JSON object; whether all of it goes on."""
    well = not rejects(read.problems)
    messages = []
    for message in read.messages:
        well = well and goes_on_whole(message)
        messages.append(
            {
                "number": message.number,
                "reference": message.reference,
                "verdict": message.verdict,
                "problems": [as_json(one) for one in message.problems],
                "events": [_event(one) for one in message.events],
            }
        )
    said = {
        "file": read.name,
        "format": read.adapter.format if read.adapter else "",
        "messages": messages,
        "problems": [as_json(one) for one in read.problems],
    }
    click.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    return well


def goes_on_whole(message: Message) -> bool:
    """Whether all of a message goes on: what an error is about in an accepted one is left out."""
    return message.verdict == "accepted" and not rejects(message.problems)


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
    if read.adapter is None:
        click.echo(f"{read.name}: no format of {language.families}")
    else:
        dialect = f", profile {read.profile}" if read.profile else ", without a profile"
        click.echo(f"{read.name}: {read.adapter.format}{dialect}")
    well = not rejects(read.problems)
    if read.problems:
        click.echo(f"  {message_line(0, '', 'accepted' if well else 'rejected')}")
        _print_problems(read.problems)
    for message in read.messages:
        well = well and goes_on_whole(message)
        _print_message(message)
    return well


def _print_message(message: Message) -> None:
    click.echo(f"  {message_line(message.number, message.reference, message.verdict)}")
    _print_problems(message.problems)
    what = "event" if message.verdict == "accepted" else "if it were accepted"
    for draft in message.events:
        click.echo(f"    {what}: {event_line(draft)}")


def _print_problems(problems: Sequence[Problem]) -> None:
    for line in problems_lines(map(as_json, problems), "    "):
        click.echo(line)
