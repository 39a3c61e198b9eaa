"""`swb topic read`: what an agency's own reader would see, beside a running broker."""

import asyncio

import orjson
import yaml

from tests.broker_in_process import declaration, in_process
from tests.eventlog.on_kafka import prepared

SCRAP = "26209995"


def test_records_are_shown_beside_the_broker_that_runs(swb, config, tmp_path):
    """In the order of their numbers, Avro as JSON, no more than asked for; nothing is changed."""

    async def run():
        async with in_process(directory=tmp_path / "data", partitions=8) as broker:
            for number in range(3):
                await broker.lodge(declaration(f"QZ-{number}", SCRAP))
            await broker.stations.topics.sent_all()
            command = ("topic", "read", "environment", "--config", config,
                       "--data", tmp_path / "data")  # fmt: skip
            return swb(*command), swb(*command, "--limit", 2)

    whole, two = asyncio.run(run())
    assert whole.exit_code == 0, whole.output
    shown = [orjson.loads(line) for line in whole.stdout.splitlines()]
    assert [one["headers"]["ce_swbseq"] for one in shown] == ["1", "2", "3"]
    assert {one["topic"] for one in shown} == {"agency.environment"}
    assert [one["data"]["body"]["FunctionalReferenceID"] for one in shown] == [
        f"QZ-{number}" for number in range(3)
    ]
    assert two.stdout.splitlines() == whole.stdout.splitlines()[:2]


def test_a_recipient_without_a_topic_is_refused(swb, config):
    """Those who have one are named."""
    result = swb("topic", "read", "customs", "--config", config)
    assert result.exit_code == 2
    assert "'customs' reads no topic" in result.stderr
    assert "environment" in result.stderr


def test_a_folder_without_a_broker_and_a_cluster_without_the_topic_are_sentences(
    swb, config, tmp_path, kafka_bootstrap
):
    """What is missing, and what to do; no traceback."""
    result = swb("topic", "read", "environment", "--config", config, "--data", tmp_path / "none")
    assert (result.exit_code, "--data" in result.stderr) == (3, True)
    settings = asyncio.run(prepared(kafka_bootstrap))
    told = {"kafka_bootstrap": kafka_bootstrap, "kafka_prefix": settings.kafka_prefix}
    (config / "broker.yaml").write_text(yaml.safe_dump(told))
    result = swb("topic", "read", "environment", "--config", config)
    assert result.exit_code != 0
    assert "the cluster has no topic agency.environment; run 'swb topics apply'" in result.stderr
