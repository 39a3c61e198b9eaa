"""Who may do what: senders, recipients and operators, and the keys that prove it.

A key is 256 random bits; only its SHA-256 is stored. It is checked before anything of a request
is parsed. What somebody may not see behaves as if it were not there.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from broker.errors import AccessFault, ForbiddenFault

CLOSED = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,48}$")]
Role = Literal["sender", "recipient", "operator"]


class OwnLimits(BaseModel):
    """What one name may do, where it is not what the settings say for all."""

    model_config = CLOSED

    requests_per_minute: int | None = Field(
        None, ge=1, description="requests it may make within a minute"
    )
    bytes_per_minute: int | None = Field(
        None, ge=1, description="bytes it may lodge within a minute"
    )
    submissions_in_flight: int | None = Field(
        None, ge=1, description="submissions of it that are not translated whole"
    )
    bytes_in_flight: int | None = Field(
        None, ge=1, description="bytes of its submissions that are not translated whole"
    )


LIMITS = Field(OwnLimits(), description="what it may do, where that is not what broker.yaml says")


class Sender(BaseModel):
    """A file of config/senders: who submits, for which party, in which families."""

    model_config = CLOSED

    name: Name = Field(description="the sender, as keys and logs name it")
    title: str = Field(
        description="its public name: for people, and for whose dossier it joins", max_length=200
    )
    party: Name = Field(description="the legal person behind it; references are scoped to it")
    families: tuple[Name, ...] = Field(description="families it may submit to", min_length=1)
    profiles: tuple[Name, ...] = Field((), description="profiles of the dialects it speaks")
    owns: dict[Name, tuple[str, ...]] = Field(
        {}, description="codes in public names that its party owns, by class: carrier: [ZZ]"
    )
    limits: OwnLimits = LIMITS


class Recipient(BaseModel):
    """A file of config/recipients: an agency, its channel, and how it answers."""

    model_config = CLOSED

    name: Name = Field(description="the recipient, as rows and keys name it")
    title: str = Field(description="for people", max_length=200)
    channel: Literal["feed", "topic"] = Field(
        "feed", description="how it is told: it reads a feed, or a topic of the log as well"
    )
    binds: tuple[str, ...] = Field((), description="reference schemes its answers may bind: MRN")
    ends: bool = Field(
        False, description="its answers may end a dossier of their own accord (status ended)"
    )
    reports: tuple[Literal["presented", "arrived", "departed"], ...] = Field(
        (), description="what its answers may report of a dossier: that it has arrived"
    )
    no_personal: bool = Field(False, description="no view of it may list a personal field")
    profiles: tuple[Name, ...] = Field((), description="profiles of the formats it answers in")
    limits: OwnLimits = LIMITS


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose key it was. `party` of a recipient is its own name."""

    name: str
    role: Role
    party: str
    families: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    limits: OwnLimits = field(default_factory=OwnLimits)

    def must_be(self, *roles: Role) -> None:
        """ForbiddenFault unless this is one of these."""
        if self.role not in roles:
            raise ForbiddenFault(
                f"{self.name!r} may not do this; it takes a key of: {', '.join(roles)}"
            )


def principals(
    senders: Mapping[str, Sender], recipients: Mapping[str, Recipient], operators: tuple[str, ...]
) -> dict[str, Principal]:
    """Everyone who may hold a key, by name."""
    found = {
        sender.name: Principal(
            sender.name,
            "sender",
            sender.party,
            sender.families,
            sender.profiles,
            sender.limits,
        )
        for sender in senders.values()
    }
    for recipient in recipients.values():
        found[recipient.name] = Principal(
            recipient.name,
            "recipient",
            recipient.name,
            ("agency",),
            recipient.profiles,
            recipient.limits,
        )
    for operator in operators:
        found[operator] = Principal(operator, "operator", operator, ())
    return found


def digest_of_key(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def who(key: str | None, keys: Mapping[str, str], known: Mapping[str, Principal]) -> Principal:
    """The holder of this key; AccessFault if nobody of the configuration is.

    `keys` are names by digest. The digest is looked up, then compared in constant time: what a
    timing could tell is of the digest, never of the key.
    """
    given = digest_of_key(key or "")
    name = keys.get(given)
    stored = given if name is not None else "0" * len(given)
    if not hmac.compare_digest(stored, given) or name is None or name not in known:
        raise AccessFault("the key is unknown; send it as 'Authorization: Bearer KEY'")
    return known[name]
