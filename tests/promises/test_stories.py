"""What went wrong once, as stories, with everything that everyone hears.

The transcripts stand in `golden`. After a change on purpose, write them anew and read the
difference:

    SWB_GOLDEN=write python -m pytest tests/promises/test_stories.py
"""

import os
from pathlib import Path

import orjson
import pytest

from tests.promises.settings import CREW, ITEM, PASSENGER
from tests.promises.stories import Story, item, person

GOLDEN = Path(__file__).parent / "golden"
ROSES, BOOKS, TOYS, PCS = "06031100", "49019900", "95030041", "84713000"
POLICE, PLANTS, MARKET = "border-police", "plant-health", "market-surveillance"
ROE, DOE, POE = ("ROE", "X1", "A1"), ("DOE", "X2", "A2"), ("POE", "X3", "A3")


def _is(status, subject="", **more):
    answer = {"StatusCode": status, **more}
    return answer | {"Subject": subject} if subject else answer


def inserted_in_front():
    """A list comes again with a person in front: those who were answered keep their answers."""
    story = Story("flight-sample")
    story.persons(person(1, *ROE), person(2, *DOE))
    story.deliver(POLICE)
    story.answer(POLICE, _is("released", f"{PASSENGER}[1]"), _is("refused", f"{PASSENGER}[2]"))
    story.persons(person(1, *POE), person(2, *ROE), person(3, *DOE))
    return story


def passport_corrected():
    """A passport is corrected, and the answer about the old one comes late."""
    story = Story("flight-sample")
    story.persons(person(1, *ROE), person(2, *DOE))
    story.deliver(POLICE)
    story.persons(person(1, "ROE", "X9", "A1"), person(2, *DOE))
    story.answer(POLICE, _is("released"))
    story.deliver(POLICE)
    story.answer(POLICE, _is("released"))
    return story


def interactive_requests():
    """Three requests, each for one person: each is answered for itself, by its own number."""
    story = Story("flight-composed")
    for one in (ROE, DOE, POE):
        story.persons(person(1, *one), does="merge")
        story.deliver("vetting")
        story.answer("vetting", _is("released"))
    story.persons(person(1, *ROE), does="merge", sender="another-sender")
    return story


def roses():
    """Roses are held, recoded to computers, recoded back, and withdrawn: they stay held."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES), item(2, "books", BOOKS))
    story.deliver(PLANTS)
    story.deliver("customs")
    story.answer("customs", _is("released"))
    story.answer(PLANTS, _is("held", f"{ITEM}[1]"))
    story.goods(item(1, "roses", PCS), item(2, "books", BOOKS))
    story.goods(item(1, "roses", ROSES), item(2, "books", BOOKS))
    story.withdraw()
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"))
    return story


def swapped_and_split():
    """Two items change numbers, one is split: what was released is asked anew, by number."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES), item(2, "tulips", "06011000"))
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released", f"{ITEM}[1]"), _is("held", f"{ITEM}[2]"))
    story.goods(item(2, "roses", ROSES), item(1, "tulips", "06011000"))
    story.goods(item(2, "roses", ROSES, "6"), item(1, "tulips", "06011000"),
                item(3, "roses", ROSES, "4"))  # fmt: skip
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"), about=3)
    return story


def two_checks():
    """Two checks are asked: one is answered, one is misspelt, then it is answered."""
    story = Story("declaration-composed")
    story.goods(item(1, "roses", ROSES, "60"))
    story.deliver(PLANTS)
    for check in ("PH-WPM", "PH-DOK", "PH-DOC"):
        story.answer(PLANTS, _is("released", f"{ITEM}[1]", CheckCode=check))
    return story


def silence_unfetched():
    """No one has fetched the delivery: silence releases nothing."""
    story = Story("declaration-composed")
    story.goods(item(1, "bears", TOYS))
    story.pass_hours(100)
    return story


def silence_fetched():
    """The delivery was acknowledged: silence releases it three days later."""
    story = Story("declaration-composed")
    story.goods(item(1, "bears", TOYS))
    story.deliver(MARKET)
    story.pass_hours(71)
    story.pass_hours(2)
    return story


