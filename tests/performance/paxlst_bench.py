"""(d) A list of 300 passengers: tokenizer beside `bytes.split`, translation beside pydifact."""

import logging
import warnings
from collections.abc import Iterator
from functools import partial

from figures import Figure, median
from paxlst_floor import nested, parsed
from translate_bench import ROOT, timed, translated

from adapters.wire.edifact import read as tokens
from broker.configuration import read
from broker.serve import steady

PASSENGERS, TIMES = 300, 10


def tokenized(payload: bytes) -> int:
    """Every segment of every message, cut, with the checks of the envelope."""
    return sum(len(message.segments) for message in tokens(payload).messages)


def figures(rounds: int) -> Iterator[Figure]:
    """Four in turns: split, tokenizer, translation, pydifact."""
    logging.disable(logging.INFO)
    warnings.filterwarnings("ignore", module="pydifact")  # of directories that it does not have
    configuration = read(ROOT / "config")
    steady()
    adapter = configuration.adapters["WCO/IATA/ICAO PAXLST"]
    profile = configuration.profile_of("paxlst-guide", adapter.format, "2026-01-01")
    compose = configuration.families["airline"].samples["passengers"]
    payload = compose(items=PASSENGERS, number=1, seed=1)
    text = payload.decode("ascii")
    runs = [
        (
            timed(partial(nested, payload), TIMES),
            timed(partial(tokenized, payload), TIMES),
            timed(partial(translated, adapter, payload, profile), TIMES),
            timed(partial(parsed, text), 2),
        )
        for _ in range(rounds)
    ]
    split, cut, ours, theirs = (median([run[one] for run in runs]) for one in range(4))
    yield Figure("PAXLST of 300, tokenizer beside bytes.split into nested lists",
                 median([run[1] / run[0] for run in runs]), "<= 2",
                 f"{cut * 1000:.2f} ms", f"{split * 1000:.2f} ms")  # fmt: skip
    yield Figure("PAXLST of 300, how often translation fits into pydifact's bare parse",
                 median([run[3] / run[2] for run in runs]), ">= 8",
                 f"{ours * 1000:.2f} ms", f"{theirs * 1000:.2f} ms")  # fmt: skip
