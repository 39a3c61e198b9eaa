"""What one process of the broker may be: its role, and the part of the role it takes."""

from dataclasses import dataclass

ROLES = ("intake", "translation", "core", "delivery", "timers")
"""Stations that run apart on Apache Kafka and PostgreSQL; `all` is every one of them."""


@dataclass(frozen=True, slots=True)
class Role:
    """Which stations run here; empty families or recipients: every one."""

    name: str = "all"
    families: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()

    def runs(self, station: str) -> bool:
        """Whether this process does the work of that station."""
        assert station in ROLES, station
        return self.name in {"all", station}
