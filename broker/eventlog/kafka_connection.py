"""How Apache Kafka is reached: addresses, TLS and SASL from the settings, for every client alike.

Clients start and end within a time: one that hangs is left behind, never waited for.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, KafkaError

from broker.errors import ConfigFault
from broker.settings import Secrets, Settings

REQUEST_S = 10.0
"""How long one request to a node may take; a dead node costs a client at most this."""

STOP_S = 3.0


def connection(settings: Settings, secrets: Secrets) -> Mapping[str, Any]:
    """Arguments that producers, consumers and admin clients share.

    ConfigFault: certificates that cannot be read, or SASL without a user or a password.
    """
    told: dict[str, Any] = {
        "bootstrap_servers": [one.strip() for one in settings.kafka_bootstrap.split(",")],
        "security_protocol": settings.kafka_security,
        "request_timeout_ms": int(REQUEST_S * 1000),
        "retry_backoff_ms": 200,
        "metadata_max_age_ms": 60_000,
    }
    if settings.kafka_security.endswith("SSL"):
        told["ssl_context"] = _tls(settings)
    if settings.kafka_security.startswith("SASL"):
        if not (settings.kafka_user and secrets.kafka_password):
            raise ConfigFault(
                "kafka_security is SASL, but there is no user or no password; set kafka_user, and "
                "kafka_password_file or SWB_KAFKA_PASSWORD"
            )
        told |= {
            "sasl_mechanism": settings.kafka_sasl,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": secrets.kafka_password,
        }
    return told


async def started(
    start: Callable[[], Awaitable[object]], stop: Callable[[], Awaitable[object]]
) -> None:
    """Start a client; one that does not start is ended. TimeoutError."""
    runs = False
    try:
        async with asyncio.timeout(REQUEST_S):
            await start()
        runs = True
    finally:
        if not runs:
            await stopped(stop)


async def stopped(stop: Callable[[], Awaitable[object]]) -> None:
    """End a client; what breaks or hangs while it ends concerns nobody any more."""
    try:
        async with asyncio.timeout(STOP_S):
            await stop()
    except (TimeoutError, OSError, asyncio.InvalidStateError, KafkaError):
        return
    except asyncio.CancelledError:  # of a task of the client that had not begun: not ours
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


def _tls(settings: Settings) -> ssl.SSLContext:
    """Server certificates are always checked, with their names."""
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca_file or None)
        if settings.kafka_certificate_file:
            context.load_cert_chain(
                settings.kafka_certificate_file, settings.kafka_key_file or None
            )
    except (OSError, ssl.SSLError) as error:
        raise ConfigFault(
            f"the TLS files of kafka cannot be read: {error}; see kafka_ca_file, "
            "kafka_certificate_file and kafka_key_file"
        ) from error
    return context


def _lost(send: Callable[..., Any]) -> Callable[..., Any]:
    """What aiokafka knows to deal with, where the event loop says it in its own way.

    uvloop raises RuntimeError for a write to a connection that has just broken. aiokafka expects
    OSError only: its tasks, and whoever asked it, would end with an error that is nobody's.
    """

    @wraps(send)
    def sent(link: AIOKafkaConnection, *given: Any, **named: Any) -> Any:
        try:
            return send(link, *given, **named)
        except RuntimeError as error:
            link.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError("the connection to a node has broken") from error

    return sent


AIOKafkaConnection.send = _lost(AIOKafkaConnection.send)
