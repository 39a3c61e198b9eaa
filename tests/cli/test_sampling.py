"""`swb sample`: composed traffic of every family, valid or with a defect that is named."""

import pytest

from broker.cli.sampling import DEFECTS, ending_of
from broker.configuration import installed_families

FAMILIES = sorted(name for name, one in installed_families().items() if one.samples)
FLAWING = [name for name in FAMILIES if installed_families()[name].flawed]


def test_the_same_seed_gives_the_same_bytes(swb):
    """A sample is known by its numbers."""
    first = swb("sample", "customs", "--items", "2", "--seed", "5")
    again = swb("sample", "customs", "--items", "2", "--seed", "5")
    other = swb("sample", "customs", "--items", "2", "--seed", "6")
    assert first.exit_code == 0
    assert first.stdout == again.stdout != other.stdout
    assert first.stdout.startswith("<?xml")


def test_samples_of_goods_are_valid(swb, tmp_path):
    """Composed traffic is accepted as it is."""
    made = swb("sample", "customs", "--count", "3", "--out", tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert made.exit_code == 0
    assert [file.name for file in files] == [f"customs-1-0000{n}.xml" for n in (1, 2, 3)]
    assert swb("translate", *files).exit_code == 0


def test_several_samples_need_a_folder(swb):
    """Many submissions on one standard output would be none."""
    result = swb("sample", "customs", "--count", "2")
    assert result.exit_code == 2
    assert "--out" in result.stderr


@pytest.mark.parametrize(
    ("content_type", "ending"),
    [
        ("application/xml", "xml"),
        ("application/json", "json"),
        ("application/vnd.invented.sheet", "sheet"),
        ("application/invented+xml", "xml"),
        ("", "bin"),
    ],
)
def test_endings_come_from_media_types(content_type, ending):
    """A file is named after what it holds."""
    assert ending_of(content_type) == ending


@pytest.mark.parametrize("family", FAMILIES)
def test_samples_of_every_family_are_valid(swb, tmp_path, family):
    """Composed traffic is accepted as it is, each kind of message in its turn."""
    made = swb("sample", family, "--count", "4", "--items", "3", "--out", tmp_path / "out")
    assert made.exit_code == 0, made.stderr
    told = swb("translate", *sorted((tmp_path / "out").iterdir()))
    assert told.exit_code == 0, told.stdout


@pytest.mark.parametrize("family", FLAWING)
def test_a_share_of_defects_is_composed_and_named(swb, tmp_path, family):
    """Every second submission has one defect, which the file beside them says; it is found."""
    made = swb("sample", family, "--count", "8", "--defects", "0.5", "--items", "3",
               "--out", tmp_path / "out")  # fmt: skip
    assert made.exit_code == 0, made.stderr
    assert "4 of them with a defect" in made.stdout
    named = dict(
        line.split(": ", 1) for line in (tmp_path / "out" / DEFECTS).read_text().splitlines()
    )
    assert len(named) == 4
    for file in (tmp_path / "out").iterdir():
        if file.name == DEFECTS:
            continue
        told = swb("translate", file)
        flawed = " error " in told.stdout or " warning " in told.stdout
        assert flawed or file.name not in named, f"{named.get(file.name)}: {told.stdout}"


def test_the_help_names_families_and_their_kinds(swb):
    """Whoever asks sees all that can be composed, and nothing else."""
    said = " ".join(swb("sample", "--help").stdout.split())
    kinds = {name: ", ".join(installed_families()[name].samples) for name in FAMILIES}
    for name, names in kinds.items():
        assert f"{name}: {names}" in said
    assert "Compose traffic of FAMILY: customs, postal, airline or maritime." in said
    assert set(FAMILIES) == {"customs", "postal", "airline", "maritime"}


def test_what_was_composed_is_named(swb, tmp_path):
    """How many, which files, and how many files of before they replace."""
    out = tmp_path / "out"
    one = swb("sample", "maritime", "--kind", "fal1", "--out", out)
    assert one.stdout == f"1 submission in {out}: maritime-1-00001.xlsx\n"
    more = swb("sample", "maritime", "--count", "3", "--out", out)
    names = "maritime-1-00001.xlsx to maritime-1-00003.xlsx"
    assert more.stdout == f"3 submissions in {out}: {names}, replacing 1 file\n"


def test_defects_are_told_of_the_files_that_are_there(swb, tmp_path):
    """A file that is composed anew loses the defect it had; those of other files stay told."""
    out = tmp_path / "out"
    swb("sample", "postal", "--count", "3", "--defects", "1", "--out", out)
    swb("sample", "postal", "--count", "1", "--out", out)
    told = [line.partition(":")[0] for line in (out / DEFECTS).read_text().splitlines()]
    assert [name.partition(".")[0] for name in told] == ["postal-1-00002", "postal-1-00003"]


def test_a_kind_of_sample_that_is_not_there_is_told_with_those_that_are(swb):
    """The known ones are named."""
    result = swb("sample", "customs", "--kind", "manifest")
    assert result.exit_code == 2
    assert "declaration" in result.stderr


def test_a_family_that_composes_no_defects_says_so(swb):
    """Nobody is given valid traffic for broken."""
    result = swb("sample", "customs", "--defects", "0.5")
    assert result.exit_code == 2
    assert "no defects" in result.stderr
