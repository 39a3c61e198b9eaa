"""A case: an adapter, a profile, a seed, and what was done to it. It can be told, and run again.

{"format": "...", "profile": "...", "seed": "sample postal items 2 1",
 "steps": [["flip", 812, 3, -1]]}
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from broker.adapter import Adapter, Profile
from tests.fuzz.mutations import NAMES, WHOLE, Step, changed
from tests.fuzz.seeds import CORPUS, adapters, configuration, payload_of, seeds_of

KEPT = Path(__file__).parent / "regressions.yaml"
ON = "2026-01-01"
SIZE_MAX = 40_000
"""Bytes of a mutated payload in a short run."""

Promise = Callable[[Adapter, Profile, bytes], None]


@dataclass(frozen=True, slots=True)
class Case:
    """What is given to which adapter; `profile` "" has no demands and no settings."""

    form: str
    profile: str
    seed: str
    steps: tuple[Step, ...] = ()
    size_max: int = SIZE_MAX

    @property
    def payload(self) -> bytes:
        """The bytes."""
        return changed(payload_of(self.seed), self.steps, self.size_max)

    @property
    def here(self) -> bool:
        """Whether its seed can be had."""
        how, _, name = self.seed.partition(" ")
        return how != "corpus" or (CORPUS / name).is_file()

    def run(self, promise: Promise) -> None:
        """Hold a promise to it."""
        profile = configuration().profile_of(self.profile, self.form, ON)
        promise(adapters()[self.form], profile, self.payload)

    def told(self) -> dict[str, Any]:
        """The case as it is kept."""
        steps = [list(step) for step in self.steps]
        return {"format": self.form, "profile": self.profile, "seed": self.seed, "steps": steps,
                "size_max": self.size_max}  # fmt: skip


def case_of(told: dict[str, Any]) -> Case:
    """The case that was told."""
    steps = tuple(Step(*step) for step in told["steps"])
    return Case(told["format"], told["profile"], told["seed"], steps, told["size_max"])


def kept() -> list[Case]:
    """Every case that failed once."""
    return [case_of(one) for one in yaml.safe_load(KEPT.read_text("utf-8")) or ()]


@cache
def profiles_of(form: str) -> tuple[str, ...]:
    """The shipped profiles of a format, and none."""
    return (*(one.name for one in configuration().profiles.values() if one.format == form), "")


def drawn(random: Random, size_max: int) -> Case:
    """A case by chance: mostly a seed with a few steps, sometimes bytes out of nothing."""
    form = random.choice(sorted(adapters()))
    profiles = profiles_of(form)
    profile = profiles[0] if random.random() < 0.9 else profiles[-1]
    if random.random() < 0.05:
        seed = f"bytes {random.randbytes(random.randrange(400)).hex()}"
    else:
        seed = random.choice(seeds_of(form, size_max))
    count = random.choice((1, 1, 2, 3, 5, 9))
    return Case(form, profile, seed, tuple(_step(random) for _ in range(count)), size_max)


def _step(random: Random) -> Step:
    part = random.randrange(8) if random.random() < 0.8 else -1
    return Step(random.choice(NAMES), random.randrange(WHOLE), random.randrange(256), part)
