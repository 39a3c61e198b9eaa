"""`swb keys`, `swb parked` and `swb trace`: for operators.

Keys can be issued without a broker, on its data folder: somebody must hold the first one.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import click
import orjson
from sqlalchemy import Connection

from broker.cli.ends import BROKEN, stopped, told
from broker.cli.options import (
    everybody,
    folder,
    key_given,
    secrets_of,
    settings_of,
    with_broker,
    with_config,
    with_json,
)
from broker.cli.road import road_lines
from broker.client import connected
from broker.clock import SystemClock, stamp
from broker.errors import ConfigFault

Found = TypeVar("Found")
CONSOLE = "command-line"
"""Who acted, where somebody works on the data folder itself."""


def with_place(verb: Any) -> Any:
    """The options of verbs that work over HTTP, or on the data folder when no broker runs."""
    url = click.option("--url", envvar="SWB_URL", help="Address of a running broker; or SWB_URL.")
    key = click.option("--key", envvar="SWB_KEY", help="An operator's key; or SWB_KEY.")
    data = click.option("--data", help="Data folder of a broker that does not run.")
    return with_config(data(url(key(verb))))


@click.group()
def keys() -> None:
    """Issue, list and revoke access keys.

    With --url over HTTP, with an operator's key; else on the data folder of a broker that does
    not run. Only digests of keys are stored.
    """


@keys.command()
@click.argument("name")
@with_place
@told
def issue(name: str, **place: Any) -> None:
    """Print a new key for NAME, once: a sender, recipient or operator of the configuration."""
    if _is_remote(place):
        with connected(place["url"], key_given(place["key"])) as client:
            key = str(client.issue(name)["key"])
    else:
        key = _issued_here(name, place)
    click.echo(key)
    click.echo(f"this key of {name} is shown once; only its digest is stored", err=True)


@keys.command("list")
@with_json
@with_place
@told
def list_keys(*, as_json: bool, **place: Any) -> None:
    """List the keys that were issued, by name and the beginning of their digest."""
    if _is_remote(place):
        with connected(place["url"], key_given(place["key"])) as client:
            found = client.keys()
    else:
        from broker.state.keys import listed

        found = on_folder(place, listed)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for one in found:
        state = f"revoked {one['revoked_at']}" if one["revoked_at"] else "in force"
        click.echo(f"{one['name']:<24} {one['sha256']}  issued {one['issued_at']}  {state}")


@keys.command()
@click.argument("name")
@with_place
@told
def revoke(name: str, **place: Any) -> None:
    """Revoke every key of NAME; it is unknown from now on.

    The last operator who has a key keeps it: issue one to another operator first.
    """
    if _is_remote(place):
        with connected(place["url"], key_given(place["key"])) as client:
            count = client.revoke(name)
    else:
        from broker.operators_http import operators_of, revoke_keys

        _, configuration = everybody(folder(place["config"]))
        given, at = (name, operators_of(configuration.principals)), stamp(SystemClock().now())
        count = on_folder(place, lambda connection: revoke_keys(connection, given, CONSOLE, at))
    click.echo(f"{count} key{'' if count == 1 else 's'} of {name} revoked")


def _is_remote(place: dict[str, Any]) -> bool:
    """Over HTTP if an address was given; a data folder that was named goes first."""
    return place["url"] is not None and place["data"] is None


def _issued_here(name: str, place: dict[str, Any]) -> str:
    from broker.operators_http import fresh_key, issue_key

    _, configuration = everybody(folder(place["config"]))
    known = configuration.principals
    if name not in known:
        raise stopped(f"{name!r} is nobody here", f"known: {', '.join(sorted(known))}")
    key, at = fresh_key(), stamp(SystemClock().now())
    on_folder(place, lambda connection: issue_key(connection, (name, key), CONSOLE, at))
    return key


def on_folder(place: dict[str, Any], work: Callable[[Connection], Found]) -> Found:
    """Do a work in one transaction on the data folder, or on the cluster's database.

    A folder that is in use is refused.
    """
    from broker.plumbing import opened_state

    settings = settings_of(folder(place["config"]))
    if place["data"] is not None:
        settings = settings.model_copy(update={"data_directory": place["data"]})

    async def run() -> Found:
        async with opened_state(settings, secrets_of(settings)) as database:
            return await database.write(work)

    try:
        return asyncio.run(run())
    except ConfigFault as fault:
        hint = "of a running broker, give the address with --url and an operator's key with --key"
        raise stopped(str(fault), hint, code=BROKEN) from fault


@click.group()
def parked() -> None:
    """Decide about what could not be processed."""


@parked.command("list")
@click.option(
    "--state",
    type=click.Choice(["parked", "resumed", "discarded", "all"]),
    default="parked",
    show_default=True,
    help="What to list.",
)
@with_json
@with_broker
@told
def list_parked(*, state: str, as_json: bool, **broker: Any) -> None:
    """List what waits for a person, newest first."""
    with connected(broker["url"], key_given(broker["key"])) as client:
        found = client.parked(state)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for one in found:
        about = f"dossier {one['dossier']}" if one.get("dossier") else one.get("topic", "")
        click.echo(f"{one['id']}  {one['state']}  {one['at']}  {one['station']}  {about}")
        click.echo(f"    {one['reason']}")
    if not found:
        click.echo("nothing is parked", err=True)


@parked.command()
@click.argument("name", metavar="ID")
@with_broker
@told
def show(name: str, **broker: Any) -> None:
    """Show one parked thing: its reason, its headers, what was done about it."""
    with connected(broker["url"], key_given(broker["key"])) as client:
        found = client.parked_one(name)
    click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def _deciding(decision: str, text: str) -> click.Command:
    """The verb of a decision; `why` is asked for because it is kept."""

    @click.argument("name", metavar="ID")
    @click.option("--why", required=True, help="The reason; it is kept with your name.")
    @with_broker
    @told
    def decide(name: str, why: str, **broker: Any) -> None:
        with connected(broker["url"], key_given(broker["key"])) as client:
            said = client.decide(name, decision, why)
        click.echo(f"{said['parked']}: {decision}, {said['state']}")

    return click.command(decision, help=text)(decide)


parked.add_command(_deciding("resume", "Work a parked thing again, and what waits behind it."))
parked.add_command(_deciding("discard", "Give a parked thing up; its sender is told."))


@click.command()
@click.argument("name", metavar="ID-OR-REFERENCE")
@click.option(
    "--bodies",
    is_flag=True,
    help="Show documents, answers and deliveries themselves.",
)
@with_json
@with_broker
@told
def trace(name: str, *, bodies: bool, as_json: bool, **broker: Any) -> None:
    """Show the whole road of any id or reference.

    A submission, event, dossier, document, delivery or parked record by its id, or a reference
    as VALUE or SCHEME=VALUE. Takes an operator's key; who looked is recorded.
    """
    with connected(broker["url"], key_given(broker["key"])) as client:
        found = client.trace(name, bodies=bodies)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for line in road_lines(found):
        click.echo(line)
