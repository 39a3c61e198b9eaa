"""The sample rules on real declarations and on the cases that matter most."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.model.paths import leaves, pattern_of
from broker.routing.check import check
from broker.routing.view import apply

DECLARATION = "{urn:wco:datamodel:WCO:DEC-DMS:2}"
TARIFF = {"TSP", "HS", "CV", None}


def real_classifications(corpus):
    """All classifications of goods in the real declarations: code and type."""
    found = set()
    for path in sorted((corpus / "customs" / "wco-dec").glob("*.xml")):
        for node in ET.parse(path).iter(f"{DECLARATION}Classification"):  # noqa: S314  our corpus
            kind = node.findtext(f"{DECLARATION}IdentificationTypeCode")
            found.add((node.findtext(f"{DECLARATION}ID"), kind))
    return sorted(found, key=str)


def recipients(decision):
    """Whom a decision sends to."""
    return {result.recipient for result in decision.results}


def test_only_tariff_headings_of_real_declarations_concern_agencies(
    corpus, sample, body, item, decided
):
    """Every TARIC, additional and national code of the corpus goes to customs alone."""
    found = real_classifications(corpus)
    assert {kind for _, kind in found} >= {"TSP", "TRC", "TRA", "GN"}
    for code, kind in found:
        sent = recipients(decided(sample.book, body(item(1, (code, kind)))))
        assert sent == {"customs"} or kind in TARIFF


CHAPTERS = {
    "plant-health": ["06", "07", "08", "10", "12", "1401", "2530", "5201", "4415"]
    + [str(heading) for heading in range(4401, 4410)],
    "animal-health": [f"0{chapter}" for chapter in range(1, 6)]
    + ["15", "16", "19", "20", "21", "22", "23", "4101", "4102", "4103", "0511"],
    "medicines": [str(heading) for heading in (*range(3001, 3007), *range(2936, 2943))],
    "wildlife": [
        "0106", "0208", "0301", "0307", "0507", "0508", "4103", "4113", "4301", "4302", "4303",
        "4403", "9601", "9705",
    ],
    "firearms": ["93", *(str(heading) for heading in range(3601, 3607))],
    "environment": ["2903", "3808", "3825", "7204", "8548", "8549", "2620"],
    "radiation": ["2612", "2844", "8401", "9022"],
    "cultural-property": [str(heading) for heading in range(9701, 9707)],
    "port-health": ["401220", "6309"],
}  # fmt: skip
"""Who is concerned by which headings of the Harmonized System."""


@given(st.integers(0, 9999), st.sampled_from([*TARIFF, "TRC", "TRA", "GN", "SRV"]))
def test_each_heading_goes_to_whom_it_concerns_and_to_no_other(
    sample, body, item, decided, heading, kind
):
    """For any heading, type and agency, the rules agree with the table of headings."""
    code = f"{heading:04d}2000"
    sent = recipients(decided(sample.book, body(item(1, (code, kind)))))
    concerned = {
        agency for agency, begins in CHAPTERS.items() if code.startswith(tuple(begins))
    } if kind in TARIFF else set()  # fmt: skip
    assert sent == concerned | {"customs"}


def test_class_7_goes_to_radiation(sample, body, decided):
    """UN 2908 to 2919, 2977, 2978 and 3321 to 3333 are radioactive, their neighbours are not."""
    for number in range(2890, 3350):
        goods = {"SequenceNumeric": "1", "Commodity": {"DangerousGoods": [{"UNDGID": f"{number}"}]}}
        radioactive = 2908 <= number <= 2919 or number in {2977, 2978} or 3321 <= number <= 3333
        sent = recipients(decided(sample.book, body(goods)))
        assert ("radiation" in sent) is radioactive, number


def test_every_row_has_a_purpose_a_reason_and_an_instrument(sample):
    """The purposes of the rows are exactly those of the list."""
    assert {row.rule.purpose for row in sample.book.rows} == set(sample.purposes)
    assert all(row.rule.because and row.rule.legal_basis for row in sample.book.rows)


PURPOSES = "routes/purposes.yaml"


def never(row):
    """Conditions that hold of no document of the row's package."""
    pattern = "OverallStatusCode" if row.get("package") == "board" else "FunctionalReferenceID"
    when = {pattern: {"equals": "none"}}
    return {"document": when} if row.get("each") else when


def test_every_row_is_exercised_by_a_positive_and_a_negative_test(routes, views, known, sample):
    """With any one row matching nothing, or everything, some test beside the rules fails."""
    exercised = set()
    for name, raw in routes.items():
        for number, row in enumerate(raw.get("rules", ())):
            for when in [never(row), *([{}] if row.get("when") else [])]:
                rules = list(raw["rules"])
                rules[number] = {**row, "when": when}
                alone = {name: {**raw, "rules": rules}, PURPOSES: routes[PURPOSES]}
                checked = check(alone, views, known)
                paths = [finding.path for finding in checked.findings]
                assert any(path.startswith("tests[") for path in paths), (row["name"], when)
            exercised.add(row["name"])
    assert exercised == {row.rule.name for row in sample.book.rows}


VALUES = st.sampled_from(["Invented Person", "x", "2026-05-17", "NLRTM"])


@given(st.data())
def test_statistics_and_the_harbour_master_never_see_a_personal_value(sample, known, data):
    """For any filling of personal and sensitive fields, nothing of them comes out."""
    guarded = [
        pattern
        for pattern, kind in known.packages["goods-declaration"].items()
        if kind in {"personal", "sensitive"}
    ]
    chosen = data.draw(st.lists(st.sampled_from(guarded), min_size=1, max_size=8, unique=True))
    tree = {}
    for pattern in chosen:
        node = tree
        *classes, last = pattern.split(".")
        for name in classes:
            node = node.setdefault(name, {})
        node[last] = data.draw(VALUES)
    for view in ("statistics-declaration", "harbour-master-dangerous-goods", "port-health-items"):
        cut = apply(sample.views[view], tree)
        assert [pattern_of(path) for path, _ in leaves(cut.tree)] == []


@pytest.mark.parametrize(
    ("package", "view"),
    [("goods-declaration", "customs-declaration"), ("postal-item", "customs-postal")],
)
def test_customs_sees_everything_the_model_knows(sample, known, package, view):
    """No leaf of a goods declaration or a postal item is withheld from customs."""
    for pattern in known.packages[package]:
        tree = "x"
        for name in reversed(pattern.split(".")):
            tree = {name: tree}
        cut = apply(sample.views[view], tree)
        assert (cut.tree, cut.withheld) == (tree, ())
