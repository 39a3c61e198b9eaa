"""References that two batches bring at once, over the real tables."""

from operator import attrgetter

from broker.state.database import MemoryDatabase
from tests.broker_in_process import story
from tests.translation.test_resolve import put, resolved


@story
async def test_two_batches_that_race_for_a_reference_agree():
    """Whoever comes second joins, in whichever order the batches name them."""
    made = []
    for batches in (("AB", "BA"), ("BA", "AB")):
        database = MemoryDatabase()
        events = []
        for values in batches:
            found = await resolved(database, *(put(ord(value), ("LRN", value)) for value in values))
            events += found.events
        by_id = sorted(events, key=attrgetter("id"))
        made.append([(one.id, one.dossier) for one in by_id])
    assert made[0] == made[1]
