"""Log and database of a process, as the settings say."""

import asyncio

import pytest

from broker.errors import ConfigFault, LogFault
from broker.eventlog.kafka import KafkaLog
from broker.plumbing import on_cluster, opened, opened_state
from broker.settings import Secrets, Settings
from broker.state import keys
from broker.state.postgres import PostgresDatabase
from tests.conformance.conftest import of_url
from tests.eventlog.on_kafka import TOPIC, prepared

ONE = "kafka_bootstrap and database_url go together"


@pytest.mark.parametrize(
    "told", [{"kafka_bootstrap": "k:9092"}, {"database_url": "postgresql://u@h/d"}]
)
def test_one_server_without_the_other_is_refused(told):
    """The log alone, or the state alone, on a server is a mistake of the settings."""
    with pytest.raises(ConfigFault, match=ONE):
        on_cluster(Settings(**told))


def test_without_servers_everything_is_in_the_data_folder(tmp_path):
    """What one opening wrote the next one finds; the folder is free again after each."""
    settings = Settings(data_directory=str(tmp_path / "data"), batch_bytes_max=12_345)

    async def run():
        async with opened(settings, Secrets(), []) as plumbing:
            assert plumbing.batch_bytes_max == 12_345
            await plumbing.database.write(lambda c: keys.put(c, "digest", "customs", ""))
        async with opened_state(settings, Secrets()) as database:
            assert await database.read(keys.live) == {"digest": "customs"}

    asyncio.run(run())


def test_with_servers_log_and_state_are_theirs(kafka_bootstrap, postgres):
    """Both connected, the tables up to date; a topic that is missing is a sentence."""

    async def run():
        told, secrets = of_url(postgres.create())
        settings = (await prepared(kafka_bootstrap)).model_copy(
            update={"database_url": told.database_url}
        )
        with pytest.raises(ConfigFault, match="swb database upgrade"):
            async with opened(settings, secrets, [TOPIC]):
                pass
        database = PostgresDatabase(settings, secrets)
        await database.upgrade()
        database.close()
        async with opened(settings, secrets, [TOPIC]) as plumbing:
            assert isinstance(plumbing.log, KafkaLog)
            assert isinstance(plumbing.database, PostgresDatabase)
            assert await plumbing.log.missing() == ""
        with pytest.raises(LogFault, match=r"no topic events\.none; run 'swb topics apply'"):
            async with opened(settings, secrets, [TOPIC, "events.none"]):
                pass

    asyncio.run(run())
