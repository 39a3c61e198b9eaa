"""REFERENCE.md: what is generated from the code, so that it cannot differ from it.

Usage: python -m tests.documentation.reference, or `make reference`.
"""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from tests.documents import ROOT

TARGET = ROOT / "REFERENCE.md"
_HEAD = """# Reference

Written by `make reference` from the code; do not edit it by hand.

## Problem codes

A problem says where in the sender's own file, what was found, what was expected and what to do;
these tables say what each code is for. An error rejects its message, or leaves out the element that
it is about; a warning never does either. The severity is the usual one: a profile may give another
(`severities`, or `severity` of a demand).
"""


class Code(NamedTuple):
    """A problem code as a file `codes.csv` declares it."""

    code: str
    section: str
    usual: str
    means: str
    do: str


def declared() -> list[Code]:
    """Every code, in the order of its files: what all may give, the syntaxes, then the families."""
    files = sorted(
        (*ROOT.glob("broker/*/codes.csv"), *ROOT.glob("adapters/*/codes.csv")),
        key=lambda file: (file.parent.parent.name != "broker", file.parent.name != "wire", file),
    )
    return [Code(**row) for file in files for row in csv.DictReader(file.open(encoding="utf-8"))]


def written() -> str:
    """The whole document."""
    return "\n".join((_HEAD.rstrip(), *_tables(declared()), ""))


def _tables(codes: list[Code]) -> Iterator[str]:
    for section in dict.fromkeys(one.section for one in codes):
        yield f"\n### {section}\n"
        yield "| code | usually | means | what to do |"
        yield "| --- | --- | --- | --- |"
        for one in codes:
            if one.section == section:
                yield f"| `{one.code}` | {one.usual} | {one.means} | {one.do} |"


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
