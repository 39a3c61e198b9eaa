"""FAL 1: one declaration, one put of a part of a visit."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adapters.maritime.fal1 import Fal1
from adapters.maritime.sample_visit import compose_fal1, declaration
from adapters.wire.xlsx_write import compose
from broker.adapter import Message
from broker.model.problem import Problem
from tests.adapters.conftest import load_profile
from tests.adapters.maritime.conftest import changed, formatted, found_in, rows_of, workbook

PROFILE = load_profile("uk-nmsw-fal1")
RIGHT = rows_of(compose_fal1(items=3, number=1, seed=7))


def draft_of(message: Message):
    (draft,) = message.events
    return draft


def test_a_right_declaration_is_accepted_whole(fal1, fal1_rows):
    """Every value is in the body, and what is the same for all ships is said with them."""
    message = fal1(fal1_rows)
    assert (message.verdict, message.problems) == ("accepted", ())
    said = declaration(items=3, number=1, seed=7)
    said["BorderTransportMeans"] |= {"IdentificationTypeCode": "IMO", "ModeCode": "1"}
    draft = draft_of(message)
    assert draft.body == said
    assert (draft.kind, draft.does, draft.part, draft.package, draft.unmapped) == (
        "visit", "put", "FAL1", "conveyance-report", (),
    )  # fmt: skip


def test_it_opens_its_call_and_names_its_voyage(fal1, fal1_rows):
    """CALL says ship, port, direction and voyage; each reference has the cell it was read from."""
    ship = declaration(items=3, number=1, seed=7)["BorderTransportMeans"]
    references = draft_of(fal1(fal1_rows)).references
    call = f"{ship['ID']}/{ship['ArrivalLocationID']}/arrival/{ship['JourneyID']}"
    assert [(one.scheme, one.value, one.place.cell) for one in references] == [
        ("CALL", call, "D3"), ("VOYAGE", ship["JourneyID"], "B7"),
    ]  # fmt: skip


def test_without_a_voyage_the_day_names_the_call(fal1, fal1_rows):
    """The date of the call stands in for the voyage, which nobody can name then."""
    (reference,) = draft_of(fal1(fal1_rows, B7="")).references
    assert reference.value.endswith("/arrival/2026-01-02")


def test_a_departure_is_a_part_of_its_own(fal1, fal1_rows):
    """It names the port that the ship leaves, by the day on which it does."""
    cells = {"B2": "Departure from the UK", "B5": "NLRTM", "F7": "NLRTM", "B6": "GBSOU", "B7": ""}
    message = fal1(fal1_rows, **cells)
    draft = draft_of(message)
    assert (message.verdict, draft.part) == ("accepted", "FAL1-departure")
    assert draft.references[0].value.split("/")[1:] == ["GBSOU", "departure", "2025-12-31"]


def test_no_call_sign_is_no_identifier(fal1, fal1_rows):
    """NA fulfils the demand, and leaves no identifier behind."""
    message = fal1(fal1_rows, F3="NA")
    assert message.verdict == "accepted"
    assert "AdditionalIdentifier" not in draft_of(message).body["BorderTransportMeans"]


def test_a_time_without_its_date_is_kept_apart(fal1, fal1_rows):
    """The missing date is told; the time is in no body, and not lost."""
    message = fal1(fal1_rows, D5="")
    assert found_in(message) == [("D5", "value.missing")]
    draft = draft_of(message)
    assert "ArrivalDateTime" not in draft.body["BorderTransportMeans"]
    assert [(one.place.cell, one.value) for one in draft.unmapped] == [("F5", "14:30")]


def test_a_date_without_its_time_is_told_at_the_cell_of_the_time(fal1, fal1_rows):
    """The path is that of the moment, which is only half said."""
    (problem,) = fal1(fal1_rows, F5="").problems
    assert (problem.where.cell, problem.code) == ("F5", "value.missing")
    assert problem.path == "Declaration.BorderTransportMeans.ArrivalDateTime"


def test_an_error_rejects_a_warning_does_not(fal1, fal1_rows):
    """A wrong check digit is told and passed on; a flag that does not exist rejects."""
    warned = fal1(fal1_rows, D3="9999990")
    assert (warned.verdict, found_in(warned)) == (
        "accepted",
        [("D3", "imo.check-digit")],
    )
    refused = fal1(fal1_rows, D4="QQQ")
    assert (refused.verdict, found_in(refused)) == ("rejected", [("D4", "country.unknown")])


def test_a_problem_has_the_words_of_the_form(fal1, fal1_rows):
    """Heading, value and signs are named; the class of the value is the model's."""
    (problem,) = fal1(fal1_rows, B4="Capt $ Invented!").problems
    assert problem.text == "Name of master is 'Capt $ Invented!', with $ !"
    assert (problem.found, problem.found_class, problem.part) == (
        "Capt $ Invented!", "personal", "FAL1",
    )  # fmt: skip


def test_inserted_rows_are_found_by_their_headings(fal1, fal1_rows):
    """A row put in at the top moves every value; all are read, and told, where they are now."""
    moved = fal1([fal1_rows[0], ["my notes"], *fal1_rows[1:]], D5="QQQ")
    assert found_in(moved) == [("D5", "country.unknown")]
    body = draft_of(moved).body
    said = declaration(items=3, number=1, seed=7)
    assert body["BorderTransportMeans"]["Name"] == said["BorderTransportMeans"]["Name"]
    assert body["Agent"] == said["Agent"]


