"""`swb serve` runs a broker, `swb backup` copies its data, `swb database` brings tables up to date.

`swb check` finds what is wrong with a configuration.
"""

import asyncio
import getpass
import zlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import orjson
import uvloop

from broker.cli.ends import ended, stopped, told
from broker.cli.options import (
    contradicting,
    everybody,
    examined_settings,
    folder,
    secrets_of,
    settings_of,
    with_config,
)
from broker.configuration import Configuration, examine
from broker.logs import set_up
from broker.process import Process
from broker.roles import ROLES, Role
from broker.settings import ENVIRONMENT, Settings
from broker.succession import Permitted

Verb = Callable[..., None]


def with_permitted(verb: Verb) -> Verb:
    """The options that permit a start what it otherwise may not do, as one value."""

    @wraps(verb)
    def run(*, accepts_loss: bool, rolls_back: bool, leaves_out: bool, **given: Any) -> None:
        verb(permitted=Permitted(leaves_out, rolls_back, _starter(), accepts_loss), **given)

    for name, option, text in (
        ("leaves_out", "--force-config",
         "Leave out what unfinished work still names; what names it is parked."),
        ("rolls_back", "--roll-back",
         "Put a configuration in force again that was succeeded by another."),
        ("accepts_loss", "--accept-loss",
         "Start on data that were copied without their log; what it held is lost."),
    ):  # fmt: skip
        run = click.option(option, name, is_flag=True, help=text)(run)
    return run


def _starter() -> str:
    """Who starts it, as this machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "nameless"


@click.command()
@click.argument("role", type=click.Choice(["all", *ROLES]), default="all")
@with_config
@click.option("--family", "families", multiple=True, help="Of translation: only this family.")
@click.option("--recipient", "recipients", multiple=True, help="Of delivery: only for this one.")
@click.option("--data", help="Folder of the log and the state; default: data_directory.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: a free one.")
@click.option("--host", help="Address to listen on.")
@with_permitted
@told
def serve(
    *,
    role: str,
    config: Path | None,
    families: tuple[str, ...],
    recipients: tuple[str, ...],
    permitted: Permitted,
    **given: str | int | None,
) -> None:
    """Run a broker: all of it in one process, or one role of it on a cluster.

    ROLE is one of intake, translation, core, delivery, timers, all. Settings come from broker.yaml
    in the configuration's folder; SWB_ variables override them, options override both. One line on
    standard output gives the URL once it listens; the log goes to standard error. SIGTERM or
    Ctrl-C ends it cleanly.
    """
    if families and role != "translation":
        raise click.UsageError("--family is for the role translation")
    if recipients and role != "delivery":
        raise click.UsageError("--recipient is for the role delivery")
    names = {"data": "data_directory"}
    kept = {names.get(name, name): value for name, value in given.items() if value is not None}
    settings, configuration = everybody(folder(config))
    settings = settings.model_copy(update=kept)
    set_up(settings.log_level)
    chosen = Role(role, families, recipients)
    _serve(Process(settings, configuration, secrets_of(settings), chosen, permitted))


def _serve(process: Process) -> None:
    from broker.serve import serve as run  # half a second of imports that other verbs do not need

    def listening(url: str) -> None:
        click.echo(announced(url, process.settings, process.role.name))

    uvloop.run(run(process, listening))


def announced(url: str, settings: Settings, role: str) -> str:
    """The one line that says where the broker is, and what it works on."""
    where = f"data in {Path(settings.data_directory).absolute()}"
    if settings.kafka_bootstrap:
        where = f"role {role} on {settings.kafka_bootstrap}"
    return f"listening on {url}, {where}; Ctrl-C ends it"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_config
@click.option("--data", help="Folder of the log and the state; default: data_directory.")
@told
def backup(*, file: Path, config: Path | None, data: str | None) -> None:
    """Copy log and state to FILE, beside the broker that works on them.

    FILE is one moment of both, checked, on disk, and for its owner only. To restore it, stop the
    broker and put it into an empty data folder as broker.sqlite.
    """
    from broker.eventlog.copying import copy_to

    settings = settings_of(folder(config))
    if settings.database_url or settings.kafka_bootstrap:
        hint = "back up the database with pg_dump: what it says goes before what Kafka holds"
        raise stopped("the state is in PostgreSQL, which has its own tools", hint)
    copied = copy_to(Path(data or settings.data_directory), file)
    click.echo(f"{file}: {copied.submissions} submissions, {copied.size_bytes:,} bytes")


@click.group()
def database() -> None:
    """The tables of a cluster's PostgreSQL."""


@database.command()
@with_config
@told
def upgrade(*, config: Path | None) -> None:
    """Bring the tables to what this program knows; several at once wait for each other."""
    settings = settings_of(folder(config))
    if not settings.database_url:
        raise stopped("database_url is empty: the embedded state brings itself up to date")

    async def run() -> str:
        from broker.state.postgres import postgres_database

        secrets = secrets_of(settings)
        async with postgres_database(settings, secrets, upgraded=False) as state:
            before = await state.differs()
            await state.upgrade()
        return before

    before = asyncio.run(run())
    click.echo("the tables are up to date now" if before else "the tables were up to date")


@click.command()
@with_config
@told
def check(config: Path | None) -> None:
    """Tell all that is wrong with a configuration.

    Reads every file of the folder, tells each finding with its file and place, and runs the tests
    written beside the rules.
    """
    directory = folder(config)
    settings, wrong = examined_settings(directory)
    configuration, findings = examine(directory)
    together = contradicting(settings, configuration, directory)
    found = [*wrong, *together, *findings]
    for finding in found:
        where = "" if finding.file == ENVIRONMENT else f"{directory}/"
        click.echo(f"{where}{finding}")
    click.echo(f"{directory}: {_counted(configuration)}: {_verdict(len(found))}")
    ended(well=not found)


def _counted(configuration: Configuration) -> str:
    raw = orjson.loads(zlib.decompress(configuration.content))
    files = [file for file in raw["routes"].values() if isinstance(file, dict)]
    tests = [file["tests"] for file in files if isinstance(file.get("tests"), list)]
    counts = {
        "senders": len(configuration.senders),
        "recipients": len(configuration.recipients),
        "rules": len(configuration.book.rows),
        "views": len(configuration.views),
        "profiles": len(configuration.profiles),
        "tests": sum(map(len, tests)),
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _verdict(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'}" if count else "all is well"
