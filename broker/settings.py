"""The settings of a broker process: config/broker.yaml, which shows every one with its default.

Secrets are never here. Nothing else reads the environment but the command line.
"""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broker.errors import ConfigFault


class Settings(BaseModel):
    """One process. Units stand last in each name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="address the doors listen on")
    port: int = Field(8080, ge=0, le=65535, description="port the doors listen on; 0: any free one")
    data_directory: str = Field("data", description="where the embedded log and state live")
    partitions: int = Field(
        8, ge=1, le=256, description="partitions of every topic; fixed once used"
    )
    operators: tuple[str, ...] = Field(
        ("duty-desk",), description="names that may hold an operator's key"
    )
    source: str = Field("urn:single-window:qz", description="CloudEvents source of deliveries")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="what is logged from"
    )
    body_bytes_max: int = Field(8_000_000, ge=1_000, description="largest submission a door takes")
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
    timers_every_s: float = Field(
        1.0, gt=0, description="how often deadlines and unresolved events are looked at"
    )
    idempotency_days: int = Field(90, ge=1, description="how long an Idempotency-Key is remembered")
    shutdown_s: float = Field(
        10.0, gt=0, description="how long a stopping process finishes what it has begun"
    )


def read_settings(path: Path) -> Settings:
    """The settings of a file; ConfigFault names every wrong one."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigFault(f"{path.name}: it is no YAML, mend its syntax") from error
    return parse_settings(raw, path.name)


def parse_settings(raw: Any, name: str) -> Settings:
    """The settings of a plain tree that was read from the file `name`."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        wrong = "; ".join(
            f"{name}: {'.'.join(str(step) for step in one['loc'])}: {one['msg'].lower()}"
            for one in error.errors()
        )
        raise ConfigFault(wrong) from error
