"""What is kept: today's schemas, ids given once, versions that all read each other."""

import itertools
from copy import deepcopy
from importlib.resources import files
from pathlib import Path

import pytest

from broker.model.kept import objections, owed, read, registry
from broker.model.subjects import subjects
from tests.model.test_compatibility import apache_reads

PARCEL = "toy.v1.Parcel"
TWO = read(Path(__file__).parent / "kept")


def parcel():
    """The newest kept parcel, to be changed."""
    return deepcopy(TWO.newest(PARCEL).schema)


def refusal(reader, writer, why):
    """The one sentence that refuses a third version."""
    return (f"{PARCEL}: who reads with version {reader} cannot read version {writer}: {why}",)


def test_the_newest_kept_schemas_are_todays_models():
    """A model that is changed without `make schemas` is seen here."""
    assert owed(registry(), subjects()) == ()
    assert objections(registry(), subjects()) == ()


def test_ids_are_given_once_and_versions_count_from_one():
    """The index and the files agree, and no version is missing."""
    known = registry()
    for subject, kept in known.by_subject.items():
        assert [one.version for one in kept] == list(range(1, len(kept) + 1))
        assert [one.id for one in kept] == sorted({one.id for one in kept})
        for one in kept:
            assert f"{one.schema['namespace']}.{one.schema['name']}" == subject
    named = {one.file for one in known.by_id.values()} | {"index.json"}
    assert {one.name for one in files("broker.model").joinpath("schemas").iterdir()} == named


@pytest.mark.parametrize("known", [registry(), TWO], ids=["ours", "two versions"])
def test_all_kept_versions_read_each_other(known):
    """FULL_TRANSITIVE, by Apache's own checker."""
    for kept in known.by_subject.values():
        for reader, writer in itertools.product(kept, repeat=2):
            assert apache_reads(reader.schema, writer.schema)


def test_what_is_unchanged_owes_nothing():
    """The newest version is today's: no new version, no objection."""
    assert owed(TWO, {PARCEL: parcel()}) == ()
    assert objections(TWO, {PARCEL: parcel()}) == ()


def test_a_compatible_change_is_the_next_version_with_a_new_id():
    """A new optional field follows both kept versions; its id is above all that were given."""
    today = parcel()
    today["fields"].append({"name": "colour", "type": ["null", "string"], "default": None})
    (new,) = owed(TWO, {PARCEL: today})
    assert (new.id, new.version, new.schema) == (8, 3, today)
    assert objections(TWO, {PARCEL: today}) == ()


def test_another_subject_begins_with_its_first_version():
    """A new type of payload breaks nobody."""
    other = {**parcel(), "name": "Bag"}
    (new,) = owed(TWO, {PARCEL: parcel(), "toy.v1.Bag": other})
    assert (new.id, new.subject, new.version) == (8, "toy.v1.Bag", 1)
    assert objections(TWO, {PARCEL: parcel(), "toy.v1.Bag": other}) == ()


def test_taking_away_what_has_no_default_is_refused():
    """Who reads with an older version waits for the field."""
    today = parcel()
    today["fields"] = [one for one in today["fields"] if one["name"] != "number"]
    assert objections(TWO, {PARCEL: today}) == refusal(
        1, 3, "number was not written and has no default"
    )


def test_demanding_what_was_never_written_is_refused():
    """A new field without default cannot be read from older records."""
    today = parcel()
    today["fields"].append({"name": "colour", "type": "string"})
    assert objections(TWO, {PARCEL: today}) == refusal(
        3, 1, "colour was not written and has no default"
    )


def test_another_type_is_refused_even_for_what_an_old_version_had():
    """A name that the first version used for a text does not come back as a number."""
    today = parcel()
    today["fields"].append({"name": "remark", "type": ["null", "long"], "default": None})
    assert objections(TWO, {PARCEL: today}) == refusal(
        3, 1, "remark was string and is read as null or long"
    )


def test_a_subject_is_never_given_up():
    """Renaming the class of a body would leave its readers behind."""
    assert objections(TWO, {}) == (
        "toy.v1.Parcel is kept and nothing is of its type any more; its readers wait for it",
    )
