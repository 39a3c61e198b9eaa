"""`make bench-cluster`: the road on one real Kafka and one real PostgreSQL, ratios first.

Figures are noisy on a shared machine: only the ratios within one run mean anything.
Usage: cluster_bench.py [road] [scale] [latency] [roles] [nodes]
SWB_BENCH_DECLARATIONS, SWB_BENCH_ROUNDS and SWB_BENCH_SECONDS shorten it.
"""

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from broker.settings import Settings
from tests.performance import cluster_road, cluster_wait
from tests.performance.cluster_road import lodged
from tests.performance.cluster_site import SENDERS, Servers
from tests.performance.figures import Figure, table
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

DECLARATIONS = int(os.environ.get("SWB_BENCH_DECLARATIONS", "600"))
ROUNDS = int(os.environ.get("SWB_BENCH_ROUNDS", "2"))
SECONDS = float(os.environ.get("SWB_BENCH_SECONDS", "10"))
EVERYTHING = ("road", "scale", "latency", "roles", "nodes")
STEADY_PER_S = 10.0
"""Declarations a second while something dies: few enough for what is left to bear."""


async def measured(servers: Servers, wanted: Collection[str]) -> AsyncIterator[Figure]:
    """The figures asked for."""
    if {"road", "scale", "latency"} & set(wanted):
        for one in await _roads(servers, wanted):
            yield one
    if "roles" in wanted:
        for one in await cluster_wait.roles_die(servers, STEADY_PER_S):
            yield one
    if "nodes" in wanted:
        for one in await cluster_wait.nodes_die(servers, STEADY_PER_S):
            yield one


async def _roads(servers: Servers, wanted: Collection[str]) -> list[Figure]:
    """What is measured with declarations of ten items; the road with one item before it."""
    told: list[Figure] = []
    rate = 0.0
    if "road" in wanted:
        async with lodged(servers, 1, DECLARATIONS) as single:
            told += (await cluster_road.road(servers, single, ROUNDS))[0]
    async with lodged(servers, 10, DECLARATIONS) as ten:
        if "road" in wanted:
            figures, rate = await cluster_road.road(servers, ten, ROUNDS)
            told += figures
        if "scale" in wanted:
            told += await cluster_road.scale(servers, ten, ROUNDS)
        if "latency" in wanted:
            rate = rate or ten.count / await cluster_road.whole(servers, ten, floor=False)
            told += await cluster_wait.beside(servers, ten, rate, SECONDS)
    return told


async def run(wanted: Collection[str]) -> str:
    """One run on servers of its own; the table, and what it was measured with."""
    with tempfile.TemporaryDirectory() as folder, Kafka(1) as kafka, Postgres() as postgres:
        servers = Servers(Path(folder), kafka, postgres)
        shown = table([one async for one in measured(servers, wanted)])
    return (
        f"{shown}\n\n{DECLARATIONS} declarations of {len(SENDERS)} senders, {ROUNDS} rounds, "
        f"{os.cpu_count()} processors for broker, servers and load; one Kafka node (three where "
        "nodes die), PostgreSQL with fsync; one process a role where nothing else is said, and "
        f"{Settings().workers} workers to each of translation"
    )


if __name__ == "__main__":
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # nodes die here, and it says so
    print(asyncio.run(run(sys.argv[1:] or EVERYTHING)))
