"""Names across the files of a configuration: those that mean two things, and those that mean none.

Each finding is at the file and key that has the name. What a single file may hold is the affair of
its model, what rows and views may name that of `broker.routing.check`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from broker.access import Recipient, Sender
from broker.adapter import Family, Profile, Syntax
from broker.config_file import Finding
from broker.formats import syntaxes_of

SUBMITTER = "submitter"


@dataclass(frozen=True, slots=True)
class Parts:
    """What refers to each other; `raw` is the content of each file, by folder and file."""

    senders: Mapping[str, Sender]
    recipients: Mapping[str, Recipient]
    profiles: Mapping[str, Profile]
    families: Mapping[str, Family]
    raw: Mapping[str, Mapping[str, Any]]

    def file_of(self, folder: str, name: str) -> str:
        """The file that has this name; the newest of two."""
        files = [
            file
            for file, values in self.raw[folder].items()
            if isinstance(values, dict) and values.get("name") == name
        ]
        return files[-1] if files else f"{folder}/{name}"


def check_names(parts: Parts) -> Iterator[Finding]:
    """Names of senders and recipients that mean two things, and profiles that there are not."""
    recipients = {*parts.recipients, SUBMITTER}
    for name, sender in sorted(parts.senders.items()):
        file = parts.file_of("senders", name)
        if name in recipients:
            yield Finding(file, "name", f"{name!r} is a recipient too; choose another")
        if sender.party in recipients:
            text = f"party {sender.party!r} is a recipient; choose another"
            yield Finding(file, "party", text)
        yield from _unknown_profiles(file, sender, parts)
    for name, recipient in sorted(parts.recipients.items()):
        yield from _unknown_profiles(parts.file_of("recipients", name), recipient, parts)


def check_installed(parts: Parts) -> Iterator[Finding]:
    """Families and formats that nothing installed speaks."""
    installed = ", ".join(sorted(parts.families)) or "none"
    for name, sender in sorted(parts.senders.items()):
        file = parts.file_of("senders", name)
        for number, family in enumerate(sender.families):
            if family not in parts.families:
                text = f"family {family!r} is not installed; install it, or take it out; installed:"
                yield Finding(file, f"families[{number}]", f"{text} {installed}")
    adapters = [one for family in parts.families.values() for one in family.adapters]
    formats = {one.format for one in adapters}
    syntaxes = {one.name: one for one in syntaxes_of(adapters)}
    for name, profile in sorted(parts.profiles.items()):
        file = parts.file_of("profiles", name)
        if profile.format in syntaxes and not profile.family:
            continue
        if profile.family not in parts.families:
            text = f"family {profile.family!r} is not installed; install it, or remove the file;"
            yield Finding(file, "family", f"{text} installed: {installed}")
        elif profile.format not in formats:
            known = ", ".join(sorted(formats))
            text = f"no installed adapter has the format {profile.format!r}; known: {known}"
            yield Finding(file, "format", text)
        yield from _of_a_syntax(file, profile, syntaxes.values())


def _of_a_syntax(file: str, profile: Profile, syntaxes: Iterable[Syntax]) -> Iterator[Finding]:
    """Severities that the profile of a format cannot say: what is wrong with envelopes."""
    for code in profile.settings.get("severities", {}):
        name = next(
            (one.name for one in syntaxes if one.judges and code.startswith(one.judges)), ""
        )
        if name:
            text = f"{code!r} is judged by a profile of {name}; move it to one, whatever the format"
            yield Finding(file, "settings.severities", text)


def check_recipients(parts: Parts) -> Iterator[Finding]:
    """Recipients that no row names: nothing would ever be sent to them."""
    named = {
        row.get("recipient")
        for values in parts.raw["routes"].values()
        if isinstance(values, dict) and isinstance(values.get("rules"), list)
        for row in values["rules"]
        if isinstance(row, dict) and isinstance(row.get("recipient"), str)
    }
    for name in sorted({*parts.recipients} - named):
        text = f"no row of routes/ names {name!r}; write one, or remove the file"
        yield Finding(parts.file_of("recipients", name), "name", text)


def _unknown_profiles(file: str, holder: Sender | Recipient, parts: Parts) -> Iterator[Finding]:
    for number, name in enumerate(holder.profiles):
        if name not in parts.profiles:
            known = ", ".join(sorted(parts.profiles)) or "none"
            text = f"unknown profile {name!r}; known: {known}"
            yield Finding(file, f"profiles[{number}]", text)
