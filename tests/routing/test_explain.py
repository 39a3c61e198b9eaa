"""Explanations: that they agree with decisions, and say what an official needs."""

from hypothesis import given
from hypothesis import strategies as st

from broker.routing.decision import Document
from broker.routing.explain import SEEN_MAX, explain, lines
from broker.routing.match import decide

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"


def explained(book, body, overall="waiting", on="2026-01-15"):
    """The explanation of a body."""
    return explain(book, Document("declaration", "goods-declaration", body, on, "", overall))


def test_a_condition_nothing_meets_says_what_it_saw(book, row, body, item):
    """The values seen are told, the condition in words, and nobody met it."""
    (told,) = explained(book(row()), body(item(1, "85"), item(2, "84")))
    assert told.verdict == "no match"
    ((seen,),) = [attempt.seen for attempt in told.attempts]
    assert (seen.pattern, seen.held, seen.values) == (
        "Commodity.Classification.ID",
        False,
        ("85", "84"),
    )
    assert seen.condition == "begins with '06'"
    text = "\n".join(lines((told,)))
    assert "no match: plant-health" in text
    assert "begins with '06': failed; saw '85', '84'" in text


def test_conditions_met_by_different_elements_are_told_apart(book, row, body, item):
    """When each condition is met but by no single element, that is said, with who met which."""
    when = {
        "Commodity.Classification.ID": {"prefix": ["06"]},
        "Origin.CountryCode": {"equals": "KE"},
    }
    kenyan = item(2, "85", Origin=[{"CountryCode": "KE"}])
    (told,) = explained(book(row(when=when)), body(item(1, "06"), kenyan))
    (attempt,) = told.attempts
    assert attempt.apart
    assert [seen.met_by for seen in attempt.seen] == [("1",), ("2",)]
    assert "not by one and the same element" in "\n".join(lines((told,)))


def test_matched_rows_come_first_with_their_elements(book, row, body, item):
    """A matched row tells its elements and its reason."""
    rows = book(row(name="a-row", when={"TransactionNatureCode": {"equals": "1"}}), row())
    text = list(lines(explained(rows, body(item(7, "06")))))
    assert text[0].startswith("plants (rows.yaml): matched, GovernmentAgencyGoodsItem 7:")
    assert text[1] == "    because plants are inspected"
    assert text[2].startswith("a-row (rows.yaml): no match")


def test_rows_out_of_force_and_statuses_are_explained(book, row, body, item):
    """A row that is over says so; a row on the overall status says what it is."""
    over = row(name="over", valid_to="2020-12-31")
    released = row(name="released", each=None, when={"overall": {"in": ["released"]}})
    told = explained(book(over, released), body(item(1, "06")))
    assert [one.verdict for one in told] == ["not in force", "no match"]
    text = "\n".join(lines(told))
    assert "valid 0001-01-01 to 2020-12-31" in text
    assert "overall is one of 'released': failed; saw 'waiting'" in text


def test_nested_and_document_conditions_are_explained(book, row, body, item):
    """The words of a nested condition name its path; one on the document says so."""
    when = {
        "each": {"path": "AdditionalDocument", "when": {"TypeCode": {"equals": "851"}}},
        "document": {"TypeCode": {"equals": "IMA"}},
    }
    (told,) = explained(book(row(when=when)), body(item(1, "06"), TypeCode="EXA"))
    text = "\n".join(lines((told,)))
    assert "document: TypeCode is 'IMA': failed; saw 'EXA'" in text
    assert "AdditionalDocument has an element where TypeCode is '851': failed" in text


def test_alternatives_are_told_one_by_one(book, row, body, item):
    """Each way to satisfy a row has its own reasons."""
    when = {"any_of": [{"TransactionNatureCode": {"equals": code}} for code in ("1", "2")]}
    (told,) = explained(book(row(when=when)), body(item(1, "06")))
    assert list(lines((told,)))[1:] == [
        "    alternative 1: TransactionNatureCode is '1': failed; saw nothing",
        "    alternative 2: TransactionNatureCode is '2': failed; saw nothing",
    ]


def test_no_element_at_all_is_said(book, row):
    """A row for elements of a document without any says that there are none."""
    (told,) = explained(book(row(when={})), {})
    assert told.verdict == "no match"
    assert f"the document has no {ITEMS}" in "\n".join(lines((told,)))


def test_few_values_are_shown(book, row, body, item):
    """Of many values the first few are told."""
    items = [item(number, f"8{number}") for number in range(1, 40)]
    (told,) = explained(book(row()), body(*items))
    assert len(told.attempts[0].seen[0].values) == SEEN_MAX


CODES = st.sampled_from(["0603", "0102", "4403", "9303", "2844", "8471", "9706", "40122000"])
TYPES = st.sampled_from(["TSP", "HS", "TRC", "SRV", None])
CLASSES = st.builds(
    lambda code, kind: {"ID": code} | ({"IdentificationTypeCode": kind} if kind else {}),
    CODES,
    TYPES,
)
RANDOM_ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "SequenceNumeric": st.sampled_from(["1", "2", "3"]),
        "Commodity": st.fixed_dictionaries(
            {},
            optional={
                "Classification": st.lists(CLASSES, max_size=2),
                "DangerousGoods": st.lists(
                    st.builds(lambda un: {"UNDGID": un}, st.sampled_from(["1263", "2915", "3373"])),
                    max_size=2,
                ),
            },
        ),
        "Packaging": st.lists(
            st.builds(lambda code: {"TypeCode": code}, st.sampled_from(["8A", "CT"])), max_size=2
        ),
    },
)
BODIES = st.builds(
    lambda items, mode: {
        "BorderTransportMeans": {"ModeCode": mode} if mode else {},
        "GoodsShipment": {"GovernmentAgencyGoodsItem": items},
    },
    st.lists(RANDOM_ITEMS, max_size=3),
    st.sampled_from(["1", "3", "4", None]),
)


@given(BODIES, st.sampled_from(["waiting", "released"]))
def test_explanations_agree_with_decisions_for_every_row(sample, body, overall):
    """A row is said to match exactly if it stands in the decision, and else has a reason."""
    document = Document("declaration", "goods-declaration", body, "2026-01-01", "", overall)
    decided = {
        name: None if result.matched is None else {
            one.shown for one in result.matched.elements if name in one.rules
        }
        for result in decide(sample.book, document).results
        for name in result.rules
    }  # fmt: skip
    for told in explain(sample.book, document):
        assert (told.verdict == "matched") is (told.rule in decided)
        assert any(attempt.satisfied for attempt in told.attempts) is (told.verdict == "matched")
        if told.rule in decided:
            shown = decided[told.rule]
            assert (None if told.elements is None else set(told.elements)) == shown
        else:
            assert all(
                attempt.apart or not all(seen.held for seen in attempt.seen)
                for attempt in told.attempts
            )
