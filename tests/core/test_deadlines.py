"""Due times that have come, as events."""

from broker.core.deadlines import elapsed
from broker.model.events import read_event
from broker.state import due
from broker.state.database import MemoryDatabase
from broker.state.due import Due
from tests.broker_in_process import story

NOW = "2026-11-22T09:30:00.000Z"
PAST = Due("o_1", "deadline//customs/customs-control/1", "2026-11-22T09:29:59.999Z", "declaration")
EXACT = Due("o_2", "deadline//customs/customs-control/1", NOW, "declaration")
AHEAD = Due("o_3", "deadline//customs/customs-control/1", "2026-11-22T09:30:00.001Z", "declaration")


@story
async def test_a_moment_that_has_come_is_an_event_of_its_dossier_once():
    """Those due now or before become records, the earliest first; the others stay."""
    database = MemoryDatabase()
    await database.write(lambda connection: due.put(connection, [EXACT, AHEAD, PAST]))
    records = await database.write(lambda connection: elapsed(connection, NOW, 9))
    assert [(one.topic, one.key) for one in records] == [
        ("events.declaration", "o_1"),
        ("events.declaration", "o_2"),
    ]
    event = read_event(records[0])
    assert (event.does, event.name, event.received_at) == ("elapsed", PAST.name, PAST.at)
    assert await database.write(lambda connection: elapsed(connection, NOW, 9)) == []
    assert await database.read(lambda connection: due.upto(connection, AHEAD.at, 9)) == [AHEAD]


@story
async def test_the_event_of_a_moment_has_one_id_however_often_it_is_made():
    """Two processes that see the same moment make the same event."""
    made = []
    for _ in range(2):
        database = MemoryDatabase()
        await database.write(lambda connection: due.put(connection, [PAST, EXACT]))
        made.append(await database.write(lambda connection: elapsed(connection, NOW, 9)))
    assert made[0] == made[1]
    assert len({one.headers["ce_id"] for one in made[0]}) == 2


@story
async def test_no_more_than_the_limit_is_taken_at_once():
    """What is over the limit comes with the next pass."""
    database = MemoryDatabase()
    await database.write(lambda connection: due.put(connection, [PAST, EXACT]))
    for key in ("o_1", "o_2"):
        (record,) = await database.write(lambda connection: elapsed(connection, NOW, 1))
        assert record.key == key