def newer_is_unread():
    """An answer by the LRN is about what was read, though a newer version is on its way."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES), item(2, "tulips", "06011000"))
    story.deliver(PLANTS)
    story.goods(item(1, "roses", ROSES), item(2, "soil", "25309000"))
    story.post.number()
    story.answer(PLANTS, _is("released"))
    return story


def changed_and_back():
    """What was changed and changed back is asked again."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES))
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"))
    story.goods(item(1, "soil", ROSES))
    story.goods(item(1, "roses", ROSES))
    return story


def valid_until():
    """A release is valid for two hours; then the item is open, though the whole was released."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES))
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"))
    until = "2026-11-22T11:30:00Z"
    story.answer(PLANTS, _is("released", f"{ITEM}[1]", ValidUntilDateTime=until))
    story.pass_hours(3)
    return story


def lost_on_the_way():
    """A crew list that was cut removes no one; the complete list does."""
    story = Story("visit-sample")
    crew = [person(1, *ROE), person(2, *DOE), person(3, *POE)]
    story.persons(*crew, crew=True)
    story.deliver(POLICE)
    story.answer(POLICE, _is("refused", f"{CREW}[2]"), _is("released", f"{CREW}[3]"))
    story.persons(crew[0], crew[2], crew=True, declared=3, taken=2, left_out=(f"{CREW}[2]",))
    story.persons(crew[0], person(2, *POE), crew=True)
    return story


def closing_matches_no_one():
    """A closing list that names a stranger takes no one off, and says so."""
    story = Story("flight-sample")
    story.persons(person(1, *ROE), person(2, *DOE))
    story.deliver(POLICE)
    story.answer(POLICE, _is("refused", f"{PASSENGER}[2]"))
    story.change("keep", person(1, "OTHER", "X7", "A7"))
    return story


def taken_off_by_name():
    """Who was refused is taken off by name, and returns with the refusal."""
    story = Story("flight-composed")
    story.persons(person(1, *ROE), person(2, *DOE))
    story.deliver(POLICE)
    story.answer(POLICE, _is("released", f"{PASSENGER}[1]"), _is("refused", f"{PASSENGER}[2]"))
    story.change("remove", person(1, *DOE))
    story.deliver(POLICE)
    story.answer(POLICE, _is("released"))
    story.persons(person(1, "DOE", "X2"), does="merge")
    return story


def no_longer_entitled():
    """Two agencies hold the goods; one is no longer entitled, and is asked about its hold."""
    story = Story("declaration-sample")
    story.goods(item(1, "roses", ROSES))
    for name in (PLANTS, "customs"):
        story.deliver(name)
        story.answer(name, _is("held"))
    story.goods(item(1, "roses", PCS))
    story.deliver("customs")
    story.answer("customs", _is("released"))
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"))
    return story


def reloaded():
    """The views are replaced between two versions: what was answered stays answered."""
    story = Story("declaration-composed")
    story.goods(item(1, "roses", ROSES), item(2, "tulips", "06011000"))
    story.deliver(PLANTS)
    story.answer(PLANTS, _is("released"))
    story.reload()
    story.goods(item(1, "roses", ROSES), item(2, "soil", "06011000"))
    return story


STORIES = (
    inserted_in_front, passport_corrected, interactive_requests, roses, swapped_and_split,
    two_checks, silence_unfetched, silence_fetched, newer_is_unread, changed_and_back,
    valid_until, lost_on_the_way, closing_matches_no_one, taken_off_by_name, no_longer_entitled,
    reloaded,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
def test_everyone_hears_what_the_golden_transcript_has(story):
    """Each event of the story gives the replies, deliveries and notices that were read and held."""
    path = GOLDEN / f"{story.__name__}.json"
    transcript = {"story": story.__doc__, "events": story().transcript}
    if os.environ.get("SWB_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(transcript, option=orjson.OPT_INDENT_2) + b"\n")
    assert transcript == orjson.loads(path.read_bytes())
