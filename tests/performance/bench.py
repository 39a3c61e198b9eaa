"""`make bench`: every figure of one run, ratios first; each floor is a short file of its own.

Figures are noisy on a shared machine: only the ratios within one run mean anything.
Usage: bench.py [intake] [road] [workers] [versions] [answers] [translate] [paxlst] [workbook]
[memory]; they are shorter with SWB_BENCH_SECONDS and SWB_BENCH_ROUNDS.
"""

import os
import sys
from collections.abc import Iterator

import answers_bench
import intake_bench
import memory_bench
import paxlst_bench
import road_bench
import translate_bench
import versions_bench
import workbook_bench
import workers_bench
from figures import Figure, table

SECONDS = float(os.environ.get("SWB_BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("SWB_BENCH_ROUNDS", "5"))


def measured(wanted: set[str]) -> Iterator[Figure]:
    """The figures asked for."""
    if "intake" in wanted:
        yield from intake_bench.figures(SECONDS, ROUNDS)
    if "road" in wanted:
        yield from road_bench.figures(ROUNDS)
    if "workers" in wanted:
        yield from workers_bench.figures(ROUNDS)
    if "versions" in wanted:
        yield from versions_bench.figures(ROUNDS)
    if "translate" in wanted:
        yield from translate_bench.figures(ROUNDS)
    if "paxlst" in wanted:
        yield from paxlst_bench.figures(ROUNDS)
    if "workbook" in wanted:
        yield from workbook_bench.figures(ROUNDS)
    if "answers" in wanted:
        yield from answers_bench.figures(ROUNDS)
    if "memory" in wanted:
        yield from memory_bench.figures(ROUNDS)


ALL = (
    "intake",
    "road",
    "workers",
    "versions",
    "answers",
    "translate",
    "paxlst",
    "workbook",
    "memory",
)

if __name__ == "__main__":
    print(table(measured(set(sys.argv[1:] or ALL))))
