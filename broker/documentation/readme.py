"""`python -m broker.documentation.readme`: writes the table of deliveries into README.md.

The table stands between its two marks; a test holds it to the types that are installed.
"""

import sys
from pathlib import Path

from broker.configuration import installed_families
from broker.documentation.types import rows

README = Path(__file__).resolve().parent.parent.parent / "README.md"
BEGIN, END = "<!-- deliveries: make deliveries -->\n", "<!-- /deliveries -->\n"


def written(text: str) -> str:
    """The text with the table of today between the marks. ValueError: a mark is missing."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"README.md has no {BEGIN.strip()} ... {END.strip()}")
    kinds = [kind.name for family in installed_families().values() for kind in family.kinds]
    return "".join((before, BEGIN, "\n".join(rows(kinds)), "\n", END, after))


def main() -> int:
    """Write the table of this checkout."""
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
