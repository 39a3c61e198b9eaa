"""(e) A crew list of 30 as a workbook: reading and translation beside two readers' bare reads."""

from collections.abc import Iterator
from functools import partial

from figures import Figure, median
from translate_bench import ROOT, timed, translated
from workbook_floor import by_calamine, by_openpyxl

from adapters.wire.xlsx import Workbook
from adapters.wire.xlsx import read as sheets
from broker.configuration import read
from broker.serve import steady

CREW, TIMES = 30, 10


def cells(payload: bytes) -> int:
    """Every sheet as the adapters get it: the zip judged, bounds held, values read."""
    book = sheets(payload)
    assert isinstance(book, Workbook)
    return sum(len(sheet.rows) for sheet in book.sheets)


def figures(rounds: int) -> Iterator[Figure]:
    """Four in turns: calamine, our reading, our translation, openpyxl."""
    configuration = read(ROOT / "config")
    steady()
    adapter = configuration.adapters["UK NMSW FAL 5"]
    profile = configuration.profile_of("uk-nmsw-fal5", adapter.format, "2026-01-01")
    compose = configuration.families["maritime"].samples["fal5"]
    payload = compose(items=CREW, number=1, seed=1)
    runs = [
        (
            timed(partial(by_calamine, payload), TIMES),
            timed(partial(cells, payload), TIMES),
            timed(partial(translated, adapter, payload, profile), TIMES),
            timed(partial(by_openpyxl, payload), TIMES),
        )
        for _ in range(rounds)
    ]
    bare, reading, whole, other = (median([run[one] for run in runs]) for one in range(4))
    rows = (("read", 1, reading, 0, bare, "calamine's", "<= 4"),
            ("read", 1, reading, 3, other, "openpyxl's read-only", "<= 0.33"),
            ("translate", 2, whole, 0, bare, "calamine's", "-"),
            ("translate", 2, whole, 3, other, "openpyxl's read-only", "-"))  # fmt: skip
    for what, one, ours, beside, floor, whose, aim in rows:
        ratio = median([run[one] / run[beside] for run in runs])
        yield Figure(f"{what} a FAL 5 of 30, beside {whose} read", ratio, aim,
                     f"{ours * 1000:.2f} ms", f"{floor * 1000:.2f} ms")  # fmt: skip
