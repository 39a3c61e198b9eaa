"""The house rules for everything that is no code: words, lock, folders, tool settings."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
