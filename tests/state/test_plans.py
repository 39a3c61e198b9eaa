"""Every question on the road finds its rows by an index, however many rows there are."""

import re

import pytest
from sqlalchemy import create_engine, event, text

from broker.state import (
    aliases,
    dossiers,
    due,
    lines,
    outbox,
    parked,
    positions,
    queue,
    submissions,
    unresolved,
)
from broker.state.delivered import Sought, delivered
from broker.state.positions import Reader
from broker.state.tables import METADATA

TWO = ["a", "b"]
PAIRS = [("a", "b"), ("c", "d")]
SOUGHT = Sought("a", 9, ("N", "N/1"), (3,), every=True)

QUESTIONS = {
    "earlier submissions by key": lambda one: submissions.by_idempotency(one, PAIRS),
    "earlier submissions by bytes": lambda one: submissions.by_bytes(one, PAIRS),
    "messages that are replied to": lambda one: submissions.asked(one, [("a", 1), ("b", 1)]),
    "messages of one file": lambda one: submissions.asked(one, [("a", 1), ("a", 2)]),
    "a submission": lambda one: submissions.one(one, "a"),
    "originals": lambda one: submissions.originals(one, TWO),
    "messages": lambda one: submissions.messages(one, "a"),
    "meanings": lambda one: aliases.meanings(one, [("a", "b", "c"), ("d", "e", "f")]),
    "delivered under": lambda one: aliases.delivered_under(one, "a", PAIRS),
    "references": lambda one: aliases.of_dossiers(one, TWO),
    "events seen": lambda one: dossiers._seen(one, PAIRS),
    "documents": lambda one: dossiers._documents(one, TWO),
    "shown": lambda one: dossiers._shown(one, TWO),
    "asks": lambda one: dossiers._asks(one, TWO),
    "answers": lambda one: dossiers._answers(one, TWO),
    "delivered": lambda one: delivered(one, {"a": [SOUGHT, SOUGHT._replace(given=None)]}, TWO),
    "outcomes": lambda one: dossiers.outcomes_of_submission(one, "a"),
    "subscriptions that wait": queue.waiting_names,
    "waiting rows": lambda one: queue.oldest_waiting(one, 10, TWO),
    "numbered rows": lambda one: queue.read(one, "a", 5, 10),
    "a chain": lambda one: lines.chain_at(one, "a", 5),
    "known submissions": lambda one: submissions.known(one, TWO),
    "given": lambda one: queue.given_to(one, TWO),
    "a delivery": lambda one: queue.delivery_of(one, "a", "b"),
    "a dossier's deliveries": lambda one: queue.of_dossier(one, "a"),
    "acknowledging": lambda one: queue.acknowledge(one, "a", 5, "at"),
    "cancelling": lambda one: queue.cancel(one, "a", ("b", "c", "d"), 2, "at"),
    "due": lambda one: due.upto(one, "now", 10),
    "owed": lambda one: outbox.pending(one, ("a", 0)),
    "parked": lambda one: parked.parked_dossiers(one, TWO),
    "followers": lambda one: parked.followers(one, TWO),
    "waiting for a reference": lambda one: unresolved.all_waiting(one, 10),
    "a position": lambda one: positions.take(one, Reader("a", "b", 0)),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_whole_table(name):
    """The database's plan for the question searches; it scans no table but in an index's order."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    plans: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def planned(connection, _cursor, statement, parameters, _context, many):
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and not many:
            raw = connection.connection.dbapi_connection
            rows = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            plans.extend(str(row[3]) for row in rows)

    with engine.begin() as connection:
        connection.execute(text("INSERT INTO subscriptions VALUES ('a', 9, 8, 2, 'c', 0)"))
        QUESTIONS[name](connection)
    assert plans
    whole = re.compile(r"^SCAN (?!CONSTANT|unresolved$|names$|anon_)\w+(?! USING)")
    assert [plan for plan in plans if whole.match(plan) and "ROWID" not in plan] == []
