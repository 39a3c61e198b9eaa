"""Workbook profiles: what the tables say is what the model knows."""

import csv
from pathlib import Path

import pytest

import adapters.maritime
from adapters.maritime.layout import heading, layout, names
from broker.model.packages import index

UK = layout("uk-nmsw")
TABLES = Path(adapters.maritime.__file__).parent / "workbooks"
PACKAGES = {
    "FAL1": ("conveyance-report", ""),
    "FAL5": ("persons-report", "BorderTransportMeans.Crew."),
}


@pytest.mark.parametrize("form", PACKAGES)
def test_every_row_fills_a_leaf_of_the_model(form):
    """Each canonical path exists in its package, and is a class only where it is a quantity."""
    package, above = PACKAGES[form]
    nodes = index(package)
    for field in (*UK.forms[form].fields, *UK.forms[form].constants):
        node = nodes[above + field.pattern]
        assert node.kind == ("measure" if field.how == "number" else node.kind)
        assert node.is_leaf or field.how == "number"


@pytest.mark.parametrize("form", PACKAGES)
def test_imo_numbers_are_those_of_the_model(form):
    """Where a row names the element of the IMO Compendium, the model names the same one."""
    package, above = PACKAGES[form]
    lines = (TABLES / f"uk-nmsw-{form.lower()}.csv").read_text("utf-8").splitlines()
    named = 0
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        pattern = above + row["canonical"].replace("[1]", "")
        if row["imo"] and not row["canonical"].startswith("BorderTransportMeans.Additional"):
            named += 1
            assert index(package)[pattern].element.imo == row["imo"], pattern
    assert named >= 5


@pytest.mark.parametrize("form", PACKAGES)
def test_cells_and_fields_stand_once(form):
    """No cell is read twice, and only date and time share a leaf."""
    fields = UK.forms[form].fields
    cells = [field.cell for field in fields]
    assert len(set(cells)) == len(cells)
    leaves = [field.steps for field in fields if field.how != "time"]
    assert len(set(leaves)) == len(leaves)
    assert all(field.labels for field in fields)


def test_choices_have_words_for_people():
    """Every drop-down that a field names exists, with its words."""
    used = {
        one.argument for form in UK.forms.values() for one in form.fields if one.how == "choice"
    }
    assert used == set(UK.choices) == set(UK.shown)


def test_letters_fold_as_published():
    """Accents go; letters that are no accent fold by the table of the state."""
    assert UK.folded("Ærø Łódź Straße Señor") == "Aro Lodz Strase Senor"
    assert UK.folded("O\u2019Neill") == "O'Neill"


def test_the_published_table_of_letters_is_kept(corpus):
    """Every letter of the sheet "Foreign characters" folds as it says, but for three slips."""
    from adapters.wire.xlsx import Workbook, read

    file = corpus / "maritime" / "uk-nmsw" / "fal5" / "fal5-invalidcharacters.xlsx"
    book = read(file.read_bytes(), {"Foreign characters"}.__contains__)
    assert isinstance(book, Workbook)
    rows = [row for row in book.sheets[0].rows[2:] if row[0]]
    other = {row[0]: row[1] for row in rows if UK.folded(str(row[0])) != row[1]}
    assert other == {"Ì": "L", "Î": "L", "Ï": "L"}
    assert len(rows) > 150


def test_headings_are_compared_without_case_space_and_accents():
    """What differs in looks only is the same heading."""
    assert heading(" Date  of\nBIRTH ") == heading("date of birth")


def test_sheets_are_known_by_name():
    """FAL 6 is known too, though it is not read; other sheets are not."""
    assert names() == ("uk-nmsw",)
    said = [UK.form_of(sheet) for sheet in ("FAL 1", "fal 5 ", "FAL 6", "LOCODES")]
    assert said == ["FAL1", "FAL5", "FAL6", None]
