"""The house rules for everything beside the code: tests, words, lock, folders, settings."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.documents import parsed

ROOT = Path(__file__).resolve().parent.parent
TESTS = sorted(ROOT.glob("tests/**/*.py"))


def test_every_test_says_in_a_sentence_what_it_proves():
    """A test's docstring is one sentence that states the fact."""
    silent = []
    for path in TESTS:
        for function in ast.walk(parsed(path)):
            named = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            if named and function.name.startswith("test_"):
                text = (ast.get_docstring(function) or "").strip()
                if not text or not text.split("\n\n")[0].rstrip().endswith("."):
                    silent.append(
                        f"{path.relative_to(ROOT).as_posix()}:{function.lineno} {function.name}"
                    )
    assert silent == []


def test_tests_mirror_the_tree():
    """A test of a module stands where the module stands, with its name."""
    free = {"conformance", "simulation", "end_to_end", "performance", "corpus", "fuzz",
            "servers", "cluster", "promises"}  # fmt: skip
    wrong = []
    for path in TESTS:
        parts = path.relative_to(ROOT / "tests").parts
        if not path.name.startswith("test_") or len(parts) < 2 or parts[0] in free:
            continue
        place = Path(*parts[:-1])
        roots = [ROOT / "broker" / place, ROOT / place]
        if not any(root.is_dir() for root in roots) and not any(
            root.with_suffix(".py").is_file() for root in roots
        ):
            wrong.append(path.relative_to(ROOT).as_posix())
    assert wrong == []


def test_the_project_speaks_of_the_project_alone():
    """No unfinished word, no machine's path, no package host anywhere."""
    banned = re.compile(
        r"\b(TO"
        r"DO|FIX"
        r"ME|HA"
        r"CK|XX"
        r"X)\b|(?<![\w./])/(wo"
        r"rk|ro"
        r"ot|fa"
        r"rm)/|"
        r"files\.pythonhosted|pypi\.org|registry\.npmjs|repo1\.maven"
    )
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    wrong = []
    for name in listed:
        path = ROOT / name
        if not name or not path.is_file() or name == "LICENSE":
            continue
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            if banned.search(line):
                wrong.append(f"{name}:{number}")
    assert wrong == []


def test_the_lock_names_hashes_and_no_addresses():
    """Every locked package has hashes, and no line says where to download it."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in pinned)
    assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)
    assert not [line for line in lines if "://" in line or "--index" in line or "--find" in line]


def test_the_top_level_holds_only_what_it_may():
    """No other folders than broker, adapters, config, tests and .ci."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    folders = {name.split("/")[0] for name in listed if "/" in name}
    assert folders <= {"broker", "adapters", "config", "tests", ".ci"}


@pytest.mark.parametrize("rule", ["ignore", "select"])
def test_every_switched_off_check_has_its_reason(rule: str):
    """Each ignored rule of the linter stands beside its reason."""
    text = (ROOT / "pyproject.toml").read_text()
    settings = tomllib.loads(text)["tool"]["ruff"]["lint"]
    assert settings["select"] == ["ALL"]
    for code in settings[rule] if rule == "ignore" else []:
        line = next(line for line in text.splitlines() if json.dumps(code) in line)
        assert "#" in line, code
