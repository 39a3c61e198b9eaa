"""FAL 5: a list of persons, each judged by himself."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal5, listed
from adapters.wire.xlsx_parts import packed
from adapters.wire.xlsx_write import compose
from tests.adapters.conftest import load_profile
from tests.adapters.maritime.conftest import changed, rows_of, told, workbook

PROFILE = load_profile("uk-nmsw-fal5")
RIGHT = rows_of(compose_fal5(items=3, number=1, seed=7))
OUT = ("A3", "fal.persons-left-out")


def draft_of(message):
    (draft,) = message.events
    return draft


def crew_of(message) -> list[dict]:
    return draft_of(message).body["BorderTransportMeans"]["Crew"]


def test_a_right_list_is_accepted_whole(fal5, fal5_rows):
    """Every person is in the body, in the order of the sheet, with his document."""
    message = fal5(fal5_rows)
    assert (message.verdict, message.problems) == ("accepted", ())
    draft = draft_of(message)
    assert draft.body == listed(items=3, number=1, seed=7)
    assert (draft.kind, draft.does, draft.part, draft.package) == (
        "visit", "put", "FAL5", "persons-report",
    )  # fmt: skip


def test_its_reference_may_be_the_visit_or_the_voyage(fal5, fal5_rows):
    """The reference is said in both schemes, with its cell; without one, where it should be."""
    references = draft_of(fal5(fal5_rows, B1=" V-1\n")).references
    assert [(one.scheme, one.value, one.place.sheet, one.place.cell) for one in references] == [
        ("VISIT", "V-1", "FAL 5", "B1"), ("VOYAGE", "V-1", "FAL 5", "B1"),
    ]  # fmt: skip
    (without,) = draft_of(fal5(fal5_rows, B1="")).references
    assert (without.scheme, without.value, without.place.cell) == ("VISIT", "", "B1")


def test_who_is_wrong_stays_out_and_the_others_go_on(fal5, fal5_rows):
    """The list is accepted, the error told at its cell, and all the person said is kept."""
    message = fal5(fal5_rows, K6="Atlantis")
    assert (message.verdict, told(message)) == ("accepted", [OUT, ("K6", "fal.country-unknown")])
    (out,) = (one for one in message.problems if one.code == "fal.persons-left-out")
    assert (out.severity, out.text) == ("warning", "1 of 3 persons left out; the others go on")
    assert message.problems[1].severity == "error"
    assert message.problems[1].path == "Declaration.BorderTransportMeans.Crew[2].NationalityCode"
    assert [person["SequenceNumeric"] for person in crew_of(message)] == ["1", "3"]
    kept = {one.place.cell: one.value for one in draft_of(message).unmapped}
    assert kept["K6"] == "Atlantis"
    assert set(kept) == {f"{column}6" for column in "ACDEFGHIJKL"}


def test_a_list_of_which_nobody_is_right_is_rejected(fal5, fal5_rows):
    """All are told, and the draft still shows what was read."""
    message = fal5(fal5_rows, I5="1999", I6="", I7="01.02.1999")
    assert message.verdict == "rejected"
    assert told(message) == [
        ("I5", "fal.date-malformed"), ("I6", "fal.value-missing"), ("I7", "fal.date-malformed"),
    ]  # fmt: skip
    assert len(crew_of(message)) == 3


def test_a_warning_leaves_nobody_out(fal5, fal5_rows):
    """Without the day on which his document expires a person goes on, and is told."""
    message = fal5(fal5_rows, L5="")
    assert (told(message), len(crew_of(message))) == ([("L5", "fal.expiry-missing")], 3)


def test_of_two_with_the_same_document_the_first_goes_on(fal5, fal5_rows):
    """Number and issuing state together are the document."""
    number, state = fal5_rows[4][3], fal5_rows[4][2]
    message = fal5(fal5_rows, D7=number, C7=state)
    assert told(message) == [OUT, ("D7", "fal.document-repeated")]
    assert [person["SequenceNumeric"] for person in crew_of(message)] == ["1", "2"]


def test_any_other_document_says_what_it_is(fal5, fal5_rows):
    """Type O needs its nature; with it, both stand in the document."""
    assert told(fal5(fal5_rows, A5="O")) == [OUT, ("B5", "fal.document-nature-missing")]
    document = crew_of(fal5(fal5_rows, A5="Other", B5="SID"))[0]["AdditionalDocument"][0]
    assert (document["TypeCode"], document["Name"]) == ("O", "SID")


def test_no_forename_is_no_name(fal5, fal5_rows):
    """UNKNOWN fulfils the demand, and is nobody's name."""
    message = fal5(fal5_rows, G5="unknown")
    assert (message.verdict, "GivenName" in crew_of(message)[0]) == ("accepted", False)


