"""Reaching Apache Kafka: SASL and TLS from the settings, and what is said when they do not fit."""

import asyncio
import contextlib
import logging

import pytest
import uvloop
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from broker.errors import BrokerError, ConfigFault
from broker.eventlog.kafka import kafka_log
from broker.eventlog.kafka_connection import connection, stopped
from broker.eventlog.kafka_topics import kafka_topics
from broker.settings import Secrets, Settings
from tests.eventlog.on_kafka import TOPIC, numbers, pages, prepared, record

USER, PASSWORD = "lantern", "correct-horse"
SASL = {"kafka_user": USER}


@pytest.fixture(scope="module")
def node(kafka_cluster):
    """A node that asks who is there, and shows a certificate."""
    return kafka_cluster(1, users={USER: PASSWORD}, tls=True)


def there(node, security, **more):
    """Settings for one listener of the node, with its certificate trusted."""
    trusted = {"kafka_ca_file": str(node.certificate)} if security.endswith("SSL") else {}
    told = {**(SASL if security.startswith("SASL") else {}), **trusted, **more}
    return {"kafka_bootstrap": node.addresses(security), "kafka_security": security, **told}


@pytest.mark.parametrize("security", ["SASL_PLAINTEXT", "SSL", "SASL_SSL"])
def test_records_go_and_come_with_password_and_certificate(node, security):
    """Producer, consumer and administration client all use what the settings say."""

    async def run():
        plain = await prepared(node.bootstrap)
        settings = plain.model_copy(update=there(node, security))
        async with kafka_log(settings, Secrets(kafka_password=PASSWORD), [TOPIC]) as log:
            await log.append([record(1), record(2)])
            assert numbers(await pages(log, 2)) == [1, 2]

    asyncio.run(run())


WRONG = {
    "password": ("SASL_SSL", {}, "guessed-wrong"),
    "user": ("SASL_PLAINTEXT", {"kafka_user": "nobody"}, PASSWORD),
    "authority": ("SSL", {"kafka_ca_file": ""}, PASSWORD),
    "listener": ("SSL", {"kafka_security": "PLAINTEXT"}, PASSWORD),
}
REASON = {"password": "invalid credentials", "user": "invalid credentials",
          "authority": "certificate", "listener": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "level"), [*((what, logging.INFO) for what in WRONG), ("user", logging.CRITICAL)]
)
def test_what_does_not_fit_is_one_sentence_with_its_reason(node, what, level):
    """A fault after `start_s` with place, reason and what to do, at each level; no password."""
    security, more, password = WRONG[what]
    logging.getLogger("aiokafka").setLevel(level)

    async def run(start_s) -> str:
        settings = Settings(**there(node, security, **more), start_s=start_s)
        with pytest.raises(BrokerError) as caught:
            async with kafka_topics(settings, Secrets(kafka_password=password)):
                pass
        return str(caught.value)

    for start_s in (1, 10, 100):  # a busy node needs longer for its first answer
        said = asyncio.run(run(start_s))
        if REASON[what] in said.lower():
            break
    where = node.addresses(security)
    assert said.startswith(f"no Apache Kafka answers at '{where}' within {start_s} s")
    assert REASON[what] in said.lower()
    assert said.endswith("see kafka_bootstrap, kafka_security and the cluster")
    assert password not in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"kafka_security": "SASL_SSL", "kafka_user": "u"}, "SWB_KAFKA_PASSWORD"),
        ({"kafka_security": "SSL", "kafka_ca_file": "no-such-file"}, "kafka_ca_file"),
        ({"kafka_security": "SSL", "kafka_certificate_file": "none"}, "kafka_certificate_file"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_tried(told, named):
    """No password, or a file that cannot be read: the setting is named."""
    with pytest.raises(ConfigFault, match=named):
        connection(Settings(kafka_bootstrap="nowhere:1", **told), Secrets())


def test_a_client_that_hangs_or_breaks_while_it_ends_is_left_behind(monkeypatch):
    """Ending costs a limited time; whoever is cancelled himself is still cancelled."""
    monkeypatch.setattr("broker.eventlog.kafka_connection.STOP_S", 0.05)

    async def run():
        async def breaks():
            raise asyncio.InvalidStateError

        async def cancels():
            raise asyncio.CancelledError

        for stop in (asyncio.Event().wait, breaks, cancels):
            await stopped(stop)
        monkeypatch.setattr("broker.eventlog.kafka_connection.STOP_S", 60)
        task = asyncio.ensure_future(stopped(asyncio.Event().wait))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    asyncio.run(run())


def test_a_connection_that_has_just_broken_is_a_fault_of_the_connection(kafka_bootstrap):
    """Before anybody has heard of it, uvloop refuses to write in a way that is no fault at all."""
    host, _, port = kafka_bootstrap.split(",")[0].rpartition(":")

    async def run():
        link = await create_conn(host, int(port))
        link._writer.transport.abort()
        await asyncio.sleep(0)  # the loop has closed it, its reader has not run yet
        with pytest.raises(KafkaConnectionError):
            link.send(MetadataRequest([]))
        assert not link.connected()

    uvloop.run(run())
