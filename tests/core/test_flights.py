"""The lists of a flight on the whole road: pieces in any order, changes, closing, two carriers."""

import orjson
import pytest

from adapters.wire.edifact import read
from broker.state.tables import DOCUMENTS, DOSSIERS, PARKED, QUEUE
from tests.broker_in_process import in_process, story
from tests.families import EDIFACT, flight, flown, listed, paxlst, people, staff, token_of
from tests.families_told import native, persons_of, told, verdicts

AIRLINE, GROUND = "paperkite-airlines", "thistledown-air"


def piece(number, flag, *who):
    """One piece of the list of flight 7, which has six passengers."""
    return listed(flight(7), people(7, *who), piece=(number, flag), total=6)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 3, 2, 1, 2)])
@story
async def test_pieces_in_any_order_make_one_list(order):
    """Whatever came is delivered at once; at the end everybody is on the list, once."""
    async with in_process() as broker:
        pieces = {1: piece(1, "C", 1, 2), 2: piece(2, "", 3, 4), 3: piece(3, "F", 5, 6)}
        for number in order:
            await broker.lodge(paxlst(pieces[number]), AIRLINE, **EDIFACT)
        wanted = sorted(token_of(one) for one in people(7, *range(1, 7)))
        assert sorted(await persons_of(broker, "passengers")) == wanted
        broker.clock.move(hours=1)
        await broker.settle()
        assert await told(broker, AIRLINE, "message") == []


@story
async def test_a_missing_piece_is_named_by_the_timer_and_holds_nobody_back():
    """Who came is with the police at once; half an hour later it is told what did not come."""
    async with in_process() as broker:
        await broker.lodge(paxlst(piece(1, "C", 1, 2), piece(3, "F", 5, 6)), AIRLINE, **EDIFACT)
        assert len(await persons_of(broker, "passengers")) == 4
        assert await told(broker, AIRLINE, "message.noted") == []
        broker.clock.move(minutes=31)
        await broker.settle()
        (reply,) = await told(broker, AIRLINE, "message.noted")
        (message,) = read(native(reply), {}).messages
        text = str([one for one in message.segments if one[0][0] == "FTX"])
        assert "THESE PARTS HAVE NOT COME: 02;" in text
        await broker.lodge(paxlst(piece(2, "", 3, 4)), AIRLINE, **EDIFACT)
        broker.clock.move(minutes=31)
        await broker.settle()
        assert len(await persons_of(broker, "passengers")) == 6


@pytest.mark.parametrize(
    ("letters", "who", "fly"),
    [("CLNB", (2,), (1, 3)), ("CLOB", (1, 3), (1, 3)), ("CL", (), (1, 2, 3))],
)
@story
async def test_a_flight_that_closes_says_who_flies(letters, who, fly):
    """Those who are not on board, those who are, or just so; all of them stay on the list.

    A list that comes afterwards is taken, with a note, and the flight stays closed.
    """
    async with in_process() as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2, 3))), AIRLINE, **EDIFACT)
        closing = listed(flight(7), people(7, *who), kind="266", letters=letters)
        shown = await broker.status(await broker.lodge(paxlst(closing), AIRLINE, **EDIFACT))
        assert {outcome for _, ends in verdicts(shown) for outcome in ends} == {"applied"}
        flies = [token_of(person) for person in people(7, *fly)]
        assert await persons_of(broker, "passengers", flying=True) == flies
        if letters == "CLOB":
            everyone = [token_of(person) for person in people(7, 1, 2, 3)]
            assert await persons_of(broker, "passengers") == everyone
        again = paxlst(listed(flight(7), people(7, 1, 2)))
        shown = await broker.status(await broker.lodge(again, AIRLINE, **EDIFACT))
        assert verdicts(shown) == [("accepted", ["applied"])]
        assert shown["messages"][0]["outcomes"][0]["problems"][0]["code"] == "event.after-close"
        (flight_head,) = await broker.rows(DOSSIERS)
        assert flight_head["state"] == "closed"
        assert await broker.rows(PARKED) == []