def test_names_keep_their_letters(fal5, fal5_rows):
    """Accents fold for the judgement alone: what goes on is the name as written."""
    message = fal5(fal5_rows, F5="Åström-Łukasz")
    assert (message.problems, crew_of(message)[0]["FamilyName"]) == ((), "Åström-Łukasz")


def test_blank_rows_moved_and_unknown_columns_are_read(fal5, fal5_rows):
    """Columns are found by heading; a blank row is nobody; an unknown column is told and kept."""
    order = [11, *range(11)]
    rows = [*fal5_rows[:2], *([*(row[at] for at in order), ""] for row in fal5_rows[2:])]
    rows[2][12] = "Cabin"
    rows[4][12] = "A12"
    rows.insert(5, ["", "  ", "\n"])
    message = fal5(rows)
    assert [(cell, code) for cell, code in told(message)] == [("M3", "fal.column-unknown")]
    assert crew_of(message) == listed(items=3, number=1, seed=7)["BorderTransportMeans"]["Crew"]
    assert [(one.place.cell, one.value) for one in draft_of(message).unmapped] == [("M5", "A12")]


def test_a_row_that_is_no_person_is_one_problem(fal5, fal5_rows):
    """A sum or a signature below the list is told once, kept, and counted among nobody."""
    message = fal5(fal5_rows, A9="Total crew: 3", A10="Signed by the master", F10="Exampleman")
    assert told(message) == [("A9", "fal.row-unlike-person"), ("A10", "fal.row-unlike-person")]
    assert (message.verdict, len(crew_of(message))) == ("accepted", 3)
    kept = {one.place.cell: one.value for one in draft_of(message).unmapped}
    assert kept == {"A9": "Total crew: 3", "A10": "Signed by the master", "F10": "Exampleman"}


def test_a_second_list_below_the_first_is_read_too(fal5, fal5_rows):
    """Headings and guidance that stand there once more are no persons."""
    more = [*fal5_rows[4][:3], "X99900009", *fal5_rows[4][4:]]
    message = fal5([*fal5_rows, [""], *fal5_rows[2:4], more])
    assert (message.problems, len(crew_of(message))) == ((), 4)


def test_two_who_are_alike_in_all_are_told_though_the_list_has_no_guidance(fal5, fal5_rows):
    """The first person is no explanation: whoever repeats him is not passed over in silence."""
    message = fal5([*fal5_rows[:3], *fal5_rows[4:], fal5_rows[4]])
    assert [code for _cell, code in told(message)][1:] == ["fal.document-repeated"]


@pytest.mark.parametrize("row", [["", "Your reference", "V9"], ["Your reference", "", "", "V9"]])
def test_the_reference_is_right_of_its_heading(fal5, fal5_rows, row):
    """A column may have been put in before it, or cells between."""
    message = fal5([row, *fal5_rows[1:]])
    assert (message.reference, message.problems) == ("V9", ())


def test_a_cell_without_the_result_of_its_formula_is_not_missing():
    """What stands there is named: to its sender the cell looks full."""
    book = load_workbook(BytesIO(compose_fal5(items=3, number=1, seed=7)))
    book["FAL 5"]["J5"] = "=A1"
    book["FAL 5"]["K6"] = "#REF!"
    target = BytesIO()
    book.save(target)
    (message,) = Fal5().translate(target.getvalue(), PROFILE).messages
    wrong = [(one.where.cell, one.code, one.found) for one in message.problems[1:]]
    assert wrong == [
        ("J5", "fal.value-not-calculated", "=A1"), ("K6", "fal.value-not-calculated", "#REF!"),
    ]  # fmt: skip


def test_a_second_sheet_of_the_form_is_told():
    """One of them is read: the other is not passed over in silence."""
    rows = [[one if isinstance(one, str) else int(one) for one in row] for row in RIGHT]
    (message,) = Fal5().translate(compose([("FAL 5", rows), ("FAL5", rows)]), PROFILE).messages
    assert [(one.where.sheet, one.code) for one in message.problems] == [
        ("FAL5", "fal.sheet-not-read")
    ]


