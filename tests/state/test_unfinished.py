"""What unfinished work still names."""

import orjson
from sqlalchemy import insert, update

from broker.state import unfinished
from broker.state.tables import (
    ASKS,
    DOSSIERS,
    MESSAGES,
    QUESTIONS,
    QUEUE,
    REQUESTS,
    SUBMISSIONS,
    UNRESOLVED,
)
from broker.state.unfinished import Names, lacking

EVERY = Names(
    profiles=["qz"], formats=["FORM 1"], kinds=["declaration"], parties=["lantern", "plants"],
    recipients=["plants"], tables={"qz": ["2026-01-01"]},
)  # fmt: skip
NONE = Names([], [], [], [], [], {})


def row(table, **given):
    """A row with something in every column that must have it."""
    empty = {"VARCHAR": "", "BLOB": b"", "BYTEA": b""}
    values = {
        column.name: empty.get(str(column.type).split("(", maxsplit=1)[0], 0)
        for column in table.c
        if not column.nullable and column.server_default is None
    }
    if values.get("number") == 0 and table is not REQUESTS and table is not QUESTIONS:
        values["number"] = 1
    return insert(table).values(**{**values, **given})


def work(connection):
    """One of each: a submission, what waits, a request, an ask, a question, a reply."""
    headers = orjson.dumps({"swb_profile": "qz", "swb_sender": "lantern"}).decode()
    holders = orjson.dumps([["plants", "control", "d_1", ""]]).decode()
    rows = (
        row(SUBMISSIONS, id="s_1", sender="lantern", profile="qz", format="FORM 1"),
        row(UNRESOLVED, event="e_1", kind="declaration", sender="lantern", refs="[]",
            headers=headers),
        row(DOSSIERS, id="o_1", kind="declaration", state="open"),
        row(REQUESTS, dossier="o_1", state="open", headers=headers, holders=holders,
            table_in_force="2026-01-01"),
        row(ASKS, dossier="o_1", recipient="plants", state="overdue"),
        row(QUESTIONS, dossier="o_1", recipient="plants", state="open"),
        row(QUEUE, id="d_1", subscription="lantern", what="reply", state="waiting",
            context=orjson.dumps({"reply_to": "s_1"}).decode()),
    )  # fmt: skip
    for one in rows:
        connection.execute(one)


def found(connection, known):
    """What is lacking, as (what, name)."""
    return {(one.what, one.name) for one in lacking(connection, known)}


def test_a_configuration_that_has_every_name_lacks_nothing(connection):
    """Whatever waits, what it names is there."""
    work(connection)
    assert lacking(connection, EVERY) == []


def test_nothing_unfinished_names_nothing(connection):
    """An empty state lets everything go."""
    assert lacking(connection, NONE) == []


def test_each_sort_of_unfinished_work_holds_its_names(connection):
    """A profile, format, kind, sender and recipient is found at everything that names it."""
    work(connection)
    places = {(one.what, one.where.split(",")[0]) for one in lacking(connection, NONE)}
    assert places == {
        ("profile", "a submission without a verdict"), ("format", "a submission without a verdict"),
        ("sender", "a submission without a verdict"),
        ("kind", "an event that waits for a reference"),
        ("sender", "an event that waits for a reference"),
        ("profile", "an event that waits for a reference"),
        ("kind", "an open request"), ("recipient", "an open request"),
        ("sender", "an open request"), ("profile", "an open request"),
        ("kind", "an open ask about"), ("recipient", "an open ask about"),
        ("recipient", "an open question about"),
        ("sender", "a delivery without a number"),
        ("profile", "a reply without a number"), ("format", "a reply without a number"),
    }  # fmt: skip


def test_a_table_of_requests_that_a_request_was_made_under_is_named(connection):
    """The profile is there, its table of that day is not."""
    work(connection)
    known = EVERY._replace(tables={"qz": ["2026-06-01"]})
    assert found(connection, known) == {("table of requests", "qz from 2026-01-01")}


def test_what_is_finished_holds_no_name(connection):
    """Verdicts given, requests decided, asks answered, rows numbered: everything may go."""
    work(connection)
    connection.execute(row(MESSAGES, submission="s_1", last=1))
    connection.execute(UNRESOLVED.delete())
    for table, state in ((REQUESTS, "granted"), (ASKS, "superseded"), (QUESTIONS, "closed"),
                         (QUEUE, "numbered")):  # fmt: skip
        connection.execute(update(table).values(state=state))
    assert lacking(connection, NONE) == []


def test_a_lacking_name_is_written_with_an_example():
    """What it is, its name, and where to look."""
    one = unfinished.Lacking("profile", "qz", "an open request,", "1 of o_1")
    assert str(one) == "profile 'qz' (an open request, 1 of o_1)"
