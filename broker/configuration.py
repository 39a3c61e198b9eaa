"""The configuration of a state, read whole: who, what they may see, by which law, in what dialect.

Every file is typed, unknown keys are refused, all that is wrong is told at once; nothing starts
with a configuration that does not check. Families come in through the entry point group
`single_window.families`, built-ins like anyone's.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

import orjson
import yaml
from pydantic import BaseModel

from broker.access import Principal, Recipient, Sender, principals
from broker.adapter import Adapter, Family, Kind, Profile
from broker.errors import ConfigFault
from broker.model.events import topic_of
from broker.model.owned import Owners
from broker.owners import check_owners, owners_of
from broker.profiles import check_tables, in_force, read_profiles, typed
from broker.routing.check import Known, check
from broker.routing.findings import Finding
from broker.routing.match import Book, deciders
from broker.routing.view import View
from broker.topics import TopicClass, TopicsFile, mistakes

GROUP = "single_window.families"
SUBMITTER = "submitter"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same values by the same rules, in C: every process reads a hundred files when it starts."""
FOLDERS = ("senders", "recipients", "routes", "views", "codelists", "profiles")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything but the process settings; `digest` names it, `content` is kept for explaining.

    Both leave the topics out: nothing is decided by them.
    """

    senders: Mapping[str, Sender]
    recipients: Mapping[str, Recipient]
    principals: Mapping[str, Principal]
    book: Book
    views: Mapping[str, View]
    profiles: Mapping[str, Profile]
    families: Mapping[str, Family]
    topics: TopicsFile
    digest: str
    content: bytes

    @property
    def topic_names(self) -> dict[str, TopicClass]:
        """Every topic the broker works with, without prefix, with its class."""
        return topic_names(self.families, self.recipients)

    @property
    def adapters(self) -> dict[str, Adapter]:
        """Every adapter by its format."""
        return {one.format: one for family in self.families.values() for one in family.adapters}

    @property
    def kinds(self) -> dict[str, Kind]:
        """Every kind by its name."""
        return {kind.name: kind for family in self.families.values() for kind in family.kinds}

    @property
    def owners(self) -> Owners:
        """The party that owns each code in public names."""
        return owners_of(self.senders)

    @property
    def titles(self) -> dict[str, str]:
        """The public name of each sender."""
        return {name: sender.title for name, sender in self.senders.items()}

    def adapters_of(self, families: tuple[str, ...]) -> tuple[Adapter, ...]:
        """The adapters of these families, in their order."""
        return tuple(one for one in self.adapters.values() if one.family in families)

    def profile_name(self, wanted: tuple[str, ...], form: str) -> str:
        """Which of these profiles is for this format; "" if none is."""
        named = (self.profiles[name] for name in wanted if name in self.profiles)
        return next((profile.name for profile in named if profile.format == form), "")

    def profile_of(self, name: str, form: str, received_at: str) -> Profile:
        """The profile with the constraints in force on the day of receipt."""
        profile = self.profiles.get(name)
        if profile is None:
            return Profile(name="", family="", format=form)
        return in_force(profile, received_at[:10])


def installed_families() -> dict[str, Family]:
    """Every family that is installed, by name."""
    found = (point.load()() for point in entry_points(group=GROUP))
    return {family.name: family for family in found}


def read(directory: Path, families: Mapping[str, Family] | None = None) -> Configuration:
    """The configuration of a folder. ConfigFault tells all that is wrong with it."""
    configuration, findings = examine(directory, families)
    if findings:
        raise ConfigFault("; ".join(str(finding) for finding in findings))
    return configuration


def examine(
    directory: Path, families: Mapping[str, Family] | None = None
) -> tuple[Configuration, tuple[Finding, ...]]:
    """The configuration of a folder, and all that is wrong with it; use it only if nothing is."""
    if not directory.is_dir():
        raise ConfigFault(f"{str(directory)!r} is no folder; name one with --config")
    findings: list[Finding] = []
    findings += [
        Finding(path.name, "folder", f"is not read; folders are {', '.join(FOLDERS)}")
        for path in sorted(directory.iterdir())
        if path.is_dir() and path.name not in FOLDERS and not path.name.startswith(".")
    ]
    raw = {folder: _load(directory / folder, folder, findings) for folder in FOLDERS}
    senders = _typed(Sender, raw["senders"], findings)
    recipients = _typed(Recipient, raw["recipients"], findings)
    known_families = installed_families() if families is None else dict(families)
    profiles = read_profiles(raw, findings)
    checked = check(
        raw["routes"],
        raw["views"],
        Known(
            recipients=frozenset({*recipients, SUBMITTER}),
            kinds=frozenset(
                kind.name for family in known_families.values() for kind in family.kinds
            ),
            no_personal=frozenset(one.name for one in recipients.values() if one.no_personal),
            arriving=frozenset(
                kind.name
                for family in known_families.values()
                for kind in family.kinds
                if kind.arrives or any("arrived" in one.reports for one in recipients.values())
            ),
        ),
    )
    findings += checked.findings
    findings += _names(senders, recipients, profiles)
    findings += check_owners(senders, known_families)
    findings += check_tables(raw["profiles"], profiles, deciders(checked.book))
    topics = _topics(directory, topic_names(known_families, recipients), findings)
    content = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    configuration = Configuration(
        senders=senders,
        recipients=recipients,
        principals=principals(senders, recipients, ()),
        book=checked.book,
        views=checked.views,
        profiles=profiles,
        families=known_families,
        topics=topics,
        digest=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
    )
    return configuration, tuple(findings)


def _load(folder: Path, name: str, findings: list[Finding]) -> dict[str, Any]:
    """The YAML of a folder's files, by `folder/file`."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*")):
        file = f"{name}/{path.name}"
        if path.suffix != ".yaml" or not path.is_file():
            if not path.name.startswith("."):
                findings.append(Finding(file, "file", "is not read; name it *.yaml, or remove it"))
            continue
        _parse(path, file, found, findings)
    return found


