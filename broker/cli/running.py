"""`swb serve` runs a broker, `swb database` its tables, `swb check` finds what is wrong."""

import asyncio
import getpass
import zlib
from pathlib import Path

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


@click.command()
@click.argument("role", type=click.Choice(["all", *ROLES]), default="all")
@with_config
@click.option("--family", "families", multiple=True, help="Of translation: only this family.")
@click.option("--recipient", "recipients", multiple=True, help="Of delivery: only for this one.")
@click.option("--data", help="Folder of the log and the state; default: data_directory.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: a free one.")
@click.option("--host", help="Address to listen on.")
@click.option(
    "--roll-back",
    "rolls_back",
    is_flag=True,
    help="Put a configuration in force again that was succeeded by another.",
)
@click.option(
    "--force-config",
    "leaves_out",
    is_flag=True,
    help="Leave out what unfinished work still names; what names it is parked.",
)
@told
def serve(
    *,
    role: str,
    config: Path | None,
    families: tuple[str, ...],
    recipients: tuple[str, ...],
    rolls_back: bool,
    leaves_out: bool,
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
    permitted = Permitted(leaves_out, rolls_back, _starter())
    _serve(settings, configuration, Role(role, families, recipients), permitted)


def _starter() -> str:
    """Who starts it, as this machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "nameless"


def _serve(
    settings: Settings, configuration: Configuration, role: Role, permitted: Permitted
) -> None:
    from broker.serve import serve as run  # half a second of imports that other verbs do not need

    def listening(url: str) -> None:
        click.echo(announced(url, settings, role.name))

    process = Process(settings, configuration, secrets_of(settings), role, permitted)
    uvloop.run(run(process, listening))


def announced(url: str, settings: Settings, role: str) -> str:
    """The one line that says where the broker is, and what it works on."""
    where = f"data in {Path(settings.data_directory).absolute()}"
    if settings.kafka_bootstrap:
        where = f"role {role} on {settings.kafka_bootstrap}"
    return f"listening on {url}, {where}; Ctrl-C ends it"


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
