"""What a declarant gets back: their own workbook with marks, and the same as JSON."""

import json
from io import BytesIO

import pytest
from openpyxl import load_workbook

from adapters.maritime.fal1 import Fal1
from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal5, listed
from adapters.wire.xlsx import CONTENT_TYPE, Workbook, read
from broker.adapter import Extent, Original, Outgoing, Profile, Reference, Stamp
from broker.model.problem import Place, Problem
from tests.adapters.maritime.conftest import changed, workbook

STAMP = Stamp("r_1", "2026-11-22T09:30:00Z")
RED, ORANGE, YELLOW, GREEN = "FFFFC7CE", "FFF8CBAD", "FFFFEB9C", "FFC6EFCE"
CREW = "BorderTransportMeans.Crew"


def replied(adapter, payload: bytes, profile: Profile, **fields):
    """The workbook as opened, its bytes, and the JSON."""
    fields = {"status": "noted", "references": (), "stamp": STAMP} | fields
    book, listing = adapter.reply(Outgoing(**fields), Original("s_1", payload, 1), profile)
    assert (book.content_type, listing.content_type) == (CONTENT_TYPE, "application/json")
    return load_workbook(BytesIO(book.content)), book.content, json.loads(listing.content)


def answer(status: str, person: int, **fields) -> dict:
    return {
        "AgencyID": "border-police", "PurposeCode": "border-control", "StatusCode": status,
        "Subject": f"{CREW}[{person}]", **fields,
    }  # fmt: skip


def colour(book, cell: str) -> str:
    return book["FAL 5"][cell].fill.start_color.rgb


def test_a_rejected_declaration_comes_back_with_its_cells_marked(fal1_rows, fal1_profile):
    """Each problem is a comment at its cell, a row of the result, an entry of the list."""
    adapter = Fal1()
    payload = workbook("FAL 1", changed(fal1_rows, {"D4": "QQQ", "D3": "9999990"}))
    (message,) = adapter.translate(payload, fal1_profile).messages
    book, _content, listing = replied(
        adapter, payload, fal1_profile, status="rejected", problems=message.problems
    )
    sheet = book["FAL 1"]
    assert [sheet[cell].fill.start_color.rgb for cell in ("D4", "D3")] == [RED, YELLOW]
    assert "Flag state of ship is 'QQQ'" in sheet["D4"].comment.text
    assert "What to do: give the 3-letter code" in sheet["D4"].comment.text
    assert book["Result"]["A2"].value.startswith("Rejected")
    assert [(one["severity"], one["cell"], one["found"]) for one in listing["problems"]] == [
        ("error", "D4", "QQQ"), ("warning", "D3", "9999990"),
    ]  # fmt: skip
    assert listing["status"] == "rejected"
    assert all(one["expected"] and one["hint"] for one in listing["problems"])


def test_the_file_that_comes_back_can_be_sent_again(fal5_rows, fal5_profile):
    """Corrected in the marked file itself, the list is accepted; its marks are gone then."""
    adapter = Fal5()
    payload = workbook("FAL 5", changed(fal5_rows, {"K6": "Atlantis"}))
    (message,) = adapter.translate(payload, fal5_profile).messages
    book, _content, _list = replied(adapter, payload, fal5_profile, problems=message.problems)
    book["FAL 5"]["K6"] = "NLD"
    target = BytesIO()
    book.save(target)
    (again,) = adapter.translate(target.getvalue(), fal5_profile).messages
    assert (again.verdict, again.problems) == ("accepted", ())
    second, _content, _list = replied(adapter, target.getvalue(), fal5_profile, status="waiting")
    assert second["FAL 5"]["K6"].comment is None
    assert second.sheetnames == ["FAL 5", "Result"]


def test_nothing_wrong_gives_the_status_and_an_unmarked_form(fal5_profile):
    """The references the declarant may use are there: the visit id for whoever joins."""
    payload = compose_fal5(items=2, number=1, seed=1)
    book, content, listing = replied(
        Fal5(), payload, fal5_profile, status="waiting", references=(Reference("VISIT", "V1"),)
    )
    lines = [cell.value for cell in book["Result"]["A"]]
    assert lines[1:3] == ["Accepted. Agencies have still to answer.", "VISIT: V1"]
    assert all(cell.comment is None for row in book["FAL 5"].iter_rows() for cell in row)
    assert listing["references"] == [["VISIT", "V1"]]
    before, after = read(payload, {"FAL 5"}.__contains__), read(content, {"FAL 5"}.__contains__)
    assert isinstance(before, Workbook)
    assert isinstance(after, Workbook)
    assert before.sheets[0].rows == after.sheets[0].rows


