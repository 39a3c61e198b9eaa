"""What a declarant gets back: his own workbook with marks, and the same as a list."""

import json
from io import BytesIO

from openpyxl import load_workbook

from adapters.maritime.fal1 import Fal1
from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal5, listed
from adapters.wire.xlsx import CONTENT_TYPE, Workbook, read
from broker.adapter import Original, Outgoing, Profile, Reference, Stamp
from broker.model.problem import Place, Problem
from tests.adapters.maritime.conftest import changed, workbook

STAMP = Stamp("r_1", "2026-11-22T09:30:00Z")
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def replied(adapter, payload: bytes, profile: Profile, **said):
    """The workbook as opened, its bytes, and the list."""
    said = {"status": "noted", "references": (), "stamp": STAMP} | said
    book, listing = adapter.reply(Outgoing(**said), Original("s_1", payload, 1), profile)
    assert (book.content_type, listing.content_type) == (CONTENT_TYPE, "application/json")
    return load_workbook(BytesIO(book.content)), book.content, json.loads(listing.content)


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
    assert [(one["sheet"], one["cell"], one["found"]) for one in listing["problems"]] == [
        ("FAL 1", "D3", "9999990"), ("FAL 1", "D4", "QQQ"),
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


def test_an_answer_about_a_person_stands_in_his_row(fal5_profile):
    """What the border police says of the second person is a comment at row 6."""
    answer = {
        "AgencyID": "border-police", "PurposeCode": "border-control", "StatusCode": "held",
        "Subject": "BorderTransportMeans.Crew[2]", "NativeText": "come to the office",
    }  # fmt: skip
    payload = compose_fal5(items=3, number=1, seed=1)
    book, _content, listing = replied(
        Fal5(), payload, fal5_profile, status="held", answers=(answer,)
    )
    marked = [cell for row in book["FAL 5"].iter_rows() for cell in row if cell.comment]
    assert [cell.coordinate for cell in marked] == ["A6"]
    assert "border-police" in marked[0].comment.text
    assert "come to the office" in marked[0].comment.text
    assert (listing["answers"][0]["sheet"], listing["answers"][0]["cell"]) == ("FAL 5", "A6")


def test_a_visit_that_was_not_found_is_told_at_the_reference(fal5_profile):
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
    assert book["FAL 5"]["B1"].comment.text == "no visit is named V9"
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
