"""What a process of the broker is started with."""

from dataclasses import dataclass, field

from broker.configuration import Configuration
from broker.roles import Role
from broker.settings import Secrets, Settings


@dataclass(frozen=True, slots=True)
class Process:
    """Settings, secrets, the state's configuration, and the role of this process."""

    settings: Settings
    configuration: Configuration
    secrets: Secrets = field(default_factory=Secrets)
    role: Role = field(default_factory=Role)
    accept_loss: bool = False
    """Whether to work on data that were copied without their write-ahead log."""
