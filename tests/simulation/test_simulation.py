"""The whole broker under faults, kills, pauses and repeats, in virtual time, by seed.

SWB_SIMULATION_SEEDS says how many seeds are run; SWB_SIMULATION_SEED runs one.
"""

import os
from functools import cache
from typing import Any

import pytest

from tests.simulation.world import SHORT, Told, simulate

SEEDS = 9
QUICK = 1
"""Seeds that `make test` runs; the others are long."""


def _seeds() -> list[Any]:
    one = os.environ.get("SWB_SIMULATION_SEED")
    if one is not None:
        return [int(one)]
    seeds = range(int(os.environ.get("SWB_SIMULATION_SEEDS", SEEDS)))
    return [pytest.param(seed, marks=pytest.mark.long if seed >= QUICK else ()) for seed in seeds]


@cache
def _told(seed: int) -> Told:
    return simulate(seed)


@pytest.mark.parametrize("seed", _seeds())
def test_every_promise_is_kept(seed):
    """Whatever fails, dies, sleeps or repeats: nothing is lost, doubled or out of order."""
    told = _told(seed)
    assert told.wrong == [], (
        f"{len(told.wrong)} broken promises; repeat with: "
        f"SWB_SIMULATION_SEED={seed} pytest tests/simulation/test_simulation.py"
    )


@pytest.mark.long
def test_a_seed_is_the_same_story_each_time():
    """The same seed gives the same requests, the same pages and the same rows."""
    first, second = (simulate(4711, SHORT) for _ in range(2))
    assert first.history == second.history
    assert first.readout == second.readout


@pytest.mark.long
def test_the_stories_are_eventful():
    """The seeds have kills, repeats on the log, every kind of end, and every family's."""
    told = [_told(seed) for seed in range(SEEDS)]
    ends = {(row["does"], row["outcome"]) for one in told for row in one.readout.of("outcomes")}
    wanted = {("put", "applied"), ("put", "repeated"), ("withdraw", "requested"),
              ("patch", "requested"), ("answer", "applied"), ("elapsed", "applied"),
              ("merge", "applied"), ("merge", "repeated"), ("patch", "applied"),
              ("close", "applied"), ("put", "declined")}  # fmt: skip
    assert wanted <= ends
    asked = {row["state"] for one in told for row in one.readout.of("requests")}
    assert {"granted", "refused"} <= asked
    assert all(one.world.kills > 5 and one.world.repeats > 5 for one in told)
    kinds = {row["kind"] for one in told for row in one.readout.of("dossiers")}
    assert kinds == {"declaration", "item", "flight", "visit"}
    parties = {
        (row["dossier"], row["party"])
        for one in told for row in one.readout.of("documents") if row["part"].startswith("FAL")
    }  # fmt: skip
    assert len(parties) > len({dossier for dossier, _ in parties}), "no visit had two declarants"
    verdicts = {row["verdict"] for one in told for row in one.readout.of("messages")}
    assert verdicts == {"accepted", "rejected"}
