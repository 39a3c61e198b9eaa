"""Wrong views, alone and for the rows that use them."""

import pytest

from broker.routing.check import check

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
KEY = f"{ITEMS}.SequenceNumeric"
CONTENT = f"{ITEMS}.Commodity.Description"
PURPOSES = {"purposes": {"phytosanitary-control": "keep pests out"}}


@pytest.fixture
def told(row, file, known):
    """The findings for a view with these lines and a row that uses it, as text."""

    def run(*paths, spans=(), row=row(), **more):  # noqa: B008  a value like any other
        view = {
            "name": "plant-health-items",
            "title": "plants",
            "package": "goods-declaration",
            "paths": [*paths, CONTENT],
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


BESIDE = (
    # what no answer depends on, finding
    ("TypeCode", ""),
    ("Declarant.**", ""),
    ("Declarnt.**", "unknown path 'Declarnt'"),
    ("ID", "'ID' is not shown by this view"),
)


@pytest.mark.parametrize(("path", "text"), BESIDE)
def test_what_no_answer_depends_on_is_something_that_is_shown(told, path, text):
    """A leaf or a subtree of what the view lists, with a reason."""
    found = told(KEY, "TypeCode", "Declarant.Name", beside=[{"path": path, "because": "it is so"}])
    assert [text in one for one in found] == ([True] if text else [])


@pytest.mark.parametrize(
    ("paths", "beside", "text"),
    [
        ([KEY], [CONTENT], "shows nothing of"),
        ([KEY, "TypeCode"], [CONTENT], "shows nothing of"),
        ([KEY, f"{ITEMS}.Origin.CountryCode"], [CONTENT], ""),
    ],
)
def test_an_answer_must_depend_on_something(told, paths, beside, text):
    """A view that asks and shows nothing of an element but its keys has no basis."""
    found = told(*paths, beside=[{"path": path, "because": "it is so"} for path in beside])
    assert [text in one for one in found] == ([True] if text else [])


def test_an_answer_is_about_elements_with_match_keys(told, row):
    """Elements that nothing identifies cannot be told apart from one version to the next."""
    papers = row(each=f"{ITEMS}.AdditionalDocument", when={})
    assert any("whose elements have no match keys" in text for text in told(KEY, row=papers))
