"""Wrong rows, each found with the value and what is known instead."""

import pytest

from broker.routing.check import check

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
PURPOSES = {"purposes": {"phytosanitary-control": "keep pests out", "trade-statistics": "count"}}
VIEWS = {
    "v.yaml": {
        "name": "plant-health-items",
        "title": "plants",
        "package": "goods-declaration",
        "paths": [f"{ITEMS}.SequenceNumeric", f"{ITEMS}.Commodity.Description"],
    },
    "w.yaml": {
        "name": "other-items",
        "title": "plants again",
        "package": "goods-declaration",
        "paths": [f"{ITEMS}.SequenceNumeric", f"{ITEMS}.Commodity.Description"],
    },
}


@pytest.fixture
def told(row, file, known):
    """The findings for rows, as text."""

    def run(*rows):
        routes = {"f.yaml": file(*rows), "purposes.yaml": PURPOSES}
        return [str(finding) for finding in check(routes, VIEWS, known).findings]

    return run


def test_a_sound_row_has_no_findings(told, row):
    """The row the other tests break is sound."""
    assert told(row()) == []


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("recipient", "phyto", "animal-health, aviation-security"),
        ("view", "phyto-items", "other-items, plant-health-items"),
        ("purpose", "curiosity", "phytosanitary-control, trade-statistics"),
        ("kind", "tram", "declaration, flight, item, visit"),
        ("package", "manifest", "answer, board, conveyance-report, goods-declaration"),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(told, row, key, value, names):
    """Recipient, view, purpose, kind and package must exist."""
    change = {"package": "goods-declaration", key: value}
    texts = told(row(**change))
    expected = f"f.yaml: rules[0].{key}: rule 'plants': unknown {key} {value!r}; known: {names}"
    assert any(text.startswith(expected) for text in texts)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"when": {"Commodity.Clasification.ID": {"equals": "06"}}},
            f"unknown path '{ITEMS}.Commodity.Clasification.ID'; near it: {ITEMS}.Commodity.Class",
        ),
        ({"when": {"Commodity.Classification": {"equals": "06"}}}, "is a class: only 'present'"),
        ({"when": {"StatisticalValueAmount": {"range": {"to": "5"}}}}, "is a pair: write"),
        ({"when": {"document": {"Mode": {"equals": "1"}}}}, "unknown path 'Mode'"),
        ({"when": {"any_of": [{"Colour": {"equals": "1"}}]}}, f"unknown path '{ITEMS}.Colour'"),
        ({"when": {"each": {"path": "Paper", "when": {}}}}, f"unknown path '{ITEMS}.Paper'"),
        ({"when": {"each": {"path": "SequenceNumeric", "when": {}}}}, "is no class"),
        ({"each": "GoodsShipment.Items"}, "unknown list 'GoodsShipment.Items'"),
        ({"each": f"{ITEMS}.SequenceNumeric"}, "unknown list"),
        ({"when": {"overall": {"in": ["cleared"]}}}, "unknown status 'cleared'; known: refused"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-31"}, "lies before valid_from"),
    ],
)
def test_wrong_paths_statuses_and_validity_are_told(told, row, change, text):
    """Each finding names the value and what would be right."""
    assert any(text in found for found in told(row(**change)))


@pytest.mark.parametrize(
    "when",
    [
        {"TransactionNatureCode": {"equals": "1", "in": ["2", "3"]}},
        {"TransactionNatureCode": {"present": False, "prefix": ["1"]}},
        {"TransactionNatureCode": {"prefix": ["06"], "any_of": [{"prefix": ["07"]}]}},
        {"TransactionNatureCode": {"range": {"from": "9", "to": "1"}}},
        {
            "TransactionNatureCode": {"equals": "1"},
            "any_of": [{"TransactionNatureCode": {"equals": "2"}}],
        },
        {
            "each": {
                "path": "Packaging",
                "when": {"TypeCode": {"equals": "8A", "present": False}},
            }
        },
        {"document": {"TypeCode": {"equals": "IMA", "in": ["EXA"]}}},
        {"overall": {"equals": "held", "in": ["released"]}},
    ],
)
def test_rows_that_can_never_match_are_told(told, row, when):
    """Conditions on one value that exclude each other are found."""
    assert any("the row can never match" in text for text in told(row(when=when)))


@pytest.mark.parametrize(
    "operators",
    [
        {"prefix": ["06", "07"], "any_of": [{"prefix": ["0603"]}]},
        {"range": {"from": "1", "to": "1"}},
        {"range": {"from": "2026-05", "to": "2026-05-31"}},
        {"prefix": ["27"], "range": {"from": "2500", "to": "2999"}},
        {"present": True},
        {"any_of": [{"equals": "1"}, {"present": False}]},
    ],
)
def test_rows_that_can_match_are_not_told(told, row, operators):
    """Conditions that some value meets are sound."""
    assert told(row(when={"TransactionNatureCode": operators})) == []


def test_one_dead_alternative_is_told(told, row):
    """An alternative that can never match is a mistake even when another can."""
    dead = {"TransactionNatureCode": {"equals": "1", "in": ["2"]}}
    when = {"any_of": [dead, {"TransactionNatureCode": {"equals": "3"}}]}
    assert any("1 of its alternatives can never match" in text for text in told(row(when=when)))


def test_two_views_for_one_recipient_and_purpose_are_told(told, row):
    """Rows that unite must have one view, unless they are never in force together."""
    first = row(valid_to="2026-01-31")
    second = row(name="soil", view="other-items", valid_from="2026-01-31")
    assert any("two views" in text for text in told(first, second))
    assert told(first, {**second, "valid_from": "2026-02-01"}) == []
    assert told(first, {**second, "purpose": "trade-statistics"}) == []


def test_two_lists_for_one_recipient_and_purpose_are_told(told, row):
    """Rows that unite must cut the same list, or the document whole."""
    other = row(name="papers", each=f"{ITEMS}.AdditionalDocument", when={})
    assert any("give it its own purpose" in text for text in told(row(), other))
    whole = row(name="whole", each=None, when={"TypeCode": {"present": True}})
    assert told(row(), whole) == []


def test_two_kinds_of_answers_for_one_recipient_and_purpose_are_reported(told, row):
    """Rows that unite must say the same of what an answer depends on."""
    whole = row(name="soil", answers="whole")
    (text,) = told(row(), whole)
    assert "answers about 'whole' and not 'element'" in text
    assert told(row(), {**whole, "purpose": "trade-statistics"}) == []


SILENCES = (
    ({"silence": "release"}, ""),
    ({"silence": "release", "from": "acknowledgement"}, ""),
    ({"silence": "release", "from": "arrival"}, "nothing says when a declaration arrives"),
    ({"silence": "escalate", "from": "arrival"}, "'from' belongs to silence: release"),
)


@pytest.mark.parametrize(("how", "text"), SILENCES)
def test_silence_counts_from_an_arrival_only_where_one_is_stated(told, row, how, text):
    """And only where it releases."""
    found = told(row(expects={"answer": {"within": "24h", **how}}))
    assert [text in one for one in found] == ([True] if text else [])


def test_doubled_names_are_told_across_files(row, file, known):
    """A name is taken once, whatever file it stands in."""
    routes = {"a.yaml": file(row()), "b.yaml": file(row()), "purposes.yaml": PURPOSES}
    (finding,) = check(routes, VIEWS, known).findings
    assert (
        str(finding) == "b.yaml: rules[0].name: rule 'plants': the name is taken by a row of a.yaml"
    )
