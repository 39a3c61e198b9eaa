"""The settings of a broker process: config/broker.yaml, which shows every one with its default.

Secrets are never here. Nothing else reads the environment but the command line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broker.config_file import ConfigFile, Finding, parse, refused
from broker.errors import ConfigFault

ENVIRONMENT = "the environment"
TOGETHER = (
    "kafka_bootstrap and database_url go together: set both for a cluster, or neither for the "
    "embedded log"
)


class Settings(BaseModel):
    """One process. Units stand last in each name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="address the doors listen on")
    port: int = Field(8080, ge=0, le=65535, description="port the doors listen on; 0: any free one")
    data_directory: str = Field("data", description="where the embedded log and state live")
    partitions: int = Field(
        8,
        ge=1,
        le=256,
        description="partitions of every topic of the embedded log; fixed once used",
    )
    operators: tuple[str, ...] = Field(
        ("duty-desk",), description="names that may hold an operator's key"
    )
    source: str = Field("urn:single-window:qz", description="CloudEvents source of deliveries")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="what is logged from"
    )
    access_log: bool = Field(
        False,
        description="whether each request leaves a line: method, route, status, seconds",
    )
    body_bytes_max: int = Field(10_485_760, ge=1_000, description="largest submission a door takes")
    requests_per_minute_max: int = Field(
        600_000,
        ge=1,
        description="requests per minute of one holder of a key; above it the answer is 429",
    )
    bytes_per_minute_max: int = Field(
        6_000_000_000,
        ge=1,
        description="bytes per minute of one sender; above it the answer is 429",
    )
    submissions_in_flight_max: int = Field(
        100_000,
        ge=1,
        description="submissions of one sender that are untranslated; above it the answer is 429",
    )
    bytes_in_flight_max: int = Field(
        1_000_000_000,
        ge=1,
        description="bytes of one sender that are untranslated; above it the answer is 429",
    )
    inline_bytes_max: int = Field(
        4_096,
        ge=0,
        description="originals above this are referred to by their record, not copied into it",
    )
    batch_bytes_max: int = Field(
        1_000_000, ge=10_000, description="what a hop reads, and commits, at once"
    )
    read_wait_s: float = Field(
        5.0, gt=0, description="how long an idle hop waits before it looks again"
    )
    parks_max: int = Field(25, ge=1, description="records parked in a row before a station stops")
    outbox_records_max: int = Field(
        100_000, ge=1, description="records owed to the log before the doors answer 503"
    )
    feed_limit_max: int = Field(
        500, ge=1, description="most deliveries one poll of a feed is given"
    )
    feed_bytes_max: int = Field(
        4_000_000,
        ge=10_000,
        description="most bytes one poll of a feed is given, beyond its first delivery",
    )
    feed_wait_s_max: float = Field(30.0, ge=0, description="longest a poll of a feed may wait")
    drain_rows_max: int = Field(200, ge=1, description="rows a drain renders and numbers at once")
    workers: int = Field(
        2, ge=0, le=64, description="processes that translate; 0: none, all in this process"
    )
    worker_bytes_min: int = Field(
        4_096, ge=0, description="submissions from this size on, and every zip, go to a worker"
    )
    worker_cpu_s: float = Field(
        5.0, gt=0, description="processor time that one message may take in a worker"
    )
    worker_rss_bytes_max: int = Field(
        400_000_000, ge=100_000_000, description="memory that a worker may take"
    )
    road_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="share of its time that the pipeline may take while submissions arrive",
    )
    turn_messages_max: int = Field(
        500, ge=1, description="messages of one submission that are translated in one turn"
    )
    lag_records_max: int = Field(
        5_000,
        ge=1,
        description="records that wait for the core; above it no submission begins another turn",
    )
    timers_every_s: float = Field(
        1.0, gt=0, description="how often deadlines and unresolved events are looked at"
    )
    idempotency_days: int = Field(90, ge=1, description="how long an Idempotency-Key is remembered")
    shutdown_s: float = Field(
        10.0, gt=0, description="how long a stopping process finishes what it has begun"
    )
    start_s: float = Field(
        30.0, gt=0, description="how long a starting process waits for its log and its database"
    )
    record_bytes_max: int = Field(
        8_000_000, ge=100_000, description="largest record; a message that makes more is rejected"
    )
    kafka_bootstrap: str = Field(
        "", description="host:port, ... of Apache Kafka; empty: the embedded log and state"
    )
    kafka_prefix: str = Field(
        "",
        pattern=r"^([a-z0-9][a-z0-9_-]*\.)?$",
        description="what the names of topics and groups begin with on a shared cluster: qz.",
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how Kafka is spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"
    )
    kafka_sasl: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="how the user proves itself: SCRAM-SHA-512 or -256, or PLAIN"
    )
    kafka_user: str = Field("", description="user of Kafka, with SASL")
    kafka_password_file: str = Field(
        "", description="file with its password; or SWB_KAFKA_PASSWORD in the environment"
    )
    kafka_ca_file: str = Field(
        "", description="certificates that sign Kafka's; empty: the system's"
    )
    kafka_certificate_file: str = Field("", description="this client's certificate, for mutual TLS")
    kafka_key_file: str = Field("", description="the key of that certificate")
    kafka_compression: Literal["none", "gzip", "zstd"] = Field(
        "zstd", description="how records are compressed on their way: none, gzip, zstd"
    )
    kafka_append_s: float = Field(
        20.0, gt=0, description="how long an append may take before it counts as unknown"
    )
    kafka_session_s: float = Field(
        6.0,
        ge=1,
        description="how long a process may be silent before others take its partitions",
    )
    kafka_stuck_s: float = Field(
        20.0, gt=0, description="how long a reader may be stuck before it is made anew"
    )
    kafka_instance: str = Field(
        "",
        pattern="^[A-Za-z0-9._-]*$",
        description="a name this process keeps over restarts (static membership); empty: none",
    )
    database_url: str = Field(
        "",
        description="where PostgreSQL is, beside kafka_bootstrap: postgresql://user@host:port/name",
    )
    database_password_file: str = Field(
        "", description="file with its password; or SWB_DATABASE_PASSWORD in the environment"
    )
    database_connections: int = Field(
        10, ge=2, le=100, description="connections of one process to PostgreSQL"
    )
    database_statement_s: float = Field(
        30.0, gt=0, description="how long one statement may take before it is given up"
    )
    watch_s: float = Field(
        0.1, gt=0, description="how often a process looks for what others have committed"
    )


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is never in the configuration; it shows nothing of itself."""

    kafka_password: str = field(default="", repr=False)
    database_password: str = field(default="", repr=False)


def read_settings(path: Path) -> Settings:
    """The settings of a file; ConfigFault names every wrong one."""
    file = parse(path.name, path.read_bytes())
    if file.findings:
        raise ConfigFault("; ".join(str(finding) for finding in file.findings))
    return parse_settings({} if file.values is None else file.values, path.name)


def examine_settings(
    file: ConfigFile, environment: Mapping[str, str]
) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings of a file and the environment, and all that is wrong with them."""
    findings, given = list(file.findings), _given(environment)
    raw: Any = {} if file.values is None else file.values
    settings = _validated(raw, file.name, findings)
    if given:
        settings = _validated(settings.model_dump() | given, ENVIRONMENT, findings)
    return settings, tuple(map(file.located, findings))


