"""Which configuration is in force: a process that starts takes its number, or succeeds it.

Rules
    The start decides. A process that starts with what is in force takes its number; one that starts
    with other files puts these in force, with the next number. From then on no process that was
    started with the earlier ones writes anything: it ends with `config.superseded`.
    What was in force before comes back only on demand: else an old process that is restarted with
    its old files would put them in force again.
    What unfinished work still names is not left out, unless whoever starts it says so.
"""

import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from broker.clock import stamp
from broker.coherence import SUBMITTER
from broker.configuration import Configuration
from broker.dossiers.standing import FAVOURABLE
from broker.errors import ConfigFault, MovedFault
from broker.hop import Plumbing
from broker.logs import logger
from broker.metrics import METRICS
from broker.state import actions, configurations, positions
from broker.state.configurations import InForce
from broker.state.unfinished import Lacking, Names, lacking

TRIES = 3
NAMED_MAX = 20
"""Of what is left out, how many names one fault lists."""

log = logger("succession")


@dataclass(frozen=True, slots=True)
class Permitted:
    """What the person who starts a process allows it.

    `leaves_out`: to leave out names that unfinished work has. `rolls_back`: to put in force again
    what was in force before. `who`: for the record of it. `accepts_loss`: to work on data that were
    copied without their write-ahead log.
    """

    leaves_out: bool = False
    rolls_back: bool = False
    who: str = ""
    accepts_loss: bool = False


NOTHING = Permitted()


@dataclass(frozen=True, slots=True)
class _Put:
    """What a start came to."""

    before: InForce
    after: InForce
    left_out: tuple[Lacking, ...] = ()


async def put_in_force(
    configuration: Configuration, plumbing: Plumbing, permitted: Permitted = NOTHING
) -> int:
    """The number of this configuration, which is in force when this returns.

    ConfigFault: it was in force before, or it leaves out what unfinished work names. MovedFault:
    others put theirs in force all the time.
    """
    at = stamp(plumbing.clock.now())
    before = await plumbing.database.read(configurations.in_force)
    if before.digest == configuration.digest:
        return before.number  # without keeping those that write under it from their work

    unread = await _unread(plumbing, configuration.topic_names)

    def work(connection: Connection) -> _Put:
        return _succeed(connection, configuration, at, permitted, unread)

    put = await _written(plumbing, work)
    if put.after != put.before:
        log.info("configuration.in-force", version=put.after.number, digest=put.after.digest)
    if put.left_out:
        reason = "; ".join(map(str, put.left_out[:NAMED_MAX]))
        log.warning("configuration.forced", version=put.after.number, reason=reason,
                    count=len(put.left_out))  # fmt: skip
    return put.after.number


async def _written(plumbing: Plumbing, work: Callable[[Connection], _Put]) -> _Put:
    """What this work came to; most often the faster one has started with the same files."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(MovedFault):
            return await plumbing.database.write(work)
    return await plumbing.database.write(work)


async def report_numbers(plumbing: Plumbing) -> None:
    """Bring the metric up to date: our number, and the one in force."""
    newest = await plumbing.database.read(configurations.in_force)
    METRICS.configuration_number.labels("process").set(plumbing.configuration)
    METRICS.configuration_number.labels("in_force").set(newest.number)


def names_of(configuration: Configuration) -> Names:
    """What a record, an ask or a waiting row may name of it."""
    return Names(
        profiles=configuration.profiles.keys(),
        formats=configuration.adapters.keys(),
        kinds=configuration.kinds.keys(),
        parties={*configuration.principals, SUBMITTER},
        recipients={*configuration.recipients, SUBMITTER},
        tables={
            name: {table.valid_from for table in profile.requests}
            for name, profile in configuration.profiles.items()
        },
        settled=FAVOURABLE,
    )


async def _unread(plumbing: Plumbing, topics: Collection[str]) -> tuple[Lacking, ...]:
    """Topics that no station would read any more, although records in them wait for one."""
    found = []
    for reader, position in await plumbing.database.read(positions.everywhere):
        if reader.topic in topics:
            continue
        ends = await plumbing.log.ends(reader.topic)
        if reader.partition < len(ends) and position.next < ends[reader.partition][1]:
            where = f"a record that {reader.station} has not worked,"
            example = f"{position.next} of partition {reader.partition}"
            found.append(Lacking("topic", reader.topic, where, example))
    return tuple(found)


def _succeed(
    connection: Connection,
    configuration: Configuration,
    at: str,
    permitted: Permitted,
    unread: tuple[Lacking, ...],
) -> _Put:
    """One transaction: the check of what is named, and the compare-and-set."""
    configurations.hold(connection)
    digest, before = configuration.digest, configurations.in_force(connection)
    if before.digest == digest:
        return _Put(before, before)
    known = configurations.content_of(connection, digest) is not None
    rolled_back = known and before.number > 0
    if rolled_back and not permitted.rolls_back:
        raise ConfigFault(
            f"these files were in force before, and configuration {before.number} has succeeded "
            f"them; start with the files of {before.number}, or put these in force again by "
            "starting one process with --roll-back"
        )
    left_out = (*lacking(connection, names_of(configuration)), *unread)
    if left_out and not permitted.leaves_out:
        raise ConfigFault(_refusal(left_out))
    configurations.put(connection, digest, configuration.content, at)
    after = configurations.succeed(connection, before, digest, at)
    if rolled_back:
        why = f"put in force again, as {after.number}"
        actions.put(connection, at, permitted.who, "roll-back", target=digest, why=why)
    if left_out:
        why = "left out: " + "; ".join(map(str, left_out))
        actions.put(connection, at, permitted.who, "force-config", target=digest, why=why)
    return _Put(before, after, left_out)


def _refusal(left_out: tuple[Lacking, ...]) -> str:
    """What is left out, and what to do."""
    named = "; ".join(map(str, left_out[:NAMED_MAX]))
    more = f"; and {len(left_out) - NAMED_MAX} more" if len(left_out) > NAMED_MAX else ""
    return (
        f"the configuration leaves out what unfinished work still names: {named}{more}; put it "
        "back until that work is done, or start one process with --force-config: what names it "
        "is then parked"
    )