def test_problems_are_told_row_by_row(fal5, fal5_rows):
    """As they stand in the sheet, whatever judged them: cells, demands, what persons share."""
    number, state = fal5_rows[4][3], fal5_rows[4][2]
    message = fal5(fal5_rows, L6="soon", A6="Visa", K7="Atlantis", C7=state, D7=number)
    assert [cell for cell, _code in told(message)] == ["A3", "A6", "L6", "D7", "K7"]


def test_a_list_without_guidance_begins_right_below_its_headings(fal5, fal5_rows):
    """The row that explains may have been deleted."""
    message = fal5([*fal5_rows[:3], *fal5_rows[4:]])
    assert (message.verdict, len(crew_of(message))) == ("accepted", 3)


def test_a_missing_column_is_told_once(fal5, fal5_rows):
    """Not once for each person; the list is rejected."""
    message = fal5([[*row[:8], *row[9:]] if at > 1 else row for at, row in enumerate(fal5_rows)])
    assert (message.verdict, told(message)) == ("rejected", [("A3", "fal.column-missing")])


def test_a_list_without_headings_and_an_empty_one_are_rejected(fal5, fal5_rows):
    """Both are told what was expected; there is nobody to be passed on."""
    without = fal5(fal5_rows[:1])
    assert (without.verdict, told(without)) == ("rejected", [(None, "fal.columns-missing")])
    empty = fal5(fal5_rows[:4])
    assert (empty.verdict, told(empty)) == ("rejected", [("A4", "fal.list-empty")])


def test_many_problems_are_cut_and_counted(fal5, fal5_rows):
    """The first hundred are told, the rest counted; whoever is wrong stays out all the same."""
    person = [*fal5_rows[4][:8], "1999", *fal5_rows[4][9:]]
    people = [[*person[:3], f"X{number}", *person[4:]] for number in range(150)]
    message = fal5([*fal5_rows[:5], *people])
    assert len(message.problems) == 101
    assert message.problems[-1].code == "fal.problems-more"
    assert message.problems[-1].where.cell == "I105"
    assert (message.verdict, len(crew_of(message))) == ("accepted", 1)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (compose([("FAL 6", [["x"]])]), "fal.form-not-read"),
        (compose([("Sheet1", [["x"]])]), "fal.form-unknown"),
        (packed({"xl/workbook.xml": b"<workbook/>"}), "xlsx.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx.encrypted"),
    ],
)
def test_other_workbooks_are_told_what_is_taken(payload, code):
    """Passenger lists, other sheets and broken files are one problem of the submission."""
    translation = Fal5().translate(payload, PROFILE)
    assert [problem.code for problem in translation.problems] == [code]
    assert list(translation.messages) == []


def test_only_workbooks_are_recognised():
    """A crew list surely, any workbook a little, what may be one less, other bytes not at all."""
    adapter = Fal5()
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    payloads = (workbook("FAL 5", RIGHT), workbook("Sheet1", RIGHT), b"PK\x03\x04", old)
    certain = [adapter.recognises(payload) for payload in payloads]
    assert [one and one.certainty for one in certain] == [90, 10, 5, 5]
    assert adapter.recognises(b"<xml/>") is None
    assert adapter.recognises(b"PK\x01\x02") is None


CELLS = st.dictionaries(
    st.from_regex(r"[A-N]([1-9]|1[0-2])", fullmatch=True),
    st.one_of(st.text(max_size=40), st.integers(0, 10**9), st.sampled_from(["P", "O", "GBR", ""])),
    max_size=12,
)


@given(CELLS)
def test_any_cells_give_a_verdict(cells):
    """Whatever stands in whatever cells: a verdict, and places for exactly what goes on."""
    from broker.model.paths import leaves

    clean = {
        where: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for where, value in cells.items()
    }
    payload = workbook("FAL 5", changed(RIGHT, clean))
    adapter = Fal5()
    (message,) = adapter.translate(payload, PROFILE).messages
    (draft,) = message.events
    taken = draft.body.get("BorderTransportMeans", {}).get("Crew", [])
    assert message.verdict == "rejected" or taken
    placed = dict(adapter.places(payload, 1, PROFILE))
    assert set(placed) == {path for path, _value in leaves(draft.body)}
