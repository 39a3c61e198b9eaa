"""The types of deliveries: what README.md lists is what is installed."""

import pytest

from broker.configuration import installed_families
from broker.documentation.readme import BEGIN, END, README, written
from broker.documentation.types import delivery_types, rows
from broker.model.packages import PACKAGES
from broker.model.subjects import NOT_DOCUMENTS
from tests.documents import document


def test_the_readme_lists_the_types_that_are_installed():
    """Its table is the one that `make deliveries` writes."""
    assert written(document("README")) == document("README")
    assert README.read_text(encoding="utf-8") == document("README")


def test_a_table_that_is_out_of_date_is_written_anew():
    """What stands between the marks is replaced, and nothing else."""
    old = f"before\n{BEGIN}| nothing |\n{END}after\n"
    new = written(old)
    assert new.startswith(f"before\n{BEGIN}| type |")
    assert new.endswith(f"{END}after\n")
    assert written(new) == new


@pytest.mark.parametrize("text", ["", BEGIN, END])
def test_a_readme_without_its_marks_is_not_written(text):
    """The table is not put anywhere else."""
    with pytest.raises(ValueError, match="has no"):
        written(text)


def test_every_package_and_every_kind_has_its_types():
    """Documents are named by their package, notices and requests by the kind of their dossier."""
    kinds = [kind.name for family in installed_families().values() for kind in family.kinds]
    names = {name for one in delivery_types(kinds) for name in one.names}
    assert {f"{one}.new" for one in PACKAGES if one not in NOT_DOCUMENTS} <= names
    for kind in kinds:
        assert {f"{kind}.withdrawn", f"{kind}.ended", f"{kind}.request-taken-back"} <= names
    assert not [name for name in names if name.startswith(("board.new", "answer.new"))]
    assert "`parcel.withdrawn`" in "\n".join(rows([*kinds, "parcel"]))
