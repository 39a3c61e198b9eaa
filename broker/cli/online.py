"""`swb submit` and `swb feed`: for senders and recipients, over HTTP, with their own key."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import sleep
from typing import Any

import click
import orjson

from broker.adapter import Adapter, Family
from broker.cli.ends import BROKEN, REJECTED, ended, progress, stopped, told
from broker.cli.offline import FILES, bytes_of
from broker.cli.options import key_given, known_name, with_broker, with_json
from broker.cli.sampling import ending_of
from broker.cli.shown import content_of, delivery_line, held_by, status_lines
from broker.client import Client, Sent, connected
from broker.clock import SystemClock
from broker.configuration import installed_families
from broker.formats import choose

ANY_TYPE = "application/octet-stream"
LOOK_AGAIN_S = 0.2
FOLLOW_WAIT_S = 20.0


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option("--idempotency-key", help="Sent again with the same key, it is accepted once.")
@click.option("--content-type", help="Media type; default: that of the format FILE seems to be.")
@click.option(
    "--reference",
    metavar="SCHEME=VALUE",
    help="A reference that the bytes do not hold: VISIT=... for a crew list.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    metavar="S",
    help="Wait up to S seconds for verdict and outcome, and show them.",
)
@with_json
@with_broker
@told
def submit(
    files: tuple[Path, ...],
    *,
    wait: float | None,
    as_json: bool,
    **how: Any,
) -> None:
    """Lodge FILES with a broker.

    Shows the receipt of each; `-` reads standard input. With --wait the exit code is 1 if a
    message was rejected or declined, or something of it was left out.
    """  # fmt: skip
    headers = {name: how[name] for name in ("idempotency_key", "content_type", "reference")}
    if headers["idempotency_key"] is not None and len(files) > 1:
        raise stopped("one idempotency key names one file", "submit the files one by one")
    families = tuple(installed_families().values())
    _check(headers, families)
    adapters = tuple(one for family in families for one in family.adapters)
    well = True
    with connected(how["url"], key_given(how["key"])) as client:
        for file in progress(files, "submitting"):
            content = bytes_of(file)
            kind = headers["content_type"] or content_type_of(content, adapters)
            if kind == ANY_TYPE and headers["content_type"] is None:
                raise stopped(
                    f"{file} is {'empty' if not content else 'of no format that is installed'}",
                    "compare it with 'swb sample customs', or say what it is with --content-type",
                    code=REJECTED,
                )
            sent = Sent(content, kind, headers["idempotency_key"], headers["reference"])
            said = client.submit(sent)
            if wait is not None:
                said |= {"status": settled(client, said["submission"], wait)}
                well = _is_well(said["status"]) and well
            click.echo(orjson.dumps(said) if as_json else _receipt(file, said))
    ended(well=well)


def _check(headers: Mapping[str, str | None], families: Iterable[Family]) -> None:
    """Usage ends the verb if a header cannot be sent, or a reference has a scheme of nobody."""
    for name, value in headers.items():
        if value is not None and not (value.isascii() and value.isprintable()):
            option = f"--{name.replace('_', '-')}"
            raise stopped(f"{option} takes visible ASCII characters only", f"it was {value!r}")
    reference = headers["reference"]
    if reference is not None:
        scheme, _, value = reference.partition("=")
        if not scheme or not value:
            raise stopped(f"--reference is {reference!r}", "write it as SCHEME=VALUE")
        kinds = (kind for family in families for kind in family.kinds)
        known_name("scheme", scheme, {one.name for kind in kinds for one in kind.schemes})


def content_type_of(content: bytes, adapters: tuple[Adapter, ...]) -> str:
    """The media type of the format that the bytes seem to be."""
    chosen = choose(adapters, content)
    return chosen[0].content_types[0] if chosen and chosen[0].content_types else ANY_TYPE


def settled(client: Client, submission: str, wait_s: float) -> dict[str, Any]:
    """The status once every message has a verdict and every event an outcome.

    Pages whose messages have all ended are not asked for again.
    """
    ticks = SystemClock().ticks
    ends, after = ticks() + wait_s, -1
    done: list[dict[str, Any]] = []
    while True:
        said = client.status(submission, after)
        if said["state"] == "translated" and all(map(_has_ended, said["messages"])):
            done += said["messages"]
            if said["next"] is None:
                return {**said, "messages": done}
            after = said["next"]
            continue
        if ticks() >= ends:
            text = f"{submission} was received, and is not yet worked after {wait_s:g} s"
            hint = f"ask again: GET /v1/submissions/{submission}, or read 'swb feed' later"
            raise stopped(text, hint, code=BROKEN)
        sleep(LOOK_AGAIN_S)


def _has_ended(message: dict[str, Any]) -> bool:
    return bool(message["verdict"] == "rejected" or message["outcomes"] or message["unresolved"])


def _is_well(status: dict[str, Any]) -> bool:
    return all(
        message["verdict"] == "accepted"
        and all(one["outcome"] != "declined" for one in message["outcomes"])
        and all(one["severity"] != "error" for one in message["problems"])
        for message in status["messages"]
    )


def _receipt(file: Path, said: dict[str, Any]) -> str:
    lines = [f"{file}: {said['submission']}, received {said['received_at']}"]
    lines.append(f"  sha256 {said['sha256']}")
    if said.get("same_bytes_as"):
        lines.append(f"  the same bytes as {said['same_bytes_as']}")
    if "status" in said:
        lines += status_lines(said["status"])
    return "\n".join(lines)


@click.command()
@click.option(
    "--follow", is_flag=True, help="Read on for ever; each page acknowledges the one before it."
)
@click.option("--cursor", help="Read on from here; acknowledges what came before.")
@click.option(
    "--limit",
    type=click.IntRange(1, 500),
    default=100,
    show_default=True,
    help="Most deliveries a page.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 30),
    default=0,
    metavar="S",
    help="Wait up to S seconds if there is nothing.",
)
@click.option(
    "--raw",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write each delivery's bytes into this folder, native replies as they are.",
)
@with_json
@with_broker
@told
def feed(
    *, follow: bool, cursor: str | None, limit: int, wait: float, raw: Path | None, **how: Any
) -> None:
    """Read your deliveries and replies.

    Without --cursor it begins at the oldest that you have not acknowledged, and acknowledges
    nothing. Nothing is kept unless --raw names a folder.
    """
    keep = _keeper(raw)
    stopping = contextlib.suppress(KeyboardInterrupt) if follow else contextlib.nullcontext()
    page: dict[str, Any] = {"deliveries": [], "cursor": cursor}
    with stopping, connected(how["url"], key_given(how["key"])) as client:
        while True:
            page = client.feed(cursor, limit=limit, wait_s=FOLLOW_WAIT_S if follow else wait)
            for event in page["deliveries"]:
                keep(event)
                click.echo(orjson.dumps(event) if how["as_json"] else _delivery(event))
            cursor = page["cursor"]
            if not follow:
                break
    if not how["as_json"] and not follow:
        click.echo(_last(page), err=True)


def _delivery(event: dict[str, Any]) -> str:
    return f"{delivery_line(event)}\n{content_of(event)}"


def _last(page: dict[str, Any]) -> str:
    count = len(page["deliveries"])
    if not count:
        return "nothing new"
    noun = "delivery" if count == 1 else "deliveries"
    return f"{count} {noun}; --cursor {page['cursor']} acknowledges and reads on"


def _keeper(folder: Path | None) -> Callable[[dict[str, Any]], None]:
    """What keeps a delivery's bytes in the folder; nothing without one."""
    if folder is None:
        return lambda _event: None
    folder.mkdir(parents=True, exist_ok=True)

    def keep(event: dict[str, Any]) -> None:
        several = held_by(event)
        for number, held in enumerate(several, 1):
            part = f"-{number}" if len(several) > 1 else ""
            ending = ending_of(held.content_type)
            name = Path(f"{event['swbseq']:08}-{event['id']}{part}.{ending}").name
            (folder / name).write_bytes(held.content)

    return keep