@story
async def test_a_cancelled_flight_is_withdrawn_and_may_be_opened_again():
    """XF takes the carrier's lists back, once; the next list opens the flight, CF is a note."""
    async with in_process() as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
        cancel = paxlst(listed(flight(7), [], kind="266", letters="XF"))
        shown = await broker.status(await broker.lodge(cancel, AIRLINE, **EDIFACT))
        assert verdicts(shown) == [("accepted", ["applied"])]
        (head,) = await broker.rows(DOSSIERS)
        assert head["state"] == "withdrawn"
        given = await broker.feed("border-police", cursor="c0")
        assert given[-1]["type"] == "flight.withdrawn"
        again = paxlst(listed(flight(7), [], kind="266", letters="XF"))
        shown = await broker.status(await broker.lodge(again, AIRLINE, **EDIFACT))
        assert shown["messages"][0]["outcomes"][0]["problems"][0]["code"] == (
            "event.already-withdrawn"
        )
        listing = paxlst(listed(flight(7), people(7, 1)))
        shown = await broker.status(await broker.lodge(listing, AIRLINE, **EDIFACT))
        assert verdicts(shown) == [("accepted", ["applied"])]
        (head,) = await broker.rows(DOSSIERS)
        assert (head["state"], head["closed_at"]) == ("open", None)
        assert await persons_of(broker, "passengers") == [token_of(people(7, 1)[0])]
        changed = paxlst(listed(flight(7), [], kind="266", letters="CF"))
        shown = await broker.status(await broker.lodge(changed, AIRLINE, **EDIFACT))
        assert [one["code"] for one in shown["messages"][0]["problems"]] == [
            "paxlst.flight-changed"
        ]


@story
async def test_a_change_list_adds_moves_and_takes_off():
    """CP adds who is new and moves who is known; XR takes off, and its reply names whom it missed.

    Each of the three messages has its reply.
    """
    async with in_process() as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
        change = listed(flight(7), people(7, 2, 3, seat="40A"), letters="CP")
        await broker.lodge(paxlst(change), AIRLINE, **EDIFACT)
        gone = listed(flight(7), people(7, 1, 9), letters="XR")
        last = await broker.lodge(paxlst(gone), AIRLINE, **EDIFACT)
        assert await persons_of(broker, "passengers") == [token_of(p) for p in people(7, 2, 3)]
        assert await told(broker, AIRLINE, "message.noted") == []
        replies = await told(broker, AIRLINE, "board.changed")
        assert len({one["swbsubmission"] for one in replies}) == 3
        (row,) = [one for one in await broker.rows(QUEUE)
                  if one["what"] == "reply" and orjson.loads(one["context"])["reply_to"] == last
                  and "changes" not in orjson.loads(one["context"])]  # fmt: skip
        (problem,) = orjson.loads(row["payload"])["problems"]
        assert (problem["code"], problem["severity"]) == ("event.element-unknown", "warning")


@story
async def test_crew_and_passengers_of_one_flight_may_have_two_owners():
    """Another party joins the flight with parts of its own, and may not touch the carrier's."""
    async with in_process() as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
        await broker.lodge(paxlst(listed(flight(7), staff(7, 1), kind="250")), GROUND, **EDIFACT)
        stolen = paxlst(
            listed(flight(7), people(7, 3)), listed(flight(7), people(7, 1), letters="XR")
        )
        shown = await broker.status(await broker.lodge(stolen, GROUND, **EDIFACT))
        assert verdicts(shown) == [("accepted", ["applied"]), ("accepted", ["declined"])]
        assert await persons_of(broker, "passengers") == [token_of(p) for p in people(7, 1, 2)]
        rows = await broker.rows(DOCUMENTS)
        assert {(row["part"], row["party"]) for row in rows} == {
            ("passengers", "paperkite"), ("crew~2", "thistledown"), ("passengers~2", "thistledown")
        }  # fmt: skip
        assert len({row["dossier"] for row in rows}) == 1
        assert flown(7) in {one["value"] for m in shown["messages"] for one in m["references"]}
        (_, taken) = shown["messages"]
        assert [one["code"] for one in taken["outcomes"][0]["problems"]] == [
            "event.nothing-matched"
        ]
