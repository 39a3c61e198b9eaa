"""(c) Translation of 1, 10, 100 and 999 items beside the parse and a bare walk; peak memory."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from figures import Figure, median
from translate_floor import parsed, walked

from broker.adapter import Adapter, Profile
from broker.configuration import read

ROOT = Path(__file__).parent.parent.parent
SIZES = (1, 10, 100, 999)


def ready() -> tuple[Adapter, Profile, Callable[[int], bytes]]:
    """The adapter, its profile as in force today, and sample bytes by their number of items."""
    configuration = read(ROOT / "config")
    profile = configuration.profile_of("uk-cds", "UK CDS WCO-DEC 3.6", "2026-01-01")
    compose = configuration.families["customs"].samples["declaration"]
    adapter = configuration.adapters["UK CDS WCO-DEC 3.6"]
    return adapter, profile, lambda items: compose(items=items, number=1, seed=1)


def translated(adapter: Adapter, payload: bytes, profile: Profile) -> int:
    """Everything translation gives, iterated to the end."""
    count = 0
    for message in adapter.translate(payload, profile).messages:
        assert message.verdict == "accepted"
        count += sum(len(draft.body) for draft in message.events)
    return count


def timed(call: Callable[[], Any], times: int) -> float:
    """Seconds for one call, over so many."""
    began = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - began) / times


def figures(rounds: int) -> Iterator[Figure]:
    """Each size in turns: walk, translation, parse."""
    adapter, profile, sample = ready()
    for items in SIZES:
        payload = sample(items)
        times = max(1, 400 // items)
        runs = [
            (
                timed(partial(walked, payload), times),
                timed(partial(translated, adapter, payload, profile), times),
                timed(partial(parsed, payload), times),
            )
            for _ in range(rounds)
        ]
        walk, ours, parse = (median([run[one] for run in runs]) for one in range(3))
        ratio = median([run[1] / run[0] for run in runs])
        yield Figure(f"translate {items} items, beside a bare walk", ratio, "<= 1.5",
                     f"{ours * 1000:.2f} ms", f"{walk * 1000:.2f} ms")  # fmt: skip
        yield Figure(f"translate {items} items, beside fromstring", ours / parse, "-",
                     f"{ours * 1000:.2f} ms", f"{parse * 1000:.2f} ms")  # fmt: skip
        peak, size = memory(items), len(payload) / 1e6
        yield Figure(f"peak memory of {items} items, over the bytes", peak / size, "-",
                     f"{peak:.1f} MB", f"{size:.3f} MB of bytes")  # fmt: skip


def memory(items: int) -> float:
    """Peak resident memory over idle, in MB, of one translation in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(items)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def resident(line: str, pid: int | str = "self") -> int:
    """A line of a process's memory, in kB."""
    found = Path(f"/proc/{pid}/status").read_text().split(f"{line}:")[1]
    return int(found.split()[0])


if __name__ == "__main__":
    its_adapter, its_profile, its_sample = ready()
    translated(its_adapter, its_sample(1), its_profile)
    its_payload = its_sample(int(sys.argv[1]))
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    idle = resident("VmRSS")
    translated(its_adapter, its_payload, its_profile)
    print((resident("VmHWM") - idle) / 1024)
