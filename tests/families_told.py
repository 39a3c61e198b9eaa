"""What senders and the border police were told, in the terms of tests."""

import base64
from collections.abc import Mapping
from typing import Any

from tests.broker_in_process import Broker
from tests.families import token_of

Reply = dict[str, Any]


async def told(broker: Broker, who: str, kind: str = "") -> list[Reply]:
    """The replies a sender has, oldest first."""
    return [one for one in await broker.feed(who) if one["type"].startswith(kind)]


def native(reply: Reply) -> bytes:
    """The bytes of a reply of one artifact."""
    return base64.b64decode(reply["data_base64"])


def artifacts(reply: Reply) -> dict[str, Any]:
    """A reply of several artifacts: JSON as it is, else bytes, by name."""
    return {
        one["name"]: one["content"] if "content" in one else base64.b64decode(one["content_base64"])
        for one in reply["data"]["artifacts"]
    }


def verdicts(shown: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Of each message of a status: its verdict, and what became of its events."""
    return [
        (one["verdict"], [it["outcome"] for it in one["outcomes"]]) for one in shown["messages"]
    ]


async def persons_of(broker: Broker, part: str, *, flying: bool = False) -> list[str]:
    """Those on a list, as the border police was given it last, by what each is known by.

    `flying`: without those who are marked as not boarded.
    """
    given = [
        one["data"]
        for one in await broker.feed("border-police", cursor="c0")
        if one["type"].startswith("persons-report") and one["data"]["part"] == part
    ]
    means = given[-1]["body"]["BorderTransportMeans"]
    persons = (*means.get("Passenger", ()), *means.get("Crew", ()))
    return [
        token_of(one)
        for one in persons
        if not (flying and one.get("PresenceCode") == "not_boarded")
    ]
