"""The demo, act by act: it starts `swb serve` on a fresh folder and plays everybody else."""

import sys
import tempfile
from pathlib import Path

from broker.demo import families, goods, requests
from broker.demo.stage import Stuck, broker_on, title


def main() -> int:
    """Play it; 0 if every step happened."""
    names = dict.fromkeys((goods.TRADER, *goods.AGENCIES, *families.NAMES))
    try:
        with tempfile.TemporaryDirectory(prefix="swb-demo-") as name:
            with broker_on(Path(name), list(names)) as stage:
                goods.good(stage)
                requests.amended(stage)
                requests.cancelled(stage)
                goods.broken(stage)
                families.post(stage)
                families.flight(stage)
                families.visit(stage)
            title("the broker has ended cleanly")
    except Stuck as stuck:
        sys.stdout.flush()
        sys.stderr.write(f"demo: {stuck}\n")
        return 1
    return 0
