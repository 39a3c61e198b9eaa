"""All verbs of `swb`, and how a process of it ends."""

import os
import sys

import click

from broker.cli.ends import on_bug
from broker.cli.offline import translate
from broker.cli.online import feed, submit
from broker.cli.operating import keys, parked, trace
from broker.cli.positions import positions
from broker.cli.routing import route
from broker.cli.running import backup, check, database, serve
from broker.cli.sampling import sample
from broker.cli.topic import topic
from broker.cli.topics import topics

EPILOG = """Exit codes: 0 fine; 1 rejected, left out, or a check found something; 2 an argument,
a name or a key is wrong; 3 the broker cannot be reached or is at fault."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="single-window-broker", message="swb %(version)s")
@click.pass_context
def swb(context: click.Context) -> None:
    """A Single Window message broker.

    Every trade language in, the WCO Data Model inside, each agency's entitled view out.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


for verb in (
    serve,
    backup,
    check,
    translate,
    route,
    submit,
    feed,
    trace,
    keys,
    parked,
    sample,
    topics,
    topic,
    positions,
    database,
):
    swb.add_command(verb)


def main() -> None:
    """Run `swb` with the process's arguments."""
    sys.excepthook = on_bug
    swb(prog_name="swb")
