"""Time limits in tests bound hanging, at any load, and nothing else."""

import ast
import tomllib
from collections.abc import Iterator

import pytest

from tests import limits
from tests.documents import ROOT, trees
from tests.limits import HANG_S, Hung, tries

MEASURING = {
    "tests/limits.py",
    "tests/broker_in_process.py",  # the broker's own clock
    "tests/cluster/load.py",  # figures, shown and not judged
    "tests/cluster/soak.py",  # it lasts as long as it is asked to
    "tests/fuzz/longer.py",  # the same
}
WAITS = {"timeout", "wait_for", "wait", "join", "communicate"}
CLOCKS = {"monotonic", "perf_counter", "perf_counter_ns", "monotonic_ns"}


def limits_of(tree: ast.AST) -> Iterator[ast.expr]:
    """The time limits that are given to a wait."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from node.args if name in WAITS else ()
            yield from (one.value for one in node.keywords if one.arg in {
                "timeout", "timeout_s", "connect_timeout", "deadline",
            })  # fmt: skip


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Every file of the tests but the benches, which measure."""
    for path, tree in trees("tests"):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("tests/performance/"):
            yield name, tree


def test_no_wait_has_a_limit_of_its_own():
    """Whoever waits in a test gives `HANG_S`: a number of seconds holds on one machine only."""
    own = [
        f"{name}:{limit.lineno}"
        for name, tree in sources()
        for limit in limits_of(tree)
        if isinstance(limit, ast.Constant) and isinstance(limit.value, int | float)
    ]
    assert own == []


def test_no_test_reads_a_clock():
    """What takes how long is measured by the benches, and asserted nowhere."""
    reading = [
        f"{name}:{node.lineno}"
        for name, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in CLOCKS)
        or (isinstance(node, ast.ImportFrom) and CLOCKS & {one.name for one in node.names})
        if name not in MEASURING
    ]
    assert reading == []


def test_a_whole_test_may_wait_more_than_once():
    """Pytest ends a test long after its own waits would have told what they wait for."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]
    assert settings["ini_options"]["timeout"] >= 5 * HANG_S


def test_what_never_comes_true_ends_with_a_sentence(monkeypatch):
    """The failure names what was waited for, and for how long."""
    monkeypatch.setattr(limits, "HANG_S", 0.01)
    with pytest.raises(Hung, match=r"for 0.01 s it was not true that pigs fly"):
        for _ in tries("pigs fly"):
            pass
