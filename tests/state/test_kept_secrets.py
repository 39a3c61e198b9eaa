"""Secrets of the database: drawn once, kept, the same in every copy."""

import asyncio

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from broker.model.broker_names import name_of
from broker.state import aliases, kept_secrets
from broker.state.aliases import Alias
from broker.state.schema import upgrade
from broker.translation.resolve import resolve
from tests.state.on_postgres import opened, upgraded
from tests.translation.test_resolve_visits import VISIT, calls

KINDS = {"visit": VISIT}


def made():
    """A database in memory that has seen every migration."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrade(engine)
    return engine


def secret(engine):
    """What its names are derived from."""
    with engine.begin() as connection:
        return kept_secrets.get(connection, kept_secrets.NAMES)


def test_each_database_draws_a_secret_of_its_own_and_keeps_it():
    """A second upgrade changes nothing; 256 bits, and another database has others."""
    one, other = made(), made()
    drawn = secret(one)
    upgrade(one)
    assert secret(one) == drawn
    assert len(drawn) >= 40
    assert secret(other) != drawn


def test_a_secret_that_is_there_stays(connection):
    """Whoever puts another later is too late."""
    kept_secrets.put(connection, kept_secrets.NAMES, "first")
    kept_secrets.put(connection, kept_secrets.NAMES, "second")
    assert kept_secrets.get(connection, kept_secrets.NAMES) == "first"


def open_visit(connection):
    """A visit is opened: its name, and what the secret says it is."""
    event = calls(1, ("CALL", "1/QZPOR/A/12"))
    (opener,) = resolve(connection, [event], KINDS).events
    found = aliases.of_dossiers(connection, [opener.dossier])[opener.dossier]
    (name,) = [value for scheme, value, _ in found if scheme == "VISIT"]
    return name, name_of(kept_secrets.get(connection, kept_secrets.NAMES), "VISIT", opener.dossier)


def test_a_visit_that_is_opened_twice_has_one_name():
    """A step that is executed again binds the name that is there."""
    with made().begin() as connection:
        first = open_visit(connection)
        assert open_visit(connection) == first
        assert first[0] == first[1]


def test_a_restored_database_gives_the_same_name():
    """A copy that was made before the visit was opened names it as the original does."""
    one, copy = made(), create_engine("sqlite://", poolclass=StaticPool)
    raw, target = one.raw_connection(), copy.raw_connection()
    raw.driver_connection.backup(target.driver_connection)
    with one.begin() as connection, copy.begin() as other:
        assert open_visit(connection) == open_visit(other)


@pytest.mark.parametrize("said", [str.lower, str.upper])
def test_a_visit_is_found_by_its_name_however_it_is_written(said):
    """In either case, and with O for 0 and L for 1."""
    with made().begin() as connection:
        name, _ = open_visit(connection)
        written = said(name.replace("0", "O").replace("1", "l"))
        joins = calls(2, ("VISIT", written), party="pebble")
        assert [one.id for one in resolve(connection, [joins], KINDS).events] == ["e_2"]


def test_a_wrong_check_character_means_nothing():
    """It waits like any name that is unknown."""
    with made().begin() as connection:
        name, _ = open_visit(connection)
        wrong = name[:-1] + ("0" if name[-1] != "0" else "1")
        unknown = name_of("another secret", "VISIT", "o_0")
        events = [calls(2, ("VISIT", wrong), party="pebble"),
                  calls(3, ("VISIT", unknown), party="pebble")]  # fmt: skip
        found = resolve(connection, events, KINDS)
        assert (found.events, [one.event for one in found.waiting]) == ((), ["e_2", "e_3"])


def test_two_processes_on_postgresql_give_a_visit_one_name(postgres):
    """Each opens it by itself, over connections of its own."""
    url = upgraded(postgres)

    async def opens():
        async with opened(url) as database:
            return await database.write(open_visit)

    first, second = asyncio.run(opens()), asyncio.run(opens())
    assert first == second
    assert first[0] == first[1]


def test_what_names_a_visit_is_not_said_by_its_dossier():
    """Two databases name the same dossier differently."""
    names = []
    for engine in (made(), made()):
        with engine.begin() as connection:
            names.append(open_visit(connection)[0])
    assert names[0] != names[1]


def test_an_old_name_is_still_found(connection):
    """Names that were given before there was a secret mean what they meant."""
    aliases.bind(connection, [Alias("VISIT", "", "V98592BE9E4B4", "o_1", "visit")])
    kept_secrets.put(connection, kept_secrets.NAMES, "any")
    joins = calls(2, ("VISIT", "V98592BE9E4B4"), party="pebble")
    (found,) = resolve(connection, [joins], KINDS).events
    assert found.dossier == "o_1"