def contradictions(
    settings: Settings, name: str, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """What each setting alone may be, and a broker that runs cannot be: in the file `name`."""
    given = _given(environment)

    def at(path: str, text: str) -> Finding:
        return Finding(ENVIRONMENT if path in given else name, path, text)

    if not settings.operators:
        yield at("operators", "no operator is named, so that no key can be issued; name one")
    for path, other in (("kafka_bootstrap", "database_url"), ("database_url", "kafka_bootstrap")):
        if getattr(settings, path) and not getattr(settings, other):
            yield at(path, f"{other} is empty; {TOGETHER}")


def overridden(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings, with every `SWB_` and its name in capitals that the environment has."""
    given = _given(environment)
    return parse_settings(settings.model_dump() | given, ENVIRONMENT) if given else settings


def parse_settings(raw: Any, name: str) -> Settings:
    """The settings of a plain tree that was read from the file `name`."""
    findings: list[Finding] = []
    settings = _validated(raw, name, findings)
    if findings:
        raise ConfigFault("; ".join(str(finding) for finding in findings))
    return settings


def _given(environment: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: environment[variable]
        for name in Settings.model_fields
        if (variable := f"SWB_{name.upper()}") in environment
    }
    if "operators" in given:
        names = (name.strip() for name in given["operators"].split(","))
        given["operators"] = [name for name in names if name]
    return given


def _validated(raw: Any, name: str, findings: list[Finding]) -> Settings:
    """The settings; all defaults, with findings, where the model refuses them."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        # What was written there is not shown: it may be a password in the wrong place.
        findings += refused(name, error, shows=False)
        return Settings()
