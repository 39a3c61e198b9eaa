"""Keeping schemas: what is written, and that a refusal writes nothing."""

import shutil
from copy import deepcopy
from pathlib import Path

import pytest

from broker.delivery.schemas import keep
from broker.model.kept import read

PARCEL = "toy.v1.Parcel"
KEPT = Path(__file__).parent.parent / "model" / "kept"


@pytest.fixture
def folder(tmp_path):
    """A folder with two kept versions of one subject."""
    return Path(shutil.copytree(KEPT, tmp_path / "kept"))


def contents(folder):
    """Every file of the folder with its bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def with_field(folder, **field):
    """The newest kept schema with one more field."""
    schema = deepcopy(read(folder).newest(PARCEL).schema)
    schema["fields"].append({"name": "colour", **field})
    return {PARCEL: schema}


def test_unchanged_models_write_nothing(folder):
    """Running it again is always safe."""
    before = contents(folder)
    today = {PARCEL: read(folder).newest(PARCEL).schema}
    assert keep(folder, today) == (0, "every schema is kept as the models are")
    assert contents(folder) == before


def test_a_compatible_change_is_kept_beside_the_others(folder):
    """The new version has its file and its row; those before are as they were."""
    before = contents(folder)
    today = with_field(folder, type=["null", "string"], default=None)
    assert keep(folder, today) == (0, "toy.v1.Parcel version 3 is kept with id 8")
    known = read(folder)
    assert [(one.id, one.version) for one in known.by_subject[PARCEL]] == [(4, 1), (7, 2), (8, 3)]
    assert known.newest(PARCEL).schema == today[PARCEL]
    for name in ("toy.v1.Parcel.1.avsc", "toy.v1.Parcel.2.avsc"):
        assert (folder / name).read_bytes() == before[name]


def test_a_breaking_change_is_refused_and_nothing_is_written(folder):
    """Not even another subject that would have been kept."""
    before = contents(folder)
    broken = with_field(folder, type="string")
    status, said = keep(folder, {**broken, "toy.v1.Bag": {**broken[PARCEL], "name": "Bag"}})
    assert status == 1
    assert said == (
        "refused: toy.v1.Parcel: who reads with version 3 cannot read version 1: "
        "colour was not written and has no default"
    )
    assert contents(folder) == before


def test_the_first_version_of_all_begins_at_one(tmp_path):
    """An empty index gives the id 1."""
    (tmp_path / "index.json").write_text("[]")
    bag = {"type": "record", "name": "Bag", "namespace": "toy.v1", "fields": []}
    assert keep(tmp_path, {"toy.v1.Bag": bag}) == (0, "toy.v1.Bag version 1 is kept with id 1")
