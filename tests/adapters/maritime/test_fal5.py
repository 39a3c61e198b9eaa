"""FAL 5: a list of persons, each judged alone and beside the others."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal5, listed
from adapters.wire.xlsx_parts import packed
from adapters.wire.xlsx_write import compose
from broker.adapter import Extent
from tests.adapters.conftest import load_profile
from tests.adapters.maritime.conftest import changed, found_in, rows_of, workbook

PROFILE = load_profile("uk-nmsw-fal5")
RIGHT = rows_of(compose_fal5(items=3, number=1, seed=7))
OUT, REFUSED = ("A3", "list.incomplete"), ("A3", "list.refused")
CREW = "BorderTransportMeans.Crew"


def draft_of(message):
    (draft,) = message.events
    return draft


def crew_of(message) -> list[dict]:
    return draft_of(message).body["BorderTransportMeans"]["Crew"]


def test_a_right_list_is_accepted_whole(fal5, fal5_rows):
    """Every person is in the body, in the order of the sheet, with their document."""
    message = fal5(fal5_rows)
    assert (message.verdict, message.problems) == ("accepted", ())
    draft = draft_of(message)
    assert draft.extent == Extent(declared=3, taken=3)
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


def test_a_bad_person_rejects_the_list_where_the_profile_refuses(fal5, fal5_rows):
    """The problems name the cell, and say that nothing was passed on; the draft shows all."""
    message = fal5(fal5_rows, K6="Atlantis")
    assert (message.verdict, found_in(message)) == (
        "rejected", [REFUSED, ("K6", "country.unknown")]
    )  # fmt: skip
    assert message.problems[0].text == (
        "1 of 3 persons has an error: the whole list was refused, nothing of it was passed on"
    )
    draft = draft_of(message)
    assert len(draft.body["BorderTransportMeans"]["Crew"]) == 3
    assert draft.extent == Extent(declared=3, taken=0, left_out=(f"{CREW}[2]",), cut=True)


def test_a_warning_rejects_no_list(fal5, fal5_rows):
    """However many there are: a person without a date of expiry goes on, and so do all."""
    person = fal5_rows[4]
    people = [[*person[:3], f"X{number}", *person[4:11], ""] for number in range(334)]
    message = fal5([*fal5_rows[:4], *people])
    assert (message.verdict, draft_of(message).extent) == ("accepted", Extent(334, 334))
    assert {problem.severity for problem in message.problems} == {"warning"}
    assert message.problems[-1].text.startswith("0 more errors and 234 more warnings")


def test_where_the_profile_cuts_who_is_wrong_is_left_out_and_the_others_go_on(fal5_cut, fal5_rows):
    """The list is accepted, the error is at its cell, and all values of the person are stored."""
    message = fal5_cut(fal5_rows, K6="Atlantis")
    assert (message.verdict, found_in(message)) == (
        "accepted",
        [OUT, ("K6", "country.unknown")],
    )
    (out,) = (one for one in message.problems if one.code == "list.incomplete")
    assert (out.severity, out.text) == (
        "error", "1 of 3 persons was left out; the other 2 go on"
    )  # fmt: skip
    assert draft_of(message).extent == Extent(3, 2, (f"{CREW}[2]",), cut=True)
    assert message.problems[1].severity == "error"
    assert message.problems[1].path == "Declaration.BorderTransportMeans.Crew[2].NationalityCode"
    assert [person["SequenceNumeric"] for person in crew_of(message)] == ["1", "3"]
    kept = {one.place.cell: one.value for one in draft_of(message).unmapped}
    assert kept["K6"] == "Atlantis"
    assert set(kept) == {f"{column}6" for column in "ACDEFGHIJKL"}


def test_a_list_without_a_right_person_is_rejected(fal5_cut, fal5_rows):
    """All errors are listed, and the draft still shows what was read."""
    message = fal5_cut(fal5_rows, I5="1999", I6="", I7="01.02.1999")
    assert message.verdict == "rejected"
    assert found_in(message) == [
        ("I5", "moment.malformed"), ("I6", "value.missing"), ("I7", "moment.malformed"),
    ]  # fmt: skip
    assert len(crew_of(message)) == 3


def test_a_warning_leaves_out_no_person(fal5, fal5_rows):
    """A person without the day on which their document expires goes on, with a warning."""
    message = fal5(fal5_rows, L5="")
    assert (found_in(message), len(crew_of(message))) == ([("L5", "fal.expiry-missing")], 3)


def test_of_two_with_the_same_document_the_first_goes_on(fal5_cut, fal5_rows):
    """Number and issuing state together are the document."""
    number, state = fal5_rows[4][3], fal5_rows[4][2]
    message = fal5_cut(fal5_rows, D7=number, C7=state)
    assert found_in(message) == [OUT, ("D7", "document.repeated")]
    assert [person["SequenceNumeric"] for person in crew_of(message)] == ["1", "2"]


def test_any_other_document_says_what_it_is(fal5, fal5_rows):
    """Type O needs its nature; with it, both stand in the document."""
    assert found_in(fal5(fal5_rows, A5="O")) == [REFUSED, ("B5", "fal.document-nature-missing")]
    document = crew_of(fal5(fal5_rows, A5="Other", B5="SID"))[0]["AdditionalDocument"][0]
    assert (document["TypeCode"], document["Name"]) == ("O", "SID")


def test_no_forename_is_no_name(fal5, fal5_rows):
    """UNKNOWN fulfils the demand, and is not a name."""
    message = fal5(fal5_rows, G5="unknown")
    assert (message.verdict, "GivenName" in crew_of(message)[0]) == ("accepted", False)


def test_names_keep_their_letters(fal5, fal5_rows):
    """Accents fold for the judgement alone: what goes on is the name as written."""
    message = fal5(fal5_rows, F5="Åström-Łukasz")
    assert (message.problems, crew_of(message)[0]["FamilyName"]) == ((), "Åström-Łukasz")


def test_blank_rows_moved_and_unknown_columns_are_read(fal5, fal5_rows):
    """Columns are found by heading; a blank row is no person; an unknown column is a warning."""
    order = [11, *range(11)]
    rows = [*fal5_rows[:2], *([*(row[at] for at in order), ""] for row in fal5_rows[2:])]
    rows[2][12] = "Cabin"
    rows[4][12] = "A12"
    rows.insert(5, ["", "  ", "\n"])
    message = fal5(rows)
    assert [(cell, code) for cell, code in found_in(message)] == [("M3", "element.unknown")]
    assert crew_of(message) == listed(items=3, number=1, seed=7)["BorderTransportMeans"]["Crew"]
    assert [(one.place.cell, one.value) for one in draft_of(message).unmapped] == [("M5", "A12")]


def test_a_signature_is_no_person_and_a_total_may_differ(fal5, fal5_rows):
    """A signature is a warning; a right total nothing; one that is too high marks a list as cut."""
    signed = fal5(fal5_rows, A9="Total crew: 3", A10="Signature", F10="Exampleman")
    assert (signed.verdict, found_in(signed)) == ("accepted", [("A10", "fal.row-unlike-person")])
    assert draft_of(signed).extent == Extent(3, 3)
    kept = {one.place.cell: one.value for one in draft_of(signed).unmapped}
    assert kept == {"A9": "Total crew: 3", "A10": "Signature", "F10": "Exampleman"}
    more = fal5(fal5_rows, A9="Number of crew", B9="20")
    assert (more.verdict, found_in(more)) == ("accepted", [("A9", "list.count-differs")])
    assert draft_of(more).extent == Extent(20, 3, cut=True)
    fewer = fal5(fal5_rows, A9="TOTAL", B9="2")
    assert (fewer.problems[0].severity, draft_of(fewer).extent) == ("warning", Extent(3, 3))


def test_a_row_that_may_be_a_person_is_for_the_sender_to_say(fal5, fal5_cut, fal5_rows):
    """Where the profile refuses it rejects the list; else the list removes no person."""
    refused = fal5(fal5_rows, F9="Exampleman", I9="1999")
    assert (refused.verdict, found_in(refused)) == (
        "rejected", [REFUSED, ("F9", "fal.row-unlike-person")]
    )  # fmt: skip
    cut = fal5_cut(fal5_rows, F9="Exampleman", I9="1999")
    assert (cut.verdict, found_in(cut)) == ("accepted", [("F9", "fal.row-unlike-person")])
    assert draft_of(cut).extent == Extent(3, 3, cut=True)
    kept = {one.place.cell: one.value for one in draft_of(cut).unmapped}
    assert kept == {"F9": "Exampleman", "I9": "1999"}


def test_a_second_list_below_the_first_is_read_too(fal5, fal5_rows):
    """Headings and guidance that stand there once more are no persons."""
    more = [*fal5_rows[4][:3], "X99900009", *fal5_rows[4][4:]]
    message = fal5([*fal5_rows, [""], *fal5_rows[2:4], more])
    assert (message.problems, len(crew_of(message))) == ((), 4)


def test_two_who_are_alike_in_all_are_found_though_the_list_has_no_guidance(fal5, fal5_rows):
    """The first person is no explanation: a row that repeats them is not ignored."""
    message = fal5([*fal5_rows[:3], *fal5_rows[4:], fal5_rows[4]])
    assert [code for _cell, code in found_in(message)][1:] == ["document.repeated"]


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
        ("J5", "value.not-calculated", "=A1"), ("K6", "value.not-calculated", "#REF!"),
    ]  # fmt: skip


def test_persons_on_a_second_sheet_of_the_form_are_not_lost(fal5_cutting):
    """One sheet is read: where persons stand on another, a list is refused, or marked as cut."""
    rows = [[one if isinstance(one, str) else int(one) for one in row] for row in RIGHT]
    payload = compose([("FAL 5", rows), ("FAL5", rows)])
    (refused,) = Fal5().translate(payload, PROFILE).messages
    assert [(one.where.sheet, one.code) for one in refused.problems] == [
        ("FAL5", "fal.sheet-not-read"), ("FAL 5", "list.refused"),
    ]  # fmt: skip
    assert refused.verdict == "rejected"
    (cut,) = Fal5().translate(payload, fal5_cutting).messages
    assert (cut.verdict, draft_of(cut).extent) == ("accepted", Extent(6, 3, cut=True))
    (empty,) = Fal5().translate(compose([("FAL 5", rows), ("FAL5", rows[:4])]), PROFILE).messages
    assert empty.verdict == "accepted"


def test_problems_are_listed_row_by_row(fal5, fal5_rows):
    """As they stand in the sheet, whatever judged them: cells, demands, what persons share."""
    number, state = fal5_rows[4][3], fal5_rows[4][2]
    message = fal5(fal5_rows, L6="soon", A6="Visa", K7="Atlantis", C7=state, D7=number)
    assert [cell for cell, _code in found_in(message)] == ["A3", "A6", "L6", "D7", "K7"]


def test_a_list_without_guidance_begins_right_below_its_headings(fal5, fal5_rows):
    """The row that explains may have been deleted."""
    message = fal5([*fal5_rows[:3], *fal5_rows[4:]])
    assert (message.verdict, len(crew_of(message))) == ("accepted", 3)


def test_a_missing_column_is_one_problem(fal5, fal5_rows):
    """Not once for each person; the list is rejected."""
    message = fal5([[*row[:8], *row[9:]] if at > 1 else row for at, row in enumerate(fal5_rows)])
    assert (message.verdict, found_in(message)) == ("rejected", [("A3", "column.missing")])


def test_a_list_without_headings_and_an_empty_one_are_rejected(fal5, fal5_rows):
    """Both problems say what was expected; there is no person to pass on."""
    without = fal5(fal5_rows[:1])
    assert (without.verdict, found_in(without)) == ("rejected", [(None, "columns.missing")])
    empty = fal5(fal5_rows[:4])
    assert (empty.verdict, found_in(empty)) == ("rejected", [("A4", "list.empty")])


def test_problems_beyond_the_limit_are_counted(fal5_cut, fal5_rows):
    """The first hundred are listed; whoever is wrong is left out and named in the extent."""
    person = [*fal5_rows[4][:8], "1999", *fal5_rows[4][9:]]
    people = [[*person[:3], f"X{number}", *person[4:]] for number in range(150)]
    message = fal5_cut([*fal5_rows[:5], *people])
    assert len(message.problems) == 101
    assert message.problems[-1].code == "problems.more"
    assert message.problems[-1].where.cell == "I105"
    assert (message.verdict, len(crew_of(message))) == ("accepted", 1)
    extent = draft_of(message).extent
    assert (extent.declared, extent.taken) == (151, 1)
    assert extent.left_out == tuple(f"{CREW}[{number}]" for number in range(2, 152))


def test_no_warning_hides_an_error(fal5, fal5_rows):
    """An error after 150 warnings is the first that is listed after the refusal."""
    person = fal5_rows[4]
    people = [[*person[:3], f"X{number}", *person[4:11], ""] for number in range(150)]
    wrong = [*person[:3], "X900", *person[4:10], "Atlantis", person[11]]
    message = fal5([*fal5_rows[:4], *people, wrong])
    assert found_in(message)[:2] == [REFUSED, ("K155", "country.unknown")]
    assert {one.severity for one in message.problems[2:]} == {"warning"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (compose([("FAL 6", [["x"]])]), "fal.form-not-read"),
        (compose([("Sheet1", [["x"]])]), "fal.form-unknown"),
        (packed({"xl/workbook.xml": b"<workbook/>"}), "xlsx.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx.encrypted"),
    ],
)
def test_of_other_workbooks_the_problem_says_what_is_taken(payload, code):
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
