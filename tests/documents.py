"""Documents and code, read for the tests that hold them to each other and to the rules."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (
    "README",
    "ARCHITECTURE",
    "REFERENCE",
    "STYLE",
    "CONTRIBUTING",
    "SECURITY",
    "CHANGELOG",
)


def document(name: str) -> str:
    """A document of the project."""
    return (ROOT / f"{name}.md").read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """What stands under a title, up to the next one that is as high or higher."""
    text = document(name)
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert found, f"{name}.md has no section {title!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The rows of all tables of a text, without heads; cells without their back-ticks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {number for number, line in enumerate(lines) if re.match(r"\|[ -]+\|", line)}
    heads = {number - 1 for number in rules}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if number not in rules | heads
    ]


def ticked(cell: str) -> list[str]:
    """What stands in back-ticks."""
    return re.findall(r"`([^`]+)`", cell)


def first(text: str) -> list[str]:
    """What the first cell of each row has in back-ticks."""
    return [name for row in rows(text) for name in ticked(row[0])]


@functools.cache
def parsed(path: Path) -> ast.Module:
    """A module's tree; many tests look at the same ones."""
    return ast.parse(path.read_text(encoding="utf-8"))


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """These modules, and every module below these folders."""
    for folder in folders:
        place = ROOT / folder
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield path, parsed(path)
