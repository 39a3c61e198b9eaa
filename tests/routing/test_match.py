"""Deciding: binding, uniting, validity, and indifference to order."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.routing.decision import Document
from broker.routing.match import compile_book, decide, judge, overall_rows
from broker.routing.rules import RulesFile

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
TYPED = {
    "Commodity.Classification.ID": {"prefix": ["06"]},
    "Commodity.Classification.IdentificationTypeCode": {"equals": "TSP"},
}


def keys(decision):
    """Recipient: keys of its elements, or None for the whole."""
    return {
        result.recipient: None if result.matched is None else result.matched.keys
        for result in decision.results
    }


def test_nobody_receives_anything_without_a_row(book, row, body, item, decided):
    """A document no row matches has no results."""
    assert decided(book(row()), body(item(1, "85"))).results == ()
    assert decided(book(row()), {}).results == ()
    assert decided(book(row(package="answer")), body(item(1, "06"))).results == ()


def test_only_matched_elements_are_results(book, row, body, item, decided):
    """A row with `each` gives the elements that match, by their keys."""
    decision = decided(book(row()), body(item(1, "85"), item(5, "0603"), item(9, "0602")))
    assert keys(decision) == {"plant-health": ("5", "9")}


def test_two_items_that_match_half_each_give_nothing(book, row, body, item, decided):
    """Conditions below `each` bind to one element."""
    when = {**TYPED, "Origin.CountryCode": {"equals": "KE"}}
    kenyan = {"Origin": [{"CountryCode": "KE"}]}
    rows = book(row(when=when))
    apart = body(item(1, ("0603", "TSP")), item(2, ("85", "TSP"), **kenyan))
    assert decided(rows, apart).results == ()
    assert keys(decided(rows, body(item(1, ("0603", "TSP"), **kenyan)))) == {"plant-health": ("1",)}


def test_doubled_and_missing_keys_are_told_apart_by_index(book, row, body, item, decided):
    """Two items numbered 1 and one without number are three elements."""
    decision = decided(book(row()), body(item(1, "85"), item(1, "06"), item(None, "06")))
    (result,) = decision.results
    assert [element.indices for element in result.matched.elements] == [(1,), (2,)]
    assert result.matched.keys == ("1", "#3")


def test_rows_for_one_recipient_and_purpose_unite(book, row, body, item, decided):
    """Elements, checks and reasons of both rows are told, each element with its own."""
    soil = row(
        name="soil", when={"Commodity.Classification.ID": {"prefix": ["25", "0602"]}},
        checks=["PH-SOIL"], because="soil is soil",
    )  # fmt: skip
    rows = book(row(checks=["PH-DOC"]), soil)
    (result,) = decided(rows, body(item(1, "2530"), item(2, "0603"), item(3, "0602"))).results
    assert result.rules == ("plants", "soil")
    assert result.checks == ("PH-DOC", "PH-SOIL")
    assert result.because == ("plants are inspected", "soil is soil")
    assert [(one.shown, one.rules, one.checks) for one in result.matched.elements] == [
        ("1", ("soil",), ("PH-SOIL",)),
        ("2", ("plants",), ("PH-DOC",)),
        ("3", ("plants", "soil"), ("PH-DOC", "PH-SOIL")),
    ]


def test_a_row_without_each_makes_it_the_whole(book, row, body, item, decided):
    """United with a row that sends elements, a row for the document sends the document."""
    whole = row(name="whole", each=None, when={"TypeCode": {"equals": "IMA"}})
    decision = decided(book(row(), whole), body(item(1, "06"), item(2, "85"), TypeCode="IMA"))
    assert keys(decision) == {"plant-health": None}


def test_purposes_never_merge(book, row, body, item, decided):
    """The same recipient with two purposes has two results."""
    rows = book(row(), row(name="other", purpose="trade-statistics", each=None, when={}))
    results = decided(rows, body(item(1, "06"))).results
    assert [(result.purpose, result.matched is None) for result in results] == [
        ("phytosanitary-control", False),
        ("trade-statistics", True),
    ]


def test_the_strictest_expectation_wins(book, row, body, item, decided):
    """An answer beats nothing, the shortest deadline and escalation win."""

    def expected(*said):
        rows = [row(name=f"row-{number}", expects=one) for number, one in enumerate(said)]
        return decided(book(*rows), body(item(1, "06"))).results[0].expects

    slow = {"answer": {"within": "3d", "silence": "escalate"}}
    fast = {"answer": {"within": "90m", "silence": "release"}}
    assert expected("nothing") is None
    assert expected("nothing", slow).within == timedelta(days=3)
    united = expected(slow, "nothing", fast)
    assert (united.within, united.silence) == (timedelta(minutes=90), "escalate")
    assert expected(fast).silence == "release"


def test_validity_is_judged_at_the_day_of_receipt(book, row, body, item, decided):
    """Both ends of the validity are included."""
    rows = book(row(valid_from="2026-01-10", valid_to="2026-01-20"))
    days = ["2026-01-09", "2026-01-10", "2026-01-20", "2026-01-21"]
    sent = [bool(decided(rows, body(item(1, "06")), on=day).results) for day in days]
    assert sent == [False, True, True, False]


def test_a_row_may_test_the_overall_status(book, row, body, item, decided):
    """A row for released goods matches when the dossier is released, and the book says so."""
    rows = book(row(each=None, when={"overall": {"in": ["released"]}}))
    assert not decided(rows, body(item(1, "06")), overall="waiting").results
    assert decided(rows, body(item(1, "06")), overall="released").results
    assert overall_rows(rows).rows
    assert not overall_rows(book(row())).rows
    inside = row(when={"any_of": [{"overall": {"equals": "held"}}, {"ID": {"present": True}}]})
    assert overall_rows(book(inside)).rows


def test_a_row_for_elements_may_test_the_document(book, row, body, item, decided):
    """`document` is about the whole, whatever element the row is about."""
    by_sea = {**TYPED, "document": {"BorderTransportMeans.ModeCode": {"equals": "1"}}}
    rows = book(row(when=by_sea))
    items = [item(1, ("06", "TSP")), item(2, "85")]
    assert keys(decided(rows, body(*items, BorderTransportMeans={"ModeCode": "1"}))) == {
        "plant-health": ("1",)
    }
    assert not decided(rows, body(*items, BorderTransportMeans={"ModeCode": "3"})).results


def test_elements_may_lie_in_lists_of_lists(book, row, body, item, decided):
    """A row may be about the documents of items."""
    rows = book(row(each=f"{ITEMS}.AdditionalDocument", when={"TypeCode": {"equals": "851"}}))
    papers = {"AdditionalDocument": [{"TypeCode": "380"}, {"TypeCode": "851"}]}
    assert keys(decided(rows, body(item(1, "06"), item(2, "06", **papers)))) == {
        "plant-health": ("2.#2",)
    }


def test_the_digest_names_the_rows(book, row):
    """The same rows have the same digest in any order, other rows another."""
    one, two = row(), row(name="soil")
    assert book(one, two).digest == book(two, one).digest
    assert book(one).digest != book(row(because="they are green")).digest


@given(st.permutations(range(60)), st.lists(st.sampled_from(["06", "01", "9703", "2844"])))
def test_the_order_of_rows_makes_no_difference(sample, order, codes):
    """The sample rules give the same decision in any order."""
    rules = [row.rule for row in sample.book.rows]
    assert len(rules) == len(order)
    trials = RulesFile.model_fields["tests"]
    shuffled = RulesFile.model_construct(rules=tuple(rules[place] for place in order), tests=trials)
    items = [
        {"SequenceNumeric": str(number), "Commodity": {"Classification": [{"ID": code}]}}
        for number, code in enumerate(codes, 1)
    ]
    body = {"GoodsShipment": {"GovernmentAgencyGoodsItem": items}}
    document = Document("declaration", "goods-declaration", body, on="2026-01-01")
    assert decide(compile_book({"all": shuffled}), document) == decide(sample.book, document)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["06", "0603", "84", "", "30"]), st.sampled_from(["TSP", "TRC", None])
        ),
        max_size=4,
    )
)
def test_asking_the_whole_document_first_changes_no_judgement(sample, goods):
    """A row judged element by element alone, without `needs`, matches the same elements."""
    items = [
        {"SequenceNumeric": str(number), "Commodity": {"Classification": [
            {name: value for name, value in
             (("ID", code), ("IdentificationTypeCode", kind)) if value}]}}
        for number, (code, kind) in enumerate(goods, 1)
    ]  # fmt: skip
    document = Document(
        "declaration", "goods-declaration",
        {"GoodsShipment": {"GovernmentAgencyGoodsItem": items}}, "2026-01-01",
    )  # fmt: skip
    for row in sample.book.rows:
        bare = replace(row, ways=tuple(replace(way, needs=()) for way in row.ways))
        assert judge(row, document) == judge(bare, document)
