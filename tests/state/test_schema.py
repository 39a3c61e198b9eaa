"""The migrations and the tables."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import StaticPool

from broker.dossiers.board import board_of, overall
from broker.model.dossier import Ask, Shown, Target
from broker.model.line import ORIGIN, Cursor, chained
from broker.model.records import sealed
from broker.state import dossiers, lines, members, queue
from broker.state.delivered import Sought, delivered
from broker.state.lines import Line
from broker.state.schema import alembic_config, upgrade
from broker.state.tables import METADATA


def migrated():
    """A database in memory that has seen every migration."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrade(engine)
    return engine


def test_the_migrations_give_exactly_the_tables():
    """A fresh database after all migrations differs in nothing from `tables.py`."""
    with migrated().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_unique_numbers_are_never_used_again():
    """The outbox counts on: a number that was deleted does not come back, migrated or made."""
    made = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(made)
    for engine in (made, migrated()):
        with engine.connect() as connection:
            sql = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name='outbox'")
            ).scalar_one()
            assert "AUTOINCREMENT" in sql


def test_a_second_upgrade_changes_nothing():
    """Upgrading an upgraded database is harmless."""
    engine = migrated()
    before = inspect(engine).get_table_names()
    upgrade(engine)
    assert inspect(engine).get_table_names() == before
    assert {"positions", "queue", "dossiers"} <= set(before)


AT = "2026-11-22T09:30:00.000Z"
CUSTOMS = Target("", "customs", "customs-control")
PLANTS = Target("", "plant-health", "phytosanitary-control")
BEFORE: dict[str, list[dict[str, Any]]] = {
    "dossiers": [{
        "id": "o_1", "kind": "declaration", "state": "open", "party": "lantern",
        "sender": "lantern", "opened_at": AT, "closed_at": None, "board_version": 3,
        "overall": "held",
    }],
    "documents": [{
        "dossier": "o_1", "part": "", "version": version, "id": f"v_{version}",
        "package": "goods-declaration", "digest": str(version), "order_no": version,
        "submission": f"s_{version}", "message": 1, "event": f"e_{version}", "sender": "lantern",
        "party": "lantern", "profile": "p", "received_at": AT, "state": "live", "payload": b"",
    } for version in (1, 2)],
    "decisions": [{
        "number": number, "dossier": "o_1", **target._asdict(), "version": version,
        "result": result, "digest": f"g{number}", "elements": "[]", "rules": "[]", "view": "v",
        "because": "[]", "withheld": "[]", "configuration": "c", "delivery": f"d_{number}",
        "at": AT,
    } for number, (target, version, result) in enumerate(
        ((CUSTOMS, 1, "new"), (PLANTS, 1, "new"), (CUSTOMS, 2, "changed"),
         (PLANTS, 2, "withdrawn")), 1)],
    "asks": [{
        "dossier": "o_1", **CUSTOMS._asdict(), "version": version, "elements": "[]", "due_at": AT,
        "silence": "escalate", "state": state, "delivery": f"d_{version}", "asked_at": AT,
    } for version, state in ((1, "superseded"), (2, "open"))],
    "answers": [{
        "dossier": "o_1", "event": f"a_{order}", "ordinal": 0, **target._asdict(), "version": 1,
        "subject": "", "check": "", "status": status, "order_no": order,
        "content": sealed(b'{"StatusCode":"held"}'), "at": AT,
    } for order, (target, status) in enumerate(((CUSTOMS, "held"), (PLANTS, "released")), 1)],
    "queue": [{
        "number": 1, "id": "d_3", "subscription": "customs", "dossier": "o_1", "part": "",
        "version": 2, "recipient": "customs", "purpose": "customs-control", "what": "document",
        "type": "goods-declaration.changed", "payload": b"{}", "context": "{}",
        "state": "numbered", "seq": 1, "rendered": b"{}", "created_at": AT, "settled_at": None,
    }],
}  # fmt: skip
"""Rows as the version before answers were bound to bases wrote them."""


