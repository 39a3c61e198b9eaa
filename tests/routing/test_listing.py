"""View files: what the typed models take and refuse."""

import pytest
from pydantic import ValidationError

from broker.routing.listing import Listed, ViewFile


def read(*lines):
    """A view file of these lines."""
    raw = {"name": "v", "title": "a view", "package": "p", "paths": lines}
    return ViewFile.model_validate(raw)


def test_a_plain_line_passes_a_path():
    """A text is a path that passes as it is."""
    assert read("A.B").paths == (Listed(path="A.B", transform="pass"),)


def test_every_field_is_described():
    """Every field of a view file carries a description."""
    for model in (ViewFile, Listed):
        assert all(field.description for field in model.model_fields.values())


def test_a_view_without_lines_is_refused():
    """A view that shows nothing is a mistake."""
    with pytest.raises(ValidationError, match="paths"):
        read()


@pytest.mark.parametrize(
    "line",
    ["**", "A.*", "A.**.B", "A[1].B", "", {"path": "A", "transform": "hash"}, {"drop": ["A"]}],
)
def test_malformed_lines_are_refused(line):
    """Wildcards other than a closing `.**`, brackets and unknown transforms are refused."""
    with pytest.raises(ValidationError):
        read(line)
