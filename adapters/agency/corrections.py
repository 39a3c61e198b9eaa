"""The changes of an agency's own correction, as `adapters.changes` reads them.

The sparse document stands in the answer under the name of its package (`AMENDED`). What is wrong
with a change is a problem of the answer.
"""

from typing import Any

from adapters.agency.reading import Reader
from adapters.changes import read_changes
from broker.adapter import Tree
from broker.model.answer import AMENDED
from broker.model.dossier import Change
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import cut

_CODES = {
    "value-missing": "value.missing",
    "value-malformed": "value.malformed",
    "value-too-long": "value.too-long",
    "field-unknown": "element.unknown",
}


def read_correction(reader: Reader, value: Any, package: str) -> tuple[tuple[Change, ...], Tree]:
    """The changes, and the sparse document with their values; what is wrong is noted."""
    read, name = read_changes(value, package), AMENDED[package]
    for wrong in read.wrong:
        path = f"{name}.{wrong.path}" if wrong.path else name
        reader.note(
            _CODES[wrong.what], wrong.text, wrong.pointer, path=path,
            found=wrong.found and cut(wrong.found),
            found_class=data_class(package, pattern_of(wrong.path)) if wrong.path else "public",
            expected=wrong.expected, hint=wrong.hint,
        )  # fmt: skip
    for path, pointer in read.places:
        reader.put(f"{name}.{path}", "", pointer)
    return read.changes, read.tree
