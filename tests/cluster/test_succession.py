"""Two real processes with different files: the older one writes nothing after the newer one."""

import contextlib
import signal

from sqlalchemy import select

from broker.plumbing import opened
from broker.state import configurations
from broker.state.tables import DECISIONS, MESSAGES, SUBMISSIONS
from broker.stations import topics_of
from tests.broker_in_process import SENDER, XML, declaration, story
from tests.cluster.site import site
from tests.simulation.traffic import Outage

SLEEPY = "3600"
"""How often the older process looks for a newer configuration: it must be stopped by its writes."""


async def lodged(at, role, name):
    """The status that the doors of this process answer; 0 if it has gone."""
    headers = {**XML, "Authorization": f"Bearer key-{SENDER}"}
    with contextlib.suppress(Outage):
        return (
            await at.ask(role, "POST", "/v1/submissions", headers, declaration(name))
        ).status_code
    return 0


async def written(at):
    """Submissions, verdicts and decisions, with their digests in the order of their numbers."""

    def work(connection):
        rows = connection.execute(select(DECISIONS.c.configuration).order_by(DECISIONS.c.number))
        return (
            sorted(connection.execute(select(SUBMISSIONS.c.id)).scalars()),
            sorted(connection.execute(select(MESSAGES.c.configuration)).scalars()),
            list(rows.scalars()),
        )

    async with opened(at.settings, at.secrets, topics_of(at.configuration)) as plumbing:
        return await plumbing.database.read(work), await plumbing.database.read(
            configurations.in_force
        )


def rename_a_recipient(at):
    """Other files, which differ in a title."""
    file = at.config / "recipients" / "customs.yaml"
    text = file.read_text()
    line = next(one for one in text.splitlines() if one.startswith("title:"))
    file.write_text(text.replace(line, f"{line} of the port"))


@story
async def test_the_older_of_two_processes_writes_nothing_and_ends(
    tmp_path, kafka_bootstrap, postgres
):
    """It sleeps while the newer takes over; woken and asked to accept, it refuses and ends."""
    async with site(tmp_path, kafka_bootstrap, postgres.create(), timers_every_s="0.2") as at:
        at.environment["SWB_WATCH_S"] = SLEEPY
        old = await at.start("all-old")
        assert await lodged(at, old, "QZ-1") == 202
        await at.rest()
        before, first = await written(at)
        old.signal(signal.SIGSTOP)
        rename_a_recipient(at)
        del at.environment["SWB_WATCH_S"]
        new = await at.start("all-new")
        assert await lodged(at, new, "QZ-2") == 202
        await at.rest()
        between, second = await written(at)
        assert (first.number, second.number) == (1, 2)
        assert set(before[2]) == {first.digest}
        assert between[2] == [first.digest] * len(before[2]) + [second.digest] * (
            len(between[2]) - len(before[2])
        )
        assert len(between[2]) > len(before[2])
        old.signal(signal.SIGCONT)
        assert await lodged(at, old, "QZ-3") in {0, 500, 503}  # as its end leaves it time
        assert await old.ended() == 3
        assert "configuration 2 is in force, and this process was started with 1" in old.tail()
        await at.rest()
        assert (await written(at))[0] == between
        assert await lodged(at, new, "QZ-4") == 202
        await at.rest()
        assert len((await written(at))[0][0]) == 3


@story
async def test_an_idle_older_process_ends_by_itself(tmp_path, kafka_bootstrap, postgres):
    """A role that has nothing to write finds the newer one where it looks for others' work."""
    async with site(tmp_path, kafka_bootstrap, postgres.create()) as at:
        old = await at.start("delivery-old")
        rename_a_recipient(at)
        await at.start("delivery-new")
        assert await old.ended() == 3
        assert "configuration 2 is in force" in old.tail()
