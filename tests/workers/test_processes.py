"""Worker processes: limits that hold from outside, and ends of every kind."""

import asyncio
import contextlib
import os
import signal
from dataclasses import replace

import psutil
import pytest

from broker.workers.frames import Begin, Frame, begin_frame, chunk_of
from broker.workers.links import Template
from broker.workers.pool import Limits, WorkerEnded, Workers
from tests.broker_in_process import story
from tests.hostile import tags_beside
from tests.limits import HANG_S, tries
from tests.workers.samples import headers_for, samples, usable_for
from tests.workers.test_frames import here, written
from tests.workers.test_pool import all_of

DECLARATION = samples()["customs declaration"]
COSTLY = tags_beside(1_000_000, 1)
"""Elements that no table has, many times: seconds of work in a few megabytes."""


def begun(payload, number=1):
    """The command to translate this as a declaration."""
    headers = headers_for(DECLARATION, number)
    return Begin(number, headers, payload, usable_for(headers), 0, 8_000_000)


@contextlib.asynccontextmanager
async def template(limits=None):
    """A template whose workers have these limits; it ends with the test."""
    made = Template(limits or Limits())
    try:
        yield made
    finally:
        made.close()


async def gone(*processes):
    """Wait until none of these is there."""
    for _ in tries("the processes have ended"):
        if not any(one.is_running() and one.status() != "zombie" for one in processes):
            break
        await asyncio.sleep(0.01)


@story
async def test_workers_translate_side_by_side_as_here():
    """Two processes make of many samples what is made in this one, in order."""
    async with template() as source:
        pool = Workers(source.start_worker, 2, Limits(bytes_min=0))
        serving = asyncio.create_task(pool.run())
        payloads = enumerate([*samples().values()] * 3, 1)
        wanted = [
            replace(begun(payload), headers=known, usable=usable_for(known))
            for known, payload in ((headers_for(one, at), one) for at, one in payloads)
        ]
        jobs = [pool.begin(one.headers, one.payload, one.usable, 0) for one in wanted]
        made = await asyncio.wait_for(asyncio.gather(*map(all_of, jobs)), HANG_S)
        assert [written(each) for each in made] == [written(here(one)) for one in wanted]
        serving.cancel()


@pytest.mark.parametrize(
    ("limits", "end"),
    [(Limits(cpu_s=0.3), "cpu"), (Limits(rss_bytes_max=110_000_000), "memory")],
)
@story
async def test_a_turn_that_reaches_a_limit_is_killed_and_the_next_worker_serves(limits, end):
    """The end names the limit; an ordinary declaration is served by the next one within it."""
    async with template(limits) as source:
        link = await source.start_worker()
        process = link._process
        with pytest.raises(WorkerEnded) as ended:
            await asyncio.wait_for(link.call(begin_frame(begun(COSTLY), with_usable=True)), HANG_S)
        assert ended.value.end == end
        await gone(process)
        fresh = await source.start_worker()
        begin = begun(DECLARATION, 2)
        answer = await fresh.call(begin_frame(begin, with_usable=True))
        chunk = chunk_of(answer, here(begin)[0].submission)
        assert [one.verdict for one in chunk.messages] == ["accepted"]
        await fresh.close()


@story
async def test_an_idle_worker_that_is_killed_is_noticed_at_the_next_call():
    """It ended by itself, as far as the broker knows; nothing waits for ever."""
    async with template() as source:
        link = await source.start_worker()
        os.kill(link._process.pid, signal.SIGKILL)
        await gone(link._process)
        with pytest.raises(WorkerEnded) as ended:
            await asyncio.wait_for(
                link.call(begin_frame(begun(DECLARATION), with_usable=True)), HANG_S
            )
        assert ended.value.end == "ended"
        link.drop(Frame({"do": "drop", "job": 1}))
        await link.close()


@story
async def test_a_template_that_ends_is_started_again():
    """Its workers go on meanwhile; the next worker comes from a new one."""
    async with template() as source:
        first = await source.start_worker()
        os.kill(source._process.pid, signal.SIGKILL)
        await gone(psutil.Process(source._process.pid))
        with contextlib.suppress(OSError, WorkerEnded):
            await source.start_worker()
        second = await asyncio.wait_for(source.start_worker(), HANG_S)
        for link in (first, second):
            await link.call(begin_frame(begun(DECLARATION), with_usable=True))
            await link.close()


@story
async def test_workers_end_with_the_broker_however_it_ends():
    """When the broker's end of the socket is gone, so are the template and all its workers."""
    source = Template(Limits())
    link = await source.start_worker()
    processes = [psutil.Process(source._process.pid), link._process]
    source._control.close()
    await gone(*processes)


@story
async def test_a_worker_has_nothing_of_the_brokers_surroundings(monkeypatch):
    """It reads the files of strangers: no secret of the environment is within its reach."""
    monkeypatch.setenv("SWB_KAFKA_PASSWORD", "a-secret")
    async with template() as source:
        link = await source.start_worker()
        assert "SWB_KAFKA_PASSWORD" not in link._process.environ()
        assert not [one for one in link._process.open_files() if one.path.endswith(".db")]
        await link.close()
