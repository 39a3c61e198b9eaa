"""Submissions that are translated in part: which go on when another is finished."""

import pytest

from broker.model.records import Record
from broker.state import continuations
from broker.state.continuations import RELEASED_MAX, Continuation
from broker.state.database import MemoryDatabase
from tests.broker_in_process import story

TOPIC = "submissions.postal"


def row(number, state="behind", sender="post", message=7):
    """A submission of this number of acceptance."""
    record = Record(TOPIC, sender, {"ce_id": f"c_{number}"}, b"")
    return Continuation(f"s_{number}", number, sender, TOPIC, message, state, record)


async def given(*rows):
    """A database with these."""
    database = MemoryDatabase()
    for one in rows:
        await database.write(lambda connection, one=one: continuations.put(connection, one))
    return database


async def released(database, sender="post"):
    """The numbers of those that go on now."""
    found = await database.write(
        lambda connection: continuations.release(connection, TOPIC, sender)
    )
    return [int(record.headers["ce_id"].removeprefix("c_")) for record in found]


@story
async def test_those_before_the_oldest_that_goes_on_are_released_in_order():
    """What came after it stays behind it; another sender's is not looked at."""
    database = await given(row(5), row(3), row(4, "continued"), row(2), row(1, sender="other"))
    assert await released(database) == [2, 3]
    assert await released(database) == []
    rows = await database.read(
        lambda connection: continuations.of_senders(connection, TOPIC, {"post"})
    )
    states = {number: state for _, _, number, _, state in rows}
    assert states == {2: "continued", 3: "continued", 4: "continued", 5: "behind"}


@pytest.mark.parametrize("before", ["finish", "park"])
@story
async def test_what_is_finished_or_parked_holds_nothing_back(before):
    """The next goes on at once."""
    database = await given(row(1, "continued"), row(2))
    assert await released(database) == []
    await database.write(lambda connection: getattr(continuations, before)(connection, "s_1"))
    assert await released(database) == [2]


@story
async def test_not_more_go_on_at_once_than_a_commit_may_hold():
    """The others follow when these are finished."""
    database = await given(*(row(number) for number in range(1, RELEASED_MAX + 3)))
    assert await released(database) == list(range(1, RELEASED_MAX + 1))
    for number in range(1, RELEASED_MAX + 1):
        await database.write(lambda c, n=number: continuations.finish(c, f"s_{n}"))
    assert await released(database) == [RELEASED_MAX + 1, RELEASED_MAX + 2]


@story
async def test_a_submission_is_left_anew_where_it_was_left_last():
    """One row a submission, which says after which message it goes on."""
    database = await given(row(1, "continued", message=7), row(1, "behind", message=9))
    found = await database.read(lambda connection: continuations.of_submission(connection, "s_1"))
    assert (found["message"], found["state"]) == (9, "behind")
