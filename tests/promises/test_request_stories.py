"""Cancellations, amendments and corrections as stories, with everything that everyone hears.

The transcripts stand in `golden/requests`. After a change on purpose, write them anew and read the
difference:

    SWB_GOLDEN=write python -m pytest tests/promises/test_request_stories.py
"""

import os
from pathlib import Path

import orjson
import pytest

from tests.families import item, people, seafarers, ship
from tests.promises.request_stories import WORDS, Story

GOLDEN = Path(__file__).parent / "golden" / "requests"
BOOKS, FLOWERS = "49019900", "06031100"
CONTROL, PLANTS = ("customs", "customs-control"), ("plant-health", "phytosanitary-control")


def answer(story, who, status, **more):
    """An agency answers under its purpose."""
    story.answer(who[0], status, who[1], **more)


def cancelled_before_anything_is_decided():
    """A cancellation takes effect at once while no agency has decided anything."""
    story = Story("declaration")
    story.goods(FLOWERS)
    story.ask("withdraw")
    return story


def cancelled_under_control():
    """Plant health holds the flowers: customs and plant health must both grant the cancellation."""
    story = Story("declaration")
    story.goods(FLOWERS)
    answer(story, PLANTS, "held")
    story.ask("withdraw")
    story.decide("customs", "granted", 1)
    story.goods(BOOKS)
    story.decide("plant-health", "granted", 1)
    return story


def cancelled_after_release():
    """The goods are released: customs refuses the first cancellation and grants the second."""
    story = Story("declaration")
    story.goods(BOOKS)
    answer(story, CONTROL, "released")
    story.ask("withdraw")
    story.decide("customs", "refused", 1)
    story.ask("withdraw")
    story.decide("customs", "granted", 2)
    return story


def corrected_while_an_amendment_is_open():
    """Customs corrects what the declarant asks to amend: the request is overtaken, and reported."""
    story = Story("declaration")
    story.goods(BOOKS)
    story.amend("other books")
    story.correct("rare books")
    story.decide("customs", "granted", 1)
    story.amend("old books")
    story.decide("customs", "granted", 2)
    return story


def released_while_a_cancellation_is_open():
    """Customs releases the goods before it has decided: the cancellation is overtaken."""
    story = Story("declaration")
    story.goods(BOOKS)
    answer(story, CONTROL, "held")
    story.ask("withdraw")
    answer(story, CONTROL, "released")
    story.ask("take_back", RequestID="1")
    return story


def ended_by_the_authority():
    """Customs ends the declaration while an amendment is open: nothing is asked any more."""
    story = Story("declaration")
    story.goods(FLOWERS)
    story.amend("other flowers")
    answer(story, CONTROL, "ended")
    story.goods(BOOKS)
    return story


def undecided():
    """No one decides an amendment: it is overdue, then refused."""
    story = Story("declaration")
    story.goods(BOOKS)
    story.amend("other books")
    story.pass_to("deadline/request/1/customs/customs-control/1", "2026-11-23T09:30:00.000Z")
    story.pass_to("expires/request/1", "2026-12-22T09:30:00.000Z")
    return story


def a_visit_cancelled():
    """The call is cancelled with all its forms; nothing is accepted afterwards."""
    story = Story("visit")
    story.lodge(ship(1, crew=2), "conveyance-report", "FAL1")
    story.ask("withdraw")
    story.lodge(ship(1, crew=3), "conveyance-report", "FAL1")
    return story


def a_flight_cancelled_and_lodged_again():
    """The carrier's list is withdrawn; its next list opens the flight again."""
    story = Story("flight")
    listed = {"TypeCode": "745", "BorderTransportMeans": {"Passenger": people(7, 1, 2)}}
    story.lodge(listed, "persons-report", "passengers")
    story.ask("withdraw")
    story.ask("withdraw")
    story.lodge(listed, "persons-report", "passengers")
    return story


def an_item_taken_back_before_its_departure():
    """Before it departs an item is taken back at once."""
    story = Story("item")
    story.lodge(item(1), "postal-item")
    story.ask("withdraw")
    return story


def an_item_that_has_departed():
    """After departure customs decides; it refuses."""
    story = Story("item")
    story.lodge(item(1), "postal-item")
    story.ask("present", TypeCode="departure")
    story.ask("withdraw")
    story.decide("customs", "refused", 1)
    return story


def a_crew_list_amended_by_form():
    """A seafarer is corrected by path; the same again changes nothing, and a name may not go."""
    story = Story("visit")
    story.lodge(ship(1, crew=2), "conveyance-report", "FAL1")
    crew = {"Crew": [{**one, "SequenceNumeric": str(number)}
                     for number, one in enumerate(seafarers(1, 1, 2), 1)]}  # fmt: skip
    story.lodge({"BorderTransportMeans": crew}, "persons-report", "FAL5")
    path = "BorderTransportMeans.Crew[2].FamilyName"
    corrected = {"SequenceNumeric": "2", "FamilyName": "OKORO"}
    tree = {"BorderTransportMeans": {"Crew": [corrected]}}
    story.amend_by_form(path, tree, "persons-report", "FAL5")
    story.amend_by_form(path, tree, "persons-report", "FAL5")
    story.amend_by_form(path, {}, "persons-report", "FAL5")
    return story


def a_declaration_amended_by_form():
    """What is asked in the broker's own form is decided like a native amendment, with reasons."""
    story = Story("declaration")
    story.goods(BOOKS)
    element = {"SequenceNumeric": "1", "Commodity": {"Description": "other books"}}
    tree = {"GoodsShipment": {"GovernmentAgencyGoodsItem": [element]}}
    story.amend_by_form(WORDS, tree, "goods-declaration")
    story.correct("rare books")
    story.amend_by_form(WORDS, tree, "goods-declaration")
    story.decide("customs", "granted", 2)
    return story


STORIES = (
    cancelled_before_anything_is_decided, cancelled_under_control, cancelled_after_release,
    corrected_while_an_amendment_is_open, released_while_a_cancellation_is_open,
    ended_by_the_authority, undecided, a_visit_cancelled, a_flight_cancelled_and_lodged_again,
    an_item_taken_back_before_its_departure, an_item_that_has_departed,
    a_crew_list_amended_by_form, a_declaration_amended_by_form,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_everyone_hears_of_requests_what_the_golden_transcript_has(story):
    """Each event gives the deliveries, replies and notices that were read and held."""
    path = GOLDEN / f"{story.__name__}.json"
    transcript = orjson.loads(orjson.dumps({"story": story.__doc__, "events": story().transcript}))
    if os.environ.get("SWB_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(transcript, option=orjson.OPT_INDENT_2) + b"\n")
    assert transcript == orjson.loads(path.read_bytes())
