"""At start: what is not there is said in one sentence, and the process ends by itself."""

import secrets
import shutil
import socket
import subprocess

import psycopg
import pytest

from tests.cluster.role import PROGRAM, ROOT
from tests.limits import HANG_S

START_S = 2.0
"""Where nothing answers, however long one asks."""


@pytest.fixture
def topics(tmp_path, kafka_bootstrap):
    """The settings for a Kafka that has the broker's topics."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    wanted = (config / "topics.yaml").read_text()
    wanted = wanted.replace("replication: 3", "replication: 1")
    wanted = wanted.replace("min_insync_replicas: 2", "min_insync_replicas: 1")
    (config / "topics.yaml").write_text(wanted)
    found = {
        "SWB_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "SWB_KAFKA_PREFIX": f"t{secrets.token_hex(4)}.",
        "SWB_DATABASE_URL": f"postgresql://swb@{nowhere()}/swb",
    }
    made = subprocess.run(
        [PROGRAM, "topics", "apply", "--config", config],
        env=found, capture_output=True, text=True, timeout=HANG_S, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return found


def refused(environment):
    """What a role says on standard error that cannot start; it ends by itself, and not well."""
    done = subprocess.run(
        [PROGRAM, "serve", "core", "--config", ROOT / "config", "--port", "0"],
        env={"SWB_START_S": f"{HANG_S:g}", **environment},
        capture_output=True, text=True, timeout=HANG_S, check=False,
    )  # fmt: skip
    assert done.returncode > 0, done.stderr
    assert done.stdout == "", "it said that it listens"
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(said) == 1, done.stderr
    return said[0]


def nowhere():
    """An address where nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{door.getsockname()[1]}"


def reached(url):
    """The settings for this database, its password apart."""
    head, _, address = url.rpartition("@")
    user, _, password = head.removeprefix("postgresql://").partition(":")
    return {
        "SWB_DATABASE_URL": f"postgresql://{user}@{address}",
        "SWB_DATABASE_PASSWORD": password,
    }


def test_a_kafka_that_does_not_answer_is_named(postgres):
    """A role says where it looked for Kafka and for how long, and which settings say so."""
    where = nowhere()
    told = {"SWB_KAFKA_BOOTSTRAP": where, "SWB_START_S": f"{START_S:g}"}
    said = refused({**reached(postgres.create()), **told})
    assert said.startswith(f"Error: no Apache Kafka answers at '{where}' within 2 s")
    assert "kafka_bootstrap" in said


def test_missing_topics_are_named(kafka_bootstrap, postgres):
    """Without its topics a role names them, and the command that makes them."""
    prefix = f"t{secrets.token_hex(4)}."
    told = {"SWB_KAFKA_BOOTSTRAP": kafka_bootstrap, "SWB_KAFKA_PREFIX": prefix}
    said = refused({**reached(postgres.create()), **told})
    assert f"{prefix}events.declaration" in said
    assert "run 'swb topics apply'" in said


def test_a_database_that_cannot_be_worked_on_is_named(topics, postgres):
    """No answer, no tables, or tables of another program: which it is, and what to do."""
    where = nowhere()
    told = {"SWB_DATABASE_URL": f"postgresql://swb@{where}/swb", "SWB_START_S": f"{START_S:g}"}
    said = refused({**topics, **told})
    assert said.startswith(f"Error: no PostgreSQL answers at {where}/swb within 2 s")
    assert "database_url" in said
    url = postgres.create()
    said = refused({**topics, **reached(url)})
    assert said == "Error: the database has no tables yet; run 'swb database upgrade'"
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        link.execute("INSERT INTO alembic_version VALUES ('9999')")
    said = refused({**topics, **reached(url)})
    assert said.startswith("Error: the database is at 9999, which this program does not know")
