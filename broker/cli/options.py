"""What several verbs take: the configuration, its settings, a broker's address and key."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from broker.cli.ends import REJECTED, stopped
from broker.config_file import ConfigFile, Finding, parse
from broker.configuration import SETTINGS, Configuration, examine
from broker.errors import ConfigFault
from broker.settings import Secrets, Settings, contradictions, examine_settings

Verb = TypeVar("Verb", bound=Callable[..., Any])

URL = "http://127.0.0.1:8080"


def with_config(verb: Verb) -> Verb:
    """The option --config."""
    return click.option(
        "--config", "config", type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder of the configuration; default: ./config, else the sample state's.",
    )(verb)  # fmt: skip


def with_json(verb: Verb) -> Verb:
    """The option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(verb)


def with_broker(verb: Verb) -> Verb:
    """The options --url and --key."""
    key = click.option("--key", envvar="SWB_KEY", help="Your access key; or SWB_KEY.")
    url = click.option(
        "--url", envvar="SWB_URL", default=URL, show_default=True,
        help="Address of the broker; or SWB_URL.",
    )  # fmt: skip
    return url(key(verb))


def key_given(key: str | None) -> str:
    """The key; usage ends the verb without one."""
    if not key:
        raise stopped("no key was given", "give it with --key or SWB_KEY")
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise stopped("the key has characters that no key has", "copy it again, whole, as issued")
    return key


def folder(config: Path | None) -> Path:
    """The configuration's folder: what was named, ./config, or the sample state's."""
    if config is not None:
        return config
    package = Path(__file__).resolve().parent.parent
    known = (Path("config"), package / "sample_config", package.parent / "config")
    found = next((path for path in known if path.is_dir()), None)
    if found is None:
        raise stopped("there is no folder 'config' here", "name one with --config")
    return found


def settings_of(directory: Path) -> Settings:
    """The settings of broker.yaml in the folder; all defaults if there is none."""
    settings, findings = examined_settings(directory)
    if findings:
        raise refused([str(finding) for finding in findings])
    return settings


def examined_settings(directory: Path) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings, and what is wrong with their file or the environment."""
    return examine_settings(_settings_file(directory), os.environ)


def contradicting(
    settings: Settings, configuration: Configuration, directory: Path
) -> tuple[Finding, ...]:
    """What makes these settings no broker of this configuration, though each may be so."""
    from broker.serve import with_operators

    findings = list(contradictions(settings, SETTINGS, os.environ))
    try:
        with_operators(configuration, settings)
    except ConfigFault as fault:
        findings.append(Finding(SETTINGS, "operators", str(fault)))
    return tuple(map(_settings_file(directory).located, findings))


def _settings_file(directory: Path) -> ConfigFile:
    path = directory / SETTINGS
    return parse(SETTINGS, path.read_bytes()) if path.is_file() else ConfigFile(SETTINGS)


def secrets_of(settings: Settings) -> Secrets:
    """The passwords, from the environment or from the files that the settings name."""
    return Secrets(
        kafka_password=_password("SWB_KAFKA_PASSWORD", settings.kafka_password_file),
        database_password=_password("SWB_DATABASE_PASSWORD", settings.database_password_file),
    )


def _password(variable: str, file: str) -> str:
    given = os.environ.get(variable, "")
    if given or not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigFault(f"the password file {file!r} cannot be read; see broker.yaml") from error


def everybody(directory: Path) -> tuple[Settings, Configuration]:
    """Settings and configuration, with those who may hold an operator's key."""
    from broker.serve import with_operators

    settings, configuration = settings_of(directory), configured(directory)
    if findings := contradicting(settings, configuration, directory):
        raise refused([str(finding) for finding in findings])
    return settings, with_operators(configuration, settings)


def configured(directory: Path) -> Configuration:
    """The configuration; a finding ends the verb."""
    configuration, findings = examine(directory)
    if findings:
        raise refused([str(finding) for finding in findings])
    return configuration


def refused(findings: Sequence[str]) -> click.ClickException:
    """The end of a verb that needs a configuration which does not hold together."""
    listed = "\n".join(f"  {finding}" for finding in findings)
    count = f"{len(findings)} thing{'s' if len(findings) > 1 else ''}"
    return stopped(f"the configuration has {count} wrong with it:\n{listed}", code=REJECTED)


def known_name(what: str, name: str | None, known: Iterable[str]) -> None:
    """End the verb with the known names, if somebody names another."""
    if name is not None and name not in known:
        raise stopped(f"there is no {what} {name!r}", f"known: {', '.join(sorted(known))}")
