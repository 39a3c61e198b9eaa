"""What people did is kept in order, by its target."""

from broker.state import actions
from broker.state.database import MemoryDatabase
from tests.broker_in_process import story


@story
async def test_actions_are_kept_by_target_in_order():
    """Who, what and why, oldest first, of this target alone; later ones can be counted."""
    database = MemoryDatabase()

    def work(connection):
        for at, target in (("T1", "p_1"), ("T2", "p_2"), ("T3", "p_1")):
            actions.put(connection, at, "duty-desk", "parked.resume", target=target, why=at)

    await database.write(work)
    shown = await database.read(lambda connection: actions.about(connection, "p_1"))
    assert [(one["at"], one["who"], one["why"]) for one in shown] == [
        ("T1", "duty-desk", "T1"),
        ("T3", "duty-desk", "T3"),
    ]

    async def count(at, *what):
        return await database.read(lambda one: actions.after(one, "p_1", at, *what))

    assert await count("T1", "parked.read", "parked.resume") == 1
    assert await count("T1", "parked.read") == 0
    assert await count("T3", "parked.resume") == 0