def test_answers_have_the_colour_of_their_gravity(fal5_profile):
    """A refusal is red, a hold orange, a release green; each at its person, the gravest first."""
    given = (answer("released", 1), answer("held", 2, NativeText="come to the office"),
             answer("refused", 3))  # fmt: skip
    payload = compose_fal5(items=3, number=1, seed=1)
    book, _content, listing = replied(Fal5(), payload, fal5_profile, status="held", answers=given)
    assert [colour(book, cell) for cell in ("A5", "A6", "A7")] == [GREEN, ORANGE, RED]
    assert book["FAL 5"]["A6"].comment.text == (
        "Held, border-police, border-control\ncome to the office"
    )
    assert [one["StatusCode"] for one in listing["answers"]] == ["refused", "held", "released"]
    found = [(one["gravity"], one["number"], one["cell"]) for one in listing["answers"]]
    assert found == [("error", 3, "A7"), ("hold", 2, "A6"), ("clear", 1, "A5")]
    rows = [row[0] for row in book["Result"].iter_rows(min_row=5, values_only=True)]
    assert rows == ["refused", "held", "released"]


def test_a_reason_stands_at_the_value_that_the_agency_objects_to(fal5_profile):
    """With the colour of the answer, at the cell of its path; a reason without one in the list."""
    reasons = [{"Code": "N7", "Path": f"{CREW}[2].NationalityCode"}, {"Code": "N8"}]
    payload = compose_fal5(items=2, number=1, seed=1)
    book, _content, _listing = replied(
        Fal5(), payload, fal5_profile, status="held", answers=(answer("held", 2, Reason=reasons),)
    )
    assert colour(book, "K6") == ORANGE
    assert book["FAL 5"]["K6"].comment.text == "Held, border-police, N7"
    assert book["FAL 5"]["A6"].comment.text.endswith("Reason: N7\nReason: N8")


def test_what_an_agency_wants_and_states_is_in_the_workbook(fal5_profile):
    """Payments, limits and remarks are words of the answer; documents wanted have their column."""
    stated = answer(
        "held", 1,
        WantedDocument=[{"TypeCode": "VISA", "Text": "visa", "LimitDateTime": "2026-12-02"}],
        Payment=[{"PaymentAmount": {"value": "60.00", "currency": "EUR"}}],
        Limit=[{"DateTime": "2026-12-03", "Text": "desk closes"}],
        Remark=[{"Text": "go to desk 7"}],
    )  # fmt: skip
    payload = compose_fal5(items=1, number=1, seed=1)
    book, _content, listing = replied(
        Fal5(), payload, fal5_profile, status="held", answers=(stated,)
    )
    words = ["Payment: to pay 60.00 EUR", "Until 2026-12-03: desk closes", "go to desk 7"]
    assert book["FAL 5"]["A5"].comment.text.endswith("\n".join(words))
    (row,) = book["Result"].iter_rows(min_row=5, values_only=True)
    assert row[2].endswith("; ".join(words))
    assert row[4] == "VISA visa, until 2026-12-02"
    assert listing["answers"][0]["Payment"] == stated["Payment"]


def test_an_answer_says_on_what_it_was_given(fal5_profile):
    """Its version, a person who is no longer listed, and a release because nothing was answered."""
    given = (
        answer("held", 1, VersionID="3", FormerSubject=f"{CREW}[7]"),
        answer("released", 2, VersionID="4", Silence="true"),
    )
    payload = compose_fal5(items=2, number=1, seed=1)
    book, _content, _listing = replied(Fal5(), payload, fal5_profile, status="held", answers=given)
    assert "Given on version 3 about person 7 of that list, who is no longer on the list" in (
        book["FAL 5"]["A5"].comment.text
    )
    assert book["FAL 5"]["A6"].comment.text.endswith(
        "Given on version 4\nReleased because the agency did not answer in time"
    )


def test_a_later_reply_still_marks_the_problems_and_says_which_reply_it_changes(
    fal5_rows, fal5_profile
):
    """After an agency's answer the warning of the first round is still at its cell."""
    payload = workbook("FAL 5", changed(fal5_rows, {"L5": ""}))
    (message,) = Fal5().translate(payload, fal5_profile).messages
    book, _content, listing = replied(
        Fal5(), payload, fal5_profile, status="released", problems=message.problems,
        answers=(answer("released", 1),), changes="r_0",
    )  # fmt: skip
    assert colour(book, "L5") == YELLOW
    assert colour(book, "A5") == GREEN
    lines = [cell.value for cell in book["Result"]["A"]]
    assert lines[1:3] == ["Cleared.", "This reply replaces the earlier reply r_0."]
    assert (listing["previous"], listing["headline"]) == ("r_0", "Cleared.")


