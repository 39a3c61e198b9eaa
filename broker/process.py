"""What a process of the broker is started with."""

from dataclasses import dataclass, field

from broker.configuration import Configuration
from broker.roles import Role
from broker.settings import Secrets, Settings
from broker.succession import NOTHING, Permitted


@dataclass(frozen=True, slots=True)
class Process:
    """Settings, secrets, the state's configuration, the role of this process, what it may do."""

    settings: Settings
    configuration: Configuration
    secrets: Secrets = field(default_factory=Secrets)
    role: Role = field(default_factory=Role)
    permitted: Permitted = NOTHING
