"""Processes of two and more configurations over one log and database, under faults."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from broker.state import configurations, positions
from tests.simulation.world import SHORT, simulate

pytestmark = pytest.mark.long

OFTEN = replace(
    SHORT, senders=("lantern-forwarding", "pebble-imports"), succeeds=0.3,
    bounds=replace(SHORT.bounds, declarations=9),
)  # fmt: skip
TRIES = 6


def test_older_processes_end_and_every_promise_is_kept():
    """Nothing is lost, doubled, or judged under older files than before, whoever is superseded."""
    told = simulate(3, OFTEN)
    assert told.wrong == []
    assert told.world.superseded > 1
    digests = {row["configuration"] for row in told.readout.of("decisions")}
    assert len(digests) > 1


def test_a_fence_that_compares_no_numbers_is_caught(monkeypatch):
    """Older processes that go on judge dossiers after the newer ones."""

    def move(connection, reader, begin, end, *, number):
        del number
        done = connection.execute(
            update(positions.POSITIONS)
            .where(*positions._is(reader), positions.POSITIONS.c.next == begin.next,
                   positions.POSITIONS.c.message == begin.message)
            .values(next=end.next, message=end.message, starts=0)
        )  # fmt: skip
        if done.rowcount != 1:
            raise positions.MovedFault("another owner")

    monkeypatch.setattr(positions, "move", move)
    monkeypatch.setattr(positions, "moved_under", lambda *_: None)
    for name in ("must_be_newest", "must_seem_newest"):
        monkeypatch.setattr(configurations, name, lambda *_: None)
    for seed in range(TRIES):
        wrong = simulate(seed, OFTEN).wrong
        if wrong:
            break
    assert any(one.startswith("succeeded") for one in wrong)
