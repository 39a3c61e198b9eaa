"""`make soak`: the fault stories by growing seed, for as many minutes as asked.

    python -m tests.cluster.soak              # SWB_SOAK_MINUTES, by default 60
    python -m tests.cluster.soak kills 17     # this story with this seed, once

One line a story: its name, its seed and its figures. A broken promise ends it with the promises,
the command that repeats the story, and the folder with what every process logged.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.cluster import stories
from tests.cluster.load import Told
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

MINUTES = float(os.environ.get("SWB_SOAK_MINUTES", "60"))
SEED = int(os.environ.get("SWB_CLUSTER_SEED", "1"))

Tell = Callable[[Path, int], Told]


def tell(line: str) -> None:
    """One line, at once: whoever waits an hour wants to see it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _stories(postgres: Postgres) -> dict[str, Tell]:
    """Every story by name, each on a Kafka of its own."""

    def on(nodes: int, run: Callable[[Path, Kafka, int], Told]) -> Tell:
        def told(folder: Path, seed: int) -> Told:
            with Kafka(nodes) as kafka:
                return run(folder, kafka, seed)

        return told

    def each(name: str, rounds: int) -> Tell:
        play = getattr(stories, name)
        return on(
            1, lambda at, k, seed: asyncio.run(
                play(at, k.bootstrap, postgres.create(), seed, rounds)
            ),
        )  # fmt: skip

    return {
        "kills": each("kills", 3),
        "sleepers": each("sleepers", 8),
        "believers": each("believers", 20),
        "nodes": on(
            3, lambda at, k, seed: asyncio.run(stories.nodes(at, k, postgres.create(), seed, 1))
        ),
        "connections": on(
            1, lambda at, k, seed: asyncio.run(
                stories.connections(at, k.bootstrap, postgres, seed, 3)
            ),
        ),
        "outage": on(
            1, lambda at, k, seed: asyncio.run(stories.outage(at, k, postgres.create(), seed, 2))
        ),
    }  # fmt: skip


def soak(names: list[str], seeds: range, minutes: float) -> int:
    """Story after story, seed after seed, until the time is up; an exit code."""
    ends = time.monotonic() + minutes * 60
    with Postgres() as postgres:
        known = _stories(postgres)
        for seed in seeds:
            for name in names or known:
                if time.monotonic() > ends:
                    return 0
                if not _well(name, seed, known[name]):
                    return 1
    return 0


def _well(name: str, seed: int, story: Tell) -> bool:
    """Whether every promise was kept; what the processes logged stays if not."""
    folder = Path(tempfile.mkdtemp(prefix="single-window-soak-"))
    tell(f"{name} {seed}: begins, logs in {folder}")
    try:
        told = story(folder, seed)
    except* AssertionError as several:
        told = Told([str(one) for one in _leaves(several)], 0, "not to its end")
    tell(f"{name} {seed}: {told.figures}")
    if not told.wrong:
        shutil.rmtree(folder)
        return True
    for one in told.wrong:
        tell(f"  {one}")
    tell(f"again: .venv/bin/python -m tests.cluster.soak {name} {seed}")
    return False


def _leaves(several: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """The exceptions themselves, out of groups in groups."""
    for one in several.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        else:
            yield one


def main() -> int:
    """Soak, or repeat one story."""
    given = sys.argv[1:]
    if given:
        return soak(given[:1], range(int(given[1]), int(given[1]) + 1), 60.0)
    return soak([], range(SEED, sys.maxsize), MINUTES)


if __name__ == "__main__":
    sys.exit(main())
