"""A trace as text: what happened to a message, in the order it happened."""

import asyncio

import click
import pytest

from broker.cli import road
from tests.broker_in_process import OPERATOR, declaration, in_process, withdrawal
from tests.said import cursor_of

MRN = "26QZ00000000000001"


@pytest.fixture(scope="module")
def withdrawn():
    """The road of a declaration that was answered, replaced and withdrawn."""

    async def play():
        async with in_process() as broker:
            await broker.lodge(declaration("QZ-R", "06031100", "84713000"))
            event = await broker.newest("plant-health", "goods-declaration")
            await broker.decide("plant-health", event["id"], "held", check="PH-DOC")
            event = await broker.newest("customs", "goods-declaration")
            await broker.decide("customs", event["id"], "acknowledged", references=[["MRN", MRN]])
            await broker.lodge(declaration("QZ-R", "84713000"))
            await broker.lodge(withdrawal(MRN))
            for name in ("customs", "plant-health"):
                asked = await broker.newest(name, "declaration.withdrawal-requested")
                await broker.decide(name, asked["id"], "granted")
            first, *_ = await broker.feed("customs")
            await broker.feed("customs", cursor=cursor_of(first))
            said = await broker.call("GET", "/v1/trace/LRN=QZ-R", OPERATOR)
            return said.json()

    found = asyncio.run(play())
    return [click.unstyle(line) for line in road.road_lines(found)]


def at(lines, words):
    """Where the first line with these words stands."""
    return next(number for number, line in enumerate(lines) if words in line)


def test_the_order_is_that_of_the_road(withdrawn):
    """Submissions, dossier, versions, recipients, the others, answers, board, deliveries."""
    steps = (
        "submission s_", "message 1, QZ-R: accepted", "put, applied", "message 1, REQ-1: accepted",
        "withdraw, requested", f"references: LRN QZ-R, MRN {MRN}", "version 1, superseded",
        "version 2, superseded", "version 3, withdrawn", "recipients", "answers",
        "request 1: withdraw on version 2, granted", "board, version", "deliveries",
    )  # fmt: skip
    places = [at(withdrawn, words) for words in steps]
    assert places == sorted(places)


def test_submissions_that_only_answered_stand_with_their_answers(withdrawn):
    """An answer names the submission it came in; that is not listed before the dossier."""
    assert sum(line.startswith("submission s_") for line in withdrawn) == 3
    held = next(line for line in withdrawn if "plant-health for" in line and "held" in line)
    assert "check PH-DOC" in held
    assert " in s_" in held or withdrawn[withdrawn.index(held) + 1].strip().startswith("s_")


def test_who_is_concerned_no_more_is_shown_withdrawn(withdrawn):
    """A withdrawn entitlement names the version that ended it."""
    assert "plant-health for phytosanitary-control: withdrawn with version 2" in "\n".join(
        withdrawn
    )


def test_deliveries_tell_how_far_they_got(withdrawn):
    """Numbered, acknowledged, and what each was."""
    text = "\n".join(withdrawn)
    assert "document to customs: number 1, acknowledged" in text
    assert "notice to plant-health: number" in text
    assert "reply held to lantern-forwarding: number" in text


def test_lines_fit_a_page(withdrawn):
    """Long reasons are broken, not cut."""
    assert max(map(len, withdrawn)) <= 150
    assert not any(line.endswith("...") for line in withdrawn)


def test_what_is_parked_is_shown_with_its_reason():
    """A dossier whose first event is parked has nothing but that."""
    parked = {"id": "p_1", "station": "core", "state": "parked", "reason": "KeyError in x:1"}
    trace = {
        "submissions": [{"submission": "s_1", "messages": [], "replies": []}],
        "dossiers": [{"dossier": "o_1", "state": "new", "parked": [parked]}],
        "left_out": 3,
    }
    text = click.unstyle("\n".join(road.road_lines(trace)))
    assert "dossier o_1: new" in text
    assert "parked p_1 in core, parked\n    KeyError in x:1" in text
    assert "and 3 more dossiers" in text


def test_a_recipient_is_shown_with_its_part_and_its_row():
    """Of several parts the right one is named; what a declarant is told of his own has no row."""
    result = {"recipient": "border-police", "purpose": "border-control", "elements": "whole",
              "part": "FAL5", "version": 2, "result": "new", "state": "numbered",
              "rule": ["persons-on-ships"], "because": ["persons are checked"],
              "legal_basis": ["the law"], "withheld": []}  # fmt: skip
    own = {**result, "recipient": "submitter", "purpose": "consistency", "rule": [],
           "because": [], "legal_basis": []}  # fmt: skip
    dossier = {"dossier": "o_1", "state": "open", "kind": "visit", "party": "invented",
               "opened_at": "2026-11-26T22:00:00Z", "references": [], "documents": [],
               "recipients": [result, own], "not_matched": [], "answers": [], "deliveries": [],
               "requests": [], "decisions": [{"configuration": "0123456789abcdef" * 4}] * 2,
               "reported": [{"name": "arrived", "part": "FAL5", "by": "harbour-master",
                             "at": "2026-11-26T21:00:00.000Z"}],
               "board": {"version": 1, "overall": "waiting", "asks": []}, "parked": []}  # fmt: skip
    trace = {"submissions": [], "dossiers": [dossier], "left_out": 0}
    said = [click.unstyle(line).strip() for line in road.road_lines(trace)]
    first = said.index(
        "border-police for border-control: the whole (FAL5 version 2, new, numbered)"
    )
    assert said[first + 1] == "by row persons-on-ships"
    assert said.count("decided under configuration 0123456789abcdef") == 1
    assert "part FAL5 arrived 2026-11-26T21:00:00.000Z, by harbour-master" in said
    second = said.index("submitter for consistency: the whole (FAL5 version 2, new, numbered)")
    assert said[second + 1] == "by no row: it is about what this recipient sent"
    assert "because" not in said[second + 2]
