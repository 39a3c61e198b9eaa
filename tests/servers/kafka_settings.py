"""What a test node of Kafka is told: its listeners, its limits, how fast it fails over.

Rules
    Clients in the clear use PLAINTEXT; SASL_PLAINTEXT (SCRAM-SHA-512) is there when users are
    given, SSL when TLS is asked for, SASL_SSL when both are.
    Brokers speak PLAINTEXT among themselves: what is tested is the client's side.

Does not belong here: processes (`kafka`).
"""

import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.limits import HANG_S

BODY_BYTES_MAX = 16 * 1024 * 1024
FAIL_OVER = {
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 400,
    "group.min.session.timeout.ms": 2000,
}
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
ADDRESS = "127.0.0.1"


class KeyStore(NamedTuple):
    """The servers' key, and the certificate that clients trust it by."""

    path: Path
    password: str
    certificate: Path


def listener_names(*, sasl: bool, tls: bool) -> list[str]:
    """The listeners for clients, each named as its protocol."""
    offered = {"PLAINTEXT": True, "SASL_PLAINTEXT": sasl, "SSL": tls, "SASL_SSL": sasl and tls}
    return [name for name, wanted in offered.items() if wanted]


def settings(
    number: int, ports: Mapping[str, int], controllers: Sequence[int], data: Path
) -> dict[str, object]:
    """The settings of one node; `ports` has one for each listener and one for CONTROLLER."""
    copies = min(3, len(controllers))
    in_sync = max(1, copies - 1)
    protocols = {"CONTROLLER": "PLAINTEXT"}
    return {
        "process.roles": "broker,controller",
        "node.id": number,
        "controller.quorum.bootstrap.servers": ",".join(f"{ADDRESS}:{one}" for one in controllers),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": ",".join(f"{name}://{ADDRESS}:{port}" for name, port in ports.items()),
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocols.get(name, name)}" for name in ports
        ),
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "num.partitions": 4,
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "message.max.bytes": BODY_BYTES_MAX,
        "replica.fetch.max.bytes": BODY_BYTES_MAX,
        **FAIL_OVER,
    }


def sasl_settings() -> dict[str, object]:
    """SCRAM-SHA-512 for the listeners that ask who is there."""
    listeners = ("sasl_plaintext", "sasl_ssl")
    jaas = {f"listener.name.{one}.scram-sha-512.sasl.jaas.config": SCRAM for one in listeners}
    return {"sasl.enabled.mechanisms": "SCRAM-SHA-512", **jaas}


def tls_settings(store: KeyStore) -> dict[str, object]:
    """The server's key for the listeners with TLS."""
    return {
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": store.path,
        "ssl.keystore.password": store.password,
    }


def make_keys(java: str, folder: Path) -> KeyStore:
    """Draw a key for 127.0.0.1 and localhost, with a certificate that vouches for itself."""
    keytool = Path(java).resolve().with_name("keytool")
    store = KeyStore(folder / "server.p12", secrets.token_urlsafe(24), folder / "trusted.pem")
    drawn = folder / "store-password"
    drawn.touch(mode=0o600)
    drawn.write_text(store.password)
    where = ["-alias", "server", "-keystore", str(store.path), "-storepass:file", str(drawn)]
    make = [
        "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12",
        "-dname", "CN=localhost", "-validity", "2", "-ext", "bc:c=ca:true",
        "-ext", f"san=ip:{ADDRESS},dns:localhost",
    ]  # fmt: skip
    for work in (make, ["-exportcert", "-rfc", "-file", str(store.certificate)]):
        subprocess.run(
            [str(keytool), *work, *where], stdin=subprocess.DEVNULL, check=True, timeout=HANG_S,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    drawn.unlink()
    return store
