"""`make fuzz`: any bytes to every adapter, with new seeds, for as many minutes as asked.

    python -m tests.fuzz.longer               # SWB_FUZZ_MINUTES, by default 10
    python -m tests.fuzz.longer '{"format": ...}'    # this case, once

What fails is made smaller, told with the command that repeats it, and kept in
tests/fuzz/regressions.yaml: as its seed and steps, never as bytes of the corpus. The same fault
is told once. SWB_FUZZ_SEED repeats a run.
"""

import json
import os
import secrets
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from types import FrameType

import yaml

from tests.fuzz.cases import KEPT, Case, case_of, drawn, kept
from tests.fuzz.promises import held, remembered
from tests.limits import HANG_S

MINUTES = float(os.environ.get("SWB_FUZZ_MINUTES", "10"))
SEED = int(os.environ.get("SWB_FUZZ_SEED") or secrets.randbelow(1_000_000))
SIZES = (4_000, 40_000, 40_000, 400_000)
"""Bytes of a payload at most: mostly small ones, of which there are more in a minute."""
MEASURED_EACH = 8
"""Memory is measured for one case of so many: that is slow."""

Fault = tuple[str, str]
"""What was raised, and where."""


def tell(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fault_of(case: Case, *, measured: bool = True) -> Fault | None:
    """What goes wrong with a case, if anything does."""
    signal.setitimer(signal.ITIMER_REAL, HANG_S)
    try:
        case.run(held)
        if measured:
            case.run(remembered)
    except Exception as error:  # noqa: BLE001 (whatever an adapter raises is what is looked for)
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = str(error).partition("\n")[0][:200] if isinstance(error, AssertionError) else ""
        return f"{type(error).__name__} {words}", f"{last.filename}:{last.lineno}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def smaller(case: Case, fault: Fault) -> Case:
    """The case with fewer steps, as long as it fails in the same place."""
    for at in range(len(case.steps) - 1, -1, -1):
        less = replace(case, steps=case.steps[:at] + case.steps[at + 1 :])
        found = fault_of(less)
        if found and found[1] == fault[1]:
            case = less
    return case


def keep(case: Case) -> None:
    """One more regression."""
    told = [one.told() for one in [*kept(), case]]
    head = "".join(line for line in KEPT.read_text("utf-8").splitlines(True) if line[0] == "#")
    KEPT.write_text(head + yaml.safe_dump(told, sort_keys=False, width=100), "utf-8")


def _hangs(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _cases(minutes: float) -> Iterator[tuple[int, Case]]:
    ends = time.monotonic() + minutes * 60
    number = 0
    while time.monotonic() < ends:
        random = Random(f"{SEED}/{number}")  # noqa: S311 (the same again by its seed)
        yield number, drawn(random, random.choice(SIZES))
        number += 1


def run(minutes: float) -> int:
    """Case after case until the time is up; an exit code."""
    tell(f"SWB_FUZZ_SEED={SEED}")
    known: set[Fault] = set()
    number = 0
    for number, case in _cases(minutes):
        fault = fault_of(case, measured=number % MEASURED_EACH == 0)
        if fault is None or (case.form, fault[1]) in known:
            continue
        known.add((case.form, fault[1]))
        least = smaller(case, fault)
        keep(least)
        tell(f"{case.form}: {fault[0]} at {fault[1]}")
        tell(f"again: {command(least)}")
    tell(f"{number + 1} cases, {len(known)} faults")
    return 1 if known else 0


def command(case: Case) -> str:
    """What repeats a case."""
    return f".venv/bin/python -m tests.fuzz.longer {shlex.quote(json.dumps(case.told()))}"


def main() -> int:
    """Fuzz, or repeat one case and let it raise."""
    signal.signal(signal.SIGALRM, _hangs)
    if not sys.argv[1:]:
        return run(MINUTES)
    case = case_of(json.loads(sys.argv[1]))
    case.run(held)
    case.run(remembered)
    tell("every promise is kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
