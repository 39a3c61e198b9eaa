"""What unfinished work still names."""

import orjson
from sqlalchemy import insert, update

from broker.state import unfinished
from broker.state.tables import (
    ASKS,
    DOCUMENTS,
    DOSSIERS,
    DUE,
    FOLLOWERS,
    MESSAGES,
    PARKED,
    QUESTIONS,
    QUEUE,
    REQUESTS,
    SUBMISSIONS,
    UNRESOLVED,
)
from broker.state.unfinished import Names, lacking

EVERY = Names(
    profiles=["qz"], formats=["FORM 1"], kinds=["declaration"], parties=["lantern", "plants"],
    recipients=["plants"], tables={"qz": ["2026-01-01"]}, settled=["released"],
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
    """One of each: a submission, what waits, a request, an ask, a question, a reply, ..."""
    given = {"swb_profile": "qz", "swb_sender": "lantern", "swb_submission": "s_1",
             "ce_type": "declaration.put"}  # fmt: skip
    headers = orjson.dumps(given).decode()
    holders = orjson.dumps([["plants", "control", "d_1", ""]]).decode()
    rows = (
        row(SUBMISSIONS, id="s_1", sender="lantern", profile="qz", format="FORM 1"),
        row(MESSAGES, submission="s_1", message=1, profile="qz", format="FORM 1"),
        row(UNRESOLVED, event="e_1", kind="declaration", sender="lantern", refs="[]",
            headers=headers),
        row(DOSSIERS, id="o_1", kind="declaration", state="open"),
        row(REQUESTS, dossier="o_1", state="open", headers=headers, holders=holders,
            table_in_force="qz@2026-01-01"),
        row(DOCUMENTS, dossier="o_1", profile="qz", state="live"),
        row(PARKED, id="p_1", station="core", headers=headers, state="parked"),
        row(FOLLOWERS, dossier="o_1", headers=headers),
        row(DUE, dossier="o_1", kind="declaration"),
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
        ("format", "an event that waits for a reference"), ("format", "an open request"),
        ("kind", "a parked record"), ("sender", "a parked record"), ("profile", "a parked record"),
        ("kind", "an event behind a parked one of"), ("sender", "an event behind a parked one of"),
        ("profile", "an event behind a parked one of"),
        ("profile", "what was lodged in a dossier with open asks"),
        ("kind", "a moment that will come in"),
        ("kind", "an open ask about"), ("recipient", "an open ask about"),
        ("recipient", "an open question about"), ("kind", "an open question about"),
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
    for table in (UNRESOLVED, FOLLOWERS, DUE):
        connection.execute(table.delete())
    for table, state in ((REQUESTS, "granted"), (ASKS, "superseded"), (QUESTIONS, "closed"),
                         (QUEUE, "numbered"), (PARKED, "discarded")):  # fmt: skip
        connection.execute(update(table).values(state=state))
    assert lacking(connection, NONE) == []


def test_a_dossier_of_which_all_is_settled_holds_no_recipient_and_no_profile(connection):
    """Its asks are answered, whatever their state; until then they name both."""
    connection.execute(row(DOSSIERS, id="o_1", kind="declaration", overall="waiting"))
    connection.execute(row(ASKS, dossier="o_1", recipient="plants", state="open"))
    connection.execute(row(DOCUMENTS, dossier="o_1", profile="qz", state="live"))
    known = EVERY._replace(profiles=[], recipients=[])
    assert found(connection, known) == {("recipient", "plants"), ("profile", "qz")}
    connection.execute(update(DOSSIERS).values(overall="released"))
    assert found(connection, known) == set()


def test_a_submission_with_a_verdict_on_the_whole_of_it_is_finished(connection):
    """One that was discarded has its envelope as its last message, and holds nothing."""
    connection.execute(row(SUBMISSIONS, id="s_1", sender="lantern", profile="qz", format="F"))
    assert found(connection, NONE)
    connection.execute(row(MESSAGES, submission="s_1", message=0, verdict="rejected", last=1))
    assert found(connection, NONE) == set()


def test_a_lacking_name_is_written_with_an_example():
    """What it is, its name, and where to look."""
    one = unfinished.Lacking("profile", "qz", "an open request,", "1 of o_1")
    assert str(one) == "profile 'qz' (an open request, 1 of o_1)"
