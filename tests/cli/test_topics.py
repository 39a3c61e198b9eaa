"""`swb topics` against a real cluster, as an operator meets it."""

import asyncio
import json
import secrets
from urllib.parse import urlsplit

import pytest
import yaml
from aiokafka import AIOKafkaProducer

from broker.settings import Secrets, Settings
from broker.state import positions
from broker.state.positions import Position, Reader
from broker.state.postgres import postgres_database

ONE_NODE = {"replication": 1, "min_insync_replicas": 1, "partitions": 2}


@pytest.fixture
def prefix() -> str:
    """A prefix of the test's own on the run's cluster."""
    return f"t{secrets.token_hex(4)}."


@pytest.fixture
def place(config, kafka_bootstrap, prefix):
    """A configuration of topics on a cluster of one node; the option that names it."""
    told = {"kafka_bootstrap": kafka_bootstrap, "kafka_prefix": prefix}
    (config / "broker.yaml").write_text(yaml.safe_dump(told))
    write(config)
    return config


def write(config, **values):
    """Other values for all topics."""
    one = {**ONE_NODE, **values}
    file = {"submissions": one, "events": one, "agency": one}
    (config / "topics.yaml").write_text(yaml.safe_dump(file))


def append(bootstrap, topic):
    """One record into the first partition."""

    async def run():
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            await producer.send_and_wait(topic, b"x", partition=0)

    asyncio.run(run())


def test_plan_tells_and_apply_does(swb, place, prefix):
    """Exit 1 while something differs, 0 after; a second apply has nothing to do."""
    planned = swb("topics", "plan", "--config", place)
    assert planned.exit_code == 1
    assert f"topic {prefix}submissions.customs is missing" in planned.stdout
    assert "one replica only" in planned.stderr
    again = swb("topics", "plan", "--config", place)
    assert again.stdout == planned.stdout
    done = swb("topics", "apply", "--config", place)
    assert done.exit_code == 0, done.output
    assert f"topic {prefix}submissions.customs: created with 2 partitions" in done.stdout
    assert swb("topics", "plan", "--config", place).exit_code == 0
    idle = swb("topics", "apply", "--config", place)
    assert idle.exit_code == 0
    assert len(idle.stdout.splitlines()) == 1
    assert idle.stdout.endswith("topics: all is as it should be\n")


def test_the_plan_is_shown_to_programs(swb, place, prefix):
    """Each difference with what is, what should be, and what apply does."""
    swb("topics", "apply", "--config", place)
    write(place, retention_days=2)
    result = swb("topics", "plan", "--json", "--config", place)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert f"{prefix}submissions.customs" in told["topics"]
    assert {one["topic"] for one in told["differences"]} == set(told["topics"])
    one = told["differences"][0]
    assert one["text"].startswith(f"topic {one['topic']}: retention.ms is 1209600000")
    assert {key: one[key] for key in ("setting", "found", "wanted", "does")} == {
        "setting": "retention.ms",
        "found": "1209600000",
        "wanted": "172800000",
        "does": "alter",
    }


def test_one_refusal_and_nothing_is_applied(swb, place, prefix, kafka_bootstrap):
    """A topic with unread records stops the growth of all others, and their new values too."""
    swb("topics", "apply", "--config", place)
    append(kafka_bootstrap, f"{prefix}submissions.customs")
    before = swb("topics", "plan", "--config", place)
    write(place, partitions=3, retention_days=2)
    refused = swb("topics", "apply", "--config", place)
    assert refused.exit_code == 1
    first, last = refused.stdout.splitlines()
    assert first.startswith(f"topic {prefix}submissions.customs is not given more partitions: 1 ")
    assert last == "nothing was changed"
    write(place)
    assert swb("topics", "plan", "--config", place).stdout == before.stdout


def test_what_the_stations_have_read_may_grow(
    swb, place, prefix, kafka_bootstrap, postgres, monkeypatch
):
    """Positions in the database say what is unread: growth waits for them, then happens."""
    url = urlsplit(postgres.create())
    monkeypatch.setenv("SWB_DATABASE_PASSWORD", url.password)
    told = {
        "kafka_bootstrap": kafka_bootstrap,
        "kafka_prefix": prefix,
        "database_url": f"postgresql://{url.username}@{url.hostname}:{url.port}{url.path}",
    }
    (place / "broker.yaml").write_text(yaml.safe_dump(told))
    settings, passwords = Settings(**told), Secrets(database_password=url.password)
    reader = Reader("translation", "submissions.customs", 0)

    async def stand(position):
        async with postgres_database(settings, passwords, upgraded=False) as database:
            await database.upgrade()
            begin = await database.write(lambda connection: positions.take(connection, reader))
            await database.write(
                lambda connection: positions.move(connection, reader, begin, Position(position))
            )

    swb("topics", "apply", "--config", place)
    append(kafka_bootstrap, f"{prefix}submissions.customs")
    append(kafka_bootstrap, f"{prefix}submissions.customs")
    write(place, partitions=3)
    asyncio.run(stand(1))
    refused = swb("topics", "apply", "--config", place)
    assert refused.exit_code == 1
    assert "1 record of it is unread" in refused.stdout
    asyncio.run(stand(2))
    grown = swb("topics", "apply", "--config", place)
    assert grown.exit_code == 0, grown.output
    assert f"topic {prefix}submissions.customs: 3 partitions now, 2 before" in grown.stdout
    assert "restart every role" in grown.stdout


def test_what_cannot_be_applied_still_differs(swb, place):
    """Partitions are not taken away: apply says so and exits with 1, as plan does."""
    swb("topics", "apply", "--config", place)
    write(place, partitions=1)
    result = swb("topics", "apply", "--config", place)
    assert result.exit_code == 1
    assert "partitions cannot be taken away" in result.stdout


def test_a_cluster_that_does_not_answer_ends_the_verb(swb, config):
    """One sentence when `start_s` is over, exit 3."""
    (config / "broker.yaml").write_text("kafka_bootstrap: 127.0.0.1:9\nstart_s: 1\n")
    result = swb("topics", "plan", "--config", config)
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: no Apache Kafka answers at '127.0.0.1:9' within 1 s")
    assert result.stdout == ""


def test_the_embedded_log_needs_no_plan(swb, config):
    """Without a cluster in the settings the verb says so, exit 2."""
    result = swb("topics", "apply", "--config", config)
    assert result.exit_code == 2
    assert "kafka_bootstrap of broker.yaml is empty" in result.stderr


def test_check_tells_mistakes_in_topics_yaml(swb, config):
    """Like those of any other file."""
    (config / "topics.yaml").write_text("events: {replication: 1}\n")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert f"{config}/topics.yaml:1: events.min_insync_replicas: 2 of 1 replicas" in result.stdout


def test_a_password_file_that_is_missing_is_named(swb, config):
    """The verb says which setting to look at."""
    told = {"kafka_bootstrap": "127.0.0.1:9", "kafka_password_file": str(config / "none")}
    (config / "broker.yaml").write_text(yaml.safe_dump(told))
    result = swb("topics", "plan", "--config", config)
    assert result.exit_code == 3
    assert "none' cannot be read" in result.stderr
