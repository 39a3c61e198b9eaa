"""`swb serve` runs a broker; `swb check` tells all that is wrong with a configuration."""

import os
import zlib
from pathlib import Path

import click
import orjson
import uvloop

from broker.cli.ends import ended, told
from broker.cli.options import everybody, examined_settings, folder, with_config
from broker.configuration import Configuration, examine
from broker.errors import ConfigFault
from broker.logs import set_up
from broker.settings import Settings


@click.command()
@with_config
@click.option("--data", help="Folder of the log and the state; default: data_directory.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: a free one.")
@click.option("--host", help="Address to listen on.")
@told
def serve(config: Path | None, data: str | None, port: int | None, host: str | None) -> None:
    """Run a broker in one process.

    Settings come from broker.yaml in the configuration's folder; options override them. One line
    on standard output gives the URL once it listens; the log goes to standard error. SIGTERM or
    Ctrl-C ends it cleanly.
    """
    directory = folder(config)
    given = {"data_directory": data, "port": port, "host": host}
    kept = {name: value for name, value in given.items() if value is not None}
    settings, configuration = everybody(directory)
    settings = settings.model_copy(update=kept)
    set_up(settings.log_level)
    _serve(settings, configuration)


def _serve(settings: Settings, configuration: Configuration) -> None:
    from broker.serve import serve as run  # half a second of imports that other verbs do not need

    def listening(url: str) -> None:
        where = os.path.relpath(settings.data_directory)
        click.echo(f"listening on {url}, data in {where}; Ctrl-C ends it")

    uvloop.run(run(settings, configuration, listening))


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
    texts = [*wrong, *map(str, findings), *_operators(settings, configuration)]
    for text in texts:
        click.echo(f"{directory}/{text}")
    click.echo(f"{directory}: {_counted(configuration)}: {_verdict(len(texts))}")
    ended(well=not texts)


def _operators(settings: Settings, configuration: Configuration) -> list[str]:
    """What is wrong with the names of the operators."""
    from broker.serve import with_operators

    try:
        with_operators(configuration, settings)
    except ConfigFault as fault:
        return [f"broker.yaml: {fault}"]
    return []


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