CUT = Extent(6, 1, tuple(f"{CREW}[{number}]" for number in range(2, 7)), cut=True)
STAY = "they stay on the list until a complete list is accepted."
CORRECT = "Correct what is marked in red and send the whole list again."
HEADLINES = [
    ("waiting", CUT, "Accepted without 5 of 6 persons. Agencies have still to answer."),
    ("not_required", CUT, "Accepted without 5 of 6 persons. No agency has to answer."),
    ("released", CUT, "Cleared, without 5 of 6 persons."),
    ("held", CUT, "Held by an agency, without 5 of 6 persons."),
    ("released", Extent(20, 6, cut=True), "Cleared, without 14 of 20 persons."),
    ("released", Extent(3, 3), "Cleared."),
    ("noted", Extent(3, 3), "Accepted. See the remarks below."),
    (
        "released", Extent(3, 3, not_confirmed=(f"{CREW}[9]", f"{CREW}[10]")),
        "Cleared. 2 persons of an earlier list are missing here and not confirmed: " + STAY,
    ),
    (
        "rejected", Extent(6, 0, (f"{CREW}[2]",), cut=True),
        "Rejected: 1 of 6 persons has an error, and nothing was passed on. " + CORRECT,
    ),
    (
        "rejected", Extent(0, 0, cut=True),
        "Rejected: nothing was passed on. Correct what is marked in red and send this again.",
    ),
    (
        "waiting_reference", CUT,
        "Not passed on yet: say which visit this belongs to. See below.",
    ),
    ("declined", CUT, "Declined: the workbook could not be joined to a visit. See below."),
]  # fmt: skip


@pytest.mark.parametrize(("status", "extent", "headline"), HEADLINES)
def test_the_headline_is_true_in_every_round(status, extent, headline, fal5_profile):
    """It says what was left out, also after a release, and what was not passed on."""
    payload = compose_fal5(items=6, number=1, seed=1)
    book, _content, listing = replied(Fal5(), payload, fal5_profile, status=status, extent=extent)
    assert (book["Result"]["A2"].value, listing["headline"]) == (headline, headline)


def test_every_person_who_is_left_out_is_named_and_marked(fal5_rows, fal5_cutting):
    """Those whose errors are not listed too: by sheet, row, number and name, without a limit."""
    person = [*fal5_rows[4][:8], "1999", *fal5_rows[4][9:]]
    people = [[*person[:3], f"X{number}", *person[4:]] for number in range(150)]
    payload = workbook("FAL 5", [*fal5_rows[:5], *people])
    (message,) = Fal5().translate(payload, fal5_cutting).messages
    (draft,) = message.events
    book, _content, listing = replied(
        Fal5(), payload, fal5_cutting, problems=message.problems, extent=draft.extent
    )
    rows = list(book["Result"].iter_rows(min_row=5, values_only=True))
    left_out = [row for row in rows if row[0] == "left out"]
    name = f"{person[5]}, {person[6]}"
    assert left_out[-1][1] == f"FAL 5 row 155, person 151: {name}"
    assert len(left_out) == 150
    sheet = book["FAL 5"]
    assert "left out" in sheet["A155"].comment.text
    assert sheet["A155"].fill.start_color.rgb == RED
    last = listing["extent"]["left_out"][-1]
    assert last == {
        "path": f"{CREW}[151]", "number": 151, "name": name, "sheet": "FAL 5", "row": 155,
        "cell": "A155",
    }  # fmt: skip
    assert listing["problems"][1]["number"] == 2


