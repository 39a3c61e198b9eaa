"""Deliveries that an answer may be about: found among many, and few of them loaded."""

import random

import orjson
from sqlalchemy import select

from broker.core.binding import choices, last_answers
from broker.core.meant import _sought
from broker.model.dossier import Delivered, Shown, Target
from broker.state import dossier_writes, queue
from broker.state.delivered import Sought, delivered
from broker.state.queue import ANSWERABLE, ENDING, UNACKNOWLEDGED, Row
from broker.state.tables import QUEUE
from tests.sample_events import AT, said

POLICE = Target("passengers", "border-police", "border-control")
HARBOUR = Target("passengers", "border-police", "harbour-control")
CUSTOMS = Target("passengers", "customs", "border-control")
TARGETS = (POLICE, HARBOUR, CUSTOMS)


def row(number, target, what="document", kind="t", numbers=()):
    """A row of the queue."""
    context = orjson.dumps({"numbers": numbers} if numbers else {}).decode()
    return Row(f"d_{number}", target.recipient, "o_1", target.part, number, target.recipient,
               target.purpose, what, kind, b"{}", context, AT, showing=number)  # fmt: skip


def give_numbers(connection, rows, waiting=()):
    """Queue rows, and number all but those that wait."""
    queue.put(connection, rows)
    for one in queue.oldest_waiting(connection, len(rows)):
        if one["id"] not in waiting:
            queue.number_rows(connection, one["subscription"], [(one["number"], b"{}")])


def show(connection, last):
    """What each target was shown last, and what it answered last."""
    shown = {target: Shown(1, "", "", "new", answered=last.get(target, (0, "")))
             for target in TARGETS}  # fmt: skip
    dossier_writes.put_shown(connection, [("o_1", *one) for one in shown.items()])
    return shown


def everything(connection):
    """All that may be answered, whatever it costs."""
    rows = connection.execute(
        select(QUEUE).where(QUEUE.c.what.in_(ANSWERABLE), QUEUE.c.seq.is_not(None))
    )
    return {
        one.id: Delivered(
            one.id, Target(one.part, one.recipient, one.purpose), one.version, one.showing,
            one.seq, numbers=frozenset(orjson.loads(one.context).get("numbers", ())),
        )
        for one in rows
        if one.type != UNACKNOWLEDGED and not one.type.endswith(ENDING)
    }  # fmt: skip


def history(chance, length):
    """Rows of several targets: documents, notices and boards, some under a number of their own."""
    for number in range(1, length + 1):
        what = chance.choice(["document", "document", "document", "notice", "board"])
        kind = chance.choice(["t", "t", "t", UNACKNOWLEDGED, f"flight{ENDING}"])
        own = chance.choice(["", "A", "B"])
        revised = chance.choice([(own, f"{own}/{chance.randint(1, 3)}"), (own,)])
        yield row(number, chance.choice(TARGETS), what, kind, revised if own else ())


def answer_of(chance, order, length):
    """An answer: by an id, by numbers, by a reference, or by nothing of these."""
    numbers = chance.sample(["A", "B", "A/1", "A/2", "B/3", "C"], chance.choice([0, 0, 1, 2]))
    by_name = chance.random() < 0.2
    return said(
        order,
        "border-police",
        f"d_{chance.randint(1, length)}" if by_name else "",
        [{"SubjectReference": {"Scheme": "ABO", "ID": "X"}}] if chance.random() < 0.3 else (),
        references=[("X", one) for one in numbers],
        given=chance.choice([None, *range(length + 1)]) if chance.random() < 0.9 else 0,
    )


def test_what_is_loaded_means_the_same_as_all_of_it(connection):
    """Three answers in a row, over any history: each is about what it would be about with all."""
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311
        length = chance.randint(1, 14)
        connection.execute(QUEUE.delete())
        rows = list(history(chance, length))
        give_numbers(connection, rows, {f"d_{chance.randint(1, length)}"})
        known = everything(connection)
        last = {one: (chance.randint(0, length), f"d_{chance.randint(1, length)}")
                for one in TARGETS}  # fmt: skip
        shown = show(connection, last)
        events = [answer_of(chance, order, length) for order in (1, 2, 3)]
        ids = {event.body.get("DeliveryID", "") for event in events}
        ids |= {one.answered[1] for one in shown.values()}
        loaded = delivered(connection, {"o_1": _sought(events)}, ids).get("o_1", {})
        assert loaded.items() <= known.items()
        for event in events:
            found = choices(loaded, event, last_answers(shown))
            assert found == choices(known, event, last_answers(shown)), (seed, event)
            for one in (options[0] for options in found):
                given = event.given if event.given is not None else one.seq
                shown[one.target] = shown[one.target]._replace(answered=(given, one.id))
        show(connection, {})


def test_what_is_loaded_does_not_grow_with_what_was_delivered(connection):
    """Of each target its ends, among all and under the answer's number: four of a hundred."""
    last = {POLICE: (50, "d_50")}
    numbers = [("N", f"N/{number}") for number in range(1, 101)]
    rows = [row(number, POLICE, numbers=own) for number, own in enumerate(numbers, 1)]
    give_numbers(connection, rows)
    show(connection, last)
    plain = Sought("border-police", 100)
    found = delivered(connection, {"o_1": [plain]}, {"d_50"})
    assert sorted(found["o_1"]) == ["d_1", "d_100", "d_50", "d_51"]
    by_number = plain._replace(numbers=("N", "N/70"))
    found = delivered(connection, {"o_1": [by_number]}, ())
    assert sorted(found["o_1"]) == ["d_1", "d_100", "d_51", "d_70"]
    named = plain._replace(named=True)
    found = delivered(connection, {"o_1": [named]}, {"d_7"})
    assert sorted(found["o_1"]) == ["d_100", "d_7"]


def test_documents_and_notices_with_a_number_may_be_answered(connection):
    """Without what they hold; a board, and what waits for its number, may not."""
    rows = [row(1, POLICE), row(2, POLICE, "notice"), row(3, POLICE, "board"), row(4, POLICE)]
    give_numbers(connection, rows, {"d_4"})
    show(connection, {})
    assert delivered(connection, {"o_1": [Sought("border-police", None)]}, ()) == {
        "o_1": {
            "d_1": Delivered("d_1", POLICE, 1, 1, 1),
            "d_2": Delivered("d_2", POLICE, 2, 2, 2),
        }
    }
    assert queue.payloads_of(connection, ["d_2"]) == {"d_2": b"{}"}


def test_a_delivery_is_known_by_its_id_in_its_own_dossier_alone(connection):
    """The id of another dossier's delivery, or of a board, finds nothing."""
    give_numbers(connection, [row(1, POLICE), row(2, POLICE, "board")])
    assert delivered(connection, {"o_2": []}, {"d_1"}) == {}
    assert list(delivered(connection, {"o_1": []}, {"d_1", "d_2"})["o_1"]) == ["d_1"]