def _parse(path: Path, file: str, found: dict[str, Any], findings: list[Finding]) -> None:
    try:
        found[file] = _yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # a value, or bytes that are no UTF-8
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "file"
        findings.append(Finding(file, line, "is no YAML; mend the syntax there"))


def _yaml(text: str) -> Any:
    """The values of a YAML text. The parser in Python says better where a mistake is."""
    try:
        return yaml.load(text, Loader=FAST)  # noqa: S506  it is the safe one
    except yaml.YAMLError:
        return yaml.safe_load(text)


def topic_names(
    families: Mapping[str, Family], recipients: Mapping[str, Recipient]
) -> dict[str, TopicClass]:
    """Every topic of a configuration, without prefix, with its class."""
    spoken = {adapter.family for family in families.values() for adapter in family.adapters}
    kinds = {kind.name for family in families.values() for kind in family.kinds}
    agencies = {one.name for one in recipients.values() if one.channel == "topic"}
    return {
        **{f"submissions.{family}": "submissions" for family in sorted(spoken)},
        **{topic_of(kind): "events" for kind in sorted(kinds)},
        **{f"agency.{name}": "agency" for name in sorted(agencies)},
    }


def _topics(
    directory: Path, names: Mapping[str, TopicClass], findings: list[Finding]
) -> TopicsFile:
    """The values of topics.yaml; all defaults if there is none."""
    file, raw = "topics.yaml", dict[str, Any]()
    if (directory / file).is_file():
        _parse(directory / file, file, raw, findings)
    told = raw.get(file)
    topics = typed(TopicsFile, file, {} if told is None else told, findings) or TopicsFile()
    findings += [Finding(file, path, text) for path, text in mistakes(topics, names)]
    return topics


def _typed(
    model: type[Model], files: Mapping[str, Any], findings: list[Finding]
) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for file, raw in files.items():
        one = typed(model, file, raw, findings)
        if one is not None:
            name = getattr(one, "name")  # noqa: B009  every file of these folders has a name
            if name in found:
                findings.append(Finding(file, "name", f"{name!r} is named in two files"))
            found[name] = one
    return found


def _names(
    senders: Mapping[str, Sender],
    recipients: Mapping[str, Recipient],
    profiles: Mapping[str, Profile],
) -> list[Finding]:
    """Names that mean two things, and names that mean nothing."""
    findings = [
        Finding(f"senders/{name}", "name", f"{name!r} is a recipient too; choose another")
        for name in sorted({*senders} & {*recipients, SUBMITTER})
    ]
    findings += [
        Finding(f"senders/{name}", "party", f"party {one.party!r} is a recipient; choose another")
        for name, one in sorted(senders.items())
        if one.party in {*recipients, SUBMITTER}
    ]
    holders: list[tuple[str, Sender | Recipient]] = [
        *((f"senders/{name}", one) for name, one in senders.items()),
        *((f"recipients/{name}", one) for name, one in recipients.items()),
    ]
    return findings + [
        Finding(file, "profiles", f"unknown profile {name!r}; known: {', '.join(profiles)}")
        for file, one in holders
        for name in one.profiles
        if name not in profiles
    ]
