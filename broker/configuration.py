"""The configuration of a state, read whole: who, what they may see, by which law, in what dialect.

Every file is typed, unknown keys are refused, all that is wrong is told at once; nothing starts
with a configuration that does not check. Families come in through the entry point group
`single_window.families`, built-ins like anyone's.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel

from broker.access import Principal, Recipient, Sender, principals
from broker.adapter import Adapter, Family, Kind, Profile
from broker.coherence import SUBMITTER, Parts, check_installed, check_names, check_recipients
from broker.config_file import JSON_OPTIONS, ConfigFile, Finding, parse
from broker.errors import ConfigFault
from broker.formats import Usable, syntaxes_of
from broker.model.events import topic_of
from broker.model.owned import Owners
from broker.owners import check_owners, owners_of
from broker.profiles import check_tables, in_force, read_profiles, typed
from broker.routing.check import Known, check
from broker.routing.match import Book, deciders
from broker.routing.view import View
from broker.topics import TopicClass, TopicsFile, mistakes

GROUP = "single_window.families"
SETTINGS, TOPICS = "broker.yaml", "topics.yaml"
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
        """Which of these profiles is for this format; "" if none is. ConfigFault: unknown."""
        return next((name for name in wanted if self.profile(name).format == form), "")

    def usable(self, name: str, received_at: str) -> Usable:
        """What the sender or recipient of this name may use. ConfigFault: there is none.

        Profiles are as in force on the day of receipt.
        """
        known = self.principals.get(name)
        if known is None:
            raise ConfigFault(f"there is no {name!r} any more; put its file back, and start again")
        adapters = self.adapters_of(known.families)
        named = [*(one.format for one in adapters), *(one.name for one in syntaxes_of(adapters))]
        return {
            form: self.profile_of(self.profile_name(known.profiles, form), form, received_at)
            for form in named
        }

    def profile_of(self, name: str, form: str, received_at: str) -> Profile:
        """The profile with the constraints in force on the day of receipt; "" demands nothing.

        ConfigFault: a name that is not known, or of another format. It may be that of something
        that was received before the configuration was changed; to take it for "" would accept
        whatever it holds.
        """
        if not name:
            return Profile(name="", family="", format=form)
        profile = self.profile(name)
        if profile.format != form:
            raise ConfigFault(f"profile {name!r} is for {profile.format!r}, not for {form!r}")
        return in_force(profile, received_at[:10])

    def profile(self, name: str) -> Profile:
        """The profile of this name. ConfigFault: there is none."""
        if name not in self.profiles:
            raise ConfigFault(
                f"there is no profile {name!r} any more; put its file back, and start again"
            )
        return self.profiles[name]


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
    findings: list[Finding] = list(_not_read(directory))
    files = {folder: _load(directory / folder, folder, findings) for folder in FOLDERS}
    topics_file = _top(directory / TOPICS, findings)
    raw = {
        folder: {name: file.values for name, file in read_files.items() if file.values is not None}
        for folder, read_files in files.items()
    }
    known_families = installed_families() if families is None else dict(families)
    configuration = _put_together(raw, topics_file.values, known_families, findings)
    parts = Parts(
        configuration.senders,
        configuration.recipients,
        configuration.profiles,
        known_families,
        raw,
    )
    findings += check_names(parts)
    findings += check_owners(
        parts.senders, parts.families, lambda name: parts.file_of("senders", name)
    )
    findings += check_installed(parts)
    if all(file.values is not None for file in files["routes"].values()):
        findings += check_recipients(parts)
    every = {TOPICS: topics_file}
    for read_files in files.values():
        every |= read_files
    return configuration, tuple(
        every[finding.file].located(finding) if finding.file in every else finding
        for finding in findings
    )


def _put_together(
    raw: Mapping[str, dict[str, Any]],
    topics: Any,
    families: Mapping[str, Family],
    findings: list[Finding],
) -> Configuration:
    """What the values of all files mean; what they cannot mean goes to the findings."""
    senders = _typed(Sender, raw["senders"], findings)
    recipients = _typed(Recipient, raw["recipients"], findings)
    profiles = read_profiles(raw, findings)
    kinds = [kind for family in families.values() for kind in family.kinds]
    checked = check(
        raw["routes"],
        raw["views"],
        Known(
            recipients=frozenset({*recipients, SUBMITTER}),
            kinds=frozenset(kind.name for kind in kinds),
            no_personal=frozenset(name for name, it in recipients.items() if it.no_personal),
            arriving=frozenset(
                kind.name
                for kind in kinds
                if kind.arrives or any("arrived" in it.reports for it in recipients.values())
            ),
        ),
    )
    findings += checked.findings
    findings += check_tables(raw["profiles"], profiles, deciders(checked.book))
    content = orjson.dumps(raw, option=JSON_OPTIONS)
    return Configuration(
        senders=senders,
        recipients=recipients,
        principals=principals(senders, recipients, ()),
        book=checked.book,
        views=checked.views,
        profiles=profiles,
        families=families,
        topics=_topics(topics, topic_names(families, recipients), findings),
        digest=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
    )


def _not_read(directory: Path) -> Iterator[Finding]:
    """What stands in the folder and is not part of a configuration."""
    names = {path.name for path in directory.iterdir()}
    if not names & {*FOLDERS, SETTINGS, TOPICS}:
        text = f"is not a configuration, which has {', '.join(FOLDERS)}; name one with --config"
        yield Finding(".", "folder", text)
        return
    for path in sorted(directory.iterdir()):
        if path.name.startswith(".") or path.name in {*FOLDERS, SETTINGS, TOPICS}:
            continue
        if path.is_dir():
            text = f"is not read; folders are {', '.join(FOLDERS)}"
            yield Finding(path.name, "folder", text)
        elif path.suffix in {".yaml", ".yml"}:
            yield Finding(path.name, "file", f"is not read; files here are {SETTINGS}, {TOPICS}")


def _load(folder: Path, name: str, findings: list[Finding]) -> dict[str, ConfigFile]:
    """A folder's files as they were read, by `folder/file`."""
    files: dict[str, ConfigFile] = {}
    for path in sorted(folder.glob("*")):
        file = f"{name}/{path.name}"
        if path.suffix != ".yaml" or not path.is_file():
            if not path.name.startswith("."):
                findings.append(Finding(file, "file", "is not read; name it *.yaml, or remove it"))
            continue
        files[file] = _parsed(path, file, findings)
        if files[file].values is None and not files[file].findings:
            text = "is empty; write what it is for, or remove it"
            findings.append(Finding(file, "file", text))
    return files


def _top(path: Path, findings: list[Finding]) -> ConfigFile:
    """A file beside the folders; as if empty if there is none."""
    return _parsed(path, path.name, findings) if path.is_file() else ConfigFile(path.name)


def _parsed(path: Path, name: str, findings: list[Finding]) -> ConfigFile:
    try:
        file = parse(name, path.read_bytes())
    except OSError as error:
        text = f"cannot be read: {error.strerror}; look at its permissions"
        file = ConfigFile(name, findings=(Finding(name, "file", text),))
    findings += file.findings
    return file


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


def _topics(values: Any, names: Mapping[str, TopicClass], findings: list[Finding]) -> TopicsFile:
    """What topics.yaml says; all defaults if it says nothing."""
    topics = typed(TopicsFile, TOPICS, {} if values is None else values, findings) or TopicsFile()
    findings += [Finding(TOPICS, path, text) for path, text in mistakes(topics, names)]
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