def test_a_value_beside_its_cell_is_told(fal1, fal1_rows):
    """What was written one cell too far is not lost in silence, even where nothing is demanded."""
    message = fal1(fal1_rows, B14="", C14="3")
    (problem,) = message.problems
    assert (problem.where.cell, problem.code) == ("B14", "value.misplaced")
    assert "cell C14" in str(problem.hint)
    assert message.verdict == "rejected"


def test_a_deleted_row_takes_its_own_value_away_only(fal1, fal1_rows):
    """The cell of a field that is gone holds another field's value now: it is that field's."""
    message = fal1([*fal1_rows[:7], *fal1_rows[8:]])
    assert message.problems == ()
    body = draft_of(message).body
    assert body["Agent"] == declaration(items=3, number=1, seed=7)["Agent"]
    assert "GrossTonnageMeasure" not in body["BorderTransportMeans"]


def test_a_date_that_is_shown_as_a_number_is_told_how_it_came(fal1, fal1_rows):
    """A spreadsheet's day without the format of a date."""
    (problem,) = fal1(fal1_rows, D5=46030).problems
    assert (problem.where.cell, problem.code) == ("D5", "moment.malformed")
    assert problem.found == "46030"
    assert "give it the format of a date" in str(problem.hint)


def test_a_value_of_signs_alone_is_told_so(fal1, fal1_rows):
    """No sign of it is refused, but there is no letter."""
    (problem,) = fal1(fal1_rows, B3="-/-").problems
    assert problem.text == "Name of ship is '-/-', signs alone"


def test_a_value_that_looks_like_a_heading_is_a_value(fal1, fal1_rows):
    """A ship may be called Remarks."""
    message = fal1(fal1_rows, B3="Remarks", B16="none")
    body = draft_of(message).body
    assert (body["BorderTransportMeans"]["Name"], body["RemarksText"]) == ("Remarks", "none")


def test_another_form_in_the_same_workbook_is_told(fal1_profile, fal1_rows):
    """The declaration is accepted; that the list beside it was not read is told at its sheet."""
    rows = [[one if isinstance(one, str) else int(one) for one in row] for row in fal1_rows]
    payload = compose([("FAL 1", rows), ("FAL 5", [["x"]])])
    (message,) = Fal1().translate(payload, fal1_profile).messages
    assert message.verdict == "accepted"
    assert [(one.where.sheet, one.code) for one in message.problems] == [
        ("FAL 5", "fal.sheet-not-read")
    ]


def test_without_a_profile_a_declaration_is_read_all_the_same():
    """No demand, the usual workbook: what can be read goes on."""
    from broker.adapter import Profile

    (message,) = (
        Fal1().translate(workbook("FAL 1", RIGHT), Profile(name="", family="", format="")).messages
    )
    assert message.verdict == "accepted"


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(10**9), 10**9),
    st.sampled_from(
        ["=1+1", "31/02/2026", "25:61", "NA", "GBXXX", "\ud800", "x" * 5000, "Remarks"]
    ),
)


@given(
    st.dictionaries(st.from_regex(r"[A-H]([1-9]|[12][0-9])", fullmatch=True), VALUES, max_size=8)
)
def test_any_cells_give_a_verdict(cells):
    """Whatever stands in whatever cells: one message, every error told at a cell of the sheet."""
    clean = {
        where: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for where, value in cells.items()
    }
    adapter = Fal1()
    payload = workbook("FAL 1", changed(RIGHT, clean))
    translation = adapter.translate(payload, PROFILE)
    (message,) = translation.messages
    assert message.verdict == (
        "rejected"
        if any(problem.severity == "error" for problem in message.problems)
        else "accepted"
    )
    assert all(isinstance(one, Problem) and one.where.cell for one in message.problems)
    assert dict(adapter.places(payload, 1, PROFILE)) is not None


def test_names_of_ships_and_masters_have_apostrophes(fal1, fal1_rows):
    """Straight or curly, with stops and accents; they go on as written."""
    cells = {"B3": "Queen's Star", "B4": "Capt. J. O\u2019Neil", "B13": "Bob's best: ore; coal"}
    message = fal1(fal1_rows, **cells)
    assert (message.verdict, message.problems) == ("accepted", ())
    ship = draft_of(message).body["BorderTransportMeans"]
    assert (ship["Name"], ship["Master"]["Name"]) == ("Queen's Star", "Capt. J. O\u2019Neil")


def test_numbers_are_read_as_their_cells_show_them():
    """Zeros of identifiers stay; quantities are what is stored; a date as a voyage is a warning."""
    payload = formatted(
        compose_fal1(items=3, number=1, seed=7), B8=(12000, "#,##0"), D8=(7000.5, "0"),
        D9=(1703123456, "00000 000000"), B7=(date(2026, 2, 1), "d/m"),
    )  # fmt: skip
    (message,) = Fal1().translate(payload, PROFILE).messages
    (draft,) = message.events
    ship = draft.body["BorderTransportMeans"]
    assert ship["GrossTonnageMeasure"] == {"value": "12000"}
    assert draft.body["Agent"]["Communication"][0]["ID"] == "01703 123456"
    assert ship["JourneyID"] == "2026-02-01"
    assert message.verdict == "accepted"
    assert [(one.where.cell, one.code, one.severity) for one in message.problems] == [
        ("B7", "value.shown-otherwise", "warning"),
        ("D8", "value.shown-otherwise", "warning"),
    ]  # fmt: skip