def at_0003(connection: Connection) -> None:
    """A database at revision 0003, with rows."""
    command.upgrade(alembic_config(connection), "0003")
    for table, rows in BEFORE.items():
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


@pytest.fixture
def upgraded() -> Any:
    """A connection to a database that was at revision 0003 and is at today's."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        at_0003(connection)
        connection.commit()
    upgrade(engine)
    with engine.connect() as connection:
        yield connection


def test_a_database_with_rows_is_brought_forward(upgraded):
    """What was shown last, asks, answers and members are there, each by what it was about."""
    found = dossiers.one(upgraded, "o_1")
    assert found is not None
    assert found.shown == {
        CUSTOMS: Shown(2, "g3", "d_3", "changed", 2, 2, "c"),
        PLANTS: Shown(2, "g4", "d_4", "withdrawn", 2, 2, "c"),
    }
    assert found.asks == {
        CUSTOMS: Ask(CUSTOMS, 2, AT, "escalate", "open", "d_2", AT, 2, 86400, "acknowledgement")
    }
    assert [(one.showing, one.state, one.changed_at) for one in found.answers] == [
        (1, "counts", 0), (1, "counts", 0)
    ]  # fmt: skip
    assert (found.parts, found.live[""].named, found.live[""].extent) == ({}, {}, None)
    found_again = delivered(upgraded, {"o_1": [Sought("customs", 1)]}, ())
    assert found_again["o_1"]["d_3"].showing == 2
    assert queue.subscription(upgraded, "customs")["given"] == 0
    assert members.of_dossiers(upgraded, ["o_1"]) == {("o_1", "lantern")}


def test_what_was_held_before_is_held_and_nothing_else_is_clear(upgraded):
    """Nothing says on what data a favourable answer was given: it is asked again."""
    found = dossiers.one(upgraded, "o_1")
    assert found is not None
    assert overall(board_of(found)) == "held"


def test_an_upgrade_can_be_taken_back():
    """The rows that the version before knows are there as they were."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        at_0003(connection)
        before = rows_of(connection)
        command.upgrade(alembic_config(connection), "head")
        command.downgrade(alembic_config(connection), "0003")
        assert rows_of(connection) == before


def test_what_was_numbered_before_there_were_chains_has_its_chain():
    """As if it had been chained then; cursors that were given are taken as they are."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0007")
        row = BEFORE["queue"][0]
        for number, name, seq in ((1, "a", 2), (2, "a", 1), (3, "b", 1), (4, "a", None)):
            values = {**row, "number": number, "id": f"d_{number}", "subscription": name,
                      "seq": seq}  # fmt: skip
            names = ", ".join(f'"{one}"' for one in values)
            places = ", ".join(f":{one}" for one in values)
            connection.execute(text(f"INSERT INTO queue ({names}) VALUES ({places})"), values)
        for name, following, given in (("a", 3, 2), ("b", 2, 0), ("c", 1, 0)):
            connection.execute(
                text("INSERT INTO subscriptions VALUES (:name, :next, :given, 0)"),
                {"name": name, "next": following, "given": given},
            )
        connection.commit()
    upgrade(engine)
    first = chained(ORIGIN, 1, "d_2")
    newest = {"a": Cursor(2, chained(first, 2, "d_1")), "b": Cursor(1, chained(ORIGIN, 1, "d_3"))}
    with engine.connect() as connection:
        assert lines.line(connection, "a") == Line(newest["a"], 2, 0, 2)
        assert lines.line(connection, "b") == Line(newest["b"], 0, 0, 0)
        assert lines.line(connection, "c") == Line()
        assert lines.chain_at(connection, "a", 1) == first
        assert lines.is_of_line(connection, "a", newest["a"])
        assert lines.chain_at(connection, "a", 3) == ""


def rows_of(connection: Connection) -> dict[str, list[Any]]:
    """Every row of the tables that have some."""
    return {
        table: sorted(map(str, connection.execute(text(f"SELECT {_names(table)} FROM {table}"))))
        for table in BEFORE
    }


def _names(table: str) -> str:
    return ", ".join(f'"{name}"' for name in BEFORE[table][0])
