"""Wrong views, alone and for the rows that use them."""

import pytest

from broker.routing.check import check

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
KEY = f"{ITEMS}.SequenceNumeric"
PURPOSES = {"purposes": {"phytosanitary-control": "keep pests out"}}


@pytest.fixture
def told(row, file, known):
    """The findings for a view with these lines and a row that uses it, as text."""

    def run(*paths, spans=(), row=row(), **more):  # noqa: B008  a value like any other
        view = {
            "name": "plant-health-items",
            "title": "plants",
            "package": "goods-declaration",
            "paths": list(paths),
            "spans": list(spans),
            **more,
        }
        routes = {"f.yaml": file(row), "purposes.yaml": PURPOSES}
        return [str(finding) for finding in check(routes, {"v.yaml": view}, known).findings]

    return run


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Declarnt.Name"], "v.yaml: paths[1]: unknown path 'Declarnt.Name'; near it: Declarant"),
        (["Declarant"], "'Declarant' is a class: list its leaves, or 'Declarant.**'"),
        (["TypeCode.**"], "'TypeCode' is no class: list it without '.**'"),
        ([{"path": "TypeCode", "drop": ["ID"]}], "'drop' belongs to a subtree"),
        ([{"path": "Declarant.**", "drop": ["Age"]}], "unknown path 'Age' to drop"),
        (["TypeCode", "TypeCode"], "list the same thing twice"),
        (["Declarant.**", "Declarant.Name"], "list the same thing twice"),
        (["Declarant.Address.Line", "Declarant.**"], "list the same thing twice"),
    ],
)
def test_wrong_lines_are_told(told, lines, text):
    """A line must name a leaf or a subtree of the package, once."""
    assert any(text in found for found in told(KEY, *lines))


def test_sound_lines_are_not_told(told):
    """Leaves, pairs, subtrees with drops and totals under spans are sound."""
    lines = [
        KEY,
        "TypeCode",
        f"{ITEMS}.CustomsValueAmount",
        {"path": "Declarant.**", "drop": ["Contact", "Address.Line"]},
        "TotalPackageQuantity",
    ]
    assert told(*lines, spans=["TotalPackageQuantity"]) == []


def test_a_view_of_an_unknown_package_is_told(told):
    """The packages there are are named."""
    texts = told(KEY, package="manifest")
    expected = "v.yaml: package: unknown package 'manifest'; known: answer, board"
    assert any(text.startswith(expected) for text in texts)
    assert any("is made for 'manifest', the row for 'goods-declaration'" in text for text in texts)


def test_a_span_that_is_not_listed_is_told(told):
    """A total that no line lists is withheld already; one inside a subtree must stand alone."""
    (text,) = told(KEY, spans=["TotalPackageQuantity"])
    assert "v.yaml: spans[0]: 'TotalPackageQuantity' is not a listed path" in text


@pytest.mark.parametrize(
    "line",
    [
        "TotalGrossMassMeasure",
        "InvoiceAmount",
        "GoodsItemQuantity.value",
        "GoodsShipment.CustomsValuation.**",
    ],
)
def test_totals_beside_a_cut_list_are_told(told, row, line):
    """A total above the list must be under spans; for whole documents it may stand."""
    assert any("shows the total" in text for text in told(KEY, line))
    assert told(KEY, line, row=row(each=None, when={"ID": {"present": True}})) == []


def test_a_view_that_withholds_the_key_of_its_elements_is_told(told):
    """An answer must be able to name the item."""
    (text,) = told("TypeCode")
    assert f"withholds its key {KEY!r}" in text


def test_personal_values_for_a_recipient_that_may_see_none_are_told(told, row):
    """Directly or in a subtree, with the pattern and its class; transformed ones may be shown."""
    statistics = row(recipient="statistics")
    (text,) = told(KEY, "Declarant.Name", row=statistics)
    assert "shows 'Declarant.Name', which is personal, to 'statistics'" in text
    assert told(KEY, "Declarant.**", row=statistics)
    assert told(KEY, {"path": "Declarant.Name", "transform": "mask"}, row=statistics) == []
    assert told(KEY, "Declarant.Name", row=row()) == []
