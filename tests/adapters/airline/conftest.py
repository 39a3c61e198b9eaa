"""What tests of the airline family may ask for: the shipped profile, and messages of their own."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.airline.paxlst import Paxlst
from broker.adapter import Draft, Message, Profile
from tests.adapters.conftest import load_profile
from tests.read_by import read_by

HEADER = (
    "BGM+745", "RFF+TN:T1:::1", "NAD+MS+++INVENTED AIRLINES", "COM+000 555 0100:TE",
    "TDT+20+ZZ35+++ZZ", "LOC+125+VIE", "DTM+189:2601150810:201", "LOC+87+OSL",
    "DTM+232:2601151030:201",
)  # fmt: skip
PERSON = (
    "NAD+FL+++EXAMPLE:ALPHA", "ATT+2++F", "DTM+329:800101", "LOC+178+VIE", "LOC+179+OSL",
    "NAT+2+AUT", "RFF+ABO:A1", "DOC+P:110:111+SPECIMEN1", "LOC+91+AUT",
)  # fmt: skip


@pytest.fixture(scope="session")
def guide() -> Profile:
    """The shipped profile of passenger lists."""
    return load_profile("paxlst-guide")


def message(
    *segments: str, unh: str = "PAXLST:D:05B:UN:IATA", tail: str = "", count: int = 0
) -> list[str]:
    """One message around these segments, from UNH to UNT, which may count otherwise."""
    return [f"UNH+M1+{unh}{tail}", *segments, f"UNT+{count or len(segments) + 2}+M1"]


def interchange(*messages: list[str], application: str = "APIS") -> bytes:
    """An interchange of UNOA:3 around these messages, without a group."""
    head = f"UNB+UNOA:3+ZZAIR:ZZ+QZAPIS:ZZ+260115:0700+R1++{application}"
    lines = [head, *(line for one in messages for line in one), f"UNZ+{len(messages)}+R1"]
    return "".join(f"{line}'" for line in lines).encode()


Read = Callable[..., tuple[Message, list[Draft]]]


@pytest.fixture
def one(guide: Profile) -> Read:
    """Reads the segments of one message: its verdict and problems, and its drafts."""

    def read(*segments: str, application: str = "APIS", **around: Any):
        payload = interchange(message(*segments, **around), application=application)
        (found,) = read_by(Paxlst(), payload, guide).messages
        return found, list(found.events)

    return read


def header(*, without: str = "", **instead: str) -> list[str]:
    """The header, without a segment or with others in the place of some."""
    return [
        instead.get(line[:3], line)
        for line in HEADER
        if not without or not line.startswith(without)
    ]


def person(*, without: str = "", also: tuple[str, ...] = (), **instead: str) -> list[str]:
    """A passenger, without a segment, with further ones, or with others in the place of some."""
    kept = [
        instead.get(line[:3], line)
        for line in PERSON
        if not without or not line.startswith(without)
    ]
    return [*kept, *also]