def test_errors_come_first_then_who_is_left_out_then_warnings_then_answers(fal5_rows, fal5_cutting):
    """Whatever the order in which the problems came."""
    payload = workbook("FAL 5", changed(fal5_rows, {"L5": "", "K6": "Atlantis"}))
    (message,) = Fal5().translate(payload, fal5_cutting).messages
    (draft,) = message.events
    book, _content, _listing = replied(
        Fal5(), payload, fal5_cutting, status="held", problems=message.problems[::-1],
        extent=draft.extent, answers=(answer("held", 1),),
    )  # fmt: skip
    rows = list(book["Result"].iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == ["error", "error", "left out", "warning", "held"]


def test_a_refused_list_says_of_each_person_why_it_was_refused(fal5_rows, fal5_profile):
    """Without an extent of the broker, the list itself says who has an error."""
    payload = workbook("FAL 5", changed(fal5_rows, {"K6": "Atlantis"}))
    (message,) = Fal5().translate(payload, fal5_profile).messages
    book, _content, listing = replied(
        Fal5(), payload, fal5_profile, status="rejected", problems=message.problems
    )
    assert book["Result"]["A2"].value.startswith("Rejected: 1 of 3 persons has an error")
    assert colour(book, "K6") == RED
    row = next(row for row in book["Result"].values if row[0] == "left out")
    assert row[2] == "This person has an error, for which the whole list was refused."
    assert [one["number"] for one in listing["extent"]["left_out"]] == [2]


def test_a_visit_that_was_not_found_is_a_mark_at_the_reference(fal5_profile):
    """The broker's problem has the cell of the reference, and is marked there."""
    problem = Problem(
        code="reference.unresolved",
        text="no visit is named V9",
        where=Place(sheet="FAL 5", cell="B1"),
    )
    payload = compose_fal5(items=1, number=1, seed=1)
    book, _content, _list = replied(
        Fal5(), payload, fal5_profile, status="declined", problems=(problem,)
    )
    assert book["FAL 5"]["B1"].comment.text == "Error: no visit is named V9"
    assert book["Result"]["A2"].value.startswith("Declined")


def test_bytes_that_are_no_workbook_are_answered_too(fal5_profile):
    """The result stands alone, with the problem of the whole file."""
    payload = b"PK\x03\x04 broken"
    translation = Fal5().translate(payload, fal5_profile)
    assert [one.code for one in translation.problems] == ["xlsx.damaged"]
    book, _content, listing = replied(
        Fal5(), payload, fal5_profile, status="rejected", problems=translation.problems
    )
    assert book.sheetnames == ["Result"]
    assert listing["problems"][0]["code"] == "xlsx.damaged"


def test_a_recipient_reads_its_view_as_the_same_form(fal5_profile, fal1_profile):
    """What is rendered of a cut tree is a workbook of the form with those values alone."""
    tree = listed(items=2, number=1, seed=1)
    for person in tree["BorderTransportMeans"]["Crew"]:
        del person["FamilyName"]
    out = Outgoing("changed", (), STAMP, tree=tree)
    (artifact,) = Fal5().render(out, fal5_profile)
    (message,) = Fal5().translate(artifact.content, Profile("", "", "")).messages
    (draft,) = message.events
    assert draft.body == tree
    ship = {"BorderTransportMeans": {"Name": "INVENTED TRADER"}}
    (artifact,) = Fal1().render(Outgoing("changed", (), STAMP, tree=ship), fal1_profile)
    (message,) = Fal1().translate(artifact.content, Profile("", "", "")).messages
    (draft,) = message.events
    assert draft.body["BorderTransportMeans"]["Name"] == "INVENTED TRADER"


def test_a_question_is_a_row_with_its_number_and_its_time(fal5_profile):
    """It says which person it is about, what is wanted, and how a response names it."""
    asked = {
        "SequenceNumeric": "3", "AgencyID": "border-police", "TypeCode": "documents",
        "Subject": f"{CREW}[1]", "DueDateTime": "2026-12-02T12:00:00.000Z",
        "WantedDocument": [{"TypeCode": "VISA"}],
    }  # fmt: skip
    fact = {"TypeCode": "arrived", "DateTime": "2026-11-22", "AgencyID": "harbour-master"}
    payload = compose_fal5(items=1, number=1, seed=1)
    tree = {"Question": [asked], "Reported": [fact]}
    book, _content, listing = replied(Fal5(), payload, fal5_profile, status="held", tree=tree)
    first, second = book["Result"].iter_rows(min_row=5, values_only=True)
    assert (first[0], first[4]) == ("question", "VISA")
    assert first[1].startswith("FAL 5 row 5")
    assert first[2] == (
        "question 3 of border-police: documents wanted, until 2026-12-02T12:00:00.000Z"
    )
    assert '["QUESTION", "3"]' in first[5]
    assert (second[0], second[2]) == ("report", "arrived 2026-11-22, as harbour-master has stated")
    assert listing["questions"][0]["SequenceNumeric"] == "3"
    assert listing["reported"] == [fact]
