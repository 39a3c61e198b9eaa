"""`python -m broker.delivery.schemas`: keep a new version of each schema that the models changed.

Unchanged models write nothing. A change that breaks readers of any kept version, in either
direction, is refused with the reason, and then nothing at all is written.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from broker.model.kept import objections, owed, read
from broker.model.subjects import Schema, subjects

FOLDER = Path(__file__).resolve().parent.parent / "model" / "schemas"


def keep(folder: Path, today: Mapping[str, Schema]) -> tuple[int, str]:
    """Write what is owed; an exit status, and what to say of it, a line for each subject."""
    known = read(folder)
    if wrong := objections(known, today):
        return 1, "\n".join(f"refused: {sentence}" for sentence in wrong)
    new = owed(known, today)
    for one in new:
        (folder / one.file).write_bytes(_json(one.schema))
    if new:
        rows = [
            {"id": one.id, "subject": one.subject, "version": one.version}
            for one in sorted((*known.by_id.values(), *new), key=lambda one: one.id)
        ]
        (folder / "index.json").write_bytes(_json(rows))
    said = [f"{one.subject} version {one.version} is kept with id {one.id}" for one in new]
    return 0, "\n".join(said) or "every schema is kept as the models are"


def _json(content: object) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main() -> int:
    """Keep the schemas of this checkout."""
    status, said = keep(FOLDER, subjects())
    (sys.stderr if status else sys.stdout).write(f"{said}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
